"""Power law plus constant on one axis, as fitted across modalities."""

from __future__ import annotations

from typing import Literal

from isoflop.laws.algebra import power
from isoflop.laws.law import Claim, Law, Parameter, Published
from isoflop.laws.traced import Operand
from isoflop.laws.units import PF_DAY

Axis = Literal["params", "compute"]


def loss(x: Operand, L_inf: Operand, x0: Operand, alpha: Operand) -> Operand:
    return L_inf + power(x0 / x, alpha)


# Modality, axis, L_inf, x0 (parameters, or PF-days), alpha, as printed.
TABLE: tuple[tuple[str, Axis, float, float, float], ...] = (
    ("language", "params", 0.0, 1.47e14, 0.070),
    ("language", "compute", 0.0, 3.47e8, 0.048),
    ("image-8x8", "params", 3.12, 8.0e1, 0.24),
    ("image-8x8", "compute", 3.13, 1.8e-8, 0.19),
    ("image-16x16", "params", 2.64, 2.8e2, 0.22),
    ("image-16x16", "compute", 2.64, 1.6e-8, 0.16),
    ("image-32x32", "params", 2.20, 6.3e1, 0.13),
    ("image-32x32", "compute", 2.21, 3.6e-9, 0.1),
    ("image-vq16", "params", 3.99, 2.7e4, 0.13),
    ("image-vq16", "compute", 4.09, 6.1e-7, 0.11),
    ("image-vq32", "params", 3.07, 1.9e4, 0.14),
    ("image-vq32", "compute", 3.17, 2.6e-6, 0.12),
    ("text-to-image-text", "params", 0.0, 5.6e8, 0.037),
    ("text-to-image-image", "params", 2.0, 5.1e3, 0.16),
    ("text-to-image", "compute", 1.93, 1.5e-6, 0.15),
    ("image-to-text-text", "params", 0.0, 7.0e8, 0.039),
    ("image-to-text-image", "params", 2.0, 5.5e3, 0.15),
    ("image-to-text", "compute", 1.97, 1.5e-6, 0.16),
    ("video-vq", "params", 1.01, 3.7e4, 0.24),
    ("video-vq", "compute", 0.95, 2.2e-5, 0.14),
    ("math", "params", 0.28, 1.1e4, 0.16),
    ("math", "compute", 0.14, 1.4e-5, 0.17),
)


def _published(modality: str, axis: Axis, L_inf: float, x0: float, alpha: float) -> Published:
    on_compute = axis == "compute"
    note = "x is parameters."
    if on_compute:
        note = f"x is FLOP; x0 printed as {x0:g} PF-days."
    return Published(
        source="henighan2020",
        key=f"{modality}-{axis}",
        where=f"table of fits, {modality}, L({'C' if on_compute else 'N'}), arXiv 2010.14701",
        values={"L_inf": L_inf, "x0": x0 * PF_DAY if on_compute else x0, "alpha": alpha},
        counts="non_embedding",
        note=note,
    )


LAW = Law(
    name="henighan",
    entry="L10",
    about="Power law plus constant on one axis, with fits for language, images, video and math.",
    target="loss",
    inputs=("x",),
    formula=loss,
    source="henighan2020",
    parameters=(
        Parameter("L_inf", "nat/token", 0.0, 10.0, "loss that this axis cannot remove"),
        Parameter("x0", "unit of x", 1e-12, 1e36, "where the reducible loss would be one"),
        Parameter("alpha", "1", 0.01, 2.0, "return on this axis"),
    ),
    claims=(Claim("decreases", in_="x"), Claim("tends to", "L_inf")),
    published=tuple(_published(*row) for row in TABLE),
    scope=(
        "One axis at a time, the others not limiting; N without embeddings.",
        "A token is a token of its modality: losses of two modalities do not compare.",
        "Allocation exponents near 0.7 inherit the accounting of kaplan2020.",
        "Models below 1e4 parameters under-perform when the context is long.",
    ),
)
