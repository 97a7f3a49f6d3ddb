"""Counts of parameters and FLOP per token must match the exact integers of catalogue entry F8."""

from __future__ import annotations

import pytest

from isoflop.core.errors import DataError, UsageError
from isoflop.core.flops import (
    Shape,
    flops_per_token,
    model_flops_utilisation,
    params_non_embedding,
    params_tied,
    params_total,
)

GPT2 = Shape(n_layer=12, d=768, vocab=50257, seq_len=1024, n_head=12)
MEDIUM = Shape(n_layer=24, d=1024, vocab=32000, seq_len=2048, n_head=16)
LARGE = Shape(n_layer=80, d=8192, vocab=32000, seq_len=2048, n_head=64)


@pytest.mark.parametrize(
    ("shape", "formula", "golden"),
    [
        (GPT2, "6ND", 741192192),
        (GPT2, "kaplan", 566231040),
        (GPT2, "palm", 854438400),
        (GPT2, "deepseek", 622854144),
        (GPT2, "chinchilla", 1087349760),
        (GPT2, "chinchilla_without_embedding", 855765504),
        (GPT2, "porian", 797815296),
        (MEDIUM, "6ND", 2008547328),
        (MEDIUM, "kaplan", 2113929216),
        (MEDIUM, "palm", 2612527104),
        (MEDIUM, "deepseek", 2415919104),
        (MEDIUM, "chinchilla", 2816212992),
        (MEDIUM, "chinchilla_without_embedding", 2619604992),
        (MEDIUM, "porian", 2310537216),
        (LARGE, "6ND", 388119920640),
        (LARGE, "kaplan", 394600120320),
        (LARGE, "palm", 404226048000),
        (LARGE, "deepseek", 402653184000),
        (LARGE, "chinchilla", 405893283840),
    ],
)
def test_flop_per_token_matches_the_golden_integer(shape, formula, golden):
    assert flops_per_token(shape, formula) == golden


@pytest.mark.parametrize(
    ("shape", "non_embedding", "tied"),
    [(GPT2, 84934656, 123532032), (MEDIUM, 301989888, 334757888)],
)
def test_parameter_counts_match_the_golden_integers(shape, non_embedding, tied):
    assert (params_non_embedding(shape), params_tied(shape)) == (non_embedding, tied)


def test_tied_count_of_the_large_shape_is_golden():
    assert params_tied(LARGE) == 64686653440


def test_an_untied_head_is_stored_once_more():
    untied = Shape(n_layer=12, d=768, vocab=50257, seq_len=1024, n_head=12, tied=False)
    assert params_total(untied) - params_total(GPT2) == 50257 * 768
    assert params_tied(untied) == params_tied(GPT2)


def test_a_gated_block_of_two_thirds_width_has_as_many_weights():
    gated = Shape(n_layer=2, d=768, vocab=100, seq_len=8, n_head=12, d_ff=2048, gated=True)
    plain = Shape(n_layer=2, d=768, vocab=100, seq_len=8, n_head=12)
    assert params_non_embedding(gated) == params_non_embedding(plain)


def test_grouped_queries_save_key_and_value_weights_only():
    grouped = Shape(n_layer=1, d=768, vocab=100, seq_len=8, n_head=12, n_kv_head=3)
    plain = Shape(n_layer=1, d=768, vocab=100, seq_len=8, n_head=12)
    assert params_non_embedding(plain) - params_non_embedding(grouped) == 2 * 768 * 9 * 64


def test_causal_palm_counts_half_the_attention():
    full = flops_per_token(GPT2, "palm") - 6 * params_total(GPT2)
    causal = flops_per_token(GPT2, "palm_causal") - 6 * params_total(GPT2)
    assert full == 2 * causal


def test_utilisation_is_one_at_the_peak():
    assert model_flops_utilisation(100.0, 2e9, 1e11, n_devices=2) == pytest.approx(1.0)


@pytest.mark.parametrize("wrong", [{"d": 770}, {"n_layer": 0}, {"n_kv_head": 0}])
def test_an_impossible_shape_is_refused(wrong):
    fields = {"n_layer": 12, "d": 768, "vocab": 50257, "seq_len": 1024, "n_head": 12} | wrong
    with pytest.raises(DataError, match="E220"):
        Shape(**fields)


def test_an_unknown_formula_is_refused_with_the_nearest():
    with pytest.raises(UsageError, match="kaplan"):
        flops_per_token(GPT2, "kaplen")
