"""Which corpus is worth most: tokens times what diversity and syntheticity make of them (X18)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.fit.quality_tokens import QualityTokens
from isoflop.laws.quality.quality_tokens import REFERENCE


@dataclass(frozen=True)
class Corpus:
    """A corpus with its tokens and both measures, as they were measured."""

    name: str
    tokens: float
    diversity: float
    syntheticity: float


def rank_corpora(
    fit: QualityTokens, corpora: Sequence[Corpus], N: float, *, with_size: bool = True
) -> list[tuple[str, float]]:
    """Corpora by effective tokens at a model size, most first.

    Parameters
    ----------
    with_size : use the law in which syntheticity matters differently to each size.
    """
    values = (fit.test.free if with_size else fit.test.held).values
    found = []
    for corpus in corpora:
        div = fit.standardised("diversity", corpus.diversity)
        syn = fit.standardised("syntheticity", corpus.syntheticity)
        c2 = values["c2"] + values["c21"] * float(np.log(N / REFERENCE))
        worth = corpus.tokens * float(np.exp(values["c1"] * div + c2 * syn))
        found.append((corpus.name, worth))
    return sorted(found, key=lambda one: -one[1])
