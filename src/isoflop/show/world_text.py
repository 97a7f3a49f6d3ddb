"""Worlds for a terminal and for JSON: the list, and one of them with its truth."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isoflop.core.table import EvidenceTable
    from isoflop.measure.noise_model import NoiseModel
    from isoflop.measure.world import Exponent, Values, World


def listing(worlds: Iterable[World], noise: Iterable[NoiseModel]) -> str:
    """One line a world, one line a noise model."""
    lines = ["Worlds"]
    lines += [f"  {world.name:10} {world.entry or '':4} {world.about}" for world in worlds]
    lines += ["", "Noise"]
    lines += [f"  {model.name:10}      {model.about}" for model in noise]
    return "\n".join([*lines, "", "One world: isoflop worlds NAME --out runs.csv", ""])


def described(item: World | NoiseModel) -> dict[str, object]:
    """Plain facts of a world or a noise model, for JSON."""
    from dataclasses import asdict

    from isoflop.measure.world import World

    facts: dict[str, object] = {"name": item.name, "about": item.about}
    facts["settings"] = [asdict(setting) for setting in item.settings]
    if isinstance(item, World):
        facts |= {"entry": item.entry, "source": item.source, "per": item.per}
        facts |= {"exponents": [asdict(e) for e in item.exponents], "scope": list(item.scope)}
    return facts


def page(world: World, given: Values, table: EvidenceTable) -> str:
    """What was simulated, the truth behind it, what a fit should find, and the settings."""
    values, truth = world.checked(given), world.truth(**given)
    lines = [repr(table), "", f"{world.name}: {world.about}", "", "Truth"]
    lines += [f"  {name:16} {value:.6g}" for name, value in truth.items()]
    lines += ["", "A fit should find"]
    lines += [
        f"  {e.name:16} {truth[e.name]:.4g} +- {e.tolerance:g}{_how(e)}" for e in world.exponents
    ]
    lines += ["", "Settings (--set NAME=VALUE)"]
    lines += [f"  {s.name:16} {values[s.name]:<10.6g} {s.meaning}" for s in world.settings]
    lines += ["", *(f"- {sentence}" for sentence in world.scope)]
    return "\n".join(lines).rstrip() + "\n"


def _how(exponent: Exponent) -> str:
    """The fit that shows an exponent: " as c of m1, --axis x=tokens, --where family=data"."""
    axes = "".join(f", --axis {law}={column}" for law, column in exponent.axes.items())
    rows = "".join(f", --where {condition}" for condition in exponent.where)
    fixed = "".join(f", --fix {name}={value:g}" for name, value in exponent.fixed.items())
    steps = ", over logged steps" if exponent.every_step else ""
    return f" as {exponent.parameter} of {exponent.law}{axes}{rows}{fixed}{steps}"
