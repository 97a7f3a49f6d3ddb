"""Worlds are found by file, refuse what they cannot be, and give the same bytes for one seed."""

from __future__ import annotations

from functools import cache

import pytest

from isoflop.core.errors import UsageError
from isoflop.core.sources import sources
from isoflop.laws.catalogue import get_law
from isoflop.measure.read_curves import read_curves
from isoflop.measure.read_runs import read_runs
from isoflop.measure.world import all_worlds, get_world

WORLDS = {world.name: world for world in all_worlds()}
each = pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
EXPONENTS = {f"{w.name}-{e.name}": (w, e) for w in WORLDS.values() for e in w.exponents}


@cache
def simulated(name):
    return WORLDS[name].simulate(0)


def test_every_entry_of_the_catalogue_has_its_world():
    assert {world.entry for world in WORLDS.values()} >= {f"W0{k}" for k in range(1, 8)}


@each
def test_source_is_in_the_bibliography(world):
    assert world.source in sources()


@pytest.mark.parametrize(("world", "exponent"), EXPONENTS.values(), ids=EXPONENTS)
def test_exponent_names_a_parameter_of_its_law_and_a_number_of_the_truth(world, exponent):
    law = get_law(exponent.law)
    assert {exponent.parameter, *exponent.fixed} <= set(law.parameter_names)
    assert set(exponent.axes) <= set(law.inputs)
    assert exponent.name in world.truth()


@each
def test_same_seed_gives_the_same_bytes(world):
    assert world.simulate(0).to_json() == simulated(world.name).to_json()


@pytest.mark.parametrize("name", ["additive", "lottery", "quanta", "sharma"])
def test_another_seed_gives_another_table(name):
    assert WORLDS[name].simulate(1).digest != WORLDS[name].simulate(2).digest


@each
def test_table_is_read_back_whole_without_naming_a_column(world, tmp_path):
    runs = simulated(world.name)
    read = read_runs(runs.to_csv(tmp_path / "runs.csv"), keep=("diverged",))
    assert len(read) == len(runs)
    assert set(runs.columns) <= set(read.columns)
    assert read.values("loss") == pytest.approx(runs.values("loss"), rel=1e-12)


def test_curves_are_read_back_whole(tmp_path):
    curves = WORLDS["nqm"].curves(0)
    read = read_curves(curves.to_csv(tmp_path / "steps.csv"))
    assert len(read) == len(curves)
    assert read.run_ids == curves.run_ids


def test_runs_of_a_world_with_steps_are_the_ends_of_its_curves():
    curves, runs = WORLDS["nqm"].curves(0), WORLDS["nqm"].simulate(0)
    assert runs.table.equals(curves.final().table)
    assert set(runs.values("step")) == {curves.values("step").max()}


@pytest.mark.parametrize(
    ("call", "code", "words"),
    [
        (lambda: get_world("bordelo"), "E470", "bordelon"),
        (lambda: WORLDS["nqm"].simulate(0, momentun=0.9), "E471", "momentum"),
        (lambda: WORLDS["bordelon"].simulate(0, a=1.0), "E472", "from 1.2 to 3"),
        (lambda: WORLDS["bordelon"].truth(a=float("nan")), "E472", "from 1.2 to 3"),
        (lambda: WORLDS["sharma"].simulate(0, dimension=2.5), "E472", "whole number"),
        (lambda: WORLDS["nqm"].simulate(0, start=0.0), "E473", "above 1"),
        (lambda: WORLDS["lottery"].curves(0), "E474", "nqm"),
    ],
)
def test_impossible_requests_are_refused_with_the_way_out(call, code, words):
    with pytest.raises(UsageError) as caught:
        call()
    assert caught.value.code == code
    assert words in str(caught.value)


def test_settings_turn_the_truth_and_are_named_in_the_provenance():
    runs = WORLDS["quanta"].simulate(0, alpha=1.0)
    assert WORLDS["quanta"].truth(alpha=1.0)["data"] == pytest.approx(0.5)
    assert runs.provenance.source == "simulated world 'quanta', seed 0, alpha 1"
