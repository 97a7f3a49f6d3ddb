"""W06: skills used with Zipf frequencies, each learned at once when size and data allow.

A model of size N can hold the N most used skills; a skill is learned when the training data show
it often enough. Single skills are steps, their aggregate is a power law (hutter2021, michaud2023).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.special import pdtrc, zeta

from isoflop.core.arrays import BoolArray, FloatArray
from isoflop.core.conventions import Conventions
from isoflop.measure.setting import Setting
from isoflop.measure.world import PLENTY, Exponent, Values, World

SIZES = np.round(np.geomspace(10, 1e4, 13))
TOKENS = np.geomspace(1e3, 1e6, 13)
JOINT_SIZES = np.round(np.geomspace(10, 1e4, 7))
JOINT_TOKENS = np.geomspace(1e2, 1e6, 9)
ONE_BY_ONE = 50_000  # skills sampled each; the rarer ones enter by their mean, in blocks
BLOCKS = 400
SHOWN = (1, 10, 100, 1_000, 10_000)  # ranks whose score is reported
_BASIS = "catalogue W06: 0.03 over 3 decades"


@dataclass(frozen=True)
class Skills:
    """Use frequencies k^-(1 + alpha) of the skills k = 1 ... count, adding up to 1.

    Attributes
    ----------
    each : (n_single,) of the most used skills.
    block, members : frequency of a whole block of rarer skills, and how many it has, (n_blocks,).
    """

    each: FloatArray
    block: FloatArray
    members: FloatArray

    @classmethod
    def zipf(cls, alpha: float, count: float) -> Skills:
        """The skills of a world."""
        s = 1.0 + alpha
        single = int(min(ONE_BY_ONE, count))
        total = zeta(s) - zeta(s, count + 1.0)
        edges = np.unique(np.round(np.geomspace(single, count, BLOCKS)))
        mass = (zeta(s, edges[:-1] + 1.0) - zeta(s, edges[1:] + 1.0)) / total
        return cls(np.arange(1.0, single + 1.0) ** -s / total, mass, np.diff(edges))

    def unlearned(self, size: float, seen: BoolArray, tokens: float, threshold: int) -> float:
        """Share of uses that need a skill the model lacks.

        Parameters
        ----------
        seen : (n_single,) skills the data showed often enough.
        """
        held = min(int(size), len(self.each))
        lost = 1.0 - float(self.each[:held][seen[:held]].sum())
        if size <= len(self.each):
            return lost
        fits = np.clip((size - len(self.each)) - np.cumsum(self.members) + self.members, 0.0, None)
        held_share = np.minimum(fits, self.members) / self.members
        chance = pdtrc(threshold - 1, tokens * self.block / self.members)
        return lost - float(np.sum(self.block * held_share * chance))


def expected_loss(size: float, tokens: float, v: Values) -> float:
    """Mean loss over data: the chance that a skill is seen fewer than ``threshold`` times."""
    skills, threshold = Skills.zipf(v["alpha"], v["skills"]), int(v["threshold"])
    held = min(int(size), len(skills.each))
    learned = float(skills.each[:held] @ pdtrc(threshold - 1, tokens * skills.each[:held]))
    nothing = np.zeros(len(skills.each), dtype=bool)
    beyond = 1.0 - skills.unlearned(size, nothing, tokens, threshold)
    return v["floor"] + 1.0 - learned - beyond


def _known(v: Values) -> dict[str, float]:
    alpha = v["alpha"]
    return {"size": alpha, "data": alpha / (1.0 + alpha), "allocation": 1.0 / (2.0 + alpha)}


def _make(v: Values, rng: np.random.Generator) -> pl.DataFrame:
    skills, threshold = Skills.zipf(v["alpha"], v["skills"]), int(v["threshold"])
    design = [("size", n, PLENTY, 0) for n in SIZES]
    design += [("data", PLENTY, d, draw) for d in TOKENS for draw in range(int(v["draws"]))]
    design += [("joint", n, d, 0) for n in JOINT_SIZES for d in JOINT_TOKENS]
    rows = []
    shown = [rank for rank in SHOWN if rank <= len(skills.each)]
    for family, size, tokens, draw in design:
        seen = rng.poisson(tokens * skills.each) >= threshold
        loss = v["floor"] + skills.unlearned(size, seen, tokens, threshold)
        scores = [float(seen[rank - 1] and rank <= size) for rank in shown]
        rows.append((family, float(size), float(tokens), float(draw), loss, *scores))
    names = ["family", "params", "tokens", "seed", "loss", *(f"score/skill_{k}" for k in shown)]
    return pl.DataFrame(rows, schema=names, orient="row")


def _exponent(name: str, column: str) -> Exponent:
    return Exponent(name, "m1", "c", 0.03, _BASIS, where=(f"family={name}",), axes={"x": column})


WORLD = World(
    name="quanta",
    entry="W06",
    about="Skills of Zipf frequency, each learned at once: smooth loss, abrupt skills.",
    source="michaud2023",
    settings=(
        Setting("alpha", 0.5, 0.1, 1.5, "use of skill k falls as k^-(1 + alpha)"),
        Setting("skills", 1e9, 100, 1e15, "skills there are; then the law ends", whole=True),
        Setting("threshold", 1, 1, 1000, "uses in the data that teach a skill", whole=True),
        Setting("floor", 0.0, 0.0, 100.0, "loss that no skill removes, nat/token"),
        Setting("draws", 4, 1, 64, "data sets of each number of tokens", whole=True),
    ),
    known=_known,
    make=_make,
    exponents=(_exponent("size", "params"), _exponent("data", "tokens")),
    conventions=Conventions(params="total", loss="nat/token"),
    scope=(
        "A floor above 0, or few skills, bends the pure power law: fit a law that has it.",
        "A threshold above 1 shifts the data law: its exponent appears at more tokens.",
        f"{PLENTY:g} in a column stands for a count that limits nothing.",
    ),
)
