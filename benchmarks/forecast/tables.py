"""Tables of the scoreboard, each with its fixed splits and the laws that apply to it.

Left out, and why: ``critical-batch-size`` (steps to a loss, no loss), ``obs-scaling`` and
``vtrain-iteration-time`` (no loss), ``vocab`` (a difference of losses, below zero, without a
relative error), our ``mixture``, ``rates``, ``schedules`` and ``transfer`` (six or fewer distinct
pairs of size and tokens once the best learning rate is taken, or none).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from benchmarks import finetune_table, parscale_table, rate_tables
from benchmarks.public_tables import _read, _runs, chinchilla, other_tables
from benchmarks.whole_catalogue import _best
from isoflop.core.conventions import Conventions
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs
from isoflop.measure.measured import measured
from isoflop.validate.split import RUNG, get_split, rolling_thresholds

JOINT = ("chinchilla", "skaling", "overtraining", "farseer", "kaplan_joint")
ONE_AXIS = ("m1", "m2", "m4", "shifted_power")
REPEATED = ("muennighoff", "chinchilla")
DECADE = 10.0  # the top decade of the split's quantity is always one of the splits
EPOCHS = 4.0  # muennighoff2023: up to four epochs repeated tokens are nearly as good as new ones
TRAINED = 102_400  # examples; the README of sft-rectified forecasts four times as many and more
FOLDERS = {
    "nmt": "revisiting-nsl-nmt",
    "porian": "porian-kaplan-vs-chinchilla",
    "gadre": "gadre-overtraining",
    "marin": "marin-isoflop-2026-03",
    "llama3": "llama3-isoflop-digitised",
    "data-mixing": "data-mixing-laws",
    "oellm": "oellm-dense-lr-bs",
}
FEWEST = 6  # training runs of a split; with fewer no law of three parameters has a residual left


@dataclass(frozen=True)
class Case:
    """Runs that one law may describe, and where they are cut.

    Attributes
    ----------
    table : what coverage is counted by; fine-tuning curves of one task are one table
    source : folder of the data; the halves of the study of intervals are made of sources
    cuts : fixed thresholds of the split
    recipe : cases of one name differ in recipe alone and share their evaluation; None for others
    """

    name: str
    table: str
    source: str
    runs: Runs
    split: str
    laws: tuple[str, ...]
    cuts: tuple[float, ...]
    axes: Mapping[str, str] = field(default_factory=dict)
    recipe: str | None = None


def cases() -> Iterator[Case]:
    """Every table, one case a curve or recipe, in a fixed order."""
    yield from _joint()
    yield from _repeated()
    yield from _one_axis()


def _joint() -> Iterator[Case]:
    yield _case("chinchilla-digitised", chinchilla(), "compute", JOINT, (1e20, 3e20, 1e21))
    for name, runs in other_tables():
        source = name.split(" ")[0]
        recipe = source if source in ("marin", "gadre") else None
        if source == "porian":
            recipe = name.split("/")[0]
        held_out = {"porian": (1e19,), "misfitting-c4": ()}.get(source, ())
        yield _case(name, runs, "compute", JOINT, held_out, recipe=recipe)
    table = _read("llama3-isoflop-digitised/isoflop_points.csv")
    yield _case("llama3", _runs("llama3", table), "compute", JOINT, (2e21,))
    yield _case("data-mixing default", _default_mixture(), "compute", JOINT)
    for name, cells in (("steplaw", rate_tables.steplaw()), ("oellm", rate_tables.oellm())):
        runs = _best(name, cells)
        yield _case(f"{name} best of cells", runs, "compute", JOINT)
    yield _case("own ladder", measured("ladder").runs(), "compute", JOINT)


def _repeated() -> Iterator[Case]:
    table = _read("data-constrained/runs.csv").rename({"unique_tokens": "tokens_unique"})
    table = table.rename({"flops_6nd": "flops"})
    wanted = ["params", "tokens", "tokens_unique", "flops", "loss"]
    kept = table.select(wanted).drop_nulls().with_columns(pl.col(wanted).cast(pl.Float64))
    few = kept.filter(pl.col("tokens") <= EPOCHS * pl.col("tokens_unique"))
    yield _case("data-constrained few epochs", numbered("data-constrained", few), "compute", JOINT)
    runs = numbered("data-constrained all", kept)
    yield _case("data-constrained all", runs, "compute", REPEATED)
    yield _case("own repeat", measured("repeat").runs(), "compute", REPEATED)


def _one_axis() -> Iterator[Case]:
    table = _read("mu-scaling/runs.csv").with_columns(loss="train_loss").sort("params")
    used = table.filter(used_for_fit_in_paper=1)["params"].max()
    runs = numbered("mu-scaling", table.select("params", "loss"))
    yield _case("mu-scaling", runs, "size", ONE_AXIS, (float(used),), axes={"x": "params"})
    curves = _read("revisiting-nsl-nmt/curves.csv").with_columns(tokens="examples")
    for (name,), part in sorted(curves.partition_by("architecture", as_dict=True).items()):
        runs = numbered(f"nmt {name}", part.sort("tokens").select("tokens", "loss"))
        yield _case(f"nmt {name}", runs, "tokens", ONE_AXIS, axes={"x": "tokens"})
    for corpus in parscale_table.CORPORA:
        runs = parscale_table.parscale_runs(corpus)
        sized = Runs(
            runs.table.with_columns(params="params_non_embedding"),
            runs.conventions,
            runs.provenance,
        )
        yield _case(f"parscale {corpus}", sized, "size", ("parscale",))
    for task, model, part in finetune_table.curves():
        rows = part.sort("examples").select(tokens="examples", loss="loss")
        if float(rows["tokens"].max()) <= TRAINED:  # its larger sizes are all suspect
            continue
        runs = numbered(f"sft {task}/{model}", rows)
        yield Case(
            f"sft {task}/{model}",
            f"sft {task}",
            "sft-rectified",
            runs,
            "tokens",
            ONE_AXIS,
            (float(TRAINED),),
            {"x": "tokens"},
        )


def _case(
    name: str,
    runs: Runs,
    split: str,
    laws: tuple[str, ...],
    held_out: tuple[float, ...] = (),
    *,
    axes: Mapping[str, str] | None = None,
    recipe: str | None = None,
) -> Case:
    first = "-".join(name.split(" ")[:2]) if name.startswith("own") else name.split(" ")[0]
    source = FOLDERS.get(first, first)
    cuts = fixed_cuts(get_split(split).values(runs), held_out)
    return Case(name, name, source, runs, split, laws, cuts, axes or {}, recipe)


def fixed_cuts(values: np.ndarray, held_out: tuple[float, ...]) -> tuple[float, ...]:
    """Those the table's README names, the top decade and rolling thresholds; rising.

    A threshold within a rung of an earlier one is left out, and one that leaves fewer than
    ``FEWEST`` runs to learn from.
    """
    found: list[float] = []
    for cut in (*held_out, float(values.max()) / DECADE, *rolling_thresholds(values)):
        below = values[values <= cut]
        if len(below) >= FEWEST and len(below) < len(values):
            end = float(below.max())
            if all(max(end / other, other / end) > RUNG for other in found):
                found.append(end)
    return tuple(sorted(found))


def numbered(name: str, table: pl.DataFrame) -> Runs:
    """A table as runs, numbers as floats."""
    numbers = table.with_columns(pl.selectors.integer().cast(pl.Float64))
    return Runs(numbers.with_row_index("row", offset=1), Conventions(), Provenance(name, name))


def _default_mixture() -> Runs:
    """Checkpoints of the default mixture at three sizes, mean over the validation domains."""
    table = _read_parquet("data-mixing-laws/redpajama_7_domains.parquet")
    table = table.filter(pl.col("mixture_id") == "RP_999", pl.col("step").is_not_null())
    keys = ["params_nonemb", "tokens"]
    mean = table.group_by(keys).agg(pl.col("loss").mean()).sort(keys)
    rows = mean.rename({"params_nonemb": "params"}).cast(pl.Float64)
    rows = rows.with_columns(flops=6.0 * pl.col("params") * pl.col("tokens"))
    return numbered("data-mixing default", rows)


def _read_parquet(path: str) -> pl.DataFrame:
    from benchmarks.public_tables import data_folder

    return pl.read_parquet(data_folder() / path)
