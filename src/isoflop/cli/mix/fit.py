"""``isoflop mix fit``: a mixing law from runs of several mixtures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from isoflop.cli.options import OutputOptions, ReadOptions, Repeated


def fit(
    runs: Path,
    *,
    law: str = "mix_exp",
    weights: Annotated[tuple[str, ...], Repeated] = (),
    target: Annotated[tuple[str, ...], Repeated] = (),
    delta: float = 0.02,
    resamples: int = 100,
    folds: int = 5,
    seed: int = 0,
    read: ReadOptions | None = None,
    output: OutputOptions | None = None,
) -> None:
    """Fit the losses of runs to the shares of their mixtures, and score it on mixtures left out.

    Parameters
    ----------
    runs
        Table with columns share/NAME and loss/NAME, one row a mixture.
    law
        mix_exp, bimix (own share only), regmix (ridge), linear (the baseline), or implicit (a
        validation set of unknown composition).
    weights
        What the overall loss weighs: code=0.3 web=0.7, validation domains; even by default.
    target
        Validation domains to fit; all loss/NAME columns by default.
    delta
        Where the Huber loss turns linear, in nats.
    resamples
        Bootstrap resamples of the mixtures; 0 for none.
    folds
        Parts left out in turn for the held-out errors; 0 for none.
    seed
        Of folds and resamples.
    """
    from isoflop.cli.arguments import numbers
    from isoflop.fit.mixture import fit_mixture
    from isoflop.show.mixture import mixture_text

    found = fit_mixture(
        (read or ReadOptions()).load(runs, ("loss", "share/*")),  # shares alone are enough
        law,
        targets=target or None,
        weights=numbers(weights, "--weights") or None,
        delta=delta,
        resamples=resamples,
        folds=folds,
        seed=seed,
    )
    (output or OutputOptions()).give(found.to_json(), mixture_text(found))
