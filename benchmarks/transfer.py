"""Does the best learning rate stay put? From the measured table 'transfer'; nothing is trained.

By parametrisation: the rate of lowest held-out loss at every width (depth 2) and depth (width 64),
and how many factor-2 steps it moves.
"""

from __future__ import annotations

import math

import polars as pl

from isoflop.measure.measured import measured

SEQUENCES = (("width", ("depth", 2)), ("depth", ("width", 64)))


def best_rates(table: pl.DataFrame, rule: str, along: str) -> dict[int, tuple[float, float]]:
    """{size: (best rate, its loss)}; a rate at the edge of the grid is only a bound."""
    mine = table.filter(pl.col("parametrisation") == rule)
    best = mine.sort("loss").group_by(along, maintain_order=True).first().sort(along)
    return {row[along]: (row["lr"], row["loss"]) for row in best.iter_rows(named=True)}


def main() -> None:
    """Print best rates by size, and the moves."""
    table = pl.read_parquet(measured("transfer").table)
    grid = sorted(table["lr"].unique().to_list())
    for along, (fixed, value) in SEQUENCES:
        part = table.filter(pl.col(fixed) == value)
        horizon = part.group_by("tokens").agg(pl.col(along).n_unique()).sort(along)["tokens"][-1]
        part = part.filter(tokens=horizon)
        rules = [r for r in ("mup", "completep", "sp") if (part["parametrisation"] == r).any()]
        for rule in rules:
            best = best_rates(part, rule, along)
            if len(best) < 3:
                continue
            steps = [math.log2(lr) for lr, _ in best.values()]
            text = ", ".join(
                f"{along} {size}: {lr:g}{' (edge)' if lr in (grid[0], grid[-1]) else ''} "
                f"(loss {loss:.3f})"
                for size, (lr, loss) in best.items()
            )
            print(f"{rule:9s} {text}")
            moves = max(steps) - min(steps)
            print(f"{'':9s} moves {moves:.0f} steps of a factor two, {horizon} tokens")


if __name__ == "__main__":
    main()
