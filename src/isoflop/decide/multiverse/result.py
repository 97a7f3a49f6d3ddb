"""What a multiverse of choices says: the spread of the decision and what moves it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from isoflop.core.explain import Finding
from isoflop.core.files import canonical_json
from isoflop.core.quantities import format_count
from isoflop.core.result import figures_of
from isoflop.core.sources import Source, cite_all
from isoflop.decide.multiverse.effects import Effect
from isoflop.decide.multiverse.universe import Answer

if TYPE_CHECKING:
    from isoflop.core.result import Drawing

WIDE = 2.0  # factor between the 10% and 90% points of N* that is worth a word
QUANTILES = {"low": 0.0, "10%": 0.1, "median": 0.5, "90%": 0.9, "high": 1.0}


@dataclass(frozen=True, eq=False)
class Lived:
    """One universe with its answer; ``picks`` is {choice: option}."""

    picks: Mapping[str, str]
    answer: Answer


@dataclass(frozen=True)
class Rough:
    """One rough answer: sizes within a factor two of each other, and the share of universes."""

    low: float
    high: float
    share: float

    def to_dict(self) -> dict[str, float]:
        """Plain fields, for JSON."""
        return {"low": self.low, "high": self.high, "share": self.share}


@dataclass(frozen=True, eq=False)
class Multiverse:
    """The decision under every combination of choices.

    Attributes
    ----------
    usual : {choice: option} of the usual universe, which is the first of ``lived``
    failed : universes without an answer, and why
    effects : what each choice alone explains of the variance of ln N*, largest first
    together : the share that only choices together explain
    is_whole : whether every combination was fitted
    """

    budget: float
    usual: Mapping[str, str]
    options: Mapping[str, tuple[str, ...]]
    lived: tuple[Lived, ...]
    failed: tuple[tuple[Mapping[str, str], str], ...]
    effects: tuple[Effect, ...]
    together: float
    is_whole: bool
    possible: int
    seed: int
    source: str

    @property
    def default(self) -> Answer | None:
        """The answer of the usual universe; None if it failed."""
        first = self.lived[0]
        return first.answer if dict(first.picks) == dict(self.usual) else None

    @property
    def spread(self) -> dict[str, dict[str, float]]:
        """{N, D, tokens_per_parameter, loss: {low, 10%, median, 90%, high}}."""
        N = np.array([item.answer.N for item in self.lived])
        D = np.array([item.answer.D for item in self.lived])
        loss = np.array([item.answer.loss for item in self.lived])
        named = {"N": N, "D": D, "tokens_per_parameter": D / N, "loss": loss}
        return {
            name: {key: float(np.quantile(values, q)) for key, q in QUANTILES.items()}
            for name, values in named.items()
        }

    @property
    def rough(self) -> tuple[Rough, ...]:
        """Sizes in steps of a factor two around the usual answer (or the median), with shares."""
        centre = self.default.N if self.default is not None else self.spread["N"]["median"]
        steps = Counter(round(float(np.log2(item.answer.N / centre))) for item in self.lived)
        root = float(np.sqrt(2.0))
        return tuple(
            Rough(centre * 2.0**k / root, centre * 2.0**k * root, steps[k] / len(self.lived))
            for k in sorted(steps)
        )

    @property
    def findings(self) -> tuple[Finding, ...]:
        """W621 failed universes, W622 a decision that rests on choices, W623 a sample."""
        found = []
        total = len(self.lived) + len(self.failed)
        if self.failed:
            why, count = Counter(reason for _, reason in self.failed).most_common(1)[0]
            found.append(
                Finding(
                    "W621",
                    f"{len(self.failed)} of {total} universes have no answer; {count}: {why}",
                )
            )
        size = self.spread["N"]
        if size["90%"] / size["10%"] > WIDE:
            first = self.effects[0]
            found.append(
                Finding(
                    "W622",
                    f"the optimal size differs {size['90%'] / size['10%']:.2g}x between the 10% "
                    f"and 90% points of the universes; '{first.choice}' moves it most "
                    f"({first.share:.0%} of the variance, a factor {first.factor:.2g}).",
                )
            )
        if not self.is_whole:
            found.append(
                Finding(
                    "W623",
                    f"{total} of {self.possible} combinations: the usual one, every option alone, "
                    f"and random ones with seed {self.seed}.",
                )
            )
        return tuple(found)

    def tables(self) -> dict[str, pl.DataFrame]:
        """``universes`` (choices and answers, smallest N* first), ``effects``, ``rough``."""
        rows = [
            dict(item.picks)
            | {"N": item.answer.N, "D": item.answer.D, "loss": item.answer.loss}
            | {"rows": item.answer.rows}
            for item in sorted(self.lived, key=lambda item: item.answer.N)
        ]
        effects = [
            {"choice": e.choice, "share": e.share, "factor": e.factor, "option": name, "against": x}
            for e in self.effects
            for name, x in e.options.items()
        ]
        return {
            "universes": pl.DataFrame(rows),
            "effects": pl.DataFrame(effects),
            "rough": pl.DataFrame([item.to_dict() for item in self.rough]),
        }

    def to_dict(self) -> dict[str, object]:
        """Everything as plain values."""
        usual = self.default
        return {
            "source": self.source,
            "budget": self.budget,
            "seed": self.seed,
            "universes": self.tables()["universes"].to_dicts(),
            "possible": self.possible,
            "whole": self.is_whole,
            "usual": dict(self.usual),
            "default": None
            if usual is None
            else {"N": usual.N, "D": usual.D, "loss": usual.loss, "rows": usual.rows},
            "options": {name: list(options) for name, options in self.options.items()},
            "spread": self.spread,
            "rough": [item.to_dict() for item in self.rough],
            "effects": [effect.to_dict() for effect in self.effects],
            "together": self.together,
            "failed": [{"choices": dict(picks), "reason": why} for picks, why in self.failed],
            "warnings": [finding.to_dict() for finding in self.findings],
        }

    def to_json(self) -> str:
        """One complete JSON document."""
        return canonical_json(self.to_dict())

    def figures(self) -> Mapping[str, Drawing]:
        """Numbers of its figure; ``show.draw`` draws them."""
        return figures_of(self)

    def cite(self) -> tuple[Source, ...]:
        """The works it rests on."""
        return cite_all(["gemstones2025", "misfitting2025", "besiroglu2024", "porian2024"])

    def __repr__(self) -> str:
        size = self.spread["N"]
        first = self.effects[0]
        return "\n".join(
            (
                f"Multiverse of {len(self.lived)} universes at {self.budget:g} FLOP",
                f"  optimal size {format_count(size['low'])} to {format_count(size['high'])}, "
                f"median {format_count(size['median'])}",
                f"  '{first.choice}' moves it most ({first.share:.0%} of the variance)",
            )
        )
