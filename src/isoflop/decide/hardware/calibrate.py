"""Efficiency of one's own machines from steps that were timed, with its held-out error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.core.arrays import FloatArray
from isoflop.core.errors import DataError
from isoflop.core.explain import Finding
from isoflop.core.files import canonical_json
from isoflop.decide.hardware.accelerator import Accelerator
from isoflop.decide.hardware.efficiency import KIND, Efficiency
from isoflop.decide.hardware.regression import cross_validated, predict, solve
from isoflop.decide.hardware.terms import TERMS, Machine, as_row, terms_of
from isoflop.decide.hardware.timed_steps import TimedStep

FEWEST = 5  # rows below which no error can be held out; assumption
ENOUGH = 10  # H10: 10 to 20 timed steps
FOLDS = 10
_SPAN = (0.1, 0.9)  # 80% of held-out steps


@dataclass(frozen=True)
class Calibration:
    """Coefficients and how far they were off on steps they had not seen.

    Attributes
    ----------
    predicted, measured : (n_rows,) seconds; predicted with each fold held out.
    fitted_error : mean absolute relative error on the steps fitted.
    unseen : terms no step has, which keep the assumed coefficient.
    """

    efficiency: Efficiency
    predicted: FloatArray
    measured: FloatArray
    fitted_error: float
    unseen: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> FloatArray:
        """Absolute relative error of each held-out step, (n_rows,)."""
        return np.abs(self.predicted / self.measured - 1.0)

    def to_dict(self) -> dict[str, object]:
        """Plain fields, for JSON; :func:`read_efficiency` reads the document."""
        import json

        errors = self.errors
        return {
            "kind": KIND,
            "efficiency": json.loads(self.efficiency.to_json()),
            "rows": len(self.measured),
            "held_out": {
                "mean": float(errors.mean()),
                "median": float(np.median(errors)),
                "p90": float(np.quantile(errors, 0.9)),
                "worst": float(errors.max()),
            },
            "fitted_error": self.fitted_error,
            "unseen": list(self.unseen),
            "warnings": [finding.to_dict() for finding in self.findings],
        }

    def to_json(self) -> str:
        """One JSON document."""
        return canonical_json(self.to_dict())


def design(steps: Sequence[TimedStep], machine: Machine) -> tuple[FloatArray, FloatArray]:
    """(terms (n_rows, n_terms), seconds (n_rows,)) of timed steps."""
    rows = [as_row(terms_of(step.job, step.layout, machine)) for step in steps]
    return np.array(rows), np.array([step.seconds for step in steps])


def calibrate(
    steps: Sequence[TimedStep], chip: Accelerator, *, folds: int = FOLDS, seed: int = 0
) -> Calibration:
    """Fit the coefficients of a step to timed steps on one kind of machine.

    Parameters
    ----------
    steps : 10 to 20 that differ in layout, micro-batch and size.
    folds : groups held out in turn, dealt by ``seed``; as many as rows if there are fewer.

    Raises
    ------
    DataError
        E586 with fewer than five steps, or with steps of different precision.
    UsageError
        E581 for a figure of the chip that is missing or unchecked.
    """
    precisions = {step.job.precision for step in steps}
    if len(steps) < FEWEST or len(precisions) > 1:
        raise _too_few(len(steps), precisions)
    machine = Machine.of(chip, precisions.pop())
    _check_network(steps, machine, chip)
    terms, seconds = design(steps, machine)
    count = min(folds, len(steps))
    groups = np.random.default_rng(seed).permutation(len(steps)) % count
    predicted = cross_validated(terms, seconds, groups.astype(float))
    ratio = seconds / predicted
    found = solve(terms, seconds).values
    efficiency = Efficiency(
        coefficients=dict(zip(TERMS, map(float, found), strict=True)),
        overlap=0.0,
        spread=(float(np.quantile(ratio, _SPAN[0])), float(np.quantile(ratio, _SPAN[1]))),
        machine=machine,
        source=f"calibrated on {len(steps)} timed steps with the figures of {chip.label}",
    )
    return Calibration(
        efficiency=efficiency,
        predicted=predicted,
        measured=seconds,
        fitted_error=float(np.mean(np.abs(predict(terms, found) / seconds - 1.0))),
        unseen=tuple(name for i, name in enumerate(TERMS) if not terms[:, i].any()),
        findings=_findings(steps),
    )


def _check_network(steps: Sequence[TimedStep], machine: Machine, chip: Accelerator) -> None:
    if machine.network == 0.0 and any(s.layout.devices > machine.domain for s in steps):
        chip.get("network")


def _findings(steps: Sequence[TimedStep]) -> tuple[Finding, ...]:
    found = []
    if len(steps) < ENOUGH:
        text = f"{len(steps)} steps decide few of the {len(TERMS)} coefficients; time 10 to 20."
        found.append(Finding("W582", text))
    varied: dict[str, set[object]] = {
        "width": {s.job.model.shape.d for s in steps},
        "micro-batch": {s.layout.micro_batch for s in steps},
        "layout": {(s.layout.tensor, s.layout.pipeline, s.layout.data) for s in steps},
    }
    same = [name for name, values in varied.items() if len(values) == 1]
    if same:
        text = f"All steps share one {' and one '.join(same)}: forecasts for others are assumed."
        found.append(Finding("W582", text))
    return tuple(found)


def _too_few(count: int, precisions: set[str]) -> DataError:
    mixed = len(precisions) > 1
    what = f"The steps mix {', '.join(sorted(precisions))}." if mixed else f"{count} steps are few."
    return DataError(
        what,
        where="table of timed steps",
        matters="one set of coefficients holds for one precision, and needs steps held out.",
        do="calibrate each precision alone, with 10 to 20 steps that differ.",
        code="E586",
    )
