"""Planted faults: how often each of ten kinds is named, and how often a healthy study is accused.

Thresholds were tuned on the seeds of ``TUNE``; the numbers to report are those of ``REPORT``.
A fault counts as named when its reason is given with rows that overlap the planted ones by half
(Jaccard index); a healthy study counts as accused when any reason is given.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter

import numpy as np

from benchmarks.planted import FAULTS, planted
from benchmarks.simulated_study import study
from isoflop.validate.suspicion.suspect import named_rows

TUNE, REPORT = 0, 100_000  # first seeds
PER_KIND, CLEAN = 50, 250
OVERLAP = 0.5


def is_named(kind: str, seed: int) -> tuple[bool, str, list[str]]:
    """Whether the fault is named; how it was planted; every reason given."""
    item = planted(kind, seed)
    found = named_rows(item.study.runs())
    wanted = set(item.rows.tolist())
    got: set[int] = set()
    for reason, claim in found:
        if reason.name == kind:
            got |= set(claim.rows.tolist())
    named = bool(got) and len(got & wanted) >= OVERLAP * len(got | wanted)
    return named, item.variant, [reason.name for reason, _ in found]


def main() -> None:
    """Print one line per kind, then the healthy studies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tune", action="store_true", help="the seeds thresholds were tuned on")
    parser.add_argument("--studies", type=int, default=PER_KIND)
    parser.add_argument("--clean", type=int, default=CLEAN)
    parser.add_argument("--kinds", nargs="*", default=list(FAULTS))
    parser.add_argument("--misses", action="store_true", help="name every miss")
    options = parser.parse_args()
    first = TUNE if options.tune else REPORT
    begin = time.perf_counter()
    total = 0
    for kind in options.kinds:
        offset = first + 1_000 * (1 + list(FAULTS).index(kind))
        results = [(s, *is_named(kind, s)) for s in range(offset, offset + options.studies)]
        hits = sum(named for _, named, _, _ in results)
        total += hits
        others = sum(bool(set(reasons) - {kind}) for *_, reasons in results)
        print(
            f"{kind:12} named {hits}/{options.studies}, another kind beside or instead in {others}",
            flush=True,
        )
        if options.misses:
            for seed, named, variant, reasons in results:
                if not named:
                    print(f"    {seed} ({variant}): {', '.join(reasons) or 'nothing'}")
    count = options.studies * len(options.kinds)
    print(f"named in all {total}/{count} ({total / max(count, 1):.1%})")
    accused: Counter[str] = Counter()
    alarms = []
    for seed in range(first, first + options.clean):
        found = named_rows(study(seed).runs())
        accused.update({kind.name for kind, _ in found})
        alarms.append(bool(found))
        if found and options.misses:
            print(f"    clean {seed}: {', '.join(kind.name for kind, _ in found)}")
    if alarms:
        print(
            f"healthy studies accused {sum(alarms)}/{len(alarms)} ({np.mean(alarms):.1%}) "
            f"{dict(accused)}"
        )
    print(f"{time.perf_counter() - begin:.0f} s, seeds from {first}")


if __name__ == "__main__":
    main()
