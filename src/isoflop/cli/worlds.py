"""``isoflop worlds``: simulated studies whose exponents are known."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from isoflop.cli.options import Repeated, assignments

if TYPE_CHECKING:
    from isoflop.core.table import EvidenceTable
    from isoflop.measure.world import World


RepeatedSet = Parameter(name="--set", consume_multiple=True, negative=(), show_default=False)


def worlds(
    name: Annotated[str | None, Parameter(help="a world; all are listed when not given")] = None,
    /,
    *,
    seed: int = 0,
    settings: Annotated[tuple[str, ...], RepeatedSet] = (),
    noise: Annotated[tuple[str, ...], Repeated] = (),
    curves: bool = False,
    out: Path | None = None,
    json: bool = False,
) -> None:
    """List the simulated worlds, or simulate one: a table of runs, and the truth behind it.

    Parameters
    ----------
    seed
        Of the world and of the noise. Same seed, same bytes.
    settings
        A setting of the world or of a noise model: a=2.2, seed.sd_high=0.02.
    noise
        Noise models to add, in this order; `isoflop worlds` lists them.
    curves
        Every logged step instead of final states, where the world has steps.
    out
        Write the table: .csv, .parquet or .jsonl.
    json
        Print one JSON document.
    """
    from isoflop.core.files import canonical_json
    from isoflop.measure.noise_model import all_noise, with_noise
    from isoflop.measure.world import all_worlds, get_world
    from isoflop.show.world_text import described, listing, page

    if name is None:
        document = {"worlds": [described(world) for world in all_worlds()]}
        document["noise"] = [described(model) for model in all_noise()]
        sys.stdout.write(canonical_json(document) if json else listing(all_worlds(), all_noise()))
        return
    world = get_world(name)
    own, of_noise = _settings(world, noise, settings)
    table: EvidenceTable = (world.curves if curves else world.simulate)(seed, **own)
    for model in noise:
        table = with_noise(table, model, seed, **of_noise[model])
    if out is not None:
        _write(table, out)
    if json:
        facts = {"truth": world.truth(**own), "settings": world.checked(own)}
        sys.stdout.write(canonical_json(described(world) | facts | {"table": table.to_dict()}))
    else:
        sys.stdout.write(page(world, own, table))
        sys.stdout.write(f"Written: {out}\n" if out is not None else "")


def _settings(
    world: World, noise: tuple[str, ...], pairs: tuple[str, ...]
) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """Settings of the world, and of each noise model asked for."""
    from isoflop.core.errors import UsageError

    own: dict[str, float] = {}
    of_noise: dict[str, dict[str, float]] = {model: {} for model in noise}
    for key, text in assignments(pairs, "--set").items():
        owner, dot, setting = key.rpartition(".")
        if dot and owner not in of_noise:
            raise UsageError(
                f"The noise '{owner}' has a setting but is not used.",
                where=f"--set {key}={text}",
                matters="the setting would change nothing.",
                do=f"add --noise {owner}, or leave the setting out.",
                code="E477",
            )
        (of_noise[owner] if dot else own)[setting] = _number(key, text)
    return own, of_noise


def _number(key: str, text: str) -> float:
    from isoflop.core.errors import DataError, UsageError
    from isoflop.core.quantities import parse_count

    try:
        return parse_count(text)
    except DataError as error:
        raise UsageError(
            f"{text!r} is no value for a setting.",
            where=f"--set {key}={text}",
            matters="nothing was simulated.",
            do="write a number that is zero or more, such as 1.8 or 4096.",
            code="E472",
        ) from error


def _write(table: EvidenceTable, out: Path) -> None:
    from isoflop.core.errors import unknown_name

    writers = {".csv": table.to_csv, ".parquet": table.to_parquet, ".jsonl": table.to_jsonl}
    if out.suffix.lower() not in writers:
        raise unknown_name("output format", out.suffix, writers, "isoflop worlds --help")
    writers[out.suffix.lower()](out)
