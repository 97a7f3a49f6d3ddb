"""Builds the corpus of our measured tables from Debian packages: fetch, clean, card, tokens.

    python studies/build_corpus.py FOLDER [--megabytes 30]

Needs Debian 12 with apt, dpkg and groff, and isoflop installed. Nothing is installed by it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from text_from import KINDS, Choice

from isoflop.cli.main import main as isoflop

_TOOLS = ("apt-get", "dpkg", "dpkg-deb", "groff")
_HERE = Path(__file__).parent
_SHORTEST, _LONGEST = 300, 200_000  # bytes of a document; assumption: stubs and generated tables
_LICENCE = re.compile(r"^License: *([\w.+-]+(?:,? (?:and|or|with) [\w.+-]+)*) *$", re.MULTILINE)
_ENGLISH = ("the", "and", "of", "is", "to", "in", "that", "for", "with", "a", "are", "be")
_MOST_DIGITS = 0.2  # share of characters; assumption: more is a table of numbers, not language


@dataclass(frozen=True)
class Text:
    """One cleaned document and the package it came from."""

    package: str
    inside: str
    content: bytes

    @property
    def rank(self) -> bytes:
        """Decides which documents stay when a domain is too large: a hash, not a name."""
        return hashlib.sha256(self.content).digest()


def main() -> None:
    """Build everything below one folder."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--megabytes", type=float, default=30.0, help="most text a domain")
    given = arguments.parse_args()
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if missing:
        sys.exit(f"This needs {', '.join(missing)}: run it on Debian 12 with groff-base installed.")
    domains = tomllib.loads((_HERE / "corpus.toml").read_text(encoding="utf-8"))["domain"]
    packages = sorted({source["package"] for d in domains.values() for source in d["source"]})
    for package in packages:
        _fetch(package, given.folder)
    card = {}
    for name, domain in domains.items():
        found = _texts(domain["source"], given.folder)
        own = [text for text in found if _is_in(text, domain.get("language", []))]
        texts = _chosen(own, given.megabytes * 1e6)
        _write(texts, given.folder / "raw" / name)
        card[name] = _card(domain, texts, given.folder)
        sys.stdout.write(f"{name}: {len(texts)} documents, {card[name]['bytes'] / 1e6:.1f} MB\n")
    text = json.dumps(card, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    (given.folder / "raw" / "card.json").write_text(text, encoding="utf-8")
    paths = [f"--domain={name}={given.folder / 'raw' / name}" for name in domains]
    isoflop(["corpus", "tokens", *paths, f"--out={given.folder / 'tokens-bytes'}", "--replace"])


def _fetch(package: str, folder: Path) -> None:
    """Download and unpack one package, unless an earlier call did."""
    target = folder / "packages" / package
    if target.exists():
        return
    archives = folder / "archives"
    archives.mkdir(parents=True, exist_ok=True)
    subprocess.run(["apt-get", "download", "-qq", package], cwd=archives, check=True)
    (archive,) = archives.glob(f"{package}_*.deb")
    partial = target.with_name(f".{package}")
    partial.mkdir(parents=True, exist_ok=True)
    subprocess.run(["dpkg", "-x", archive, partial], check=True)
    (partial / "version").write_text(_version(archive), encoding="utf-8")
    partial.rename(target)


def _version(archive: Path) -> str:
    command = ["dpkg-deb", "--field", str(archive), "Version"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _texts(sources: list[dict[str, Any]], folder: Path) -> list[Text]:
    found = []
    for source in sources:
        chosen = {k: tuple(source[k]) for k in ("under", "names", "skip") if k in source}
        home = folder / "packages" / source["package"]
        for inside, text in KINDS[source["kind"]](home, Choice(**chosen)):
            content = text.encode()
            digits = sum(map(str.isdigit, text)) / max(len(text), 1)
            if _SHORTEST <= len(content) <= _LONGEST and digits <= _MOST_DIGITS:
                found.append(Text(source["package"], inside, content))
    return found


def _is_in(text: Text, language: list[str]) -> bool:
    """Whether a language's frequent words outnumber those of English; yes if none are given."""
    words = Counter(re.findall(r"\w+", text.content.decode().lower()))
    own, english = (sum(words[word] for word in given) for given in (language, _ENGLISH))
    return not language or own > english


def _chosen(texts: list[Text], most: float) -> list[Text]:
    """Distinct documents in order of their hash, up to a number of bytes."""
    kept, size = [], 0
    for text in sorted({text.rank: text for text in texts}.values(), key=lambda text: text.rank):
        size += len(text.content)
        if size > most:
            break
        kept.append(text)
    return kept


def _write(texts: list[Text], target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    for text in texts:
        flat = re.sub(r"[^A-Za-z0-9._-]+", "_", text.inside)[-150:].lstrip(".")
        path = target / text.package / f"{flat}.{text.rank.hex()[:8]}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.content)


def _card(domain: dict[str, Any], texts: list[Text], folder: Path) -> dict[str, Any]:
    rows = []
    for source in domain["source"]:
        home = folder / "packages" / source["package"]
        own = [text for text in texts if text.package == source["package"]]
        rows.append(
            {
                "package": source["package"],
                "version": (home / "version").read_text(encoding="utf-8"),
                "licence": source["licence"],
                "declared_licences": _declared(home),
                "documents": len(own),
                "bytes": sum(len(text.content) for text in own),
            }
        )
    return {
        "about": domain["about"],
        "documents": len(texts),
        "bytes": sum(len(text.content) for text in texts),
        "sources": rows,
    }


def _declared(home: Path) -> list[str]:
    """Licence names in the package's machine-readable copyright file."""
    names = set()
    for path in home.glob("usr/share/doc/*/copyright"):
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            names |= set(_LICENCE.findall(text))
    return sorted(names)


if __name__ == "__main__":
    main()
