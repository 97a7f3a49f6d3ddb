"""Finds laws and rules by their files: ``chinchilla`` is ``laws/<family>/chinchilla.py``.

A file declares one ``LAW`` (a form that is fitted), one ``RULE`` (a form that is not), or one
``CURVE_LAW`` (a whole loss curve under a schedule).
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import pkgutil
from functools import cache
from pathlib import Path
from typing import TypeAlias, TypeVar

from isoflop.core.errors import UsageError, unknown_name
from isoflop.laws.curve_law import CurveLaw
from isoflop.laws.form import PREFIX, law_from_form
from isoflop.laws.law import Law
from isoflop.laws.parameter import Published
from isoflop.laws.rule import Rule

Member: TypeAlias = Law | Rule | CurveLaw

KINDS: dict[str, tuple[type[Member], str]] = {
    "LAW": (Law, "law"),
    "RULE": (Rule, "rule"),
    "CURVE_LAW": (CurveLaw, "curve law"),
}
USED_BY = {
    "law": "isoflop fit RUNS --law NAME",
    "rule": "isoflop predict --rule NAME --at ...",
    "curve law": "isoflop curves fit CURVES --law NAME",
}

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


def own_files() -> dict[str, Path]:
    """{name: file} of the user's own laws: ``*.py`` in the folders of ``$ISOFLOP_LAWS``.

    A file is a law when it assigns ``LAW``; only the environment says which code may run.
    """
    folders = [Path(part) for part in os.environ.get("ISOFLOP_LAWS", "").split(os.pathsep) if part]
    found: dict[str, Path] = {}
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(
                f"There is no folder {folder}.",
                where="environment variable ISOFLOP_LAWS",
                matters="the laws of your own would be missing in silence.",
                do="name an existing folder of Python files, or unset ISOFLOP_LAWS.",
                code="E112",
            )
        files = sorted(path for path in folder.glob("*.py") if not path.name.startswith("_"))
        found |= {path.stem: path for path in files}
    return found


def family_of(law: Member) -> str:
    """The folder a catalogue law lives in; ``own`` for a law of the user's."""
    module = law_modules().get(law.name)
    return module.split(".")[-2] if module else "own"


def all_members() -> list[Member]:
    """Every law, rule and curve law of the catalogue, sorted by name."""
    return [get_member(name) for name in sorted({*law_modules(), *own_files()})]


def all_laws() -> list[Law]:
    """Every law that is fitted to runs, sorted by name."""
    return [member for member in all_members() if isinstance(member, Law)]


def get_member(name: str) -> Member:
    """A law, rule or curve law of the catalogue by name.

    Raises
    ------
    UsageError
        If none has this name; the nearest is suggested.
    """
    modules, own = law_modules(), own_files()
    if name in own and name not in modules:
        return _law_from_file(own[name])
    if name not in modules:
        raise unknown_name("law or rule", name, [*modules, *own], "isoflop laws")
    module = importlib.import_module(modules[name])
    found = [getattr(module, attribute) for attribute in KINDS if hasattr(module, attribute)]
    assert len(found) == 1, f"{modules[name]} declares {len(found)} of {', '.join(KINDS)}"
    member: Member = found[0]
    return member


def kind_of(member: Member) -> str:
    """``law``, ``rule`` or ``curve law``."""
    return next(words for kind, words in KINDS.values() if isinstance(member, kind))


def get_law(name: str) -> Law:
    """A law by name, from a Python file of the user's own, or from one line of text.

    ``chinchilla``, ``./my_law.py`` with ``LAW = Law(...)``, or ``form:E + A*N**-a``.

    Raises
    ------
    UsageError
        If no law has this name (the nearest is suggested), or the file declares none.
    """
    if name.startswith(PREFIX):
        return law_from_form(name)
    if name.endswith(".py"):
        return _law_from_file(Path(name))
    return _of_kind(name, Law)


def get_rule(name: str) -> Rule:
    """A rule by name; errors as :func:`get_law`."""
    return _of_kind(name, Rule)


def get_curve_law(name: str) -> CurveLaw:
    """A curve law by name; errors as :func:`get_law`."""
    return _of_kind(name, CurveLaw)


Kind = TypeVar("Kind", Law, Rule, CurveLaw)


def _of_kind(name: str, kind: type[Kind]) -> Kind:
    member = get_member(name)
    if not isinstance(member, kind):
        found = kind_of(member)
        wanted = next(words for one, words in KINDS.values() if one is kind)
        raise UsageError(
            f"'{name}' is a {found}, not a {wanted}.",
            where=name,
            matters="laws are fitted to runs, rules are not, curve laws take a schedule.",
            do=f"use it as: {USED_BY[found].replace('NAME', name)}",
            code="E116",
        )
    return member


def get_published(reference: str) -> tuple[Law, Published]:
    """``law@set``, for instance ``chinchilla@besiroglu2024``; the law's first set without ``@``."""
    name, _, key = reference.partition("@")
    law = get_law(name)
    chosen = next((item for item in law.published if item.name == key), None)
    if chosen is not None and chosen.labels:
        law = law.bind(chosen.labels)
    if not key and all(item.example for item in law.published):
        examples = [f"{law.name}@{item.name}" for item in law.published]
        named = f"; or name an example: {', '.join(examples)}" if examples else ""
        raise UsageError(
            f"The law '{law.name}' has no published coefficients that may be used as a default.",
            where=reference,
            matters="unverified numbers are never a default.",
            do=f"fit it to runs: isoflop fit RUNS --law {law.name}{named}",
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
