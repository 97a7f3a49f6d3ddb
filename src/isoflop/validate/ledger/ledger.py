"""A ledger read: forecasts, the scores of those whose runs were made, and their calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from isoflop.core.errors import DataError, UsageError
from isoflop.core.files import canonical_json
from isoflop.core.result import figures_of
from isoflop.core.sources import Source, cite_all
from isoflop.core.version import __version__
from isoflop.validate.ledger.calibration import Calibration, calibrate
from isoflop.validate.ledger.chain import Examined
from isoflop.validate.ledger.entry import ID_LENGTH, Entry
from isoflop.validate.ledger.registered import Registered, not_an_entry
from isoflop.validate.ledger.store import read_entries

if TYPE_CHECKING:
    import polars as pl

    from isoflop.core.result import Drawing

LEVELS = (0.5, 0.8, 0.9, 0.95)


@dataclass(frozen=True)
class ScoredRun:
    """How one forecast did on one run.

    Attributes
    ----------
    forecast : hash of the forecast's entry
    are : absolute relative error; None where the observed value is zero
    log_error : ln forecast - ln observed; None where one is not positive
    inside : {level: whether the run fell inside}; None where the forecast had no such interval
    pit : probability the forecast gave to less than what came
    """

    forecast: str
    at: str
    inputs: Mapping[str, float]
    observed: float
    are: float | None
    log_error: float | None
    inside: Mapping[str, bool | None]
    pit: float | None
    run: Mapping[str, object]

    @classmethod
    def of(cls, entry: Entry) -> ScoredRun:
        """The score of an entry; E593 if a field is missing."""
        body = entry.body
        try:
            return cls(
                forecast=str(body["forecast"]),
                at=entry.at,
                inputs={str(k): float(v) for k, v in body["inputs"].items()},
                observed=float(body["observed"]),
                are=None if body["are"] is None else float(body["are"]),
                log_error=None if body["log_error"] is None else float(body["log_error"]),
                inside={str(k): v for k, v in body["inside"].items()},
                pit=None if body["pit"] is None else float(body["pit"]),
                run=dict(body["run"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise not_an_entry(entry, error) from error

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return {
            "forecast": self.forecast[:ID_LENGTH],
            "at": self.at,
            "inputs": dict(self.inputs),
            "observed": self.observed,
            "are": self.are,
            "log_error": self.log_error,
            "inside": dict(self.inside),
            "pit": self.pit,
            "run": dict(self.run),
        }


@dataclass(frozen=True, repr=False)
class Ledger:
    """The entries of an unbroken chain."""

    entries: tuple[Entry, ...]

    @classmethod
    def read(cls, path: str | Path) -> Ledger:
        """A ledger from its file; E590 if its chain is broken, E593 if it cannot be read."""
        return cls(read_entries(Path(path)))

    @property
    def head(self) -> str:
        """Hash of the last entry: keep it elsewhere, and nobody can cut or rewrite the ledger."""
        return Examined(self.entries, ()).head

    @cached_property
    def forecasts(self) -> tuple[Registered, ...]:
        """In the order they were registered."""
        return tuple(Registered.of(entry) for entry in self.entries if entry.kind == "forecast")

    @cached_property
    def scores(self) -> tuple[ScoredRun, ...]:
        """In the order they were written.

        Raises
        ------
        DataError
            E593 if a score is of no forecast above it.
        """
        known: set[str] = set()
        found = []
        for entry in self.entries:
            if entry.kind == "forecast":
                known.add(entry.hash)
                continue
            score = ScoredRun.of(entry)
            if score.forecast not in known:
                raise _of_nothing(entry)
            found.append(score)
        return tuple(found)

    def forecast(self, id: str) -> Registered:
        """A forecast by its id or the first digits of it.

        Raises
        ------
        UsageError
            E594 if there is none, or more than one.
        """
        found = [item for item in self.forecasts if item.hash.startswith(id.lower()) and id]
        if len(found) == 1:
            return found[0]
        raise UsageError(
            f"{len(found) or 'No'} forecasts have an id that begins with {id!r}.",
            where=f"--id {id}",
            matters="nothing was scored.",
            do="list them with: isoflop forecast show",
            code="E594",
        )

    def scores_of(self, forecast: Registered) -> tuple[ScoredRun, ...]:
        """Scores of one forecast: more than one where its run was repeated."""
        return tuple(score for score in self.scores if score.forecast == forecast.hash)

    def calibration(self, levels: Sequence[float] = LEVELS) -> Calibration:
        """Nominal against realised coverage of all scored forecasts that had an interval."""
        groups = [
            [score.pit for score in self.scores_of(item) if score.pit is not None]
            for item in self.forecasts
        ]
        inside = {
            level: [
                [
                    bool(hit)
                    for s in self.scores_of(f)
                    if (hit := s.inside.get(f"{level:g}")) is not None
                ]
                for f in self.forecasts
            ]
            for level in levels
        }
        return calibrate(inside, [group for group in groups if group])

    def tables(self) -> dict[str, pl.DataFrame]:
        """``forecasts`` and ``scores``, as data frames."""
        import polars as pl

        def flat(item: dict[str, object]) -> dict[str, object]:
            return {k: canonical_json(v) if isinstance(v, dict) else v for k, v in item.items()}

        return {
            "forecasts": pl.DataFrame([flat(item.to_dict()) for item in self.forecasts]),
            "scores": pl.DataFrame([flat(item.to_dict()) for item in self.scores]),
        }

    def figures(self) -> Mapping[str, Drawing]:
        """Numbers of the calibration plot; ``show.draw`` draws them."""
        return figures_of(self)

    def cite(self) -> tuple[Source, ...]:
        """The work behind the accuracy measures."""
        return cite_all(["choshen2024"])

    def to_dict(self) -> dict[str, object]:
        """Everything as plain values."""
        return {
            "kind": "isoflop-ledger",
            "version": __version__,
            "head": self.head,
            "entries": len(self.entries),
            "forecasts": [item.to_dict() for item in self.forecasts],
            "scores": [item.to_dict() for item in self.scores],
            "calibration": self.calibration().to_dict(),
        }

    def to_json(self) -> str:
        """One JSON document."""
        return canonical_json(self.to_dict())

    def __repr__(self) -> str:
        scored = {score.forecast for score in self.scores}
        return (
            f"Ledger: {len(self.forecasts)} forecasts, {len(scored)} scored\n"
            f"  {self.calibration().text}\n  head {self.head}"
        )


def _of_nothing(entry: Entry) -> DataError:
    return DataError(
        f"Entry {entry.number} scores a forecast that is not above it.",
        where=f"entry {entry.id}, {entry.at}",
        matters="a score without its forecast says nothing.",
        do="write scores with isoflop forecast score.",
        code="E593",
    )
