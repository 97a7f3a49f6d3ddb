"""Critical batch by tokens on zhang2024's released steps: three methods, and what holds up outside.

    python -m benchmarks.critical_batch

The table states the fewest steps over learning rate, beta2 and averaging, to one loss a size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.public_tables import data_folder
from isoflop.core.arrays import FloatArray
from isoflop.core.runs import Runs
from isoflop.fit.critical.method import Method, Study
from isoflop.fit.critical_batch import CriticalBatches, critical_batches, critical_methods
from isoflop.fit.critical_fit import CriticalBatch, fit_critical
from isoflop.fit.critical_growth import Growth, growth
from isoflop.measure.read_runs import read_runs
from isoflop.show.critical import critical_text

LINEAR = 131_072.0  # tokens, 256 sequences of 512: zhang2024's largest batch in linear scaling
PUBLISHED = 0.47  # zhang2024, recalled and in two digests
FOLLOWING = {"free": None, "0.47 (B06)": PUBLISHED, "1 (B08)": 1.0}


@dataclass(frozen=True)
class HeldOut:
    """Root mean squared error of ln steps, outside the fit.

    Attributes
    ----------
    inside : batches left out one at a time, the two ends of each size not counted.
    largest : the largest batch of each size left out.
    size : by exponent, the largest size forecast from the others and one run of it.
    """

    inside: float
    largest: float
    size: dict[str, float]


def runs() -> Runs:
    """The 45 rows."""
    return read_runs(
        data_folder() / "critical-batch-size" / "steps_to_target.csv",
        mapping={
            "loss": "target_loss",
            "params": "params_label",
            "steps": "steps_to_target",
            "tokens": "tokens_to_target",
        },
        params="total",
        loss_unit="nat/token",
    )


def chinchilla_tokens(table: Runs) -> FloatArray:
    """Tokens of each size on the line the study was made on, (5,)."""
    return np.unique(table.values("chinchilla_tokens"))


def along(table: Runs, found: CriticalBatches, method: str) -> Growth:
    """Growth of the critical batch with the tokens of that line."""
    values = np.array([group.found[method].value for group in found.groups])
    result = growth(chinchilla_tokens(table), values)
    assert result is not None
    return result


def held_out(method: Method, found: CriticalBatches, tokens: FloatArray) -> HeldOut:
    """How a form of the curve does where it was not fitted."""
    inside, largest = [], []
    for group in found.groups:
        errors = [_left_out(method, group.study, i) for i in range(len(group.study.batch))]
        inside += errors[1:-1]
        largest.append(errors[-1])
    fits = [group.found[method.name] for group in found.groups]
    size = {name: _forecast(method, fits, tokens, fixed) for name, fixed in FOLLOWING.items()}
    return HeldOut(_rms(np.array(inside)), _rms(np.array(largest)), size)


def _left_out(method: Method, study: Study, i: int) -> float:
    fitted = fit_critical(method, study.without(i))
    return float(np.log(study.steps[i] / fitted.steps(study.batch[i : i + 1])[0]))


def _forecast(
    method: Method, fits: list[CriticalBatch], tokens: FloatArray, exponent: float | None
) -> float:
    """Error on the last size: critical batch and shape from the others, level from one run."""
    x, y = np.log(tokens[:-1]), np.log([fit.value for fit in fits[:-1]])
    slope = np.polyfit(x, y, 1)[0] if exponent is None else exponent
    critical = np.exp(np.mean(y - slope * x) + slope * np.log(tokens[-1]))
    shape = np.mean([fit.shape for fit in fits[:-1]])
    study = fits[-1].study
    curve = method.relative(study.batch, np.array([[critical]]), np.array(shape), LINEAR)[0]
    level = np.log(study.steps) - np.log(curve)
    anchor = int(np.flatnonzero(study.batch == LINEAR)[0])
    return _rms(np.delete(level - level[anchor], anchor))


def _rms(errors: FloatArray) -> float:
    return float(np.sqrt(np.mean(errors**2)))


def main() -> None:
    table = runs()
    found = critical_batches(table, linear_batch=LINEAR)
    tokens = chinchilla_tokens(table)
    print(critical_text(found))
    print(f"exponent in the tokens of the line 20 tokens a parameter, published {PUBLISHED}:")
    for name in critical_methods():
        line = along(table, found, name)
        print(
            f"  {name:10} {line.exponent:.3f}, {line.level:.0%} interval {line.exponent_lo:.2f} "
            f"to {line.exponent_hi:.2f}, {line.n_groups} sizes"
        )
    print("\nrms error of ln steps where the form was not fitted:")
    print("              batch left out   largest    1.2B with exponent")
    print(f"              inside           left out   {'   '.join(FOLLOWING)}")
    scores = {name: held_out(one, found, tokens) for name, one in critical_methods().items()}
    for name, score in scores.items():
        sizes = "   ".join(f"{score.size[key]:.3f}" for key in FOLLOWING)
        print(f"  {name:10}  {score.inside:.4f}           {score.largest:.4f}     {sizes}")
    best = min(scores, key=lambda name: scores[name].inside)
    far = min(scores, key=lambda name: scores[name].largest)
    print(f"\nbetter inside the batches: {best}; beyond the largest: {far}")


if __name__ == "__main__":
    main()
