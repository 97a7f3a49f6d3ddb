"""Quality against clean and noisy samples, a noisy one worth a share of a clean one."""

from __future__ import annotations

from isoflop.laws.algebra import named, power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def distance(
    n_clean: Operand,
    n_noisy: Operand,
    E: Operand,
    A: Operand,
    alpha: Operand,
    w: Operand,
    h: Operand,
) -> Operand:
    worth = named("w_c", w * n_clean / (n_clean + h))
    return E + A * power(named("n_eff", n_clean + worth * n_noisy), -alpha)


LAW = Law(
    name="clean_noisy",
    entry="X21",
    about="E + A*n_eff^-alpha, n_eff = clean + w(clean)*noisy samples; one w for a noise level.",
    target="distance",
    inputs=("n_clean", "n_noisy"),
    formula=distance,
    source="ambient2024",
    axes=(
        Axis("n_clean", "samples_clean", "samples", "clean samples", 1e2, 1e7),
        Axis("n_noisy", "samples_noisy", "samples", "noisy samples", 0.0, 1e7, True),
    ),
    parameters=(
        Parameter("E", "as the target", 0.0, 1e3, "distance that no data removes"),
        Parameter("A", "as the target", 1e-3, 1e8, "price of too few samples"),
        Parameter("alpha", "1", 0.01, 2.0, "return on samples"),
        Parameter("w", "1", 1e-6, 1.0, "worth of a noisy sample beside many clean ones"),
        Parameter("h", "samples", 1e-3, 1e8, "clean samples at which half of that is reached"),
    ),
    claims=(Claim("decreases", in_="n_clean"), Claim("decreases", in_="n_noisy")),
    scope=(
        "Our own form: the source states facts. Noisy samples alone are worth nothing, as they "
        "never reach clean quality there.",
        "One w and h for a noise level, from three ratios or more; hold h=1e-3 for a constant w.",
        "A smaller target is better (a distance such as FID); turn scores round.",
        "Noisy samples lose worth as data grow: never extrapolate beyond the largest set.",
    ),
)
