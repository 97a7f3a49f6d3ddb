"""Finds laws by their files: a law named ``chinchilla`` is ``laws/<family>/chinchilla.py``."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from functools import cache
from pathlib import Path

from isoflop.core.errors import UsageError, unknown_name
from isoflop.laws.law import Law
from isoflop.laws.parameter import Published

PACKAGE = "isoflop.laws"


@cache
def law_modules() -> dict[str, str]:
    """{law name: module}, from the folders alone; nothing is imported."""
    root = Path(__file__).parent
    found = {}
    for family in pkgutil.iter_modules([str(root)]):
        if family.ispkg:
            for member in pkgutil.iter_modules([str(root / family.name)]):
                found[member.name] = f"{PACKAGE}.{family.name}.{member.name}"
    return dict(sorted(found.items()))


def family_of(law: Law) -> str:
    """The folder a catalogue law lives in; ``own`` for a law of the user's."""
    module = law_modules().get(law.name)
    return module.split(".")[-2] if module else "own"


def all_laws() -> list[Law]:
    """Every law of the catalogue, sorted by name."""
    return [get_law(name) for name in law_modules()]


def get_law(name: str) -> Law:
    """A law by name, or from a Python file of the user's own (``./my_law.py`` with ``LAW``).

    Raises
    ------
    UsageError
        If no law has this name (the nearest is suggested), or the file declares none.
    """
    if name.endswith(".py"):
        return _law_from_file(Path(name))
    modules = law_modules()
    if name not in modules:
        raise unknown_name("law", name, modules, "isoflop laws")
    law: Law = importlib.import_module(modules[name]).LAW
    return law


def get_published(reference: str) -> tuple[Law, Published]:
    """``law@set``, for instance ``chinchilla@besiroglu2024``; the law's first set without ``@``."""
    name, _, key = reference.partition("@")
    law = get_law(name)
    if not law.published:
        raise UsageError(
            f"The law '{law.name}' has no published coefficients that may be used as a default.",
            where=reference,
            matters="unverified numbers are never shipped.",
            do=f"fit it to runs: isoflop fit RUNS --law {law.name}",
            code="E111",
        )
    return law, law.coefficients(key or None)


def _law_from_file(path: Path) -> Law:
    if not path.is_file():
        raise UsageError(
            f"There is no law file {path}.",
            where=str(path),
            matters="nothing was computed.",
            do="give a catalogue name (isoflop laws) or a Python file with LAW = Law(...).",
            code="E112",
        )
    spec = importlib.util.spec_from_file_location(f"isoflop_own_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    law = getattr(module, "LAW", None)
    if not isinstance(law, Law):
        raise UsageError(
            f"{path} declares no LAW = Law(...).",
            where=str(path),
            matters="nothing was computed.",
            do="see the law file pattern in the documentation.",
            code="E112",
        )
    return law
