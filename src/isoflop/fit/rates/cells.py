"""A sweep of learning rate and batch as cells: runs of one size and one number of tokens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import BoolArray, FloatArray, IntArray
from isoflop.core.errors import DataError
from isoflop.core.explain import Finding
from isoflop.core.quantities import format_count
from isoflop.core.runs import Runs

SAME_SIZE = 0.02  # assumption: sizes within 2% are one size
SAME_TOKENS = 0.05  # assumption: whole steps of a large batch move the tokens by less than 5%
BOWL = 0.2  # assumption: runs a fifth above the best of their cell blew up, or nearly


@dataclass(frozen=True)
class Cell:
    """Runs that differ in learning rate and batch only; arrays are (n_runs,).

    Attributes
    ----------
    N : parameters as the table counts them.
    N_ne : parameters without embeddings, N where the table does not tell.
    D, C : tokens and FLOP, medians over the runs.
    lr, batch : peak learning rate; tokens a step.
    """

    N: float
    N_ne: float
    D: float
    C: float
    lr: FloatArray
    batch: FloatArray
    loss: FloatArray

    @property
    def best(self) -> float:
        """Loss of the best run."""
        return float(self.loss.min())

    @property
    def name(self) -> str:
        """Size and tokens in few characters."""
        return f"{format_count(self.N_ne)} on {format_count(self.D)}"

    def take(self, which: IntArray | BoolArray) -> Cell:
        """The cell with some of its runs."""
        return Cell(
            self.N, self.N_ne, self.D, self.C,
            self.lr[which], self.batch[which], self.loss[which],
        )  # fmt: skip

    @property
    def bowl(self) -> Cell:
        """Without runs that blew up."""
        return self.take(self.loss < (1.0 + BOWL) * self.best)

    @property
    def edges(self) -> tuple[str, ...]:
        """Axes along which the best run is the first or last tried: ``lr``, ``batch``."""
        at = int(np.argmin(self.loss))
        axes = {"lr": self.lr, "batch": self.batch}
        found = [name for name, x in axes.items() if x[at] in (x.min(), x.max())]
        return tuple(found)

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "params_non_embedding": self.N_ne,
            "tokens": self.D,
            "runs": len(self.loss),
            "best_loss": self.best,
            "edges": list(self.edges),
        }


def cells_of(runs: Runs) -> tuple[Cell, ...]:
    """The cells of a sweep table, by size and then tokens.

    Raises
    ------
    DataError
        E525 if a size, token count, rate, batch or loss is not positive; E216 if a column is
        absent.
    """
    N_ne = runs.values("N_ne" if runs.has("N_ne") else "N")
    N = runs.values("N") if runs.has("N") else N_ne
    D, lr, batch, loss = (runs.values(name) for name in ("D", "lr", "batch_tokens", "loss"))
    C = runs.values("C") if runs.has("C") else 6.0 * N * D
    usable = np.all([array > 0.0 for array in (N_ne, N, D, C, lr, batch, loss)], axis=0)
    if not usable.all():
        raise DataError(
            f"{int((~usable).sum())} of {len(runs)} runs have a size, tokens, rate, batch or loss "
            "that is not positive.",
            where=runs.provenance.source,
            matters="optima are fitted in logarithms.",
            do="leave these runs out: --where 'lr>0'.",
            code="E525",
        )
    cells = []
    for same_size in _groups(N_ne, np.arange(len(runs)), SAME_SIZE):
        for rows in _groups(D, same_size, SAME_TOKENS):
            n, n_ne, d, c = (float(np.median(array[rows])) for array in (N, N_ne, D, C))
            cells.append(Cell(n, n_ne, d, c, lr[rows], batch[rows], loss[rows]))
    return tuple(cells)


def counting_note(runs: Runs) -> tuple[Finding, ...]:
    """What is said where the table does not tell parameters without embeddings."""
    if runs.has("N_ne") or runs.conventions.params == "non_embedding":
        return ()
    text = (
        f"sizes count '{runs.conventions.params}' parameters; the laws of the learning rate were "
        "printed for parameters without embeddings, so small models are taken for larger ones."
    )
    return (Finding("W525", text),)


def _groups(values: FloatArray, rows: IntArray, tolerance: float) -> list[IntArray]:
    """Rows split where the sorted values jump by more than a tolerance."""
    order = rows[np.argsort(values[rows], kind="stable")]
    jumps = np.flatnonzero(np.diff(np.log(values[order])) > np.log1p(tolerance)) + 1
    return list(np.split(order, jumps))
