"""``isoflop predict``: the loss at given sizes and tokens, with intervals."""

from __future__ import annotations

import sys
from typing import Annotated

from isoflop.cli.options import OutputOptions, Repeated
from isoflop.cli.plan_options import LawOptions


def predict(
    *,
    at: Annotated[tuple[str, ...], Repeated],
    source: LawOptions | None = None,
    rule: str | None = None,
    level: float | None = None,
    noise: bool = False,
    output: OutputOptions | None = None,
) -> None:
    """Predict the loss of runs not yet made, or what a published rule answers.

    Parameters
    ----------
    at
        A point, N=7B,D=1T; repeat for more points.
    level
        Of the intervals; that of the fit by default.
    noise
        Interval for one further run, run-to-run noise included, and not for the expected loss.
    rule
        Instead of a law: a rule of `isoflop laws`, which has nothing to fit.
    """
    if rule is not None:
        _answer(rule, at, source, output or OutputOptions())
        return
    from isoflop.core.files import canonical_json
    from isoflop.decide.forecast import forecast_notes, forecast_text, parse_points
    from isoflop.decide.source import fit_from

    chosen = source or LawOptions()
    fit = fit_from(chosen.law, chosen.fit)
    forecast = fit.predict(parse_points(fit.law, at), level=level, noise=noise)
    document = canonical_json({"law": fit.label} | forecast.to_dict())
    (output or OutputOptions()).give(document, forecast_text(fit, forecast))
    sys.stderr.write(forecast_notes(fit, forecast))


def _answer(
    name: str, at: tuple[str, ...], source: LawOptions | None, output: OutputOptions
) -> None:
    from isoflop.core.errors import UsageError
    from isoflop.core.files import canonical_json
    from isoflop.decide.forecast import parse_rule_points, rule_text
    from isoflop.laws.catalogue import get_rule

    if source is not None and (source.law or source.fit):
        raise UsageError(
            "Both a rule and a law were given.",
            where=f"--rule {name}",
            matters="a rule has constants of its own.",
            do="give --rule alone, or --law or --fit.",
            code="E101",
        )
    rule = get_rule(name)
    points = parse_rule_points(rule, at)
    answers = [{s: float(v) for s, v in rule(**point).items()} for point in points]
    rows = [{"inputs": p, "outputs": a} for p, a in zip(points, answers, strict=True)]
    document = {"rule": rule.name, "source": rule.source, "example": rule.example, "points": rows}
    output.give(canonical_json(document), rule_text(rule, points, answers))
