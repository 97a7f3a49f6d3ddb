"""``isoflop forecast show``: the record so far, and whether its intervals mean what they say."""

from __future__ import annotations

from pathlib import Path

from isoflop.cli.options import OutputOptions


def show(
    *,
    ledger: Path = Path("forecasts.jsonl"),
    figure: Path | None = None,
    output: OutputOptions | None = None,
) -> None:
    """Show registered forecasts, their scores and their calibration.

    Parameters
    ----------
    ledger
        File of the ledger.
    figure
        Also draw the calibration into this .svg or .png file.
    """
    from isoflop.show.ledger_figure import save_calibration
    from isoflop.show.ledger_text import ledger_text
    from isoflop.validate.ledger.ledger import Ledger

    record = Ledger.read(ledger)
    if figure is not None:
        save_calibration(record, figure)
    (output or OutputOptions()).give(record.to_json(), ledger_text(record))
