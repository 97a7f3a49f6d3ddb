"""Critical batches as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isoflop.fit.critical_regions import regions

if TYPE_CHECKING:
    from isoflop.fit.critical_batch import CriticalBatches, Group
    from isoflop.fit.critical_fit import CriticalBatch
    from isoflop.fit.critical_growth import Growth


def plain(result: CriticalBatches) -> dict[str, object]:
    """Everything, for JSON; tokens unless a name says otherwise."""
    return {
        "groups": [_group(group) for group in result.groups],
        "growth": {
            name: None if found is None else _growth(found) for name, found in result.growth.items()
        },
        "left_out": result.left_out,
    }


def _group(group: Group) -> dict[str, object]:
    return {
        "params": group.params,
        "loss": group.loss,
        "batches": group.study.batch.tolist(),
        "steps": group.study.steps.tolist(),
        "linear_batch": group.study.linear_batch,
        "tokens": group.tokens,
        "critical": {name: _critical(found) for name, found in group.found.items()},
        "failed": group.failed,
        "warnings": [finding.to_dict() for finding in group.findings],
    }


def _critical(found: CriticalBatch) -> dict[str, object]:
    values: dict[str, object] = {
        "value": found.value,
        "lo": found.lo,
        "hi": found.hi,
        "level": found.level,
        "steps_min": found.steps_min,
        "tokens_min": found.tokens_min,
        "scatter": found.scatter,
    }
    if len(found.method.shapes) > 1:
        values[found.method.shape_name] = found.shape
    if found.method.lowest is None:
        values["regions"] = [
            {"batch": batch, "region": name} for batch, name in regions(found).items()
        ]
    return values


def _growth(found: Growth) -> dict[str, object]:
    return {
        "coefficient": found.coefficient,
        "exponent": found.exponent,
        "lo": found.exponent_lo,
        "hi": found.exponent_hi,
        "level": found.level,
        "groups": found.n_groups,
        "without_one": found.without_one,
    }
