"""What speaks against the monotone law of a fit, along each of its inputs."""

from __future__ import annotations

import numpy as np

from isoflop.core.explain import Finding
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.validate.trends.judge import LEVEL, judge_trends
from isoflop.validate.trends.series import Series, series_from


def trend_findings(
    runs: Runs, fit: Fit, *, level: float = LEVEL, seed: int = 0
) -> tuple[Finding, ...]:
    """Test the runs for inverse, turning, broken and saturating trends in each monotone input.

    Along one input the runs are moved to the median of the others by the fit itself: its own
    component plus what it leaves unexplained. Only inputs are tested in which the law claims to
    fall or to rise.

    Parameters
    ----------
    level : probability of any alarm where the runs follow the law.

    Returns
    -------
    tuple of Finding
        W593 to W596 for what was found; W597 for inputs that could not be tested.
    """
    series = _all_series(runs, fit)
    tested = [item for item in series if item.why_not is None]
    found = [
        finding
        for shape in judge_trends(tested, level=level, seed=seed)
        for finding in shape.findings
    ]
    found += [
        Finding("W597", f"the trend along {item.axis} was not tested: {item.why_not}.")
        for item in series
        if item.why_not is not None
    ]
    return tuple(sorted(found, key=lambda finding: finding.code))


def _all_series(runs: Runs, fit: Fit) -> list[Series]:
    directions = {
        claim.in_: claim.kind == "decreases"
        for claim in fit.law.claims
        if claim.in_ in fit.law.inputs and claim.kind in ("decreases", "increases")
    }
    return [_partial(runs, fit, str(symbol), falls) for symbol, falls in directions.items()]


def _partial(runs: Runs, fit: Fit, symbol: str, falls: bool) -> Series:
    inputs = fit.inputs_of(runs)
    others = {name: np.full(len(runs), np.median(v)) for name, v in inputs.items()}
    component = fit.predict(others | {symbol: inputs[symbol]}).value
    predicted, observed = fit.predict(inputs).value, runs.values(fit.target)
    is_log = fit.law.scale == "log"
    y = observed / predicted * component if is_log else observed - predicted + component
    usable = np.isfinite(y) & (inputs[symbol] > 0)
    column = fit.axes.get(symbol, symbol)
    return series_from(
        column, fit.target, inputs[symbol][usable], y[usable], falls=falls, relative=is_log
    )
