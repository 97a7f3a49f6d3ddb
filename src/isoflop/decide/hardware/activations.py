"""Bytes of activations kept for the backward pass, per layer and micro-batch, 16 bits each.

Source: korthikanti2022 (2205.05198): 34 + 5*a*s/h of s*b*h, counted here tensor by tensor so that
gated blocks, grouped queries, experts and models without dropout follow.
"""

from __future__ import annotations

from dataclasses import dataclass

from isoflop.decide.hardware.layout import Layout
from isoflop.decide.hardware.model import Model

_WORD = 2.0  # bytes of a 16-bit number
_MASK = 1.0  # bytes of a dropout mask element
_SCORES = 5.0  # softmax input and output 2 + 2, mask 1
_GATED_TENSORS = 3.0  # assumption: gate, up and product; the activation is recomputed when fused
_PLAIN_TENSORS = 2.0  # before and after the activation


@dataclass(frozen=True)
class PerToken:
    """Bytes a token and layer, in units of the width h.

    Attributes
    ----------
    whole : not split by tensor parallelism alone: inputs of blocks and norms, masks.
    split : split over the tensor ranks.
    """

    whole: float
    split: float

    @property
    def total(self) -> float:
        """Both."""
        return self.whole + self.split


def kept(model: Model) -> PerToken:
    """What one layer keeps a token, scores left out: 10 + 24 for the plain block with dropout."""
    shape = model.shape
    norms = 2.0 * _WORD
    inputs = 2.0 * _WORD
    masks = 2.0 * _MASK if model.dropout else 0.0
    attention = _WORD * (2.0 * shape.d_attn + 2.0 * shape.d_kv) / shape.d
    tensors = _GATED_TENSORS if shape.gated else _PLAIN_TENSORS
    feed_forward = _WORD * model.top_k * tensors * (shape.d_ff or 4 * shape.d) / shape.d
    return PerToken(norms + inputs + masks, attention + feed_forward)


def layer_bytes(model: Model, layout: Layout) -> float:
    """Bytes one layer keeps for one micro-batch on one device, before full recompute."""
    shape, per_token = model.shape, kept(model)
    tokens = layout.micro_batch * shape.seq_len / layout.context
    whole = per_token.whole / (layout.tensor if layout.sequence_parallel else 1)
    linear = tokens * shape.d * (whole + per_token.split / layout.tensor)
    if model.flash or layout.recompute != "none":
        return linear
    mask = 0.0 if model.dropout else _MASK
    scores = (_SCORES - mask) * shape.n_head * shape.seq_len * tokens / layout.tensor
    return linear + scores


def kept_bytes(model: Model, layout: Layout) -> float:
    """Bytes one layer keeps for one micro-batch on one device."""
    if layout.recompute != "full":
        return layer_bytes(model, layout)
    return input_bytes(model, layout)


def input_bytes(model: Model, layout: Layout) -> float:
    """Bytes of the input of one layer for one micro-batch: 2*s*b*h."""
    shape = model.shape
    return _WORD * layout.micro_batch * shape.seq_len / layout.context * shape.d


def in_flight(layout: Layout, micro_batches: int, stage: int) -> float:
    """Micro-batches whose activations stage ``stage`` (from 0) holds, as equivalents of its layers.

    1F1B keeps min(m, p - stage); interleaving adds the factor 1 + (p-1)/(p*v) (H02).
    """
    held = min(micro_batches, layout.pipeline - stage)
    if layout.virtual == 1:
        return float(held)
    extra = 1.0 + (layout.pipeline - 1) / (layout.pipeline * layout.virtual)
    return float(min(micro_batches, held * extra))
