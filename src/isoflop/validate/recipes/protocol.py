"""The numbers to print beside every forecast and every decision (catalogue X95)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import BoolArray, FloatArray
from isoflop.core.errors import FitError
from isoflop.core.quantities import format_count
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import fit_law

TOP_FACTOR = 4.0  # catalogue part B, 0.3: the top factor of compute that is held out
COVERED = 0.8  # catalogue part B, 0.3
SINGLE_RUNS = 0.01  # catalogue X95: below 0.5-1% a difference of single runs is no evidence


@dataclass(frozen=True)
class HeldOut:
    """The law refitted without its top slice of compute, and scored on it.

    Attributes
    ----------
    error, bias : mean absolute and mean signed relative error of the loss
    coverage : of the 80% interval, noise of single runs included
    """

    n: int
    error: float
    bias: float
    coverage: float | None

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {"n": self.n, "error": self.error, "bias": self.bias, "coverage": self.coverage}


@dataclass(frozen=True)
class Protocol:
    """What a reader needs in order to judge.

    Attributes
    ----------
    compute, ratio : least and largest FLOP, and tokens per parameter; None if the table lacks them
    extrapolation : target over the largest compute; None without a target
    held_out : None where the law could not be refitted: "fitted, not validated"
    spread : least and largest decision with one size left out; None if none was asked for
    """

    n_runs: int
    compute: tuple[float, float] | None
    ratio: tuple[float, float] | None
    extrapolation: float | None
    held_out: HeldOut | None
    spread: tuple[float, float] | None

    @property
    def label(self) -> str:
        """``validated`` or ``fitted, not validated``."""
        return "fitted, not validated" if self.held_out is None else "validated"

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "runs": self.n_runs,
            "compute": None if self.compute is None else list(self.compute),
            "tokens_per_parameter": None if self.ratio is None else list(self.ratio),
            "extrapolation": self.extrapolation,
            "held_out": None if self.held_out is None else self.held_out.to_dict(),
            "leave_one_size_out": None if self.spread is None else list(self.spread),
            "label": self.label,
        }

    def text(self) -> str:
        """A few lines for a page."""
        parts = [f"{self.n_runs} runs"]
        if self.compute is not None:
            low, high = map(format_count, self.compute)
            parts.append(f"{low} to {high} FLOP")
        if self.ratio is not None:
            parts.append(f"{self.ratio[0]:.3g} to {self.ratio[1]:.3g} tokens/parameter")
        if self.extrapolation is not None:
            parts.append(f"target {self.extrapolation:.3g}x beyond")
        lines = [", ".join(parts), self.label]
        if self.held_out is not None:
            held = self.held_out
            cover = "" if held.coverage is None else f", 80% interval holds {held.coverage:.0%}"
            lines[1] = (
                f"without its top slice: {held.n} runs missed by {held.error:.2%}, "
                f"bias {held.bias:+.2%}{cover}"
            )
        if self.spread is not None:
            lines.append(f"one size left out: {self.spread[0]:.4g} to {self.spread[1]:.4g}")
        return "\n".join(lines)


def protocol(
    fit: Fit,
    runs: Runs,
    *,
    target_compute: float | None = None,
    decision: Callable[[Runs], float] | None = None,
    resamples: int = 100,
) -> Protocol:
    """The protocol numbers of a fit.

    Parameters
    ----------
    runs : the table the fit was made from.
    target_compute : FLOP of what is to be decided.
    decision : a number decided from runs, made again with every size left out.
    """
    C = _known(runs, "C")
    ratio = _known(runs, "M")
    return Protocol(
        n_runs=len(runs),
        compute=None if C is None else (float(C.min()), float(C.max())),
        ratio=None if ratio is None else (float(ratio.min()), float(ratio.max())),
        extrapolation=None if C is None or target_compute is None else target_compute / C.max(),
        held_out=_held_out(fit, runs, C, resamples),
        spread=None if decision is None else leave_one_size_out(runs, decision),
    )


def is_evidence(loss_a: float, loss_b: float) -> bool:
    """Whether two single runs differ by more than seeds do."""
    return abs(loss_a / loss_b - 1.0) > SINGLE_RUNS


def leave_one_size_out(runs: Runs, decision: Callable[[Runs], float]) -> tuple[float, float] | None:
    """Least and largest decision over tables with one size removed; None if none could be made."""
    N = runs.values("N")
    found = []
    for size in np.unique(N):
        try:
            found.append(decision(runs.take(np.asarray(N - size != 0.0))))
        except FitError:
            continue  # without this size the law is not determined; the others still show a spread
    return (min(found), max(found)) if found else None


def _held_out(fit: Fit, runs: Runs, C: FloatArray | None, resamples: int) -> HeldOut | None:
    if C is None:
        return None
    top = _top_slice(C)
    try:
        refit = fit_law(
            runs.take(~top),
            fit.law,
            axes=fit.axes,
            target=fit.target,
            objective=fit.objective,
            resamples=resamples,
            seed=fit.seed,
        )
    except FitError:
        return None
    test = runs.take(top)
    said = refit.predict(refit.inputs_of(test), level=COVERED, noise=True)
    observed = test.values(fit.target)
    off = said.value / observed - 1.0
    coverage = None
    if said.lo is not None and said.hi is not None:
        coverage = float(np.mean((said.lo <= observed) & (observed <= said.hi)))
    return HeldOut(len(test), float(np.mean(np.abs(off))), float(np.mean(off)), coverage)


def _top_slice(C: FloatArray) -> BoolArray:
    least = C.max() / TOP_FACTOR
    return np.asarray(least < C)


def _known(runs: Runs, symbol: str) -> FloatArray | None:
    return runs.values(symbol) if runs.has(symbol) else None
