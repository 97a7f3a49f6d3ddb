"""isoflop: from cheap training runs to a scaling forecast and a plan one can be held to.

The four verbs: ``read_runs -> Runs``, ``fit_law -> Fit``, ``backtest -> Trust``,
``plan_run -> Plan``. Nothing heavy is imported until one of them is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from isoflop.core.version import __version__

if TYPE_CHECKING:
    from isoflop.decide.plan_run import plan_run
    from isoflop.fit.fit_law import fit_law
    from isoflop.measure.read_runs import read_runs
    from isoflop.validate.backtest import backtest

__all__ = ["__version__", "backtest", "fit_law", "plan_run", "read_runs"]

_HOMES = {
    "read_runs": "isoflop.measure.read_runs",
    "fit_law": "isoflop.fit.fit_law",
    "backtest": "isoflop.validate.backtest",
    "plan_run": "isoflop.decide.plan_run",
}


def __getattr__(name: str) -> Any:
    # Any: a module attribute may be anything; the imports above give the types.
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'isoflop' has no attribute '{name}'")
