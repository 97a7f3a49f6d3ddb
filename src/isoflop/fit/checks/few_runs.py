"""Are there enough runs behind the parameters?"""

from __future__ import annotations

from collections.abc import Iterator

from isoflop.fit.check import Check, Examined

SPARE = 3  # assumption: fewer spare runs than this leave no evidence against the form


def find(examined: Examined) -> Iterator[str]:
    free = len(examined.problem.slots)
    spare = examined.fit.n_runs - free
    if spare < SPARE:
        yield (
            f"{examined.fit.n_runs} runs for {free} free parameters leave {max(spare, 0)} to "
            "contradict the law: the fit will look good whatever is true."
        )


CHECK = Check("W308", "runs to spare", find)
