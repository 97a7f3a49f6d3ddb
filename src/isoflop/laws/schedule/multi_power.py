"""A power of the learning-rate sum less a power-law gain from every later fall of the rate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.change_blocks import AT_ONCE, Terms, terms_of, to_zero
from isoflop.laws.course import Course
from isoflop.laws.curve_law import CurveLaw
from isoflop.laws.parameter import Parameter, Published

Values = Mapping[str, float]


def loss(course: Course, values: Values) -> FloatArray:
    B, C, beta, gamma = (values[name] for name in ("B", "C", "beta", "gamma"))
    drop = to_zero(course)
    for terms in _terms(course):
        grown = C * np.exp(-gamma * terms.log_rate) * terms.since
        gained = -np.expm1(-beta * np.log1p(grown))
        drop[terms.first : terms.first + terms.n] += terms.total(gained)
    area = course.area + course.warmup_area
    return np.asarray(values["L0"] + values["A"] * area ** -values["alpha"] - B * drop)


def gradient(course: Course, values: Values) -> Mapping[str, FloatArray]:
    A, B, C = (values[name] for name in ("A", "B", "C"))
    alpha, beta, gamma = (values[name] for name in ("alpha", "beta", "gamma"))
    drop = to_zero(course)
    slopes = {name: np.zeros(len(drop)) for name in ("C", "beta", "gamma")}
    for terms in _terms(course):
        here = slice(terms.first, terms.first + terms.n)
        grown = C * np.exp(-gamma * terms.log_rate) * terms.since
        left = np.exp(-beta * np.log1p(grown))
        steep = beta * left * grown / (1.0 + grown)  # derivative in the log of ``grown``
        drop[here] += terms.total(1.0 - left)
        slopes["C"][here] += terms.total(steep) / C
        slopes["beta"][here] += terms.total(left * np.log1p(grown))
        slopes["gamma"][here] -= terms.total(steep * terms.log_rate)
    area = course.area + course.warmup_area
    falling = area**-alpha
    return {
        "L0": np.ones(len(drop)),
        "A": falling,
        "alpha": -A * falling * np.log(area),
        "B": -drop,
        **{name: -B * slope for name, slope in slopes.items()},
    }


def rate_gradient(course: Course, values: Values) -> FloatArray:
    """Without blocks: a single step needs each change once."""
    B, C, beta, gamma = (values[name] for name in ("B", "C", "beta", "gamma"))
    last = int(course.steps[-1])
    rates, changes = course.rates[:last], course.changes[:last]
    moving = rates > 0.0
    scale = np.zeros(last)
    scale[moving] = C * rates[moving] ** -gamma
    since = course.summed[last] - course.summed[:last]
    left = (1.0 + scale * since) ** -beta
    gained = np.where(moving, 1.0 - left, since > 0.0)
    steep = changes * beta * left / (1.0 + scale * since)  # change x slope in the bracket
    of_changes = np.zeros(len(course.rates))
    of_changes[:last] = gained
    found = -B * course.slope(of_changes)
    found[last:] = 0.0
    own = np.zeros(last)
    own[moving] = -gamma * (steep * scale * since)[moving] / rates[moving]
    found[:last] -= B * (own + np.cumsum(steep * scale))
    area = course.summed[last] + course.warmup_area
    found[:last] -= values["A"] * values["alpha"] * area ** (-values["alpha"] - 1.0)
    return found


def _terms(course: Course) -> Iterator[Terms] | list[Terms]:
    """Kept with the course where they are few: a fit asks for them again and again."""
    if len(course.steps) > AT_ONCE:
        return terms_of(course)
    kept: list[Terms] | None = course.__dict__.get("multi_power_terms")
    if kept is None:
        kept = course.__dict__["multi_power_terms"] = list(terms_of(course))
    return kept


def _published(key: str, size: str, values: tuple[float, ...], errors: str) -> Published:
    names = ("L0", "A", "alpha", "B", "C", "beta", "gamma")
    return Published(
        source="mpl2025",
        where=f"README of the released code, {size}, arXiv 2503.12811",
        values=dict(zip(names, values, strict=True)),
        counts="unknown",
        key=key,
        note="Learning rates are absolute, as the optimiser takes them, and sums run over "
        "optimiser steps; constants hold for the batch, data and model of the source. Stated "
        f"errors (R2, MAE, RMSE, mean and worst relative): {errors}.",
    )


CURVE_LAW = CurveLaw(
    name="multi_power",
    entry="S04",
    about="Multi-power law: loss at any step of any schedule at one size and batch.",
    formula=loss,
    gradient=gradient,
    rate_gradient=rate_gradient,
    formula_text="L(t) = L0 + A (S1(t) + S_W)^-alpha - B sum_k (eta_(k-1) - eta_k) "
    "(1 - (C eta_k^-gamma S_k(t) + 1)^-beta), S1 = sum of the rates up to t, S_k = sum from k to t",
    latex=r"L(t) = L_0 + A\,(S_1(t) + S_W)^{-\alpha} - B \sum_{k=1}^{t} (\eta_{k-1} - \eta_k)"
    r"\left(1 - \left(C\,\eta_k^{-\gamma} S_k(t) + 1\right)^{-\beta}\right)",
    source="mpl2025",
    parameters=(
        Parameter("L0", "nat/token", 0.0, 100.0, "loss that no training removes"),
        Parameter("A", "nat/token", 1e-6, 1e4, "price of too little learning"),
        Parameter("alpha", "1", 0.01, 1.5, "return on the learning-rate sum"),
        Parameter("B", "nat/token", 0.0, 1e6, "most that a unit of annealing gains"),
        Parameter("C", "1", 1e-5, 1e5, "how soon annealing pays"),
        Parameter("beta", "1", 0.01, 1.5, "how the gain saturates"),
        Parameter("gamma", "1", 0.01, 1.5, "how much slower it pays at large rates"),
    ),
    linear=("L0", "A", "B"),
    starts={
        "alpha": (0.2, 0.45, 0.8),
        "C": (0.1, 2.0, 40.0),
        "beta": (0.3, 0.6),
        "gamma": (0.2, 0.6),
    },
    published=(
        _published(
            "mpl-25m",
            "25M parameters",
            (3.040, 0.525, 0.508, 363.788, 2.066, 0.583, 0.641),
            ".9988, .00376, .00465, .00110, .00409",
        ),
        _published(
            "mpl-100m",
            "100M parameters",
            (2.651, 0.601, 0.453, 437.946, 2.132, 0.598, 0.655),
            ".9983, .00435, .00592, .00142, .00583",
        ),
        _published(
            "mpl-400m",
            "400M parameters",
            (2.375, 0.654, 0.429, 523.425, 2.025, 0.594, 0.635),
            ".9978, .00484, .00730, .00168, .00995",
        ),
    ),
    scope=(
        "One size and one batch: constants move with both, and with another unit of the rate.",
        "One falling schedule alone does not tell the gain of annealing from learning; fit a "
        "constant and a falling one together.",
        "A rate of zero makes eta^-gamma infinite: the bracket is 1 once a later rate is positive; "
        "while none is it is 0 here, because no step was taken since.",
        "With gamma above 1 a vanishing last rate is credited at once: do not optimise schedules.",
    ),
)
