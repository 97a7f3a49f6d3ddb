"""The audit card: filled from what is there, asks for the rest, never answers for the authors."""

from __future__ import annotations

import json
import tomllib

import numpy as np
import polars as pl
import pytest

from isoflop.core.conventions import Conventions
from isoflop.core.errors import DataError, UsageError
from isoflop.core.members import find_members
from isoflop.core.provenance import Exclusion, Provenance
from isoflop.core.runs import Runs
from isoflop.fit.allocation import akima
from isoflop.fit.allocation.estimator import Points
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import fit_law
from isoflop.measure.read_runs import read_runs
from isoflop.show.audit_text import audit_markdown
from isoflop.validate.audit.answers import read_answers
from isoflop.validate.audit.card import AuditCard, audit
from isoflop.validate.audit.checklist import checklist
from isoflop.validate.audit.evidence import Fills
from isoflop.validate.audit.heldout import backtest_of


def text_of(card: AuditCard, section: str, name: str) -> str:
    return next(x.text for x in card.lines if (x.section, x.field.name) == (section, name))


@pytest.fixture(scope="module")
def runs() -> Runs:
    rng = np.random.default_rng(3)
    n, d = (a.ravel() for a in np.meshgrid(np.geomspace(1e7, 1e9, 6), np.geomspace(2e8, 2e10, 6)))
    n, d = np.append(n, n[0]), np.append(d, d[0])
    loss = (1.8 + 480 * n**-0.35 + 2000 * d**-0.365) * np.exp(rng.normal(0, 0.003, len(n)))
    table = pl.DataFrame(
        {
            "row": np.arange(1, len(n) + 1),
            "params": n,
            "tokens": d,
            "flops": 6 * n * d,
            "loss": loss,
            "seed": [*[0] * (len(n) - 1), 1],
            "lr": [None, *[3e-4] * (len(n) - 1)],
            "schedule": ["cosine", *["wsd|x"] * (len(n) - 1)],
            "batch_tokens": np.full(len(n), 524288.0),
            "width": np.linspace(256, 1024, len(n)),
        }
    )
    gone = Exclusion(9, None, "diverged", "W103", "loss 11 is above that of chance")
    history = Provenance("a|table.csv", "", exclusions=(gone, gone), conversions=("kept 37 of 40",))
    return Runs(table, Conventions("total", "6ND", "nat/token"), history)


@pytest.fixture(scope="module")
def fit(runs: Runs) -> Fit:
    return fit_law(runs, "chinchilla", resamples=20)


def test_the_checklist_holds_the_fields_of_the_survey() -> None:
    names = {section.name: {field.name for field in section.fields} for section in checklist()}
    assert list(names) == ["hypothesis", "setup", "collection", "fit"]
    assert [len(fields) for fields in names.values()] == [4, 18, 5, 12]
    assert {"size_count", "compute", "optimiser", "precision", "seeds"} <= names["setup"]
    assert {"delta", "starts", "convergence", "heldout", "extrapolation"} <= names["fit"]
    assert all(field.question.endswith("?") for s in checklist() for field in s.fields)


def test_every_fill_is_of_a_field() -> None:
    names = {section.name: {field.name for field in section.fields} for section in checklist()}
    fills = find_members("isoflop.validate.audit.fills", "FILLS")
    assert {item.section for item in fills if isinstance(item, Fills)} == set(names)
    assert [set(item.of) - names[item.section] for item in fills if isinstance(item, Fills)] == [
        set()
    ] * len(fills)


@pytest.mark.parametrize(
    ("section", "name", "text"),
    [
        ("setup", "models", "37 runs of 6 sizes"),
        ("setup", "size_range", "10M to 1B parameters"),
        ("setup", "size_count", "total"),
        ("setup", "compute", "6ND; 1.2e16 to 1.2e20 FLOP"),
        ("setup", "learning_rate", "0.0003 (given for 36 of 37 runs)"),
        ("setup", "schedule", "cosine, wsd|x"),
        ("setup", "shape", "width 256 to 1.02K"),
        ("setup", "seeds", "2 seeds; 0 runs repeat the settings of another"),
        ("collection", "metric", "loss in nat/token"),
        ("collection", "dropped", "2 by rule diverged; kept 37 of 40"),
        ("setup", "precision", "unknown"),
        ("fit", "objective", "unknown"),
    ],
)
def test_fields_say_what_the_table_says(runs, section, name, text) -> None:
    assert text_of(audit(runs), section, name) == text


def test_the_fit_fills_its_section_and_published_coefficients_do_not(runs, fit) -> None:
    card = audit(runs, fit)
    assert (
        text_of(card, "fit", "convergence")
        == f"{fit.agree} of {fit.tried} starts agree on the optimum"
    )
    assert text_of(card, "fit", "delta") == "0.001"
    assert text_of(card, "hypothesis", "free_parameters").startswith("5,")
    assert text_of(card, "fit", "weights") == "unknown"
    assert "W599" not in {finding.code for finding in card.warnings}
    published = audit(runs, Fit.published("chinchilla@besiroglu2024"))
    assert text_of(published, "fit", "objective") == "unknown"
    assert text_of(published, "hypothesis", "form").startswith("chinchilla: L(N, D) =")


def test_a_backtest_fills_the_held_out_error(runs, fit) -> None:
    trust = backtest_of(fit, runs)
    card = audit(runs, fit, trust)
    expected = trust.scores["chinchilla"]
    assert f"{expected.are_mean:.2%} mean" in text_of(card, "fit", "heldout")
    assert trust.verdicts["chinchilla"].text in text_of(card, "fit", "extrapolation")
    with pytest.raises(UsageError) as error:
        backtest_of(None, runs)
    assert error.value.code == "E599"


def test_a_fit_of_other_runs_is_named(runs, fit) -> None:
    card = audit(runs.take(np.arange(20)), fit)
    assert card.warnings[0].code == "W599"


def test_answers_stand_beside_the_evidence_and_close_questions(runs, tmp_path) -> None:
    card = audit(runs)
    path = tmp_path / "answers.toml"
    path.write_text(card.template)
    assert read_answers(path) == {}
    blank = tomllib.loads(card.template)
    assert {(s, n) for s, fields in blank.items() for n in fields} == {
        (line.section, line.field.name) for line in card.unknown
    }
    path.write_text('[setup]\nprecision = "bf16"\nsize_count = "without embeddings"\n')
    again = audit(runs, answers=read_answers(path))
    assert text_of(again, "setup", "precision") == "stated: bf16"
    assert text_of(again, "setup", "size_count") == "total; stated: without embeddings"
    assert len(again.unknown) == len(card.unknown) - 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[setup]\nprecison = 'bf16'\n", "E101"),
        ("[set]\nprecision = 'bf16'\n", "E101"),
        ("[setup]\nprecision = [1]\n", "E599"),
        ("setup = 3\n", "E599"),
        ("[setup\n", "E599"),
    ],
)
def test_answers_that_are_not_understood_are_refused(text, code, tmp_path) -> None:
    path = tmp_path / "answers.toml"
    path.write_text(text)
    with pytest.raises((DataError, UsageError)) as error:
        read_answers(path)
    assert error.value.code == code


def test_the_card_is_markdown_whose_cells_are_whole_and_complete_json(runs, fit) -> None:
    card = audit(runs, fit)
    text = audit_markdown(card)
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {3}
    assert len(rows) == len(card.lines) + len(checklist())
    assert text.count("**unknown**") == len(card.unknown)
    document = json.loads(card.to_json())
    assert document["unknown"] == len(card.unknown)
    assert len(document["card"]) == 39
    assert card.cite()[0].key == "misfitting2025"


def test_worked_example_the_replication_of_chinchilla(data_dir) -> None:
    # besiroglu2024, catalogue L14: our converged optima with and without the five outliers.
    path = data_dir / "chinchilla-digitised" / "runs.csv"
    whole = read_runs(path)
    kept = read_runs(path, where=["outlier_dropped_by_besiroglu=0"])
    fits = [fit_law(table, "chinchilla", resamples=0) for table in (kept, whole)]
    cards = [audit(kept, fits[0]), audit(whole, fits[1])]
    assert "1.8172" in f"{fits[0].values['E']:.4f}"
    assert fits[1].values["beta"] == pytest.approx(0.45305, abs=2e-4)
    assert text_of(cards[0], "collection", "dropped").startswith("kept 240 of 245 rows")
    assert "0.00101827 at the optimum" in text_of(cards[0], "fit", "objective")
    assert "0.00182601 at the optimum" in text_of(cards[1], "fit", "objective")
    assert text_of(cards[0], "setup", "batch") == "unknown"
    assert text_of(cards[0], "fit", "intervals") == "unknown"


@pytest.mark.parametrize(
    ("setup", "exponent"),
    [
        (("base", "long", "kaplan", "kaplan"), 0.835),
        (("tuned", "short", "const", "standard"), 0.497),
    ],
    ids=["Kaplan's", "tuned"],
)
def test_worked_example_the_set_up_that_moves_the_exponent(data_dir, setup, exponent) -> None:
    # porian2024, catalogue L15: the exponent of N* moves from 0.835 to 0.497 with a set-up that a
    # table of runs holds in part only. The card asks for just the fields that are missing.
    names = ("hparams", "warmup", "lr_decay", "count")
    where = [f"{name}={value}" for name, value in zip(names, setup, strict=True)]
    runs = read_runs(
        data_dir / "porian-kaplan-vs-chinchilla" / "isoflop_points.csv",
        where=["dataset=RefinedWeb", *where],
    )
    points = Points(*(runs.values(name) for name in ("params", "tokens", "flops", "loss")))
    assert akima.estimate(points, akima.NOISE_SD).N_law.exponent == pytest.approx(
        exponent, abs=0.01
    )
    card = audit(runs)
    assert text_of(card, "setup", "data") == "RefinedWeb"
    asked = {line.field.name for line in card.unknown}
    assert text_of(card, "setup", "schedule") == setup[2]
    assert {"size_count", "learning_rate", "warmup", "batch", "optimiser", "checkpoints"} <= asked
    answers = {("setup", "size_count"): setup[3], ("setup", "warmup"): setup[1]}
    assert len(audit(runs, answers=answers).unknown) == len(card.unknown) - 2
