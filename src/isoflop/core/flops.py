"""Parameters and training FLOP per token of a decoder, under each convention of the field.

One multiply-add is 2 FLOP, training is 3 times forward; no recompute, no optimiser. All counts are
exact integers. Norms, biases and learned positions are left out of every parameter count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from isoflop.core.conventions import FlopFormula
from isoflop.core.errors import DataError, unknown_name


@dataclass(frozen=True)
class Shape:
    """What a decoder-only transformer must tell to be counted.

    Parameters
    ----------
    n_layer, d, vocab, seq_len, n_head : layers, width, vocabulary, context, attention heads.
    n_kv_head : key and value heads, None for as many as heads.
    d_head : head width, None for d / n_head.
    d_ff : feed-forward width, None for 4 d.
    gated : three feed-forward matrices instead of two.
    tied : input and output embeddings share one matrix.
    """

    n_layer: int
    d: int
    vocab: int
    seq_len: int
    n_head: int
    n_kv_head: int | None = None
    d_head: int | None = None
    d_ff: int | None = None
    gated: bool = False
    tied: bool = True

    def __post_init__(self) -> None:
        sizes = (self.n_layer, self.d, self.vocab, self.seq_len, self.n_head)
        given = [size for size in (self.n_kv_head, self.d_head, self.d_ff) if size is not None]
        if min((*sizes, *given)) < 1:
            raise DataError(f"{self} has a size below 1.", where="shape", code="E220")
        if self.d_head is None and self.d % self.n_head:
            raise DataError(
                f"Width {self.d} is not a multiple of {self.n_head} heads.",
                where="shape",
                matters="the head width decides what attention costs.",
                do="give d_head.",
                code="E220",
            )

    @property
    def d_attn(self) -> int:
        """Width of all query heads together."""
        return self.n_head * (self.d_head or self.d // self.n_head)

    @property
    def d_kv(self) -> int:
        """Width of all key (or value) heads together."""
        return (self.n_kv_head or self.n_head) * (self.d_head or self.d // self.n_head)

    @property
    def ff_weights(self) -> int:
        """Weights of one feed-forward block."""
        return (3 if self.gated else 2) * self.d * (self.d_ff or 4 * self.d)


def params_non_embedding(shape: Shape) -> int:
    """Weights of the blocks alone. Source: kaplan2020, section 2.1."""
    attention = 2 * shape.d * shape.d_attn + 2 * shape.d * shape.d_kv
    return shape.n_layer * (attention + shape.ff_weights)


def params_tied(shape: Shape) -> int:
    """Blocks and one vocabulary matrix, whether or not two are stored. Source: porian2024."""
    return params_non_embedding(shape) + shape.vocab * shape.d


def params_total(shape: Shape) -> int:
    """Every stored weight: blocks and one (tied) or two vocabulary matrices."""
    return params_tied(shape) + (0 if shape.tied else shape.vocab * shape.d)


def _six_nd(shape: Shape) -> int:
    return 6 * params_tied(shape)


def _kaplan(shape: Shape) -> int:
    return 3 * (2 * params_non_embedding(shape) + 2 * shape.n_layer * shape.seq_len * shape.d_attn)


def _chinchilla_without_embedding(shape: Shape) -> int:
    scores_and_values = 4 * shape.seq_len * shape.d_attn + 3 * shape.n_head * shape.seq_len
    blocks = 2 * params_non_embedding(shape) + shape.n_layer * scores_and_values
    return 3 * (blocks + 2 * shape.d * shape.vocab)


def _chinchilla(shape: Shape) -> int:
    return _chinchilla_without_embedding(shape) + 3 * 2 * shape.vocab * shape.d


def _palm(shape: Shape) -> int:
    return 6 * params_total(shape) + 12 * shape.n_layer * shape.d_attn * shape.seq_len


def _palm_causal(shape: Shape) -> int:
    return 6 * params_total(shape) + 6 * shape.n_layer * shape.d_attn * shape.seq_len


def _deepseek(shape: Shape) -> int:
    return 6 * params_non_embedding(shape) + 12 * shape.n_layer * shape.d_attn * shape.seq_len


def _porian(shape: Shape) -> int:
    return 6 * params_tied(shape) + 6 * shape.seq_len * shape.d_attn * shape.n_layer


FLOPS_PER_TOKEN: Mapping[FlopFormula, Callable[[Shape], int]] = MappingProxyType(
    {
        "6ND": _six_nd,  # kaplan2020; N tied, so that the head is paid for
        "kaplan": _kaplan,  # kaplan2020, section 2.1: no head, causal attention
        "chinchilla": _chinchilla,  # hoffmann2022, appendix F: full attention, embedding as matmul
        "chinchilla_without_embedding": _chinchilla_without_embedding,  # the same, lookup is free
        "palm": _palm,  # palm2022, appendix B: full attention, every stored weight
        "palm_causal": _palm_causal,  # the same with half the attention
        "deepseek": _deepseek,  # deepseek2024, M: full attention, no head
        "porian": _porian,  # porian2024: causal attention and head
    }
)
"""Training FLOP per token, by convention."""

FORMULA_SOURCES: Mapping[FlopFormula, str] = MappingProxyType(
    {
        "6ND": "kaplan2020",
        "kaplan": "kaplan2020",
        "chinchilla": "hoffmann2022",
        "chinchilla_without_embedding": "hoffmann2022",
        "palm": "palm2022",
        "palm_causal": "palm2022",
        "deepseek": "deepseek2024",
        "porian": "porian2024",
    }
)
"""Citation key of each formula."""


def flops_per_token(shape: Shape, formula: FlopFormula) -> int:
    """Training FLOP per token of a shape under a named convention.

    Raises
    ------
    UsageError
        If the name is not a formula ("reported" and "unknown" are not).

    Example
    -------
    >>> gpt2 = Shape(n_layer=12, d=768, vocab=50257, seq_len=1024, n_head=12)
    >>> flops_per_token(gpt2, "kaplan")
    566231040
    """
    if formula not in FLOPS_PER_TOKEN:
        raise unknown_name("FLOP formula", formula, FLOPS_PER_TOKEN, "isoflop explain W110")
    return FLOPS_PER_TOKEN[formula](shape)


def model_flops_utilisation(
    tokens_per_second: float,
    flop_per_token: float,
    peak_flop_per_second: float,
    *,
    n_devices: int = 1,
) -> float:
    """Share of the peak that model FLOP use, 0 to 1 (MFU). Source: palm2022, appendix B."""
    return tokens_per_second * flop_per_token / (peak_flop_per_second * n_devices)
