"""Plain text from the files of a package: one function a kind, (folder, choice) -> documents."""

from __future__ import annotations

import gzip
import re
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from html_text import html_text

from isoflop.corpus.docstrings import parted

Texts = Iterator[tuple[str, str]]  # (path inside the package, text)
_ENTRIES_BYTES = 8000  # assumption: neighbouring dictionary entries are joined to this size

# Set before a page so that its own macros cannot justify or hyphenate it.
_RAGGED = ".nh\n.de hy\n..\n.na\n.de ad\n..\n"
_RENDER = [
    "groff",
    "-Kutf8",
    "-t",
    "-mandoc",
    "-Tutf8",
    "-rLL=100n",
    "-P-c",
    "-P-b",
    "-P-o",
    "-P-u",
]
# Sections that only say who made or translated the page, the same on each.
_CREDITS = re.compile(r"^(ÜBERSETZUNG|TRADUCTION|COLOPHON)$.*", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Choice:
    """Which files of a package are wanted.

    Parameters
    ----------
    under : folders inside the package, or inside the archive it holds.
    names : patterns of file names.
    skip : parts of a path that rule a file out.
    """

    under: tuple[str, ...] = (".",)
    names: tuple[str, ...] = ("*",)
    skip: tuple[str, ...] = ()

    def takes(self, path: str) -> bool:
        """Whether a file of this path is wanted; ``under`` is not looked at."""
        is_named = any(fnmatchcase(path.rsplit("/", 1)[-1], name) for name in self.names)
        return is_named and not any(part in f"/{path}" for part in self.skip)

    def files(self, folder: Path) -> Iterator[tuple[str, Path]]:
        """(path inside the package, file) of each wanted file, in order of path."""
        for inner in self.under:
            for path in sorted((folder / inner).rglob("*")):
                inside = path.relative_to(folder).as_posix()
                if self.takes(inside) and path.is_file() and not path.is_symlink():
                    yield inside, path


def python(folder: Path, choice: Choice) -> Texts:
    """Python modules without their docstrings."""
    for inside, path in choice.files(folder):
        text = _decoded(path.read_bytes())
        parts = None if text is None else parted(text)
        if parts is not None:
            yield inside, parts.code


def plain(folder: Path, choice: Choice) -> Texts:
    """Text files, unpacked if they are compressed."""
    for inside, path in choice.files(folder):
        if (text := _decoded(_content(path))) is not None:
            yield inside, text


def tar(folder: Path, choice: Choice) -> Texts:
    """Text files inside the one source archive of a package."""
    (archive,) = folder.rglob("*.tar.xz")
    with tarfile.open(archive, "r|xz") as files:
        for member in files:
            inside = member.name.partition("/")[2]
            is_under = inside.partition("/")[0] in choice.under
            if is_under and member.isfile() and choice.takes(inside):
                handle = files.extractfile(member)
                if handle is not None and (text := _decoded(handle.read())) is not None:
                    yield inside, text


def html(folder: Path, choice: Choice) -> Texts:
    """HTML pages without tags and navigation."""
    for inside, path in choice.files(folder):
        if (text := _decoded(path.read_bytes())) is not None:
            yield inside, html_text(text)


def man(folder: Path, choice: Choice) -> Texts:
    """Manual pages as groff prints them, without page header, footer and credits."""
    for inside, path in choice.files(folder):
        source = _decoded(_content(path))
        if source is None or source.startswith(".so "):
            continue
        done = subprocess.run(
            _RENDER, input=_RAGGED + source, capture_output=True, text=True, check=True
        )
        body = done.stdout.strip("\n").split("\n")[1:-1]
        text = _CREDITS.sub("", "\n".join(line.rstrip() for line in body))
        yield inside, re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


def dictionary(folder: Path, choice: Choice) -> Texts:
    """Entries of a dictd dictionary, neighbours joined to pages."""
    for inside, path in choice.files(folder):
        # An entry begins at the left margin; its text is indented.
        pieces = re.split(rb"\n(?=\S)", gzip.decompress(path.read_bytes()))
        entries = [text for piece in pieces if (text := _decoded(piece)) is not None]
        page: list[str] = []
        number = size = 0
        for entry in entries:
            page.append(entry)
            size += len(entry)
            if size >= _ENTRIES_BYTES:
                yield f"{inside}/{number:05d}", "\n".join(page) + "\n"
                page, size, number = [], 0, number + 1
        if page:
            yield f"{inside}/{number:05d}", "\n".join(page) + "\n"


KINDS: dict[str, Callable[[Path, Choice], Texts]] = {
    function.__name__: function for function in (python, plain, tar, html, man, dictionary)
}


def _content(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def _decoded(content: bytes) -> str | None:
    """UTF-8 text; None for the few old files in other encodings."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
