"""Annealing law over sizes: a power of N is paid, and the gain of annealing may grow with N."""

from __future__ import annotations

from isoflop.laws.annealing import Kernel, Terms, annealing_law, momentum_area, momentum_worth
from isoflop.laws.curve_law import CurveLaw
from isoflop.laws.parameter import Parameter

CURVE_LAW = CurveLaw(
    name="tissue_size",
    entry="S03",
    about="Annealing law over sizes; hold r at 0 for the plain extension of the source.",
    **annealing_law(
        Terms(
            floor="L0",
            area=("A", "alpha"),
            gain="C",
            kernel="lam",
            size=("B", "beta"),
            gain_size="r",
        ),
        Kernel(momentum_area, momentum_worth),
    ),
    formula_text="L(s, N) = L0 + A S1(s)^-alpha + B N^-beta - C N^r S2(s), S1 = sum of eta_i, "
    "S2 = sum of m_i, m_i = lam m_(i-1) + eta_(i-1) - eta_i",
    latex=r"L(s, N) = L_0 + A\,S_1(s)^{-\alpha} + B\,N^{-\beta} - C\,N^{r} S_2(s),\quad "
    r"S_2 = \sum_{i \le s} \sum_{k \le i} (\eta_{k-1} - \eta_k)\,\lambda^{i-k}",
    source="tissue2024",
    parameters=(
        Parameter("L0", "nat/token", 0.0, 100.0, "loss that no scale removes"),
        Parameter("A", "nat/token", 1e-6, 1e4, "price of too little learning"),
        Parameter("alpha", "1", 0.1, 1.0, "return on the learning-rate sum"),
        Parameter("B", "nat/token", 1e-6, 1e9, "price of too few parameters"),
        Parameter("beta", "1", 0.01, 2.0, "return on parameters"),
        Parameter("C", "nat/token", 0.0, 1e6, "gain of a unit of annealing at N = 1"),
        Parameter("r", "1", 0.0, 1.0, "how the gain of annealing grows with size"),
        Parameter("lam", "1", 0.0, 0.99995, "how long a fall of the rate keeps paying, a step"),
    ),
    linear=("L0", "A", "B", "C"),
    starts={
        "alpha": (0.2, 0.5, 0.85),
        "beta": (0.2, 0.5, 0.9),
        "r": (0.05, 0.3),
        "lam": (0.99, 0.999),
    },
    near_one=("lam",),
    needs_size=True,
    scope=(
        "The gain is linear in the fall of the rate: a very fast decay is credited too much.",
        "Size and data do not interact in it: the return on the rate sum is the same at every N.",
        "Constants change with batch and peak rate; lam counts steps, not tokens.",
        "N^r in the gain is the variant of a ladder code base; the source has r = 0.",
    ),
)
