"""A corpus that every user has: the source of Python's own standard library, in two domains.

``python`` is code without docstrings; ``docs`` is English: the docstrings, the language
reference that ``help()`` shows, and texts such as the licence. Tests and installed packages are
passed over, because not every Python brings them.
"""

from __future__ import annotations

import ast
import sysconfig
import tokenize
from collections.abc import Iterator
from pathlib import Path

from isoflop.corpus.docstrings import parted
from isoflop.corpus.document import Document, Skipped
from isoflop.corpus.read_documents import files_of
from isoflop.corpus.reading import Reading

CODE, TEXT = "python", "docs"
_PASSED_OVER = {"site-packages", "dist-packages", "test", "tests", "idle_test", "__pycache__"}
_TEXTS = ("*.txt", "*.rst")
_TOPICS = "pydoc_data/topics.py"


def standard_library(folder: Path | None = None) -> Iterator[Document | Skipped]:
    """The documents, file by file: the same Python version gives the same corpus.

    Parameters
    ----------
    folder : of the library; that of the running Python when None.
    """
    home = folder or Path(sysconfig.get_paths()["stdlib"])
    reading = Reading(on_undecodable="skip")
    for path in files_of(home, ("*.py", *_TEXTS)):
        inside = path.relative_to(home)
        if _PASSED_OVER.intersection(inside.parts):
            continue
        where = f"standard library, {inside.as_posix()}"
        if inside.as_posix() == _TOPICS:
            yield from _topics(path, where)
        elif path.suffix == ".py":
            yield from _module(path, where)
        else:
            yield reading.document(path.read_bytes(), domain=TEXT, where=where)


def _module(path: Path, where: str) -> Iterator[Document | Skipped]:
    try:
        with tokenize.open(path) as handle:
            parts = parted(handle.read())
    except (SyntaxError, UnicodeDecodeError):
        parts = None
    if parts is None:
        yield Skipped(CODE, where, "undecodable")
        return
    for domain, text in ((CODE, parts.code), (TEXT, parts.text)):
        yield _document(text, domain, where)


def _topics(path: Path, where: str) -> Iterator[Document | Skipped]:
    """The pages of the language reference, a dictionary of literals in one assignment."""
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign):
            pages = ast.literal_eval(statement.value)
            for name in sorted(pages):
                yield _document(pages[name], TEXT, f"{where}, {name}")


def _document(text: str, domain: str, where: str) -> Document | Skipped:
    return Reading(on_undecodable="skip").text(text, domain=domain, where=where)
