"""Tab-separated text."""

from __future__ import annotations

from functools import partial

from isoflop.measure.importers.delimited import read_delimited
from isoflop.measure.importers.importer import Importer

IMPORTER = Importer("tsv", (".tsv", ".tab"), partial(read_delimited, separators="\t"))
