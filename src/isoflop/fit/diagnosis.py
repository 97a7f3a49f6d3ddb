"""Every fit is examined: each check of ``fit/checks`` looks at it and may add a finding."""

from __future__ import annotations

from dataclasses import replace

from isoflop.core.members import find_members
from isoflop.core.runs import Runs
from isoflop.fit.check import Check, Examined
from isoflop.fit.engine import Solution
from isoflop.fit.fit import Fit
from isoflop.fit.problem import Problem


def diagnose(fit: Fit, problem: Problem, solution: Solution, runs: Runs, resamples: int) -> Fit:
    """The fit with the findings of all checks, in order of code."""
    examined = Examined(fit, problem, solution, runs, resamples)
    findings = []
    for check in find_members("isoflop.fit.checks", "CHECK"):
        assert isinstance(check, Check)
        findings.extend(check.findings(examined))
    return replace(fit, warnings=tuple(sorted(findings, key=lambda finding: finding.code)))
