"""What each design promises, against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest

from isoflop.core.errors import UsageError
from isoflop.measure.design.design import designs
from isoflop.testing.design_contract import COMMON, points_of

PER_STEP = COMMON["batch"] * COMMON["seq_len"]


def points(kind, text, **changes):
    return points_of(designs()[kind], text, **changes)


def test_isoflop_runs_spend_their_budget_to_half_a_step():
    found = points("isoflop", "budgets = [1e10, 1e11]\nsizes = [[16, 2], [32, 2], [64, 3]]")
    budgets = np.repeat([1e10, 1e11], 3)
    for point, budget in zip(found, budgets, strict=True):
        step = point.expected["flops"] / point.expected["steps"]
        assert abs(point.expected["flops"] - budget) <= step / 2


def test_isoflop_sizes_surround_the_assumed_optimum():
    found = points(
        "isoflop", "budgets = [1e13]\nsizes_per_budget = 5\nspread = 4\ncentre = 20\nhead_width = 4"
    )
    sizes = [point.expected["params"] for point in found]
    wanted = math.sqrt(1e13 / 120) * 4.0 ** np.linspace(-1, 1, 5)
    assert np.max(np.abs(np.log(sizes / wanted))) < 0.1


@pytest.mark.parametrize("target", [1e5, 1e6, 3e7, 1e9])
def test_the_nearest_shape_is_within_a_tenth_of_its_size(target):
    text = f"params = [{target}]\ntokens = [1e6]\nhead_width = 8"
    (point,) = points("grid", text)
    assert abs(math.log(point.expected["params"] / target)) < 0.1
    assert 8 <= point.settings["width"] / point.settings["depth"] <= 128


def test_grid_is_every_size_with_every_ratio():
    found = points("grid", "sizes = [[16, 1], [32, 2]]\nratios = [5, 20, 80]")
    ratios = [point.expected["tokens"] / point.expected["params"] for point in found]
    slack = PER_STEP / 2 / min(point.expected["params"] for point in found)
    assert np.max(np.abs(np.array(ratios) - [5, 20, 80] * 2)) <= slack


def test_ranges_are_geometric_and_hold_both_ends():
    tokens = "{ from = 1e5, to = 1e7, points = 5 }"
    found = points("grid", f"sizes = [[16, 1]]\ntokens = {tokens}", batch=1, seq_len=1)
    steps = [point.expected["steps"] for point in found]
    assert steps == [100_000, 316_228, 1_000_000, 3_162_278, 10_000_000]


def test_branches_cost_the_longest_and_the_cooldowns():
    text = "sizes = [[16, 1]]\ntokens = [128000, 256000, 512000]\ncooldown = 0.2"
    found = points("trunk", text)
    trunk, branches = found[0], found[1:]
    spent = trunk.expected["steps"] + sum(
        branch.expected["steps"] - branch.expected["start"] for branch in branches
    )
    horizons = [branch.expected["steps"] for branch in branches]
    assert spent == 0.8 * max(horizons) + 0.2 * sum(horizons)  # haegele2024: the stable part once
    every = trunk.settings["checkpoint_every"]
    assert all(branch.expected["start"] % every == 0 for branch in branches)


def test_a_branch_is_the_wsd_run_of_its_horizon():
    found = points("trunk", "sizes = [[16, 1]]\nratios = [7, 13, 40]\nwarmup_fraction = 0.1")
    trunk, branches = found[0], found[1:]
    assert trunk.settings["schedule"] == "constant"
    for branch in branches:
        steps, decay = branch.settings["steps"], branch.settings["decay_fraction"]
        assert branch.settings["schedule"] == "wsd"
        assert steps * (1 - decay) == pytest.approx(branch.expected["start"], abs=1e-6)
        assert branch.settings["warmup_steps"] == trunk.settings["warmup_steps"]
        assert branch.trunk == trunk


def test_star_changes_one_factor_at_a_time():
    found = points(
        "star",
        "centre = { width = 32, depth = 2, tokens = 1e5, lr = 0.003, batch = 8 }\n"
        "arms = { lr = [0.001, 0.01], batch = { from = 4, to = 16, factor = 4 }, depth = [1] }",
    )
    centre, others = found[0].settings, [point.settings for point in found[1:]]
    names = ("width", "depth", "lr", "batch")
    changed = [[name for name in names if point[name] != centre[name]] for point in others]
    assert changed == [["lr"], ["lr"], ["batch"], ["batch"], ["depth"]]


def test_rates_and_batches_are_compared_at_equal_tokens():
    found = points(
        "lr_batch", "sizes = [[16, 1]]\nlr = [1e-3, 2e-3]\nbatch = [1, 4, 16]\ntokens = [102400]"
    )
    assert {(p.settings["lr"], p.settings["batch"]) for p in found} == {
        (lr, batch) for lr in (1e-3, 2e-3) for batch in (1, 4, 16)
    }
    assert {point.expected["tokens"] for point in found} == {102400}


@pytest.mark.parametrize(("parts", "count"), [(2, 3), (4, 3), (3, 4)])
def test_the_lattice_has_all_shares_of_one_part(parts, count):
    names = [f"d{i}" for i in range(count)]
    text = (
        f"sizes = [[16, 1]]\ndomains = {names}\nlattice = {parts}\ntokens = [1e5]\n"
        "corners = false\ncentre = false\nnatural = false"
    )
    shares = np.array([list(p.settings["shares"].values()) for p in points("mixture", text)])
    assert len(shares) == math.comb(parts + count - 1, count - 1)
    assert np.allclose(shares.sum(axis=1), 1.0, atol=1e-12)
    assert np.allclose(shares * parts, np.round(shares * parts), atol=1e-5 * parts)


def test_draws_surround_the_natural_mix():
    text = (
        'sizes = [[16, 1]]\ndomains = ["a", "b", "c"]\ndraws = 400\nconcentration = [2.0]\n'
        "tokens = [1e5]\ncorners = false\ncentre = false\nnatural = false"
    )
    shares = np.array([list(p.settings["shares"].values()) for p in points("mixture", text)])
    # Dirichlet(2, 2, 2): mean 1/3, variance (1/3)(2/3)/7
    sd = math.sqrt(2 / 9 / 7)
    assert np.abs(shares.mean(axis=0) - 1 / 3).max() < 4 * sd / math.sqrt(400)
    assert shares.std(axis=0) == pytest.approx([sd] * 3, rel=0.15)


def test_rules_are_power_laws_of_the_realised_size():
    text = (
        "sizes = [[16, 1], [64, 2]]\nratios = [20]\n"
        "rules.lr = { coefficient = 3.0, params = -0.5, tokens = 0.1 }\n"
        "rules.batch = { coefficient = 0.01, tokens = 0.5, least = 2 }"
    )
    for point in points("grid", text):
        wanted_tokens = 20 * point.expected["params"]
        lr = 3.0 * point.expected["params"] ** -0.5 * wanted_tokens**0.1
        assert point.settings["lr"] == pytest.approx(lr, rel=1e-5)
        assert point.settings["batch"] == max(2, round(0.01 * wanted_tokens**0.5))


def test_lists_of_one_size_are_its_own_seeds():
    found = points(
        "grid", "sizes = [{width = 16, depth = 1, seed = [0, 1, 2]}, [32, 1]]\nratios = [20]"
    )
    assert [point.settings.get("seed") for point in found] == [0, 1, 2, None]


def test_runs_outside_the_ratios_are_left_out_and_told():
    from isoflop.measure.design.realise import realise
    from isoflop.measure.design.table import Table
    from isoflop.testing.design_contract import base_of

    values = {"kind": "isoflop", "budgets": [1e9], "sizes": [[16, 1], [128, 4]]}
    table = Table("design", values | {"tokens_per_param": [1, 1000]})
    found, notes = realise(
        designs()["isoflop"].wishes(table, base_of(table)), table, base_of(table)
    )
    assert [point.settings["width"] for point in found] == [16]
    assert notes[0].code == "W432"


WRONG = {
    "budgets = [-1e12]\nsizes = [[16, 1]]": "E432",
    "budgets = []\nsizes = [[16, 1]]": "E432",
    "budgets = ['many']\nsizes = [[16, 1]]": "E432",
    "budgets = { from = 1e12, to = 1e11, points = 3 }\nsizes = [[16, 1]]": "E432",
    "budgets = { from = 1e11, to = 1e12 }\nsizes = [[16, 1]]": "E432",
    "budgets = { from = 1e11, to = 1e12, factor = 1 }\nsizes = [[16, 1]]": "E432",
    "sizes = [[16, 1]]": "E432",
    "budgets = [1e10]\nsizes = [[16]]": "E432",
    "budgets = [1e10]\nsizes = [[16, 1]]\nparams = [1e5]": "E432",
    "budgets = [1e10]\nsizes = [{width = 30, depth = 1, heads = 4}]": "E432",
    "budgets = [1e3]\nsizes = [[64, 2]]": "E433",
    "budget = [1e10]\nsizes = [[16, 1]]": "E431",
    "budgets = [1e10]\nsizes = [[16, 1]]\nrules.lr = { coefficient = 1, size = 2 }": "E431",
}


@pytest.mark.parametrize("text", WRONG)
def test_an_impossible_design_is_refused_with_its_line(text):
    with pytest.raises(UsageError) as caught:
        points("isoflop", text)
    assert caught.value.code == WRONG[text]
    assert "example.toml" in str(caught.value.where)
    assert caught.value.do
