"""``python -m benchmarks.forecast``: the scoreboard of forecasts, and its page of results.

``--only WORD`` keeps tables whose name holds the word (no page is written then), ``--worlds N`` is
the number of simulated studies, ``--cache`` the folder of fits, by default in the user's own cache.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from benchmarks.forecast.board import build
from benchmarks.forecast.fill import fill
from benchmarks.forecast.page import page
from benchmarks.forecast.simulated import studies
from benchmarks.forecast.tables import cases
from benchmarks.public_tables import data_folder

PAGE = Path(__file__).with_name("RESULTS.md")
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "isoflop" / "forecast"


def main() -> None:
    """Build the board, print it, write the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="")
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--worlds", type=int, default=500)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    if not data_folder().is_dir():
        print(f"skipped: {data_folder()} is absent (set ISOFLOP_DATA)")
        return
    begin = time.perf_counter()
    if options.workers > 1:
        fill(options.only, options.worlds, options.cache, options.workers, _progress)
    chosen = [case for case in cases() if options.only in case.name]
    board = build(chosen, options.cache, _progress)
    simulated = studies(options.worlds, options.cache, _progress) if options.worlds else []
    text = page(board, simulated, time.perf_counter() - begin)
    print(text)
    if not options.only and options.worlds:
        PAGE.write_text(text, encoding="utf-8")


def _progress(name: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done}/{total} {name[:60]:60}" + ("\n" if done == total else ""))
    elif done % 20 == 0 or done == total:
        sys.stderr.write(f"{done}/{total} {name}\n")


if __name__ == "__main__":
    main()
