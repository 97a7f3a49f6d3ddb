"""Options of the commands on curves: learning rates of runs, and how a curve law is fitted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from isoflop.cli.options import Repeated

if TYPE_CHECKING:
    from isoflop.fit.curve_fit.curve_fit import CurveFit
    from isoflop.fit.curve_fit.fit_curves import Settings
    from isoflop.fit.curve_fit.loss_curve import Reading


@Parameter(name="*")
@dataclass(frozen=True)
class RateOptions:
    """Which learning rate each step had."""

    lr: str | None = None
    """Column with the learning rate of each logged step; lr_now, or a lr that moves, by itself."""

    schedule: Annotated[tuple[str, ...], Repeated] = ()
    """[RUN:]NAME,peak=3e-4,steps=24K,warmup=2K,decay=0.2 or [RUN:]FILE.csv with step and lr; goes
    before the column. Names: constant, cosine, cosine_tenth, linear, wsd, wsd_linear, wsd_halving,
    inverse_sqrt, power."""

    warmup: Literal["apart", "rise"] = "apart"
    """Leave the warm-up out of the sums, or count its rise as negative annealing."""

    warmup_steps: int | None = None
    """Length of the warm-up; the first rise of the rates by default."""

    size: float | None = None
    """Parameters N of all runs, for laws that have it; the column params by default."""

    @property
    def reading(self) -> Reading:
        """How the table of curves is understood."""
        from isoflop.fit.curve_fit.loss_curve import Reading
        from isoflop.fit.curve_fit.schedule_text import schedules_from

        return Reading(
            rate=self.lr,
            schedules=schedules_from(self.schedule),
            warmup=self.warmup,
            warmup_steps=self.warmup_steps,
            size=self.size,
        )


@Parameter(name="*")
@dataclass(frozen=True)
class CurveFitOptions:
    """Which steps are used, and how doubt is drawn."""

    points: int = 200
    """Most steps of a run that are used, even in log step."""

    drop_first: float = 0.1
    """Share of a run's steps left out at its start."""

    resamples: int = 100
    """Refits for the intervals; 0 for none."""

    resample: Literal["runs", "blocks"] | None = None
    """Draw whole runs, or blocks of residuals; runs where there are eight or more."""

    starts: int = 5
    """Searches, from the best points of the law's grid."""

    level: float = 0.9
    """Of the intervals."""

    seed: int = 0
    """Same input and seed, same bytes."""

    @property
    def settings(self) -> Settings:
        """The same as the verb takes them."""
        from isoflop.fit.curve_fit.fit_curves import Settings

        return Settings(
            points=self.points,
            drop_first=self.drop_first,
            resamples=self.resamples,
            resample=self.resample,
            starts=self.starts,
            level=self.level,
            seed=self.seed,
        )


def curve_fit_from(source: str) -> CurveFit:
    """A saved fit, or published coefficients written ``law@set``."""
    from isoflop.fit.curve_fit.curve_fit import CurveFit

    return CurveFit.published(source) if "@" in source else CurveFit.load(source)
