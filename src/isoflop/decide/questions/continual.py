"""If an existing model is continued on a domain: how much domain data keeps the general loss?"""

from __future__ import annotations

from isoflop.core.errors import PlanError
from isoflop.decide.case import Case
from isoflop.decide.data.continual_share import largest_share
from isoflop.decide.detail import Answer, Detail
from isoflop.decide.plan import Estimate

NAME = "continual share"


def answer(case: Case) -> Answer | None:
    general, limit = case.evidence.general, case.evidence.general_limit
    if general is None or limit is None:
        return None
    try:
        found = largest_share(general, N=case.N, D=case.D, limit=limit)
    except PlanError as error:
        return Answer(NAME, f"No answer: {error.what}", "nothing", missing=error.do or "")
    edge = "; even the largest share measured keeps it" if found.at_edge else ""
    return Answer(
        name=NAME,
        text=f"At most {found.share:.1%} of the tokens may be domain data for a general loss up "
        f"to {limit:.4g} nat/token{edge}.",
        basis="own fit",
        values={"share": Estimate(found.share, found.lo, found.hi, "1")},
        flat="a smaller share is always allowed",
        reach="shares outside those measured are never used",
        sources=tuple(source.key for source in general.cite()),
    )


QUESTION = Detail(
    name="continual",
    asks="How much domain data keeps the general loss?",
    order=80,
    answer=answer,
)
