"""Does N count what the law's published coefficients count?"""

from __future__ import annotations

from collections.abc import Iterator

from isoflop.fit.check import Check, Examined


def find(examined: Examined) -> Iterator[str]:
    counted = examined.fit.counts
    sets = examined.fit.law.published
    published = {item.counts for item in sets if not item.example} - {"unknown"}
    if counted == "unknown" or not published or counted in published:
        return
    yield (
        f"N counts {counted} parameters; every published set of '{examined.fit.law.name}' counts "
        f"{' or '.join(sorted(published))}. Exponents are not comparable between them, most of all "
        "below 1B parameters (pearce2024, arXiv 2406.12907)."
    )


CHECK = Check("W310", "N counts what the published sets count", find)
