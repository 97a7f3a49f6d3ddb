"""Which form of the extrapolation error serves users best: coverage and interval score by table.

The form is chosen on the public tables other than the Chinchilla runs, one vote a table: among the
forms whose 95% intervals cover 95% of the held-out runs on every table, the smallest geometric mean
interval score. The Chinchilla runs are then scored with each form; they had no vote.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.public_tables import chinchilla, data_folder, other_tables
from isoflop.core.runs import Runs
from isoflop.fit.objective import Objective
from isoflop.validate.extrapolation import Extrapolation, look_back, predictive
from isoflop.validate.plan import Plan, checked_laws
from isoflop.validate.score import Forecast, Score, score
from isoflop.validate.split import get_split

LEVELS = (0.5, 0.8, 0.9, 0.95)
CHINCHILLA_CUTS = (1e20, 3e20, 1e21)
NORMAL = 10_000  # degrees of freedom
SHIPPED = "held to the tested reach, then in proportion, Student t"


@dataclass(frozen=True)
class Form:
    """Standard deviation of the log error at log reach x, from the looks; and its tails."""

    width: Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
    is_normal: bool = False


def _level(excess, reach2, x):
    return np.sqrt(excess.mean()) + 0.0 * x


def _random_walk(excess, reach2, x):
    return np.sqrt(excess.mean()) * np.sqrt(x / np.sqrt(reach2.mean()))


def _rate(excess, reach2, x):
    return np.sqrt((excess / reach2).mean()) * x


def _held(excess, reach2, x):
    return np.sqrt(excess.mean()) * np.maximum(1.0, x / np.sqrt(reach2.mean()))


def _larger(excess, reach2, x):
    return np.maximum(_level(excess, reach2, x), _rate(excess, reach2, x))


FORMS = {
    "constant, Student t": Form(_level),
    "random walk, normal": Form(_random_walk, True),
    "random walk, Student t": Form(_random_walk),
    "in proportion to reach, Student t": Form(_rate),
    "larger of constant and proportion, Student t": Form(_larger),
    "held to the tested reach, then in proportion, normal": Form(_held, True),
    SHIPPED: Form(_held),
}


@dataclass(frozen=True)
class _Shaped(Extrapolation):
    form: Form | None = None
    looks: np.ndarray | None = None

    def error_at(self, log_reach):
        return self.form.width(self.looks[:, 0], self.looks[:, 1], log_reach)


def forecasts(runs: Runs, cuts=()) -> dict[str, list[Forecast]]:
    """Every form at every threshold of one table that leaves two origins or more."""
    laws, split = checked_laws("chinchilla"), get_split("compute")
    plan = Plan(laws, split, LEVELS, Objective(), 60, 0, {}, "loss", None)
    values, made = split.values(runs), {name: [] for name in FORMS}
    for cut in split.thresholds(runs, list(cuts)):
        training, test = runs.take(values <= cut), runs.take(values > cut)
        fit, seen = plan.fit(laws[0], training), values[values <= cut]
        refit = lambda part: plan.point_fit(laws[0], part)  # noqa: E731
        looks = look_back(training, seen, refit, training.values("loss"))
        if len(looks) < 2:
            continue
        reach = values[values > cut] / seen.max()
        said = fit.predict(fit.inputs_of(test)).value
        bare = Forecast("x", cut, test.rows, test.values("loss"), said, reach, len(training))
        for name, form in FORMS.items():
            freedom = NORMAL if form.is_normal else max(len(looks) - 1, 2)
            shape = _Shaped(1.0, 1.0, freedom, len(looks), form, looks)
            made[name].append(
                replace(bare, intervals=predictive(fit, test, np.log(reach), shape, LEVELS))
            )
    return made


def _row(name: str, scores: list[Score]) -> str:
    cover = np.array([[s.coverage[level] for level in LEVELS] for s in scores])
    cost = [np.mean(list(s.interval_score.values())) for s in scores]
    mean = " ".join(f"{100 * value:5.1f}" for value in cover.mean(axis=0))
    total = 100 * np.exp(np.mean(np.log(cost)))
    return f"{name:54s} {mean}   {100 * cover[:, -1].min():5.1f}   {total:7.3f}"


def main() -> None:
    """Print the choice on the other tables, then the Chinchilla runs beside it."""
    if not data_folder().is_dir():
        print(f"skipped: {data_folder()} is absent (set ISOFLOP_DATA)")
        return
    made = [found for _, runs in other_tables() if any((found := forecasts(runs)).values())]
    print(f"{len(made)} tables; mean coverage of 50/80/90/95% intervals, worst 95%, score x100")
    for name in FORMS:
        print(_row(name, [score(table[name]) for table in made if table[name]]))
    print(f"\nChinchilla runs (no vote): coverage up to {CHINCHILLA_CUTS} FLOP")
    for name, items in forecasts(chinchilla(), CHINCHILLA_CUTS).items():
        for item in items:
            print(_row(f"{name[:46]} {item.threshold:.0e}", [score([item])]))


if __name__ == "__main__":
    main()
