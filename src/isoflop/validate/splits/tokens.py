"""Hold out the longest training runs, whatever their size."""

from __future__ import annotations

from isoflop.validate.split import Split

SPLIT = Split(name="tokens", column="tokens", words="training tokens")
