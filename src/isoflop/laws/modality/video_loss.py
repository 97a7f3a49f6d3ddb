"""Loss of a video diffusion transformer at its best batch and learning rate."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.laws.algebra import power
from isoflop.laws.closed_forms import additive_optimum
from isoflop.laws.law import Claim, Law, Parameter
from isoflop.laws.traced import Operand


def loss(
    N: Operand, D: Operand, E: Operand, N_c: Operand, alpha: Operand, D_c: Operand, beta: Operand
) -> Operand:
    return E + power(N_c / N, alpha) + power(D_c / D, beta)


def optimum(values: Mapping[str, FloatArray], C: FloatArray, k: float) -> dict[str, FloatArray]:
    A = np.asarray(np.exp(values["alpha"] * np.log(values["N_c"])))
    B = np.asarray(np.exp(values["beta"] * np.log(values["D_c"])))
    return additive_optimum(A, values["alpha"], B, values["beta"], C, k)


LAW = Law(
    name="video_loss",
    entry="X103",
    about="Additive power law in size and tokens, fitted after the hyper-parameters.",
    target="loss",
    inputs=("N", "D"),
    formula=loss,
    optimum=optimum,
    source="video-dit2024",
    parameters=(
        Parameter("E", "nat/token", 0.0, 10.0, "loss that no scale removes"),
        Parameter("N_c", "parameters", 1e-3, 1e15, "size at which its term is one"),
        Parameter("alpha", "1", 0.01, 2.0, "return on size"),
        Parameter("D_c", "tokens", 1e-3, 1e18, "tokens at which their term is one"),
        Parameter("beta", "1", 0.01, 2.0, "return on tokens"),
    ),
    claims=(Claim("decreases", in_="N"), Claim("decreases", in_="D"), Claim("tends to", "E")),
    scope=(
        "Only runs at the batch of video_batch and the rate of video_rate.",
        "The printed constants give 0.893 in billions and 0.535 in millions at 10B tokens and "
        "1.07B parameters; the batch law is plausible only in billions: withheld.",
    ),
)
