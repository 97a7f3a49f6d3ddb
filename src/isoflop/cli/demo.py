"""``isoflop demo``: the whole path on a simulated study whose truth is known."""

from __future__ import annotations

import sys
from pathlib import Path

DEMO_BUDGET = 1e22  # FLOP, ten times the largest simulated run


def demo(*, folder: Path = Path("isoflop-demo"), seed: int = 0, resamples: int = 200) -> None:
    """Simulate 56 cheap runs, fit, validate, plan and report, and compare with the truth.

    Parameters
    ----------
    folder
        Where runs.csv, fit.json, plan.json and report.html are written.
    seed
        Of the simulated noise and the resamples.
    resamples
        Bootstrap refits for the intervals.
    """
    from isoflop.cli.options import progress_on_stderr
    from isoflop.core.files import write_atomic
    from isoflop.core.quantities import format_count
    from isoflop.decide.plan_run import plan_run
    from isoflop.decide.plan_text import plan_text
    from isoflop.fit.fit_law import fit_law
    from isoflop.laws.catalogue import get_law
    from isoflop.measure.worlds import additive
    from isoflop.show.report import report_html
    from isoflop.show.terminal import fit_card
    from isoflop.validate.backtest import backtest
    from isoflop.validate.summary import summary

    folder.mkdir(parents=True, exist_ok=True)
    say = sys.stdout.write
    runs = additive.simulate(seed)
    runs.to_csv(folder / "runs.csv")
    say(f"1. measure: a simulated study (the truth is besiroglu2024)\n{runs!r}\n\n")
    with progress_on_stderr("resampling") as progress:
        fit = fit_law(runs, "chinchilla", resamples=resamples, seed=seed, progress=progress)
    fit.save(folder / "fit.json")
    say(f"2. fit\n{fit_card(fit)}\n\n")
    with progress_on_stderr("backtesting") as progress:
        trust = backtest(runs, ("chinchilla",), resamples=resamples, seed=seed, progress=progress)
    say(f"3. trust\n{summary(trust)}\n")
    plan = plan_run(fit, budget=DEMO_BUDGET)
    write_atomic(folder / "plan.json", plan.to_json())
    say(f"4. decide\n{plan_text(plan)}\n")
    law = get_law("chinchilla")
    assert law.optimum is not None
    import numpy as np

    truth = {name: np.asarray(value) for name, value in additive.TRUTH.items()}
    best = law.optimum(truth, np.asarray(DEMO_BUDGET), 6.0)
    say(
        f"The truth behind the simulation: {format_count(float(best['N']))} parameters on "
        f"{format_count(float(best['D']))} tokens, loss "
        f"{float(law.predict(best, truth)[0]):.4f}.\n"
    )
    path = write_atomic(folder / "report.html", report_html(runs, fit, trust, plan))
    say(f"Report: {path}\n")
