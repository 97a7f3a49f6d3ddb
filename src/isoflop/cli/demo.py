"""``isoflop demo``: the whole path on runs that this package measured itself."""

from __future__ import annotations

import sys
from pathlib import Path

TABLE = "ladder"
LAWS = ("chinchilla", "overtraining", "skaling")
HELD_OUT_DECADE = 10.0  # runs within a factor ten of the largest are forecast, not learnt from
AHEAD = 10.0  # the plan is for ten times the compute of the largest run


def demo(*, folder: Path = Path("isoflop-demo"), seed: int = 0, resamples: int = 200) -> None:
    """Fit our own ladder of small runs, forecast its top decade of compute, plan beyond it.

    Parameters
    ----------
    folder
        Where runs.csv, fit.json, plan.json and report.html are written.
    seed
        Of the resamples.
    resamples
        Bootstrap refits for the intervals.
    """
    from isoflop.cli.options import progress_on_stderr
    from isoflop.core.files import write_atomic
    from isoflop.core.quantities import format_count
    from isoflop.decide.plan_run import plan_run
    from isoflop.decide.plan_text import plan_text
    from isoflop.fit.fit_law import fit_law
    from isoflop.measure.measured import measured
    from isoflop.show.report import report_html
    from isoflop.show.terminal import fit_card
    from isoflop.validate.backtest import backtest
    from isoflop.validate.summary import summary

    folder.mkdir(parents=True, exist_ok=True)
    say = sys.stdout.write
    table = measured(TABLE)
    runs = table.runs()
    runs.to_csv(folder / "runs.csv")
    largest = float(runs.values("flops").max())
    top = format_count(largest)
    say(f"1. measure: {table.about}\n{runs!r}\n\n")
    cut = largest / HELD_OUT_DECADE
    with progress_on_stderr("backtesting") as progress:
        trust = backtest(
            runs,
            LAWS,
            split="compute",
            thresholds=(cut,),
            resamples=resamples,
            seed=seed,
            progress=progress,
        )
    best = trust.selection.best
    say(f"2. trust: learnt up to {format_count(cut)} FLOP, forecast up to {top} FLOP\n")
    say(f"{summary(trust)}\n")
    with progress_on_stderr("resampling") as progress:
        fit = fit_law(runs, best, resamples=resamples, seed=seed, progress=progress)
    fit.save(folder / "fit.json")
    say(f"3. fit: the law that forecast best, on all runs\n{fit_card(fit)}\n\n")
    plan = plan_run(fit, budget=AHEAD * largest)
    write_atomic(folder / "plan.json", plan.to_json())
    say(f"4. decide: {AHEAD:g} times the compute of the largest run\n{plan_text(plan)}\n")
    if not trust.verdict.is_usable:
        say("The verdict is 'do not use': this plan shows the path, not what to train.\n")
    path = write_atomic(folder / "report.html", report_html(runs, fit, trust, plan))
    say(f"Report: {path}\n")
