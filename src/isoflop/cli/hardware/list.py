"""``isoflop hardware list``: the accelerators that are known, with their figures."""

from __future__ import annotations

import sys


def list(*, json: bool = False) -> None:
    """Show accelerators, their figures and dates; figures in brackets were never checked.

    Parameters
    ----------
    json
        Print one JSON document, with the source of each figure.
    """
    from isoflop.core.files import canonical_json
    from isoflop.decide.hardware.find_accelerator import shipped
    from isoflop.show.hardware.chips import chips_text

    chips = tuple(shipped().values())
    document = {"accelerators": [chip.to_dict() for chip in chips]}
    sys.stdout.write(canonical_json(document) if json else chips_text(chips))
