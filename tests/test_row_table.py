"""Rows as a table: it fits the terminal with all columns and rows there, and NULL is no text; elsewhere nothing is cut."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from synth import row_table as shown
from synth.columns import types_of
from synth.dtypes import DType
from synth.row_table import row_table

CODES = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def in_terminal(monkeypatch):
    """What a terminal of so many columns shows, a line each, without colours."""

    def table(width, frame, types=None):
        monkeypatch.setattr(shown, "terminal_width", lambda: width)
        return CODES.sub("", row_table(frame, types or types_of(frame))).split("\n")

    return table


@pytest.fixture
def in_pipe(monkeypatch):
    def table(frame, types=None):
        monkeypatch.setattr(shown, "terminal_width", lambda: None)
        return row_table(frame, types or types_of(frame)).split("\n")

    return table


PEOPLE = pl.DataFrame(
    {
        "id": [1, 20, 300],
        "name": ["Ann", "", None],
        "paid": [Decimal("1.50"), None, Decimal("20.00")],
        "at": [dt.datetime(2025, 1, 2, 3, 4, 5), None, dt.datetime(2025, 1, 2)],
    },
    schema_overrides={"paid": pl.Decimal(8, 2)},
)


def test_a_table(in_pipe):
    assert in_pipe(PEOPLE) == [
        "    id  name          paid  at",
        "bigint  text  decimal(8,2)  timestamp",
        "------  ----  ------------  -------------------",
        "     1  Ann           1.50  2025-01-02 03:04:05",
        '    20  ""            NULL  NULL',
        "   300  NULL         20.00  2025-01-02 00:00:00",
    ]


def test_texts_that_may_be_mistaken_are_quoted_and_commands_are_not_obeyed(in_pipe):
    found = in_pipe(pl.DataFrame({"x": ["NULL", " a", "\x1b[31mred", "two\nlines", "null", "日本"]}))[3:]
    assert found == ['"NULL"', '" a"', "\\x1b[31mred", "two\\nlines", "null", "日本"]


def test_each_type_has_its_text(in_pipe):
    frame = pl.DataFrame({
        "yes": [True], "share": [0.1], "code": [b"\x00\xff"], "tags": [["a", "b"]], "day": [dt.date(2025, 1, 2)],
        "time": [dt.time(3, 4, 5, 6)], "at": [dt.datetime(2025, 1, 2, 3, 4, 5, 60, tzinfo=dt.UTC)],
    })  # fmt: skip
    names, types, _, row = (re.split(r"  +", line.strip()) for line in in_pipe(frame))
    assert names == ["yes", "share", "code", "tags", "day", "time", "at"]
    assert types == ["boolean", "double", "bytes", "text[]", "date", "time", "timestamptz"]
    assert row == [
        "true",
        "0.1",
        "\\x00ff",
        '["a", "b"]',
        "2025-01-02",
        "03:04:05.000006",
        "2025-01-02 03:04:05.000060",
    ]


def test_an_enum_is_not_told_by_its_labels(in_pipe):
    assert in_pipe(pl.DataFrame({"x": ["a"]}), {"x": DType.parse("enum(a, b, c)")})[1] == "enum"


def test_nothing_is_cut_where_there_is_no_terminal(in_pipe):
    frame = pl.DataFrame({f"column_{n}": ["x" * 500] for n in range(20)})
    assert in_pipe(frame)[3].split() == ["x" * 500] * 20


def test_long_texts_give_way_in_a_terminal(in_terminal):
    frame = pl.DataFrame({"id": [1], "about": ["long " * 50], "more": ["words " * 50], "n": [123456789]})
    lines = in_terminal(60, frame)
    assert all(cell_len(line) <= 60 for line in lines) and len(lines) == 4
    assert (
        lines[3].count("…") == 2 and lines[3].endswith("123456789") and lines[0].split() == ["id", "about", "more", "n"]
    )


def test_columns_that_do_not_fit_stand_below_each_other(in_terminal):
    frame = pl.DataFrame({f"column_{n}": [n * 10**9, None, n] for n in range(12)})
    lines = in_terminal(60, frame)
    assert lines[0].split() == ["row", "1", "row", "2", "row", "3"]
    assert [line.split()[0] for line in lines[1:]] == [f"column_{n}" for n in range(12)]
    assert lines[5].split() == ["column_4", "bigint", "4000000000", "NULL", "4"]
    lines = in_terminal(40, frame)
    assert "\n".join(lines).count("row ") == 3 and len(lines) > 13, "rows that do not fit follow below"


def test_no_rows(in_terminal, in_pipe):
    assert in_pipe(PEOPLE.head(0))[0].split() == ["id", "name", "paid", "at"]
    assert len(in_pipe(PEOPLE.head(0))) == 3
    assert [line.split()[0] for line in in_terminal(17, PEOPLE.head(0))[1:]] == ["id", "name", "paid", "at"]


VALUES = st.one_of(st.none(), st.text(max_size=60))


@given(st.integers(30, 200), st.integers(1, 9), st.data())
def test_it_fits_and_all_is_there(width, columns, data):
    rows = data.draw(st.integers(0, 6))
    frame = pl.DataFrame(
        {
            f"c{n}": pl.Series(data.draw(st.lists(VALUES, min_size=rows, max_size=rows)), dtype=pl.String)
            for n in range(columns)
        }
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(shown, "terminal_width", lambda: width)
        lines = CODES.sub("", row_table(frame, types_of(frame))).split("\n")
    assert all(cell_len(line) <= width for line in lines)
    if lines[0].split()[:1] == ["c0"]:
        assert len(lines) == rows + 3 and lines[0].split() == list(frame.columns)
    else:
        told = [line for line in lines if re.match(r" +row \d", line)]
        assert " ".join(told).split() == " ".join(f"row {n + 1}" for n in range(rows)).split()
        assert len([line for line in lines if line.startswith("c0 ")]) == max(1, len(told))
