"""Trends that a monotone law cannot follow are found, and monotone ones raise no alarm."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from isoflop.core.arrays import FloatArray
from isoflop.core.conventions import Conventions
from isoflop.core.errors import DataError
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs
from isoflop.fit.fit_law import fit_law
from isoflop.validate.trends.findings import trend_findings
from isoflop.validate.trends.judge import _holm, all_trends, judge_trends
from isoflop.validate.trends.mixed import mixed_findings
from isoflop.validate.trends.monotone import fit_monotone
from isoflop.validate.trends.series import Series, series_from, series_of
from isoflop.validate.trends.trend import bends, fit_shapes

SIMULATED = 99
STUDIES = 100


def logs(x: FloatArray) -> FloatArray:
    return np.asarray(np.log(x / 1e19))


def losses(truth: Callable[[FloatArray], FloatArray], seed: int, *, repeats: int = 1) -> Series:
    rng = np.random.default_rng(seed)
    x = np.repeat(np.geomspace(1e17, 1e21, 24 // repeats), repeats)
    y = truth(x) * np.exp(rng.normal(0, 0.005, len(x)))
    return series_from("flops", "loss", x, y, falls=True, relative=True)


def scores(truth: Callable[[FloatArray], FloatArray], seed: int) -> Series:
    rng = np.random.default_rng(seed)
    x = np.geomspace(1e17, 1e21, 16)
    y = truth(x) + rng.normal(0, 0.02, len(x))
    return series_from("flops", "score/task", x, y, falls=False, relative=False)


def alarms(make: Callable[[int], Series]) -> list[str]:
    shapes = [judge_trends([make(i)], seed=i, simulated=SIMULATED)[0].found for i in range(STUDIES)]
    return [item.name if item else "none" for item in shapes]


def powered(x: FloatArray) -> FloatArray:
    return np.asarray(2 + 1.2 * (x / 1e17) ** -0.15)


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        lambda i: losses(powered, i),
        lambda i: losses(powered, i, repeats=3),
        lambda i: losses(lambda x: 3 * (x / 1e17) ** -0.05, i),
        lambda i: losses(lambda x: 2 + 0 * x, i),
        lambda i: scores(lambda x: 0.8 - 0.5 * (x / 1e17) ** -0.2, i),
    ],
    ids=["towards a limit", "with repeats", "pure power law", "flat", "rising score"],
)
def test_a_monotone_target_raises_few_false_alarms(make) -> None:
    # 5% of 100 studies, and two binomial standard errors.
    assert STUDIES - alarms(make).count("none") <= 9


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("inverse", lambda i: losses(lambda x: 2 + 0.008 * logs(x), i)),
        ("u_shape", lambda i: losses(lambda x: 2 + 0.003 * (logs(x) - 1) ** 2, i)),
        ("u_shape", lambda i: scores(lambda x: 0.4 + 0.006 * logs(x) ** 2, i)),
        (
            "broken",
            lambda i: losses(
                lambda x: 3 * np.exp(-0.02 * logs(x) - 0.04 * np.maximum(0, logs(x))), i
            ),
        ),
        ("saturating", lambda i: losses(lambda x: 3 * np.exp(-0.06 * np.minimum(logs(x), 1)), i)),
    ],
    ids=["inverse", "U of losses", "U of scores", "break", "plateau"],
)
def test_a_trend_that_is_there_is_found_and_named(name, make) -> None:
    found = [judge_trends([make(i)], seed=i, simulated=SIMULATED)[0].found for i in range(12)]
    assert [item.name for item in found if item].count(name) >= 10


def test_the_monotone_law_is_the_least_squares_optimum_on_its_grid() -> None:
    series = losses(powered, 3)
    fitted = fit_monotone(series, series.y[None], series.y)
    g = bends(series.log_x, np.array([fitted.named["exponent"]]))[0]
    design = np.stack([np.ones_like(g), g], axis=1) / series.y[:, None]
    solution, rss, _, _ = np.linalg.lstsq(design, np.ones(len(g)), rcond=None)
    assert fitted.rss[0] == pytest.approx(rss[0], rel=1e-9)
    assert fitted.curve == pytest.approx(design @ solution * series.y)
    true = np.sum((powered(series.x) / series.y - 1) ** 2)
    assert fitted.rss[0] <= true


def test_many_series_at_once_are_fitted_as_one_by_one() -> None:
    made = [losses(powered, i) for i in range(4)]
    y = np.array([item.y for item in made])
    kinds = {kind.name: kind for kind in all_trends()}
    assert set(kinds) == {"broken", "inverse", "saturating", "u_shape"}
    shapes = kinds["u_shape"].shapes(made[0])
    scale = np.ones(y.shape[1])
    together = fit_shapes(made[0], shapes, "either", y, scale).rss
    alone = [fit_shapes(made[0], shapes, "either", row[None], scale).rss[0] for row in y]
    assert together == pytest.approx(np.array(alone))


def test_holm_as_worked_out_by_hand() -> None:
    assert _holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_a_turn_is_placed_where_it_is() -> None:
    shape = judge_trends([losses(lambda x: 2 + 0.004 * np.abs(logs(x)), 1)], simulated=99)[0]
    words = next(test.words for test in shape.tests if test.name == "u_shape")
    place = float(words.split("flops ")[1].split(" ")[0])
    assert place == pytest.approx(1e19, rel=0.6)
    assert words.startswith("loss falls")
    assert shape.found is not None
    assert shape.findings[0].code == "W594"


def test_exact_data_of_a_power_law_are_monotone() -> None:
    x = np.geomspace(1e17, 1e21, 30)
    series = series_from("flops", "loss", x, powered(x), falls=True, relative=True)
    assert judge_trends([series], simulated=199)[0].is_monotone


def runs_of(n: FloatArray, d: FloatArray, loss: FloatArray) -> Runs:
    columns = {"params": n, "tokens": d, "flops": 6 * n * d, "loss": loss}
    table = pl.DataFrame({"row": np.arange(1, len(n) + 1), **columns})
    return Runs(table, Conventions(), Provenance("made", ""))


def grid(turns: float) -> Runs:
    rng = np.random.default_rng(2)
    n, d = (a.ravel() for a in np.meshgrid(np.geomspace(1e7, 1e9, 8), np.geomspace(2e8, 2e10, 7)))
    loss = 1.8 + 480 * n**-0.35 + 2000 * d**-0.365 + turns * np.maximum(0, np.log(n / 2e8))
    return runs_of(n, d, loss * np.exp(rng.normal(0, 0.003, len(n))))


def test_a_turn_along_one_input_is_found_behind_the_other() -> None:
    turning, clean = grid(0.25), grid(0.0)
    found = trend_findings(turning, fit_law(turning, "chinchilla", resamples=0))
    assert {finding.code for finding in found} <= {"W594", "W595", "W596"}
    assert any(finding.text.startswith("loss falls up to N") for finding in found)
    assert trend_findings(clean, fit_law(clean, "chinchilla", resamples=0)) == ()


def test_an_input_with_few_values_is_named_as_untested() -> None:
    few = grid(0.0)
    sizes = np.unique(few.values("N"))
    kept = few.take(np.isin(few.values("N"), sizes[[0, 2, 4, 6]]))
    found = trend_findings(kept, fit_law(kept, "chinchilla", resamples=0))
    assert [finding.code for finding in found] == ["W597"]
    assert "4 distinct values of N" in found[0].text


def test_the_frontier_keeps_the_best_run_of_each_place_and_mixed_runs_are_named() -> None:
    runs = grid(0.0)
    sizes = runs.values("N")
    best = series_of(runs, "N", "loss", best=True)
    assert best.n_places == len(np.unique(sizes)) == len(best.y)
    assert best.y[0] == runs.values("loss")[sizes == sizes.min()].min()
    assert [finding.code for finding in mixed_findings(runs, "params")] == ["W598"]
    one = runs.take(sizes == sizes[0])
    assert mixed_findings(one, "tokens") == ()


def test_too_few_places_are_refused() -> None:
    n = np.repeat([1e7, 1e8, 1e9], 4)
    with pytest.raises(DataError, match="3 distinct values") as error:
        series_of(runs_of(n, n * 20, n**-0.1), "params", "loss")
    assert error.value.code == "E598"
