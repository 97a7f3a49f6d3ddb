"""Optimal size as a power of compute, as fitted across modalities."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Claim, Law, Parameter, Published
from isoflop.laws.traced import Operand
from isoflop.laws.units import PF_DAY


def size(C: Operand, C0: Operand, beta: Operand) -> Operand:
    return power(C / C0, beta)


# Modality, C0 in PF-days, beta, as printed.
TABLE: tuple[tuple[str, float, float], ...] = (
    ("language", 3.3e-13, 0.73),
    ("image-8x8", 5.3e-14, 0.64),
    ("image-16x16", 4.8e-12, 0.75),
    ("image-32x32", 1.6e-13, 0.65),
    ("image-vq16", 6.2e-14, 0.64),
    ("image-vq32", 9.4e-13, 0.7),
    ("text-to-image", 9.4e-13, 0.7),
    ("image-to-text", 3.3e-12, 0.72),
    ("video-vq", 1.13e-12, 0.71),
    ("math", 2.3e-12, 0.69),
)


def _published(modality: str, C0: float, beta: float) -> Published:
    return Published(
        source="henighan2020",
        key=modality,
        where=f"table of fits, {modality}, N_opt(C), arXiv 2010.14701",
        values={"C0": C0 * PF_DAY, "beta": beta},
        counts="non_embedding",
        unit="parameters",
        note=f"C0 printed as {C0:g} PF-days.",
    )


LAW = Law(
    name="henighan_allocation",
    entry="L10",
    about="Optimal size without embeddings from compute, for language, images, video and math.",
    target="params",
    inputs=("C",),
    formula=size,
    source="henighan2020",
    parameters=(
        Parameter("C0", "FLOP", 1e-10, 1e20, "compute whose optimal size would be one parameter"),
        Parameter("beta", "1", 0.1, 1.5, "share of compute, in logs, that goes into size"),
    ),
    claims=(Claim("increases", in_="C"),),
    published=tuple(_published(*row) for row in TABLE),
    scope=(
        "Exponents near 0.7 inherit the accounting of kaplan2020: no embeddings, one schedule.",
        "C = 6 N D without a correction for the critical batch.",
        "Best width over depth is about 5 for images and math, about 100 for text.",
    ),
)
