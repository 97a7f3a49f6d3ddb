"""Options of commands that fit: law, objective, columns, resamples; how to search; joint fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from isoflop.cli.options import Repeated, assignments

if TYPE_CHECKING:
    from isoflop.fit.objective import Objective


@Parameter(name="*")
@dataclass(frozen=True)
class LawChoice:
    """Which law is fitted, by name or by its formula."""

    law: str | None = None
    """A law of `isoflop laws`, or a Python file of your own that declares LAW; chinchilla by
    default."""

    form: str | None = None
    """A law in one line instead: `E + A*N**-a + B*D**-b; a in 0.05..1`."""

    @property
    def name(self) -> str:
        """The law that was asked for; E101 if two were."""
        from isoflop.core.errors import UsageError
        from isoflop.laws.form import PREFIX

        if self.law is not None and self.form is not None:
            raise UsageError(
                "Both --law and --form were given.",
                where=f"--law {self.law} --form {self.form!r}",
                matters="one law is fitted at a time.",
                do="give one of them.",
                code="E101",
            )
        return f"{PREFIX}{self.form}" if self.form is not None else self.law or "chinchilla"


@Parameter(name="*")
@dataclass(frozen=True)
class FitOptions:
    """What is fitted to what, and how its doubt is drawn."""

    objective: Literal["huber_log", "squared_log", "huber", "squared"] | None = None
    """Huber on logs (the field's default), squared logs, or the same in levels; levels by default
    for laws of targets that may be negative."""

    delta: float | None = None
    """Where Huber turns from quadratic to linear: 1e-3 in logs, 0.02 in levels."""

    axis: Annotated[tuple[str, ...], Repeated] = ()
    """Column of a law input: x=flops, N=params_non_embedding."""

    target: str | None = None
    """Column to predict; the law's own by default."""

    resamples: int = 200
    """Draws of the parameters for the intervals; 0 for none."""

    cluster: str | None = None
    """Column whose equal values are resampled together."""

    seed: int = 0
    """Same input and seed, same bytes."""

    @property
    def minimised(self) -> Objective | None:
        """The objective with its delta; None for the default of the law."""
        from isoflop.fit.objective import HUBER_DELTA, HUBER_DELTA_LEVEL, Objective

        if self.objective is None and self.delta is None:
            return None
        name = self.objective or "huber_log"
        default = HUBER_DELTA_LEVEL if name == "huber" else HUBER_DELTA
        return Objective(name, default if self.delta is None else self.delta)

    @property
    def axes(self) -> dict[str, str]:
        """Column of each law input that was named."""
        return assignments(self.axis, "--axis")


@Parameter(name="*")
@dataclass(frozen=True)
class SearchOptions:
    """Where the search for the optimum begins, and what it may not move."""

    fix: Annotated[tuple[str, ...], Repeated] = ()
    """Hold a parameter: E=1.69."""

    start: Annotated[tuple[str, ...], Repeated] = ()
    """Begin only here, for the optimum of one basin: R_D=13.3; every free parameter needs one."""

    starts: int | None = None
    """Random starts beside those of the projection grid; 3 to 12 by default."""

    @property
    def fixed(self) -> dict[str, float]:
        """Value of each parameter that is held."""
        from isoflop.cli.arguments import numbers

        return numbers(self.fix, "--fix")

    @property
    def only(self) -> dict[str, float] | None:
        """The one point to begin at, if one was given."""
        from isoflop.cli.arguments import numbers

        return numbers(self.start, "--start") or None


@Parameter(name="*")
@dataclass(frozen=True)
class DoubtOptions:
    """How the doubt of a fit is told."""

    intervals: Literal["bootstrap", "profile", "curvature"] = "bootstrap"
    """Re-solved resamples, likelihood ratios, or the normal approximation at the optimum."""

    level: float = 0.9
    """Of the intervals."""

    drop_outliers: bool = False
    """Fit again without the runs that the diagnosis names as far off, and show both."""


@Parameter(name="*")
@dataclass(frozen=True)
class JointOptions:
    """Several groups of runs in one fit."""

    by: str | None = None
    """Fit all groups of this column at once: dataset."""

    share: Annotated[tuple[str, ...], Repeated] = ()
    """Parameters the groups have in common: E,alpha; the others are free in each."""

    @property
    def shared(self) -> tuple[str, ...]:
        """Names of the shared parameters, each once."""
        names = (name.strip() for text in self.share for name in text.split(","))
        return tuple(dict.fromkeys(name for name in names if name))

    def refuse_conflicts(self, search: SearchOptions, doubt: DoubtOptions) -> None:
        """Refuse options that would have no effect.

        Raises
        ------
        UsageError
            E346 for --share without --by, and for what only a single fit has.
        """
        from isoflop.core.errors import UsageError

        single = {
            "--start": bool(search.start),
            "--intervals": doubt.intervals != "bootstrap",
            "--drop-outliers": doubt.drop_outliers,
        }
        wrong = [name for name, given in single.items() if given] if self.by else []
        if not self.by and self.share:
            wrong = ["--share"]
        if wrong:
            raise UsageError(
                f"{', '.join(wrong)} has no meaning {'with' if self.by else 'without'} --by.",
                where=", ".join(wrong),
                matters="an option without effect would be a silent mistake.",
                do="leave it out" + ("." if self.by else ", or name the groups: --by COLUMN."),
                code="E346",
            )
