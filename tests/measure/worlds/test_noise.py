"""Noise models (M05): the variance law each declares is the one it draws by."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isoflop.core.conventions import Conventions
from isoflop.core.errors import DataError, UsageError
from isoflop.core.provenance import Provenance
from isoflop.core.runs import ROW, Runs
from isoflop.measure.noise_model import all_noise, get_noise, with_noise
from isoflop.measure.world import get_world

COPIES = 40_000
LOSSES, SCORES = (0.5, 2.0, 3.5, 9.0), (0.0, 0.25, 0.9)
CASES = [
    (model.name, truth)
    for model in all_noise()
    for truth in (LOSSES if model.kind == "loss" else SCORES)
]


def runs_of(**columns):
    table = pl.DataFrame(columns)
    return Runs(table.with_row_index(ROW, offset=1), Conventions(), Provenance("test", ""))


@pytest.mark.parametrize(("name", "truth"), CASES, ids=str)
def test_scatter_is_the_declared_one(name, truth):
    """Of ln loss, or of the score; the sd of 40,000 draws is known to 0.4% (normal)."""
    model = get_noise(name)
    column = "loss" if model.kind == "loss" else "score/mmlu"
    runs = runs_of(run_id=[str(k) for k in range(COPIES)], **{column: [truth] * COPIES})
    noisy = with_noise(runs, name, 1).values(column)
    declared = float(model.sd(np.array([truth]), model.checked({}))[0])
    deviation = np.log(noisy / truth) if model.kind == "loss" else noisy - truth
    bound = 0.6 if truth == 0.0 else 0.02  # a score of 0 cannot fall: half of the seeds show
    assert deviation.std() == pytest.approx(declared, rel=bound)


def test_seed_noise_is_log_linear_between_its_anchors():
    sd = get_noise("seed").sd
    v = get_noise("seed").checked(
        {"sd_low": 0.001, "sd_high": 0.1, "low_loss": 1.0, "high_loss": 100.0}
    )
    found = sd(np.array([0.1, 1.0, 10.0, 100.0, 1000.0]), v)
    assert found == pytest.approx([0.001, 0.001, 0.01, 0.1, 0.1])


def test_anchors_may_be_given_in_either_order():
    v = {"sd_low": 0.001, "sd_high": 0.1, "low_loss": 100.0, "high_loss": 1.0}
    found = get_noise("seed").sd(np.array([1.0, 10.0, 100.0]), v)
    assert found == pytest.approx([0.1, 0.01, 0.001])


def test_points_of_a_trajectory_are_wrong_together():
    runs = runs_of(run_id=["a", "b", "a", "b"], loss=[2.0, 2.0, 3.0, 3.0])
    ratio = with_noise(runs, "trajectory", 0).values("loss") / runs.values("loss")
    assert ratio[0] == pytest.approx(ratio[2], rel=1e-12)
    assert ratio[1] == pytest.approx(ratio[3], rel=1e-12)
    assert ratio[0] != ratio[1]


def test_runs_without_names_share_an_offset_by_size():
    runs = runs_of(params=[1e6, 1e7, 1e6], loss=[2.0, 2.0, 3.0])
    ratio = with_noise(runs, "trajectory", 0).values("loss") / runs.values("loss")
    assert ratio[0] == pytest.approx(ratio[2], rel=1e-12)


def test_digitised_losses_stay_within_half_a_step():
    runs = runs_of(loss=[2.0] * 1000)
    assert np.abs(with_noise(runs, "digitised", 0).values("loss") - 2.0).max() <= 0.005


def test_scores_are_whole_numbers_of_items():
    runs = runs_of(**{"score/copa": [0.7] * 50})
    items = with_noise(runs, "evaluation", 0, items=100).values("score/copa") * 100
    assert items == pytest.approx(np.round(items), abs=1e-9)


@pytest.mark.parametrize("name", ["seed", "trajectory", "digitised"])
def test_noise_follows_its_seed_and_leaves_the_rest_alone(name):
    runs = get_world("additive").simulate(0)
    first, again, other = (with_noise(runs, name, seed) for seed in (1, 1, 2))
    assert first.to_json() == again.to_json()
    assert first.digest != other.digest
    assert first.table.drop("loss").equals(runs.table.drop("loss"))
    assert f"noise '{name}'" in first.provenance.conversions[-1]


def test_noises_of_one_seed_are_independent_of_each_other():
    runs = runs_of(run_id=[str(k) for k in range(4000)], loss=[2.0] * 4000)
    found = [np.log(with_noise(runs, n, 0).values("loss") / 2.0) for n in ("seed", "trajectory")]
    assert abs(np.corrcoef(found)[0, 1]) < 4 / np.sqrt(4000)


def test_noise_falls_on_every_step_of_curves():
    curves = get_world("nqm").curves(0)
    noisy = with_noise(curves, "seed", 0)
    assert type(noisy) is type(curves)
    assert (noisy.values("loss") != curves.values("loss")).all()


def test_weights_are_inverse_variances():
    assert get_noise("seed").weights(np.array([1.0, 8.0])) == pytest.approx([0.002**-2, 0.05**-2])


@pytest.mark.parametrize(
    ("call", "kind", "code"),
    [
        (lambda: get_noise("sed"), UsageError, "E475"),
        (lambda: with_noise(runs_of(loss=[1.0]), "seed", sd=1.0), UsageError, "E471"),
        (lambda: with_noise(runs_of(loss=[1.0]), "trajectory", sd=-1.0), UsageError, "E472"),
        (lambda: with_noise(runs_of(loss=[1.0]), "seed", -1), UsageError, "E472"),
        (lambda: with_noise(runs_of(loss=[1.0]), "evaluation"), DataError, "E476"),
        (lambda: with_noise(runs_of(loss=[0.0]), "seed"), DataError, "E476"),
    ],
)
def test_impossible_noise_is_refused(call, kind, code):
    with pytest.raises(kind) as caught:
        call()
    assert caught.value.code == code
