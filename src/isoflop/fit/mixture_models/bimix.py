"""BiMix at one training length: each validation domain by its own share (X03)."""

from __future__ import annotations

from isoflop.core.errors import DataError
from isoflop.fit.mixture_law import law_model
from isoflop.fit.mixture_table import LOSS, SHARE, MixtureTable


def own_share(table: MixtureTable, target: str) -> dict[str, str]:
    """The column of the domain's own share.

    Raises
    ------
    DataError
        E540 if the validation domain is no source.
    """
    name = target.removeprefix(LOSS)
    if name not in table.domains:
        raise DataError(
            f"BiMix needs the share of '{name}' itself, and no source has that name.",
            where=f"{target}; sources {', '.join(table.domains)}",
            matters="in this law only the own share of a domain moves its loss.",
            do="give weights to domains that are sources (--weights), or use --law mix_exp.",
            code="E540",
        )
    return {"r": SHARE + name}


MODEL = law_model(
    "bimix",
    "bimix_slice",
    "a power of the own share; no transfer",
    axes=own_share,
    logs=True,
    extrapolates=False,
)
