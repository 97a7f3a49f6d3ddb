"""Could every resample be solved?"""

from __future__ import annotations

from collections.abc import Iterator

from isoflop.fit.check import Check, Examined


def find(examined: Examined) -> Iterator[str]:
    lost = examined.resamples - len(examined.fit.draws)
    if lost > 0:
        yield (
            f"{lost} of {examined.resamples} resamples had no finite optimum and are not in the "
            "intervals, which are therefore too narrow."
        )


CHECK = Check("W307", "every resample solved", find)
