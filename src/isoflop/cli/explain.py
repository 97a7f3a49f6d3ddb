"""``isoflop explain``: what a code means and what to do."""

from __future__ import annotations

import json as json_module
import sys


def explain(code: str | None = None, *, json: bool = False) -> None:
    """Explain the code of an error or warning; without a code, list them all.

    Parameters
    ----------
    code
        For instance W304.
    json
        Print one JSON document.
    """
    from isoflop.core.explain import explain as explanation_of
    from isoflop.core.explain import explanations

    chosen = [explanation_of(code)] if code else list(explanations().values())
    if json:
        document = [vars(item) for item in chosen]
        sys.stdout.write(json_module.dumps({"codes": document}, indent=1) + "\n")
    elif code:
        item = chosen[0]
        sys.stdout.write(f"{item.code}  {item.title}\n\n{item.means}\n\nWhat to do: {item.do}\n")
    else:
        sys.stdout.write("".join(f"{item.code}  {item.title}\n" for item in chosen))
