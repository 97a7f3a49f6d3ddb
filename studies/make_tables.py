"""Puts finished sweeps into the package: a table of runs, its curves, and a card.

``python studies/make_tables.py SWEEPS CARD.json [NAME]``, where SWEEPS holds the sweep folders.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import polars as pl

from isoflop.core.files import write_atomic
from isoflop.measure.launch.planning import open_sweep
from isoflop.measure.launch.run_table import curve_table, run_table

HOME = Path(__file__).resolve().parents[1] / "src" / "isoflop" / "catalogue" / "runs"
TABLES = {
    "ladder": (
        ("ladder-small", "ladder-large"),
        "dense language models of 7K to 623K parameters on bytes, 2.5 decades of compute",
    ),
    "rates": (("rates",), "learning rate x batch at three sizes and two horizons, noise scale"),
    "mixture": (("mixture",), "mixtures of six text domains at one size, losses by domain"),
    "repeat": (("repeat",), "data repeated 1 to 64 times at three sizes and two horizons"),
    "schedules": (("schedules",), "one model of 20K parameters under six learning-rate schedules"),
    "transfer": (
        ("transfer-width", "transfer-depth"),
        "learning rate across widths under muP and SP, and across depths under CompleteP and SP",
    ),
}
HARDWARE = "two shared cores of an AMD EPYC server"
CURVE_COLUMNS = ("run_id", "step", "tokens", "lr_now", "train_loss", "loss", "grad_norm")


def main(sweeps: Path, card_file: Path, only: str | None) -> None:
    """Write what is there; a table whose sweeps are absent is left alone."""
    corpus = json.loads(card_file.read_text(encoding="utf-8"))
    for name, (parts, about) in TABLES.items():
        folders = [sweeps / part for part in parts]
        if only not in (None, name) or not all(folder.is_dir() for folder in folders):
            continue
        opened = [open_sweep(folder) for folder in folders]
        runs = pl.concat([run_table(item)[0] for item in opened], how="diagonal_relaxed")
        steps = pl.concat([curve_table(item)[0] for item in opened], how="diagonal_relaxed")
        steps = steps.select([c for c in CURVE_COLUMNS if c in steps.columns])
        runs.write_parquet(HOME / f"{name}.parquet", compression="zstd", compression_level=19)
        steps.write_parquet(
            HOME / f"{name}.curves.parquet", compression="zstd", compression_level=19
        )
        write_atomic(HOME / f"{name}.toml", _card(about, parts, runs, corpus))
        print(f"{name}: {len(runs)} runs, {len(steps)} logged steps")


def _card(about: str, parts: tuple[str, ...], runs: pl.DataFrame, corpus: dict) -> str:
    lines = {
        "about": about,
        "how": "decoder-only transformers of isoflop.measure.train, float32, one thread a run; "
        "settings are columns of the table",
        "when": f"{date.today():%Y-%m}",
        "hardware": f"{', '.join(sorted(set(runs['device'].to_list())))}: {HARDWARE}",
        "seconds": "wall_seconds were taken while other work ran: do not compare speeds by them",
        "data": f"{runs['dataset'][0]}, made by studies/build_corpus.py; one byte is one token",
        "command": "; ".join(f"isoflop sweep run studies/{part}.toml" for part in parts),
        "licence": "Apache-2.0, as the package; the texts themselves are not included",
    }
    numbers = {
        "runs": len(runs),
        "flop": float(f"{runs['flops'].sum():.4g}"),
        "wall_hours": round(runs["wall_seconds"].sum() / 3600, 2),
    }
    text = "".join(f"{key} = {json.dumps(value)}\n" for key, value in (lines | numbers).items())
    domains = "".join(
        f"{name} = {json.dumps(_domain(entry))}\n" for name, entry in sorted(corpus.items())
    )
    return f"{text}\n[domains]\n{domains}"


def _domain(entry: dict) -> str:
    packages = ", ".join(
        f"{item['package']} {item['version']} ({item['licence']})" for item in entry["sources"]
    )
    return f"{entry['about']}; {entry['bytes'] / 1e6:.1f} MB; {packages}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None)
