"""One model in words: its family, size, tokens or compute, and the scores known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from isoflop.core.errors import DataError, UsageError, unknown_name
from isoflop.core.quantities import parse_count
from isoflop.fit.scores.table import ScoreTable, one_model

COUNTS = {"N": "size", "D": "tokens", "C": "compute"}


def described(words: Mapping[str, str], known: Sequence[str]) -> ScoreTable:
    """A table of one model from ``{"family": "Llama-3", "N": "70B", "acc_mmlu": "0.79"}``.

    Parameters
    ----------
    known : scores that the fit starts from; any other is refused.

    Raises
    ------
    UsageError
        E101 for an unknown score, E114 if a value is not a number.
    DataError
        E561 if a score lies outside 0 to 1.
    """
    counts = {"size": np.nan, "tokens": np.nan, "compute": np.nan}
    scores: dict[str, float] = {}
    for name, text in words.items():
        if name == "family":
            continue
        try:
            value = parse_count(text)
        except DataError as error:
            raise UsageError(
                f"{text!r} is not a number.",
                where=f"--at {name}={text}",
                matters="nothing was computed.",
                do="write counts as 7B or 1e22 and scores as fractions.",
                code="E114",
            ) from error
        if name in COUNTS:
            counts[COUNTS[name]] = value
        elif name.removeprefix("score/") in known:
            scores[name.removeprefix("score/")] = value
        else:
            legal = ("family", *COUNTS, *known)
            raise unknown_name("score this fit starts from", name, legal, "isoflop scores fit")
    return one_model(tuple(scores), scores, family=words.get("family", ""), **counts)
