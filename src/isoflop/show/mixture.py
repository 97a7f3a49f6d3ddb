"""What ``isoflop mix`` prints: the answer, how it does on mixtures left out, what to be wary of."""

from __future__ import annotations

from isoflop.decide.mixture_optimum import MixtureOptimum
from isoflop.fit.mixture import MixtureFit
from isoflop.fit.mixture_law import LawSurface
from isoflop.show.terminal import plain, warning_lines

NARROW = 14  # characters of a column of numbers


def mixture_text(fit: MixtureFit) -> str:
    """The card of a fit."""
    lines = [
        f"{fit.law} fitted to {len(fit.shares)} mixtures of {len(fit.domains)} sources, "
        f"{len(fit.targets)} validation domains, {fit.n_draws} resamples"
    ]
    score = fit.score
    if score is not None:
        lines += [
            "",
            f"On mixtures left out ({score.n_splits} splits, {score.n_test} mixtures), overall loss"
            ", nat/token:",
            f"  {'':16}{'mean error':>{NARROW}}{'rank':>8}",
            f"  {fit.law:16}{score.error:>{NARROW}.4f}{_rank(score.rank)}",
            f"  {'straight line':16}{score.linear:>{NARROW}.4f}{_rank(score.linear_rank)}",
            f"  {'mean':16}{score.mean:>{NARROW}.4f}",
            f"  {score.gain:+.0%} of the straight line's error saved",
        ]
        if score.skipped:
            lines.append(
                f"  {score.skipped} splits left out: a source never varied in their training part"
            )
    lines += ["", *_each_domain(fit)]
    if fit.warnings:
        lines += ["", "Warnings", *warning_lines(fit.warnings)]
    return "\n".join(lines) + "\n"


def optimum_text(found: MixtureOptimum) -> str:
    """The card of an optimum."""
    width = max(len(name) for name in found.shares) + 2
    lines = [f"Best mixture by {found.law}, {found.level:.0%} intervals:"]
    for name, (value, lo, hi) in found.shares.items():
        span = "" if lo is None or hi is None else f"  ({lo:.3f} to {hi:.3f})"
        lines.append(f"  {name:{width}}{value:7.3f}{span}")
    value, lo, hi = found.loss
    span = "" if lo is None or hi is None else f" ({lo:.4f} to {hi:.4f})"
    lines.append(f"Overall loss {value:.4f}{span} nat/token")
    value, lo, hi = found.gain
    span = "" if lo is None or hi is None else f" ({lo:.4f} to {hi:.4f})"
    lines.append(f"Below the best measured mixture, as fitted, by {value:.4f}{span}")
    lines.append(f"Best sampled mixture {found.sampled:.4f} nat/token")
    if found.binding:
        lines.append(plain(f"Held by limits: {', '.join(found.binding)}"))
    if found.warnings:
        lines += ["", "Warnings", *warning_lines(found.warnings)]
    return "\n".join(lines) + "\n"


def _rank(value: float | None) -> str:
    return f"{'-':>8}" if value is None else f"{value:>8.2f}"


def _each_domain(fit: MixtureFit) -> list[str]:
    """The coefficients of each validation domain, where the form has few of them."""
    surfaces = [surface for surface in fit.surfaces if isinstance(surface, LawSurface)]
    if not surfaces:
        return [plain(f"Validation domains: {', '.join(fit.targets)}")]
    lines = ["Validation domains"]
    for target, surface in zip(fit.targets, surfaces, strict=True):
        values = ", ".join(f"{name} {value:.3g}" for name, value in surface.fit.values.items())
        lines.append(f"  {target.removeprefix('loss/')}: {values}")
    return lines
