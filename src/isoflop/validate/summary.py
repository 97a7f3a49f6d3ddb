"""A backtest in a few narrow lines: the answer, then laws and baselines in one table."""

from __future__ import annotations

from isoflop.validate.beside import naive_names
from isoflop.validate.score import Score
from isoflop.validate.trust import Trust

SHOWN_LEVEL = 0.9
NAME_WIDTH = 36
LEAST_SHARE = 0.005  # smaller weights are not shown


def summary(trust: Trust) -> str:
    """The verdict, the law it is about, and the table; under 100 characters a line."""
    best = trust.scores[trust.selection.best]
    level = SHOWN_LEVEL if SHOWN_LEVEL in trust.levels else trust.levels[-1]
    covers = f"{level:.0%} covers"
    lines = [
        f"{trust.selection.best}: {trust.verdict.text}",
        *_beyond(trust),
        *_weights(trust),
        f"held-out error {best.are_mean:.2%} on average, {best.are_max:.2%} at worst, "
        f"over {best.n_test} forecasts of larger runs",
        "",
        f"{'':{NAME_WIDTH}}{'error':>8}{'worst':>9}{'bias':>9}{covers:>12}{'forecasts':>11}",
    ]
    order = list(trust.selection.ranking)
    scores = trust.scores
    lines += [_row(name, scores[name], level) for name in order]
    beside = sorted(trust.baseline_scores.items(), key=lambda item: item[1].are_mean)
    lines += ["baselines", *(_row(f"  {name}", value, level) for name, value in beside)]
    winners = [name for name, one in beside if one.are_mean < best.are_mean]
    lines += [
        f"'{name}' is not held against the law:\nits constants may have been fitted to these runs."
        for name in winners
        if name not in naive_names()
    ]
    return "\n".join(lines) + "\n"


def _beyond(trust: Trust) -> list[str]:
    """Why the reach ends where it does, or how far it may last; a refusal says it in its text."""
    verdict = trust.verdict
    if not verdict.is_usable:
        return []
    if verdict.why:
        return [f"beyond that: {verdict.why}"]
    if verdict.horizon is None or verdict.horizon <= verdict.reach:
        return []
    return [
        f"untested beyond that: do not use past {verdict.horizon:.3g}x, "
        f"where the error is expected to pass {verdict.tolerance:.1%}"
    ]


def _weights(trust: Trust) -> list[str]:
    """What the stack of the largest fit is made of."""
    if not trust.stacks:
        return []
    last = trust.stacks[max(trust.stacks)]
    shares = sorted(last.weights.items(), key=lambda item: -item[1])
    said = ", ".join(f"{name} {share:.0%}" for name, share in shares if share >= LEAST_SHARE)
    return [f"stack at the last threshold: {said}"]


def _row(name: str, one: Score, level: float) -> str:
    covered = f"{one.coverage[level]:.0%}" if level in one.coverage else "-"
    short = name if len(name) < NAME_WIDTH else name[: NAME_WIDTH - 4] + "..."
    return (
        f"{short:{NAME_WIDTH}}{one.are_mean:8.2%}{one.are_max:9.2%}{one.bias:+9.2%}"
        f"{covered:>12}{one.n_test:>11}"
    )
