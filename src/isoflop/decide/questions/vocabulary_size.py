"""How many entries should the vocabulary have?"""

from __future__ import annotations

from isoflop.core.flops import params_non_embedding
from isoflop.decide.architecture.vocabulary import best_vocabularies, middle_vocabulary
from isoflop.decide.case import Case
from isoflop.decide.detail import Answer, Detail, Option, beyond
from isoflop.decide.plan import Estimate

CHECKED = (3.3e7, 1.13e9)  # parameters without vocabulary of the runs behind the routes


def answer(case: Case) -> Answer:
    blocks = float(params_non_embedding(case.shape))
    found = best_vocabularies(blocks, case.shape.d, case.C)
    middle = middle_vocabulary(found)
    routes = {
        "by isoFLOP fits": found.isoflop,
        "by derivative (does not know the tokens)": found.derivative,
        "by a parametric loss": found.parametric,
    }
    chosen = case.shape.vocab
    own = "" if case.tokenised.vocab is None else f"; you asked for {chosen:,}"
    return Answer(
        name="vocabulary",
        text=f"About {middle:,} entries, the middle of three routes that differ "
        f"{found.spread:.2g}x{own}.",
        basis="published",
        values={
            "vocab": Estimate(float(middle), min(routes.values()), max(routes.values()), "entries")
        },
        options=tuple(
            Option(name, {"vocab": value}, f"{value / middle:.2f}x the middle")
            for name, value in routes.items()
        ),
        flat="the interval is the band of the three routes; a model outlives its loss: languages "
        "and code to be served may decide",
        reach=beyond(blocks, *CHECKED, "size"),
        sources=("vocabulary2024",),
        missing="runs with several vocabularies, isoflop fit --law vocab_parametric",
    )


QUESTION = Detail(
    name="vocabulary",
    asks="How many entries should the vocabulary have?",
    order=20,
    answer=answer,
)
