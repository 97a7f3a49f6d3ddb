"""Sizes and compute of runs counted another way, against the formulas and by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isoflop.core.conventions import Conventions
from isoflop.core.errors import IsoflopError
from isoflop.core.flops import FLOPS_PER_TOKEN, Shape, flops_per_token, params_total
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs

GPT2 = Shape(n_layer=12, d=768, vocab=50257, seq_len=1024, n_head=12)
SMALL = Shape(n_layer=4, d=256, vocab=50257, seq_len=1024, n_head=4)
SHAPES = (GPT2, SMALL, GPT2)


def made(counts="tied", **changes):
    size = {"tied": params_total, "non_embedding": lambda s: params_total(s) - s.vocab * s.d}
    columns = {
        "row": [1, 2, 3],
        "params": [float(size[counts](shape)) for shape in SHAPES],
        "tokens": [1e9, 2e9, 3e9],
        "flops": [1.0, 2.0, 3.0],
        "depth": [float(shape.n_layer) for shape in SHAPES],
        "width": [float(shape.d) for shape in SHAPES],
        "vocab": [float(shape.vocab) for shape in SHAPES],
        "seq_len": [float(shape.seq_len) for shape in SHAPES],
        "heads": [float(shape.n_head) for shape in SHAPES],
    } | changes
    kept = {name: cells for name, cells in columns.items() if cells is not None}
    return Runs(pl.DataFrame(kept), Conventions(counts, "reported"), Provenance("made", "0"))


@pytest.mark.parametrize("formula", FLOPS_PER_TOKEN)
def test_compute_is_that_of_the_formula_for_each_shape(formula):
    runs = made().recount(flops=formula)
    expected = [
        flops_per_token(s, formula) * d for s, d in zip(SHAPES, (1e9, 2e9, 3e9), strict=True)
    ]
    assert runs.values("flops").tolist() == expected
    assert runs.conventions.flops == formula
    assert "before: reported" in runs.provenance.conversions[-1]


def test_shape_may_be_a_number_or_a_column_of_another_name():
    runs = made(seq_len=None, heads=None, n_heads=[12, 4, 12])
    same = runs.recount(flops="kaplan", seq_len=1024, heads="n_heads")
    assert same.values("flops").tolist() == made().recount(flops="kaplan").values("flops").tolist()


def test_optional_parts_of_the_shape_count():
    wide = made().recount(flops="kaplan", d_ff=3072, gated=True)
    assert wide.values("flops")[0] == 1e9 * flops_per_token(
        Shape(12, 768, 50257, 1024, 12, d_ff=3072, gated=True), "kaplan"
    )


def test_sizes_gain_and_lose_the_vocabulary_matrices():
    bare = made("non_embedding")
    full = bare.recount("total", tied=False)
    added = 2 * np.array([s.vocab * s.d for s in SHAPES], dtype=float)
    assert (full.values("params") - bare.values("params")).tolist() == added.tolist()
    assert full.values("params_non_embedding").tolist() == bare.values("params").tolist()
    back = full.recount("non_embedding", tied=False)
    assert back.values("params").tolist() == bare.values("params").tolist()
    assert bare.recount("tied").values("params").tolist() == made().values("params").tolist()


def test_six_nd_of_the_former_count_is_no_longer_called_so():
    runs = made("non_embedding").recount(flops="6ND")
    moved = runs.recount("tied")
    assert moved.conventions.flops == "reported"
    assert moved.values("flops").tolist() == runs.values("flops").tolist()
    both = runs.recount("tied", flops="6ND")
    assert both.values("flops").tolist() == (6 * both.values("params") * [1e9, 2e9, 3e9]).tolist()


def test_runs_are_left_alone():
    runs = made()
    before = runs.digest
    runs.recount(flops="palm")
    assert runs.digest == before


@pytest.mark.parametrize(
    ("changes", "request_", "code", "said"),
    [
        ({"heads": None}, {"flops": "kaplan"}, "E345", "needs heads"),
        ({"heads": [12.0, 4.5, 12.0]}, {"flops": "kaplan"}, "E345", "row 2"),
        ({}, {"flops": "kaplan", "vocab": 0}, "E345", "vocab is 0"),
        ({}, {"flops": "kaplan", "vocab": "nothing"}, "E101", "nothing"),
        ({}, {"flops": "F3"}, "E101", "F3"),
        ({}, {"flops": "kaplan", "layers": 3}, "E101", "layers"),
        ({}, {}, "E344", "not said"),
        ({}, {"params": "active"}, "E344", "to 'active'"),
        ({"counts": "unknown"}, {"params": "total"}, "E344", "--params"),
        ({"params": [1e6, 1e6, 1e6]}, {"params": "non_embedding"}, "E344", "would be"),
        ({"depth": [12.0, None, 12.0]}, {"flops": "palm"}, "E217", "row 2"),
    ],
)
def test_what_cannot_be_counted_is_said(changes, request_, code, said):
    runs = made(**{k: v for k, v in changes.items() if k != "counts"})
    known = Conventions(changes.get("counts", "tied"))
    with pytest.raises(IsoflopError) as caught:
        Runs(runs.table, known, runs.provenance).recount(**request_)
    assert caught.value.code == code
    assert said in str(caught.value)


def test_runs_cite_the_formula_of_their_compute():
    assert [source.key for source in made().recount(flops="palm").cite()] == ["palm2022"]
    assert made().cite() == ()
