"""Fingerprints: our own path and DuckDB's agree, parts add up, order is free, and no change goes unseen."""

from __future__ import annotations

import datetime as dt
import string
from decimal import Decimal

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.columns import to_written
from synth.databases import DIALECTS
from synth.dtypes import DType, decimal
from synth.fingerprint import CHUNK, HUGE, TERMS, Fingerprint, fingerprint
from synth.texts import TextCache

SETTINGS = settings(deadline=None, max_examples=60, derandomize=True)

text = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)
KINDS = {
    "boolean": (DType("boolean"), st.booleans()),
    # the least number of each is refused, as tests/formats asks for; so it is no number to take a fingerprint of
    "smallint": (DType("smallint"), st.integers(-(2**15) + 1, 2**15 - 1)),
    "integer": (DType("integer"), st.integers(-(2**31) + 1, 2**31 - 1)),
    "bigint": (DType("bigint"), st.integers(-(2**63) + 1, 2**63 - 1)),
    "money": (decimal(12, 2), st.integers(-(10**12) + 1, 10**12 - 1)),
    "wide": (decimal(18, 0), st.integers(-(10**18) + 1, 10**18 - 1)),
    "share": (decimal(18, 18), st.integers(-(10**18) + 1, 10**18 - 1)),
    "double": (
        DType("double"),
        st.integers(-(10**12), 10**12).map(lambda n: n / 64),
    ),  # exact in binary and in millionths
    "varchar": (
        DType("varchar"),
        text | st.sampled_from(["", "0", "NULL", "a", "A", "a ", "ä", "a\u0308", "𝄞", "\n", "'"]),
    ),
    "real": (DType("real"), st.integers(-(2**20), 2**20).map(lambda n: n / 16)),
    "char": (DType.parse("char(12)"), text.map(lambda t: t.rstrip(" "))),
    "timestamptz": (DType("timestamptz"), st.datetimes(dt.datetime(1600, 1, 1), dt.datetime(2400, 1, 1))),
    "uuid": (DType("uuid"), st.uuids().map(str)),
    "date": (DType("date"), st.dates(dt.date(1600, 1, 1), dt.date(2400, 1, 1))),
    "timestamp": (DType("timestamp"), st.datetimes(dt.datetime(1600, 1, 1), dt.datetime(2400, 1, 1))),
}
EDGES = {
    "bigint": [0, -1, 2**31 - 1, 2**31 - 2, -(2**31) + 1, 2**31, 2**62, -(2**63) + 1, 2**63 - 1],
    "money": [0, -1, 10**12 - 1, -(10**12) + 1], "wide": [10**18 - 1, -(10**18) + 1], "share": [10**18 - 1, 1],
    "date": [dt.date(1970, 1, 1), dt.date(1969, 12, 31), dt.date(2024, 2, 29)],
    "timestamp": [dt.datetime(1969, 12, 31, 23, 59, 59, 999999), dt.datetime(1970, 1, 1), dt.datetime(2024, 2, 29, 12)],
    "real": [0.0, -0.0, 1.5, -2.25, 0.10000000149011612, 3.4028234663852886e38, 123456.7890625],
    "double": [0.0, -0.0, 0.5e-6, -0.5e-6, 1.5, -2.25],
}  # fmt: skip


@st.composite
def frames(draw, kinds=tuple(KINDS), min_size=0, max_size=25):
    """Drawn columns of random types, a few of them, with NULLs; and their types."""
    chosen = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=6))
    rows = draw(st.integers(min_size, max_size))
    columns, types = [], {}
    for at, kind in enumerate(chosen):
        dtype, values = KINDS[kind]
        values = values | st.sampled_from(EDGES[kind]) if kind in EDGES else values
        cells = draw(st.lists(values | st.none(), min_size=rows, max_size=rows))
        columns.append(pl.Series(f"{kind}_{at}", cells, dtype=dtype.drawn))
        types[f"{kind}_{at}"] = dtype
    return pl.DataFrame(columns), types


def in_duckdb(frame: pl.DataFrame, types) -> Fingerprint:
    written = to_written(frame, types).to_arrow()
    with duckdb.connect() as connection:
        connection.register("t", written)
        return Fingerprint(*connection.execute(DIALECTS["duckdb"].fingerprint_query(types, "t")).fetchone())


@SETTINGS
@given(frames())
def test_duckdb_computes_the_same(made):
    frame, types = made
    assert fingerprint(frame, types) == in_duckdb(frame, types)


@pytest.mark.parametrize("kind", EDGES)
def test_duckdb_computes_the_same_at_the_edges(kind):
    types = {"x": KINDS[kind][0]}
    for cell in EDGES[kind]:
        frame = pl.DataFrame({"x": pl.Series([cell, None], dtype=types["x"].drawn)})
        assert fingerprint(frame, types) == in_duckdb(frame, types), cell


def test_doubles_whose_millionths_do_not_fit():
    """They count as the largest that do: the same everywhere, and no error."""
    types = {"x": DType("double")}
    largest = 1.7976931348623157e308
    frames = [pl.DataFrame({"x": [x, -x, None, 5e-324]}) for x in (HUGE - 1.0, float(HUGE), HUGE + 1.0, 1e19, largest)]
    prints = [fingerprint(frame, types) for frame in frames]
    assert prints == [in_duckdb(frame, types) for frame in frames]
    assert prints[0] != prints[1] == prints[2] == prints[3] == prints[4]


def test_duckdb_computes_the_same_of_wide_and_long_tables():
    """More columns than terms summed at once, more rows than a chunk, few and many distinct texts, big numbers."""
    rows = CHUNK + 77
    n = pl.Series(range(rows), dtype=pl.Int64)
    types = {f"n{at}": DType("bigint") for at in range(2 * TERMS + 3)}
    frame = pl.DataFrame([(n * (10**14 + at) - 5 * 10**17).alias(f"n{at}") for at in range(2 * TERMS + 3)])
    types |= {"few": DType("varchar"), "many": DType("varchar")}
    frame = frame.with_columns(
        few=pl.when(n % 7 > 0).then((n % 5).cast(pl.String)), many=pl.when(n % 9 > 0).then(n.cast(pl.String))
    )
    assert fingerprint(frame, types) == in_duckdb(frame, types)


@SETTINGS
@given(frames(min_size=1), st.data())
def test_parts_add_up_in_any_order(made, data):
    frame, types = made
    whole = fingerprint(frame, types)
    cut = data.draw(st.integers(0, frame.height))
    assert fingerprint(frame.head(cut), types) + fingerprint(frame.slice(cut), types) == whole
    order = data.draw(st.permutations(range(frame.height)))
    assert fingerprint(frame[list(order)], types) == whole
    assert fingerprint(frame.select(reversed(frame.columns)), dict(reversed(types.items()))) == whole


@SETTINGS
@given(frames(min_size=1), st.data())
def test_any_changed_cell_is_seen(made, data):
    frame, types = made
    name = data.draw(st.sampled_from(frame.columns))
    row = data.draw(st.integers(0, frame.height - 1))
    cells = frame[name].to_list()
    other = data.draw(KINDS[name.rsplit("_", 1)[0]][1] | st.none())
    if other == cells[row]:
        return
    cells[row] = other
    changed = frame.with_columns(pl.Series(name, cells, dtype=frame[name].dtype))
    assert fingerprint(changed, types) != fingerprint(frame, types)


@pytest.mark.parametrize("kind", [k for k in KINDS if k != "boolean"])
def test_swapped_cells_are_seen(kind):
    """Between rows of a column, between columns of a row, and of a whole column with another."""
    dtype = KINDS[kind][0]
    a, b = {
        "varchar": ("a", "b"), "char": ("a", "b"), "real": (1.0, -1.0), "timestamptz": (dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 1, 0, 0, 0, 1)), "uuid": ("0" * 36, "1" * 36), "date": (dt.date(2024, 1, 1), dt.date(2024, 1, 2)),
        "timestamp": (dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 1, 0, 0, 0, 1)), "double": (1.0, -1.0),
    }.get(kind, (1, 2))  # fmt: skip
    types = {"x": dtype, "y": dtype, "n": DType("bigint")}

    def of(x, y, n=(1, 2)):
        return fingerprint(pl.DataFrame({"x": x, "y": y, "n": n}, schema={k: t.drawn for k, t in types.items()}), types)

    plain = of([a, b], [a, b])
    others = [of([b, a], [a, b]), of([a, b], [b, a]), of([b, b], [a, a]), of([a, a], [b, b]), of([a, b], [a, b], (1, 1)),
              of([b, a], [b, a]), of([a, None], [a, b]), of([None, b], [a, b])]  # fmt: skip
    assert plain not in others
    assert of([b, a], [b, a], (2, 1)) == plain


def test_null_empty_and_zero_differ():
    """And so do texts that a careless spelling would hold equal."""

    def of(cells, kind="varchar"):
        types = {"x": DType.parse(kind)}
        return fingerprint(pl.DataFrame({"x": pl.Series(cells, dtype=types["x"].drawn)}), types)

    texts = [None, "", "0", "NULL", "null", " ", "a", "A", "a ", " a", "ä", "a\u0308", "\n", "\r\n"]
    assert len({of([t]) for t in texts}) == len(texts)
    assert of([None], "bigint") != of([0], "bigint") != of([1], "bigint")
    assert of([None], "boolean") != of([False], "boolean") != of([True], "boolean")
    assert of([None, "a"]) != of(["a"])
    assert of(["a", "a", "b"]) != of(["a", "b", "b"])
    assert of(["ab", "c"]) != of(["a", "bc"])


def test_none_at_all():
    assert fingerprint(pl.DataFrame(schema={"x": pl.Int64}), {"x": DType("bigint")}) == Fingerprint()
    assert in_duckdb(pl.DataFrame(schema={"x": pl.Int64}), {"x": DType("bigint")}) == Fingerprint()
    assert str(Fingerprint(26, 255, 16)) == "1a-ff-10"


def test_what_was_seen_before_does_not_matter():
    """Digests of few distinct texts are kept by column name: another column of that name, new texts, NULLs, many texts."""
    types = {"x": DType("varchar")}

    def fresh(cells):
        return in_duckdb(pl.DataFrame({"x": pl.Series(cells, dtype=pl.String)}), types)

    many = [a + b + c for a in string.ascii_letters for b in string.ascii_letters for c in "0123456789abc"]
    assert len(many) > len(TextCache(lambda texts: texts).hashes) // 2  # so that many share a slot
    for cells in (
        ["a", "b"] * 900,
        ["b", "a"],
        ["b", "c", None],
        [None, None],
        many,
        ["a", *many] * 2,
        ["a", None, "c"],
        [],
    ):
        assert fingerprint(pl.DataFrame({"x": pl.Series(cells, dtype=pl.String)}), types) == fresh(cells)


def test_decimals_of_all_digits_are_the_same_numbers_in_duckdb():
    """Short ones take another way there than long ones."""
    connection = duckdb.connect()
    for digits, behind in ((p, s) for p in range(1, 19) for s in {0, 1, p // 2, p - 1, p} if s <= p):
        dtype, most = decimal(digits, behind), 10**digits - 1
        units = [most, -most, 0, 1, -1, most // 3, None]
        cells = ", ".join("(NULL)" if unit is None else f"({Decimal(unit).scaleb(-behind):f})" for unit in units)
        connection.execute(f"CREATE OR REPLACE TABLE t (x {dtype.duckdb})")
        connection.execute(f"INSERT INTO t VALUES {cells}")
        ((rows, linear, square),) = connection.execute(
            DIALECTS["duckdb"].fingerprint_query({"x": dtype}, "t")
        ).fetchall()
        wanted = fingerprint(pl.DataFrame({"x": pl.Series(units, dtype=pl.Int64)}), {"x": dtype})
        assert Fingerprint(int(rows), int(linear), int(square)) == wanted, dtype
