"""The largest share of domain data that keeps the general loss, against the length of training."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand


def share(T: Operand, a: Operand, s: Operand, b: Operand) -> Operand:
    return a * power(T, s) + b


def _published(size: str, values: tuple[float, float, float], at: tuple[float, float]) -> Published:
    return Published(
        source="cmr2024",
        key=f"finance-{size}",
        where=f"law of the critical mixture ratio, finance, {size}; read in a digest",
        values=dict(zip(("a", "s", "b"), values, strict=True)),
        counts="unknown",
        unit="share",
        valid={"T": (1.0, 100.0)},
        reported=(
            Reported({"T": 100.0}, {"share_critical": at[0]}, 2e-3),
            Reported({"T": 250.0}, {"share_critical": at[1]}, 2e-3),
        ),
        note="One data set and tolerance of 0.05 nats; the value at T = 250 was never validated.",
        example=True,
    )


LAW = Law(
    name="cmr_share",
    entry="X15",
    about="Critical mixture ratio: R(T) = a*T^s + b, T in units of 0.2B tokens.",
    target="share_critical",
    inputs=("T",),
    formula=share,
    source="cmr2024",
    scale="level",
    axes=(Axis("T", "length", "0.2B tokens", "tokens of continued training", 1.0, 300.0),),
    parameters=(
        Parameter("a", "1", -1e3, 1e3, "weight of the power; its sign differs between sizes"),
        Parameter("s", "1", -3.0, 3.0, "exponent of the length"),
        Parameter("b", "1", -1e3, 1e3, "offset"),
    ),
    published=(
        _published("460M", (0.22524761, 0.26944345, -0.48139982), (0.298, 0.516)),
        _published("940M", (0.7520627, 0.13720245, -1.06581937), (0.349, 0.538)),
        _published("1.6B", (-2.36384831, -0.15125569, 1.59223649), (0.414, 0.567)),
        _published("3.1B", (-2.5368197, -0.42071423, 0.84375368), (0.478, 0.595)),
    ),
    scope=(
        "The sign of a flips between 940M and 1.6B: never interpolate coefficients over sizes.",
        "Holds inside one budget and one tolerance; show it at 0.02, 0.05 and 0.1 nats.",
        "Losses only, up to 3.1B parameters; academic papers at 460M gave 36.7% in place of 29.8%.",
    ),
)
