"""Mixing laws on mixtures left out, beside reference figures.

Test mixtures are used for nothing but the score. The upper bound of mix_exp (no source leaves more
than ln of a vocabulary above the floor) was set after a fit of 20 mixtures ran off on splits 0;
splits 1 were drawn afterwards.
"""

from __future__ import annotations

import time

import numpy as np

from benchmarks.mixture_data import (
    LARGE,
    LARGE_STEP,
    TOKENS_A_STEP,
    checkpoints,
    continual,
    mixtures,
    validation_weights,
)
from benchmarks.public_tables import data_folder
from isoflop.core.runs import Runs
from isoflop.decide.critical_share import critical_share
from isoflop.decide.mixture_optimum import mixture_optimum
from isoflop.fit.mixture import fit_mixture
from isoflop.fit.mixture_model import Settings, mixture_model
from isoflop.fit.mixture_score import MixtureScore, fold_splits, random_splits, score_mixtures
from isoflop.fit.mixture_table import mixture_table
from isoflop.fit.nested_mixture import fit_nested_mixture
from isoflop.fit.two_sources import fit_two_sources
from isoflop.measure.measured import measured

DELTA = 0.02  # ye2024 code
HELD_OUT, SPLITS = 10, 10
SMALL = ("70M", "160M", "305M", "410M")
REFERENCE = {
    32: "reference refit: 0.0147 (sd 0.006), linear 0.0243, mean 0.0264, rank 0.74 against 0.50",
    20: "reference refit: 0.0194, linear 0.0295",
}


def main() -> None:
    """Print every table."""
    seven_sources()
    few_sources()
    continual_training()
    nested()
    own_table()


def seven_sources() -> None:
    """X01 and X04 on 42 mixtures of seven sources, 70M, 30k steps."""
    folder = data_folder()
    weights = validation_weights(folder)
    table = mixture_table(mixtures(folder, 7, "70M", 30_000), weights=weights)
    print(
        f"\n7 sources, {len(table)} mixtures, 70M, 30k steps; overall loss", _range(table.overall)
    )
    for n_train in (32, 20):
        print(f" {n_train} training mixtures, {HELD_OUT} held out, {SPLITS} random splits")
        for seed in (0, 1):
            splits = random_splits(len(table), n_train, HELD_OUT, SPLITS, seed)
            for name in ("mix_exp", "regmix"):
                _line(f"{name}, splits {seed}", mixture_model(name), table, splits)
        print(f"   {REFERENCE[n_train]}")
    overall = _overall(table.runs, table.overall)
    print(" overall loss only (composition taken as unknown)")
    for n_train in (32, 20):
        splits = random_splits(len(table), n_train, HELD_OUT, SPLITS, 0)
        for name in ("implicit", "mix_exp", "regmix"):
            _line(
                f"{name}, {n_train} mixtures", mixture_model(name), mixture_table(overall), splits
            )


def few_sources() -> None:
    """X01 on two and three sources of The Pile."""
    folder = data_folder()
    for sources, step, count in ((2, 30_000, 5), (3, 60_000, 8)):
        for size in ("70M", "160M", "410M"):
            runs = mixtures(folder, sources, size, step)
            if len(runs) < 5 or (sources == 3 and len(runs) < 10):
                continue  # too few to fit three or four numbers and leave some out
            table = mixture_table(runs)
            print(f"\n{sources} sources, {len(table)} mixtures, {size}, {step} steps")
            _line("mix_exp", mixture_model("mix_exp"), table, fold_splits(len(table), count, 0))
            if sources == 2:
                for i, target in enumerate(table.targets):
                    law = fit_two_sources(table.shares[:, i], table.losses[:, i])
                    print(f"   {target}: c {law.c:.4f}, k {law.k:.4f}, b {law.b:.4f}")


def continual_training() -> None:
    """The critical share of Pile data in continued training on Python."""
    x, loss, names, before = continual(data_folder())
    used = [i for i, name in enumerate(names) if name != "ct_9"]  # ct_9 is the check run
    law = fit_two_sources(np.array(x)[used], np.array(loss)[used])
    share = critical_share(law, before)
    print("\nContinual training, Pile with Python, 70M, 10k steps, fitted to 4 mixtures")
    print(f"   k {law.k:.4f} (published -3.7397), b {law.b:.4f} (-1.6938), c {law.c:.4f}")
    print(f"   critical share {share:.4f} (published 0.2862; the authors ran 0.2852)")
    check = names.index("ct_9")
    print(
        f"   the run at {x[check]:.4f}: {loss[check]:.4f} nat/token, law "
        f"{law.loss(np.array([x[check]]))[0]:.4f}, before {before:.4f}"
    )


def nested() -> None:
    """X02: small sizes to a larger one that was left out."""
    folder = data_folder()
    weights = np.array(list(validation_weights(folder).values()))
    targets = [f"loss/{name}" for name in validation_weights(folder)]
    print("\nNested laws, 20 mixtures of 7 sources")
    runs = checkpoints(folder, SMALL, 30_000)
    largest = float(runs.values("params").max())
    smaller = runs.take(runs.values("params") < largest)
    found = fit_nested_mixture(smaller, params=largest, tokens=30_000.0 * TOKENS_A_STEP)
    truth = runs.take((runs.values("params") == largest) & (runs.values("step") == 30_000))
    observed = dict(zip(truth.text("run_id"), _weighted(truth, targets, weights), strict=True))
    order = [found.targets.index(target) for target in targets]
    predicted = found.losses[:, order] @ weights
    real = np.array([observed[name] for name in found.mixtures])
    ranks = [np.argsort(np.argsort(values)) for values in (predicted, real)]
    print(
        f"   410M from three smaller sizes: mean error {np.abs(predicted - real).mean():.4f}, "
        f"bias {np.mean(predicted - real):+.4f}, rank {np.corrcoef(ranks)[0, 1]:.2f}"
    )
    large = mixtures(folder, 7, LARGE, LARGE_STEP)
    found = fit_nested_mixture(
        runs, params=float(large.values("params")[0]), tokens=LARGE_STEP * TOKENS_A_STEP * 1.0
    )
    seen = dict(zip(large.text("run_id"), _weighted(large, targets, weights), strict=True))
    for name in sorted(set(seen) & set(found.mixtures)):
        value = found.losses[found.mixtures.index(name)][order] @ weights
        print(f"   1B at 20k steps, {name}: {value:.4f}, measured {seen[name]:.4f}")


def own_table() -> None:
    """Our own 42 mixtures of six domains, one byte a token."""
    runs = measured("mixture").runs()
    print("\nOwn table: 42 mixtures of 6 sources, 33K parameters, 400K bytes")
    for law in ("mix_exp", "bimix", "regmix", "linear"):
        begin = time.perf_counter()
        found = fit_mixture(runs, law, resamples=60)
        assert found.score is not None
        print(f"   {_score(law, found.score)}  [{time.perf_counter() - begin:.1f} s]")
        best = mixture_optimum(found)
        shares = ", ".join(
            f"{name} {value:.2f} ({lo:.2f} to {hi:.2f})"
            for name, (value, lo, hi) in best.shares.items()
        )
        print(f"      best {best.loss[0]:.3f} nat/token: {shares}")


def _line(label, model, table, splits) -> None:
    score = score_mixtures(model, table, Settings(DELTA), splits)
    print(f"   {_score(label, score)}")


def _score(label: str, score: MixtureScore) -> str:
    ranks = "" if score.rank is None else f", rank {score.rank:.2f} against {score.linear_rank:.2f}"
    return (
        f"{label:22} error {score.error:.4f} (sd {score.spread:.4f}), linear {score.linear:.4f}, "
        f"mean {score.mean:.4f}, saved {score.gain:+.0%}{ranks}"
    )


def _overall(runs: Runs, loss: np.ndarray) -> Runs:
    import polars as pl

    shares = [name for name in runs.columns if name.startswith("share/")]
    chosen = runs.table.select("row", "run_id", *shares).with_columns(loss=pl.Series(loss))
    return Runs(chosen, runs.conventions, runs.provenance)


def _weighted(runs: Runs, targets: list[str], weights: np.ndarray) -> np.ndarray:
    return np.stack([runs.values(target) for target in targets], axis=1) @ weights


def _range(values: np.ndarray) -> str:
    return f"{values.min():.3f} to {values.max():.3f} nat/token"


if __name__ == "__main__":
    main()
