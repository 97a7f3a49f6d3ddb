"""What isoflop says when it cannot go on: what, where, why it matters, what to do, and a code.

The tree, with the exit code of the command line:

    IsoflopError
    ├── UsageError            2   the request is wrong (unknown law, impossible option)
    ├── DataError             3   a file, row, column or value cannot be used
    │   └── ConventionError   3   two quantities are counted differently
    ├── FitError              3   the data cannot determine this law
    ├── PlanError             3   no plan meets the constraints
    └── MissingExtra          4   a feature needs an optional install
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class IsoflopError(Exception):
    """Base of every error meant for the user.

    Parameters
    ----------
    what : the fact, one sentence.
    where : file, row, column or option.
    matters : why one should care.
    do : the next step.
    code : key of ``isoflop explain``; each lives in ``core/codes``.
    """

    exit_code = 3
    default_code = "E000"

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        matters: str | None = None,
        do: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.matters = matters
        self.do = do
        self.code = code or self.default_code

    def __str__(self) -> str:
        lines = [f"[{self.code}] {self.what}"]
        for label, text in (("where", self.where), ("why", self.matters), ("do", self.do)):
            if text:
                lines.append(f"  {label}: {text}")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, str | None]:
        """Plain fields, for ``--json``."""
        return {
            "code": self.code,
            "what": self.what,
            "where": self.where,
            "why": self.matters,
            "do": self.do,
        }


class UsageError(IsoflopError):
    """The request itself is wrong."""

    exit_code = 2
    default_code = "E100"


class DataError(IsoflopError):
    """A file, row, column or value cannot be used."""

    exit_code = 3
    default_code = "E200"


class ConventionError(DataError):
    """Two quantities are counted under different conventions."""

    default_code = "E230"


class FitError(IsoflopError):
    """The data cannot determine the law asked for."""

    exit_code = 3
    default_code = "E300"


class PlanError(IsoflopError):
    """No plan meets the constraints."""

    exit_code = 3
    default_code = "E400"


class MissingExtra(IsoflopError):
    """A feature needs an optional install."""

    exit_code = 4
    default_code = "E500"


def unknown_name(kind: str, name: str, known: Iterable[str], list_with: str) -> UsageError:
    """Error for a misspelt name: suggests the nearest and says how to list all.

    Parameters
    ----------
    kind : what was named, for instance "law".
    list_with : the command that lists every legal name.
    """
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    return UsageError(
        f"There is no {kind} named '{name}'.",
        where=f"{kind} '{name}'",
        matters="nothing was computed.",
        do=f"{hint}list all with: {list_with}",
        code="E101",
    )
