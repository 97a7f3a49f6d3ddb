"""What published rules and the user's own sweep advise for learning rate and batch.

The rules disagree by more than tenfold far out, so none is picked silently: the one that lost least
on two public sweeps leads, the others stand beside it with what they lost there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from isoflop.core.flops import flops_per_token, params_non_embedding
from isoflop.decide.case import Case
from isoflop.laws.catalogue import get_published


@dataclass(frozen=True)
class Pair:
    """A learning rate and a batch that were tuned together.

    Parameters
    ----------
    lr, batch : laws; None where the rule has none.
    lost : mean loss above the best run of each cell on (steplaw, OpenEuroLLM), as a share: measured
        by ``python -m benchmarks.rate_tables``; None where it was not scored.
    fixed_batch : tokens the rates were tuned at.
    """

    label: str
    lr: str | None
    batch: str | None
    lost: tuple[float, float] | None = None
    fixed_batch: float | None = None
    note: str = ""


PAIRS = (
    Pair("Step Law", "step_law_lr", "step_law_batch", (0.81e-3, 2.19e-3)),
    Pair("DeepSeek", "deepseek_lr", "deepseek_batch", (8.56e-3, 2.84e-3)),
    Pair("Bjorck", "bjorck_lr", None, (9.06e-3, 1.72e-3), 2.0**19, "at a batch of 0.5M tokens"),
    Pair("Porian", "porian_lr", "porian_batch", (6.54e-3, 6.11e-3), None, "near 20 tokens/param"),
    Pair("MiniCPM", None, "minicpm_batch", None, None, "in the loss of its own tokenizer"),
)


@dataclass(frozen=True)
class Advice:
    """One setting.

    Attributes
    ----------
    lr, batch : None where the rule does not say; intervals of the user's own fit in ``spans``
    reach : largest factor beyond the evidence; None where no range was published
    """

    label: str
    lr: float | None
    batch: float | None
    lost: tuple[float, float] | None
    reach: float | None
    note: str
    source: str
    own: bool = False
    lr_span: tuple[float, float] | None = None
    batch_span: tuple[float, float] | None = None

    @property
    def price(self) -> str:
        """What following it cost on public sweeps, or how it differs."""
        if self.own:
            return "from your own sweep"
        if self.lost is None:
            return self.note
        low, high = sorted(self.lost)
        lost = f"lost {low:.2%} and {high:.2%} of the loss on two public sweeps"
        return f"{lost}; {self.note}" if self.note else lost


def advice_for(case: Case) -> tuple[Advice, ...]:
    """Own settings first, then rules by what they lost; a rule that was not scored comes last."""
    inputs = inputs_of(case)
    published = sorted(_published(inputs), key=lambda one: sum(one.lost) if one.lost else 1.0)
    return (*_own(case, inputs), *published)


def inputs_of(case: Case) -> dict[str, float]:
    """What rules ask for, each in its own convention."""
    return {
        "N": case.N,
        "N_ne": float(params_non_embedding(case.shape)),
        "D": case.D,
        # deepseek2024 counts M*D, FLOP of a token without the head.
        "C": flops_per_token(case.shape, "deepseek") * case.D,
        "L": case.loss,
        "M": case.D / case.N,
    }


def _own(case: Case, inputs: Mapping[str, float]) -> Iterator[Advice]:
    rates = case.evidence.rates
    if rates is None:
        return
    own = {"N": inputs["N_ne"], "D": inputs["D"]}
    lr, lr_low, lr_high = rates.lr.at(own)
    batch, batch_low, batch_high = rates.batch.at(own)
    reach = max(max(inputs[s] / hi, lo / inputs[s], 1.0) for s, (lo, hi) in rates.evidence.items())
    yield Advice(
        label="your sweep",
        lr=lr,
        batch=batch,
        lost=None,
        reach=reach,
        note="",
        source="",
        own=True,
        lr_span=(lr_low, lr_high),
        batch_span=(batch_low, batch_high),
    )


def _published(inputs: Mapping[str, float]) -> Iterator[Advice]:
    for pair in PAIRS:
        lr, lr_reach, lr_source = _value(pair.lr, inputs)
        batch, batch_reach, batch_source = _value(pair.batch, inputs)
        reaches = [one for one in (lr_reach, batch_reach) if one is not None]
        yield Advice(
            label=pair.label,
            lr=lr,
            batch=pair.fixed_batch if batch is None else batch,
            lost=pair.lost,
            reach=max(reaches) if reaches else None,
            note=pair.note,
            source=lr_source or batch_source,
        )


def _value(name: str | None, inputs: Mapping[str, float]) -> tuple[float | None, float | None, str]:
    """(value, factor beyond the evidence, source) of a law at its published coefficients."""
    if name is None:
        return None, None, ""
    law, found = get_published(name)
    value = float(law.predict({s: inputs[s] for s in law.inputs}, found.values)[0])
    reach = [max(inputs[s] / hi, lo / inputs[s], 1.0) for s, (lo, hi) in found.valid.items()]
    return value, max(reach) if reach else None, found.source
