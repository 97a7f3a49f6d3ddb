"""Loss from steps and size with a power-law memory of the decay, the other kernel of wang2025."""

from __future__ import annotations

from isoflop.laws.annealing import Kernel, Terms, annealing_law, power_area, power_worth
from isoflop.laws.curve_law import CurveLaw
from isoflop.laws.parameter import Parameter

CURVE_LAW = CurveLaw(
    name="wang_power",
    entry="S06",
    about="Annealing law in which a fall of the rate pays as a power of the steps since.",
    **annealing_law(
        Terms(floor="E", area=("A", "a_s"), size=("B", "a_n"), gain="C", kernel="p"),
        Kernel(power_area, power_worth),
    ),
    formula_text="L = E + A S^-a_s + B N^-a_n - C M, S = sum of eta_i over steps, "
    "M(s) = sum over k <= i <= s of (eta_(k-1) - eta_k) (1 + i - k)^-p",
    latex=r"L = E + A\,S^{-a_s} + B\,N^{-a_n} - C\,M,\quad "
    r"M(s) = \sum_{i \le s} \sum_{k \le i} (\eta_{k-1} - \eta_k)(1 + i - k)^{-p}",
    source="wang2025",
    parameters=(
        Parameter("E", "nat/token", 0.0, 100.0, "loss that no scale removes"),
        Parameter("A", "nat/token", 1e-6, 1e4, "price of too little learning"),
        Parameter("a_s", "1", 0.1, 1.0, "return on the learning-rate sum"),
        Parameter("B", "nat/token", 0.0, 1e9, "price of too few parameters"),
        Parameter("a_n", "1", 0.01, 2.0, "return on parameters"),
        Parameter("C", "nat/token", 0.0, 1e6, "gain of a unit of decay in its first step"),
        Parameter("p", "1", 0.01, 3.0, "how fast a fall of the rate stops paying"),
    ),
    linear=("E", "A", "B", "C"),
    starts={"a_s": (0.2, 0.45, 0.8), "a_n": (0.2, 0.5, 0.9), "p": (0.1, 0.4, 0.8, 1.5)},
    needs_size=True,
    scope=(
        "That a power kernel fits better is reported in one digest only; compare held-out errors "
        "with wang_momentum.",
        "Steps are the time axis: it does not transfer across batches below a threshold.",
        "With one size B and a_n are not determined: hold them (B = 0), or take tissue.",
    ),
)
