"""Numbers a simulator can be turned by: name, default, range; wrong ones are refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from isoflop.core.errors import UsageError, unknown_name


@dataclass(frozen=True)
class Setting:
    """One number of a world or of a noise model.

    Parameters
    ----------
    low, high : the range, both ends allowed.
    whole : only whole numbers.
    """

    name: str
    default: float
    low: float
    high: float
    meaning: str
    whole: bool = False

    @property
    def words(self) -> str:
        """The legal values in a message."""
        kind = "a whole number" if self.whole else "a number"
        return f"{kind} from {self.low:g} to {self.high:g}"


def checked_settings(
    owner: str, known: Sequence[Setting], given: Mapping[str, float]
) -> dict[str, float]:
    """Every setting with its value, given or default.

    Parameters
    ----------
    owner : for messages: "world 'nqm'".

    Raises
    ------
    UsageError
        E471 if a name is unknown, E472 if a value is outside its range.
    """
    by_name = {setting.name: setting for setting in known}
    for name, value in given.items():
        if name not in by_name:
            raise unknown_setting(name, list(by_name), owner)
        _check(owner, by_name[name], value)
    return {name: float(given.get(name, item.default)) for name, item in by_name.items()}


def generator(seed: int, stream: str = "") -> np.random.Generator:
    """Random numbers of one seed; those of different streams are independent of each other.

    Raises
    ------
    UsageError
        E472 if the seed is negative.
    """
    if seed < 0:
        raise UsageError(
            f"The seed cannot be {seed}.",
            where=f"seed {seed}",
            matters="nothing was simulated.",
            do="give a whole number, zero or more.",
            code="E472",
        )
    return np.random.default_rng([seed, *stream.encode()] if stream else seed)


def unknown_setting(name: str, known: Sequence[str], owner: str) -> UsageError:
    """Error E471, with the nearest names."""
    error = unknown_name("setting", name, known, "isoflop worlds NAME")
    error.code = "E471"
    error.where = f"{owner} has: {', '.join(known)}"
    return error


def _check(owner: str, setting: Setting, value: float) -> None:
    inside = setting.low <= value <= setting.high  # false for NaN
    if inside and not (setting.whole and value != round(value)):
        return
    raise UsageError(
        f"The setting {setting.name} cannot be {value:g}.",
        where=f"{owner}, {setting.name}: {setting.meaning}",
        matters="outside its range the world is undefined or its exponents are not known.",
        do=f"give {setting.words}, or leave it out for {setting.default:g}.",
        code="E472",
    )
