"""Every code that is raised or noted can be explained."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import isoflop.core
from isoflop.core.explain import explanations

SOURCE = Path(isoflop.core.__file__).parents[1]
CODES = sorted(
    {
        code
        for path in SOURCE.rglob("*.py")
        for code in re.findall(r'"([EW]\d{3})"', path.read_text(encoding="utf-8"))
    }
)


@pytest.mark.parametrize("code", CODES)
def test_a_code_in_the_source_has_its_explanation(code):
    assert explanations()[code].do
