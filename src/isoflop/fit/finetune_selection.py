"""Which model to fine-tune: accept sizes while they stay on a line, then stop; the lowest wins.

On small fine-tuning sets a model is in its flat pre-power phase, where its loss says little; from
some size on ln L is a line in ln D. Going down from the largest size, points are accepted until one
leaves the line, and the line is read at the full size (lin2024).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import DataError
from isoflop.core.explain import Finding

FIRST = 3  # points that make the first line; lin2024, recalled
DELTA = 5.0  # standard deviations of the line that the next point may be off; lin2024, recalled
LEAST_SD = 1e-3  # assumption: no loss repeats better, so three points on a line by chance mean less
FLAT = 0.02  # assumption: a line that falls less over its own points than this is noise


@dataclass(frozen=True)
class Line:
    """The line of one model in logs, and what it says at the full size.

    Attributes
    ----------
    slope, intercept : of ln L over ln D, natural logs
    sd : standard deviation of the accepted points about the line
    accepted : (n_accepted,) sizes on the line, largest first
    stopped_at : first size that left the line; None where all were accepted
    forecast : loss at the full size
    """

    model: str
    slope: float
    intercept: float
    sd: float
    accepted: tuple[float, ...]
    stopped_at: float | None
    forecast: float

    @property
    def is_flat(self) -> bool:
        """Whether the loss hardly falls over the accepted sizes: the pre-power phase."""
        return -self.slope * float(np.log(self.accepted[0] / self.accepted[-1])) < FLAT

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "model": self.model,
            "forecast": self.forecast,
            "slope": self.slope,
            "sd": self.sd,
            "accepted": list(self.accepted),
            "stopped_at": self.stopped_at,
            "phase": "pre-power" if self.is_flat else "power",
        }


@dataclass(frozen=True)
class Selection:
    """Models by forecast, the best first, and the one to take.

    Attributes
    ----------
    pick : None where the models cannot be ranked
    left_out : {model: reason} of models with too few sizes
    """

    budget: float
    lines: tuple[Line, ...]
    pick: str | None
    left_out: Mapping[str, str]
    findings: tuple[Finding, ...]

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "budget": self.budget,
            "pick": self.pick,
            "verdict": "ranked" if self.pick is not None else "cannot rank",
            "models": [line.to_dict() for line in self.lines],
            "left_out": dict(self.left_out),
            "warnings": [finding.to_dict() for finding in self.findings],
        }


def select_model(
    curves: Mapping[str, tuple[FloatArray, FloatArray]],
    budget: float,
    *,
    first: int = FIRST,
    delta: float = DELTA,
) -> Selection:
    """Rank models by their loss at the full size, from runs on parts of the data.

    Parameters
    ----------
    curves : {model: (examples, losses)}, (n,) each; sizes above the budget are not looked at.
    budget : examples of the full fine-tuning set.
    first : points that make the first line.
    delta : standard deviations of the line that the next smaller size may be off.

    Raises
    ------
    DataError
        E555 if no model has enough sizes.

    Source
    ------
    lin2024 (arXiv 2402.02314); ``first`` and ``delta`` are recalled, not checked.
    """
    lines, left_out = [], {}
    for model, (examples, losses) in curves.items():
        sizes, log_losses = _per_size(examples, losses, budget)
        if len(sizes) < first:
            left_out[model] = f"{len(sizes)} sizes up to the budget, {first} are needed"
            continue
        lines.append(accept_then_stop(model, sizes, log_losses, budget, first, delta))
    if not lines:
        raise DataError(
            f"No model was fine-tuned on {first} sizes or more.",
            where=f"{len(curves)} models, at most {budget:g} examples",
            matters="a line through fewer points has no residual to judge the next one by.",
            do="fine-tune each model on D, D/2, D/4 ... examples.",
            code="E555",
        )
    ranked = tuple(sorted(lines, key=lambda line: line.forecast))
    flat = [line.model for line in ranked if line.is_flat]
    pick = None if len(flat) == len(ranked) else ranked[0].model
    return Selection(budget, ranked, pick, left_out, _findings(ranked, flat, left_out))


def accept_then_stop(
    model: str,
    sizes: FloatArray,
    log_losses: FloatArray,
    budget: float,
    first: int = FIRST,
    delta: float = DELTA,
) -> Line:
    """The line of one model.

    Parameters
    ----------
    sizes : (n,) examples, distinct, largest first.
    log_losses : (n,) ln of the loss at them.
    """
    x = np.log(sizes)
    n = first
    slope, intercept, sd = _line(x[:n], log_losses[:n])
    while n < len(x):
        off = abs(float(log_losses[n] - (slope * x[n] + intercept)))
        if off > delta * max(sd, LEAST_SD):
            break
        n += 1
        slope, intercept, sd = _line(x[:n], log_losses[:n])
    stopped = float(sizes[n]) if n < len(x) else None
    forecast = float(np.exp(slope * np.log(budget) + intercept))
    return Line(model, slope, intercept, sd, tuple(map(float, sizes[:n])), stopped, forecast)


@dataclass(frozen=True)
class SelectionScore:
    """How good a selection was, once the losses at the full size are known.

    Attributes
    ----------
    pearson : correlation of forecast and measured losses over models; None without spread
    relative_accuracy : (worst - picked)/(worst - best); 1 is the best model
    is_hit : whether the best model was picked
    """

    pearson: float | None
    relative_accuracy: float
    is_hit: bool


def score_selection(forecast: Mapping[str, float], measured: Mapping[str, float]) -> SelectionScore:
    """Scores of a forecast of losses; the model with the lowest forecast counts as picked.

    Parameters
    ----------
    forecast, measured : {model: loss at the full size}; models in both are scored.

    Raises
    ------
    DataError
        E556 if fewer than two models are in both, or all measured losses are equal.
    """
    names = [name for name in forecast if name in measured]
    said = np.array([forecast[name] for name in names])
    seen = np.array([measured[name] for name in names])
    if len(names) < 2 or float(np.ptp(seen)) == 0.0:
        raise DataError(
            f"{len(names)} models with a forecast and a measured loss cannot be ranked.",
            where=", ".join(names) or "no model in both",
            matters="a ranking needs two models whose losses differ.",
            do="measure the loss at the full size for more models.",
            code="E556",
        )
    picked = seen[int(np.argmin(said))]
    span = float(seen.max() - seen.min())
    pearson = None if np.ptp(said) == 0.0 else float(np.corrcoef(said, seen)[0, 1])
    return SelectionScore(pearson, float(seen.max() - picked) / span, bool(picked == seen.min()))


def _per_size(
    examples: FloatArray, losses: FloatArray, budget: float
) -> tuple[FloatArray, FloatArray]:
    """Distinct sizes up to the budget, largest first, and the mean ln loss of each."""
    used = (examples > 0.0) & (examples <= budget)
    sizes, where = np.unique(examples[used], return_inverse=True)
    total = np.bincount(where, weights=np.log(losses[used]), minlength=len(sizes))
    means = total / np.maximum(np.bincount(where, minlength=len(sizes)), 1)
    return sizes[::-1], means[::-1]


def _line(x: FloatArray, y: FloatArray) -> tuple[float, float, float]:
    centred = x - x.mean()
    slope = float(centred @ y / (centred @ centred))
    intercept = float(y.mean() - slope * x.mean())
    rest = y - slope * x - intercept
    return slope, intercept, float(np.sqrt(rest @ rest / max(len(x) - 2, 1)))


def _findings(
    lines: tuple[Line, ...], flat: list[str], left_out: Mapping[str, str]
) -> tuple[Finding, ...]:
    found = []
    if len(flat) == len(lines):
        text = "every model is in its flat phase at these sizes: cannot rank. Use more examples."
        found.append(Finding("W555", text))
    elif flat:
        some = ", ".join(flat[:5]) + (f" and {len(flat) - 5} more" if len(flat) > 5 else "")
        text = f"still flat, may yet overtake: {some}. Larger subsets would tell."
        found.append(Finding("W555", text))
    if left_out:
        some = "; ".join(f"{name}: {why}" for name, why in list(left_out.items())[:5])
        found.append(Finding("W556", f"{len(left_out)} models left out ({some})."))
    return tuple(found)
