"""Critical batches: recovery, intervals, flags, the noisy bowl, and the released steps."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.optimize import least_squares

from isoflop.core.conventions import Conventions
from isoflop.core.errors import DataError, FitError, UsageError
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs
from isoflop.fit.critical.method import Study
from isoflop.fit.critical_batch import critical_batches, critical_methods, linear_start
from isoflop.fit.critical_fit import fit_critical
from isoflop.fit.critical_growth import growth
from isoflop.fit.critical_regions import falling_tokens, regions
from isoflop.laws.catalogue import get_law
from isoflop.measure.quadratic import evolve, spectrum_of_bowl

BATCHES = np.geomspace(2e4, 2e7, 9)
METHODS = critical_methods()


def hyperbola(critical=8e5, steps_min=2e3, scatter=0.0, seed=0):
    noise = scatter * np.random.default_rng(seed).normal(size=len(BATCHES))
    return Study(BATCHES, steps_min * (1.0 + critical / BATCHES) * np.exp(noise), BATCHES[0])


def table(**columns):
    frame = pl.DataFrame(columns).with_row_index("row", offset=1)
    return Runs(frame, Conventions(), Provenance("runs.csv", "0"))


def of_study(study, **columns):
    n = len(study.batch)
    filled = {name: np.broadcast_to(value, n) for name, value in columns.items()}
    return table(batch_tokens=study.batch, steps=study.steps, loss=np.full(n, 3.0), **filled)


def test_an_exact_hyperbola_is_recovered():
    found = fit_critical(METHODS["hyperbola"], hyperbola())
    assert found.value == pytest.approx(8e5, rel=1e-6)
    assert found.steps_min == pytest.approx(2e3, rel=1e-6)
    assert found.tokens_min == pytest.approx(2e3 * 8e5, rel=1e-6)
    np.testing.assert_allclose(found.steps(BATCHES), found.study.steps, rtol=1e-6)


def test_the_fit_is_the_least_squares_of_log_steps():
    study = hyperbola(scatter=0.1)
    found = fit_critical(METHODS["hyperbola"], study)

    def residuals(p):
        return np.log(study.steps) - p[0] - np.log1p(np.exp(p[1]) / study.batch)

    other = least_squares(residuals, [8.0, 12.0], xtol=1e-14, ftol=1e-14, gtol=1e-14)
    assert np.log(found.value) == pytest.approx(other.x[1], abs=1e-6)
    assert np.log(found.steps_min) == pytest.approx(other.x[0], abs=1e-6)


@pytest.mark.parametrize(("name", "draws"), [("hyperbola", 300), ("departure", 40)])
def test_the_interval_covers_the_truth_as_often_as_it_says(name, draws):
    linear = BATCHES[0]
    truth = {"hyperbola": 8e5, "departure": 0.2 * 8e5 + 1.2 * linear}[name]
    inside = []
    for seed in range(draws):
        found = fit_critical(METHODS[name], hyperbola(scatter=0.05, seed=seed))
        inside.append((found.lo or 0.0) < truth < (found.hi or np.inf))
    assert np.mean(inside) == pytest.approx(0.9, abs=2.7 * np.sqrt(0.09 / draws))


def test_on_a_hyperbola_the_20_percent_rule_is_a_fifth_of_it_and_the_start():
    found = fit_critical(METHODS["departure"], hyperbola())
    assert found.shape == pytest.approx(1.0, abs=1e-4)
    assert found.value == pytest.approx(0.2 * 8e5 + 1.2 * BATCHES[0], rel=1e-4)


def test_the_20_percent_rule_solves_its_own_equation():
    values = {"a": 900.0, "b": 3e8, "c": 0.9}
    law = get_law("cbs_steps")
    linear = 1e5
    study = Study(BATCHES, law.predict({"B": BATCHES}, values), linear)
    critical = fit_critical(METHODS["departure"], study).value
    promised, taken = law.predict({"B": [linear, critical]}, values)
    assert taken == pytest.approx(1.2 * promised * linear / critical, rel=1e-4)


def test_a_plateau_is_seen_and_moves_the_critical_batch():
    steps = get_law("parallel_regions").predict(
        {"B": BATCHES}, {"S_min": 2e3, "B_crit": 2e6, "floor": 1.5}
    )
    study = Study(BATCHES, steps, BATCHES[0])
    found = fit_critical(METHODS["plateau"], study)
    assert found.value == pytest.approx(2e6, rel=1e-3)
    assert found.shape == pytest.approx(1.5, rel=1e-3)
    assert found.scatter < 1e-4
    assert fit_critical(METHODS["hyperbola"], study).scatter > 0.05


def test_steps_that_only_fall_as_one_over_the_batch_leave_the_answer_open():
    study = Study(BATCHES, 1e9 / BATCHES, BATCHES[0])
    result = critical_batches(of_study(study), ["hyperbola"])
    found = result.groups[0].found["hyperbola"]
    assert found.value is None or found.value > 100.0 * BATCHES[-1]
    assert found.hi is None
    assert "W531" in {finding.code for finding in result.groups[0].findings}


@pytest.mark.parametrize(
    ("study", "columns", "code"),
    [
        (hyperbola(critical=3e7), {}, "W530"),
        (Study(BATCHES[:3], hyperbola().steps[:3], BATCHES[0]), {}, "W532"),
        (hyperbola(), {"lr": 3e-4}, "W533"),
        (Study(BATCHES, hyperbola().steps * np.where(BATCHES > 1e5, 0.5, 1), 1.0), {}, "W534"),
    ],
)
def test_a_weak_study_is_flagged(study, columns, code):
    clean = critical_batches(of_study(hyperbola(scatter=0.01)), ["hyperbola"])
    assert code not in {finding.code for finding in clean.groups[0].findings}
    result = critical_batches(of_study(study, **columns), ["hyperbola"])
    assert code in {finding.code for finding in result.groups[0].findings}


def test_the_best_of_several_rates_counts_at_each_batch():
    study = hyperbola()
    twice = table(
        batch_tokens=np.repeat(study.batch, 2),
        steps=np.ravel(np.column_stack([study.steps, 3.0 * study.steps])),
        loss=np.full(2 * len(BATCHES), 3.0),
        lr=np.tile([1e-3, 1e-4], len(BATCHES)),
    )
    found = critical_batches(twice, ["hyperbola"]).groups[0]
    assert found.found["hyperbola"].value == pytest.approx(8e5, rel=1e-6)
    assert "W533" not in {finding.code for finding in found.findings}


def test_sizes_and_losses_are_groups_and_thin_ones_are_counted():
    study = hyperbola()
    n = len(BATCHES)
    many = table(
        params=np.concatenate([np.full(n, 1e8), np.full(n, 2e8), [4e8, 4e8]]),
        batch_tokens=np.concatenate([BATCHES, BATCHES, BATCHES[:2]]),
        steps=np.concatenate([study.steps, 2.0 * study.steps, study.steps[:2]]),
        loss=np.full(2 * n + 2, 3.0),
    )
    result = critical_batches(many, ["hyperbola"])
    assert [group.params for group in result.groups] == [1e8, 2e8]
    assert result.left_out == 2
    assert result.growth["hyperbola"] is None  # two groups are no line


@pytest.mark.parametrize(
    ("make", "kind", "code"),
    [
        (lambda: critical_batches(table(loss=[3.0], steps=[1.0])), DataError, "E531"),
        (
            lambda: critical_batches(table(loss=[3.0], steps=[0.0], batch_tokens=[1.0])),
            DataError,
            "E531",
        ),
        (
            lambda: critical_batches(table(loss=[3.0, 3.0], steps=[2.0, 1.0], batch_tokens=[1, 2])),
            FitError,
            "E530",
        ),
        (lambda: critical_batches(of_study(hyperbola()), linear_batch=1e9), UsageError, "E532"),
        (lambda: critical_batches(of_study(hyperbola()), level=1.0), UsageError, "E100"),
        (lambda: critical_batches(of_study(hyperbola()), ["parabola"]), UsageError, "E101"),
    ],
)
def test_a_mistake_is_named(make, kind, code):
    with pytest.raises(kind) as caught:
        make()
    assert caught.value.code == code


def test_three_batches_are_enough_for_the_hyperbola_alone():
    three = Study(BATCHES[::4], hyperbola().steps[::4], BATCHES[0])
    group = critical_batches(of_study(three)).groups[0]
    assert set(group.found) == {"hyperbola"}
    assert set(group.failed) == {"departure", "plateau"}


def test_linear_scaling_ends_where_tokens_rise_by_a_tenth():
    batch = np.array([1.0, 2.0, 4.0, 8.0])
    assert linear_start(batch, np.array([1.0, 1.05, 1.2, 1.0]) / batch) == 2.0


def test_growth_is_a_line_with_students_interval():
    tokens = np.array([1e9, 2e9, 4e9, 8e9])
    exact = growth(tokens, 3.0 * tokens**0.5)
    assert exact.exponent == pytest.approx(0.5)
    assert exact.at(1e12) == pytest.approx(3e6)
    assert exact.exponent_hi - exact.exponent_lo < 1e-6
    bent = growth(tokens, 3.0 * tokens**0.5 * np.array([1.0, 1.1, 0.9, 1.0]), level=0.95)
    # by hand: slope 0.5 + (1.5*ln1 + .5*(ln.9 - ln1.1))/(5*ln2), two degrees of freedom
    slope = 0.5 + 0.5 * np.log(0.9 / 1.1) / (5.0 * np.log(2.0))
    assert bent.exponent == pytest.approx(slope)
    assert bent.exponent_lo < 0.5 < bent.exponent_hi
    assert bent.without_one[0] < bent.exponent < bent.without_one[1]


@pytest.fixture(scope="module")
def bowl_study():
    """Steps of SGD on the noisy bowl to a tenth of its loss, the best of 16 rates a batch."""
    bowl = spectrum_of_bowl(dimensions=300, curvature=1.0, start=0.0, power=0.0)
    rates = 1.9 / 1.25 ** np.arange(16)
    batches = 2.0 ** np.arange(1, 12, 1)
    steps = [_steps_to(bowl, batch, rates).min() for batch in batches]
    return bowl, Study(batches, np.array(steps), 2.0)


def _steps_to(bowl, batch, rates, longest=1000):
    losses = evolve(
        bowl,
        np.repeat(rates[None], longest, axis=0),
        np.full(len(rates), 1.0 / batch),
        logged=np.arange(1, longest + 1),
    )
    hit = losses <= 0.1 * float(bowl.start @ bowl.weight)
    return np.where(hit.any(axis=0), hit.argmax(axis=0) + 1.0, np.inf)


def test_the_noisy_bowl_shows_three_regions(bowl_study):
    _, study = bowl_study
    found = fit_critical(METHODS["hyperbola"], study)
    labels = list(regions(found).values())
    order = ["perfect scaling", "diminishing returns", "maximum parallelism"]
    assert labels == sorted(labels, key=order.index)
    assert labels[0] == "perfect scaling"
    assert labels[-1] == "maximum parallelism"
    assert "diminishing returns" in labels
    assert not falling_tokens(study)
    near = study.batch <= 4.0 * found.value
    error = np.abs(found.steps(study.batch) / study.steps - 1.0)[near]
    assert error.max() < 0.1
    assert np.sqrt(np.mean(error**2)) < 0.05


def test_the_linear_rule_fails_on_the_bowl_beyond_the_critical_batch(bowl_study):
    bowl, study = bowl_study
    rates = np.array([0.1275])  # half the best rate at the smallest batch, of 2
    with np.errstate(over="ignore", invalid="ignore"):
        taken = [_steps_to(bowl, batch, rates * batch)[0] for batch in study.batch]
    assert taken[1] == pytest.approx(study.steps[1], rel=0.1)
    assert np.isinf(taken[-1])  # diverges


def test_released_steps_give_the_critical_batches_of_the_tables_own_check(data_dir):
    from isoflop.measure.read_runs import read_runs

    runs = read_runs(
        data_dir / "critical-batch-size" / "steps_to_target.csv",
        mapping={"loss": "target_loss", "N": "params_label", "S": "steps_to_target"},
        params="total",
        loss_unit="nat/token",
    )
    result = critical_batches(runs, linear_batch=131_072.0)
    values = [group.found["hyperbola"].value for group in result.groups]
    np.testing.assert_allclose(values, [1.1e6, 1.7e6, 2.8e6, 4.1e6, 5.7e6], rtol=0.045)
    rule, curve = result.growth["departure"], result.growth["hyperbola"]
    assert rule.exponent == pytest.approx(0.39, abs=0.01)
    assert rule.exponent_lo < 0.47 < rule.exponent_hi
    assert curve.exponent == pytest.approx(0.63, abs=0.01)
    assert curve.exponent_lo > 0.47  # the definition decides: the hyperbola excludes it
