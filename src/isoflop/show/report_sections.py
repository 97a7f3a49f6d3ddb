"""The sections of the report, each a list of elements; an empty list leaves the section out."""

from __future__ import annotations

from collections.abc import Sequence

from isoflop.core.explain import explanations
from isoflop.core.provenance import Exclusion
from isoflop.core.runs import Runs
from isoflop.core.sources import sources
from isoflop.fit.fit import Fit
from isoflop.laws.latex import formula_text
from isoflop.show.frontier import flop_per_parameter_token
from isoflop.show.html import Html, bullets, facts, table, tag
from isoflop.show.terminal import evidence_text, method_of, parameter_rows
from isoflop.show.words import Document, estimate, interval, name_of, number, say

_MOST_ROWS = 1500  # excluded rows listed one by one; beyond, by rule, so that the file stays small
_DETAILS = {
    "constraints": "constraints",
    "regret": "cost of being wrong",
    "flat": "nearly as good",
    "reach": "times beyond the evidence",
}
_COVERED = "0.9"  # level of the coverage shown in the trust table


def answer(fit: Fit, judged: Document, planned: Document, missing: Sequence[str]) -> list[Html]:
    """The plan in one sentence, the verdict, and what being wrong costs."""
    lines = [tag("p", headline(fit, planned), class_="main")]
    verdict = judged.get("verdict", {})
    if verdict.get("text"):
        lines.append(tag("p", f"Backtest: {verdict['text']}."))
    factor = _beyond(fit, planned)
    reach = verdict.get("reach")
    is_far = factor is not None and factor > (reach or 1.0) * (1 + 1e-9)
    if factor is not None and factor > 1:
        tested = "that was not backtested" if reach is None else f"trusted up to {number(reach)}x"
        far = "Beyond what was tested; treat it as a guess. " if is_far else ""
        words = f"{far}The plan stands {number(factor)}x beyond the largest run ({tested})."
        lines.append(tag("p", words))
    lines += [tag("p", sentence, class_="note") for sentence in missing]
    parts = [tag("div", *lines, class_="answer caution" if is_far else "answer")]
    details = [(words, say(planned[key])) for key, words in _DETAILS.items() if planned.get(key)]
    parts += [facts(details)] if details else []
    return parts + _alternatives(planned)


def parameters(fit: Fit) -> list[Html]:
    """Formula and parameters with intervals."""
    headers = ("parameter", "value", f"{fit.level:.0%} interval", "unit", "meaning")
    return [
        tag("p", tag("code", formula_text(fit.law))),
        table(headers, parameter_rows(fit)),
        tag("p", f"Noise from run to run: {fit.noise:.2%}. Evidence: {evidence_text(fit)}."),
    ]


def trust_tables(judged: Document) -> list[Html]:
    """Held-out errors of the laws beside naive baselines."""
    if not judged:
        return []
    scored = [*judged.get("laws", {}).items()]
    naive = [(f"{name} (baseline)", score) for name, score in judged.get("baselines", {}).items()]
    rows = [[name, *_score_cells(score)] for name, score in [*scored, *naive]]
    headers = ("forecast by", "mean error", "worst", "bias", "within its 90% interval", "forecasts")
    split = judged.get("split", {})
    words = f"Runs held out by {say(split.get('name'))}; learnt from runs up to a threshold: "
    note = f"Errors are relative to the observed value. {words}{say(split.get('thresholds'))}."
    return [
        table(headers, rows),
        tag("p", note, class_="note"),
    ]


def warnings(fit: Fit, runs: Runs, judged: Document, planned: Document) -> list[Html]:
    """Every finding once, with what its code means and what to do."""
    found = [("reading", n.code, n.text) for n in runs.provenance.notes]
    found += [("fit", w.code, w.text) for w in fit.warnings]
    for stage, document in (("backtest", judged), ("plan", planned)):
        found += [(stage, str(w["code"]), str(w["text"])) for w in document.get("warnings", ())]
    if not found:
        return [tag("p", "None of the checks found anything.")]
    by_code: dict[str, list[str]] = {}
    for stage, code, text in dict.fromkeys(found):
        by_code.setdefault(code, []).append(f"{text} ({stage})")
    return [bullets(_warning(code, texts) for code, texts in by_code.items())]


def data_and_provenance(runs: Runs) -> list[Html]:
    """Source, digests, mapping, what was done, and every excluded row."""
    history = runs.provenance
    mapped = [f"{ours} from {theirs}" for ours, theirs in history.mapping.items() if ours != theirs]
    pairs: list[tuple[str, str | Html]] = [
        ("source", history.source),
        ("sha256 of the source", tag("code", history.digest)),
        ("sha256 of the runs used", tag("code", runs.digest)),
        ("columns renamed", "; ".join(mapped) or "none"),
        ("columns", ", ".join(runs.columns)),
    ]
    parts = [facts(pairs)]
    if history.conversions:
        parts += [tag("h3", "Done to the values"), bullets(history.conversions)]
    excluded = history.exclusions
    if not excluded:
        return [*parts, tag("p", "No row was left out.")]
    parts.append(tag("h3", f"Left out: {len(excluded)} rows"))
    headers = ("row", "run", "rule", "code", "reason")
    rows = [(str(e.row), e.run_id or "", e.rule, e.code, e.reason) for e in excluded[:_MOST_ROWS]]
    parts.append(table(headers, rows))
    rest = excluded[_MOST_ROWS:]
    return parts + ([tag("h3", "Further rows, by rule"), bullets(_by_rule(rest))] if rest else [])


def method(fit: Fit, judged: Document) -> list[Html]:
    """How the numbers came about and whose formulas they are."""
    sentences = method_of(fit)
    settings = judged.get("settings")
    if settings:
        sentences.append(f"Backtest: {say(settings)}.")
    parts = [bullets(sentences), tag("h3", "Sources")]
    known = sources().get(fit.law.source)
    if known is None:
        return [*parts, tag("p", fit.law.source)]
    link = tag("a", known.url, href=known.url) if known.url else ""
    return [*parts, tag("p", f"{known.text} ", link)]


def conventions(runs: Runs, fit: Fit) -> list[Html]:
    """What the numbers count."""
    counted = runs.conventions
    per_pair = flop_per_parameter_token(runs)
    return [
        facts(
            (
                ("model size counts", counted.params.replace("_", " ")),
                ("compute counted by", counted.flops),
                ("compute per parameter and token", f"{per_pair:.4g} FLOP, median of the runs"),
                ("loss in", counted.loss),
                ("target", f"{fit.target}, {fit.unit}"),
                ("intervals", f"central, {fit.level:.0%}, unless a level is written beside them"),
                ("K M B T", "10^3, 10^6, 10^9, 10^12"),
            )
        )
    ]


def headline(fit: Fit, planned: Document) -> str:
    """The plan in one sentence; without a plan, how well the law describes the runs."""
    optimum, loss = planned.get("optimum", {}), planned.get("loss")
    if not {"N", "D"} <= set(optimum) or not loss:
        many = f"{fit.n_rows} runs"
        return f"{fit.label or fit.law.name} describes {many} within {fit.noise:.2%}."
    size, tokens = (f"{number(optimum[n]['value'])}" for n in ("N", "D"))
    compute = f"For {number(optimum['C']['value'])} FLOP, train " if "C" in optimum else "Train "
    first = f"{compute}{size} parameters{interval(optimum['N'])}"
    then = f"on {tokens} tokens{interval(optimum['D'])}"
    unit = "" if loss.get("unit") else f" {fit.unit}"
    return f"{first} {then}; expected {fit.target} {estimate(loss)}{unit}."


def _beyond(fit: Fit, planned: Document) -> float | None:
    compute = planned.get("optimum", {}).get("C", {}).get("value")
    if compute is None or "C" not in fit.evidence:
        return None
    return float(compute) / fit.evidence["C"][1]


def _alternatives(planned: Document) -> list[Html]:
    others = [item for item in planned.get("alternatives", ()) if isinstance(item, dict)]
    if not others:
        return []
    keys = list(dict.fromkeys(key for item in others for key in item))
    rows = [[say(item[key]) if key in item else "" for key in keys] for item in others]
    return [tag("h3", "Other plans"), table([name_of(key) for key in keys], rows)]


def _score_cells(score: Document) -> list[str]:
    coverage = (score.get("coverage") or {}).get(_COVERED)
    shares = (score.get("are_mean"), score.get("are_max"), score.get("bias"), coverage)
    formats = ("{:.2%}", "{:.2%}", "{:+.2%}", "{:.0%}")
    cells = [
        "-" if share is None else form.format(share)
        for share, form in zip(shares, formats, strict=True)
    ]
    return [*cells, say(score.get("n_test"))]


def _warning(code: str, texts: Sequence[str]) -> Html:
    known = explanations().get(code)
    lines = [tag("div", text) for text in texts[1:]]
    if known is not None:
        lines.append(tag("div", f"{known.title}: {known.means} {known.do}", class_="note"))
    return tag("div", tag("span", code, class_="code"), texts[0], *lines)


def _by_rule(excluded: Sequence[Exclusion]) -> list[str]:
    groups: dict[tuple[str, str], list[int]] = {}
    for item in excluded:
        groups.setdefault((item.rule, item.code), []).append(item.row)
    return [f"{rule} ({code}): rows {_ranges(rows)}" for (rule, code), rows in groups.items()]


def _ranges(rows: Sequence[int]) -> str:
    """Rows in few characters: ``1-400, 405``."""
    spans: list[list[int]] = []
    for row in sorted(rows):
        if spans and row == spans[-1][1] + 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)
