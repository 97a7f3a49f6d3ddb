"""What routing is worth at a fixed number of tokens, and where it stops helping (clark2022)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from isoflop.core.errors import unknown_name
from isoflop.laws.saturation import saturated

PRINTED_CUTOFF = {"s-base": 937e9, "rl-r": 85e9, "hash": 83e9}  # clark2022, dense parameters


def cutoff(values: Mapping[str, float]) -> float:
    """Dense size beyond which more experts no longer lower the loss: 10^(-b/c).

    Only for unrounded fits: from the printed two-digit constants it is off by up to 2.6-fold, see
    ``printed_cutoff``.

    Parameters
    ----------
    values : of the law moe_clark.
    """
    return float(10.0 ** (-values["b"] / values["c"]))


def printed_cutoff(router: str) -> float:
    """The cut-off the source states for a router.

    Raises
    ------
    UsageError
        E101 for a router the source does not have.
    """
    if router not in PRINTED_CUTOFF:
        raise unknown_name("router", router, PRINTED_CUTOFF, "isoflop laws moe_clark")
    return PRINTED_CUTOFF[router]


def effective_size(values: Mapping[str, float], N: float, experts: float) -> float:
    """Parameters of the dense model with the loss of N dense parameters and so many experts.

    Parameters
    ----------
    values : of the law moe_clark.
    """
    count = float(saturated(experts, values["E_start"], values["E_max"]))
    dense = values["a"] + values["c"] * np.log10(values["E_start"])
    routed = values["a"] + values["c"] * np.log10(count)
    gain = (count / values["E_start"]) ** (values["b"] / dense)
    return float(N ** (routed / dense) * gain)
