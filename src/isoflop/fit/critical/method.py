"""What a way to a critical batch is: a curve of steps by batch whose scale is left open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from isoflop.core.arrays import FloatArray


@dataclass(frozen=True)
class Study:
    """Steps to one loss at several constant batches.

    Parameters
    ----------
    batch, steps : (n_batches,) tokens and steps, batches rising.
    linear_batch : tokens; a batch at which steps still fall as one over the batch.
    """

    batch: FloatArray
    steps: FloatArray
    linear_batch: float

    @property
    def tokens(self) -> FloatArray:
        """Tokens each batch needed, (n_batches,)."""
        return self.batch * self.steps

    def without(self, i: int) -> Study:
        """The study with one batch left out."""
        kept = [j for j in range(len(self.batch)) if j != i]
        return Study(self.batch[kept], self.steps[kept], self.linear_batch)


@dataclass(frozen=True)
class Method:
    """A curve of steps by batch, as a function of its critical batch.

    Parameters
    ----------
    relative : ``(batch (n,), critical (..., 1), shape (..., 1), linear_batch) -> (..., n)`` steps
        over their scale; NaN where this critical batch cannot be.
    floor : ``(critical, shape, linear_batch)`` -> least of them at any batch.
    shapes : (n_shapes,) rising values of one further parameter; a single one if there is none.
    lowest : ``linear_batch -> tokens``, no critical batch lies below; None where the curve becomes
        linear by itself, at ``scale * critical`` tokens.
    """

    name: str
    about: str
    source: str
    shape_name: str
    shapes: FloatArray
    relative: Callable[[FloatArray, FloatArray, FloatArray, float], FloatArray]
    floor: Callable[[float, float, float], float]
    lowest: Callable[[float], float] | None = None

    @property
    def n_free(self) -> int:
        """Free numbers of the curve: scale, critical batch and shape."""
        return 2 + (len(self.shapes) > 1)
