"""Do runs repeat their data under a law that takes every token for a fresh one?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isoflop.fit.check import Check, Examined

TRUSTED = 4.0  # epochs, muennighoff2023: up to here repeats are nearly as good as fresh tokens


def find(examined: Examined) -> Iterator[str]:
    law, runs = examined.problem.law, examined.runs
    if "D" not in law.inputs or "U" in law.inputs or examined.fit.axes.get("D", "D") != "D":
        return
    if not runs.has("epochs"):
        return
    epochs = runs.values("epochs")
    repeated = int(np.sum(epochs > TRUSTED))
    if repeated:
        yield (
            f"{repeated} of {examined.fit.n_rows} runs saw their data more than {TRUSTED:g} times "
            f"(up to {epochs.max():.3g}), and '{law.name}' takes every token for a fresh one. "
            "Fit a law with an input U (muennighoff)."
        )


CHECK = Check("W313", "fresh tokens, or a law that knows repeats", find)
