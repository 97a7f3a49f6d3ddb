"""Every result gives tables, figures, one JSON document and its sources."""

from __future__ import annotations

import json
import math

import numpy as np
import polars as pl
import pytest

from isoflop.core.conventions import Conventions
from isoflop.core.curves import Curves
from isoflop.core.provenance import Provenance
from isoflop.core.result import Result, figures_of
from isoflop.core.runs import Runs
from isoflop.decide.plan import Plan
from isoflop.decide.plan_run import plan_run
from isoflop.fit.fit import Fit
from isoflop.fit.joint import fit_joint
from isoflop.fit.joint_fit import JointFit
from isoflop.show.draw.matplotlib import draw
from isoflop.show.figure import Dots, Line
from isoflop.validate.backtest import backtest
from isoflop.validate.trust import Trust

KINDS = ("runs", "curves", "fit", "joint", "trust", "plan")


@pytest.fixture(scope="module")
def joint(runs: Runs) -> JointFit:
    halves = [name for name in ("web", "code") for _ in range(len(runs) // 2)]
    named = Runs(
        runs.table.with_columns(dataset=pl.Series(halves)), runs.conventions, runs.provenance
    )
    return fit_joint(named, "chinchilla", by="dataset", shared=("E", "alpha", "beta"), resamples=20)


@pytest.fixture(scope="module")
def trust(runs: Runs) -> Trust:
    return backtest(runs, ("chinchilla", "compute_only"), resamples=20)


@pytest.fixture(scope="module")
def plan(fit: Fit) -> Plan:
    return plan_run(fit, budget=1e21, inference_tokens=1e12)


@pytest.fixture(scope="module")
def curves() -> Curves:
    steps = np.arange(1.0, 9.0)
    table = pl.DataFrame(
        {
            "row": np.arange(1, 17),
            "run_id": ["a"] * 8 + ["b"] * 8,
            "step": np.tile(steps, 2),
            "tokens": np.tile(steps * 1e6, 2),
            "loss": np.concatenate([5 / steps, 4 / steps]),
        }
    )
    return Curves(table, Conventions(loss="nat/token"), Provenance("made", "0"))


@pytest.fixture(scope="module")
def results(
    runs: Runs, curves: Curves, fit: Fit, joint: JointFit, trust: Trust, plan: Plan
) -> dict[str, Result]:
    return dict(zip(KINDS, (runs, curves, fit, joint, trust, plan), strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_a_result_speaks_the_protocol(results: dict[str, Result], kind: str) -> None:
    result = results[kind]
    assert all(table.height for name, table in result.tables().items() if name != "exclusions")
    assert json.loads(result.to_json())
    assert len(repr(result).splitlines()) == 3
    assert all(source.title for source in result.cite())


@pytest.mark.parametrize("kind", KINDS)
def test_figures_of_a_result_are_found_and_can_be_drawn(
    results: dict[str, Result], kind: str
) -> None:
    figures = results[kind].figures()
    assert figures
    assert all(draw(item, "svg", name=name).endswith(b"</svg>\n") for name, item in figures.items())


def test_what_is_no_result_has_no_figures() -> None:
    assert figures_of(object()) == {}


def test_runs_show_what_they_cover(runs: Runs) -> None:
    (dots,) = runs.figures()["coverage"].panels[0].series
    assert isinstance(dots, Dots)
    np.testing.assert_array_equal(dots.x, runs.values("N"))
    np.testing.assert_array_equal(dots.y, runs.values("D"))


def test_curves_are_one_line_a_run(curves: Curves) -> None:
    lines = curves.figures()["curves"].panels[0].series
    assert [line.beside for line in lines if isinstance(line, Line)] == ["a", "b"]
    np.testing.assert_array_equal(lines[1].y, 4 / np.arange(1.0, 9.0))


def test_held_out_errors_are_those_of_the_table(trust: Trust) -> None:
    series = trust.figures()["held_out chinchilla"].panels[0].series
    shown = np.concatenate([dots.y for dots in series if isinstance(dots, Dots)])
    table = trust.tables()["forecasts"].filter(pl.col("name") == "chinchilla")
    expected = (table["observed"] / table["predicted"] - 1).to_numpy()
    np.testing.assert_allclose(np.sort(shown), np.sort(expected), rtol=1e-12)


def test_the_plan_stands_where_compute_is_least(plan: Plan) -> None:
    series = plan.figures()["alternatives"].panels[0].series
    others, here = (item for item in series if isinstance(item, Dots))
    assert (here.x[0], here.y[0]) == (plan.optimum["N"].value, 1.0)
    assert (others.y >= 1.0).all()


def test_tables_of_a_plan_hold_its_estimates(plan: Plan) -> None:
    tables = plan.tables()
    optimum = {row["name"]: row for row in tables["optimum"].to_dicts()}
    assert optimum["N"]["value"] == plan.optimum["N"].value
    assert optimum["loss"]["unit"] == "nat/token"
    prices = dict(tables["alternatives"].select("name", "compute_factor").iter_rows())
    assert prices == {a.name: a.compute_factor.value for a in plan.alternatives}


def test_results_cite_their_law_and_method(trust: Trust, plan: Plan, fit: Fit) -> None:
    assert [source.key for source in fit.cite()] == [fit.law.source]
    assert {"choshen2024", fit.law.source} <= {source.key for source in trust.cite()}
    assert [source.key for source in plan.cite()] == [fit.law.source, "sardana2023"]
    published = Fit.published("chinchilla@besiroglu2024")
    assert [source.key for source in published.cite()] == ["hoffmann2022", "besiroglu2024"]


def test_tables_of_a_fit_hold_its_intervals(fit: Fit) -> None:
    rows = {row["name"]: row for row in fit.tables()["parameters"].to_dicts()}
    assert (rows["alpha"]["lo"], rows["alpha"]["hi"]) == fit.intervals["alpha"]
    assert fit.tables()["draws"].shape == fit.draws.shape


def test_parameters_of_a_joint_fit_are_named_by_group(joint: JointFit) -> None:
    shown = joint.to_dict()["parameters"]
    assert isinstance(shown, dict)
    assert set(shown) == {"E", "alpha", "beta", "A[web]", "A[code]", "B[web]", "B[code]"}
    assert shown["A[web]"]["value"] == joint.groups["web"].values["A"]
    assert joint.groups["web"].values["E"] == joint.groups["code"].values["E"]
    assert not math.isnan(joint.groups["web"].values["E"])
