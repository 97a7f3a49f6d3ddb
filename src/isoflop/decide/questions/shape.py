"""Which depth, width and heads make a model of this size?"""

from __future__ import annotations

from isoflop.core.flops import flops_per_token, params_non_embedding, params_total
from isoflop.core.quantities import format_count
from isoflop.decide.case import Case
from isoflop.decide.detail import Answer, Detail, Option
from isoflop.decide.model_shape import ASPECTS, Shaped, shapes_near
from isoflop.decide.plan import Estimate


def answer(case: Case) -> Answer:
    shape = case.shape
    params, blocks = params_total(shape), params_non_embedding(shape)
    each = flops_per_token(shape, "palm_causal")
    exact = each * case.D
    others = shapes_near(case.N, vocab=shape.vocab, context=shape.seq_len)
    kv = shape.n_kv_head or shape.n_head
    return Answer(
        name="shape",
        text=f"{shape.n_layer} layers of width {shape.d}, {shape.n_head} heads of "
        f"{shape.d // shape.n_head} ({kv} for keys and values), feed-forward {shape.d_ff} gated, "
        f"vocabulary {shape.vocab}: {params:,} parameters, {blocks:,} without embeddings, "
        f"{each / 1e9:.4g} GFLOP a token, {format_count(exact)} FLOP in all with attention.",
        basis="arithmetic",
        values={
            "params": Estimate(float(params), None, None, "parameters"),
            "params_non_embedding": Estimate(float(blocks), None, None, "parameters"),
            "flop_per_token": Estimate(float(each), None, None, "FLOP/token"),
            "flop": Estimate(float(exact), None, None, "FLOP"),
            **{
                name: Estimate(float(value), None, None, "1")
                for name, value in (
                    ("layers", shape.n_layer),
                    ("width", shape.d),
                    ("heads", shape.n_head),
                    ("kv_heads", kv),
                    ("d_ff", shape.d_ff or 0),
                )
            },
        },
        options=tuple(_option(one, case) for one in others if one.shape != shape)[:3],
        flat=f"width over depth from {ASPECTS[0]:g} to {ASPECTS[1]:g} is taken as equal (an "
        "assumption around the 100 of henighan2020); the choice is by what divides",
        sources=("henighan2020", "palm2022"),
        missing="runs of one size and several shapes: isoflop fit --law gemstones",
    )


def _option(one: Shaped, case: Case) -> Option:
    off = one.params / case.N - 1.0
    shape = one.shape
    named = {"layers": shape.n_layer, "width": shape.d, "heads": shape.n_head}
    ranks = ", ".join(map(str, one.divides))
    return Option(
        f"{shape.n_layer} layers of {shape.d}",
        {name: float(value) for name, value in named.items()} | {"params": float(one.params)},
        f"{off:+.1%} of the size, {one.aspect:.0f} wide per layer, heads over {ranks} ranks",
    )


QUESTION = Detail(
    name="shape",
    asks="Which depth, width and heads make a model of this size?",
    order=10,
    answer=answer,
)
