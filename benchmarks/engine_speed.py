"""The engine against the field's usual procedure, on the 240 digitised Chinchilla runs.

Usual procedure: L-BFGS-B with numeric gradient in SciPy from the 4,500-start grid of hoffmann2022.
It takes minutes, so ``--starts`` of its grid, evenly spaced, are timed and scaled to 4,500.
"""

from __future__ import annotations

import argparse
import itertools
import os
import time
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp

from isoflop.fit.engine import solve, solve_many
from isoflop.fit.fit_law import build_problem
from isoflop.fit.objective import Objective
from isoflop.laws.catalogue import get_law
from isoflop.measure.read_runs import read_runs

GRID = (
    (0.0, 5.0, 10.0, 15.0, 20.0, 25.0),
    (0.0, 5.0, 10.0, 15.0, 20.0, 25.0),
    (-1.0, -0.5, 0.0, 0.5, 1.0),
    (0.0, 0.5, 1.0, 1.5, 2.0),
    (0.0, 0.5, 1.0, 1.5, 2.0),
)


def usual_start(start, log_n, log_d, log_loss):
    """One L-BFGS-B run of the LSE-Huber objective from one grid point."""

    def objective(p):
        a, b, e, alpha, beta = p
        terms = np.stack([a - alpha * log_n, b - beta * log_d, np.full_like(log_n, e)])
        size = np.abs(logsumexp(terms, axis=0) - log_loss)
        return float(np.sum(np.where(size <= 1e-3, size**2 / 2, 1e-3 * (size - 5e-4))))

    return minimize(objective, np.array(start), method="L-BFGS-B").fun


def main() -> None:
    """Print point fit, resamples and the ratio to the usual procedure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--starts", type=int, default=100)
    arguments = parser.parse_args()
    data = Path(os.environ.get("ISOFLOP_DATA", "../shared/data"))
    path = data / "chinchilla-digitised" / "runs.csv"
    if not path.exists():
        print(f"skipped: {path} is absent (set ISOFLOP_DATA)")
        return
    runs = read_runs(path, params="total", drop=("highest_loss=5",))
    problem = build_problem(runs, get_law("chinchilla"), None, None, Objective(), {})
    ones = np.ones(problem.n_runs)
    times = []
    for seed in range(9):
        begin = time.perf_counter()
        solution = solve(problem, ones, np.random.default_rng(seed))
        times.append(time.perf_counter() - begin)
    point = float(np.median(times))
    print(f"point fit, {solution.tried} starts: {1e3 * point:.1f} ms (median of 9), ", end="")
    print(f"objective {solution.objective:.10e}, {solution.agree}/{solution.tried} agree")
    begin = time.perf_counter()
    counts = np.random.default_rng(0).multinomial(len(runs), ones / len(runs), size=1000)
    solve_many(problem, counts.astype(float), solution.coordinates)
    print(f"1,000 fully re-solved resamples: {time.perf_counter() - begin:.2f} s")
    grid = list(itertools.product(*GRID))
    chosen = grid[:: max(1, len(grid) // arguments.starts)]
    inputs = [np.log(runs.values(name)) for name in ("N", "D", "loss")]
    begin = time.perf_counter()
    ends = np.array([usual_start(start, *inputs) for start in chosen])
    usual = (time.perf_counter() - begin) / len(chosen) * len(grid)
    reached = float(np.mean(ends <= solution.objective * (1 + 1e-6)))
    print(
        f"usual procedure: {usual:.0f} s for {len(grid)} starts (timed on {len(chosen)}), ", end=""
    )
    print(f"{reached:.1%} of starts reach the optimum, best {ends.min():.10e}")
    print(f"ratio usual / isoflop: {usual / point:.0f}x")


if __name__ == "__main__":
    main()
