"""Published allocation exponents and the bias of the parabola."""

import numpy as np
import polars as pl
import pytest

from isoflop.core.errors import FitError
from isoflop.fit.allocation import akima, parabola
from isoflop.fit.allocation.estimator import Points


def points(table: pl.DataFrame) -> Points:
    return Points(*[table[c].to_numpy() for c in ("params", "tokens", "flops", "loss")])


@pytest.mark.parametrize(
    ("hparams", "warmup", "lr_decay", "count", "exponent"),
    [
        ("base", "long", "kaplan", "kaplan", 0.835),
        ("base", "long", "kaplan", "standard", 0.706),
        ("base", "short", "kaplan", "standard", 0.602),
        ("base", "short", "chinchilla", "standard", 0.571),
        ("tuned", "short", "const", "standard", 0.497),
    ],
)
def test_porian_exponents_on_refinedweb(data_dir, hparams, warmup, lr_decay, count, exponent):
    path = data_dir / "porian-kaplan-vs-chinchilla" / "isoflop_points.csv"
    table = pl.read_csv(path).filter(
        pl.col("dataset") == "RefinedWeb",
        pl.col("hparams") == hparams,
        pl.col("warmup") == warmup,
        pl.col("lr_decay") == lr_decay,
        pl.col("count") == count,
    )
    found = akima.estimate(points(table), akima.NOISE_SD)
    assert found.N_law.exponent == pytest.approx(exponent, abs=0.01)


def test_llama3_tokens_by_parabola(data_dir):
    table = pl.read_csv(data_dir / "llama3-isoflop-digitised" / "isoflop_points.csv")
    found = parabola.estimate(points(table))
    assert found.D_law.coefficient == pytest.approx(0.299, abs=0.0005)
    assert found.D_law.exponent == pytest.approx(0.537, abs=0.0005)


def isoflop_slice(alpha: float, beta: float, width: float, budget: float) -> Points:
    A, B, E = 406.4, 410.7, 1.69
    G = (alpha * A / (beta * B)) ** (1 / (alpha + beta))
    best = G * (budget / 6) ** (beta / (alpha + beta))
    N = best * np.geomspace(1 / width, width, 15)
    D = budget / (6 * N)
    return Points(N, D, np.full(15, budget), E + A * N**-alpha + B * D**-beta)


@pytest.mark.parametrize(
    ("alpha", "beta", "width", "bias"),
    [
        (0.34, 0.28, 2, -0.33),
        (0.34, 0.28, 4, -1.3),
        (0.34, 0.28, 8, -2.9),
        (0.34, 0.28, 16, -5.1),
        (0.46, 0.15, 2, -1.67),
        (0.46, 0.15, 4, -6.5),
        (0.46, 0.15, 8, -13.9),
        (0.46, 0.15, 16, -23.1),
        (0.3, 0.3, 16, 0.0),
    ],
)
def test_parabola_bias_of_vpnls2026(alpha, beta, width, bias):
    budget = 1e21
    vertex = parabola.vertex(isoflop_slice(alpha, beta, width, budget))
    assert vertex is not None
    centre = np.exp(np.mean(np.log(isoflop_slice(alpha, beta, width, budget).N)))
    percent = 100 * (centre / vertex[0] - 1)
    assert percent == pytest.approx(bias, abs=0.1)


def test_repeats_of_one_size_make_no_slice() -> None:
    N = np.repeat([1e8, 2e8], 6)
    repeats = Points(N, 1e20 / (6 * N), np.full(12, 1e20), 3.0 + 0.01 * np.arange(12))
    with pytest.raises(FitError, match="No compute budget has a minimum"):
        parabola.estimate(repeats)
    with pytest.raises(FitError, match="No compute budget has a minimum"):
        akima.estimate(repeats)
