"""Vocabulary-fair loss: what a model gains over knowing how often each token occurs."""

from __future__ import annotations

from isoflop.core.arrays import FloatArray
from isoflop.laws.parameter import Axis, Reported
from isoflop.laws.rule import Rule


def gain(loss: FloatArray, unigram: FloatArray) -> FloatArray:
    return loss - unigram


RULE = Rule(
    name="unigram_normalised",
    entry="X34",
    about="Loss minus the unigram entropy of the same tokens: comparable across tokenizers.",
    inputs=(
        Axis("loss", "loss", "nat/token", "loss of the model", 0.1, 12.0),
        Axis("unigram", "unigram", "nat/token", "cross-entropy of the unigram model", 1.0, 12.0),
    ),
    outputs=(
        Axis("L_u", "loss_over_unigram", "nat/token", "negative; lower is better", -12.0, 11.0),
    ),
    formula=gain,
    source="vocabulary2024",
    where="definition, arXiv 2407.13623: -(1/T) sum ln(p(w_t|w_<t)/p_unigram(w_t))",
    reported=(Reported({"loss": 3.0, "unigram": 7.5}, {"L_u": -4.5}, 1e-12),),
    scope=("Both numbers must be over the same text and the same tokenizer.",),
)
