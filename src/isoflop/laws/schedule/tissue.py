"""Loss from two areas of the schedule: the sum of the rates, and the annealing with momentum."""

from __future__ import annotations

from isoflop.laws.annealing import Kernel, Terms, annealing_law, momentum_area, momentum_worth
from isoflop.laws.curve_law import CurveLaw
from isoflop.laws.parameter import Parameter

CURVE_LAW = CurveLaw(
    name="tissue",
    entry="S03",
    about="Scaling law with learning-rate annealing: loss at any step, one size and batch.",
    **annealing_law(
        Terms(floor="L0", area=("A", "alpha"), gain="C", kernel="lam"),
        Kernel(momentum_area, momentum_worth),
    ),
    formula_text="L(s) = L0 + A S1(s)^-alpha - C S2(s), S1 = sum of eta_i, S2 = sum of m_i, "
    "m_i = lam m_(i-1) + eta_(i-1) - eta_i",
    latex=r"L(s) = L_0 + A\,S_1(s)^{-\alpha} - C\,S_2(s),\quad S_1 = \sum_{i \le s} \eta_i,\quad "
    r"S_2 = \sum_{i \le s} \sum_{k \le i} (\eta_{k-1} - \eta_k)\,\lambda^{i-k}",
    source="tissue2024",
    parameters=(
        Parameter("L0", "nat/token", 0.0, 100.0, "loss that no training removes"),
        Parameter("A", "nat/token", 1e-6, 1e4, "price of too little learning"),
        Parameter("alpha", "1", 0.1, 1.0, "return on the learning-rate sum"),
        Parameter("C", "nat/token", 0.0, 1e6, "gain of a unit of annealing"),
        Parameter("lam", "1", 0.0, 0.99995, "how long a fall of the rate keeps paying, a step"),
    ),
    linear=("L0", "A", "C"),
    starts={"alpha": (0.2, 0.4, 0.6, 0.85), "lam": (0.5, 0.95, 0.99, 0.999, 0.9995)},
    near_one=("lam",),
    scope=(
        "The gain is linear in the fall of the rate: a very fast decay is credited too much "
        "(multi_power is not).",
        "Constants change with batch and peak rate; lam counts steps, not tokens.",
        "The optimal schedule under it is nearly a cliff: take multi_power to choose one.",
    ),
)
