"""Where text lies and which domain it belongs to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from isoflop.core.errors import UsageError

_DOMAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True)
class Source:
    """A folder or file whose documents belong to one domain.

    Parameters
    ----------
    domain : letters, digits, ``_`` and ``-``; it names files and columns such as loss/<domain>.

    Raises
    ------
    UsageError
        E457 for a domain name that cannot name a file.
    """

    domain: str
    path: Path

    def __post_init__(self) -> None:
        if not _DOMAIN.fullmatch(self.domain):
            raise _bad_domain(f"{self.domain!r} cannot name a domain.", self.path)

    def __str__(self) -> str:
        return f"{self.domain}={self.path}"


def sources_of(plain: Sequence[Path], named: Sequence[str]) -> tuple[Source, ...]:
    """Sources from paths, each a domain of its own name, and from texts ``NAME=PATH``.

    Raises
    ------
    UsageError
        E457 for a name that cannot name a domain, a text without a name, or two paths that
        would silently become one domain.
    """
    found = [Source(_own_name(path), path) for path in plain]
    for source in found:
        twins = [str(other.path) for other in found if other.domain == source.domain]
        if len(twins) > 1:
            what = f"{' and '.join(twins)} would both be domain {source.domain}."
            raise _bad_domain(what, source.path)
    for pair in named:
        name, sign, path = pair.partition("=")
        if not (sign and path.strip()):
            raise _bad_domain(f"{pair!r} is not NAME=PATH.", Path(pair))
        found.append(Source(name.strip(), Path(path.strip())))
    return tuple(found)


def _own_name(path: Path) -> str:
    whole = path.resolve()
    return whole.name if whole.is_dir() else whole.name.split(".")[0]


def _bad_domain(what: str, path: Path) -> UsageError:
    return UsageError(
        what,
        where=str(path),
        matters="a domain's name becomes a file name and a column such as loss/web.",
        do=f"name it with letters, digits, _ and -: --domain NAME={path}",
        code="E457",
    )
