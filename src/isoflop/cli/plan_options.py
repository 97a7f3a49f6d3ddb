"""Options of commands that use a law: which one, and what a plan is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cyclopts import Parameter


@Parameter(name="*")
@dataclass(frozen=True)
class LawOptions:
    """The law and where its coefficients come from."""

    law: str | None = None
    """Published coefficients: chinchilla@besiroglu2024; isoflop plan also takes all, to compare."""

    fit: Path | None = None
    """A fit of your own, as isoflop fit --out saves it."""


@Parameter(name="*")
@dataclass(frozen=True)
class RequestOptions:
    """What is asked for, and the limits."""

    budget: str | None = None
    """Training compute in FLOP: 1e22. With --inference-tokens it sets the quality instead."""

    target_loss: float | None = None
    """Loss to reach with the least compute."""

    inference_tokens: str | None = None
    """Tokens served over the lifetime: 5T."""

    unique_tokens: str | None = None
    """Tokens at hand before any repeats: 25B."""

    min_params: str | None = None
    """Smallest size allowed: 1B."""

    max_params: str | None = None
    """Largest size allowed: 70B."""

    flop_per_nd: float = 6.0
    """Training FLOP per parameter and token."""

    def count(self, name: str) -> float | None:
        """A count as a number, None if it was not given."""
        from isoflop.cli.arguments import count

        text = getattr(self, name)
        return None if text is None else count(text, f"--{name.replace('_', '-')}")
