"""The shape of a model: what it stores, how many parameters that is and what a token costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isoflop.core.conventions import FlopFormula
from isoflop.core.flops import Shape, flops_per_token, params_non_embedding

if TYPE_CHECKING:
    from isoflop.measure.train.config import TrainConfig

FLOPS: FlopFormula = "porian"  # causal attention and the output head, the lookup is free (F1)


@dataclass(frozen=True)
class ModelShape:
    """Sizes that decide the arrays of a model; equal shapes share a compiled program."""

    vocab: int
    width: int
    depth: int
    heads: int
    d_ff: int
    seq_len: int
    tied: bool
    experts: int
    experts_active: int

    @property
    def head_width(self) -> int:
        """Width of one attention head."""
        return self.width // self.heads

    def _counted(self, experts: int) -> Shape:
        return Shape(
            n_layer=self.depth,
            d=self.width,
            vocab=self.vocab,
            seq_len=self.seq_len,
            n_head=self.heads,
            d_ff=self.d_ff * max(experts, 1),
            tied=self.tied,
        )

    @property
    def _routers(self) -> int:
        return self.depth * self.width * self.experts

    @property
    def _vocabulary(self) -> int:
        return self.vocab * self.width * (1 if self.tied else 2)

    @property
    def params_non_embedding(self) -> int:
        """Weights of the blocks, every expert and the routers."""
        return params_non_embedding(self._counted(self.experts)) + self._routers

    @property
    def params(self) -> int:
        """Every stored weight but the gains of the norms."""
        return self.params_non_embedding + self._vocabulary

    @property
    def params_active(self) -> int:
        """Weights that one token meets."""
        active = params_non_embedding(self._counted(self.experts_active))
        return active + self._routers + self._vocabulary

    @property
    def flops_per_token(self) -> int:
        """Training FLOP per token, active experts only."""
        return flops_per_token(self._counted(self.experts_active), FLOPS) + 6 * self._routers


def shape_of(config: TrainConfig, vocab: int) -> ModelShape:
    """The shape that a configuration and a vocabulary give."""
    assert config.d_ff is not None  # filled in by the configuration
    return ModelShape(
        vocab=vocab,
        width=config.width,
        depth=config.depth,
        heads=config.heads,
        d_ff=config.d_ff,
        seq_len=config.seq_len,
        tied=config.tied,
        experts=config.experts,
        experts_active=config.experts_active,
    )
