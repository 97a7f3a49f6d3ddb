"""A plan in words: the answer first, then how sure, how flat, and how far beyond the evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from isoflop.core.quantities import format_count
from isoflop.decide.compare_published import Disagreement
from isoflop.decide.plan import NO_INTERVAL, Estimate, Plan

NAMED = ("N", "D", "C", "M", "epochs", "C_total", "saving")  # the rest are inputs that were held
REACH_WORDS = {"C": "compute", "N": "parameters", "D": "tokens"}


def plan_text(plan: Plan) -> str:
    """What goes to stdout."""
    return "\n".join(_lines(plan)) + "\n"


def plan_notes(plan: Plan) -> str:
    """What goes to stderr: warnings with their codes, then the scope of the law."""
    lines = [f"note [{finding.code}] {finding.text}" for finding in plan.warnings]
    lines += [f"scope of {plan.law}: {sentence}" for sentence in plan.scope]
    return "".join(f"{line}\n" for line in lines)


def disagreement_text(found: Disagreement) -> str:
    """One row a published set; sets of another kind are listed with the reason."""
    lines = [f"What published laws advise for {format_count(found.budget)} FLOP:"]
    width = max((len(row.label) for row in found.rows if row.N is not None), default=0)
    silent: dict[str, list[str]] = {}
    for row in found.rows:
        if row.N is None or row.D is None or row.loss is None:
            silent.setdefault(row.note or "no answer", []).append(row.label)
            continue
        kind = "note" if row.is_comparable else "not compared"
        lines.append(
            f"  {row.label:<{width}}  {format_count(row.N):>7} parameters on "
            f"{format_count(row.D):>7} tokens  loss {row.loss:.4f}"
            + (f"  ({kind}: {row.note})" if row.note else "")
        )
    if found.ratio is not None:
        lines.append(f"The comparable sets differ {found.ratio:.2g}x in size.")
    lines += [f"No advice from {', '.join(names)}: {why}" for why, names in silent.items()]
    lines.append(f"({NO_INTERVAL})")
    return "\n".join(lines) + "\n"


def _lines(plan: Plan) -> Iterator[str]:
    n, d, c = (plan.optimum[name] for name in ("N", "D", "C"))
    epochs = plan.optimum.get("epochs")
    passes = _passes(epochs.value) if epochs is not None else ""
    yield (
        f"Train {format_count(n.value)} parameters on {format_count(d.value)} tokens{passes}: "
        f"{plan.target} {plan.loss.value:.4f} {plan.loss.unit} for {format_count(c.value)} FLOP, "
        f"by {plan.label}."
    )
    saving, total = plan.optimum.get("saving"), plan.optimum.get("C_total")
    if saving is not None and total is not None:
        yield (
            f"  with serving  {format_count(total.value)} FLOP in all, {saving.value:.1%} less "
            "than with the run that is cheapest to train for this loss"
        )
    held = [name for name in plan.optimum if name not in NAMED]
    if held:
        yield "  at  " + ", ".join(f"{name} {plan.optimum[name].value:.4g}" for name in held)
    if plan.loss.lo is None:
        yield f"  {NO_INTERVAL}"
    else:
        shown = {"parameters": n, "tokens": d, "compute": c, plan.target: plan.loss}
        for name, item in shown.items():
            if item.lo is not None or item.hi is not None:
                yield f"  {name:<12}  {_ends(item)} ({plan.level:.0%} interval)"
    yield f"  tokens per parameter  {plan.optimum['M'].value:.3g}"
    low, high = _pair(plan.flat["N"])
    if low < high:
        yield (
            f"  flat  {format_count(low)} to {format_count(high)} parameters cost less than "
            f"{plan.flat['tolerance']:.0%} of the compute"
        )
    yield from _regret(plan)
    yield "  reach  " + _reach(plan)
    yield from _price(plan)
    for other in plan.alternatives:
        yield (
            f"  or  {other.name}: {format_count(other.inputs['N'])} on "
            f"{format_count(other.inputs['D'])} tokens, {plan.target} {other.loss.value:.4f}, "
            f"{_wasted(other.compute_factor.value)} of the compute wasted"
        )


def _passes(epochs: float) -> str:
    shown = f"{epochs:.3g}"
    return f" ({shown} epoch{'' if shown == '1' else 's'})"


def _regret(plan: Plan) -> Iterator[str]:
    loss, factor = plan.regret.get("loss"), plan.regret.get("compute_factor")
    if not (isinstance(loss, Mapping) and isinstance(factor, Mapping)) or loss["mean"] is None:
        return
    yield (
        f"  regret  {loss['mean']:.2g} {loss['unit']} on average if another draw is the true one, "
        f"like losing {_wasted(factor['mean'])} of the compute; "
        f"{plan.regret['quantile']:.0%} quantile {loss['hi']:.2g}, {_wasted(factor['hi'])}"
    )


def _reach(plan: Plan) -> str:
    if plan.farthest is None:
        return "unknown: the range of evidence was not published"
    parts = []
    for symbol, factor in plan.reach.items():
        if factor is None:
            parts.append(f"{REACH_WORDS[symbol]} unknown")
        elif factor > 1.0:
            parts.append(f"{REACH_WORDS[symbol]} {factor:.3g}x beyond the evidence")
        else:
            parts.append(f"{REACH_WORDS[symbol]} inside the evidence")
    return ", ".join(parts)


def _price(plan: Plan) -> Iterator[str]:
    price = plan.constraints.get("price")
    if isinstance(price, Mapping):
        yield (
            f"  limits  cost {price['extra_loss']:.4f} {plan.loss.unit}, like losing "
            f"{_wasted(price['compute_factor'])} of the compute"
        )


def _wasted(factor: float) -> str:
    return f"{1.0 - 1.0 / factor:.2%}" if factor < 1.05 else f"{1.0 - 1.0 / factor:.1%}"


def _ends(item: Estimate) -> str:
    def show(end: float | None) -> str:
        if end is None:
            return "no bound"
        return format_count(end) if item.value > 1e3 else f"{end:.4f}"

    return f"{show(item.lo)} to {show(item.hi)}"


def _pair(value: object) -> tuple[float, float]:
    assert isinstance(value, list)
    return float(value[0]), float(value[1])
