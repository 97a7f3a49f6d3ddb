"""Observational scaling law: a hard score from the capabilities that simple benchmarks show.

Benchmarks give capabilities (principal components), a sigmoid turns them into the target score,
and each family of models has a line of capabilities in log compute (ruan2024).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import DataError, FitError
from isoflop.fit.scores.capability import N_COMPONENTS, Capability, fit_capability
from isoflop.fit.scores.forecast import ScoreForecast, family_counts, interval_of
from isoflop.fit.scores.link import Link, fit_link
from isoflop.fit.scores.saved import array, listed, mapped, named, number, plain, whole
from isoflop.fit.scores.table import ScoreTable, aligned

LEAST_SIZES = 2  # distinct amounts of compute that make a line of a family


@dataclass(frozen=True, eq=False)
class State:
    """One fit: capabilities, link, and the lines of the families in ln C."""

    capability: Capability
    link: Link
    lines: Mapping[str, FloatArray]

    def scores(self, table: ScoreTable) -> FloatArray:
        """The target score of each model, (n_models,); NaN where nothing is known."""
        return self.link(self.capabilities(table))

    def capabilities(self, table: ScoreTable) -> FloatArray:
        """From scores on the basis; from family and compute where a model has none."""
        S = self.capability.measure(table.values)
        for i in np.flatnonzero(~np.isfinite(S).all(axis=1)):
            line = self.lines.get(table.families[i])
            if line is not None:
                S[i] = line[0] * np.log(table.compute[i]) + line[1]
        return S


@dataclass(frozen=True, eq=False)
class ObservationalFit:
    """A target score as a sigmoid of capabilities.

    Attributes
    ----------
    basis : benchmarks that show the capabilities
    residuals : (n_training,) of the target
    draws : fits of resampled families
    """

    target: str
    basis: tuple[str, ...]
    state: State
    residuals: FloatArray
    draws: tuple[State, ...]
    level: float
    seed: int
    n_models: int
    method: str = "observational"

    @property
    def starts_from(self) -> tuple[str, ...]:
        """Scores of a model that its forecast uses."""
        return self.basis

    @property
    def n_draws(self) -> int:
        """Resamples behind the intervals."""
        return len(self.draws)

    def forecast(self, table: ScoreTable, level: float | None = None) -> ScoreForecast:
        """The target score of other models, from their basis scores or family and compute.

        Raises
        ------
        DataError
            E563 if a model has neither.
        """
        known = aligned(table, self.basis)
        value = self.state.scores(known)
        self._check(known, value)
        level = self.level if level is None else level
        lo = hi = None
        if self.draws:
            drawn = np.array([state.scores(known) for state in self.draws])[:, :, None]
            rng = np.random.default_rng(self.seed)
            numbers = len(self.state.link.weights) + 2.0  # the weights, the offset and the floor
            lo, hi = interval_of(drawn, self.residuals[:, None], level, rng, numbers)
        return ScoreForecast(table.models, (self.target,), value[:, None], lo, hi, level)

    def equivalent_compute(self, table: ScoreTable, family: str) -> FloatArray:
        """FLOP a model of a reference family would need for these capabilities, (n_models,).

        Raises
        ------
        DataError
            E563 if the family has no line in compute.
        """
        line = self._line(family)
        theta, nu = self.state.link.along(line[0]), self.state.link.along(line[1])
        S = self.state.capabilities(aligned(table, self.basis))
        return np.asarray(np.exp((self.state.link.along(S) - nu) / theta))

    def at_compute(self, family: str, compute: FloatArray) -> FloatArray:
        """The target score of a planned model of a known family, (n,).

        Raises
        ------
        DataError
            E563 if the family has no line in compute.
        """
        line = self._line(family)
        return self.state.link(np.log(compute)[:, None] * line[0] + line[1])

    def to_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        share = self.state.capability.share
        return {
            "target": self.target,
            "basis": list(self.basis),
            "level": self.level,
            "seed": self.seed,
            "models": self.n_models,
            "variance": plain(share),
            "residuals": plain(self.residuals),
            "state": _saved(self.state),
            "draws": [_saved(state) for state in self.draws],
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> ObservationalFit:
        """A fit from its document."""
        return cls(
            target=str(document["target"]),
            basis=named(document["basis"]),
            state=_state(document["state"]),
            residuals=array(document["residuals"]),
            draws=tuple(_state(item) for item in listed(document["draws"])),
            level=number(document["level"]),
            seed=whole(document["seed"]),
            n_models=whole(document["models"]),
        )

    def summary(self) -> list[tuple[str, str]]:
        """What to print: name and value."""
        link, share = self.state.link, self.state.capability.share
        top = len(link.weights)
        weights = ", ".join(f"{w:.2f}" for w in link.weights)
        return [
            ("target", self.target),
            ("models", f"{self.n_models} trained on"),
            ("capabilities", f"{top}, with {share[0]:.1%} (first) and {share[:top].sum():.1%}"),
            ("weights", f"{weights}; offset {link.offset:.2f}; floor {link.floor:.3f}"),
            ("error", f"{link.error:.3f} root mean square in sample"),
            ("families with a line", f"{len(self.state.lines)}"),
        ]

    def _line(self, family: str) -> FloatArray:
        if family not in self.state.lines:
            raise DataError(
                f"Family '{family}' has no line in compute.",
                where=f"families with one: {', '.join(sorted(self.state.lines)) or 'none'}",
                matters="a planned model is placed by the models of its family.",
                do=f"give {LEAST_SIZES} models of it with compute and scores.",
                code="E563",
            )
        return self.state.lines[family]

    def _check(self, table: ScoreTable, value: FloatArray) -> None:
        lost = np.flatnonzero(~np.isfinite(value))
        if len(lost):
            first = int(lost[0])
            raise DataError(
                f"Nothing is known of {len(lost)} models to forecast, first {table.models[first]}.",
                where=f"basis {', '.join(self.basis)}; families with a line in compute: "
                f"{', '.join(sorted(self.state.lines)) or 'none'}",
                matters="a forecast starts from scores on the basis, or from family and compute.",
                do="give one of the scores, or one of these families with compute.",
                code="E563",
            )


def fit_observational(
    table: ScoreTable,
    target: str,
    *,
    basis: tuple[str, ...] | None = None,
    n_components: int = N_COMPONENTS,
    resamples: int = 100,
    level: float = 0.9,
    seed: int = 0,
) -> ObservationalFit:
    """Fit capabilities and link on the models of a table: give it training models only.

    Parameters
    ----------
    basis : benchmarks behind the capabilities; all but the target by default.
    resamples : families drawn again, capabilities and link refitted.

    Raises
    ------
    DataError
        E560 too few models or benchmarks.
    FitError
        E562 too few models with the target score.

    Source
    ------
    ruan2024.
    """
    names = basis or tuple(name for name in table.benchmarks if name != target)
    known, y = table.only(names), table.column(target)
    rows = np.isfinite(y)
    every = np.ones(len(table))
    state = _fit_state(known, y, every, n_components)
    residuals = y[rows] - state.link(state.capabilities(known))[rows]
    labels = table.family_labels()[1]
    draws = []
    for counts in family_counts(labels, resamples, np.random.default_rng(seed)):
        try:
            draws.append(_fit_state(known, y, counts, n_components))
        except (DataError, FitError):
            continue  # too few distinct families drawn; the number kept is in the result
    return ObservationalFit(
        target, names, state, residuals, tuple(draws), level, seed, int(rows.sum())
    )


def _fit_state(
    table: ScoreTable,
    y: FloatArray,
    counts: FloatArray,
    n_components: int,
) -> State:
    drawn = np.repeat(np.arange(len(table)), counts.astype(np.int64))
    capability = fit_capability(table.values[drawn], n_components)
    S = capability.measure(table.values)
    usable = np.isfinite(y) & np.isfinite(S).all(axis=1) & (counts > 0.0)
    link = fit_link(S[usable], y[usable], counts[usable])
    return State(capability, link, _family_lines(table, S))


def _family_lines(table: ScoreTable, S: FloatArray) -> dict[str, FloatArray]:
    """{family: (2, n_components)} slope in ln C and offset of each capability."""
    lines = {}
    names, labels = table.family_labels()
    usable = np.isfinite(S).all(axis=1) & np.isfinite(table.compute)
    for g, name in enumerate(names):
        rows = usable & (labels == g)
        if len(np.unique(table.compute[rows])) >= LEAST_SIZES:
            X = np.column_stack([np.log(table.compute[rows]), np.ones(int(rows.sum()))])
            lines[name] = np.linalg.lstsq(X, S[rows], rcond=None)[0]
    return lines


def _saved(state: State) -> dict[str, object]:
    return {
        "mean": plain(state.capability.mean),
        "axes": plain(state.capability.axes),
        "share": plain(state.capability.share),
        "weights": plain(state.link.weights),
        "offset": state.link.offset,
        "floor": state.link.floor,
        "error": state.link.error,
        "lines": {name: plain(line) for name, line in state.lines.items()},
    }


def _state(document: object) -> State:
    fields = mapped(document)
    link = Link(
        array(fields["weights"]),
        number(fields["offset"]),
        number(fields["floor"]),
        number(fields["error"]),
    )
    capability = Capability(array(fields["mean"]), array(fields["axes"]), array(fields["share"]))
    lines = {name: array(line) for name, line in mapped(fields["lines"]).items()}
    return State(capability, link, lines)
