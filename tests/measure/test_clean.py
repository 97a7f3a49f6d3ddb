"""Each rule takes the rows it is about, names them, and leaves good data alone."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from isoflop.core.errors import UsageError
from isoflop.core.explain import explanations
from isoflop.measure.clean.rule import Evidence
from isoflop.measure.cleaning import choose_rules, rules
from isoflop.measure.read_runs import read_runs

BASE = {
    "params": [1e8, 2e8, 4e8, 8e8, 1.6e9],
    "tokens": [2e9, 4e9, 8e9, 1.6e10, 3.2e10],
    "loss": [3.5, 3.2, 3.0, 2.8, 2.7],
}


def left_out(changes, **options):
    runs = read_runs(pl.DataFrame(BASE | changes, strict=False), **options)
    return {item.row: item.rule for item in runs.provenance.exclusions}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {}),
        ({"loss": [3.5, None, 3.0, 2.8, 2.7]}, {2: "missing"}),
        ({"tokens": [2e9, 4e9, None, 1.6e10, 3.2e10]}, {3: "missing"}),
        ({"tokens": ["2B", "4B", "8B", "16B", "x"]}, {5: "not_a_number"}),
        ({"loss": [3.5, math.nan, 3.0, math.inf, 2.7]}, {2: "non_finite", 4: "non_finite"}),
        ({"tokens": [2e9, -4e9, 8e9, 0.0, 3.2e10]}, {2: "negative_count", 4: "negative_count"}),
        ({"flops": [1e18, -(2**62), 2e19, 8e19, 3e20]}, {2: "negative_count"}),
        (
            {"status": ["finished", "Diverged", "ok", "failed", "ok"]},
            {2: "diverged", 4: "diverged"},
        ),
        ({"loss": [3.5, -3.2, 3.0, 2.8, 2.7]}, {2: "negative_loss"}),
        ({"diverged": [0, 0, 1, 0, 0]}, {3: "diverged"}),
        ({"vocab": [32000] * 5, "loss": [10.4, 3.2, 3.0, 2.8, 2.7]}, {1: "diverged"}),
        ({"loss": [3.5, 3.2, 3.0, 2.8, 400.0]}, {5: "diverged"}),
        ({"loss": [3.5, 3.2, 3.0, 2.8, 11.0]}, {}),
        ({"loss": [3.5, 3.5, 3.5, 3.5, 3.5]}, {}),
    ],
)
def test_default_rules_take_what_is_broken(changes, expected):
    assert left_out(changes) == expected


def test_a_repeated_run_is_left_out_once():
    table = pl.DataFrame(BASE)
    runs = read_runs(pl.concat([table, table[1:2]]))
    (gone,) = runs.provenance.exclusions
    assert (gone.row, gone.rule, gone.reason) == (6, "duplicate", "repeats row 2 in every cell")
    assert len(read_runs(pl.concat([table, table[1:2]]), keep=("duplicate",))) == 6


def test_a_step_logged_again_keeps_the_later_row():
    changes = {"run_id": ["a", "a", "b", "b", "b"], "step": [1, 1, 1, 2, 3]}
    assert left_out(changes) == {1: "duplicate"}


@pytest.mark.parametrize(
    ("drop", "rows"),
    [
        ("highest_loss=2", {1, 2}),
        ("loss_above=2.9", {1, 2, 3}),
        ("tokens_below=5B", {1, 2}),
        ("tokens_per_param_below=20.5", {1, 2, 3, 4}),
    ],
)
def test_rules_on_request_take_what_was_asked_for(drop, rows):
    changes = {"tokens": [2e9, 4e9, 8e9, 1.6e10, 3.3e10]}
    assert set(left_out(changes, drop=(drop,))) == rows


@pytest.mark.parametrize(
    "drop", ["highest_loss", "highest_loss=many", "duplicate=3", "highest_los=5", "loss_above=-1"]
)
def test_a_rule_asked_for_wrongly_is_wrong_usage(drop):
    with pytest.raises(UsageError):
        choose_rules(drop=(drop,))


def test_every_exclusion_is_counted_in_a_note():
    runs = read_runs(pl.DataFrame(BASE), drop=("highest_loss=2",))
    note = next(note for note in runs.provenance.notes if note.code == "W107")
    assert note.text.startswith("2 rows left out as highest_loss: row 1")


def test_losses_in_bits_among_nats_are_found(smooth):
    params, tokens, loss = smooth
    slipped = loss.copy()
    slipped[[10, 25]] /= math.log(2)
    runs = read_runs(pl.DataFrame({"params": params, "tokens": tokens, "loss": slipped}))
    assert {item.row for item in runs.provenance.exclusions} == {11, 26}
    assert {item.rule for item in runs.provenance.exclusions} == {"loss_in_bits"}


@pytest.mark.parametrize("seed", range(5))
def test_scatter_is_not_taken_for_bits(smooth, seed):
    params, tokens, loss = smooth
    rng = np.random.default_rng(seed)
    rough = loss * np.exp(np.abs(rng.normal(0, 0.25, len(loss))))
    runs = read_runs(pl.DataFrame({"params": params, "tokens": tokens, "loss": rough}))
    assert runs.provenance.exclusions == ()


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_a_rule_is_explained_and_survives_a_table_without_its_columns(rule):
    assert rule.code in explanations()
    bare = Evidence(pl.DataFrame({"row": [1], "colour": ["red"]}), {})
    assert rule.find(bare, 1.0) == []


def test_rule_names_and_codes_are_unique():
    assert (
        len({rule.name for rule in rules()}) == len({rule.code for rule in rules()}) == len(rules())
    )
