"""A decoder for a given number of parameters: depth, width and heads that divide into tiles.

Loss hardly depends on the shape over a wide range, so the proportions follow practice, and what is
optimised is that everything divides: over heads, over tensor-parallel ranks, over matrix tiles.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, floor, log

from isoflop.core.errors import PlanError
from isoflop.core.flops import Shape, params_non_embedding, params_total

TILE = 128  # widths in multiples of it fill the tiles of matrix units (H10: 128 x 256)
HEAD = 128  # width of a head in models of 1B and more; practice (llama3)
SMALL_HEAD = 64  # below a width of 1024
SMALL_WIDTH = 1024
GATED_FF = 8.0 / 3.0  # of the width, so that three matrices weigh what two of 4 widths do
KV_HEADS = 8  # key and value heads from a width of 4096 on (llama3)
WIDE = 4096
VOCAB_TILE = 128
# Width over depth: best near 100 for text (henighan2020); the range is an assumption.
ASPECT = 100.0
ASPECTS = (64.0, 160.0)
FINE = 64  # step of widths below SMALL_WIDTH
WIDTHS = (*range(128, SMALL_WIDTH, FINE), *range(SMALL_WIDTH, 65_537, TILE))
DEPTHS = (2, 512)
OFF_TARGET = 0.02  # of the size; assumption: within it, proportions decide
MOST_OFF = 4.0 * OFF_TARGET
TIED_BELOW = 2e9  # parameters: smaller models share one vocabulary matrix; practice


@dataclass(frozen=True)
class Shaped:
    """A shape with what it counts.

    Attributes
    ----------
    params, non_embedding : exact
    divides : tensor-parallel degrees up to 8 that its heads divide by
    """

    shape: Shape
    params: int
    non_embedding: int
    divides: tuple[int, ...]

    @property
    def aspect(self) -> float:
        """Width over depth."""
        return self.shape.d / self.shape.n_layer


def shapes_near(
    N: float, *, vocab: int, context: int, counts: str = "total", most: int = 5
) -> tuple[Shaped, ...]:
    """Shapes nearest to a size, best first.

    Parameters
    ----------
    counts : what N counts: ``non_embedding``, else every stored weight.

    Raises
    ------
    PlanError
        E634 where no shape of usual proportions has this size.
    """
    count = params_non_embedding if counts == "non_embedding" else params_total
    found = []
    for width in WIDTHS:
        one = _shape(width, vocab, context, tied=N < TIED_BELOW)
        for depth in _depths(N, width, count(one), params_non_embedding(one)):
            shape = replace(one, n_layer=depth)
            off = abs(count(shape) / N - 1.0)
            if off < MOST_OFF:
                found.append((_penalty(shape, off), shape))
    if not found:
        raise PlanError(
            f"No shape of usual proportions has {N:.3g} parameters with {vocab} entries.",
            where=f"widths {WIDTHS[0]} to {WIDTHS[-1]}, {DEPTHS[0]} to {DEPTHS[1]} layers",
            matters="vocabulary and blocks together miss the size by more than 8%.",
            do="give another vocabulary (--vocab), or another size.",
            code="E634",
        )
    best = sorted(found, key=lambda pair: pair[0])[:most]
    return tuple(_counted(shape) for _, shape in best)


def _shape(width: int, vocab: int, context: int, *, tied: bool) -> Shape:
    """One layer of a width in the proportions of practice."""
    heads = width // (SMALL_HEAD if width < SMALL_WIDTH else HEAD)
    kv = KV_HEADS if width >= WIDE and heads % KV_HEADS == 0 else heads
    feed = round(GATED_FF * width / (2 * TILE)) * 2 * TILE
    return Shape(
        n_layer=1,
        d=width,
        vocab=vocab,
        seq_len=context,
        n_head=heads,
        n_kv_head=kv,
        d_ff=max(feed, 2 * TILE),
        gated=True,
        tied=tied,
    )


def _depths(N: float, width: int, first: int, layer: int) -> range:
    """Depths that come near the size, within the usual proportions."""
    low, high = (round(width / aspect) for aspect in reversed(ASPECTS))
    least, most = (((1.0 + off) * N - first) / layer + 1.0 for off in (-MOST_OFF, MOST_OFF))
    return range(
        max(low, DEPTHS[0], ceil(least)), min(max(high, DEPTHS[0]), DEPTHS[1], floor(most)) + 1
    )


def _penalty(shape: Shape, off: float) -> float:
    """Smaller is better: off the size, off the proportions, awkward to divide."""
    uneven = sum(shape.n_head % degree != 0 for degree in (2, 4, 8))
    stages = sum(shape.n_layer % degree != 0 for degree in (2, 4))
    proportion = abs(log(shape.d / shape.n_layer / ASPECT))
    coarse = sum(shape.d % (times * TILE) != 0 for times in (4, 2, 1, 1, 1))
    return (
        max(off / OFF_TARGET - 1.0, 0.0)
        + 0.1 * off / OFF_TARGET
        + 0.3 * proportion
        + 0.1 * (uneven + stages + coarse)
    )


def _counted(shape: Shape) -> Shaped:
    return Shaped(
        shape=shape,
        params=params_total(shape),
        non_embedding=params_non_embedding(shape),
        divides=tuple(n for n in range(1, 9) if shape.n_head % n == 0),
    )
