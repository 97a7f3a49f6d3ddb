"""Reads a table of training runs: maps its columns, declares conventions, cleans, derives."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from collections.abc import Mapping as MappingType
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from isoflop.core.compute import check_compute, derive_compute
from isoflop.core.conventions import Conventions, LossUnit, ParameterCount
from isoflop.core.errors import DataError, unknown_name
from isoflop.core.explain import Finding
from isoflop.core.provenance import Provenance
from isoflop.core.quantities import is_canonical
from isoflop.core.runs import Runs
from isoflop.measure.canonical import Canonical, refuse_bad_cells, to_canonical
from isoflop.measure.clean.rule import Evidence
from isoflop.measure.cleaning import Choice, apply_rules, choose_rules
from isoflop.measure.declare import declare_loss, declare_params, judge_declarations
from isoflop.measure.mapping import Mapping, Proposal, normalised, propose_mapping
from isoflop.measure.mapping_words import load_mapping, resolve
from isoflop.measure.source import Source, open_source
from isoflop.measure.stated import conditions_on_stated, stated_conventions

if TYPE_CHECKING:
    import polars as pl

_TARGETS = ("loss", "bits_per_byte")
_TARGET_FAMILIES = ("loss/", "score/")
_INPUTS = (
    "params",
    "params_non_embedding",
    "params_active",
    "tokens",
    "tokens_unique",
    "flops",
    "steps",
    "step",
)
_EXAMPLES = {
    "loss": "--map loss=COLUMN, or --map score/NAME=COLUMN for a benchmark",
    "params": "--map N=COLUMN for sizes, D= for tokens (or examples), C= for FLOP",
}
_NAMED_6ND = ("flops_6nd", "c_6nd")


def read_runs(
    source: object,
    *,
    mapping: MappingType[str, str] | str | Path | None = None,
    params: ParameterCount = "unknown",
    loss_unit: LossUnit = "unknown",
    tokens_per_byte: float | None = None,
    where: Sequence[str] = (),
    drop: Sequence[str] = (),
    keep: Sequence[str] = (),
    columns: Sequence[str] = (),
) -> Runs:
    """Read runs from a file or a data frame; every row left out is named in the provenance.

    Parameters
    ----------
    source : path of a .csv, .tsv, .parquet or .jsonl file, or a pandas, polars, pyarrow table.
    mapping : {"N": "their_column"} or a TOML file with a ``[map]`` table; the rest is proposed.
    params : what the size counts.
    loss_unit : unit of the loss; unknown is treated as nat/token, with a note.
    tokens_per_byte : of the tokenizer, to turn bit/byte into nat/token.
    where : conditions such as "dataset=c4"; all must hold.
    drop, keep : rules to add ("highest_loss=5"), default rules to leave off ("duplicate").
    columns : what a law reads under its own names, the target first, "share/*" for a family; they
        do for the loss and for the size, tokens or compute that a table must otherwise have.

    Returns
    -------
    Runs
        Canonical columns, counts and losses as float64; flops derived by 6ND if absent.

    Raises
    ------
    DataError
        If the file or its columns cannot be used; the message says where and what to do.
    UsageError
        If an option is wrong.
    """
    runs = read_cleaned(
        source,
        mapping=mapping,
        params=params,
        loss_unit=loss_unit,
        tokens_per_byte=tokens_per_byte,
        where=where,
        drop=drop,
        keep=keep,
        columns=columns,
    )
    return judge_declarations(runs)


def read_cleaned(
    source: object,
    *,
    mapping: MappingType[str, str] | str | Path | None,
    params: ParameterCount,
    loss_unit: LossUnit,
    tokens_per_byte: float | None,
    where: Sequence[str],
    drop: Sequence[str],
    keep: Sequence[str],
    columns: Sequence[str] = (),
) -> Runs:
    """All of :func:`read_runs` but its last look, which judges magnitudes of finished runs."""
    _check_choice("size count", params, get_args(ParameterCount))
    _check_choice("loss unit", loss_unit, get_args(LossUnit))
    choices = choose_rules(drop=drop, keep=keep)
    opened = open_source(source)
    mapped = _map_columns(opened.table, mapping, columns, source=opened.name)
    canonical = to_canonical(opened.table, mapped.applied, source=opened.name)
    early, later = conditions_on_stated(where)
    runs = stated_conventions(_bare_runs(opened, mapped, canonical).select(*early))
    runs = declare_params(runs, params)
    runs = declare_loss(runs, loss_unit, tokens_per_byte=tokens_per_byte)
    runs = derive_compute(runs).select(*later)
    return check_compute(_cleaned(runs, canonical, choices))


def propose_columns(
    source: object, *, mapping: MappingType[str, str] | str | Path | None = None
) -> Mapping:
    """What every column of a source would be taken for, doubtful ones included."""
    table = open_source(source).table
    return propose_mapping(table, _given(mapping, table.columns))


def _given(
    mapping: MappingType[str, str] | str | Path | None, columns: Sequence[str]
) -> dict[str, Proposal | None]:
    pairs = load_mapping(mapping) if isinstance(mapping, str | Path) else (mapping or {})
    return resolve(pairs, columns)


def _map_columns(
    table: pl.DataFrame,
    mapping: MappingType[str, str] | str | Path | None,
    columns: Sequence[str],
    *,
    source: str,
) -> Mapping:
    """The mapping to apply; refuses to guess a target or the only input."""
    # A column the law names is that column, whatever it sounds like (loss_change_general).
    own = [name for name in table.columns if name in columns and not is_canonical(name)]
    proposed = propose_mapping(table.drop(own), _given(mapping, table.columns))
    applied = proposed.applied
    at_hand = {*applied, *table.columns}
    has_target = any(t in _TARGETS or t.startswith(_TARGET_FAMILIES) for t in applied)
    if not (has_target or _is_there(columns[:1], at_hand)):
        raise _not_settled("loss", _TARGETS, proposed, table, source)
    if not (set(_INPUTS) & set(applied) or _is_there(columns[1:], at_hand)):
        raise _not_settled("params", _INPUTS, proposed, table, source)
    return proposed


def _is_there(wanted: Sequence[str], names: Collection[str]) -> bool:
    """Whether any of the columns is among the names; ``share/*`` is any of a family."""
    families = tuple(name.removesuffix("*") for name in wanted if name.endswith("/*"))
    return any(name in wanted or (families and name.startswith(families)) for name in names)


def _not_settled(
    wanted: str, targets: Sequence[str], proposed: Mapping, table: pl.DataFrame, source: str
) -> DataError:
    rivals = [item for item in proposed.doubtful if item.target in targets]
    what = "the loss" if wanted == "loss" else "the size, tokens or compute"
    if not rivals:
        return DataError(
            f"No column of {source} looks like {what}.",
            where=f"{source}, columns: {', '.join(table.columns)}",
            matters="a law needs a loss and what it depends on.",
            do=f"name the column: {_EXAMPLES[wanted]}.",
            code="E211",
        )
    options = " or ".join(item.option for item in rivals[:4])
    more = f" (or one of {len(rivals) - 4} more)" if len(rivals) > 4 else ""
    return DataError(
        f"It is not certain which column of {source} is {what}.",
        where=f"{source}, column '{rivals[0].foreign}': {rivals[0].reason}",
        matters="doubtful columns are never used silently.",
        do=f"pass {options}{more}.",
        code="E210",
    )


def _bare_runs(opened: Source, mapped: Mapping, canonical: Canonical) -> Runs:
    applied = mapped.applied
    by_name = "flops" in applied and normalised(applied["flops"].foreign) in _NAMED_6ND
    conventions = Conventions(flops="6ND" if by_name else "unknown")
    provenance = Provenance(
        source=opened.name,
        digest=opened.digest,
        mapping={target: item.foreign for target, item in applied.items()},
        conversions=canonical.conversions,
        notes=_mapping_notes(mapped),
    )
    return Runs(canonical.table, conventions, provenance)


def _mapping_notes(mapped: Mapping) -> tuple[Finding, ...]:
    likely = [item for item in mapped.proposals if item.confidence == "likely"]
    unused = [item for item in mapped.doubtful if item.target not in mapped.applied]
    notes = []
    if likely:
        pairs = ", ".join(f"{item.target} = {item.foreign}" for item in likely)
        notes.append(Finding("W125", f"taken by the usual meaning of their names: {pairs}"))
    if unused:
        pairs = "; ".join(f"{item.foreign} ({item.reason}) {item.option}" for item in unused)
        notes.append(Finding("W126", f"not used because doubtful: {pairs}"))
    return tuple(notes)


def _cleaned(runs: Runs, canonical: Canonical, choices: Sequence[Choice]) -> Runs:
    if all(choice.rule.name != "not_a_number" for choice in choices):
        refuse_bad_cells(canonical, source=runs.provenance.source)
    table, exclusions, findings = apply_rules(
        Evidence(runs.table, canonical.bad), choices, source=runs.provenance.source
    )
    history = replace(
        runs.provenance, exclusions=exclusions, notes=(*runs.provenance.notes, *findings)
    )
    return replace(runs, table=table, provenance=history)


def _check_choice(kind: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise unknown_name(kind, value, known, "isoflop read --help")
