"""The engine on worlds whose exponents are known: truth, fit, tolerance, and time to simulate."""

from __future__ import annotations

import argparse
import time

from isoflop.measure.world import all_worlds
from isoflop.testing.world_recovery import recovered


def main() -> None:
    """Print one line per exponent; with several seeds, the worst of them decides."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=3)
    seeds = range(parser.parse_args().seeds)
    missed = 0
    for world in all_worlds():
        begin = time.perf_counter()
        world.simulate(0)
        seconds = time.perf_counter() - begin
        print(f"{world.name} ({world.entry}): one table in {seconds:.2f} s")
        for tries in zip(*(recovered(world, seed) for seed in seeds), strict=True):
            worst = max(tries, key=lambda item: abs(item.fitted - item.truth))
            missed += not worst.passed
            print(
                f"  {worst.exponent.name:16} true {worst.truth:.4f}  fitted {worst.fitted:.4f}  "
                f"tolerance {worst.exponent.tolerance:g}  {'pass' if worst.passed else 'MISS'}  "
                f"({worst.exponent.law}; worst of {len(tries)} seeds; {worst.exponent.basis})"
            )
    print("every exponent within its tolerance" if missed == 0 else f"{missed} exponents missed")


if __name__ == "__main__":
    main()
