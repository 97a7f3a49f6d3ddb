"""Which runs to doubt and why, what each decides, and which runs are missing: ``suspect(runs)``."""

from __future__ import annotations

import numpy as np

from isoflop.core.arrays import BoolArray, FloatArray
from isoflop.core.errors import DataError
from isoflop.core.runs import Runs
from isoflop.validate.suspicion.evidence import Evidence
from isoflop.validate.suspicion.kind import STAGES, Claim, Kind, kinds_of, settle
from isoflop.validate.suspicion.surface import surface_of

TRUSTED = 4.0  # epochs, muennighoff2023: beyond, repeats are worth much less than fresh tokens
FEWEST = 10  # runs; assumption: fewer cannot tell a bad run from a bad law


def named_rows(runs: Runs, *, target: str | None = None, seed: int = 0) -> list[tuple[Kind, Claim]]:
    """Every reason with the rows that are its own, strongest stage first.

    Raises
    ------
    DataError
        E605 with too few runs, E606 if sizes, tokens or losses are not positive.
    """
    N, D, loss = checked_arrays(runs, target)
    open_rows = judged(runs)
    found: list[tuple[Kind, Claim]] = []
    evidence: Evidence | None = None
    for stage in STAGES:
        if open_rows.sum() < FEWEST:
            break
        if evidence is None or not np.array_equal(evidence.open, open_rows):
            surface = surface_of(N, D, loss, open_rows, seed=seed)
            evidence = Evidence(runs, N, D, loss, surface, open_rows)
        claims = [(kind, claim) for kind in kinds_of(stage) for claim in kind.find(evidence)]
        for kind, claim in settle(claims):
            found.append((kind, claim))
            open_rows = open_rows.copy()
            open_rows[claim.rows] = False
    return found


def judged(runs: Runs) -> BoolArray:
    """Rows the additive law may judge, (n_runs,): it knows nothing of marked repeats."""
    if not runs.has("epochs"):
        return np.ones(len(runs), dtype=bool)
    epochs = runs.table["epochs"] if "epochs" in runs.columns else None
    values = runs.values("epochs") if epochs is None else epochs.fill_null(1.0).to_numpy()
    few = np.asarray(~(values > TRUSTED), dtype=bool)
    return few if few.sum() >= FEWEST else np.ones(len(runs), dtype=bool)


def checked_arrays(runs: Runs, target: str | None) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Sizes, tokens and losses, refused where a log cannot be taken or there are too few."""
    N, D, loss = runs.values("N"), runs.values("D"), runs.values(target or "loss")
    if len(N) < FEWEST:
        raise DataError(
            f"{len(N)} runs are too few to tell a bad run from a bad law.",
            where=runs.provenance.source,
            matters=f"the reasons rest on what at least {FEWEST} runs agree on.",
            do="add runs, or look at the residuals of a fit (isoflop fit).",
            code="E605",
        )
    for name, values in (("params", N), ("tokens", D), (target or "loss", loss)):
        bad = np.flatnonzero(~(np.isfinite(values) & (values > 0.0)))
        if len(bad):
            raise DataError(
                f"Column '{name}' has {len(bad)} values that are not positive.",
                where=f"{runs.provenance.source}, row {runs.rows[bad[0]]}",
                matters="runs are compared in logs.",
                do=f"correct them, or leave them out: --where '{name}>0'",
                code="E606",
            )
    return N, D, loss
