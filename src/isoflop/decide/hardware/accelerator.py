"""What is known of an accelerator: dated figures, each with its source.

Figures marked ``recalled`` were never checked. They are shown, and used only if asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from isoflop.core.errors import UsageError, unknown_name

UNITS: Mapping[str, tuple[str, float]] = MappingProxyType(
    {
        "hbm": ("GB", 1e9),
        "bandwidth": ("TB/s", 1e12),
        "link": ("GB/s", 1e9),
        "network": ("GB/s", 1e9),
        "domain": ("devices", 1.0),
        "power": ("W", 1.0),
    }
)
"""What each figure is given in, and its size in bytes, bytes/s, devices, W."""

MEANS: Mapping[str, str] = MappingProxyType(
    {
        "hbm": "memory",
        "bandwidth": "memory bandwidth",
        "link": "link inside the fast domain, both directions together",
        "network": "network between nodes, a device",
        "domain": "devices in the fast domain",
        "power": "power",
    }
)
_PEAK = 1e12  # peaks are given in TFLOP/s, dense


@dataclass(frozen=True)
class Figure:
    """One figure of a chip, in the unit of its file.

    Attributes
    ----------
    recalled : never checked, therefore never taken unasked.
    """

    value: float
    source: str
    recalled: bool = False


@dataclass(frozen=True)
class Price:
    """Range of prices, USD a device-hour."""

    low: float
    high: float
    years: str
    source: str
    recalled: bool = False


@dataclass(frozen=True)
class Span:
    """Shares of the peak to plan a dense model's FLOP with."""

    low: float
    high: float
    source: str


@dataclass(frozen=True)
class Accelerator:
    """One kind of device.

    Attributes
    ----------
    peak : dense TFLOP/s by precision.
    figures : by name, see :data:`UNITS`.
    as_of : year and month of the file.
    matmul : share of the peak that matrix products reach, by precision; empty if not known.
    mfu : what to plan with before anything is known of a layout; None if not known.
    accept_recalled : whether figures that were never checked may be used.
    """

    name: str
    label: str
    as_of: str
    peak: Mapping[str, Figure]
    figures: Mapping[str, Figure] = field(default_factory=dict)
    price: Price | None = None
    note: str | None = None
    matmul: Mapping[str, Figure] = field(default_factory=dict)
    mfu: Span | None = None
    accept_recalled: bool = False

    def peak_flops(self, precision: str) -> float:
        """Dense FLOP/s.

        Raises
        ------
        UsageError
            E581 if there is no checked figure.
        """
        return _PEAK * self._checked(self.peak.get(precision), f"peak.{precision}", "TFLOP/s")

    def get(self, name: str) -> float:
        """A figure in bytes, bytes/s, devices or W.

        Raises
        ------
        UsageError
            E581 if there is no checked figure.
        """
        unit, size = UNITS[name]
        return size * self._checked(self.figures.get(name), name, unit)

    def has(self, name: str) -> bool:
        """Whether a figure may be used."""
        found = self.figures.get(name)
        return found is not None and (self.accept_recalled or not found.recalled)

    @property
    def recalled(self) -> tuple[str, ...]:
        """Names of the figures that were never checked."""
        peaks = [f"peak.{name}" for name, one in self.peak.items() if one.recalled]
        others = [name for name, one in self.figures.items() if one.recalled]
        priced = ["price"] if self.price is not None and self.price.recalled else []
        return (*peaks, *others, *priced)

    def with_recalled(self) -> Accelerator:
        """The chip with leave to use figures that were never checked."""
        return replace(self, accept_recalled=True)

    def with_figures(self, given: Mapping[str, float]) -> Accelerator:
        """The chip with figures of one's own, in the units of its file.

        Parameters
        ----------
        given : {"link": 600, "peak.bf16": 280, "price": 2.1 ...}

        Raises
        ------
        UsageError
            E582 if a value is not positive, E101 for an unknown name.
        """
        peak, figures, price = dict(self.peak), dict(self.figures), self.price
        for name, value in given.items():
            if not 0.0 < value < float("inf"):
                raise _unusable(self.name, f"{name} = {value:g}", "every figure is positive")
            own = Figure(value, "given by the user")
            if name.startswith("peak."):
                peak[name.removeprefix("peak.")] = own
            elif name == "price":
                price = Price(value, value, "now", "given by the user")
            elif name in UNITS:
                figures[name] = own
            else:
                known = (*UNITS, "price", "peak.bf16", "peak.fp8")
                raise unknown_name("figure", name, known, "isoflop hardware list --json")
        return replace(self, peak=peak, figures=figures, price=price)

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON."""
        return {
            "name": self.name,
            "label": self.label,
            "as_of": self.as_of,
            "note": self.note,
            "peak_tflops": {name: vars(one) for name, one in self.peak.items()},
            "figures": {
                name: vars(one) | {"unit": UNITS[name][0]} for name, one in self.figures.items()
            },
            "matmul": {name: vars(one) for name, one in self.matmul.items()},
            "mfu": None if self.mfu is None else vars(self.mfu),
            "price_usd_per_hour": None if self.price is None else vars(self.price),
        }

    def _checked(self, found: Figure | None, name: str, unit: str) -> float:
        if found is not None and (self.accept_recalled or not found.recalled):
            return found.value
        known = (
            "its file has none"
            if found is None
            else f"its file holds {found.value:g} {unit} from memory, never checked"
        )
        raise UsageError(
            f"There is no checked figure '{name}' for {self.label}: {known}.",
            where=f"accelerator '{self.name}'",
            matters=f"{MEANS.get(name, 'the peak')} enters the answer.",
            do=f"give it: --set {name}=VALUE ({unit})"
            + ("." if found is None else ", or accept what is recalled with --recalled."),
            code="E581",
        )


def _unusable(where: str, what: str, why: str) -> UsageError:
    return UsageError(
        f"{what} cannot be used.",
        where=f"accelerator '{where}'",
        matters=why + ".",
        do="give a positive number.",
        code="E582",
    )
