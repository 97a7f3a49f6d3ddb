"""Options of commands that use a law: which one, and what a plan is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from isoflop.cli.options import Repeated

if TYPE_CHECKING:
    from isoflop.decide.question import Request


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
    """Training compute in FLOP: 1e22. With --inference-tokens it sets the quality instead; in a
    whole plan it stays a limit."""

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

    max_epochs: float | None = None
    """Passes over the unique tokens that are allowed, under a law that knows repetition."""

    serving_price: float = 1.0
    """A FLOP of serving over a FLOP of training, in money."""

    hold: Annotated[tuple[str, ...], Repeated] = ()
    """Hold another input of the law: E_x=8."""

    flop_per_nd: float = 6.0
    """Training FLOP per parameter and token."""

    def count(self, name: str) -> float | None:
        """A count as a number, None if it was not given."""
        from isoflop.cli.arguments import count

        text = getattr(self, name)
        return None if text is None else count(text, f"--{name.replace('_', '-')}")

    def request(self) -> Request:
        """The request; zero unique tokens are passed on, to be refused with the nearest plan."""
        from isoflop.cli.arguments import numbers
        from isoflop.decide.question import Request

        none_at_all = self.unique_tokens is not None and self.unique_tokens.strip() == "0"
        return Request(
            budget=self.count("budget"),
            target=self.target_loss,
            inference_tokens=self.count("inference_tokens"),
            unique_tokens=0.0 if none_at_all else self.count("unique_tokens"),
            flop_per_nd=self.flop_per_nd,
            min_params=self.count("min_params"),
            max_params=self.count("max_params"),
            max_epochs=self.max_epochs,
            serving_price=self.serving_price,
            held=numbers(self.hold, "--hold"),
        )
