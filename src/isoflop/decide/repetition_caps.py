"""Caps on the shares of small sources: how often a source may be repeated."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from isoflop.core.errors import UsageError


def repetition_caps(
    unique: Mapping[str, float], *, tokens: float, epochs: float
) -> dict[str, float]:
    """Caps ``U_i*epochs/D``: the share at which a source is repeated as often as allowed.

    Parameters
    ----------
    unique : {source: unique tokens}
    tokens : of the training run
    epochs : passes over a source that are still allowed
    """
    for name, value in {**unique, "tokens": tokens, "epochs": epochs}.items():
        if not (np.isfinite(value) and value > 0.0):
            raise UsageError(
                f"{name} must be positive, not {value:g}.",
                where="unique tokens, tokens and epochs",
                matters="the caps follow from them.",
                do="give counts such as web=2T, 300B and 4.",
                code="E541",
            )
    return {name: min(1.0, count * epochs / tokens) for name, count in unique.items()}
