"""A ledger of forecasts: every kind of tampering is named, scores are those worked out by hand."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from isoflop.core.conventions import Conventions
from isoflop.core.errors import ConventionError, DataError, UsageError
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import fit_law
from isoflop.validate.ledger.calibration import calibrate
from isoflop.validate.ledger.chain import examine
from isoflop.validate.ledger.entry import GENESIS, Entry, parse, seal
from isoflop.validate.ledger.ledger import Ledger
from isoflop.validate.ledger.register import bodies_of, learn, point_findings
from isoflop.validate.ledger.scoring import match_runs
from isoflop.validate.ledger.store import append, examine_file, require_head

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)


def chain(n: int) -> list[Entry]:
    entries: list[Entry] = []
    for i in range(n):
        previous = entries[-1].hash if entries else GENESIS
        entries.append(seal(i, "forecast", NOW + timedelta(days=i), previous, {"value": 2.0 + i}))
    return entries


def text(entries: list[Entry]) -> str:
    return "".join(entry.line + "\n" for entry in entries)


def runs_of(n: np.ndarray, d: np.ndarray, loss: np.ndarray, params: str = "total") -> Runs:
    table = pl.DataFrame(
        {
            "row": np.arange(1, len(n) + 1),
            "params": n,
            "tokens": d,
            "flops": 6 * n * d,
            "loss": loss,
        }
    )
    return Runs(table, Conventions(params=params), Provenance("made", ""))


def truth(n: np.ndarray, d: np.ndarray) -> np.ndarray:
    return 1.8 + 480 * n**-0.35 + 2000 * d**-0.365


@pytest.fixture(scope="module")
def training() -> Runs:
    rng = np.random.default_rng(5)
    n, d = (a.ravel() for a in np.meshgrid(np.geomspace(1e7, 1e9, 6), np.geomspace(2e8, 2e10, 5)))
    return runs_of(n, d, truth(n, d) * np.exp(rng.normal(0, 0.004, len(n))))


@pytest.fixture(scope="module")
def fit(training: Runs) -> Fit:
    return fit_law(training, "chinchilla", resamples=40)


def edited(entry: Entry, **body: float) -> Entry:
    return Entry(entry.number, entry.kind, entry.at, entry.previous, body, entry.hash)


def resealed(entry: Entry, previous: str | None = None, **body: float) -> Entry:
    at = datetime.fromisoformat(entry.at)
    return seal(entry.number, entry.kind, at, previous or entry.previous, body or entry.body)


def tampered(what: str) -> list[Entry]:
    e = chain(5)
    return {
        "edited": [e[0], edited(e[1], value=9.0), *e[2:]],
        "edited last": [*e[:4], edited(e[4], value=9.0)],
        "edited and sealed again": [e[0], resealed(e[1], value=9.0), *e[2:]],
        "first sealed again": [resealed(e[0], value=9.0), *e[1:]],
        "removed": [*e[:2], *e[3:]],
        "two removed": [e[0], *e[3:]],
        "first removed": e[1:],
        "inserted": [*e[:2], resealed(e[2], value=9.0), *e[2:]],
        "inserted first": [resealed(e[0], value=9.0), *e],
        "inserted with a false link": [*e[:2], resealed(e[2], previous="ab" * 32), *e[2:]],
        "doubled": [*e[:2], e[1], *e[2:]],
        "swapped": [e[0], e[2], e[1], *e[3:]],
        "inserted with an old link": [*e[:2], resealed(e[2], previous=e[0].hash), *e[2:]],
        "moved to the end": [e[0], *e[2:], e[1]],
    }[what]


@pytest.mark.parametrize(
    ("what", "named"),
    [
        ("edited", {("edited", "entry 1 (line 2)")}),
        ("edited last", {("edited", "entry 4 (line 5)")}),
        ("edited and sealed again", {("replaced", "entry 1")}),
        ("first sealed again", {("replaced", "entry 0")}),
        ("removed", {("removed", "entry 2")}),
        ("two removed", {("removed", "entries 1 to 2")}),
        ("first removed", {("removed", "entry 0")}),
        ("inserted", {("inserted", "line 3")}),
        ("inserted first", {("inserted", "line 1")}),
        ("inserted with a false link", {("inserted", "line 3")}),
        ("doubled", {("inserted", "line 3")}),
        ("swapped", {("reordered", "entry 2 (line 2)")}),
        ("inserted with an old link", {("inserted", "line 3")}),
        ("moved to the end", {("reordered", "entry 2 (line 2)")}),
    ],
)
def test_tampering_is_detected_and_its_place_is_named(what, named) -> None:
    found = examine(text(tampered(what)))
    assert {
        (fault.what, fault.text[: len(words)]) for fault in found.faults for _, words in named
    } == named


def test_an_unbroken_chain_has_no_fault_and_its_hash_is_sha256_of_the_content() -> None:
    import hashlib

    entries = chain(4)
    found = examine(text(entries))
    assert found.faults == ()
    assert found.head == entries[-1].hash
    content = json.loads(entries[2].line)
    claimed = content.pop("hash")
    plain = json.dumps(content, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(plain.encode()).hexdigest() == claimed
    assert content["previous"] == entries[1].hash


@pytest.mark.parametrize("byte", range(0, 330, 11))
def test_no_byte_of_a_past_entry_can_be_changed(byte: int) -> None:
    whole = text(chain(3))
    place = byte % len(whole.splitlines()[0])
    changed = whole[:place] + ("x" if whole[place] != "x" else "y") + whole[place + 1 :]
    assert examine(changed).faults


@pytest.mark.parametrize(
    "line",
    [
        '{"value": 1}',
        "[1]",
        "not json",
        chain(1)[0].line.replace(",", ", ", 1),
        chain(1)[0].line.replace("2.0", "NaN"),
        chain(1)[0].line.replace('"value":2.0', '"value":3.0,"value":2.0'),
    ],
)
def test_a_line_of_another_spelling_is_no_entry(line: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse(line)
    assert examine(line + "\n").faults[0].what == "unreadable"


def test_a_cut_tail_shows_only_against_a_kept_head(tmp_path) -> None:
    path = tmp_path / "ledger.jsonl"
    entries = chain(4)
    path.write_text(text(entries[:2]))
    found = examine_file(path)
    assert found.faults == ()
    require_head(found, entries[1].hash, path)
    require_head(found, entries[0].hash[:12], path)
    with pytest.raises(DataError, match="cut off or rewritten"):
        require_head(found, entries[3].hash, path)
    with pytest.raises(UsageError, match="no head"):
        require_head(found, "abc", path)


def test_concurrent_appends_lose_nothing(tmp_path) -> None:
    path = tmp_path / "ledger.jsonl"

    def write(i: int) -> int:
        return len(append(path, "forecast", [{"writer": i}, {"writer": i}], NOW, wait=60))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(write, range(24))) == 48
    found = examine_file(path)
    assert found.faults == ()
    writers = [entry.body["writer"] for entry in found.entries]
    assert sorted(writers) == sorted([*range(24), *range(24)])
    assert writers[::2] == writers[1::2]
    assert [item.name for item in tmp_path.iterdir()] == ["ledger.jsonl"]


def test_a_lock_left_behind_and_a_broken_chain_refuse_an_append(tmp_path) -> None:
    path = tmp_path / "ledger.jsonl"
    (tmp_path / ".ledger.jsonl.lock").write_text("1\n")
    with pytest.raises(UsageError) as error:
        append(path, "forecast", [{}], NOW, wait=0.0)
    assert error.value.code == "E592"
    (tmp_path / ".ledger.jsonl.lock").unlink()
    path.write_text(text(tampered("edited")))
    before = path.read_bytes()
    with pytest.raises(DataError) as broken:
        append(path, "forecast", [{}], NOW)
    assert broken.value.code == "E590"
    assert path.read_bytes() == before


def test_entries_are_only_ever_added(tmp_path) -> None:
    path = tmp_path / "ledger.jsonl"
    append(path, "forecast", [{"value": 1.0}], NOW)
    before = path.read_bytes()
    append(path, "forecast", [{"value": 2.0}], NOW + timedelta(hours=1))
    assert path.read_bytes().startswith(before)


def test_a_date_before_the_last_entry_is_noted(tmp_path) -> None:
    path = tmp_path / "ledger.jsonl"
    append(path, "forecast", [{}], NOW)
    append(path, "forecast", [{}], NOW - timedelta(days=1))
    assert [note.code for note in examine_file(path).notes] == ["W590"]


def test_registered_intervals_are_those_of_the_fit_and_grow_with_learnt_error(
    fit, training
) -> None:
    points = {"N": np.array([5e9, 2e10]), "D": np.array([1e11, 4e11])}
    plain = bodies_of(fit, points)
    learnt = bodies_of(fit, points, learnt=learn(fit, training))
    own = fit.predict(points, level=0.9, noise=True)
    low, high = (plain[0]["probabilities"].index(p) for p in (0.05, 0.95))
    ratio = (plain[0]["quantiles"][high] - plain[0]["quantiles"][low]) / (own.hi[0] - own.lo[0])
    # Noise is inflated by sqrt(30 / 25) for the freedom that the fit used up, parameters are not.
    assert 0.9 < ratio < 1.15
    assert plain[1]["quantiles"] == sorted(plain[1]["quantiles"])
    width = [body["quantiles"][-1] - body["quantiles"][0] for body in (*plain, *learnt)]
    assert width[2] > width[0]
    assert width[3] > width[1]
    assert plain[0]["reach"] == pytest.approx(5e9 * 1e11 / (1e9 * 2e10))
    assert learnt[1]["reach"] == pytest.approx(2e10 * 4e11 / (1e9 * 2e10))
    assert "learnt by backtests" in learnt[0]["doubt"]


def test_only_the_runs_of_the_fit_teach_its_extrapolation(fit, training) -> None:
    with pytest.raises(UsageError) as error:
        learn(fit, training.take(np.arange(20)))
    assert error.value.code == "E595"


def registered(tmp_path, fit: Fit, points) -> Ledger:
    path = tmp_path / "ledger.jsonl"
    append(path, "forecast", bodies_of(fit, points, note="the 5B run"), NOW)
    return Ledger.read(path)


def test_a_run_is_found_by_its_inputs_and_scored_as_by_hand(tmp_path, fit) -> None:
    ledger = registered(tmp_path, fit, {"N": np.array([5e9]), "D": np.array([1e11])})
    value = ledger.forecasts[0].value
    made = runs_of(np.array([5.05e9, 6e9]), np.array([1e11, 1e11]), np.array([value * 1.1, 2.0]))
    matched = match_runs(ledger, made)
    assert len(matched.bodies) == 1
    body = matched.bodies[0]
    assert body["are"] == pytest.approx(0.1 / 1.1)
    assert body["log_error"] == pytest.approx(-np.log(1.1))
    assert body["inside"]["0.9"] is False
    assert body["pit"] == pytest.approx(0.995)
    entries = append(tmp_path / "ledger.jsonl", "score", matched.bodies, NOW)
    again = Ledger.read(tmp_path / "ledger.jsonl")
    assert again.scores_of(again.forecasts[0])[0].observed == value * 1.1
    assert match_runs(again, made).bodies == ()
    assert match_runs(again, made).known == 1
    assert entries[0].body["run"]["row"] == 1


def test_a_run_at_the_median_has_transform_one_half(tmp_path, fit) -> None:
    ledger = registered(tmp_path, fit, {"N": np.array([5e9]), "D": np.array([1e11])})
    item = ledger.forecasts[0]
    middle = float(item.quantiles[list(item.probabilities).index(0.5)])
    assert item.transform(middle) == pytest.approx(0.5)
    assert item.interval(0.98) == (item.quantiles[0], item.quantiles[-1])
    assert item.interval(0.999) is None


def test_a_forecast_named_by_id_takes_the_only_run(tmp_path, fit) -> None:
    ledger = registered(tmp_path, fit, {"N": np.array([5e9, 9e9]), "D": np.array([1e11, 1e11])})
    one = runs_of(np.array([7e9]), np.array([1e11]), np.array([2.1]))
    found = match_runs(ledger, one, only=ledger.forecasts[1].id[:6])
    assert found.bodies[0]["forecast"] == ledger.forecasts[1].hash
    assert match_runs(ledger, one).bodies == ()
    assert "7B" in match_runs(ledger, one).open[0]
    with pytest.raises(UsageError, match="2 runs"):
        match_runs(ledger, one.take([0, 0]), only=ledger.forecasts[1].id)
    with pytest.raises(UsageError, match="No forecasts"):
        match_runs(ledger, one, only="zz")


def test_training_runs_and_other_counts_are_refused(tmp_path, fit, training) -> None:
    point = training.take([3])
    where = {"N": point.values("N"), "D": point.values("D")}
    ledger = registered(tmp_path, fit, where)
    assert [note.code for note in point_findings(fit, where)] == ["W591"]
    with pytest.raises(DataError) as own:
        match_runs(ledger, training)
    assert own.value.code == "E595"
    other = runs_of(where["N"], where["D"], np.array([2.0]), params="non_embedding")
    with pytest.raises(ConventionError) as counted:
        match_runs(ledger, other)
    assert counted.value.code == "E597"


def test_published_coefficients_have_no_interval_but_a_score(tmp_path) -> None:
    fit = Fit.published("chinchilla@besiroglu2024")
    ledger = registered(tmp_path, fit, {"N": np.array([70e9]), "D": np.array([1.4e12])})
    made = runs_of(np.array([70e9]), np.array([1.4e12]), np.array([1.95]))
    body = match_runs(ledger, made).bodies[0]
    assert body["are"] == pytest.approx(abs(1.973882 - 1.95) / 1.95, rel=1e-4)
    assert body["pit"] is None
    assert set(body["inside"].values()) == {None}
    append(tmp_path / "ledger.jsonl", "score", [body], NOW)
    assert Ledger.read(tmp_path / "ledger.jsonl").calibration().coverage == ()


def test_calibration_counts_a_forecast_once_and_judges_by_its_interval() -> None:
    hits = [[True, True, False, False], *[[True]] * 19]
    found = calibrate({0.5: hits}, [[0.1, 0.9], *[[0.5]] * 19])
    assert found.coverage[0].realised == pytest.approx(19.5 / 20)
    assert found.coverage[0].judgement == "too wide"
    assert found.histogram == pytest.approx([0.025, 0, 0.95, 0, 0.025])
    # Wilson interval of 8 in 10: 0.490 to 0.943, as in any table of it.
    narrow = calibrate({0.95: [[i < 8] for i in range(10)]}, []).coverage[0]
    assert (narrow.lo, narrow.hi) == (
        pytest.approx(0.4902, abs=1e-4),
        pytest.approx(0.9433, abs=1e-4),
    )
    assert narrow.judgement == "too narrow"


def test_forecasts_of_a_true_law_are_found_calibrated(tmp_path, fit) -> None:
    rng = np.random.default_rng(11)
    n, d = rng.uniform(1e8, 1e9, 80), rng.uniform(1e9, 2e10, 80)
    ledger = registered(tmp_path, fit, {"N": n, "D": d})
    made = runs_of(n, d, truth(n, d) * np.exp(rng.normal(0, 0.004, 80)))
    append(tmp_path / "ledger.jsonl", "score", match_runs(ledger, made).bodies, NOW)
    found = Ledger.read(tmp_path / "ledger.jsonl").calibration()
    assert found.n == 80
    # 80 forecasts: 2.6 binomial standard errors of the nominal level.
    assert [c.realised for c in found.coverage] == [
        pytest.approx(level, abs=2.6 * np.sqrt(level * (1 - level) / 80))
        for level in (0.5, 0.8, 0.9, 0.95)
    ]
