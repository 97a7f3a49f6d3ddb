"""Curve laws on runs they were not fitted to, the best schedules, and speed at 100,000 steps.

``python -m benchmarks.curve_tables``: the quadratic world, our own runs under six schedules, and
the ladder, where runs up to a length (or a size) foretell the longer (or larger) ones.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from isoflop.decide.schedule_optimum import best_schedule
from isoflop.fit.curve_fit.curve_fit import CurveFit
from isoflop.fit.curve_fit.fit_curves import Settings, fit_curves
from isoflop.fit.curve_fit.loss_curve import LossCurve, Reading, loss_curves, named_runs
from isoflop.laws.catalogue import get_curve_law
from isoflop.laws.course import Course
from isoflop.laws.schedule_shapes import Plan
from isoflop.measure.measured import measured
from isoflop.measure.world import get_world
from isoflop.measure.worlds.nqm import schedule_shape

SETTINGS = Settings(resamples=0)
ONE_SIZE = {"multi_power": {}, "tissue": {}, "wang_momentum": {"B": 0.0, "a_n": 0.5}}
ONE_SIZE["wang_power"] = ONE_SIZE["wang_momentum"]
SHORT = 0.3  # of the longest run of a size: runs up to here are fitted, the longest is foretold
SMALL = 120_000  # parameters; runs of larger models are foretold
LONG = 100_000  # steps


def main() -> None:
    """Print every table."""
    quadratic()
    six_schedules()
    longer_runs()
    larger_models()
    best_schedules()
    speed()


def quadratic() -> None:
    """Constant and cosine foretell stable-then-decay (catalogue, W07: within 1%)."""
    print("noisy quadratic, fitted to constant + cosine, WSD foretold (bar 1%)")
    for floor in (0.0, 1.0):
        table = get_world("nqm").curves(0, floor=floor).select("family=schedule")
        peak = float(table.values("lr")[0])
        rates = {run: peak * schedule_shape(run.split("-")[1], 4096) for run in table.run_ids}
        curves = loss_curves(table, Reading(schedules=rates, size=1.0))
        used, unseen = named_runs(curves, [run for run in rates if "wsd" in run])
        for law, fixed in ONE_SIZE.items():
            fit = fit_curves(used, law, settings=SETTINGS, fixed=fixed, held_out=unseen)
            _say(f"floor {floor:g}  {law}", fit)


def six_schedules() -> None:
    """Our own runs: two schedules foretell the four others."""
    print("one model of 20K parameters, fitted to constant + cosine, four schedules foretold")
    curves = _measured("schedules")
    names = _column("schedules", "schedule")
    others = [run for run, name in names.items() if name not in ("constant", "cosine")]
    used, unseen = named_runs([replace(c, course=_sized(c, 1.0)) for c in curves], others)
    for law, fixed in ONE_SIZE.items():
        fit = fit_curves(used, law, settings=SETTINGS, fixed=fixed, held_out=unseen)
        print(f"  {law}: scatter of the fitted runs {fit.noise:.2%}")
        for item in fit.held_out:
            print(
                f"    {names[item.run_id]:14} mean {item.mean:.2%}  worst {item.worst:.2%}  "
                f"last {item.last:+.2%}"
            )


def longer_runs() -> None:
    """Ladder: of each size the runs up to a length foretell the longest."""
    print(
        f"ladder, runs up to {SHORT:.0%} of the longest of their size fitted, the longest foretold"
    )
    sizes = _column("ladder", "params")
    curves = _measured("ladder")
    for law in ("multi_power", "tissue"):
        lasts, means = [], []
        for size in sorted({float(s) for s in sizes.values()}):
            own = [c for c in curves if float(sizes[c.run_id]) == size]
            longest = max(own, key=lambda c: c.steps[-1])
            short = [c for c in own if c.steps[-1] <= SHORT * longest.steps[-1]]
            if len(short) < 4:
                continue
            fit = fit_curves(short, law, settings=SETTINGS, held_out=[longest])
            reach = longest.steps[-1] / max(c.steps[-1] for c in short)
            item = fit.held_out[0]
            lasts.append(item.last)
            means.append(item.mean)
            print(
                f"  {law:12} N {size:8.0f}  {len(short)} runs, {reach:.1f} times further: "
                f"mean {item.mean:.2%}  last {item.last:+.2%}"
            )
        print(
            f"  {law:12} all sizes: mean {np.mean(means):.2%}  last, absolute "
            f"{np.mean(np.abs(lasts)):.2%}"
        )


def larger_models() -> None:
    """Ladder: small models foretell larger ones with a law of sizes."""
    print(f"ladder, models up to {SMALL} parameters fitted, larger ones foretold")
    curves = _measured("ladder")
    unseen = [c for c in curves if (c.course.size or 0.0) > SMALL]
    used = [c for c in curves if (c.course.size or 0.0) <= SMALL]
    for law, fixed in (
        ("tissue_size", {"r": 0.0}),
        ("tissue_size", {}),
        ("wang_momentum", {}),
        ("wang_power", {}),
    ):
        fit = fit_curves(
            used, law, settings=replace(SETTINGS, points=40), fixed=fixed, held_out=unseen
        )
        _say(f"{law}{' r=0' if fixed else ''}, scatter {fit.noise:.2%}", fit)


def best_schedules() -> None:
    """The optimum under the published multi-power constants."""
    print("best schedule under published multi_power constants, peak 3e-4")
    for key in ("mpl-25m", "mpl-100m", "mpl-400m"):
        fit = CurveFit.published(f"multi_power@{key}")
        for steps in (24_000, 72_000):
            begin = time.perf_counter()
            found = best_schedule(fit, steps=steps, peak=3e-4)
            nearest = min(found.others, key=lambda name: found.others[name])
            shape = found.shape
            print(
                f"  {key:8} {steps} steps: {found.loss:.4f}; cosine "
                f"{found.others['cosine'] - found.loss:+.4f}, linear "
                f"{found.others['linear'] - found.loss:+.4f}, {nearest} "
                f"{found.others[nearest] - found.loss:+.4f}; decay {shape.decay:.1%}, exponent "
                f"{shape.exponent:.2f}; gap {found.gap:.1g}; {time.perf_counter() - begin:.1f} s"
            )


def speed() -> None:
    """Seconds for losses and gradients along a cosine of 100,000 steps."""
    print(f"a cosine of {LONG} steps")
    rates = Plan("cosine", LONG, 3e-4).rates
    some = np.unique(np.geomspace(LONG / 10, LONG, 200).astype(int))
    values = {
        "multi_power": dict(get_curve_law("multi_power").coefficients("mpl-400m").values),
        "tissue": {"L0": 2.0, "A": 0.5, "alpha": 0.5, "C": 1.0, "lam": 0.999},
        "wang_power": {"E": 2.0, "A": 0.5, "a_s": 0.5, "B": 0.0, "a_n": 0.5, "C": 1.0, "p": 0.5},
    }
    for name, at in values.items():
        law = get_curve_law(name)
        course = Course.of(rates, some, size=1.0)
        first = _seconds(lambda: law.losses(course, at))  # noqa: B023 - used at once
        again = _seconds(lambda: law.losses(course, at))  # noqa: B023 - used at once
        slope = _seconds(lambda: law.gradient(course, at))  # noqa: B023 - used at once
        every = _seconds(lambda: law.losses(Course.of(rates, size=1.0), at))  # noqa: B023
        print(
            f"  {name:12} 200 steps: {first * 1e3:.1f} ms, again {again * 1e3:.1f} ms, gradient "
            f"{slope * 1e3:.1f} ms; every step: {every:.2f} s"
        )


def _measured(name: str) -> tuple[LossCurve, ...]:
    """Curves of a measured table with the exact rates of its schedules and its sizes."""
    table, runs = measured(name), measured(name).runs()
    columns = ("steps", "lr", "warmup_steps", "decay_fraction", "params")
    numbers = np.stack([runs.values(column) for column in columns], axis=1)
    facts = zip(runs.text("run_id"), runs.text("schedule"), numbers, strict=True)
    rates, sizes = {}, {}
    for run, schedule, (steps, lr, warmup, decay, size) in facts:
        rates[run] = Plan(schedule, int(steps), float(lr), int(warmup), float(decay)).rates
        sizes[run] = float(size)
    found = loss_curves(table.steps(), Reading(schedules=rates))
    return tuple(replace(curve, course=_sized(curve, sizes[curve.run_id])) for curve in found)


def _sized(curve: LossCurve, size: float) -> Course:
    return replace(curve.course, size=size)


def _column(table: str, column: str) -> dict[str, str]:
    runs = measured(table).runs()
    return dict(zip(runs.text("run_id"), runs.text(column), strict=True))


def _say(label: str, fit: CurveFit) -> None:
    errors: Sequence = fit.held_out
    mean = np.mean([item.mean for item in errors])
    last = np.mean([abs(item.last) for item in errors])
    worst = max(abs(item.last) for item in errors)
    print(
        f"  {label:32} {len(errors)} runs foretold: mean {mean:.2%}  last, absolute {last:.2%}, "
        f"at most {worst:.2%}"
    )


def _seconds(work) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
