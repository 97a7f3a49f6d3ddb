"""``isoflop corpus show``: what a folder of tokens holds."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isoflop.corpus.tokens import TokenFolder


def show(path: Path, *, check: bool = False, json: bool = False) -> None:
    """Show domains, sizes and tokenizer of a folder of tokens.

    Parameters
    ----------
    path
        Folder that `isoflop corpus tokens` wrote.
    check
        Read all tokens and compare them with the digest.
    json
        Print one JSON document.
    """
    from isoflop.core.files import canonical_json
    from isoflop.corpus.tokens import open_tokens

    folder = open_tokens(path)
    if check:
        folder.check()
    sys.stdout.write(canonical_json(folder.meta) if json else card(folder))


def card(folder: TokenFolder) -> str:
    """The folder in a few lines of text."""
    lines = [
        f"{folder.path}: tokenizer {folder.tokenizer}, {folder.vocab} ids, "
        f"digest {folder.digest[:12]}",
        f"  {'domain':16} {'split':8} {'documents':>10} {'tokens':>14} {'bytes':>14}",
    ]
    for domain in folder.domains:
        for split in ("train", "heldout"):
            sizes = [folder.count(domain, split, what) for what in ("documents", "tokens", "bytes")]
            lines.append(f"  {domain:16} {split:8} {sizes[0]:>10,} {sizes[1]:>14,} {sizes[2]:>14,}")
    for domain, reasons in sorted(folder.meta.get("left_out", {}).items()):
        found = [f"{n:,} {why.replace('_', ' ')}" for why, n in sorted(reasons.items()) if n]
        if found:
            lines.append(f"  left out of {domain}: {', '.join(found)}")
    return "\n".join(lines) + "\n"
