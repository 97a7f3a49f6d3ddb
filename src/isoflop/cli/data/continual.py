"""``isoflop data continual``: the largest domain share that keeps the general loss."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from isoflop.cli.options import OutputOptions

if TYPE_CHECKING:
    from isoflop.decide.data.continual_share import Share


def continual(
    fit: Path,
    *,
    params: str,
    tokens: str,
    before: float,
    tolerance: float = 0.03,
    output: OutputOptions | None = None,
) -> None:
    """Find the largest share of domain data at which the general loss rises little.

    Parameters
    ----------
    fit
        File that `isoflop data fit --out` wrote for the general loss.
    params
        Size of the model to continue: 1.8B.
    tokens
        Length of the continued training: 10B.
    before
        General loss of the model before it, nat/token.
    tolerance
        Relative rise of the general loss that is allowed.
    """
    from isoflop.cli.arguments import count
    from isoflop.core.errors import UsageError
    from isoflop.core.files import canonical_json
    from isoflop.decide.data.continual_share import largest_share
    from isoflop.fit.fit import Fit

    general = Fit.load(fit)
    if general.law.name != "dcpt":
        raise UsageError(
            f"A fit of 'dcpt' is needed, not of '{general.law.name}'.",
            where=str(fit),
            matters="the share is found on the law of continued pre-training.",
            do="fit the general loss first: isoflop data fit RUNS --share COLUMN --out FIT",
        )
    limit = (1.0 + tolerance) * before
    found = largest_share(
        general, N=count(params, "--params"), D=count(tokens, "--tokens"), limit=limit
    )
    document = canonical_json({"kind": "continual share", "level": general.level} | asdict(found))
    (output or OutputOptions()).give(document, _text(found, params, tokens, general.level))


def _text(found: Share, params: str, tokens: str, level: float) -> str:
    span = "" if found.lo is None else f" ({found.lo:.3f} to {found.hi:.3f}, {level:.0%} interval)"
    lines = [
        f"At most {found.share:.3f}{span} of the tokens may be domain data",
        f"  {params} parameters, {tokens} tokens, general loss up to {found.limit:.4g} nat/token",
    ]
    if found.at_edge:
        lines.append("  the largest share measured keeps the limit: measure larger ones")
    return "\n".join(lines) + "\n"
