"""A decoder for a given number of parameters: depth, width and heads that divide, sizes kernels like.

Loss hardly depends on the shape over a wide range, so the proportions follow practice, and what is
optimised is that everything divides: over heads, over tensor-parallel ranks, over matrix tiles.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

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
WIDTHS = range(256, 32_769, TILE)
DEPTHS = (4, 160)
OFF_TARGET = 0.02  # of the size; assumption: within it, proportions decide
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
    found = []
    for shape in _shapes(vocab, context, tied=N < TIED_BELOW):
        size = params_non_embedding(shape) if counts == "non_embedding" else params_total(shape)
        off = abs(size / N - 1.0)
        if off < 4.0 * OFF_TARGET:
            found.append((_penalty(shape, off), shape))
    if not found:
        raise PlanError(
            f"No shape of usual proportions has {N:.3g} parameters with {vocab} entries.",
            where=f"widths {WIDTHS.start} to {WIDTHS.stop - 1}, {DEPTHS[0]} to {DEPTHS[1]} layers",
            matters="vocabulary and blocks together miss the size by more than 8%.",
            do="give another vocabulary (--vocab), or another size.",
            code="E634",
        )
    best = sorted(found, key=lambda pair: pair[0])[:most]
    return tuple(_counted(shape) for _, shape in best)


def _shapes(vocab: int, context: int, *, tied: bool) -> Iterator[Shape]:
    for width in WIDTHS:
        head = SMALL_HEAD if width < SMALL_WIDTH else HEAD
        heads = width // head
        kv = KV_HEADS if width >= WIDE and heads % KV_HEADS == 0 else heads
        feed = round(GATED_FF * width / (2 * TILE)) * 2 * TILE
        low, high = (round(width / aspect) for aspect in reversed(ASPECTS))
        for depth in range(max(low, DEPTHS[0]), min(high, DEPTHS[1]) + 1):
            yield Shape(
                n_layer=depth,
                d=width,
                vocab=vocab,
                seq_len=context,
                n_head=heads,
                n_kv_head=kv,
                d_ff=max(feed, 2 * TILE),
                gated=True,
                tied=tied,
            )


def _penalty(shape: Shape, off: float) -> float:
    """Smaller is better: off the size, off the proportions, awkward to divide."""
    from math import log

    uneven = sum(shape.n_head % degree != 0 for degree in (2, 4, 8))
    stages = sum(shape.n_layer % degree != 0 for degree in (2, 4))
    proportion = abs(log(shape.d / shape.n_layer / ASPECT))
    coarse = (shape.d % (4 * TILE) != 0) + (shape.d % (2 * TILE) != 0)
    return max(off / OFF_TARGET - 1.0, 0.0) + 0.1 * off / OFF_TARGET + 0.3 * proportion + 0.1 * (
        uneven + stages + coarse
    )


def _counted(shape: Shape) -> Shaped:
    return Shaped(
        shape=shape,
        params=params_total(shape),
        non_embedding=params_non_embedding(shape),
        divides=tuple(n for n in range(1, 9) if shape.n_head % n == 0),
    )
