"""Fine-tuned loss in the low-data regime, from size and transferred data together."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter
from isoflop.laws.traced import Operand


def loss(
    N_ne: Operand,
    D_F: Operand,
    N_c: Operand,
    alpha_N: Operand,
    q: Operand,
    alpha_D: Operand,
    alpha: Operand,
    beta: Operand,
) -> Operand:
    size = power(N_c / N_ne, alpha_N / alpha_D)
    data = q * power(D_F, -alpha) * power(N_ne, -beta)
    return power(size + data, alpha_D)


LAW = Law(
    name="transfer_loss",
    entry="X70",
    about="Loss after fine-tuning on little data: joint law with transferred data in data's place.",
    target="loss",
    inputs=("N_ne", "D_F"),
    formula=loss,
    source="hernandez2021",
    axes=(
        Axis("D_F", "tokens_finetune", "tokens", "fine-tuning data", 1e4, 1e10),
        Axis("N_ne", "params_non_embedding", "parameters", "size without embeddings", 1e6, 1e10),
    ),
    parameters=(
        Parameter("N_c", "parameters", 1e6, 1e20, "size scale of the target loss"),
        Parameter("alpha_N", "1", 0.01, 0.5, "return on size"),
        Parameter("q", "tokens^alpha parameters^beta", 1e-3, 1e15, "D_C/k, data over transfer"),
        Parameter("alpha_D", "1", 0.01, 1.0, "return on effective data"),
        Parameter("alpha", "1", 0.001, 1.0, "return of the transfer on fine-tuning data"),
        Parameter("beta", "1", 0.001, 2.0, "return of the transfer on size"),
    ),
    claims=(Claim("decreases", in_="D_F"), Claim("decreases", in_="N_ne")),
    scope=(
        "Low-data regime only: it has no floor, and D_F itself is taken as small beside D_T.",
        "The source writes D_C/(k D_F^alpha N^beta); only q = D_C/k is determined by the data.",
        "No coefficients ship: the source's are for one tokenizer and one pair of data sets.",
    ),
)
