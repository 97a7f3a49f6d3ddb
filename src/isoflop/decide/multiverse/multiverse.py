"""A decision under every combination of defensible choices: ``multiverse(runs, budget)``."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.core.curves import Curves
from isoflop.core.errors import FitError, IsoflopError, UsageError
from isoflop.core.runs import Runs
from isoflop.decide.multiverse.choice import Choice, Option, named_choices
from isoflop.decide.multiverse.effects import main_effects
from isoflop.decide.multiverse.result import Lived, Multiverse
from isoflop.decide.multiverse.universe import Universe, answer
from isoflop.laws.catalogue import get_law

MOST = 400  # universes; assumption: more change no share by a hundredth


@dataclass(frozen=True, eq=False)
class _Fork:
    choice: Choice
    options: tuple[Option, ...]


def multiverse(
    runs: Runs,
    budget: float,
    *,
    curves: Curves | None = None,
    choices: Sequence[str] = (),
    law: str = "chinchilla",
    most: int = MOST,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Multiverse:
    """Fit under every combination of choices and compare what each would advise.

    All combinations where there are at most ``most``; otherwise the usual one, every option alone,
    and random combinations drawn with ``seed``. No resamples are drawn: the spread is that of
    choices, not of noise.

    Parameters
    ----------
    runs : one row a run.
    budget : FLOP of the decision, spent as 6ND.
    curves : logged steps of the same runs; they add the choices of checkpoints and smoothing.
    choices : names of the choices to vary; all by default.
    law : the usual form.

    Raises
    ------
    UsageError
        E101 for an unknown choice, E609 for an impossible budget or number of universes.
    FitError
        E608 if no universe could be fitted.

    Source
    ------
    gemstones2025 and misfitting2025 show the spread; the shares are first-order Sobol indices.
    """
    if not (math.isfinite(budget) and budget > 0.0):
        raise _impossible(f"The budget is {budget:g}.", "budget")
    start = _start(runs, curves, law)
    forks = _forks(start, named_choices(choices))
    combinations, is_whole = _combinations(forks, most, seed)
    lived: list[Lived] = []
    failed: list[tuple[Mapping[str, str], str]] = []
    known: dict[tuple[int, ...], Universe] = {}
    for done, picks in enumerate(combinations, start=1):
        named = {
            fork.choice.name: fork.options[i].name for fork, i in zip(forks, picks, strict=True)
        }
        try:
            made = _made(start, forks, picks, known)
            lived.append(Lived(named, answer(made, budget, seed=seed)))
        except IsoflopError as error:
            failed.append((named, error.what))
        if progress is not None:
            progress(done, len(combinations))
    if not lived:
        raise FitError(
            f"None of {len(combinations)} universes could be fitted: {failed[0][1]}",
            where=runs.provenance.source,
            matters="there is no answer to compare.",
            do="name fewer choices (--choices), or fit one law to see its message (isoflop fit).",
            code="E608",
        )
    values = np.log([item.answer.N for item in lived])
    effects, rest = main_effects([item.picks for item in lived], values)
    return Multiverse(
        budget=budget,
        usual={fork.choice.name: fork.options[0].name for fork in forks},
        options={fork.choice.name: tuple(o.name for o in fork.options) for fork in forks},
        lived=tuple(lived),
        failed=tuple(failed),
        effects=tuple(effects),
        together=rest,
        is_whole=is_whole,
        possible=math.prod(len(fork.options) for fork in forks),
        seed=seed,
        source=runs.provenance.source,
    )


def _start(runs: Runs, curves: Curves | None, law: str) -> Universe:
    if curves is None:
        return Universe(runs, None, get_law(law))
    # Columns of the run that its steps do not repeat, such as the size, come from the run table.
    shared = {"run_id", *curves.table.columns}
    static = [name for name in runs.columns if name not in shared]
    if static and "run_id" in runs.columns:
        columns = runs.table.select("run_id", *static).unique("run_id", keep="first")
        joined = curves.table.join(columns, on="run_id", how="inner", maintain_order="left")
        curves = Curves(joined, runs.conventions, curves.provenance)
    return Universe(curves.final(), curves, get_law(law))


def _forks(start: Universe, choices: Sequence[Choice]) -> list[_Fork]:
    forks = []
    for choice in choices:
        options = tuple(choice.options(start))
        if len(options) > 1:
            forks.append(_Fork(choice, options))
    if not forks:
        raise _impossible("This table leaves nothing to choose among the choices named.", "choices")
    return forks


def _combinations(
    forks: Sequence[_Fork], most: int, seed: int
) -> tuple[list[tuple[int, ...]], bool]:
    """Index of the option of each choice, per universe; the usual one first."""
    sizes = [len(fork.options) for fork in forks]
    if math.prod(sizes) <= most:
        return list(itertools.product(*map(range, sizes))), True
    usual = tuple(0 for _ in sizes)
    alone = [
        tuple(j if k == i else 0 for k in range(len(sizes)))
        for i, size in enumerate(sizes)
        for j in range(1, size)
    ]
    if most < 1 + len(alone):
        raise _impossible(f"{most} universes cannot hold every option once.", "most")
    found = dict.fromkeys([usual, *alone])
    rng = np.random.default_rng(seed)
    while len(found) < most:
        found[tuple(int(rng.integers(size)) for size in sizes)] = None
    return list(found), False


def _made(
    start: Universe,
    forks: Sequence[_Fork],
    picks: tuple[int, ...],
    known: dict[tuple[int, ...], Universe],
) -> Universe:
    """The universe of a combination; what its first choices make is made once."""
    universe = start
    for i, fork in enumerate(forks):
        prefix = picks[: i + 1]
        if prefix not in known:
            known[prefix] = fork.options[picks[i]].apply(universe)
        universe = known[prefix]
    return universe


def _impossible(what: str, where: str) -> UsageError:
    return UsageError(
        what,
        where=where,
        matters="nothing was computed.",
        do="give --budget 1e23, a larger --most, or other --choices.",
        code="E609",
    )
