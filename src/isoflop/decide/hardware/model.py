"""What is trained: shape, experts and kernels, and how its weights and FLOP are split."""

from __future__ import annotations

from dataclasses import dataclass

from isoflop.core.errors import UsageError
from isoflop.core.flops import Shape


@dataclass(frozen=True)
class Model:
    """A decoder and the kernels it runs on.

    Parameters
    ----------
    shape : layers, width, heads, vocabulary, context.
    experts, top_k : feed-forward blocks a layer, and how many a token uses; 1 and 1 if dense.
    dropout : whether dropout masks are kept for the backward pass.
    flash : attention that never stores its scores.
    """

    shape: Shape
    experts: int = 1
    top_k: int = 1
    dropout: bool = False
    flash: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.top_k <= self.experts:
            raise UsageError(
                f"A token cannot use {self.top_k} of {self.experts} experts.",
                where="experts, top_k",
                matters="nothing was computed.",
                do="use 1 <= top_k <= experts.",
                code="E582",
            )

    @property
    def attention_weights(self) -> int:
        """Weights of attention in one layer, and the router's."""
        shape = self.shape
        router = shape.d * self.experts if self.experts > 1 else 0
        return 2 * shape.d * (shape.d_attn + shape.d_kv) + router

    @property
    def expert_weights(self) -> int:
        """Weights of all experts in one layer."""
        return self.experts * self.shape.ff_weights

    @property
    def active_layer_weights(self) -> int:
        """Weights of one layer that a token passes."""
        return self.attention_weights + self.top_k * self.shape.ff_weights

    @property
    def vocabulary_weights(self) -> int:
        """Weights of one vocabulary matrix."""
        return self.shape.vocab * self.shape.d

    @property
    def parameters(self) -> int:
        """Every stored weight (norms, biases and positions left out)."""
        matrices = 1 if self.shape.tied else 2
        layers = self.shape.n_layer * (self.attention_weights + self.expert_weights)
        return layers + matrices * self.vocabulary_weights

    @property
    def active_parameters(self) -> int:
        """Weights that a token is multiplied by: active layers and the head."""
        return self.shape.n_layer * self.active_layer_weights + self.vocabulary_weights

    def flop_per_token(self, *, causal: bool = False) -> float:
        """Forward and backward without recompute: 6*N + 12*L*h*s, or half the attention if causal.

        Source: palm2022, appendix B; N is active and holds the head, not the input embedding.
        """
        shape = self.shape
        attention = 12.0 * shape.n_layer * shape.d_attn * shape.seq_len
        return 6.0 * self.active_parameters + attention * (0.5 if causal else 1.0)


def block_flop(model: Model, batch: int, *, full_recompute: bool = False) -> float:
    """FLOP of a step by the block form 72*B*s*L*h^2*(1 + s/6h + V/12hL), 96 and V/16hL if
    all layers are recomputed. Source: narayanan2021 (recalled); only for the plain shape.
    """
    shape = model.shape
    head = (16.0 if full_recompute else 12.0) * shape.n_layer * shape.d
    bracket = 1.0 + shape.seq_len / (6.0 * shape.d) + shape.vocab / head
    factor = 96.0 if full_recompute else 72.0
    return factor * batch * shape.seq_len * shape.n_layer * shape.d**2 * bracket
