"""What ``isoflop fit`` prints: the answer first, then doubt, then what to be wary of."""

from __future__ import annotations

from isoflop.core.files import canonical_json
from isoflop.core.quantities import format_count
from isoflop.fit.fit import Fit
from isoflop.fit.joint_fit import JointFit
from isoflop.show.terminal import fit_card, plain, warning_lines

REFERENCE_BUDGET = 5.76e23  # FLOP of the Gopher and Chinchilla runs (hoffmann2022)


def fit_text(fit: Fit, kept: Fit | None) -> str:
    """The card of a fit, and that of the fit without the runs its diagnosis named."""
    text = fit_card(fit) + "\n"
    if kept is None:
        return text
    without = f"Without the {fit.n_rows - kept.n_rows} runs named above:\n"
    return text + "\n" + without + fit_card(kept) + "\n\n" + _moved(fit, kept)


def joint_text(joint: JointFit) -> str:
    """What groups share, the card of each, and the diagnosis of the whole."""
    groups = f"{len(joint.groups)} groups by {joint.by}: {', '.join(joint.groups)}"
    shared = ", ".join(joint.shared) or "nothing"
    parts = [plain(f"One fit of {groups}; shared: {shared}.")]
    parts += [fit_card(fit) for fit in joint.groups.values()]
    if joint.warnings:
        parts.append("\n".join(["Warnings", *warning_lines(joint.warnings)]))
    return "\n\n".join(parts) + "\n"


def fit_json(fit: Fit | JointFit, kept: Fit | None, seconds: float) -> str:
    """The fit document with the time it took, the second fit under ``without_outliers``."""
    document = fit.to_dict() | {"seconds": seconds}
    if kept is not None and isinstance(fit, Fit):
        document["without_outliers"] = kept.to_dict()
        document["optimum_moved"] = {
            "flops": REFERENCE_BUDGET,
            "with": optimal_size(fit),
            "without": optimal_size(kept),
        }
    return canonical_json(document)


def optimal_size(fit: Fit, budget: float = REFERENCE_BUDGET) -> float | None:
    """Compute-optimal N at a budget by the law's closed form; None where it has none."""
    import numpy as np

    if fit.law.optimum is None:
        return None
    values = {name: np.asarray(value) for name, value in fit.values.items()}
    return float(fit.law.optimum(values, np.asarray(budget), 6.0)["N"])


def _moved(fit: Fit, kept: Fit) -> str:
    before, after = optimal_size(fit), optimal_size(kept)
    if before is None or after is None:
        return ""
    return (
        f"They decide: at {format_count(REFERENCE_BUDGET)} FLOP the optimal size is "
        f"{format_count(before)} with them and {format_count(after)} without.\n"
    )
