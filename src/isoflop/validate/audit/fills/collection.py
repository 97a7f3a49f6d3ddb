"""How the numbers of the table came about, as far as its history says."""

from __future__ import annotations

from collections import Counter

from isoflop.validate.audit.evidence import Answer, Evidence, Fills


def _checkpoints(evidence: Evidence) -> Answer | None:
    runs = evidence.runs
    if "run_id" not in runs.columns or "step" not in runs.columns:
        return None
    rows = len(runs) - len(set(runs.text("run_id")))
    if rows:
        return Answer(f"checkpoints within runs: {rows} rows beyond one a run", "table")
    return Answer("one row a run", "table")


def _evaluation(evidence: Evidence) -> Answer | None:
    fit, columns = evidence.fit, evidence.runs.columns
    target = fit.target if fit is not None else ""
    named = [
        c for c in ([target] if "/" in target else columns) if c.startswith(("loss/", "score/"))
    ]
    return Answer(f"columns {', '.join(named)}", "table") if named else None


def _metric(evidence: Evidence) -> Answer | None:
    runs, fit = evidence.runs, evidence.fit
    target = fit.target if fit is not None else "loss"
    if target != "loss":
        return Answer(target, "fit")
    unit = runs.conventions.loss
    return None if unit == "unknown" else Answer(f"loss in {unit}", "table")


def _dropped(evidence: Evidence) -> Answer | None:
    history = evidence.runs.provenance
    counts = Counter(item.rule for item in history.exclusions)
    rules = [f"{n} by rule {rule}" for rule, n in sorted(counts.items())]
    kept = [text for text in history.conversions if text.startswith("kept ")]
    return Answer("; ".join([*rules, *kept]) or "none of the table that was read", "table")


FILLS = Fills(
    "collection",
    {
        "checkpoints": _checkpoints,
        "evaluation_set": _evaluation,
        "metric": _metric,
        "dropped": _dropped,
    },
)
