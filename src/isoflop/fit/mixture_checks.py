"""What to be wary of in the fit of a mixing law."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from isoflop.core.explain import Finding
from isoflop.fit.mixture_law import LawSurface
from isoflop.fit.mixture_model import MixtureModel, Surface
from isoflop.fit.mixture_score import MUST_GAIN, MixtureScore
from isoflop.fit.mixture_table import MixtureTable

PER_SOURCE = 2  # X01 entry: fewer than two mixtures a source overfit
LARGE_SHARE = 0.05  # assumption: an exponent times less than this is hidden in the noise
SEEN = 3  # assumption: with fewer runs one of them alone sets the coefficient
NAMED = 6


def mixture_findings(
    model: MixtureModel,
    table: MixtureTable,
    surfaces: Sequence[Surface],
    score: MixtureScore | None,
) -> list[Finding]:
    """Every warning of the study as a whole."""
    return [
        *_few(table),
        *_no_better(model, score),
        *_leverage(table),
        *_of_the_fits(table, surfaces),
    ]


def _few(table: MixtureTable) -> Iterator[Finding]:
    wanted = PER_SOURCE * len(table.domains)
    if len(table) < wanted:
        text = (
            f"{len(table)} mixtures of {len(table.domains)} sources: fewer than {wanted} overfit, "
            f"{5 * len(table.domains)} are better."
        )
        yield Finding("W540", text)


def _no_better(model: MixtureModel, score: MixtureScore | None) -> Iterator[Finding]:
    if score is None or model.name == "linear":
        return
    if score.gain >= MUST_GAIN and score.error < score.mean:
        return
    than = "better" if score.gain >= 0.0 else "worse"
    yield Finding(
        "W541",
        f"on mixtures left out {model.name} is {abs(score.gain):.0%} {than} than a straight line "
        f"in the shares ({score.error:.4f} against {score.linear:.4f} nat/token; the mean gives "
        f"{score.mean:.4f}); {MUST_GAIN:.0%} better is needed to be worth its parameters.",
    )


def _leverage(table: MixtureTable) -> Iterator[Finding]:
    large = (table.shares >= LARGE_SHARE).sum(axis=0)
    weak = [
        f"{name} ({n} of {len(table)})"
        for name, n in zip(table.domains, large, strict=True)
        if n < SEEN
    ]
    if weak:
        yield Finding(
            "W542",
            f"few mixtures have a share of {LARGE_SHARE:g} or more of {', '.join(weak)}: what "
            "these sources do rests on single runs.",
        )


def _of_the_fits(table: MixtureTable, surfaces: Sequence[Surface]) -> Iterator[Finding]:
    """Warnings of the single fits, one sentence a code."""
    named: dict[str, list[str]] = {}
    for target, surface in zip(table.targets, surfaces, strict=True):
        if isinstance(surface, LawSurface):
            for code in dict.fromkeys(finding.code for finding in surface.fit.warnings):
                named.setdefault(code, []).append(target)
    for code, targets in sorted(named.items()):
        shown = ", ".join(targets[:NAMED]) + (", ..." if len(targets) > NAMED else "")
        yield Finding(code, f"in the fit of {len(targets)} of {len(table.targets)}: {shown}.")


def nearest_mixtures(table_shares: np.ndarray, mixture: np.ndarray) -> float:
    """Largest difference of a share to the closest mixture that was measured."""
    return float(np.abs(table_shares - mixture).max(axis=1).min())
