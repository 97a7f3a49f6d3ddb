"""The saved form of a fit: one JSON document, checked field by field when it is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from isoflop.core.errors import DataError
from isoflop.core.explain import Finding
from isoflop.fit.objective import Objective
from isoflop.laws.catalogue import get_law
from isoflop.laws.law import Law

KIND = "isoflop-fit"
JOINT_KIND = "isoflop-joint-fit"


def load_fields(path: str | Path, law: Law | None) -> dict[str, Any]:
    """The fields of the fit in a file; raises E310 as :func:`fields_of` does."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _not_a_fit(str(path), "cannot be read") from error
    return fields_of(text, str(path), law)


def fields_of(text: str, where: str, law: Law | None) -> dict[str, Any]:
    """The fields of a fit from its document. Any: each has its own type.

    Raises
    ------
    DataError
        E310 if this is not the document of one fit.
    """
    try:
        document = json.loads(text)
        if document.get("kind") == JOINT_KIND:
            raise _several_fits(where, list(document["groups"]))
        if document.get("kind") != KIND:
            raise _not_a_fit(where, "has no kind 'isoflop-fit'")
        return _fields(document, law)
    except (json.JSONDecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise _not_a_fit(where, f"is damaged ({error})") from error


def _fields(document: dict[str, Any], own: Law | None) -> dict[str, Any]:
    # Any: a parsed document; every field is converted to its own type here.
    law = own or get_law(str(document["law"]))
    if law.vectors:
        law = law.bind([str(label) for label in document["labels"]])
    objective = document["objective"]
    k = len(law.parameters)
    return {
        "law": law,
        "values": {
            name: float(document["parameters"][name]["value"]) for name in law.parameter_names
        },
        "draws": np.array(document["draws"], dtype=float).reshape(-1, k),
        "level": float(document["level"]),
        "axes": {str(a): str(b) for a, b in document["axes"].items()},
        "target": str(document["target"]),
        "unit": str(document["unit"]),
        "counts": str(document["counts"]),
        "objective": Objective(objective["name"], float(objective["delta"])) if objective else None,
        "objective_value": float(objective["value"]) if objective else None,
        "spans": {str(n): (float(s[0]), float(s[1])) for n, s in document.get("spans", {}).items()},
        "residuals": np.array(document["residuals"], dtype=float),
        "noise": float(document["noise"]),
        "evidence": {str(n): (float(s[0]), float(s[1])) for n, s in document["evidence"].items()},
        "fixed": tuple(str(name) for name in document["fixed"]),
        "n_rows": int(document["rows"]),
        "n_runs": int(document["runs"]),
        "tried": int(document["starts"]["tried"]),
        "agree": int(document["starts"]["agree"]),
        "method": str(document["intervals"]),
        "seed": int(document["seed"]),
        "warnings": tuple(Finding(str(w["code"]), str(w["text"])) for w in document["warnings"]),
        "label": str(document["label"]),
        "provenance": dict(document["provenance"]),
    }


def _not_a_fit(where: str, why: str) -> DataError:
    return DataError(
        f"This is not a fit: it {why}.",
        where=where,
        matters="nothing was computed.",
        do="make one with: isoflop fit RUNS --out fit.json",
        code="E310",
    )


def _several_fits(where: str, groups: list[str]) -> DataError:
    return DataError(
        f"This is a joint fit of {len(groups)} groups, one fit is needed.",
        where=f"{where}, groups: {', '.join(groups[:8])}",
        matters="each group has a law of its own.",
        do="save one of its documents: .groups.NAME is a fit in itself.",
        code="E310",
    )
