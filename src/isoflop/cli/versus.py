"""``isoflop versus``: two recipes by their whole curves."""

from __future__ import annotations

import sys
from pathlib import Path

from isoflop.cli.options import ReadOptions, StrictOutput, progress_on_stderr


def versus(
    path: Path,
    *,
    by: str,
    at: str,
    read: ReadOptions | None = None,
    recipes: str = "",
    law: str = "chinchilla",
    paired: bool = False,
    target: str | None = None,
    resamples: int = 200,
    level: float = 0.9,
    seed: int = 0,
    output: StrictOutput | None = None,
) -> None:
    """Compare two recipes: where their laws cross, the compute multiplier, what the change moved.

    Each recipe stands on its own compute-optimal path. The answer is given with a floor of its own
    for each recipe and with one floor for both; --strict exits with 1 while it is undecided.

    Parameters
    ----------
    path
        CSV, TSV, Parquet or JSONL file, one row a run.
    by
        Column that names the recipe: dataset.
    at
        Compute of the decision, FLOP: 1e22.
    recipes
        The reference and the new one, REFERENCE,NEW; not needed where there are just two.
    law
        In N and D, or in C alone.
    paired
        Draw runs of both recipes at equal size, tokens and seed together.
    target
        Column to compare by; the law's own by default.
    resamples
        Draws behind the intervals.
    """
    from isoflop.cli.arguments import count
    from isoflop.decide.recipes.versus import versus as compare
    from isoflop.show.versus import versus_text

    names = tuple(name.strip() for name in recipes.split(",") if name.strip())
    runs = (read or ReadOptions()).load(path)
    with progress_on_stderr("comparing") as progress:
        found = compare(
            runs,
            by=by,
            recipes=names,
            at=count(at, "--at"),
            law=law,
            paired=paired,
            target=target,
            resamples=resamples,
            level=level,
            seed=seed,
            progress=progress,
        )
    for finding in found.findings:
        sys.stderr.write(f"note [{finding.code}] {finding.text}\n")
    output = output or StrictOutput()
    output.give(found.to_json(), versus_text(found))
    output.exit_if(found.better is None)
