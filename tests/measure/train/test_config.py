"""Configurations: what is accepted, and how mistakes are met."""

from __future__ import annotations

import json

import pytest

from isoflop.core.errors import UsageError
from isoflop.measure.train.config import TrainConfig

LEAST = {"data": "x", "width": 16, "depth": 1, "heads": 2, "steps": 10, "lr": 0.01}


def test_a_configuration_survives_json():
    config = TrainConfig.from_dict(LEAST | {"shares": {"b": 1, "a": 3}})
    assert TrainConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_counts_may_be_written_as_floats():
    assert TrainConfig.from_dict(LEAST | {"steps": 1e3}).steps == 1000


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(UsageError, match="weight_decay") as caught:
        TrainConfig.from_dict(LEAST | {"weight_decy": 0.1})
    assert caught.value.code == "E410"


@pytest.mark.parametrize(
    "changes",
    [
        {"width": "16"},
        {"steps": 1.5},
        {"tied": 1},
        {"shares": {"a": "half"}},
        {"shares": [1]},
        {"data": None},
    ],
)
def test_a_value_of_the_wrong_type_is_refused(changes):
    with pytest.raises(UsageError) as caught:
        TrainConfig.from_dict(LEAST | changes)
    assert caught.value.code == "E410"


def test_a_missing_name_is_said():
    with pytest.raises(UsageError, match="does not say lr"):
        TrainConfig.from_dict({name: v for name, v in LEAST.items() if name != "lr"})


@pytest.mark.parametrize(
    "changes",
    [
        {"heads": 3},
        {"heads": 16},
        {"lr": 0.0},
        {"lr": float("nan")},
        {"batch": 6, "micro_batches": 4},
        {"warmup_steps": 10},
        {"noise_scale_every": 1},
        {"experts": 4},
        {"experts": 2, "experts_active": 3},
        {"beta2": 1.0},
        {"decay_fraction": 0.0},
        {"shares": {"a": 0.0}},
        {"seq_len": 70_000},
    ],
)
def test_what_cannot_be_trained_is_refused(changes):
    with pytest.raises(UsageError) as caught:
        TrainConfig.from_dict(LEAST | changes)
    assert caught.value.code == "E411"


@pytest.mark.parametrize("name", ["optimizer", "schedule", "parametrisation", "precision"])
def test_an_unknown_member_is_refused(name):
    with pytest.raises(UsageError) as caught:
        TrainConfig.from_dict(LEAST | {name: "nothing"})
    assert caught.value.code == "E101"
