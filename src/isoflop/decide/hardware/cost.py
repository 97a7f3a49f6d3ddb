"""Device-hours, days, money, energy and carbon of a whole training run (H08, H09)."""

from __future__ import annotations

from dataclasses import dataclass

from isoflop.core.errors import UsageError
from isoflop.decide.hardware.accelerator import Accelerator

MOE_MFU = (0.20, 0.35)  # H08, mixture of experts
GOODPUT = (0.75, 0.95)  # H12, test C: share of published hours that train
_HOUR = 3600.0


@dataclass(frozen=True)
class Site:
    """Where it runs.

    Parameters
    ----------
    load : share of the stated power that is drawn, 0.7 to 1.0.
    host_kw : host and network a device, 0.1 to 0.3.
    pue : energy of the site over that of the machines, 1.1 to 1.2 in modern ones.
    grid : kg CO2 a kWh; None for no statement.
    """

    load: float = 0.85  # middle of H09's range
    host_kw: float = 0.2  # middle of H09's range
    pue: float = 1.15  # middle of H09's range
    grid: float | None = None

    def __post_init__(self) -> None:
        if self.load <= 0.0 or self.host_kw < 0.0 or self.pue < 1.0 or (self.grid or 0.0) < 0.0:
            raise UsageError(
                f"{self} cannot be.",
                where="site",
                matters="energy and carbon would be meaningless.",
                do="use load > 0, host >= 0, PUE >= 1, grid >= 0.",
                code="E582",
            )


@dataclass(frozen=True)
class Bill:
    """What a run takes.

    Attributes
    ----------
    device_hours, days : wall time, lost time included.
    usd : (low, high); None without a price.
    kwh, kg_co2 : None without power, or without a grid factor.
    """

    device_hours: float
    days: float
    usd: tuple[float, float] | None
    kwh: float | None
    kg_co2: float | None

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return {**vars(self), "usd": None if self.usd is None else list(self.usd)}


def device_hours(flop: float, peak: float, mfu: float, share: float = 1.0) -> float:
    """Hours of one device: C/(3600*peak*MFU)/goodput."""
    return flop / (_HOUR * peak * mfu) / share


def implied_mfu(flop: float, hours: float, peak: float) -> float:
    """Share of the peak that model FLOP used over ``hours`` device-hours."""
    return flop / (_HOUR * hours * peak)


def kilowatt_hours(hours: float, watts: float, site: Site) -> float:
    """Energy: hours*(kW*load + host)*PUE."""
    return hours * (watts / 1e3 * site.load + site.host_kw) * site.pue


def bill(hours: float, devices: int, chip: Accelerator, site: Site | None = None) -> Bill:
    """Days, money, energy and carbon of device-hours.

    What the chip's file lacks, or holds only from memory, is left out of the answer.
    """
    place = site or Site()
    price = chip.price
    known = price is not None and (chip.accept_recalled or not price.recalled)
    kwh = kilowatt_hours(hours, chip.get("power"), place) if chip.has("power") else None
    return Bill(
        device_hours=hours,
        days=hours / devices / 24.0,
        usd=(hours * price.low, hours * price.high) if price is not None and known else None,
        kwh=kwh,
        kg_co2=None if kwh is None or place.grid is None else kwh * place.grid,
    )


def planning_mfu(chip: Accelerator, *, experts: bool = False) -> tuple[float, float]:
    """(low, high) share of the peak to plan with before a layout is known (H08).

    Raises
    ------
    UsageError
        E581 if the chip's file has none.
    """
    if experts:
        return MOE_MFU
    if chip.mfu is None:
        raise UsageError(
            f"There is no published utilisation for {chip.label}.",
            where=f"accelerator '{chip.name}'",
            matters="hours follow from it.",
            do="give --mfu, or predict it for a layout: isoflop hardware time.",
            code="E581",
        )
    return chip.mfu.low, chip.mfu.high
