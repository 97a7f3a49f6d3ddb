"""Finds the members of a family by their files: adding one is one new file, no list to edit."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache


@cache
def find_members(package: str, attribute: str) -> tuple[object, ...]:
    """What each module of a package declares under one name, in order of file name.

    Parameters
    ----------
    package : for instance "isoflop.measure.importers".
    attribute : for instance "IMPORTER"; modules without it are the family's own words.
    """
    home = importlib.import_module(package)
    names = sorted(found.name for found in pkgutil.iter_modules(home.__path__))
    modules = (importlib.import_module(f"{package}.{name}") for name in names)
    return tuple(getattr(module, attribute) for module in modules if hasattr(module, attribute))
