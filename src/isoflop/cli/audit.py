"""``isoflop audit``: what a reader must know of a scaling study, and what is still unknown."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from isoflop.cli.options import OutputOptions, ReadOptions, progress_on_stderr


def audit(
    path: Path,
    *,
    read: ReadOptions | None = None,
    fit: Path | None = None,
    heldout: Annotated[bool, Parameter(negative=())] = False,
    answers: Path | None = None,
    template: Path | None = None,
    output: OutputOptions | None = None,
) -> None:
    """Fill the reporting checklist of a scaling study; a Markdown card with open questions.

    Parameters
    ----------
    path
        CSV, TSV, Parquet or JSONL file, one row a run.
    fit
        The fit of these runs, as isoflop fit --out saves it.
    heldout
        Also backtest the law of the fit, for held-out error and reach.
    answers
        TOML file with what the table cannot say.
    template
        Write the open questions into this TOML file, to be answered.
    """
    from isoflop.core.files import write_atomic
    from isoflop.fit.fit import Fit
    from isoflop.show.audit_text import audit_markdown
    from isoflop.validate.audit.answers import read_answers
    from isoflop.validate.audit.card import audit as audited
    from isoflop.validate.audit.heldout import backtest_of

    stated = {} if answers is None else read_answers(answers)
    made = None if fit is None else Fit.load(fit)
    runs = (read or ReadOptions()).load(path)
    trust = None
    if heldout:
        with progress_on_stderr("fitting") as progress:
            trust = backtest_of(made, runs, progress)
    card = audited(runs, made, trust, stated)
    if template is not None:
        write_atomic(template, card.template)
    (output or OutputOptions()).give(card.to_json(), audit_markdown(card))
