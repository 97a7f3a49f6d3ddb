"""What a number counts: which parameters, which FLOP formula, which unit of loss."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from isoflop.core.errors import ConventionError

if TYPE_CHECKING:
    from isoflop.core.arrays import FloatArray

ParameterCount: TypeAlias = Literal["total", "tied", "non_embedding", "active", "unknown"]
"""total: every stored weight. tied: one vocabulary matrix. active: used per token (experts)."""

FlopFormula: TypeAlias = Literal[
    "6ND",
    "kaplan",
    "chinchilla",
    "chinchilla_without_embedding",
    "palm",
    "palm_causal",
    "deepseek",
    "porian",
    "reported",
    "unknown",
]
"""Formulas of ``core.flops``; "6ND" uses N as ``params`` counts it; "reported" names no formula."""

LossUnit: TypeAlias = Literal["nat/token", "bit/token", "bit/byte", "unknown"]


@dataclass(frozen=True)
class Conventions:
    """How the columns params, flops and loss of one table are counted."""

    params: ParameterCount = "unknown"
    flops: FlopFormula = "unknown"
    loss: LossUnit = "unknown"

    def to_dict(self) -> dict[str, str]:
        """Plain fields, for JSON."""
        return asdict(self)

    @property
    def columns(self) -> dict[str, str]:
        """Those that are known, as columns of a written table: {"params_convention": "total"}."""
        return {
            f"{name}_convention": counted
            for name, counted in self.to_dict().items()
            if counted != "unknown"
        }


def bits_to_nats(loss: FloatArray) -> FloatArray:
    """Loss in bit/token as nat/token."""
    return loss * math.log(2)


def nats_to_bits(loss: FloatArray) -> FloatArray:
    """Loss in nat/token as bit/token."""
    return loss / math.log(2)


def bits_per_byte_to_nats(loss: FloatArray, *, tokens_per_byte: float | None) -> FloatArray:
    """Loss in bit/byte as nat/token.

    Parameters
    ----------
    tokens_per_byte : of the tokenizer on the evaluation text, about 0.2 to 0.3 for English.

    Raises
    ------
    ConventionError
        If tokens per byte is not given or not positive.
    """
    return loss * math.log(2) / _checked(tokens_per_byte)


def nats_to_bits_per_byte(loss: FloatArray, *, tokens_per_byte: float | None) -> FloatArray:
    """Loss in nat/token as bit/byte; raises as :func:`bits_per_byte_to_nats` does."""
    return loss / math.log(2) * _checked(tokens_per_byte)


def to_nats(loss: FloatArray, unit: LossUnit, *, tokens_per_byte: float | None) -> FloatArray:
    """Loss in nat/token, from a declared unit.

    Raises
    ------
    ConventionError
        If the unit is unknown, or is bit/byte and tokens per byte is missing.
    """
    if unit == "nat/token":
        return loss
    if unit == "bit/token":
        return bits_to_nats(loss)
    if unit == "bit/byte":
        return bits_per_byte_to_nats(loss, tokens_per_byte=tokens_per_byte)
    raise ConventionError(
        "The unit of the loss is not declared.",
        where="column 'loss'",
        matters="bits are 1.44 times nats, and bytes are not tokens.",
        do="pass --loss-unit nat/token, bit/token or bit/byte.",
    )


def _checked(tokens_per_byte: float | None) -> float:
    if tokens_per_byte is not None and math.isfinite(tokens_per_byte) and tokens_per_byte > 0:
        return tokens_per_byte
    raise ConventionError(
        "Loss per byte and loss per token differ by the tokens per byte, which is not given.",
        where=f"tokens_per_byte = {tokens_per_byte}",
        matters="the factor depends on the tokenizer and the text; it cannot be guessed.",
        do="pass --tokens-per-byte X (tokens divided by bytes of the evaluation text).",
    )
