"""Accept then stop: lines are followed down to the bend, flat models are not ranked."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isoflop.core.conventions import Conventions
from isoflop.core.errors import DataError, FitError
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs
from isoflop.fit.finetune_curves import fit_finetune, models_of
from isoflop.fit.finetune_selection import score_selection, select_model
from isoflop.laws.catalogue import get_law

SIZES = 200.0 * 2.0 ** np.arange(10)


def curve(E, B, D_l, beta):
    values = {"E": E, "B": B, "D_l": D_l, "beta": beta}
    return SIZES, get_law("rectified").predict({"D_f": SIZES}, values)


def test_a_power_law_is_followed_to_its_smallest_size_and_forecast_exactly():
    found = select_model({"a": curve(0.0, 20.0, 0.0, 0.2)}, 1e6)
    (line,) = found.lines
    assert line.stopped_at is None
    assert len(line.accepted) == len(SIZES)
    assert line.slope == pytest.approx(-0.2, rel=1e-9)
    assert line.forecast == pytest.approx(20.0 * 1e6**-0.2, rel=1e-9)


def test_going_down_stops_where_the_curve_bends():
    # Above the bend at 12,800 examples an exact line, below it flat.
    losses = np.where(SIZES >= 12_800.0, 5.0 * (SIZES / 12_800.0) ** -0.3, 5.0)
    (line,) = select_model({"a": (SIZES, losses)}, 1e6).lines
    assert min(line.accepted) == 12_800.0
    assert line.stopped_at == 6_400.0


def test_order_of_small_losses_is_overturned_by_the_slope():
    early, late = (SIZES, 3.0 * SIZES**-0.05), (SIZES, 11.0 * SIZES**-0.15)
    assert early[1][-1] < late[1][-1]  # at 102,400 examples the first is still better
    assert select_model({"early": early, "late": late}, 1.6e6).pick == "late"


def test_all_flat_models_cannot_be_ranked():
    flat = {name: (SIZES, height * SIZES**-0.001) for name, height in (("a", 2.0), ("b", 3.0))}
    found = select_model(flat, 1e6)
    assert found.pick is None
    assert found.to_dict()["verdict"] == "cannot rank"
    assert [finding.code for finding in found.findings] == ["W555"]


def test_sizes_above_the_budget_and_zero_shot_are_not_looked_at():
    sizes = np.concatenate([[0.0], SIZES])
    losses = np.concatenate([[50.0], 9.0 * SIZES**-0.15])
    (line,) = select_model({"a": (sizes, losses)}, 20_000.0).lines
    assert max(line.accepted) == 12_800.0


def test_seeds_of_one_size_are_averaged_in_logs():
    twice = np.repeat(SIZES, 2)
    losses = 9.0 * twice**-0.15 * np.tile([1.01, 1.0 / 1.01], len(SIZES))
    (line,) = select_model({"a": (twice, losses)}, 1e6).lines
    assert line.forecast == pytest.approx(9.0 * 1e6**-0.15, rel=1e-9)


def test_too_few_sizes_are_left_out_and_none_is_an_error():
    two = (SIZES[:2], np.array([3.0, 2.9]))
    found = select_model({"a": curve(0.0, 20.0, 0.0, 0.2), "b": two}, 1e6)
    assert set(found.left_out) == {"b"}
    with pytest.raises(DataError, match="3 sizes"):
        select_model({"b": two}, 1e6)


def test_scores_of_a_selection_by_hand():
    measured = {"a": 1.0, "b": 2.0, "c": 3.0}
    score = score_selection({"a": 2.0, "b": 1.0, "c": 3.0}, measured)
    assert not score.is_hit
    assert score.relative_accuracy == pytest.approx(0.5)
    assert score.pearson == pytest.approx(0.5)
    assert score_selection(measured, measured).is_hit
    with pytest.raises(DataError, match="cannot be ranked"):
        score_selection({"a": 1.0}, measured)


def table(**columns):
    frame = pl.DataFrame(columns).with_row_index("row", offset=1)
    return Runs(frame, Conventions(), Provenance("t.csv", "none"))


def test_fits_recover_each_model_and_name_its_phase():
    truth = {"rising": (1.0, 200.0, 100.0, 0.5), "early": (1.0, 5e5, 2e5, 0.8)}
    parts = {name: curve(*values)[1] for name, values in truth.items()}
    runs = table(
        model=np.repeat(list(parts), len(SIZES)),
        examples=np.tile(SIZES, 2),
        loss=np.concatenate(list(parts.values())),
    )
    found = {item.model: item for item in fit_finetune(runs, resamples=0).curves}
    assert found["rising"].phase == "both"
    assert found["rising"].bend == pytest.approx(100.0**2, rel=1e-3)
    assert found["rising"].fit.values["beta"] == pytest.approx(0.5, rel=1e-3)
    assert found["early"].phase == "pre-power"
    assert found["early"].bend_interval is None


def test_intervals_of_a_noisy_curve_hold_the_truth():
    rng = np.random.default_rng(1)
    noisy = curve(1.0, 200.0, 100.0, 0.5)[1] * np.exp(0.003 * rng.standard_normal(len(SIZES)))
    runs = table(model=["m"] * len(SIZES), examples=SIZES, loss=noisy)
    (found,) = fit_finetune(runs, resamples=60).curves
    low, high = found.bend_interval
    assert low < 1e4 < high
    document = found.to_dict()
    assert document["parameters"]["beta"]["lo"] < 0.5 < document["parameters"]["beta"]["hi"]


def test_several_tasks_or_no_model_are_refused():
    two = table(dataset=["a", "b"], model=["m", "m"], examples=[1e3, 1e3], loss=[2.0, 3.0])
    with pytest.raises(DataError, match="2 tasks"):
        models_of(two)
    with pytest.raises(DataError, match="which model"):
        models_of(table(examples=[1e3], loss=[2.0]))


def test_too_few_sizes_for_any_fit_are_refused():
    runs = table(model=["m"] * 3, examples=SIZES[:3], loss=[3.0, 2.9, 2.8])
    with pytest.raises(FitError, match="to no model"):
        fit_finetune(runs, resamples=0)
