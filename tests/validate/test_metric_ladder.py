"""The metric ladder: correlations per item, stage by stage."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats

from isoflop.core.errors import DataError
from isoflop.core.files import canonical_json
from isoflop.validate.metric_ladder import forecast_stage, metric_ladder, stage_values

COMPUTE = np.geomspace(1e18, 1e22, 9)


def world(n_items=80, seed=0):
    """Right answers gain steadily with compute; wrong ones wander per item and model."""
    rng = np.random.default_rng(seed)
    x = np.log(COMPUTE / COMPUTE[0])[:, None]
    right = -9.0 + 0.4 * x + 0.2 * rng.standard_normal((9, n_items))
    wrong = -9.0 + 0.2 * x[:, :, None] + 0.9 * rng.standard_normal((9, n_items, 3))
    log_p = np.concatenate([right[:, :, None], wrong], axis=2)
    return log_p, np.zeros(n_items, dtype=int)


def test_correlation_falls_at_each_step_to_accuracy():
    found = {stage.name: stage for stage in metric_ladder(*world(), COMPUTE).stages}
    strong = [
        found[name].strong() for name in ("log_p_correct", "p_correct_given_choices", "accuracy")
    ]
    assert strong[0] == 1.0
    assert strong[0] > strong[1] > strong[2]


@pytest.mark.parametrize(
    ("kind", "reference"),
    [("pearson", stats.pearsonr), ("spearman", stats.spearmanr), ("kendall", stats.kendalltau)],
)
def test_correlations_are_those_of_scipy(kind, reference):
    log_p, correct = world(n_items=6)
    stage = metric_ladder(log_p, correct, COMPUTE).stages[0]
    by_scipy = [reference(np.log(COMPUTE), log_p[:, i, 0])[0] for i in range(6)]
    assert stage.correlations[kind] == pytest.approx(by_scipy, abs=1e-12)


def test_ties_are_handled_as_scipy_does():
    log_p, correct = world(n_items=40)
    ladder = metric_ladder(log_p, correct, COMPUTE)
    accuracy = stage_values(log_p, correct)["accuracy"]
    varies = accuracy.std(axis=0) > 0
    stage = next(one for one in ladder.stages if one.name == "accuracy")
    tau = [stats.kendalltau(np.log(COMPUTE), column)[0] for column in accuracy[:, varies].T]
    assert stage.correlations["kendall"][varies] == pytest.approx(tau, abs=1e-12)
    assert np.isnan(stage.correlations["kendall"][~varies]).all()


def test_stages_of_one_item_by_hand():
    log_p = np.log(np.array([[[0.1, 0.3, 0.0001]]]))
    found = {name: float(v[0, 0]) for name, v in stage_values(log_p, np.array([1])).items()}
    assert found["p_correct"] == pytest.approx(0.3)
    assert found["p_wrong"] == pytest.approx(0.1001)
    assert found["p_correct_given_choices"] == pytest.approx(0.3 / 0.4001)
    assert found["accuracy"] == 1.0
    shares = np.array([0.1, 0.3, 0.0001]) / 0.4001
    assert found["brier"] == pytest.approx(((shares - [0, 1, 0]) ** 2).sum())


def test_report_is_plain_json():
    document = json.loads(canonical_json(metric_ladder(*world(), COMPUTE).to_dict()))
    assert document["models"] == 9
    assert set(document["stages"][0]["spearman"]["abs"]) == {"0.1", "0.25", "0.5", "0.75", "0.9"}


def test_the_last_stage_within_tolerance_is_forecast():
    errors = {"log_p_correct": 0.01, "p_correct": 0.02, "accuracy": 0.2}
    assert forecast_stage(errors, 0.05) == "p_correct"
    assert forecast_stage(errors, 0.001) is None


def test_five_models_are_too_few():
    log_p, correct = world()
    with pytest.raises(DataError, match="5 amounts"):
        metric_ladder(log_p[:5], correct, COMPUTE[:5])
