"""Studies as people run them: ladders and isoFLOP grids of real shapes, with seed noise (M05)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from isoflop.core.arrays import FloatArray
from isoflop.core.conventions import Conventions
from isoflop.core.provenance import Provenance
from isoflop.core.runs import ROW, Runs, table_digest
from isoflop.measure.noise_model import get_noise

TOKENS_OF_BATCH = (2.0**17, 2.0**22)
PER_RUN_SD = 0.002  # of ln loss: M05, offset of a trajectory


@dataclass(frozen=True, eq=False)
class Study:
    """A simulated study.

    Attributes
    ----------
    table : one row a run
    law : E, A, alpha, B, beta behind the losses
    noise : sd_low, sd_high of M05's seed noise
    sd : (n_runs,) standard deviation of ln loss of each run
    """

    table: pl.DataFrame
    law: dict[str, float]
    noise: dict[str, float]

    @property
    def sd(self) -> FloatArray:
        """Standard deviation of ln loss, (n_runs,)."""
        truth = self.true_loss(self.values("params"), self.values("tokens"))
        seed = get_noise("seed")
        return np.sqrt(seed.sd(truth, seed.checked(self.noise)) ** 2 + PER_RUN_SD**2)

    def values(self, name: str) -> FloatArray:
        """A column as float64."""
        return self.table[name].cast(pl.Float64).to_numpy().copy()

    def true_loss(self, N: FloatArray, D: FloatArray) -> FloatArray:
        """Expected loss, nat/token."""
        p = self.law
        return p["E"] + p["A"] * N ** -p["alpha"] + p["B"] * D ** -p["beta"]

    def with_columns(self, **columns: object) -> Study:
        """The study with columns replaced or added."""
        fresh = {name: pl.Series(name, values) for name, values in columns.items()}
        return replace(self, table=self.table.with_columns(**fresh))

    def without(self, *names: str) -> Study:
        """The study without these columns."""
        return replace(self, table=self.table.drop([n for n in names if n in self.table.columns]))

    def runs(self) -> Runs:
        """The study as a table of runs."""
        provenance = Provenance("simulated study", table_digest(self.table))
        known = Conventions(params="total", loss="nat/token")
        return Runs(self.table.with_row_index(ROW, offset=1), known, provenance)


def study(seed: int) -> Study:
    """One study: a random law, a random design, random columns; the same seed, the same study."""
    rng = np.random.default_rng([seed, 605])
    alpha, beta = rng.uniform(0.28, 0.42, 2)
    law = {
        "E": rng.uniform(1.3, 2.1),
        "A": rng.uniform(0.5, 1.0) * 1e8**alpha,
        "alpha": alpha,
        "B": rng.uniform(0.4, 0.9) * 2e9**beta,
        "beta": beta,
    }
    noise = {"sd_low": rng.uniform(0.0015, 0.004), "sd_high": rng.uniform(0.02, 0.05)}
    vocab = float(rng.choice([32_000, 50_304]))
    depth, width = _shapes(rng)
    sizes = 12.0 * depth * width**2 + vocab * width
    which, tokens = _isoflop(rng, sizes) if rng.random() < 0.5 else _ladder(rng, sizes)
    which, tokens = _repeats(rng, which, tokens)
    n = len(which)
    N = sizes[which]
    batch = 2.0 ** np.round(np.clip(np.log2(tokens / 8000.0), *np.log2(TOKENS_OF_BATCH)))
    steps = np.maximum(np.round(tokens / batch), 50.0)
    D = steps * batch
    attention = 12.0 * (depth * width)[which] * 2048.0 * D
    flops = 6.0 * N * D + (attention if rng.random() < 0.5 else 0.0)
    base = 10 ** rng.uniform(-2.8, -2.2)
    lr = base * (N / 1e8) ** rng.uniform(-0.4, 0.0) * np.exp(rng.normal(0, 0.05, n))
    made = Study(
        pl.DataFrame(
            {
                "run_id": [f"run-{i:03d}" for i in range(n)],
                "params": N,
                "tokens": D,
                "flops": flops,
                "batch_tokens": batch,
                "steps": steps,
                "seq_len": np.full(n, 2048.0),
                "lr": lr,
                "lr_final": lr * 0.1,
                "depth": depth[which],
                "width": width[which],
                "vocab": np.full(n, vocab),
                "device": rng.choice(["node-a", "node-b", "node-c"], n),
                "seed": np.arange(n) % 3,
            }
        ),
        law,
        noise,
    )
    truth = made.true_loss(N, D)
    loss = truth * np.exp(rng.normal(0.0, 1.0, n) * made.sd)
    made = made.with_columns(loss=np.round(loss, int(rng.choice([3, 4, 6]))))
    extras = ("flops", "lr", "lr_final", "device", "seed")
    return made.without(*(name for name in extras if rng.random() < 0.3))


def _shapes(rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    width = 64.0 * np.array([3, 4, 5, 6, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48])
    depth = np.maximum(np.round(width / rng.uniform(60, 90)), 2.0)
    return depth, width


def _isoflop(rng: np.random.Generator, sizes: FloatArray) -> tuple[FloatArray, FloatArray]:
    low = 10 ** rng.uniform(17.8, 18.6)
    budgets = np.geomspace(low, low * 10 ** rng.uniform(1.8, 2.6), rng.integers(5, 8))
    ratios = np.geomspace(rng.uniform(2, 5), rng.uniform(80, 250), rng.integers(6, 9))
    C, M = (grid.ravel() for grid in np.meshgrid(budgets, ratios, indexing="ij"))
    wanted = np.sqrt(C / (6.0 * M))
    which = np.abs(np.log(sizes)[None] - np.log(wanted)[:, None]).argmin(axis=1)
    pairs = np.unique(np.column_stack([which, C]), axis=0)
    which = pairs[:, 0].astype(int)
    return which, pairs[:, 1] / (6.0 * sizes[which])


def _ladder(rng: np.random.Generator, sizes: FloatArray) -> tuple[FloatArray, FloatArray]:
    count = int(rng.integers(6, 10))
    first = int(rng.integers(0, len(sizes) - count + 1))
    chosen = np.arange(first, first + count)
    ratios = np.array([5.0, 10.0, 20.0, 40.0, 80.0, 160.0])
    begin = int(rng.integers(0, 2))
    ratios = ratios[begin : begin + int(rng.integers(4, 6))]
    which, M = (grid.ravel() for grid in np.meshgrid(chosen, ratios, indexing="ij"))
    return which, M * sizes[which]


def _repeats(
    rng: np.random.Generator, which: FloatArray, tokens: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Half of the studies run some small models with further seeds."""
    if rng.random() < 0.5:
        return which, tokens
    small = np.argsort(tokens)[: int(rng.integers(3, 7))]
    again = np.repeat(small, int(rng.integers(1, 3)))
    return np.concatenate([which, which[again]]), np.concatenate([tokens, tokens[again]])
