"""What should be known before a critical batch is believed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.explain import Finding
from isoflop.core.quantities import format_count
from isoflop.fit.critical.method import Study
from isoflop.fit.critical_fit import CriticalBatch
from isoflop.fit.critical_regions import falling_tokens

SIDE, BATCHES, SPAN = 2, 4, 30.0  # mccandlish2018, as the catalogue states them


def flags(
    study: Study, found: Iterable[CriticalBatch], rates: FloatArray | None
) -> Iterator[Finding]:
    """Findings about a study and the critical batches read off it.

    Parameters
    ----------
    rates : (n_runs,) peak learning rates behind the study; None if not known.
    """
    n, span = len(study.batch), float(study.batch[-1] / study.batch[0])
    if n < BATCHES or span < SPAN:
        yield Finding(
            "W532",
            f"{n} batches over a factor {span:.3g}: {BATCHES} or more over a factor {SPAN:.0f} "
            "are needed to tell curve from scatter.",
        )
    if rates is not None and n > 1 and len(np.unique(rates)) == 1:
        yield Finding(
            "W533",
            f"one learning rate ({rates[0]:g}) at all batches: not comparable with a study that "
            "tunes it at each; the curve may be an artefact.",
        )
    for smaller, larger in falling_tokens(study):
        yield Finding(
            "W534",
            f"{format_count(larger)} tokens a batch needed fewer tokens than "
            f"{format_count(smaller)}: the smaller batch was tuned less, or steps are rounded.",
        )
    for item in found:
        yield from _of_one(item)


def _of_one(item: CriticalBatch) -> Iterator[Finding]:
    name, batch = item.method.name, item.study.batch
    if item.value is not None:
        below, above = int((batch < item.value).sum()), int((batch > item.value).sum())
        if min(below, above) < SIDE:
            yield Finding(
                "W530",
                f"{name}: {below} batches below and {above} above the critical batch of "
                f"{format_count(item.value)}; two on either side are needed.",
            )
    if item.value is None or item.lo is None or item.hi is None:
        sides = {"below": item.lo, "above": item.hi}
        open_ends = " and ".join(side for side, end in sides.items() if end is None)
        yield Finding(
            "W531",
            f"{name}: the interval is open {open_ends or 'above'}: these batches do not say how "
            "far the critical batch reaches.",
        )
