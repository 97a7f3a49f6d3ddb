"""Loss from steps and size with an Adam-style average of the decay, after wang2025."""

from __future__ import annotations

from isoflop.laws.annealing import Kernel, Terms, annealing_law, average_area, average_worth
from isoflop.laws.curve_law import CurveLaw
from isoflop.laws.parameter import Parameter

CURVE_LAW = CurveLaw(
    name="wang_momentum",
    entry="S06",
    about="Annealing law whose optimal decay transfers from small to large models.",
    **annealing_law(
        Terms(floor="E", area=("A", "a_s"), size=("B", "a_n"), gain="C", kernel="lam"),
        Kernel(average_area, average_worth),
    ),
    formula_text="L = E + A S^-a_s + B N^-a_n - C M, S = sum of eta_i over steps, M = sum of m_i, "
    "m_i = lam m_(i-1) + (1 - lam) (eta_(i-1) - eta_i)",
    latex=r"L = E + A\,S^{-a_s} + B\,N^{-a_n} - C\,M,\quad M = \sum_i m_i,\quad "
    r"m_i = \lambda m_{i-1} + (1 - \lambda)(\eta_{i-1} - \eta_i)",
    source="wang2025",
    parameters=(
        Parameter("E", "nat/token", 0.0, 100.0, "loss that no scale removes"),
        Parameter("A", "nat/token", 1e-6, 1e4, "price of too little learning"),
        Parameter("a_s", "1", 0.1, 1.0, "return on the learning-rate sum"),
        Parameter("B", "nat/token", 0.0, 1e9, "price of too few parameters"),
        Parameter("a_n", "1", 0.01, 2.0, "return on parameters"),
        Parameter("C", "nat/token", 0.0, 1e6, "gain of a unit of decay, once it has paid"),
        Parameter("lam", "1", 0.0, 0.99995, "how long a fall of the rate keeps paying, a step"),
    ),
    linear=("E", "A", "B", "C"),
    starts={
        "a_s": (0.2, 0.45, 0.8),
        "a_n": (0.2, 0.5, 0.9),
        "lam": (0.5, 0.95, 0.99, 0.999, 0.9995),
    },
    near_one=("lam",),
    needs_size=True,
    scope=(
        "The structure is known from a digest: the normalisation of the average is ours, it only "
        "rescales C, and so fits as tissue_size with r = 0 does; wang_power has the other kernel.",
        "Steps are the time axis: it does not transfer across batches below a threshold.",
        "With one size B and a_n are not determined: hold them (B = 0), or take tissue.",
    ),
)
