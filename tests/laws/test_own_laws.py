"""A law outside the package, in one short file: listed, fitted, validated, planned with."""

from __future__ import annotations

from pathlib import Path

import pytest

from isoflop.cli.laws import laws
from isoflop.core.errors import UsageError
from isoflop.decide.plan_run import plan_run
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import fit_law
from isoflop.laws.catalogue import all_members, get_law, law_modules
from isoflop.measure.world import get_world
from isoflop.validate.backtest import backtest

FOLDER = Path(__file__).parents[2] / "examples" / "own_law"
NAME, LONGEST = "shared_exponent", 15  # lines


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("ISOFLOP_LAWS", str(FOLDER))
    return NAME


def test_own_law_does_all_a_catalogue_law_does(
    own: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len((FOLDER / f"{own}.py").read_text("utf-8").splitlines()) <= LONGEST
    laws()
    assert f"  {own} " in capsys.readouterr().out
    runs = get_world("additive").simulate(seed=1)
    fit = fit_law(runs, own, resamples=5)
    assert Fit.load(fit.save(tmp_path / "fit.json")).values == fit.values
    assert backtest(runs, own, resamples=0).laws[own]
    optimum = plan_run(fit, budget=1e21).optimum
    # With one exponent the optimum has a closed form: A N^-a = B D^-a at C = 6 N D.
    ratio = (fit.values["A"] / fit.values["B"]) ** (1.0 / fit.values["alpha"])
    assert optimum["N"].value / optimum["D"].value == pytest.approx(ratio, rel=1e-5)


def test_without_the_variable_it_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ISOFLOP_LAWS", raising=False)
    assert {member.name for member in all_members()} == set(law_modules())
    with pytest.raises(UsageError):
        get_law(NAME)


def test_missing_folder_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ISOFLOP_LAWS", str(tmp_path / "nowhere"))
    with pytest.raises(UsageError) as raised:
        all_members()
    assert raised.value.code == "E112"
