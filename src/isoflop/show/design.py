"""A plan of runs in words and as JSON, the list of designs, and a sweep file to start from."""

from __future__ import annotations

from isoflop.core.files import canonical_json
from isoflop.core.quantities import format_count
from isoflop.measure.design.design import designs
from isoflop.measure.design.realise import COMMON_KEYS
from isoflop.measure.launch.job import Job
from isoflop.measure.launch.launcher import launchers
from isoflop.measure.launch.plan import Plan, cost
from isoflop.show.sweep import duration

EXAMPLE = """\
# A sweep: isoflop design THIS shows its runs, isoflop sweep run THIS makes them.
[sweep]
name = "profile"

[train]                       # settings of the built-in trainer, common to all runs
data = "tokens"               # folder made by: isoflop corpus tokens
seq_len = 128
batch = 16
lr = 3e-3
schedule = "wsd"

[design]                      # isoflop design --kinds lists all
kind = "isoflop"
budgets = { from = 1e12, to = 1e13, points = 3 }
params = { from = "50K", to = "800K", factor = 2 }
seeds = [0]
warmup_fraction = 0.05
tokens_per_param = [2, 200]

[launch]
backend = "local"
workers = 2

# Training code of your own, instead of [train]: it appends JSON lines to {folder}/steps.jsonl,
# such as {"step": 100, "tokens": 51200, "loss": 3.1}
# [command]
# argv = ["python", "train.py", "--lr", "{lr}", "--out", "{folder}"]
# [command.settings]
# batch = 16
"""
_COLUMNS = ("width", "depth", "batch", "lr", "seed")


def plan_document(plan: Plan, rate: float) -> str:
    """All runs, as one JSON document."""
    runs = [
        {"run_id": job.run_id, "role": job.role, "after": job.after, "cost": cost(job)}
        | {"expected": dict(job.expected), "settings": dict(job.settings)}
        for job in plan.jobs
    ]
    total = {
        "runs": len(plan.jobs),
        "flops": plan.flops,
        "seconds": plan.flops / rate / plan.launch.workers,
        "seconds_assume_flop_per_second": rate,
    }
    notes = [note.to_dict() for note in plan.notes]
    fields = {"name": plan.name, "design": plan.design, "runs": runs}
    return canonical_json(fields | {"total": total, "notes": notes})


def plan_text(plan: Plan, rate: float, shown: int) -> str:
    """The total, then run by run."""
    names = [name for name in _COLUMNS if any(name in job.settings for job in plan.jobs)]
    head = ["run", "N", "D", "D/N", "FLOP", "steps", *names, ""]
    rows = [head, *(_cells(job, names) for job in plan.jobs[:shown])]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    lines = [
        "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    if len(plan.jobs) > shown:
        lines.append(f"... and {len(plan.jobs) - shown} more; --json has all")
    return _total(plan, rate) + "\n".join(lines) + "\n"


def kinds_text() -> str:
    """Every design and back end with its keys."""
    lines = []
    for design in designs().values():
        lines += [f"{design.name}: {design.about}"]
        lines += [f"    {key:18} {meaning}" for key, meaning in design.keys.items()]
    lines += ["keys of every design:"]
    lines += [f"    {key:18} {meaning}" for key, meaning in COMMON_KEYS.items()]
    lines += ["back ends, [launch] backend:"]
    for launcher in launchers().values():
        lines += [f"    {launcher.name:18} {launcher.about}"]
        lines += [f"        {key:14} {meaning}" for key, meaning in launcher.extra_keys.items()]
    return "\n".join(lines) + "\n"


def _total(plan: Plan, rate: float) -> str:
    head = f"{plan.name}: {len(plan.jobs)} runs ({plan.design} design)"
    if not plan.flops:
        return head + "; their compute is not known\n"
    whole = sum(job.flops for job in plan.jobs if job.role == "run")
    workers = plan.launch.workers
    time = duration(plan.flops / rate / workers)
    saved = ""
    if plan.flops < whole:
        saved = f"; as separate runs the same would take {format_count(whole)} FLOP"
    return (
        f"{head}, {format_count(plan.flops)} FLOP{saved}\n"
        f"about {time} on {workers} worker{'s' if workers > 1 else ''} "
        f"at {rate:.2g} FLOP/s each (assumption; --rate)\n"
    )


def _cells(job: Job, names: list[str]) -> list[str]:
    expected = job.expected
    counts = [_count(expected.get(name)) for name in ("params", "tokens")]
    known = "params" in expected and "tokens" in expected
    ratio = f"{expected['tokens'] / expected['params']:.3g}" if known else "-"
    settings = [_setting(job.settings.get(name)) for name in names]
    role = f"from {job.after} step {expected['start']:g}" if job.after else job.role
    last = "" if role == "run" else role
    flops, steps = _count(expected.get("flops")), expected.get("steps")
    return [
        job.run_id,
        *counts,
        ratio,
        flops,
        "-" if steps is None else f"{steps:g}",
        *settings,
        last,
    ]


def _count(value: float | None) -> str:
    return "-" if value is None else format_count(value)


def _setting(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else "-" if value is None else str(value)
