"""What types say of what cannot be of them, and what values of them may do in SQL."""

from __future__ import annotations

import datetime as dt

import pytest

import synth
from synth.databases import DIALECTS
from synth.ddl import ddl
from synth.dtypes import DType
from synth.errors import DataError, SpecError
from synth.spec.load import parse

HEAD = "dataset: d\nperiod: {start: 2024-01-01, until: 2025-01-01}\ntables:\n"


def one_column(column: str, others: str = "") -> str:
    return HEAD + f"  t:\n    rows: 400\n    columns:\n      id: {{key: sequence}}\n{others}      x: {column}\n"


def refused(text: str) -> str:
    with pytest.raises(SpecError) as caught:
        synth.make_plan(parse(text))
    return str(caught.value)


def drawn(text: str, table: str = "t"):
    return synth.frame(synth.make_plan(parse(text)), table)


# -- how an enum is written

SPELT = {
    "enum(new,paid)": ("new", "paid"),
    " ENUM( New ,paid off )": ("New", "paid off"),
    'enum("a, b", c, "it\'s", "q\\"x", "(")': ("a, b", "c", "it's", 'q"x', "("),
    "enum(ä, 漢字, 1.5, 01, a-b/c, _x)": ("ä", "漢字", "1.5", "01", "a-b/c", "_x"),
}


@pytest.mark.parametrize("text", SPELT)
def test_an_enum_is_read_back_as_it_is_spelt(text):
    dtype = DType.parse(text)
    assert dtype.labels == SPELT[text] and DType.parse(str(dtype)) == dtype


NO_ENUM = {
    "enum": "an enum has 1 to 1,000 values, as in enum(new, paid)",
    "enum()": "an enum has 1 to 1,000 values",
    "enum(a,,b)": "'enum(a,,b)' cannot be read: write enum(new, paid), a value with other signs in double quotes",
    "enum(a b\"c)": "cannot be read",
    "enum(\"a)": "cannot be read",
    'enum("\\x")': '"\\x" is no text in double quotes',
    "enum(a, b, a)": "the enum has the value 'a' twice",
    'enum(a, " b")': "' b' cannot be a value of an enum: 1 to 63 bytes, printable, no blank at its ends",
    'enum("")': "'' cannot be a value of an enum",
    'enum("a\\nb")': "cannot be a value of an enum",
    f"enum({'x' * 64})": "cannot be a value of an enum",
    f"enum({', '.join(map(str, range(1001)))})": "an enum has 1 to 1,000 values",
}  # fmt: skip


@pytest.mark.parametrize("text", NO_ENUM)
def test_what_is_no_enum_is_refused(text):
    with pytest.raises(ValueError) as caught:
        DType.parse(text)
    assert NO_ENUM[text] in str(caught.value)


# a column -> what is said, with its place
WRONG = {
    "{choice: {a: 1, b: 1}, type: {enum: [a, c]}}": "t.columns.x.type: 'b' is no enum(a, c)",
    "{choice: {a: 1, b: 0}, type: {enum: [a]}}": "'b' is no enum(a)",
    "{choice: {1: 1}, type: {enum: [a]}}": "'1' is no enum(a)",
    "{choice: {a: 1}, type: {enum: [1]}}": "the values of an enum are texts: put 1 in quotes",
    "{choice: {a: 1}, type: {enum: a}}": "a type is a word, as in decimal(12,2), or a list of texts: {enum: [new, paid]}",
    "{choice: {a: 1}, type: {list: [a]}}": "a type is a word",
    "{choice: {a: 1}, type: {enum: []}}": "an enum has 1 to 1,000 values",
    "{choice: {a: 1}, type: [a]}": "t.columns.x.type",
    "{first_name: {locale: fr_FR}, type: enum(Jean)}": "enum(Jean)",
    "{uniform: {min: 1, max: 2}, type: enum(a)}": "enum(a)",
    "{key: {kind: code, prefix: C, digits: 6}, type: enum(a)}": "a code is text, and no other type",
    "{expr: \"CASE WHEN id > 3 THEN 'a' ELSE 'd' END\", type: \"enum(a, c)\"}": "'d' is no enum(a, c)",
    "{expr: \"COALESCE(NULLIF(y, 'a'), 'b')\", type: \"enum(b, d)\"}": "'a' is no enum(b, d)",
    "{expr: y, type: enum(a)}": "'b' is no enum(a)",
    "{expr: id, type: enum(a)}": "the expression gives bigint, the column is enum(a)",
    "{lookup: y, type: enum(a)}": "y",
    "{expr: \"CAST(y AS ENUM('a'))\", type: text}": "a cast to an enum",
    "{expr: y + 1}": "arithmetic on text",
    '{expr: "CASE WHEN y THEN 1 ELSE 2 END"}': "'y' is text, a condition is expected",
    '{expr: "CASE WHEN y = 1 THEN 1 ELSE 2 END"}': "values of different kinds meet",
}


@pytest.mark.parametrize("column", WRONG)
def test_what_is_not_listed_is_refused(column):
    others = '      y: {choice: {a: 1, b: 1}, type: "enum(a, b)"}\n'
    assert WRONG[column] in refused(one_column(column, others))


def test_cells_that_are_written_out_are_listed():
    table = "  t: {values: [[1, a], [2, b]], primary_key: [id], columns: {id: {type: bigint}, x: {type: enum(a)}}}\n"
    assert "x: 'b' is no enum(a)" in refused(HEAD + table)


def test_a_text_that_is_worked_out_is_told_when_it_is_drawn():
    text = one_column("{expr: LOWER(y), type: enum(a)}", "      y: {choice: {A: 9, B: 1}}\n")
    with pytest.raises((SpecError, DataError), match="'b' is no enum"):
        drawn(text)
    told = one_column("{expr: LOWER(y), type: enum(a)}", "      y: {choice: {A: 1}}\n")
    assert set(drawn(told)["x"]) == {"a"}


def test_a_select_gives_what_is_listed():
    table = HEAD + "  t: {rows: 9, columns: {id: {key: sequence}, y: {choice: {a: 1}}}}\n  u:\n    primary_key: [id]\n"
    column = "    columns: {id: {type: bigint}, x: {type: enum(b)}}\n    select: "
    for select in ("SELECT id, y AS x FROM t", "SELECT MAX(id) AS id, y AS x FROM t GROUP BY id, y"):
        with pytest.raises((SpecError, DataError), match="'a'.* is no enum"):
            drawn(table + column + select, "u")


def test_an_enum_is_a_text_in_sql():
    others = '      y: {choice: {a: 1, B: 1}, type: "enum(a, B, c)"}\n'
    sql = "LOWER(y) || SUBSTRING(y, 1, 1) || CASE WHEN y < 'a' AND y IN ('B', 'zz') THEN '<' ELSE y END"
    frame = drawn(one_column(f'{{expr: "{sql}"}}', others))
    assert dict(zip(frame["y"], frame["x"], strict=True)) == {"a": "aaa", "B": "bB<"}


def test_a_key_and_what_refers_to_it_list_the_same():
    kinds = '  k: {values: [[a], [b]], primary_key: [k], columns: {k: {type: "enum(a, b)"}}}\n'
    rows = "  t: {rows: 9, columns: {id: {key: sequence}, k: {reference: k, type: %s}}}\n"
    assert "it is enum(a), but the key of k is enum(a, b)" in refused(HEAD + kinds + rows % "enum(a)")
    assert "it is text, but the key of k is enum(a, b)" in refused(HEAD + kinds + rows % "text")


# -- times of day

NO_CLOCK = {
    "{choice: {'08:00': 1, '8:15': 1}, type: time}": "'8:15' is no time of day: write '23:59', or with seconds '23:59:59.999999'",
    "{choice: {'24:00': 1}, type: time}": "'24:00' is no time of day",
    "{choice: {'12:00+01:00': 1}, type: time}": "'12:00+01:00' is no time of day",
    "{choice: {8: 1}, type: time}": "8 is no time of day",
    "{choice: {by: y, values: {'08:00': {1: 1}}}}": "'y' is a time of day, by which nothing is told apart",
    "{time_of_day: {min: '8'}}": "'8' is no time of day",
    "{time_of_day: {min: '18:00', max: '06:00'}}": "`min` is after `max`: a night is two ranges, drawn into columns of their own",
    "{time_of_day: {step: 0}}": "step",
    "{time_of_day: {unit: weeks}}": "unit",
    "{time_of_day: {}, type: timestamp}": "times of day cannot be timestamp",
    "{time_of_day: {step: 12, unit: hours}, unique: true}": "2",
    "{uniform: {min: 2024-01-01, max: 2024-02-01}, type: time}": "cannot be time",
    "{uniform: {min: 1, max: 9}, type: time}": "cannot be time",
    "{lookup: y, type: bigint}": "time",
    "{lookup: id, type: time}": "time",
    "{expr: y + 1}": "arithmetic on time",
    "{expr: y || 'h'}": "time as a text reads differently in every database",
    "{expr: \"CASE WHEN y < '12:00' THEN 1 ELSE 2 END\"}": "values of different kinds meet: text, time",
    "{expr: CAST(y AS BIGINT)}": "a time of day cast to bigint: every database reads that in its own way",
    "{expr: CAST(y AS TEXT)}": "a time of day cast to text",
    "{expr: CAST(id AS TIME)}": "bigint cast to time: only timestamps, and texts that are written out, have a time of day",
    "{expr: CAST('25:00' AS TIME)}": "'25:00' is no time of day",
    "{expr: EXTRACT(HOUR FROM y)}": "HOUR of time; dates and timestamps are expected",
    "{expr: EXTRACT(YEAR FROM y)}": "time",
    "{expr: id, type: time}": "the expression gives bigint, the column is time",
    "{expr: y, type: bigint}": "the expression gives time, the column is bigint",
    "{delay: {after: y, median: 2, sigma: 1, max: 3}}": "moment",
}


@pytest.mark.parametrize("column", NO_CLOCK)
def test_what_is_no_time_of_day_is_refused(column):
    assert NO_CLOCK[column] in refused(one_column(column, "      y: {time_of_day: {}}\n"))


def test_a_written_cell_is_a_time_of_day():
    table = "  t: {values: [['08:00'], ['8']], primary_key: [x], columns: {x: {type: time}}}\n"
    assert "x: '8' is no time of day" in refused(HEAD + table)


def test_times_of_day_are_even_on_their_grid():
    frame = drawn(
        one_column("{time_of_day: {min: '08:00', max: '09:50', step: 15, unit: minutes}}").replace("400", "80_000")
    )
    counts = frame["x"].value_counts(sort=True)
    assert sorted(counts["x"]) == [dt.time(8 + at // 4, at % 4 * 15) for at in range(8)]
    expected = 10_000
    assert sum((n - expected) ** 2 / expected for n in counts["count"]) < 24.3  # chi-square, 7 degrees, 0.1 %


def test_unique_times_of_day_are_all_different():
    frame = drawn(one_column("{time_of_day: {step: 3, unit: minutes}, unique: true}"))
    assert frame["x"].n_unique() == frame.height == 400


def test_checks_of_times_of_day_are_refused_where_databases_differ():
    table = one_column('{time_of_day: {}, check: "%s"}')
    for sql, said in {
        "x > '8'": "'8' is no time of day",
        "x > id": "values of different kinds meet",
        "x + 1 > x": "arithmetic",
        "YEAR(x) = 1": "time",
    }.items():
        text = table % sql
        with pytest.raises(SpecError, match=said):
            str(ddl(parse(text), DIALECTS["postgres"]))
