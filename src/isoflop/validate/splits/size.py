"""Hold out the largest models, whatever they were trained on."""

from __future__ import annotations

from isoflop.validate.split import Split

SPLIT = Split(name="size", column="params", words="model size")
