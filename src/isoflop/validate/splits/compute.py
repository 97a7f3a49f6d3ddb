"""Hold out the runs with the most training compute; the default."""

from __future__ import annotations

from isoflop.validate.split import Split

SPLIT = Split(name="compute", column="flops", words="training compute")
