"""The price of a run from its FLOP alone, before any layout is known."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from isoflop.core.errors import UsageError
from isoflop.decide.hardware.accelerator import Accelerator
from isoflop.decide.hardware.cost import Bill, Site, bill, device_hours, planning_mfu
from isoflop.decide.hardware.goodput import Goodput, Reliability, goodput

FLOP_PER_PARAMETER_TOKEN = 6.0  # kaplan2020


@dataclass(frozen=True)
class Run:
    """Active parameters, tokens, number of devices, precision of matrix products."""

    parameters: float
    tokens: float
    devices: int
    precision: str = "bf16"

    def __post_init__(self) -> None:
        if min(self.parameters, self.tokens, float(self.devices)) <= 0.0:
            raise UsageError(
                "A run needs parameters, tokens and devices.",
                where=f"{self.parameters:g} parameters, {self.tokens:g} tokens, {self.devices}",
                matters="nothing was computed.",
                do="give positive numbers.",
                code="E582",
            )

    @property
    def flop(self) -> float:
        """6*N*D."""
        return FLOP_PER_PARAMETER_TOKEN * self.parameters * self.tokens


@dataclass(frozen=True)
class RunCost:
    """Bills at the low and the high end of utilisation.

    Attributes
    ----------
    slow, fast : bills; equal when the utilisation was given.
    mfu : (low, high)
    """

    run: Run
    mfu: tuple[float, float]
    goodput: Goodput
    slow: Bill
    fast: Bill

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return {
            "flop": self.run.flop,
            "devices": self.run.devices,
            "mfu": {"lo": self.mfu[0], "hi": self.mfu[1]},
            "goodput": asdict(self.goodput),
            "slow": self.slow.to_dict(),
            "fast": self.fast.to_dict(),
        }


def run_cost(
    run: Run,
    chip: Accelerator,
    *,
    mfu: float | None = None,
    experts: bool = False,
    reliability: Reliability | None = None,
    site: Site | None = None,
) -> RunCost:
    """Device-hours, days, money, energy and carbon of a run.

    Parameters
    ----------
    mfu : share of the peak, None for what is published for the chip.

    Raises
    ------
    UsageError
        E581 for a missing figure, E582 for a utilisation outside 0 to 1.
    """
    low, high = planning_mfu(chip, experts=experts) if mfu is None else (mfu, mfu)
    if not 0.0 < low <= high <= 1.0:
        raise UsageError(
            f"A utilisation of {low:g} cannot be.",
            where="--mfu",
            matters="hours follow from it.",
            do="give a share of the peak above 0 and up to 1.",
            code="E582",
        )
    good = goodput(run.devices, reliability)
    peak = chip.peak_flops(run.precision)
    slow, fast = (
        bill(device_hours(run.flop, peak, share, good.share), run.devices, chip, site)
        for share in (low, high)
    )
    return RunCost(run, (low, high), good, slow, fast)
