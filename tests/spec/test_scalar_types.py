"""Reals, chars and moments with a zone: what is drawn of them, and what is refused."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

import synth
from synth.databases import DIALECTS
from synth.dtypes import DType
from synth.errors import DataError, SpecError
from synth.spec.load import parse
from synth.translate.queries import offence_queries
from tests.support.drawn import column, table
from tests.support.laws import BELOW, kolmogorov

HEAD = "dataset: d\nperiod: {start: 2024-01-01, until: 2025-01-01}\ntables:\n"


def refused(columns: str, others: str = "") -> str:
    with pytest.raises(SpecError) as caught:
        synth.make_plan(parse(f"{HEAD}  t: {{rows: 400, columns: {{id: {{key: sequence}}, {columns}}}}}\n{others}"))
    return str(caught.value)


REFUSED = {
    # reals
    "x: {uniform: {min: 0.1, max: 0.1}, type: real}": "no real lies between 0.10000000000000001 and 0.10000000000000001: declare a double",
    "x: {normal: {mean: 0, sd: 1, min: 0.1, max: 0.100000000001}, type: real}": "no real lies between",
    "x: {uniform: {min: 0, max: 1, step: 0.05}, type: real}": "multiples of 0.05 are not all reals: declare a decimal",
    "x: {gamma: {shape: 2, step: 0.1}, type: real}": "multiples of 0.1 are not all reals",
    "x: {uniform: {min: 0, max: 90_000_000, step: 2}, type: real}": "a real tells numbers 2 apart up to 33,554,432: declare a double",
    "x: {poisson: {mean: 5, max: 20_000_000}, type: real}": "a real tells numbers 1 apart up to 16,777,216",
    "x: {uniform: {min: 0, max: 1.0e39}, type: real}": "1e+39 is more than a real can hold: declare a double",
    "x: {choice: {16777216: 1, 16777217: 1}, type: real}": "two of the values are one real",
    "x: {choice: {a: 1}, type: real}": "values of type text cannot be real",
    "y: {uniform: {min: 0, max: 1}, type: real}, x: {choice: {by: y, values: {0.5: {a: 1}}}}": "'y' is a real, by which nothing is told apart",
    "y: {uniform: {min: 0, max: 1}, type: real}, x: {json: {y: y}}": "whose digits not every database keeps",
    "x: {expr: CAST(id AS REAL)}": "a cast to real",
    "y: {uniform: {min: 0, max: 1.5}}, x: {lookup: y, type: real}": "'y' is double, and is not real as it is",
    "x: {lookup: id, type: real}": "and is not real as it is",
    "x: {first_name: {locale: en_US}, type: real}": "cannot be real",
    # chars
    "x: {choice: {a: 1, 'b ': 1}, type: char(3)}": "'b ' ends in a blank, which no char(3) keeps: write it without, or declare a varchar",
    "x: {choice: {abcd: 1}, type: char(3)}": "a value is longer than char(3)",
    "x: {choice: {ab: 1}, type: char}": "a value is longer than char(1)",
    "x: {choice: {a: 1}, type: char(0)}": "a char has 1 to 255 characters",
    "x: {choice: {a: 1}, type: char(256)}": "a char has 1 to 255 characters; a varchar is not filled up",
    "x: {choice: {a: 1}, type: 'char(3,1)'}": "char takes no such length",
    "x: {pattern: '#[ a]', type: char(2)}": "the pattern's last sign may be a blank, which no char(2) keeps",
    "x: {pattern: '####', type: char(2)}": "texts are 4 long",
    "x: {uniform: {min: 1, max: 2}, type: char(3)}": "cannot be char(3)",
    "y: {choice: {a: 1}, type: varchar(3)}, x: {lookup: y, type: char(3)}": "is not char(3) as it is",
    "y: {choice: {a: 1}, type: char(4)}, x: {lookup: y, type: char(3)}": "is not char(3) as it is",
    # moments with a zone
    "x: {choice: {2024-01-01: 1}, type: timestamptz}": "values of type date cannot be timestamptz",
    "x: {uniform: {min: 1, max: 2}, type: timestamptz}": "cannot be timestamptz",
    "x: {expr: CAST('2024-01-01' AS TIMESTAMPTZ)}": "no time zone is read",
    "x: {expr: id, type: timestamptz}": "the expression gives bigint, the column is timestamp",
}


@pytest.mark.parametrize("columns", REFUSED)
def test_what_no_column_can_hold_is_refused(columns):
    assert REFUSED[columns] in refused(columns)


CELLS = {
    ("char(2)", "'a '"): "'a ' ends in a blank, which no char(2) keeps",
    ("char(2)", "abc"): "'abc' is longer than char(2)",
    ("char(2)", "7"): "7 is no char(2)",
    ("real", "a"): "'a' is no real",
    (
        "timestamptz",
        "'2024-01-01 08:00:00'",
    ): "'2024-01-01 08:00:00' is no moment with a zone: write '2024-01-31 23:59:59+01:00'",
    ("timestamptz", "2024-01-01"): "is no moment with a zone",
    ("timestamptz", "'9999-12-31T23:59:59-01:00'"): "is no moment with a zone",
}


@pytest.mark.parametrize(("kind", "cell"), CELLS)
def test_cells_that_are_none_are_refused(kind, cell):
    text = f"{HEAD}  t: {{values: [[{cell}]], primary_key: [x], columns: {{x: {{type: {kind}}}}}}}\n"
    with pytest.raises(SpecError) as caught:
        synth.make_plan(parse(text))
    assert CELLS[kind, cell] in str(caught.value)


# -- reals


def are_reals(values: list[float]) -> bool:
    return bool((np.array(values, np.float32).astype(np.float64) == np.array(values)).all())


LAWS = {
    "uniform: {min: 0.1, max: 0.3}": (0.1, 0.3, lambda x: (x - 0.1) / 0.2),
    "normal: {mean: 5, sd: 2}": (-99, 99, lambda x: BELOW["normal"](x, 5, 2)),
    "exponential: {mean: 3, min: 0.1}": (0.1, 99, lambda x: BELOW["exponential"](x - 0.1, 3)),
}


@pytest.mark.parametrize("law", LAWS)
def test_numbers_are_drawn_as_reals_within_their_ends(law):
    low, high, below = LAWS[law]
    drawn, doubles = column(f"{{{law}, type: real}}", 60_000), column(f"{{{law}}}", 60_000)
    assert are_reals(drawn) and not are_reals(doubles)
    assert np.abs(np.array(drawn) - np.array(doubles)).max() < 2e-6
    assert min(drawn) >= low and max(drawn) <= high
    assert kolmogorov(drawn, below) < 1.95


def test_ends_that_are_no_reals_are_not_passed():
    """0.3 as a real is above 0.3, and 0.7 below: a range of few reals meets both often."""
    for low, high in ((0.29999997, 0.3), (0.7, 0.7000001)):
        drawn = column(f"{{uniform: {{min: {low}, max: {high}}}, type: real}}", 500)
        assert low <= min(drawn) and max(drawn) <= high and are_reals(drawn)


def test_unique_reals_are_all_different():
    drawn = column("{uniform: {min: 0.5, max: 0.5001}, type: real, unique: true}", 400)
    assert len(set(drawn)) == 400 and are_reals(drawn)
    assert "400" in refused("x: {uniform: {min: 0.5, max: 0.50001}, type: real, unique: true}")


def test_steps_that_reals_have():
    drawn = column("{uniform: {min: -1, max: 1, step: 0.25}, type: real}", 9_000)
    values, counts = np.unique(drawn, return_counts=True)
    assert values.tolist() == [at / 4 for at in range(-4, 5)]
    assert ((counts - 1000) ** 2 / 1000).sum() < 26.1  # chi-square, 8 degrees, 0.1 %


def test_expressions_of_reals_are_doubles_and_rounded_once():
    frame = table(
        "      id: {key: sequence}\n      a: {uniform: {min: 0.1, max: 9}, type: real}\n      b: {expr: a * 0.3, type: real}\n"
        "      c: {expr: a * 0.3, type: double}\n      d: {lookup: b}\n      e: {expr: b * 3, type: real}\n",
        2000,
    )
    a, b, c, e = (frame[name].cast(pl.Float64).to_numpy() for name in "abce")
    assert frame.schema["a"] == frame.schema["d"] == pl.Float32 and frame["b"].equals(frame["d"])
    assert (
        (c == a * 0.3).all() and (b == (a * 0.3).astype(np.float32)).all() and (e == (b * 3).astype(np.float32)).all()
    )


def test_a_real_that_is_too_large_is_told():
    with pytest.raises(DataError, match="NaN or infinity comes out"):
        column("{expr: a * a, type: real}", 9, above="a: {uniform: {min: 1.0e+20, max: 2.0e+20}}")


# -- chars


def test_chars_lose_their_blanks_and_nothing_else():
    frame = table(
        "      id: {key: sequence}\n      a: {choice: {' x': 1, y: 1, '': 1}, type: char(5)}\n      b: {expr: \"a || '\\t '\", type: char(7)}\n"
        "      c: {expr: \"LENGTH(a || '.')\"}\n      d: {state: \"a || '  '\", type: char(7)}\n",
        300,
    )
    assert set(frame["a"]) == {" x", "y", ""} and set(frame["b"]) == {" x\t", "y\t", "\t"}
    assert frame["c"].equals(frame["a"].str.len_chars().cast(pl.Int64) + 1, check_names=False)
    assert frame["d"].equals(frame["a"], check_names=False)


@pytest.mark.parametrize(
    "law", ["first_name: {locale: en_US}", "pattern: 'A##'", "uuid: 4", "coined: {syllables: 2}", "company: de_DE"]
)
def test_whatever_draws_texts_draws_chars(law):
    drawn, texts = column(f"{{{law}, type: char(60)}}", 500), column(f"{{{law}, type: varchar(60)}}", 500)
    assert drawn == [text.rstrip(" ") for text in texts]


# -- moments with a zone


@pytest.mark.parametrize(
    "law",
    ["arrival: {season: consumer}", "uniform: {min: 2024-01-01, max: 2024-12-31}", "delay: {after: came, median: 3, sigma: 1, max: 9}", "expr: came + INTERVAL 1 MONTH", "lookup: came"],
)  # fmt: skip
def test_whatever_draws_timestamps_draws_moments(law):
    above = "" if law.startswith("arrival") else "came: {arrival: {}, type: %s}"
    zoned = column(f"{{{law}, type: timestamptz}}", 2000, above=above and above % "timestamptz")
    plain = column(f"{{{law}, type: timestamp}}", 2000, above=above and above % "timestamp")
    assert zoned == [moment and moment.replace(tzinfo=dt.UTC) for moment in plain]


def test_cells_are_in_utc_or_say_their_zone():
    text = f"""{HEAD}  t:
    values: [[1, 2024-03-31 02:30:00], [2, "2024-03-31T02:30:00+02:00"], [3, "2024-03-31 02:30:00.5-11:30"], [4, "2024-03-31T02:30Z"]]
    primary_key: [id]
    columns: {{id: {{type: bigint}}, x: {{type: timestamptz}}}}
"""
    found = synth.frame(synth.make_plan(parse(text)), "t")["x"]
    assert [moment.isoformat() for moment in found] == [
        "2024-03-31T02:30:00+00:00", "2024-03-31T00:30:00+00:00", "2024-03-31T14:00:00.500000+00:00", "2024-03-31T02:30:00+00:00",
    ]  # fmt: skip


def test_in_documents_moments_have_a_zone():
    (document,) = column("{json: {at: came}}", 1, above="came: {arrival: {}, type: timestamptz}")
    assert document.endswith('+00:00"}') and "T" in document


# -- columns that nobody fills


def test_a_column_of_nothing_is_null_whatever_its_type():
    kinds = ("boolean", "bigint", "decimal(9,2)", "double", "real", "text", "char(3)", "enum(a, b)", "uuid", "json", "date", "time", "timestamp", "timestamptz")  # fmt: skip
    lines = "".join(
        f"      c{at}: {{nothing: {{}}, type: '{kind}', unique: true}}\n"
        for at, kind in enumerate(kinds)
        if kind != "json"
    )
    frame = table(
        f"      id: {{key: sequence}}\n{lines}      doc: {{nothing: {{}}, type: json}}\n      plain: {{nothing: {{}}}}\n",
        50,
    )
    assert frame.select(pl.exclude("id").null_count()).row(0) == (50,) * (len(kinds) + 1)
    assert [frame[f"c{at}"].dtype for at, kind in enumerate(kinds) if kind != "json"] == [
        DType.parse(kind).written for kind in kinds if kind != "json"
    ]
    assert frame["plain"].dtype == pl.String


def test_nothing_else_is_asked_of_it():
    assert "it is text, but the key of u is bigint" in refused(
        "x: {nothing: {}, references: u}", "  u: {rows: 3, columns: {k: {key: sequence}}}\n"
    )
    assert "a key is never NULL" in refused(
        "y: {uniform: {min: 1, max: 2}}", "  u: {rows: 3, primary_key: [k], columns: {k: {nothing: {}}}}\n"
    )
    assert "it is NULL in every row" in refused("x: {nothing: {}, null_share: 0.5}")
    assert "NULL can come out of it" in refused("x: {nothing: {}, nullable: false}")
    assert "may be NULL, for which no values are declared" in refused(
        "y: {nothing: {}}, x: {choice: {by: y, values: {a: {b: 1}}}}"
    )


# -- rows that exist

EXISTING = """
dataset: d
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  p: {existing: true, primary_key: [k], columns: {k: {type: bigint}, v: {type: KIND, nullable: true}}}
  c: {rows: 300, columns: {id: {key: sequence}, k: {reference: p}, v: {lookup: k.v, nullable: true}}}
"""
READ = {
    "timestamptz": {
        "2024-03-31T02:30:00+02:00": dt.datetime(2024, 3, 31, 0, 30, tzinfo=dt.UTC), "2024-03-31 02:30:00.5Z": dt.datetime(2024, 3, 31, 2, 30, 0, 500_000, dt.UTC),
        "2024-03-31 02:30": dt.datetime(2024, 3, 31, 2, 30, tzinfo=dt.UTC), "2024-03-31 02:30:00-1130": dt.datetime(2024, 3, 31, 14, tzinfo=dt.UTC),
        "2024-03-31": dt.datetime(2024, 3, 31, tzinfo=dt.UTC), "2024-03-31 02:30:00-05": dt.datetime(2024, 3, 31, 7, 30, tzinfo=dt.UTC),
    },
    "char(3)": {"ab  ": "ab", "abc   ": "abc", " b": " b", "x": "x"},
    "real": {"0.1": 0.10000000149011612, "16777217": 16777216.0, "-1e-3": -0.0010000000474974513},
}  # fmt: skip
UNFIT = {"timestamptz": ("01/02/2024", "x"), "char(3)": ("abcd", " abc "), "real": ("1e39", "x", "nan")}


@pytest.mark.parametrize("kind", READ)
def test_rows_that_exist_are_read_as_such(kind, tmp_path):
    known = READ[kind]
    pl.DataFrame({"k": range(len(known)), "v": list(known)}).write_csv(tmp_path / "p.csv", quote_style="always")
    frame = synth.frame(synth.make_plan(parse(EXISTING.replace("KIND", kind)), source=tmp_path), "c")
    wanted = dict(enumerate(known.values()))
    assert all(wanted[row["k"]] == row["v"] for row in frame.to_dicts()) and frame["k"].n_unique() == len(known)
    for text in UNFIT[kind]:
        pl.DataFrame({"k": [1], "v": [text]}).write_csv(tmp_path / "p.csv", quote_style="always")
        with pytest.raises(DataError, match="1 row with a 'v' that is no "):
            synth.make_plan(parse(EXISTING.replace("KIND", kind)), source=tmp_path)


# -- SQL


def test_sql_that_stays_as_it_is_sees_values_as_specs_know_them():
    """In DuckDB anything goes, also over columns that are kept otherwise."""
    tables = {"t": {"a": DType("real"), "At": DType("timestamptz"), "n": DType("bigint")}, "u": {"n": DType("bigint")}}
    sql = "SELECT t.n FROM t JOIN u ON u.n = t.n WHERE list_contains([0.1], t.a) OR at > '2024-01-01'"
    asked = offence_queries(sql, DIALECTS["duckdb"], "s", tables, 3)
    seen = '''SELECT * REPLACE (CAST("a" AS DOUBLE) AS "a", ("At" AT TIME ZONE 'UTC') AS "At") FROM "s"."t"'''
    assert f'({seen}) AS "t" JOIN "s"."u" ' in asked.count
