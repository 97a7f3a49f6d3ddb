"""Apache Parquet."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from isoflop.core.errors import DataError
from isoflop.measure.importers.importer import Importer

if TYPE_CHECKING:
    import polars as pl


def _read(content: bytes, source: str) -> pl.DataFrame:
    import polars as pl

    try:
        return pl.read_parquet(io.BytesIO(content))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise DataError(
            f"{source} cannot be read as Parquet: {error}.",
            where=source,
            matters="the file may be cut off or have the wrong suffix.",
            do="write it again, or rename it to what it is.",
            code="E209",
        ) from error


IMPORTER = Importer("parquet", (".parquet", ".pq"), _read)
