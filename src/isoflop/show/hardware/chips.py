"""Accelerators as a table."""

from __future__ import annotations

from collections.abc import Iterable

from isoflop.decide.hardware.accelerator import Accelerator, Figure
from isoflop.show.terminal import table

_HEADERS = ("name", "bf16", "fp8", "GB", "TB/s", "link", "network", "W", "USD/h", "as of")


def chips_text(chips: Iterable[Accelerator]) -> str:
    """One line a chip; brackets mark figures that were never checked."""
    rows = [
        (
            chip.name,
            _shown(chip.peak.get("bf16") or chip.peak.get("fp16")),
            _shown(chip.peak.get("fp8")),
            *(
                _shown(chip.figures.get(name))
                for name in ("hbm", "bandwidth", "link", "network", "power")
            ),
            _price(chip),
            chip.as_of,
        )
        for chip in chips
    ]
    notes = (
        "bf16 (fp16 for V100) and fp8 in dense TFLOP/s; link (both ways) and network in GB/s.\n"
        "(In brackets: from memory, never checked; used only with --recalled or --set.)\n"
        "Sources: isoflop hardware list --json.\n"
    )
    return f"{table(_HEADERS, rows)}\n\n{notes}"


def _shown(figure: Figure | None) -> str:
    if figure is None:
        return "-"
    return f"({figure.value:g})" if figure.recalled else f"{figure.value:g}"


def _price(chip: Accelerator) -> str:
    price = chip.price
    if price is None:
        return "-"
    text = f"{price.low:g}" if price.low == price.high else f"{price.low:g}-{price.high:g}"
    return f"({text})" if price.recalled else text
