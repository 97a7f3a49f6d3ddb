"""The saved form of the fit of a mixing law: one JSON document, checked when it is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from isoflop.core.errors import DataError
from isoflop.core.explain import Finding
from isoflop.fit.mixture_model import mixture_model
from isoflop.fit.mixture_score import MixtureScore

KIND = "isoflop-mixture-fit"


def load_fields(path: str | Path) -> dict[str, Any]:
    """The fields of the fit in a file. Any: each has its own type.

    Raises
    ------
    DataError
        E543 if the file is missing or is not the fit of a mixing law.
    """
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
        if document.get("kind") != KIND:
            raise _not_a_fit(str(path), f"has no kind '{KIND}'")
        return _fields(document)
    except (OSError, UnicodeDecodeError) as error:
        raise _not_a_fit(str(path), "cannot be read") from error
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise _not_a_fit(str(path), f"is damaged ({error})") from error


def _fields(document: dict[str, Any]) -> dict[str, Any]:
    # Any: a parsed document; every field is converted to its own type here.
    model = mixture_model(str(document["law"]))
    domains = tuple(str(name) for name in document["domains"])
    targets = tuple(str(name) for name in document["targets"])
    heldout = document["heldout"]
    return {
        "law": model.name,
        "domains": domains,
        "targets": targets,
        "weights": np.array(document["weights"], dtype=float),
        "surfaces": tuple(model.load(one, domains) for one in document["surfaces"]),
        "shares": np.array(document["shares"], dtype=float).reshape(-1, len(domains)),
        "losses": np.array(document["losses"], dtype=float).reshape(-1, len(targets)),
        "score": MixtureScore(**{k: v for k, v in heldout.items() if k != "gain"})
        if heldout
        else None,
        "delta": float(document["delta"]),
        "seed": int(document["seed"]),
        "warnings": tuple(Finding(str(w["code"]), str(w["text"])) for w in document["warnings"]),
        "provenance": dict(document["provenance"]),
    }


def _not_a_fit(where: str, why: str) -> DataError:
    return DataError(
        f"This is not the fit of a mixing law: it {why}.",
        where=where,
        matters="nothing was computed.",
        do="make one with: isoflop mix fit RUNS --out mixture.json",
        code="E543",
    )
