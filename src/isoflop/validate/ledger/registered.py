"""A forecast as the ledger holds it: where, what, how sure, and on what it rests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import DataError
from isoflop.validate.ledger.entry import Entry


@dataclass(frozen=True, eq=False)
class Registered:
    """One registered forecast.

    Attributes
    ----------
    columns : {input: column of a run table}
    probabilities, quantiles : (n,) of one further run; no elements where nothing is known
    reach : multiple of the largest run learnt from; None if unknown
    doubt : what the quantiles hold, in words
    """

    id: str
    hash: str
    at: str
    law: str
    target: str
    unit: str
    counts: str
    inputs: Mapping[str, float]
    columns: Mapping[str, str]
    value: float
    probabilities: FloatArray
    quantiles: FloatArray
    reach: float | None
    table_digest: str | None
    doubt: str
    note: str

    @classmethod
    def of(cls, entry: Entry) -> Registered:
        """The forecast of an entry.

        Raises
        ------
        DataError
            E593 if a field is missing or of another kind.
        """
        body = entry.body
        try:
            return cls(
                id=entry.id,
                hash=entry.hash,
                at=entry.at,
                law=str(body["law"]),
                target=str(body["target"]),
                unit=str(body["unit"]),
                counts=str(body["counts"]),
                inputs={str(k): float(v) for k, v in body["inputs"].items()},
                columns={str(k): str(v) for k, v in body["columns"].items()},
                value=float(body["value"]),
                probabilities=np.array(body["probabilities"], dtype=float),
                quantiles=np.array(body["quantiles"], dtype=float),
                reach=None if body["reach"] is None else float(body["reach"]),
                table_digest=body["table_digest"],
                doubt=str(body["doubt"]),
                note=str(body["note"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise not_an_entry(entry, error) from error

    def interval(self, level: float) -> tuple[float, float] | None:
        """Central interval; None if nothing is known or the quantiles do not reach so far out."""
        tail = 0.5 - level / 2
        if not len(self.quantiles) or tail < self.probabilities[0] - 1e-9:
            return None
        low, high = np.interp([tail, 1.0 - tail], self.probabilities, self.quantiles)
        return float(low), float(high)

    def transform(self, observed: float) -> float | None:
        """Probability that the forecast gave to less than what came (the PIT), 0 to 1.

        Between quantiles it is interpolated; beyond the outermost it is the middle of the tail.
        """
        if not len(self.quantiles):
            return None
        tail = float(self.probabilities[0]) / 2.0
        if observed < self.quantiles[0]:
            return tail
        if observed > self.quantiles[-1]:
            return 1.0 - tail
        return float(np.interp(observed, self.quantiles, self.probabilities))

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        span = self.interval(0.9)
        return {
            "id": self.id,
            "at": self.at,
            "law": self.law,
            "target": self.target,
            "unit": self.unit,
            "inputs": dict(self.inputs),
            "value": self.value,
            "lo": None if span is None else span[0],
            "hi": None if span is None else span[1],
            "level": 0.9,
            "reach": self.reach,
            "doubt": self.doubt,
            "note": self.note,
        }


def not_an_entry(entry: Entry, error: Exception) -> DataError:
    """Error for a sealed line that does not hold what its kind must."""
    return DataError(
        f"Entry {entry.number} of the ledger is no {entry.kind}: {type(error).__name__} {error}.",
        where=f"entry {entry.id}, {entry.at}",
        matters="it cannot be shown or scored.",
        do="write entries with isoflop forecast register and isoflop forecast score.",
        code="E593",
    )
