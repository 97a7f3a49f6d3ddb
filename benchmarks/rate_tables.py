"""Learning rate and batch on three sweeps: exponents, and the loss that rules give away.

Run as ``python -m benchmarks.rate_tables``. steplaw: the rule of the paper on its released dense
runs, every cell held out in turn, and the largest size and the longest horizon held out together.
oellm: the law fitted on steplaw and the published rules, blind. rates: our own sweep.
"""

from __future__ import annotations

import sys

import numpy as np

from benchmarks.public_tables import data_folder
from isoflop.fit.rates.at_batch import RateAtBatch, fit_at_batch
from isoflop.fit.rates.cells import Cell, cells_of
from isoflop.fit.rates.fit_rates import RateFit, fit_rates
from isoflop.fit.rates.surface import surface_of
from isoflop.measure.measured import measured
from isoflop.measure.read_runs import read_runs
from isoflop.show.rates import at_batch_text, comparison_text, rate_fit_text
from isoflop.validate.compare_rates import OWN, PER_MILLE, RateComparison, compare_rates

PUBLISHED = {"lr": {"N": (-0.774, -0.655), "D": (0.271, 0.345)}, "batch": {"D": (0.534, 0.606)}}
LARGEST, LONGEST = 1.07e9, 1e11  # the README's held-out targets: this size, these tokens


def steplaw() -> tuple[Cell, ...]:
    """The 17 dense cells of steplaw2025; compute is M D of deepseek2024, head left out."""
    table = read_runs(
        data_folder() / "steplaw/dense_lr_bs_grid.csv",
        mapping={"N_ne": "params_nonemb", "loss": "loss_smooth"},
        loss_unit="nat/token",
    )
    attention = 12.0 * table.values("depth") * table.values("width") * table.values("seq_len")
    per_token = 6.0 * table.values("N_ne") + attention
    share = float(np.median(per_token / (6.0 * table.values("N_ne"))))
    return tuple(
        Cell(c.N, c.N_ne, c.D, share * 6.0 * c.N_ne * c.D, c.lr, c.batch, c.loss)
        for c in cells_of(table)
    )


def oellm() -> tuple[Cell, ...]:
    """The 51 cells of the OpenEuroLLM release; what its sizes count is not stated."""
    path = data_folder() / "oellm-dense-lr-bs/runs.csv"
    return cells_of(read_runs(path, loss_unit="nat/token", keep=("duplicate",)))


def rates() -> tuple[Cell, ...]:
    """Our own sweep: three sizes, two horizons, five batches, six rates; muP."""
    return cells_of(measured("rates").runs())


def targets(cell: Cell) -> bool:
    """Whether a cell of steplaw is a held-out target of its README."""
    return cell.N_ne >= LARGEST or cell.D >= LONGEST


def held_out_of_oellm(cells: tuple[Cell, ...]) -> RateComparison:
    """The README's targets: 1.7B, and 300B tokens; fitted to the other five sizes below it.

    Cells of one size share trunks there, so leaving out one cell at a time is no blind test.
    """
    return compare_rates(cells, held_out=lambda cell: cell.N > 1.6e9 or cell.D > 2.9e11)


def carried(law: RateFit, cells: tuple[Cell, ...]) -> list[tuple[Cell, float, bool]]:
    """(cell, penalty, inside) of a law fitted elsewhere."""
    found = [(surface.cell, surface) for cell in cells if (surface := surface_of(cell))]
    judged = [(cell, surface.penalty(*law.setting(cell))) for cell, surface in found]
    return [(cell, penalty.value, penalty.inside) for cell, penalty in judged]


def batch_held_out(cells: tuple[Cell, ...]) -> list[tuple[Cell, float, float]]:
    """(cell, batch, penalty) of the law of the rate at a batch, each cell left out in turn.

    The penalty is relative to the best run of the same cell and batch.
    """
    rows = []
    for cell in cells:
        rest = tuple(other for other in cells if other is not cell)
        law: RateAtBatch = fit_at_batch(rest, resamples=0)
        surface = surface_of(cell)
        if surface is None:
            continue
        for batch in map(float, np.unique(cell.batch)):
            lr = law.lr.at(N=cell.N_ne, D=cell.D, B=batch)
            level = 1.0 + surface.penalty(lr, batch).value
            best = float(cell.loss[cell.batch == batch].min())
            rows.append((cell, batch, level * cell.best / best - 1.0))
    return rows


def main() -> None:
    """Print everything."""
    say = sys.stdout.write
    cells = steplaw()
    for resample in ("rows", "cells"):
        fit = fit_rates(cells, resample=resample)
        say(f"steplaw, near-optimal set, {resample} resampled\n{rate_fit_text(fit, 0.95)}\n")
    for name, value, span in _against(fit):
        verdict = "inside" if span[0] <= value <= span[1] else "OUTSIDE"
        say(f"{name:10} {value:7.3f}  published 95% {span[0]} to {span[1]}: {verdict}\n")
    say("\n" + at_batch_text(fit_at_batch(cells), 0.95))
    say("\nsteplaw, each cell held out in turn\n" + comparison_text(compare_rates(cells)))
    together = compare_rates(cells, held_out=targets)
    say("\nsteplaw, 1.07B and 100B held out together\n" + _listed(together, OWN))
    blind = oellm()
    found = compare_rates(blind)
    say("\noellm, blind (own_law: fitted there, each cell held out)\n" + comparison_text(found))
    say("\noellm, 1.7B and 300B held out together\n" + _summary(held_out_of_oellm(blind)))
    rows = carried(fit, blind)
    values = PER_MILLE * np.array([value for _, value, _ in rows])
    outside = sum(not inside for *_, inside in rows)
    say(
        f"Law fitted on steplaw, carried over: mean {values.mean():.2f}, median "
        f"{np.median(values):.2f}, worst {values.max():.2f} over {len(values)} cells, {outside} "
        "beyond the runs.\n"
    )
    own = rates()
    say("\nrates, own sweep: every best batch is the smallest tried, so only the rate is fitted\n")
    say(at_batch_text(fit_at_batch(own), 0.95))
    misses = PER_MILLE * np.array([miss for *_, miss in batch_held_out(own)])
    say(
        f"Rate at each batch, cell held out: mean {misses.mean():.1f}, median "
        f"{np.median(misses):.1f}, worst {misses.max():.1f} per mille above the best run of the "
        f"batch ({len(misses)} batches).\n"
    )
    say(comparison_text(compare_rates(own)))


def _against(fit: RateFit) -> list[tuple[str, float, tuple[float, float]]]:
    found = {"lr": fit.lr.exponents, "batch": fit.batch.exponents}
    return [
        (f"{law}, {name}", found[law][name], span)
        for law, spans in PUBLISHED.items()
        for name, span in spans.items()
    ]


def _summary(found: RateComparison) -> str:
    own = next(score for score in found.scores if score.rule == OWN)
    return (
        f"  own_law: mean {own.mean:.2f}, median {own.median:.2f}, worst {own.worst:.2f} per mille "
        f"over {own.cells} cells, {own.outside} beyond the runs\n"
    )


def _listed(found: RateComparison, rule: str) -> str:
    return "".join(
        f"  {trial.cell.name}: lr {trial.lr:.3g}, batch {trial.batch:.3g}, "
        f"{PER_MILLE * trial.penalty:.2f} per mille\n"
        for trial in found.of(rule)
    )


if __name__ == "__main__":
    main()
