"""Parameters and inputs shared by laws that add a term to chinchilla."""

from __future__ import annotations

from isoflop.laws.parameter import Axis, Parameter

SIZE_AND_TOKENS = (
    Parameter("E", "nat/token", 0.0, 10.0, "loss that no scale removes"),
    Parameter("A", "nat/token", 1e-3, 1e12, "price of too few parameters"),
    Parameter("alpha", "1", 0.01, 2.0, "return on parameters"),
    Parameter("B", "nat/token", 1e-3, 1e12, "price of too few tokens"),
    Parameter("beta", "1", 0.01, 2.0, "return on tokens"),
)

FINAL_SHARE = Axis("h", "lr_final_share", "1", "final over peak learning rate", 0.0, 1.0, zero=True)


def gain(meaning: str, high: float) -> Parameter:
    """The factor F of an annealing term, zero or more."""
    return Parameter("F", "nat/token", 0.0, high, meaning)


def turn(name: str, meaning: str) -> Parameter:
    """An exponent of an annealing term; bounds as in bhagia2024's code."""
    return Parameter(name, "1", -0.5, 0.5, meaning)
