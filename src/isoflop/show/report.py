"""One self-contained HTML file that answers, shows its doubt, and says what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

from isoflop import __version__
from isoflop.core.runs import Runs
from isoflop.fit.fit import Fit
from isoflop.show.draw.matplotlib import draw
from isoflop.show.figure import Figure, Subject, figures_of
from isoflop.show.html import Html, tag
from isoflop.show.report_sections import (
    answer,
    conventions,
    data_and_provenance,
    method,
    parameters,
    trust_tables,
    warnings,
)
from isoflop.show.words import Document, Result, document_of

_FORECAST = "fan"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def report_html(
    runs: Runs,
    fit: Fit,
    trust: Result | None = None,
    plan: Result | None = None,
    *,
    missing: Sequence[str] = (),
) -> str:
    """The report of one fit; equal input gives equal bytes (there is no clock in it).

    Parameters
    ----------
    trust, plan : results with the JSON documents of ``validate`` and ``plan``.
    missing : why one of them is absent, one sentence each.
    """
    judged, planned = document_of(trust), document_of(plan)
    subject = Subject(fit, runs, _reach(judged), _budget(planned))
    drawn = {figure.name: _drawn(figure, subject) for figure in figures_of(subject)}
    forecast = [drawn.pop(_FORECAST)] if _FORECAST in drawn else []
    sections: list[tuple[str, Sequence[Html]]] = [
        ("The answer", answer(fit, judged, planned, missing)),
        ("The forecast", forecast),
        ("The law and its parameters", parameters(fit)),
        ("How far to believe it", trust_tables(judged)),
        ("Figures", list(drawn.values())),
        ("Warnings", warnings(fit, runs, judged, planned)),
        ("Data and provenance", data_and_provenance(runs)),
        ("Method and sources", method(fit, judged)),
        ("Conventions", conventions(runs, fit)),
    ]
    title = f"Scaling report: {fit.label or fit.law.name} on {runs.provenance.source}"
    body = [tag("h1", title), _subtitle(runs, fit)]
    body += [tag("section", tag("h2", name), *parts) for name, parts in sections if parts]
    return _page(title, body)


def _reach(judged: Document) -> float | None:
    reach = judged.get("verdict", {}).get("reach")
    return None if reach is None else float(reach)


def _budget(planned: Document) -> float | None:
    compute = planned.get("optimum", {}).get("C", {}).get("value")
    return None if compute is None else float(compute)


def _drawn(figure: Figure, subject: Subject) -> Html:
    drawing = figure.draw(subject)
    svg = Html(draw(drawing, "svg", name=figure.name).decode())
    caption = tag("figcaption", tag("b", figure.title), tag("span", " ".join(drawing.notes)))
    return tag("figure", caption, svg, role="group", aria_label=figure.title)


def _subtitle(runs: Runs, fit: Fit) -> Html:
    left_out = len(runs.provenance.exclusions)
    words = f"{len(runs)} runs used, {left_out} rows left out; isoflop {__version__}"
    return tag("p", f"{words}; seed {fit.seed}.", class_="sub")


def _page(title: str, body: Sequence[Html]) -> str:
    css = (resources.files("isoflop.show") / "report.css").read_text(encoding="utf-8")
    content = "\n".join(part.text for part in body)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"{tag('title', title).text}\n<style>\n{css}</style>\n</head>\n<body>\n"
        f"{content}\n</body>\n</html>\n"
    )
