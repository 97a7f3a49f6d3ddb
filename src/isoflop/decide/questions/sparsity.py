"""Would a mixture of experts do better under the same compute and memory?"""

from __future__ import annotations

from isoflop.core.flops import params_non_embedding
from isoflop.core.quantities import format_count
from isoflop.decide.architecture.experts import Mixture, compare_experts
from isoflop.decide.case import Case
from isoflop.decide.detail import Answer, Detail, Option, beyond
from isoflop.decide.plan import Estimate
from isoflop.laws.catalogue import get_published

SET = "moe_joint@jointmoe2025"
BYTES = 18.0  # a parameter in training: 16-bit weights, 32-bit gradients, master and moments (H02)
USABLE = 0.7  # of device memory left for states; assumption: the rest holds activations
CHECKED = 2.7e9  # active parameters of the largest run behind the law


def answer(case: Case) -> Answer:
    shape = case.shape
    feed_forward = shape.n_layer * shape.ff_weights
    blocks = params_non_embedding(shape)
    most = _memory(case)
    rows = compare_experts(
        get_published(SET)[1].values,
        case.C,
        expert_share=feed_forward / blocks,
        most_total=most,
        most_active=case.problem.max_params or float("inf"),
    )
    best = rows[0]
    dense = next(row for row in rows if row.experts == 1)
    word = "memory" if best.limited else "compute"
    return Answer(
        name="sparsity",
        text=f"{best.experts} experts, {format_count(best.N_active)} active of "
        f"{format_count(best.total)} parameters on {format_count(best.D)} tokens: "
        f"{dense.loss - best.loss:.3f} nat/token below the law's own dense optimum; {word} sets "
        "the size."
        if best.experts > 1
        else "Dense: within these limits no number of experts does better.",
        basis="published",
        values={
            "experts": Estimate(float(best.experts), None, None, "1"),
            "N_active": Estimate(best.N_active, None, None, "parameters"),
            "N_total": Estimate(best.total, None, None, "parameters"),
            "D": Estimate(best.D, None, None, "tokens"),
        },
        options=tuple(_option(row, best) for row in rows[1:]),
        flat="losses compare only within this law; its floor and exponents are not those of the "
        "plan's law",
        reach=beyond(best.N_active, 0.0, CHECKED, "active parameters")
        + "; two constants of the law were never checked",
        sources=("jointmoe2025",),
        missing="runs with several numbers of experts: isoflop fit --law moe_joint",
    )


def _memory(case: Case) -> float:
    """Parameters whose training states fit the machines; no limit without machines."""
    if case.machines is None or not case.machines.chip.has("hbm"):
        return float("inf")
    return case.machines.devices * case.machines.chip.get("hbm") * USABLE / BYTES


def _option(row: Mixture, best: Mixture) -> Option:
    name = "dense" if row.experts == 1 else f"{row.experts} experts"
    values = {"N_active": row.N_active, "N_total": row.total, "D": row.D}
    return Option(name, values, f"{row.loss - best.loss:+.3f} nat/token")


QUESTION = Detail(
    name="sparsity",
    asks="Would a mixture of experts do better under the same compute and memory?",
    order=90,
    answer=answer,
)
