"""The tables of ye2024 (data-mixing-laws) as run tables; they are read, never kept here."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from isoflop.core.conventions import Conventions
from isoflop.core.provenance import Provenance
from isoflop.core.runs import Runs

FILES = {
    2: "pile_2_domains.csv",
    3: "pile_3_domains.csv",
    7: "redpajama_7_domains.parquet",
}
FOLDER = "data-mixing-laws"
LARGE, LARGE_STEP = "1B", 20_000
TOKENS_A_STEP = 4096 * 256


def mixtures(folder: Path, sources: int, size: str | None = None, step: int | None = None) -> Runs:
    """One row a mixture (or a mixture, size and step): share/NAME and loss/NAME.

    Parameters
    ----------
    folder : of the public tables
    sources : 2, 3 or 7
    size, step : label of the model and step to keep; all by default
    """
    table = _read(folder / FOLDER / FILES[sources])
    if size is not None:
        table = table.filter(pl.col("model_size") == size)
    if step is not None:
        table = table.filter(pl.col("step") == step)
    return as_runs(table, f"{FOLDER}/{FILES[sources]}")


def as_runs(table: pl.DataFrame, name: str) -> Runs:
    """The long table of losses with a column for each validation domain."""
    shares = [column for column in table.columns if column.startswith("p_")]
    keys = ["mixture_id", "params_nonemb", "step", "tokens", *shares]
    wide = table.pivot(on="val_domain", index=keys, values="loss").sort(*keys[:3])
    losses = [column for column in wide.columns if column not in keys]
    chosen = wide.select(
        pl.col("mixture_id").cast(pl.String).alias("run_id"),
        pl.col("params_nonemb").cast(pl.Float64).alias("params"),
        pl.col("tokens").cast(pl.Float64),
        pl.col("step").cast(pl.Float64),
        *[pl.col(column).alias(f"share/{column.removeprefix('p_')}") for column in shares],
        *[pl.col(column).alias(f"loss/{column}") for column in losses],
    )
    return Runs(
        chosen.with_row_index("row", offset=1),
        Conventions(params="non_embedding", loss="nat/token"),
        Provenance(name, name),
    )


def validation_weights(folder: Path) -> dict[str, float]:
    """Weight of each domain of The Pile in the overall validation loss."""
    table = pl.read_csv(folder / FOLDER / "validation_weights.csv")
    return dict(zip(table["val_domain"], table["weight"], strict=True))


def continual(folder: Path) -> tuple[list[float], list[float], list[str], float]:
    """Pile shares, Pile losses at the last step, mixture names, and the Pile loss before."""
    table = _read(folder / FOLDER / "continual_pretraining_python.csv")
    weights = validation_weights(folder)
    table = table.filter(pl.col("val_domain").is_in(list(weights)))
    table = table.with_columns(
        weighted=pl.col("loss") * pl.col("val_domain").replace_strict(weights)
    )
    before = float(table.filter(pl.col("mixture_id") == "base_model")["weighted"].sum())
    last = table.filter((pl.col("step") == table["step"].max()) & (pl.col("step") > 0))
    after = last.group_by("mixture_id", "p_Pile").agg(pl.col("weighted").sum()).sort("p_Pile")
    return (
        after["p_Pile"].to_list(),
        after["weighted"].to_list(),
        after["mixture_id"].to_list(),
        before,
    )


def checkpoints(folder: Path, sizes: tuple[str, ...], last_step: int) -> Runs:
    """Checkpoints of the 7-source mixtures that were trained at every size."""
    table = _read(folder / FOLDER / FILES[7])
    small = table.filter(pl.col("model_size").is_in(sizes) & (pl.col("step") <= last_step))
    counts = small.group_by("mixture_id").agg(n=pl.col("model_size").n_unique())
    complete = counts.filter(pl.col("n") == len(sizes))["mixture_id"].to_list()
    return as_runs(small.filter(pl.col("mixture_id").is_in(complete)), f"{FOLDER}/{FILES[7]}")


def _read(path: Path) -> pl.DataFrame:
    if path.suffix == ".parquet":
        return pl.read_parquet(path)
    return pl.read_csv(path, infer_schema_length=None)
