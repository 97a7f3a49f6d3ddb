"""How far a plan stands beyond what the fit rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from isoflop.core.explain import Finding
from isoflop.core.quantities import format_count

NAMES = {"C": "compute", "N": "parameters", "D": "tokens"}
TESTED_RATIOS = (
    0.4,
    640.0,
)  # tokens per parameter; besiroglu2024 drops lower, gadre2024 tests up to
ROUNDING = 1e-9


def reach_of(
    point: Mapping[str, float], evidence: Mapping[str, tuple[float, float]]
) -> dict[str, float | None]:
    """{C, N, D: factor beyond the evidence}; 1 inside it, None where no range is known."""
    return {
        symbol: _beyond(point[symbol], evidence[symbol]) if symbol in evidence else None
        for symbol in NAMES
    }


def reach_findings(
    point: Mapping[str, float], evidence: Mapping[str, tuple[float, float]]
) -> Iterator[Finding]:
    """W500 beyond the evidence, W501 range unknown, W504 tokens per parameter at an extreme."""
    reach = reach_of(point, evidence)
    for symbol, factor in reach.items():
        if factor is not None and factor > 1.0 + ROUNDING:
            low, high = evidence[symbol]
            side = "above" if point[symbol] > high else "below"
            yield Finding(
                "W500",
                f"{format_count(point[symbol])} {NAMES[symbol]} is {factor:.3g}x {side} the "
                f"evidence ({format_count(low)} to {format_count(high)}); the forecast there is "
                "extrapolation, and its error is not in the intervals.",
            )
    unknown = [NAMES[symbol] for symbol, factor in reach.items() if factor is None]
    if unknown:
        yield Finding(
            "W501", f"The range of evidence in {', '.join(unknown)} is not known for this fit."
        )
    ratio = point["D"] / point["N"]
    if not TESTED_RATIOS[0] <= ratio <= TESTED_RATIOS[1]:
        yield Finding(
            "W504",
            f"{ratio:.3g} tokens per parameter lies outside the ratios laws were tested at "
            f"({TESTED_RATIOS[0]:g} to {TESTED_RATIOS[1]:g}).",
        )


def _beyond(value: float, span: tuple[float, float]) -> float:
    low, high = span
    return max(value / high, low / value, 1.0)
