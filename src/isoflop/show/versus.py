"""Two recipes on one page of text."""

from __future__ import annotations

from isoflop.core.quantities import format_count
from isoflop.decide.recipes.crossover import Crossover
from isoflop.decide.recipes.multiplier import Multiplier
from isoflop.decide.recipes.versus import Compared, Versus
from isoflop.show.terminal import table
from isoflop.validate.recipes.glossary import glossary_text
from isoflop.validate.recipes.taxonomy import Taxonomy

FLOORS = {"own": "a floor of its own each", "shared": "one floor for both"}


def versus_text(found: Versus) -> str:
    """Verdict, crossings, multipliers, what moved, what to run next, and the protocol numbers."""
    at = format_count(found.compared[0].crossover.target)
    verdict = f"{found.better} is better" if found.better else "Undecided"
    parts = [f"{verdict} at {at} FLOP: {found.new} against {found.reference}, law {found.law}.\n"]
    parts += [_compared(item) for item in found.compared]
    if found.taxonomy is not None:
        parts.append(_taxonomy(found.taxonomy))
    if found.further is not None:
        run = found.further
        parts.append(
            f"Next run: {run.recipe} at {format_count(run.N)} parameters, {format_count(run.D)} "
            f"tokens; cuts the width of the gap at the target by {run.cut:.0%}.\n"
        )
    lines = [
        f"  {name}: {line}"
        for name, item in found.protocols.items()
        for line in item.text().split("\n")
    ]
    parts.append("Protocol\n" + "\n".join(lines) + "\n")
    parts.append("Stated: " + "; ".join(f"{k} {v}" for k, v in found.stated.items()) + "\n")
    parts.append("In words\n" + glossary_text(_last_value(found)))
    return "\n".join(parts)


def _last_value(found: Versus) -> float | None:
    last = found.compared[0].multipliers[-1]
    return None if last.is_hidden else last.value


def _compared(item: Compared) -> str:
    cross = item.crossover
    first, second = cross.names
    gap, lo, hi = cross.gap
    doubt = "" if lo is None or hi is None else f" ({lo:+.4f} to {hi:+.4f})"
    lines = [
        f"With {FLOORS[item.floors]}",
        f"  loss at the target: {first} {cross.losses[0]:.4f}, {second} {cross.losses[1]:.4f}, "
        f"gap {gap:+.4f}{doubt}",
    ]
    if cross.probability is not None:
        lines.append(f"  P({first} better) = {cross.probability:.3f}, {cross.reach:.3g}x beyond")
    lines += _crossings(cross)
    rows = [_multiplier(m) for m in item.multipliers]
    headers = [f"{second} at", "multiplier", "interval", "compute saved"]
    return "\n".join(lines) + "\n" + table(headers, rows) + "\n"


def _crossings(cross: Crossover) -> list[str]:
    if not cross.crossings:
        return ["  no crossing within two decades of the runs"]
    lines = []
    for crossing in cross.crossings:
        doubt = ""
        if crossing.lo is not None and crossing.hi is not None:
            doubt = f" ({format_count(crossing.lo)} to {format_count(crossing.hi)})"
        lines.append(
            f"  crossing at {format_count(crossing.compute)} FLOP{doubt}, in {crossing.share:.0%} "
            f"of resamples; {crossing.better_above} better above"
        )
    return lines


def _multiplier(m: Multiplier) -> list[str]:
    scale = f"{format_count(m.compute)} FLOP"
    if m.is_hidden:
        return [scale, "not shown", "spans over 10x", ""]
    if m.value is None:
        return [scale, "beyond reference", f"{m.beyond:.0%} of resamples", ""]
    lo = "?" if m.lo is None else f"{m.lo:.3g}"
    hi = "beyond" if m.hi is None else f"{m.hi:.3g}"
    return [scale, f"{m.value:.3g}", f"{lo} to {hi}", f"{m.savings:.0%}"]


def _taxonomy(found: Taxonomy) -> str:
    rows = []
    for item in found.judged:
        error = item.failed if item.error is None else f"{item.error:.3%}"
        more = "" if item.excess is None else f"{item.excess[0]:.3%} ± {item.excess[1]:.3%}"
        own = ", ".join(item.rung.own) or "nothing"
        mark = "taken" if item.rung.name == found.chosen else ""
        rows.append([item.rung.name, own, error, more, mark])
    headers = ["model", "own", "held-out ARE", "over the best", ""]
    factors = "; ".join(
        f"{name}: parameter x{f['N']:.3g}, token x{f['D']:.3g}"
        for name, f in found.factors.items()
        if name != found.recipes[0]
    )
    said = f"As factors on the runs of {found.recipes[0]}: {factors}.\n" if factors else ""
    return f"What the change moved: {found.chosen}\n{table(headers, rows)}\n{said}"
