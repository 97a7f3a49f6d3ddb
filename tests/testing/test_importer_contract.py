"""The contract refuses importers that break it, each with the right check."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from isoflop.measure.source import importers
from isoflop.testing.importer_contract import CHECKS

CSV = next(importer for importer in importers() if importer.name == "csv")
CONTENT = (Path(__file__).parents[1] / "contracts/importer_samples/csv.csv").read_bytes()


def drops_a_row(content: bytes, source: str) -> pl.DataFrame:
    return CSV.read(content, source).head(3)


def converts(content: bytes, source: str) -> pl.DataFrame:
    table = CSV.read(content, source)
    return table.with_columns(params=pl.col("params").str.to_uppercase())


def crashes(content: bytes, source: str) -> pl.DataFrame:
    return pl.read_csv(content, infer_schema=False)


def forgets_its_source(content: bytes, source: str) -> pl.DataFrame:
    return CSV.read(content, "a file")


def invents(content: bytes, source: str) -> pl.DataFrame:
    return pl.DataFrame({"loss": [1.0] * 9})


class Counting:
    calls = 0

    def __call__(self, content: bytes, source: str) -> pl.DataFrame:
        self.calls += 1
        return CSV.read(content, source).with_columns(loss=pl.lit(float(self.calls)))


BROKEN = {
    "every_cell_is_kept": ({"read": drops_a_row}, {"read": converts}, {"read": invents}),
    "garbage_is_refused_with_its_name": (
        {"read": crashes},
        {"read": forgets_its_source},
        {"read": invents},
    ),
    "suffixes_are_usable": ({"suffixes": ("csv",)}, {"suffixes": (".CSV",)}, {"suffixes": ()}),
    "reading_twice_is_the_same": ({"read": Counting()},),
    "a_cut_file_is_refused_or_shorter": ({"read": Counting()},),
}
CASES = [(check, change) for check, changes in BROKEN.items() for change in changes]


@pytest.mark.parametrize(("check", "change"), CASES)
def test_contract_refuses_an_importer_that_breaks_it(check: str, change: dict[str, object]) -> None:
    importer = replace(CSV, name="mine", **change)  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match="mine"):
        CHECKS[check](importer, CONTENT)


def test_every_check_has_an_importer_that_breaks_it() -> None:
    assert set(BROKEN) == set(CHECKS)
