"""Suspicion: planted faults are named, healthy studies are not, influence equals refits."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest
from benchmarks.faults import is_named
from benchmarks.planted import FAULTS
from benchmarks.simulated_study import study

from isoflop.cli.main import main
from isoflop.core.errors import DataError, UsageError
from isoflop.fit.fit_law import fit_law
from isoflop.fit.objective import Objective
from isoflop.measure.read_runs import read_runs
from isoflop.measure.worlds import additive
from isoflop.validate.suspicion.gap import Design, all_gaps
from isoflop.validate.suspicion.influence import influence
from isoflop.validate.suspicion.kind import Claim, kinds_of, settle
from isoflop.validate.suspicion.kinds.repeated import effective
from isoflop.validate.suspicion.report import suspect
from isoflop.validate.suspicion.surface import surface_of
from isoflop.validate.suspicion.suspect import named_rows
from isoflop.validate.suspicion.trend import trend

FIRST = 700_000  # seeds of no benchmark


def decided(fit, budget):
    values = {name: np.asarray(value) for name, value in fit.values.items()}
    N = fit.law.optimum(values, np.asarray(budget), 6.0)["N"]
    loss = fit.predict({"N": N, "D": budget / (6 * N)}).value
    return float(np.log(N)), float(np.log(loss).item())


@pytest.mark.parametrize("kind", FAULTS)
def test_a_planted_fault_is_named_with_its_rows(kind):
    offset = FIRST + 1_000 * list(FAULTS).index(kind)
    assert sum(is_named(kind, seed)[0] for seed in range(offset, offset + 5)) >= 4


def test_healthy_studies_are_not_accused():
    accused = [bool(named_rows(study(seed).runs())) for seed in range(FIRST, FIRST + 12)]
    assert sum(accused) <= 1


def test_the_robust_law_ignores_four_rows_in_ten():
    made = study(3)
    N, D, loss = (made.values(name) for name in ("params", "tokens", "loss"))
    bad = np.random.default_rng(0).permutation(len(N)) < 0.35 * len(N)
    surface = surface_of(N, D, np.where(bad, 2.0 * loss, loss), np.ones(len(N), dtype=bool))
    clean = surface_of(N, D, loss, ~bad)
    assert not surface.accepted[bad].any()
    apart = surface.log_loss(N, D) - clean.log_loss(N, D)
    assert np.abs(apart).max() < 0.01


def test_scores_of_a_healthy_study_are_standard():
    scores = []
    for seed in range(6):
        made = study(seed)
        N, D, loss = (made.values(name) for name in ("params", "tokens", "loss"))
        surface = surface_of(N, D, loss, np.ones(len(N), dtype=bool))
        scores.append(surface.studentised(N, D, loss))
    # About 200 scores: the spread of a standard deviation is 0.05.
    assert 0.8 < np.std(np.concatenate(scores)) < 1.25


@pytest.mark.parametrize("name", ["squared_log", "huber_log"])
def test_influence_equals_refits_without_the_run(name):
    runs = additive.simulate(1)
    objective = Objective(name)
    found = influence(runs, budget=1e22, objective=objective, exact=3)
    base = decided(fit_law(runs, objective=objective, resamples=0), 1e22)
    assert pytest.approx(np.exp(base[0]), rel=1e-6) == found.decision.N
    for row in np.flatnonzero(found.exact):
        rest = runs.take(np.arange(len(runs)) != row)
        without = decided(fit_law(rest, objective=objective, resamples=0), 1e22)
        assert found.log_size[row] == pytest.approx(without[0] - base[0], abs=2e-4)
        assert found.log_loss[row] == pytest.approx(without[1] - base[1], abs=2e-5)


def test_one_newton_step_is_close_to_the_refit():
    runs = additive.simulate(1)
    step = influence(runs, budget=1e22, objective=Objective("squared_log"), exact=0)
    full = influence(runs, budget=1e22, objective=Objective("squared_log"), exact=len(runs))
    assert full.exact.all()
    assert not step.exact.any()
    strong = np.abs(full.log_size) > 0.005
    assert strong.sum() > 5
    assert np.corrcoef(step.log_size, full.log_size)[0, 1] > 0.99
    assert np.abs(step.log_size - full.log_size).max() < 0.2 * np.abs(full.log_size).max()


def test_a_row_goes_to_its_stronger_reason():
    kinds = kinds_of("run")
    first = Claim(np.array([1, 2]), np.array([5.0, 1.0]), "a", "b")
    second = Claim(np.array([2, 3]), np.array([4.0, 4.0]), "c", "d")
    kept = settle([(kinds[0], first), (kinds[1], second)])
    assert [claim.rows.tolist() for _, claim in kept] == [[1], [2, 3]]


def test_a_claim_that_loses_every_row_is_dropped():
    kind = kinds_of("run")[0]
    weak = Claim(np.array([1]), np.array([1.0]), "a", "b")
    strong = Claim(np.array([1]), np.array([2.0]), "c", "d")
    assert [claim.why for _, claim in settle([(kind, weak), (kind, strong)])] == ["c"]


def test_repeated_tokens_are_worth_what_muennighoff_says():
    # D' = U + U R (1 - exp(-(D/U - 1)/R)); up to one pass every token is fresh.
    assert effective(np.array([0.5, 1.0]), 1.0).tolist() == [0.5, 1.0]
    expected = 1.0 + 15.387756 * (1.0 - np.exp(-3.0 / 15.387756))
    assert effective(np.array([4.0]), 1.0)[0] == pytest.approx(expected, rel=1e-12)


def test_the_trend_ignores_four_rows_in_ten():
    x = np.linspace(15.0, 22.0, 40)
    smooth = np.log1p(0.5 * np.exp(-(x - 18.0) / 3.0))
    bad = np.arange(40) % 5 < 2
    assert trend(x, smooth + 0.7 * bad)[~bad] == pytest.approx(smooth[~bad], abs=0.02)


def gaps_of(N, D):
    found = {}
    for gap in all_gaps():
        for lack in gap.find(Design(np.asarray(N, float), np.asarray(D, float))):
            found[gap.name] = lack.mend
    return found


def test_one_ratio_is_mended_by_two_others_at_equal_compute():
    N = np.geomspace(1e7, 1e9, 8)
    mend = gaps_of(N, 20 * N)["one_ratio"]
    assert [run.D / run.N for run in mend] == pytest.approx([5.0, 80.0])
    assert mend[0].flop == pytest.approx(mend[1].flop)


def test_a_repeat_closes_the_gap_of_repeats():
    N, D = [1e7, 1e8, 1e9, 1e8], [1e9, 1e9, 1e9, 2e10]
    assert "no_repeats" in gaps_of(N, D)
    assert "no_repeats" not in gaps_of([*N, 1e8], [*D, 1e9])


def test_narrow_ranges_are_mended_outside_them():
    found = gaps_of([1e8, 2e8, 4e8], [4e9, 1e9, 2e9])
    assert found["narrow_size"][0].N < 1e8 or found["narrow_size"][0].D < 1e9
    assert found["narrow_compute"][0].flop * 30 < 6 * 4e8 * 2e9


def test_missing_corners_name_the_absent_side():
    N = np.array([1e7, 1e7, 1e7, 1e8, 1e9])
    D = np.array([1e8, 1e9, 1e10, 2e9, 2e10])
    mend = gaps_of(N, D)["missing_corners"]
    assert {run.D / run.N > 20 for run in mend} == {True, False}


def test_a_grid_with_repeats_has_no_gap():
    N, M = (g.ravel() for g in np.meshgrid(np.geomspace(1e7, 1e9, 5), [5.0, 20.0, 80.0]))
    assert gaps_of([*N, N[0]], [*(M * N), M[0] * N[0]]) == {}


def test_the_five_rows_that_besiroglu_left_out_are_named(data_dir):
    runs = read_runs(data_dir / "chinchilla-digitised" / "runs.csv")
    found = suspect(runs, budget=5.76e23)
    named = {row for item in found.named for row in item.rows}
    dropped = set(runs.rows[runs.values("outlier_dropped_by_besiroglu") == 1].tolist())
    assert dropped <= named
    assert len(named) <= 12
    assert found.without is not None
    # besiroglu2024: 18.4 tokens per parameter at this budget without the five.
    assert 15 < found.without.D / found.without.N < 23
    assert found.decision.D / found.decision.N < 9


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    made = study(3)
    loss = made.values("loss")
    loss[7] *= 1.1
    file = tmp_path_factory.mktemp("study") / "runs.csv"
    made.with_columns(loss=loss).without("lr", "lr_final").table.write_csv(file)
    return file


def call(capsys, *arguments):
    try:
        main([str(item) for item in arguments])
        code = 0
    except SystemExit as stop:
        code = stop.code or 0
    said = capsys.readouterr()
    assert "Traceback" not in said.err + said.out
    return code, said.out, said.err


def test_the_command_names_the_row_and_fails_under_strict(table, capsys):
    code, out, _ = call(capsys, "suspect", table, "--budget", "1e22", "--strict")
    assert code == 1
    assert "undertuned [W605] row 8:" in out
    assert max(map(len, out.splitlines())) <= 100


def test_the_document_is_complete_and_repeatable(table, capsys):
    arguments = ("suspect", table, "--budget", "1e22", "--json")
    code, out, _ = call(capsys, *arguments)
    document = json.loads(out)
    assert code == 0
    assert [item["rows"] for item in document["suspicions"]] == [[8]]
    assert len(document["influence"]) == document["runs"]
    assert document["decision_without_named"]["N"] != document["decision"]["N"]
    assert call(capsys, *arguments)[1] == out


def test_too_few_runs_are_refused(table):
    runs = read_runs(table)
    with pytest.raises(DataError) as caught:
        named_rows(runs.take(range(6)))
    assert caught.value.code == "E605"


def test_a_loss_of_zero_is_refused():
    runs = study(3).with_columns(loss=np.zeros(study(3).table.height)).runs()
    with pytest.raises(DataError) as caught:
        named_rows(runs)
    assert caught.value.code == "E606"


def test_influence_needs_a_closed_form():
    with pytest.raises(UsageError) as caught:
        influence(additive.simulate(0), law="farseer")
    assert caught.value.code == "E607"


def test_tables_of_nothing_named_have_their_columns():
    found = suspect(study(4).runs())
    assert found.tables()["suspicions"].schema["row"] == pl.Int64
    assert found.tables()["influence"].height == found.n_runs
