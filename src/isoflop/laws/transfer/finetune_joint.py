"""Fine-tuning loss: model (or pre-training) scale and fine-tuning data multiply."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand


def loss(
    x: Operand, D_f: Operand, E: Operand, A: Operand, alpha: Operand, beta: Operand
) -> Operand:
    return E + A * power(x, -alpha) * power(D_f, -beta)


# Task and method; E and beta, shared over factors; A, alpha for parameters; for tokens; as printed.
TABLE: tuple[tuple[str, float, float, float, float, float, float], ...] = (
    ("en-de-full", 0.75, 0.15, 1.2e5, 0.52, 6.3e2, 0.21),
    ("en-de-prompt", 0.62, 0.051, 3.9e3, 0.40, 2.7e2, 0.21),
    ("en-de-lora", 0.62, 0.081, 2.1e3, 0.36, 1.4e2, 0.18),
    ("en-zh-full", 1.0, 0.14, 3.3e3, 0.34, 2.4e2, 0.17),
    ("en-zh-prompt", 0.77, 0.015, 8.5e2, 0.33, 2e2, 0.20),
    ("en-zh-lora", 0.73, 0.025, 6.6e2, 0.31, 1.3e2, 0.18),
    ("mlsum-full", 0.98, 0.087, 3.3e2, 0.24, 42.0, 0.11),
    ("mlsum-prompt", 0.00051, 0.025, 23.0, 0.10, 16.0, 0.069),
    ("mlsum-lora", 0.20, 0.03, 26.0, 0.11, 17.0, 0.073),
)

CHECKED: dict[str, tuple[Reported, ...]] = {
    "en-de-full": (
        Reported({"x": 1e9, "D_f": 1e6}, {"loss": 1.0656}, 5e-5),
        Reported({"x": 16e9, "D_f": 4.5e6}, {"loss": 0.8096}, 7e-5),
    ),
    "en-de-lora": (Reported({"x": 1e9, "D_f": 1e5}, {"loss": 1.0956}, 5e-5),),
}


def _published(task: str, E: float, beta: float, A: float, alpha: float, axis: str) -> Published:
    return Published(
        source="zhang2024-finetuning",
        key=f"{task}-{axis}",
        where=f"table of joint fits, {task}, x is {axis}, arXiv 2402.17193",
        values={"E": E, "A": A, "alpha": alpha, "beta": beta},
        counts="unknown",
        valid={"x": (1e9, 1.6e10)} if axis == "params" else {},
        reported=CHECKED.get(task, ()) if axis == "params" else (),
        note=f"x is {'parameters' if axis == 'params' else 'pre-training tokens'}.",
    )


LAW = Law(
    name="finetune_joint",
    entry="X72",
    about="Fine-tuning examples times another factor: parameters, pre-training or tuned weights.",
    target="loss",
    inputs=("x", "D_f"),
    formula=loss,
    source="zhang2024-finetuning",
    axes=(Axis("D_f", "examples", "examples", "fine-tuning examples", 1e3, 1e8),),
    parameters=(
        Parameter("E", "nat/token", 0.0, 10.0, "loss that neither factor removes"),
        Parameter("A", "nat/token", 1e-3, 1e12, "height of the reducible part"),
        Parameter("alpha", "1", -0.1, 2.0, "return on x; near zero for tuned weights"),
        Parameter("beta", "1", 0.001, 2.0, "return on fine-tuning examples"),
    ),
    claims=(Claim("decreases", in_="D_f"),),
    published=tuple(
        one
        for task, E, beta, A_m, alpha_m, A_p, alpha_p in TABLE
        for one in (
            _published(task, E, beta, A_m, alpha_m, "params"),
            _published(task, E, beta, A_p, alpha_p, "tokens"),
        )
    ),
    scope=(
        "1B to 16B parameters only; the forecast of 16B failed on English-Chinese.",
        "E and beta are shared over the factors x of one task and method; fit them jointly first.",
        "The floor of summarisation with prompts is nearly zero: read no meaning into it.",
        "Tuning more weights buys nothing: |alpha| below 0.01 for prompt and LoRA sizes.",
    ),
)
