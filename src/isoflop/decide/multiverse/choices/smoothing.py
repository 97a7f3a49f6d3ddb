"""Losses as logged, or averaged over the steps around each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from isoflop.core.curves import WINDOW
from isoflop.decide.multiverse.choice import Choice, Option, unchanged
from isoflop.decide.multiverse.universe import Universe


def options(universe: Universe) -> Sequence[Option]:
    if universe.curves is None or universe.curves.order != "step":
        return ()
    return (
        Option("as logged", unchanged),
        Option(f"mean of {WINDOW:.0%} of the steps", _smoothed),
    )


def _smoothed(universe: Universe) -> Universe:
    assert universe.curves is not None
    curves = universe.curves.smoothed()
    return replace(universe, curves=curves, runs=curves.final())


CHOICE = Choice("smoothing", "losses as logged or averaged (porian2024)", 1, options)
