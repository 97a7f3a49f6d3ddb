"""``isoflop mix optimum``: the best mixture of a fitted mixing law."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from isoflop.cli.options import OutputOptions, Repeated


def optimum(
    fit: Path,
    *,
    cap: Annotated[tuple[str, ...], Repeated] = (),
    floor: Annotated[tuple[str, ...], Repeated] = (),
    unique: Annotated[tuple[str, ...], Repeated] = (),
    tokens: str | None = None,
    epochs: float = 4.0,
    weights: Annotated[tuple[str, ...], Repeated] = (),
    level: float = 0.9,
    seed: int = 0,
    output: OutputOptions | None = None,
) -> None:
    """Find the shares of least predicted loss, under caps and floors, with intervals.

    Parameters
    ----------
    fit
        File that `isoflop mix fit --out` wrote.
    cap
        Largest share of a source: web=0.4.
    floor
        Smallest share of a source: code=0.05.
    unique
        Unique tokens of a source, books=26B: caps it at epochs passes over them (with --tokens).
    tokens
        Training tokens of the run planned, for --unique.
    epochs
        Passes over a source still allowed, for --unique.
    weights
        Weights of validation domains in place of those of the fit: code=0.3 web=0.7.
    level
        Of the intervals.
    seed
        Of starts and samples.
    """
    from isoflop.cli.arguments import numbers
    from isoflop.decide.mixture_optimum import mixture_optimum
    from isoflop.fit.mixture import MixtureFit
    from isoflop.show.mixture import optimum_text

    caps = _caps(numbers(cap, "--cap"), numbers(unique, "--unique"), tokens, epochs)
    found = mixture_optimum(
        MixtureFit.load(fit),
        caps=caps,
        floors=numbers(floor, "--floor"),
        weights=numbers(weights, "--weights"),
        level=level,
        seed=seed,
    )
    (output or OutputOptions()).give(found.to_json(), optimum_text(found))


def _caps(
    given: dict[str, float], unique: dict[str, float], tokens: str | None, epochs: float
) -> dict[str, float]:
    """The caps asked for and those that repetition sets, whichever is tighter."""
    from isoflop.cli.arguments import count
    from isoflop.core.errors import UsageError
    from isoflop.decide.repetition_caps import repetition_caps

    if not unique:
        return given
    if tokens is None:
        raise UsageError(
            "Caps from unique tokens need the length of the run.",
            where="--unique without --tokens",
            matters="a source is repeated as often as its share times the tokens asks for.",
            do="add --tokens 300B, for example.",
            code="E541",
        )
    repeated = repetition_caps(unique, tokens=count(tokens, "--tokens"), epochs=epochs)
    return {name: min(repeated.get(name, 1.0), given.get(name, 1.0)) for name in repeated | given}
