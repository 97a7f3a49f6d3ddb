"""A stacked forecast of runs not yet made: ``fit_stack(runs, laws).predict(inputs, reach)``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from isoflop.core.errors import FitError
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.fit.fit_law import bound_to, fit_law
from isoflop.fit.prediction import Prediction
from isoflop.laws.law import Law
from isoflop.validate.extrapolation import repeat_sd
from isoflop.validate.looks import Look, look_back
from isoflop.validate.plan import INNER_STARTS, checked_laws
from isoflop.validate.split import get_split
from isoflop.validate.stacking import Stack, stack_of, too_few


@dataclass(frozen=True, eq=False)
class StackedFit:
    """Laws fitted to all runs and the weights they earned by looking back.

    Attributes
    ----------
    fits : of every law that could be fitted
    largest : the split's quantity in the largest run; reach is measured from it
    failures : {law: why it is not in the stack}
    """

    fits: Mapping[str, Fit]
    stack: Stack
    split: str
    largest: float
    runs: Runs
    failures: Mapping[str, str]

    def predict(self, inputs: Mapping[str, ArrayLike], *, level: float = 0.9) -> Prediction:
        """Loss of single runs not yet made, with doubt, noise and extrapolation error.

        Parameters
        ----------
        inputs : {column: (n,)} with all that laws and split need, such as ``params``, ``tokens``
        """
        columns = {name: np.atleast_1d(np.asarray(v, float)) for name, v in inputs.items()}
        table = pl.DataFrame(columns).with_row_index("row", offset=1)
        asked = Runs(table, self.runs.conventions, self.runs.provenance)
        size = get_split(self.split).values(asked)
        log_reach = np.log(np.maximum(size / self.largest, 1.0))
        value, found = self.stack.predict(self.fits, asked, log_reach, (level,))
        low, high = found[level]
        return Prediction(columns, value, low, high, level)


def fit_stack(
    runs: Runs,
    laws: Sequence[Law | str],
    *,
    split: str = "compute",
    axes: Mapping[str, str] | None = None,
    resamples: int = 200,
    seed: int = 0,
) -> StackedFit:
    """Fit every law to all runs, and weigh them by their looks back on the larger ones.

    Parameters
    ----------
    split : what orders the runs: compute, size or tokens.
    axes : as in ``fit_law``, for laws of one axis.

    Raises
    ------
    UsageError
        E600 with fewer than two laws that could be fitted.
    """
    chosen = [bound_to(law, runs) for law in checked_laws(laws)]
    if len(chosen) < 2:
        raise too_few([law.name for law in chosen])
    values = get_split(split).values(runs)
    observed = runs.values(chosen[0].target)
    fits: dict[str, Fit] = {}
    looks: dict[str, tuple[Look, ...]] = {}
    failures: dict[str, str] = {}
    for law in chosen:
        own = {symbol: column for symbol, column in (axes or {}).items() if symbol in law.inputs}

        def refit(part: Runs, law: Law = law, own: dict[str, str] = own) -> Fit:
            return fit_law(part, law, axes=own, resamples=0, seed=seed, n_random=INNER_STARTS)

        try:
            fits[law.name] = fit_law(runs, law, axes=own, resamples=resamples, seed=seed)
        except FitError as error:
            failures[law.name] = error.what
        else:
            looks[law.name] = look_back(runs, values, refit, observed)
    stack = stack_of(chosen, looks, repeat_sd(runs, observed))
    return StackedFit(fits, stack, split, float(values.max()), runs, failures)
