"""Tokens of training from scratch that a pre-trained model saves a fine-tuning run."""

from __future__ import annotations

from isoflop.laws.algebra import power
from isoflop.laws.law import Axis, Claim, Law, Parameter, Published, Reported
from isoflop.laws.traced import Operand


def transferred(N_ne: Operand, D_F: Operand, k: Operand, alpha: Operand, beta: Operand) -> Operand:
    return k * power(D_F, alpha) * power(N_ne, beta)


def _published(
    key: str, k: float, alpha: float, beta: float, reported: tuple[Reported, ...] = ()
) -> Published:
    return Published(
        source="hernandez2021",
        key=key,
        where=f"effective data transferred, {key}; read in a digest of arXiv 2102.01293",
        values={"k": k, "alpha": alpha, "beta": beta},
        counts="non_embedding",
        unit="characters",
        note="The authors count data in characters; D_F and the answer are in the same unit.",
        reported=reported,
    )


LAW = Law(
    name="effective_data",
    entry="X70",
    about="Effective data transferred: what pre-training is worth in data of the target kind.",
    target="tokens_transferred",
    inputs=("N_ne", "D_F"),
    formula=transferred,
    source="hernandez2021",
    axes=(
        Axis("D_F", "tokens_finetune", "tokens", "fine-tuning data", 1e4, 1e10),
        Axis("N_ne", "params_non_embedding", "parameters", "size without embeddings", 1e6, 1e10),
    ),
    parameters=(
        Parameter("k", "tokens^(1-alpha)", 1e-3, 1e12, "closeness of the two distributions"),
        Parameter("alpha", "1", 0.001, 1.0, "return of the transfer on fine-tuning data"),
        Parameter("beta", "1", 0.001, 2.0, "return of the transfer on model size"),
    ),
    claims=(Claim("increases", in_="D_F"), Claim("increases", in_="N_ne")),
    published=(
        _published(
            "text-to-python", 1.9e4, 0.18, 0.38,
            (Reported({"D_F": 3e6, "N_ne": 4e7}, {"tokens_transferred": 2.2e8}, 0.03),),
        ),
        _published("text-and-code-to-python", 2.1e5, 0.096, 0.38),
    ),
    scope=(
        "Low-data regime only: leave out runs whose fine-tuning data is over a tenth of what "
        "full performance needs; beyond it transfer may turn negative (ossification).",
        "Keep one unit of data throughout: the published sets are in characters.",
        "The runs from scratch must be tuned as well as the fine-tuned ones.",
    ),
)  # fmt: skip
