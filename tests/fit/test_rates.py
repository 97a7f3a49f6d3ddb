"""Optima of made-up bowls, the powers through them, and the loss between runs."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isoflop.core.conventions import Conventions
from isoflop.core.errors import DataError, FitError, UsageError
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs
from isoflop.fit.rates.at_batch import fit_at_batch
from isoflop.fit.rates.cells import Cell, cells_of, counting_note
from isoflop.fit.rates.fit_rates import fit_rates
from isoflop.fit.rates.near_optimal import near_optimal
from isoflop.fit.rates.nested_akima import akima_minimum, nested_minimum
from isoflop.fit.rates.optima import all_optima, get_optima
from isoflop.fit.rates.powers import fit_powers
from isoflop.fit.rates.surface import surface_of
from isoflop.fit.rates.vertex import vertex, vertex_of_bowl

LR = np.geomspace(1e-4, 3e-2, 12)
BATCH = 2.0 ** np.arange(15, 23)
ALPHA, BETA, GAMMA = -0.6, 0.3, 0.55  # exponents of the made-up laws


def best_lr(N, D):
    return 2e-3 * (N / 1e8) ** ALPHA * (D / 1e10) ** BETA


def best_batch(D):
    return 3e5 * (D / 1e10) ** GAMMA


def bowl(N=1e8, D=1e10, *, tilt=0.0, lr=LR, batch=BATCH, noise=0.0):
    grid_lr, grid_batch = (axis.ravel() for axis in np.meshgrid(lr, batch))
    x = np.log(grid_lr / best_lr(N, D))
    y = np.log(grid_batch / best_batch(D))
    loss = 2.5 * (1.0 + 0.004 * x**2 + 0.003 * y**2 - tilt * x * y)
    loss = loss + noise * np.random.default_rng(int(N + D) % 2**32).normal(size=len(loss))
    return Cell(N, N, D, 6.0 * N * D, grid_lr, grid_batch, loss)


CELLS = tuple(bowl(N, D, tilt=0.002) for N in (1e8, 2e8, 4e8) for D in (5e9, 2e10, 8e10))


@pytest.mark.parametrize("optimum", ["near", "vertex", "akima"])
def test_exponents_of_made_up_laws_return(optimum):
    fit = fit_rates(CELLS, optimum=optimum, resamples=0)
    # The near-optimal set is as coarse as the grid: 0.04 is a tenth of its spacing over the range.
    assert fit.lr.exponents["N"] == pytest.approx(ALPHA, abs=0.04)
    assert fit.lr.exponents["D"] == pytest.approx(BETA, abs=0.04)
    assert fit.batch.exponents["D"] == pytest.approx(GAMMA, abs=0.04)
    assert fit.batch_in_both.exponents["N"] == pytest.approx(0.0, abs=0.04)


def test_vertex_of_a_quadratic_bowl_is_exact():
    found = vertex_of_bowl(bowl(tilt=0.002))
    assert found.lr[0] == pytest.approx(2e-3, rel=1e-9)
    assert found.batch[0] == pytest.approx(3e5, rel=1e-9)


def test_vertex_of_a_parabola_is_exact():
    x = np.linspace(-1.0, 1.0, 9)
    assert vertex(x, 3.0 + 0.02 * (x - 0.13) ** 2) == pytest.approx((0.13, 3.0), abs=1e-12)


def test_vertex_ignores_runs_that_blew_up():
    x = np.linspace(-1.0, 1.0, 9)
    y = 3.0 + 0.02 * (x - 0.13) ** 2
    y[-2:] = 9.0
    assert vertex(x, y) == pytest.approx((0.13, 3.0), abs=1e-12)


@pytest.mark.parametrize("at", [-2.0, 2.0])
def test_vertex_at_an_edge_is_none(at):
    x = np.linspace(-1.0, 1.0, 9)
    assert vertex(x, 3.0 + 0.02 * (x - at) ** 2) is None


def test_akima_minimum_lies_between_grid_points_and_repeats_count_with_their_best():
    x = np.linspace(-1.0, 1.0, 9)
    y = 3.0 + 0.02 * (x - 0.13) ** 2
    found = akima_minimum(np.concatenate([x, x]), np.concatenate([y, y + 0.5]))
    assert found == pytest.approx((0.13, 3.0), abs=0.03)


@pytest.mark.parametrize("find", [near_optimal, vertex_of_bowl, nested_minimum])
def test_a_cell_cut_off_at_its_optimum_is_left_out_with_the_reason(find):
    assert "edge" in find(bowl(batch=BATCH[BATCH > 1e6]))


def test_near_optimal_set_holds_exactly_the_runs_within_a_quarter_percent():
    cell = bowl()
    found = near_optimal(cell)
    assert len(found.lr) == int((cell.loss <= 1.0025 * cell.loss.min()).sum())


def test_cells_left_out_are_named_in_a_warning():
    cut = bowl(8e8, 8e10, batch=BATCH[BATCH < 1e5])
    fit = fit_rates((*CELLS, cut), resamples=0)
    assert len(fit.used) == len(CELLS)
    assert [finding.code for finding in fit.findings] == ["W526"]
    assert cut.name in fit.findings[0].text


def test_all_cells_at_an_edge_cannot_be_fitted():
    with pytest.raises(FitError) as caught:
        fit_rates([bowl(N, 1e10, batch=BATCH[BATCH > 1e6]) for N in (1e8, 2e8, 4e8)])
    assert caught.value.code == "E527"


def test_one_number_of_tokens_determines_no_exponent():
    with pytest.raises(FitError) as caught:
        fit_rates([bowl(N, 1e10) for N in (1e8, 2e8, 4e8)])
    assert caught.value.code == "E526"


def test_unknown_way_to_the_optimum_names_the_known():
    assert set(all_optima()) == {"near", "vertex", "akima"}
    with pytest.raises(UsageError):
        get_optima("nearest")


def test_rate_at_a_batch_gives_the_slope_along_the_valley():
    # d ln lr* / d ln B of the bowl at fixed batch is tilt / (2 x 0.004).
    alone = fit_at_batch(CELLS, resamples=0)
    assert alone.lr.exponents["B"] == pytest.approx(0.002 / 0.008, abs=1e-6)
    assert alone.lr.exponents["N"] == pytest.approx(ALPHA, abs=1e-6)
    assert alone.lr.exponents["D"] == pytest.approx(BETA - GAMMA * 0.25, abs=1e-6)


def test_batches_with_their_rate_at_an_edge_are_marked():
    alone = fit_at_batch([*CELLS, bowl(4e8, 1.6e11, lr=LR[LR < 1e-3])], resamples=0)
    assert len(alone.on_edge) == len(BATCH)
    assert alone.findings[0].code == "W527"


def test_too_few_batches_with_an_optimum_are_refused():
    with pytest.raises(FitError) as caught:
        fit_at_batch([bowl(batch=BATCH[:3])])
    assert caught.value.code == "E527"


@pytest.mark.parametrize("lr", [7e-4, 2e-3, 6e-3])
@pytest.mark.parametrize("batch", [1e5, 3e5, 1e6])
def test_penalty_is_exact_on_a_quadratic(lr, batch):
    cell = bowl(tilt=0.002)
    x, y = np.log(lr / 2e-3), np.log(batch / 3e5)
    loss = 2.5 * (1.0 + 0.004 * x**2 + 0.003 * y**2 - 0.002 * x * y)
    found = surface_of(cell).penalty(lr, batch)
    assert found.value == pytest.approx(loss / cell.loss.min() - 1.0, abs=1e-10)
    assert found.inside


def test_penalty_beyond_the_runs_is_that_of_the_nearest_covered_setting():
    surface = surface_of(bowl())
    beyond, edge = surface.penalty(3e-3, 4.0 * BATCH[-1]), surface.penalty(3e-3, BATCH[-1])
    assert not beyond.inside
    assert beyond.value == pytest.approx(edge.value, abs=1e-9)


def test_best_rate_at_a_batch_follows_the_valley():
    rate = surface_of(bowl(tilt=0.002)).best_rate(6e5)
    step = np.log(LR[-1] / LR[0]) / 80
    assert np.log(rate / 2e-3) == pytest.approx(0.25 * np.log(2.0), abs=step)


def test_interpolation_error_grows_with_noise():
    quiet, noisy = (surface_of(bowl(noise=sd)).error(0.01) for sd in (0.0, 0.003))
    assert quiet < 1e-10
    assert 3e-4 < noisy < 3e-3


@pytest.mark.parametrize("cell", [bowl(lr=LR[:2]), bowl(lr=LR[4:7], batch=BATCH[:2])])
def test_a_cell_with_too_few_levels_has_no_surface(cell):
    assert surface_of(cell) is None


def test_intervals_over_cells_cover_the_truth_as_often_as_they_say():
    inside = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        N = np.repeat(np.geomspace(1e8, 8e8, 5), 4)
        D = np.tile(np.geomspace(5e9, 4e10, 4), 5)
        off = rng.normal(0.0, 0.2, len(N))  # of the whole cell: its rows share it
        rows = np.repeat(np.arange(len(N)), 6)
        values = np.exp(-0.7 * np.log(N) + 0.3 * np.log(D) + off)[rows]
        law = fit_powers("lr", values, {"N": N[rows], "D": D[rows]}, rows, resamples=200)
        low, high = law.interval("D", 0.9)
        inside += low < 0.3 < high
    # 60 draws at 90%: a standard deviation of 2.3; resampled cells run a little narrow.
    assert 45 <= inside <= 60


def test_rows_of_one_cell_resampled_apart_make_intervals_too_narrow():
    rows = np.repeat(np.arange(9), 20)
    N, D = np.repeat(np.geomspace(1e8, 4e8, 3), 3), np.tile(np.geomspace(5e9, 8e10, 3), 3)
    off = np.random.default_rng(1).normal(0.0, 0.2, 9)
    values = np.exp(off)[rows]
    inputs = {"N": N[rows], "D": D[rows]}
    widths = [
        np.ptp(fit_powers("lr", values, inputs, rows, resample=how).interval("D", 0.9))
        for how in ("rows", "cells")
    ]
    assert widths[0] < 0.6 * widths[1]


def table(**columns):
    frame = pl.DataFrame(columns).with_row_index("row", offset=1)
    return Runs(frame, Conventions(), Provenance("sweep", "sweep"))


def test_tokens_that_differ_by_a_whole_step_are_one_cell():
    runs = table(
        params=[1e8] * 4,
        tokens=[1e9, 1.01e9, 2e9, 2.03e9],
        lr=[1e-3] * 4,
        batch_tokens=[1e5, 2e5, 1e5, 2e5],
        loss=[3.0, 3.1, 2.9, 2.8],
    )
    assert [len(cell.loss) for cell in cells_of(runs)] == [2, 2]
    assert [note.code for note in counting_note(runs)] == ["W525"]


def test_a_rate_of_zero_is_refused_with_what_to_do():
    runs = table(params=[1e8], tokens=[1e9], lr=[0.0], batch_tokens=[1e5], loss=[3.0])
    with pytest.raises(DataError) as caught:
        cells_of(runs)
    assert caught.value.code == "E525"
