"""Pages of our own against pyarrow's: the same schema, rows, NULLs and statistics, whoever reads them."""

from __future__ import annotations

import duckdb
import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.columns import MisfitError
from synth.dtypes import DType
from synth.formats import FORMATS, parquet
from synth.formats.pages import can_write, encoded, texts
from synth.formats.pages.bits import levels, pack
from synth.formats.pages.distinct import SAMPLE, distinct, distinct_in
from synth.formats.pages.thrift import i32, message, numbers, varint, zigzag

PLAIN = [
    "boolean", "smallint", "integer", "bigint", "decimal(4,2)", "decimal(9,0)", "decimal(10,0)", "decimal(18,6)", "double",
    "real", "varchar(99)", "char(9)", "uuid", "enum(a, b)", "json", "date", "time", "timestamp", "timestamptz", "interval",
]  # fmt: skip
NEVER = 10**12  # rows: pyarrow writes all smaller tables
WORDS = ["", "a", "é", "漢字", "twelve bytes", "thirteen byte", "\0", "a\0", "long " * 60]


def written(frames, types, path, own, required=frozenset(), **options):
    """Write frames by our own pages or by pyarrow's."""
    before, parquet.OWN_ROWS = parquet.OWN_ROWS, 0 if own else NEVER
    try:
        parquet.write(frames, types, required, path, **options)
    finally:
        parquet.OWN_ROWS = before
    assert ("synth" in pq.read_metadata(path).created_by) == own
    return path


def both(frames, types, folder, required=frozenset(), **options):
    return [written(frames, types, folder / f"{own}.parquet", own, required, **options) for own in (True, False)]


def same(ours, theirs):
    """Nothing but bytes is different, and the bounds of long texts, which we leave out."""
    a, b = pq.ParquetFile(ours), pq.ParquetFile(theirs)
    assert a.schema.equals(b.schema) and a.schema_arrow.equals(b.schema_arrow, check_metadata=True)
    assert a.read().equals(b.read())
    assert (a.metadata.metadata, a.num_row_groups) == (b.metadata.metadata, b.num_row_groups)
    assert pl.read_parquet(ours).equals(pl.read_parquet(theirs))
    for group in range(a.num_row_groups):
        for at in range(a.metadata.num_columns):
            column, other = (each.metadata.row_group(group).column(at) for each in (a, b))
            if (bounds := other.statistics) is None:
                continue
            assert column.statistics.null_count == bounds.null_count
            if column.statistics.has_min_max:
                assert (column.statistics.min, column.statistics.max) == (bounds.min, bounds.max), column
            else:
                assert not bounds.has_min_max or len(max(bounds.min, bounds.max, key=len)) > 60


def rows_of(path):
    return duckdb.sql(f"SELECT * FROM '{path}'").to_arrow_table()


def drawn(rng, dtype, rows, shape):
    """A column of a type: few values, many, one, a sequence, or all that the type has."""
    if dtype.drawn == pl.String:
        pool = (
            WORDS if shape == "few" else ["one"] if shape == "one" else [f"{at}{'x' * (at % 17)}" for at in range(rows)]
        )
        return pl.Series([pool[at] for at in rng.integers(0, max(1, len(pool)), rows)], dtype=pl.String)
    if dtype.drawn == pl.Boolean:
        return pl.Series(rng.random(rows) < (1 if shape == "one" else 0.5))
    if dtype.drawn == pl.Float64:
        found = rng.normal(size=rows) if shape in ("many", "all") else np.resize([0.0, -0.0, 1.5, -1e30], rows)
        return pl.Series(found.astype(np.float32).astype(np.float64))
    most = {"date": 40_000, "time": 86_399_999_999, "timestamp": 10**15, "timestamptz": 10**15}.get(
        dtype.name, dtype.limit - 1
    )
    least = 0 if dtype.name == "time" else -most
    found = {
        "few": rng.choice(rng.integers(least, most, 5, endpoint=True), rows),
        "many": np.clip(rng.normal(0, 1000, rows).astype(np.int64), least, most),
        "one": np.full(rows, most),
        "sequence": np.arange(rows) % min(most, 10**6),
        "all": rng.integers(least, most, rows, endpoint=True),
    }[shape]
    return (
        pl.Series(found, dtype=pl.Int64).cast(pl.Int32).cast(pl.Date)
        if dtype.name == "date"
        else pl.Series(found).cast(dtype.drawn)
    )


def frame(rng, types, rows, shapes, empty):
    columns = []
    for (name, dtype), shape in zip(types.items(), shapes, strict=True):
        column = drawn(rng, dtype, rows, shape)
        hidden = pl.Series(rng.random(rows) < empty)
        columns.append((column.set(hidden, None) if empty else column).alias(name))
    return pl.DataFrame(columns)


SHAPES = ["few", "many", "one", "sequence", "all"]
TYPES = {f"{at} ä": DType.parse(text) for at, text in enumerate(PLAIN)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("pages")


@settings(deadline=None, max_examples=25, derandomize=True)
@given(
    st.integers(0, 2**32), st.sampled_from([0, 1, 2, 7, 8, 9, 127, 129, 1025, 5000]),
    st.lists(st.sampled_from(SHAPES), min_size=len(PLAIN), max_size=len(PLAIN)), st.sampled_from([0, 0.02, 0.5, 1]),
)  # fmt: skip
def test_readers_find_what_pyarrow_writes(folder, seed, rows, shapes, empty):
    made = frame(np.random.default_rng(seed), TYPES, rows, shapes, empty)
    required = frozenset() if empty else frozenset(list(TYPES)[::2])
    ours, theirs = both([made], TYPES, folder, required)
    same(ours, theirs)
    assert rows_of(ours).equals(rows_of(theirs))


@pytest.mark.parametrize("compression", FORMATS["parquet"].compressions)
def test_row_groups_of_several_frames(tmp_path, monkeypatch, compression):
    monkeypatch.setattr(parquet, "GROUP_ROWS", 6000)
    monkeypatch.setattr(parquet, "MOST_GROUP_ROWS", 7000)
    rng = np.random.default_rng(1)
    frames = [frame(rng, TYPES, rows, SHAPES * 4, 0.1) for rows in (0, 3000, 3000, 1, 15_000)]
    ours, theirs = both(frames, TYPES, tmp_path, compression=compression, description='{"ä": 1}')
    same(ours, theirs)
    assert rows_of(ours).equals(rows_of(theirs))
    assert ours.stat().st_size < 1.1 * theirs.stat().st_size


def test_several_pages_of_a_column(tmp_path, monkeypatch):
    monkeypatch.setattr(texts, "MOST_PAGE", 20_000)
    monkeypatch.setattr(encoded.Encoded.__init__, "__defaults__", (None, 0, 1000))
    made = frame(np.random.default_rng(2), TYPES, 7001, SHAPES * 4, 0.3)
    ours, theirs = both([made], TYPES, tmp_path)
    same(ours, theirs)
    assert rows_of(ours).equals(rows_of(theirs))


EXTREMES = {
    "all of 64 bits": [2**63 - 1, -(2**63) + 1, 0], "far apart": [-(2**61), 2**61 - 1], "a little too far": [-(2**61), 2**61],
    "next to the least": [-(2**63) + 1, -(2**63) + 2, -(2**63) + 700], "two": [5, 10**15], "zero is rare": [1] * 9000 + [0],
}  # fmt: skip


@pytest.mark.parametrize("numbers", EXTREMES.values(), ids=EXTREMES)
@pytest.mark.parametrize("times", [1, 600])
def test_extremes(tmp_path, numbers, times):
    made = pl.DataFrame({"x": pl.Series(np.tile(numbers, times), dtype=pl.Int64)})
    same(*both([made], {"x": DType("bigint")}, tmp_path))


def test_a_rare_empty_text(tmp_path):
    """An empty text's words are zeros, as is what stands in a table's places that nobody takes."""
    made = pl.DataFrame(
        {"x": ["twelve", "b"] * 10_000 + [""] + ["b"] * 9000, "y": [7, 10**12] * 10_000 + [0] + [7] * 9000}
    )
    same(*both([made], {"x": DType("varchar"), "y": DType("bigint")}, tmp_path))


def test_filters_by_bounds(tmp_path):
    """Row groups are left out by their least and largest values, and none that has rows."""
    types = {
        "n": DType("bigint"),
        "t": DType("varchar"),
        "f": DType("double"),
        "d": DType("decimal", 12, 2),
        "moment": DType("timestamp"),
    }
    frames = []
    for group in range(3):
        n = np.arange(100_000) + group * 100_000 - 150_000
        frames.append(
            pl.DataFrame(
                {
                    "n": n,
                    "t": pl.Series(n).cast(pl.String),
                    "f": n / 8,
                    "d": n * 3,
                    "moment": pl.Series(n * 10**9).cast(pl.Datetime("us")),
                }
            )
        )
    ours, theirs = both(frames, types, tmp_path)
    for condition in (
        "n = -150000",
        "n > 149000",
        "t = '77'",
        "t < '-10'",
        "f BETWEEN -0.1 AND 0.1",
        "d = 0.03",
        "d < -4400",
        "moment = TIMESTAMP '1970-01-01 00:16:40'",
    ):
        query = f"SELECT count(*), min(n), max(n) FROM '{{}}' WHERE {condition}"
        counted = duckdb.sql(query.format(ours)).fetchall()
        assert counted == duckdb.sql(query.format(theirs)).fetchall() and counted[0][0], condition
    for condition in (
        pl.col("n") == -150_000,
        pl.col("t") == "77",
        pl.col("f").is_between(-0.1, 0.1),
        pl.col("d") < -4400,
    ):
        found = [pl.scan_parquet(path).filter(condition).collect() for path in (ours, theirs)]
        assert found[0].equals(found[1]) and found[0].height


def test_bytes_follow_from_values_alone(tmp_path):
    """Where in memory a text lies, and in how many pieces a column is, makes no difference."""
    rng = np.random.default_rng(3)
    types = {"few": DType("varchar"), "short": DType("varchar"), "n": DType("bigint")}
    labels = pl.Series([f"a label of more than twelve bytes {at}" for at in range(40)] + [f"{at}" for at in range(40)])
    picked = labels[rng.integers(0, 80, 6000)]
    one = pl.DataFrame({"few": picked, "short": picked.str.slice(0, 4), "n": rng.integers(0, 10**13, 6000)})
    copied = pl.DataFrame(
        {"few": pl.Series(one["few"].to_list()), "short": pl.Series(one["short"].to_list()), "n": one["n"]}
    )
    pieces = pl.concat([copied[:100], one[100:3000], copied[3000:]], rechunk=False)
    found = {written([made], types, tmp_path / "x.parquet", True).read_bytes() for made in (one, copied, pieces)}
    assert len(found) == 1


def test_bounds_are_left_out_where_they_are_long_or_no_number(tmp_path):
    types = {"t": DType("varchar"), "f": DType("double"), "z": DType("double")}
    made = pl.DataFrame({"t": ["x" * 257, "a"], "f": [1.0, float("nan")], "z": [0.0, -0.0]})
    group = pq.read_metadata(written([made], types, tmp_path / "x.parquet", True)).row_group(0)
    assert [group.column(at).statistics.has_min_max for at in range(3)] == [False, False, True]
    low, high = group.column(2).statistics.min, group.column(2).statistics.max
    assert (np.signbit(low), np.signbit(high)) == (True, False)


def test_a_number_too_wide_is_refused(tmp_path):
    with pytest.raises(MisfitError, match=r"'x': 100\.00 does not fit decimal\(4,2\)"):
        written([pl.DataFrame({"x": [10_000]})], {"x": DType("decimal", 4, 2)}, tmp_path / "x.parquet", True)


def test_a_null_in_a_required_column_is_refused(tmp_path):
    with pytest.raises(ValueError, match="'x' is required, and has NULL"):
        written(
            [pl.DataFrame({"x": [1, None]})], {"x": DType("bigint")}, tmp_path / "x.parquet", True, frozenset({"x"})
        )


def test_which_columns_are_written_here():
    for text in PLAIN:
        dtype = DType.parse(text)
        assert can_write(pl.Series(dtype=dtype.drawn), dtype), text
    for text in ("bytes", "text[]", "decimal(19,0)"):
        dtype = DType.parse(text)
        assert not can_write(pl.Series(dtype=dtype.drawn), dtype), text
    assert not can_write(pl.Series(dtype=pl.Decimal(12, 2)), DType("decimal", 12, 2))


def test_many_rows_of_plain_types_are_written_here(tmp_path):
    many = pl.DataFrame({"x": np.arange(parquet.OWN_ROWS)})
    for made, own in ((many, True), (many[:-1], False)):
        FORMATS["parquet"].write([made], {"x": DType("bigint")}, frozenset(), path := tmp_path / "x.parquet")
        assert ("synth" in pq.read_metadata(path).created_by) == own


@pytest.mark.parametrize("width", range(65))
def test_packed_bits(width):
    """The reference takes every number apart into its bits."""
    numbers = np.random.default_rng(width).integers(0, 2**64 - 1, 64, dtype=np.uint64, endpoint=True)
    numbers = numbers >> np.uint64(64 - width) if width else np.zeros(64, dtype=np.uint64)
    bits = np.unpackbits(numbers.view(np.uint8).reshape(-1, 8), axis=1, bitorder="little")[:, :width]
    assert pack(numbers, width) == np.packbits(bits, bitorder="little").tobytes()


def test_levels():
    """Runs of the format's specification: a length in four bytes, a header, and bits or one repeated value."""
    assert levels(None, 5) == bytes([2, 0, 0, 0, 5 << 1, 1])
    assert levels(np.zeros(5, dtype=bool), 5) == bytes([2, 0, 0, 0, 5 << 1, 0])
    assert levels(np.array([True, False, True]), 3) == bytes([2, 0, 0, 0, 1 << 1 | 1, 0b101])


def test_compact_protocol():
    """Examples worked out by hand from Thrift's specification."""
    assert [varint(0), varint(127), varint(128), varint(300), varint(2**21)] == [
        b"\0",
        b"\x7f",
        b"\x80\1",
        b"\xac\2",
        b"\x80\x80\x80\1",
    ]
    assert [zigzag(number) for number in (0, -1, 1, -2, 2**63 - 1)] == [
        b"\0",
        b"\1",
        b"\2",
        b"\3",
        b"\xfe" + b"\xff" * 8 + b"\1",
    ]
    assert message(i32(1, 1), None, i32(40, -1)) == b"\x15\x02" + b"\x05\x50\x01" + b"\0"
    assert numbers(1, range(15))[2][:2] == b"\xf5\x0f"


@pytest.mark.parametrize("values", [1, 2, 100, 3000])
@pytest.mark.parametrize("words", [1, 2])
def test_distinct(values, words):
    rng = np.random.default_rng(values)
    pool = rng.integers(0, 2**64 - 1, (words, values), dtype=np.uint64)
    pool[:, 0] = 0
    given = pool[:, np.minimum(rng.geometric(4 / values if values > 4 else 0.9, 20_000) - 1, values - 1)]
    rows, codes = distinct(list(given), 5000)
    assert np.array_equal(given[:, rows][:, codes], given)
    assert len(rows) == len(np.unique(given, axis=1).T)
    assert len(rows) == 1 or distinct(list(given), len(rows) - 1) is None


def test_values_that_are_many_are_given_up():
    assert distinct([np.random.default_rng(4).integers(0, 2**63, 4 * SAMPLE).view(np.uint64)], 2**14) is None
    assert distinct_in(np.repeat(np.arange(50), 20)) == 50 and distinct_in(np.arange(500)) > 10_000
