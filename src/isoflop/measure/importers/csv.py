"""Comma-separated text (also semicolon or tab, as spreadsheets write it)."""

from __future__ import annotations

from functools import partial

from isoflop.measure.importers.delimited import read_delimited
from isoflop.measure.importers.importer import Importer

IMPORTER = Importer("csv", (".csv",), partial(read_delimited, separators=",;\t"))
