"""Do independent starts end at the same optimum?"""

from __future__ import annotations

from collections.abc import Iterator

from isoflop.fit.check import Check, Examined

ENOUGH = 3  # measured: three agreeing starts are a cheap certificate


def find(examined: Examined) -> Iterator[str]:
    solution = examined.solution
    if not solution.converged:
        yield "the best start did not settle: the optimum may lie in a flat direction."
    if solution.agree < min(ENOUGH, solution.tried):
        yield (
            f"only {solution.agree} of {solution.tried} starts end at the best optimum; "
            "a better one may exist. Try more starts (--starts 300)."
        )


CHECK = Check("W301", "starts agree on one optimum", find)
