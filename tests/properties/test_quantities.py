"""Counts survive writing and reading; what is no count is refused."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isoflop.core.conventions import (
    bits_per_byte_to_nats,
    bits_to_nats,
    nats_to_bits,
    nats_to_bits_per_byte,
    to_nats,
)
from isoflop.core.errors import ConventionError, DataError, UsageError
from isoflop.core.quantities import QUANTITIES, column_of, format_count, parse_count, quantity

COUNTS = st.floats(min_value=1.0, max_value=1e30, allow_nan=False)


@given(COUNTS)
def test_a_written_count_reads_back_to_the_digits_written(value):
    assert parse_count(format_count(value, digits=6)) == pytest.approx(value, rel=5.1e-6)


@given(COUNTS)
def test_repr_of_a_float_reads_back_exactly(value):
    assert parse_count(repr(value)) == value


@given(st.integers(min_value=0, max_value=10**15))
def test_thousands_may_be_grouped(value):
    assert parse_count(f"{value:,}") == parse_count(f"{value:_}") == float(value)


@given(st.floats(min_value=1, max_value=999, allow_nan=False), st.sampled_from("KMBTGP"))
def test_suffixes_mean_the_same_in_either_case(value, suffix):
    assert parse_count(f"{value!r}{suffix}") == parse_count(f"{value!r}{suffix.lower()}")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7B", 7e9),
        ("1e21", 1e21),
        ("2.6T", 2.6e12),
        ("1_000", 1000.0),
        ("1,000", 1000.0),
        (" 125m ", 1.25e8),
        ("70 M", 7e7),
        ("+5", 5.0),
        (".5B", 5e8),
        (7e9, 7e9),
        (6 * 10**30, 6e30),
    ],
)
def test_counts_are_read_as_people_write_them(text, value):
    assert parse_count(text) == value


@pytest.mark.parametrize(
    "text", ["", "B", "7BB", "7X", "1,5", "1,00", "seven", "nan", "1e", "0x10", "7B tokens", "--5"]
)
def test_nonsense_is_no_count(text):
    with pytest.raises(DataError, match="E214"):
        parse_count(text)


@pytest.mark.parametrize("value", ["-7B", -1.0, math.inf, "1e999", -(2**62)])
def test_negative_and_overflowed_counts_are_refused(value):
    with pytest.raises(DataError, match="E215"):
        parse_count(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [(7e9, "7B"), (1.4e12, "1.4T"), (1e21, "1e21"), (999.99e6, "1B"), (0.0, "0"), (125, "125")],
)
def test_counts_are_printed_in_few_characters(value, text):
    assert format_count(value) == text


@pytest.mark.parametrize(
    ("symbol", "column"),
    [("N", "params"), ("D", "tokens"), ("C", "flops"), ("U", "tokens_unique"), ("V", "vocab")],
)
def test_law_symbols_name_columns(symbol, column):
    assert quantity(symbol).column == column_of(symbol) == column


def test_every_column_and_symbol_is_unique():
    columns = [item.column for item in QUANTITIES]
    symbols = [item.symbol for item in QUANTITIES if item.symbol]
    assert len(set(columns)) == len(columns)
    assert len(set(symbols)) == len(symbols)


def test_domains_have_columns_of_their_own():
    assert quantity("loss/c4").unit == "nat/token"


def test_an_unknown_quantity_suggests_the_nearest():
    with pytest.raises(UsageError, match="params"):
        quantity("param")


@given(st.floats(min_value=0.01, max_value=20), st.floats(min_value=0.05, max_value=2))
def test_loss_units_convert_there_and_back(loss, tokens_per_byte):
    bits = nats_to_bits_per_byte(loss, tokens_per_byte=tokens_per_byte)
    assert bits_per_byte_to_nats(bits, tokens_per_byte=tokens_per_byte) == pytest.approx(loss)
    assert bits_to_nats(nats_to_bits(loss)) == pytest.approx(loss)


@pytest.mark.parametrize(
    ("unit", "per_byte"), [("bit/byte", None), ("bit/byte", 0.0), ("unknown", 1)]
)
def test_a_loss_without_unit_is_not_converted(unit, per_byte):
    with pytest.raises(ConventionError, match="E230"):
        to_nats(1.0, unit, tokens_per_byte=per_byte)
