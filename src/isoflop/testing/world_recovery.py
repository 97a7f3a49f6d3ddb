"""Does a fit recover what a world knows? For the worlds of the package and for anyone's.

for found in recovered(get_world("bordelon")):
    assert found.passed, found
"""

from __future__ import annotations

from dataclasses import dataclass

from isoflop.core.runs import Runs
from isoflop.fit.fit_law import fit_law
from isoflop.measure.world import Exponent, World


@dataclass(frozen=True)
class Recovered:
    """One exponent as it is and as a fit found it."""

    exponent: Exponent
    truth: float
    fitted: float

    @property
    def passed(self) -> bool:
        """True if the two differ by the tolerance or less."""
        return abs(self.fitted - self.truth) <= self.exponent.tolerance


def recovered(world: World, seed: int = 0, **settings: float) -> tuple[Recovered, ...]:
    """Every exponent of a world, fitted by the law and on the rows the world names."""
    truth = world.truth(**settings)
    final = world.simulate(seed, **settings)
    found = []
    for exponent in world.exponents:
        runs = _steps(world, seed, settings) if exponent.every_step else final
        fit = fit_law(
            runs.select(*exponent.where),
            exponent.law,
            axes=exponent.axes,
            target=exponent.target,
            fixed=exponent.fixed,
            resamples=0,
        )
        found.append(Recovered(exponent, truth[exponent.name], fit.values[exponent.parameter]))
    return tuple(found)


def _steps(world: World, seed: int, settings: dict[str, float]) -> Runs:
    curves = world.curves(seed, **settings)
    return Runs(curves.table, curves.conventions, curves.provenance)
