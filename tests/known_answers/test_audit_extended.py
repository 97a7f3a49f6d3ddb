"""What X01 to X109 state and no other test holds: standing, other readings, whole tables."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from isoflop.cli.main import main
from isoflop.core.conventions import Conventions
from isoflop.core.provenance import Provenance
from isoflop.core.runs import ROW, Runs
from isoflop.decide.architecture.pruning import training_cost
from isoflop.decide.architecture.replicas import BANDWIDTH, UTILISATIONS, bandwidth
from isoflop.fit.fit_law import columns_of, fit_law
from isoflop.laws.catalogue import all_laws, get_law, get_published, get_rule
from isoflop.laws.entries import entries
from isoflop.laws.law import Law
from isoflop.measure.read_runs import read_runs
from isoflop.show.law_documents import entry_text
from isoflop.show.terminal import evidence_text
from isoflop.testing.law_answers import matching_digits

# Entries whose coefficients are recalled, withheld or of one data set only: none is a default.
NO_DEFAULT = (
    *("X01", "X03", "X09", "X13", "X14", "X15", "X16", "X17", "X18", "X21", "X22", "X23", "X27"),
    *("X30", "X31", "X32", "X44", "X46", "X48", "X50", "X62", "X71", "X73", "X74", "X81", "X82"),
    *("X83", "X87", "X88", "X89", "X100", "X101", "X103", "X104", "X105", "X106", "X107", "X108"),
)
RECALLED_RULES = ("ot_projection", "gstack_tokens", "experts_worth_merging", "vocab_width")


def assert_digits(found: float, stated: float, tolerance: float) -> None:
    error = abs(found - stated) / abs(stated)
    text = f"{found:.8g}, stated {stated:.8g}: {matching_digits(error):.1f} digits match"
    assert error <= tolerance, text


@pytest.mark.parametrize(
    "law", [law for law in all_laws() if law.entry in NO_DEFAULT], ids=lambda law: law.name
)
def test_numbers_that_could_not_be_checked_are_no_default(law: Law) -> None:
    assert all(item.example for item in law.published), law.name


@pytest.mark.parametrize("name", RECALLED_RULES)
def test_recalled_rules_say_so(name: str) -> None:
    assert get_rule(name).example


def test_expert_counts_that_were_recalled_make_the_joint_law_an_example() -> None:
    assert get_published("moe_joint@jointmoe2025")[1].example


@pytest.mark.parametrize(("natural", "leverage", "best"), [(False, 7.24, 11.3), (True, 6.87, 33.0)])
def test_only_one_pair_of_bases_gives_the_published_leverage(
    natural: bool, leverage: float, best: float
) -> None:
    values = dict(get_published("moe_leverage@leverage2025")[1].values)
    log_G = math.log(12.0) if natural else math.log2(12.0)
    offset = 1.0 / (1.0 / values["A_start"] - 1.0 / values["A_max"])
    active = 1.0 / (1.0 / (0.031 + offset) + 1.0 / values["A_max"])
    power = values["a"] + values["d"] * 22.0  # log10 of the compute in both readings
    power += values["gamma"] * log_G**2 + values["beta"] * log_G
    assert_digits(active**power, leverage, 1e-3)
    top = -values["beta"] / (2.0 * values["gamma"])
    assert_digits(math.exp(top) if natural else 2.0**top, best, 0.01)


@pytest.mark.parametrize("steps", BANDWIDTH)
@pytest.mark.parametrize("column", range(5))
def test_bandwidth_is_the_published_table(steps: int, column: int) -> None:
    stated = {
        0: (104.8, 184.2, 222.3, 222.3, 390.7),
        10: (16, 49.4, 86.8, 152.6, 222.3),
        100: (1.4, 6.2, 13.3, 23.3, 86.8),
        300: (0.5, 2, 4.3, 9.1, 41),
    }[steps][column]
    assert_digits(bandwidth(steps, UTILISATIONS[column]), stated, 1e-12)


@pytest.mark.parametrize("sparsity", [0.0, 0.5, 0.75, 0.9])
def test_cost_of_the_cubic_schedule_in_closed_form(sparsity: float) -> None:
    stated = (0.25 + 0.5 * (1.0 - 0.75 * sparsity)) / (1.0 - sparsity) + 0.25
    assert_digits(training_cost(sparsity), stated, 1e-12)


def test_every_set_of_the_suite_is_the_logs_it_was_released_as() -> None:
    stated = {
        "hot": (0.29892, 0.69283, 5.4575, 14.9720, 0.76632),
        "cooled": (0.29701, 0.69040, 5.3628, 14.9718, 0.74589),
        "ablation": (0.32780, 0.67769, 5.8753, 14.9094, 0.79670),
        "over-100b": (0.25755, 0.59093, 4.8762, 12.6984, 0.66552),
        "chinchilla-like": (0.28451, 0.44942, 4.9947, 9.8396, 0.71316),
        "slim": (0.27644, 0.47382, 5.0155, 9.9101, 0.56706),
    }
    for key, (alpha, beta, log_A, log_B, log_E) in stated.items():
        found = get_published(f"gemstones2@{key}")[1].values
        back = (found["alpha"], found["beta"], *(math.log(found[name]) for name in "ABE"))
        assert back == pytest.approx((alpha, beta, log_A, log_B, log_E), rel=1e-12), key


def test_wrong_saturation_loses_the_dense_limit() -> None:
    start, most = 1.847, 314.478
    without_inverse = 1.0 / (1.0 / (1.0 - 1.0 + (1.0 / start - 1.0 / most)) + 1.0 / most)
    assert abs(without_inverse - start) > 1.0  # what circulates; the catalogue's gives start
    law, published = get_published("moe_clark@clark2022-s-base")
    v = published.values
    dense = 10.0 ** (
        v["a"] * 8.0
        + v["b"] * math.log10(start)
        + v["c"] * 8.0 * math.log10(start)
        + v["d"]
    )  # fmt: skip
    assert_digits(float(law.predict({"N": 1e8, "E_x": 1.0}, v)[0]), dense, 1e-12)


def mixtures(
    law: str, names: dict[str, str], values: dict[str, float], shares: list[float]
) -> Runs:
    N, D, share = (a.ravel() for a in np.meshgrid([1e8, 4e8, 1e9, 4e9], [2e9, 1e10, 5e10], shares))
    columns = dict(zip(names.values(), (N, D, share), strict=True))
    loss = get_law(law).predict(dict(zip(names, (N, D, share), strict=True)), values)
    table = pl.DataFrame({**columns, "loss": loss}).with_row_index(ROW, offset=1)
    return Runs(table, Conventions(), Provenance("synthetic", "none"))


SPARSE = {"N": "params", "D": "tokens", "sparsity": "sparsity"}
EXPERTS = {"N_active": "params_active", "D": "tokens", "E_x": "experts"}


@pytest.mark.parametrize(
    ("law", "names", "changed", "levels", "said"),
    [
        ("moe_sparsity", SPARSE, {}, [0.0, 0.5, 0.75, 0.9, 0.95], None),
        ("moe_sparsity", SPARSE, {"lam": 0.5}, [0.0, 0.5, 0.75, 0.9, 0.95], "active"),
        ("moe_joint", EXPERTS, {}, [1.0, 2.0, 4.0, 8.0, 32.0], None),
        ("moe_joint", EXPERTS, {"delta": 0.2285}, [1.0, 2.0, 4.0, 8.0, 32.0], "experts"),
    ],
    ids=["sparsity", "sparsity-wrong", "joint", "joint-sign-trap"],
)
def test_a_fit_that_orders_experts_wrongly_is_warned_of(
    law: str, names: dict[str, str], changed: dict[str, float], levels: list[float], said: str
) -> None:
    published = get_law(law).published[0].values
    values = {**published, **changed}
    fit = fit_law(mixtures(law, names, values, levels), law, resamples=0, start=values)
    found = [warning.text for warning in fit.warnings if warning.code == "W314"]
    assert bool(found) == (said is not None)
    assert said is None or said in found[0]


@pytest.mark.parametrize("law", all_laws(), ids=lambda law: law.name)
def test_a_table_of_the_laws_own_columns_alone_is_read(law: Law) -> None:
    bound = law.bind(("web", "code")) if law.vectors else law
    axes = {"x": "width_or_depth"} if "x" in law.inputs else {}
    target, *inputs = columns_of(bound, axes)
    spans = [(bound.axis(symbol).low, bound.axis(symbol).high) for symbol in bound.inputs]
    cells = [np.linspace(max(low, 1e-3 * high), high, 3) for low, high in spans]
    counted = target.startswith(("batch", "params", "tokens"))
    predicted = np.array([3.1, 3.0, 2.9]) * (1e8 if counted else 1.0)
    table = pl.DataFrame({target: predicted, **dict(zip(inputs, cells, strict=True))})
    runs = read_runs(table, columns=columns_of(law, axes), keep=("duplicate",))
    assert {target, *inputs} <= {*runs.columns}


def test_a_law_without_size_and_tokens_is_fitted_from_its_own_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    D = 200.0 * 2.0 ** np.arange(12)
    loss = 0.9 + 40.0 / (30.0 + D**0.6)
    path = tmp_path / "runs.csv"
    pl.DataFrame({"n_train": D, "loss": loss}).write_csv(path)
    named = ["--axis", "D_f=n_train", "--resamples", "0", "--json"]
    with pytest.raises(SystemExit) as caught:
        main(["fit", str(path), "--law", "rectified", *named])
    assert not caught.value.code
    assert '"beta"' in capsys.readouterr().out


def test_a_table_of_shares_and_losses_is_enough_for_a_mixing_law(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shares = np.random.default_rng(0).dirichlet([1.0, 1.0], size=12)
    losses = {f"loss/{name}": 2.0 + np.exp(-shares[:, i]) for i, name in enumerate(("web", "code"))}
    path = tmp_path / "mixtures.csv"
    columns = {f"share/{name}": shares[:, i] for i, name in enumerate(("web", "code"))}
    pl.DataFrame({**columns, **losses}).write_csv(path)
    with pytest.raises(SystemExit) as caught:
        main(["mix", "fit", str(path), "--resamples", "0", "--folds", "0"])
    assert not caught.value.code
    assert "code" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("law", "columns", "said"),
    [
        ("rl_sigmoid", ("gpu_hours", "score/reward"), "C 300 to 38.4K GPU-hours"),
        ("rectified", ("examples", "loss"), "D_f 300 to 38.4K examples"),
    ],
)
def test_evidence_is_told_in_the_unit_of_the_law(
    law: str, columns: tuple[str, str], said: str
) -> None:
    x = 300.0 * 2.0 ** np.arange(8)
    y = 0.2 + 0.4 / (1.0 + (3000.0 / x) ** 1.3)
    table = pl.DataFrame(
        dict(zip(columns, (x, y if law == "rl_sigmoid" else 1.0 - y), strict=True))
    )
    runs = Runs(table.with_row_index(ROW, offset=1), Conventions(), Provenance("synthetic", "none"))
    assert evidence_text(fit_law(runs, law, resamples=0)) == said


@pytest.mark.parametrize("id", ["X43", "X75", "X76", "X103"])
def test_page_of_an_entry_names_its_laws_and_contradictions(id: str) -> None:
    entry = next(entry for entry in entries() if entry.id == id)
    text = "\n".join(entry_text(entry))
    assert "Contradictions" in text
    assert all(f"{Path(place).stem}  (" in text for _, place in entry.places)
    assert entry.places
