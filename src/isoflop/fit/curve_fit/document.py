"""The saved form of a curve fit: one JSON document, checked field by field when it is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from isoflop.core.errors import DataError
from isoflop.core.explain import Finding
from isoflop.fit.curve_fit.prediction import RunError
from isoflop.fit.objective import Objective
from isoflop.laws.catalogue import get_curve_law

KIND = "isoflop-curve-fit"


def load_fields(path: str | Path) -> dict[str, Any]:
    """The fields of the fit in a file; raises E538 as :func:`fields_of` does."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _not_a_fit(str(path), "cannot be read") from error
    return fields_of(text, str(path))


def fields_of(text: str, where: str) -> dict[str, Any]:
    """The fields of a curve fit from its document. Any: each has its own type.

    Raises
    ------
    DataError
        E538 if this is not the document of a curve fit.
    """
    try:
        document = json.loads(text)
        if document.get("kind") != KIND:
            raise _not_a_fit(where, f"has no kind '{KIND}'")
        return _fields(document)
    except (json.JSONDecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise _not_a_fit(where, f"is damaged ({error})") from error


def _fields(document: dict[str, Any]) -> dict[str, Any]:
    # Any: a parsed document; every field is converted to its own type here.
    law = get_curve_law(str(document["law"]))
    objective = document["objective"]
    values = {n: float(document["parameters"][n]["value"]) for n in law.parameter_names}
    return {
        "law": law,
        "values": values,
        "draws": np.array(document["draws"], dtype=float).reshape(-1, len(law.parameters)),
        "level": float(document["level"]),
        "objective": Objective(objective["name"], float(objective["delta"])) if objective else None,
        "objective_value": float(objective["value"]) if objective else None,
        "errors": tuple(_error(row) for row in document["errors"]),
        "held_out": tuple(_error(row) for row in document["held_out"]),
        "noise": float(document["noise"]),
        "evidence": {str(n): (float(s[0]), float(s[1])) for n, s in document["evidence"].items()},
        "fixed": tuple(str(name) for name in document["fixed"]),
        "tried": int(document["starts"]["tried"]),
        "agree": int(document["starts"]["agree"]),
        "method": str(document["intervals"]),
        "seed": int(document["seed"]),
        "settings": dict(document["settings"]),
        "warnings": tuple(Finding(str(w["code"]), str(w["text"])) for w in document["warnings"]),
        "label": str(document["label"]),
        "provenance": dict(document["provenance"]),
    }


def _error(row: dict[str, Any]) -> RunError:
    return RunError(
        run_id=str(row["run_id"]),
        points=int(row["points"]),
        mean=float(row["mean_abs_error"]),
        worst=float(row["worst_abs_error"]),
        last=float(row["last_error"]),
    )


def _not_a_fit(where: str, why: str) -> DataError:
    return DataError(
        f"This is not a curve fit: it {why}.",
        where=where,
        matters="nothing was computed.",
        do="make one with: isoflop curves fit CURVES --law multi_power --out fit.json",
        code="E538",
    )
