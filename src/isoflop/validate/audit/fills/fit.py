"""How the law was fitted, and what its forecasts of withheld runs were worth."""

from __future__ import annotations

from isoflop.core.quantities import format_count
from isoflop.fit.fit import Fit
from isoflop.fit.newton import GAIN_TOLERANCE, MAX_STEPS
from isoflop.validate.audit.evidence import Answer, Evidence, Fill, Fills
from isoflop.validate.score import score


def _of_fit(say: Fill) -> Fill:
    """A fill that only a fit to data answers; published coefficients do not."""

    def fill(evidence: Evidence) -> Answer | None:
        fit = evidence.fit
        return None if fit is None or fit.objective is None else say(evidence)

    return fill


def _objective(evidence: Evidence) -> Answer | None:
    fit = _fit(evidence)
    assert fit.objective is not None
    return Answer(f"{fit.objective.name}, summed, {fit.objective_value:.6g} at the optimum", "fit")


def _delta(evidence: Evidence) -> Answer | None:
    objective = _fit(evidence).objective
    assert objective is not None
    is_huber = objective.name.startswith("huber")
    return Answer(f"{objective.delta:g}" if is_huber else "none: squared", "fit")


def _optimiser(evidence: Evidence) -> Answer | None:
    return Answer("damped Newton steps on the exact objective (isoflop)", "fit")


def _tolerances(evidence: Evidence) -> Answer | None:
    return Answer(f"relative gain below {GAIN_TOLERANCE:g}, at most {MAX_STEPS} steps", "fit")


def _starts(evidence: Evidence) -> Answer | None:
    fit = _fit(evidence)
    return Answer(f"{fit.tried} starts, seed {fit.seed}", "fit")


def _bounds(evidence: Evidence) -> Answer | None:
    fit = _fit(evidence)
    spans = [f"{p.name} {p.low:g} to {p.high:g}" for p in fit.law.parameters]
    at = [finding.text for finding in fit.warnings if finding.code == "W302"]
    return Answer("; ".join([", ".join(spans), *at]), "fit")


def _tied(evidence: Evidence) -> Answer | None:
    fit = _fit(evidence)
    held = [f"{name} held at {fit.values[name]:.6g}" for name in fit.fixed]
    return Answer(", ".join(held) or "none beyond the form of the law", "fit")


def _convergence(evidence: Evidence) -> Answer | None:
    fit = _fit(evidence)
    return Answer(f"{fit.agree} of {fit.tried} starts agree on the optimum", "fit")


def _intervals(evidence: Evidence) -> Answer | None:
    fit = _fit(evidence)
    if fit.method == "none":
        return None
    return Answer(f"{fit.level:.0%}, {fit.method.replace('_', ' ')}, {len(fit.draws)} draws", "fit")


def _heldout(evidence: Evidence) -> Answer | None:
    trust, fit = evidence.trust, evidence.fit
    if trust is None or fit is None or fit.law.name not in trust.laws:
        return None
    found = score(trust.laws[fit.law.name])
    cover = ", ".join(f"{level:.0%} intervals held {c:.0%}" for level, c in found.coverage.items())
    errors = f"{found.are_mean:.2%} mean, {found.are_max:.2%} worst over {found.n_test} forecasts"
    return Answer(f"{errors}; {cover}", "backtest")


def _extrapolation(evidence: Evidence) -> Answer | None:
    trust, fit = evidence.trust, evidence.fit
    if trust is None or fit is None or fit.law.name not in trust.laws:
        return None
    verdict = trust.verdicts[fit.law.name]
    largest = fit.evidence.get("C")
    beyond = f"; largest run {format_count(largest[1])} FLOP" if largest else ""
    return Answer(f"tested to {verdict.tested:.3g}x; {verdict.text}{beyond}", "backtest")


def _fit(evidence: Evidence) -> Fit:
    assert evidence.fit is not None
    return evidence.fit


FILLS = Fills(
    "fit",
    {
        "objective": _of_fit(_objective),
        "delta": _of_fit(_delta),
        "optimiser": _of_fit(_optimiser),
        "tolerances": _of_fit(_tolerances),
        "starts": _of_fit(_starts),
        "bounds": _of_fit(_bounds),
        "tied": _of_fit(_tied),
        "convergence": _of_fit(_convergence),
        "intervals": _of_fit(_intervals),
        "heldout": _heldout,
        "extrapolation": _extrapolation,
    },
)
