"""Bytes and arrays in a spec: what cannot be of them, what SQL may do with them, and that what is asked is drawn."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import permutations

import polars as pl
import pytest

import synth
from synth.arrays import hex_digits
from synth.databases import DIALECTS
from synth.ddl import ddl
from synth.dtypes import DType, array_of
from synth.errors import SpecError
from synth.spec.check import check
from synth.spec.load import parse
from tests.support.laws import BELOW, chi_square, kolmogorov

CHI = 3.1  # standard deviations: once in 1,000

HEAD = "dataset: d\nperiod: {start: 2024-01-01, until: 2025-01-01}\ntables:\n"
TABLE = """  t:
    rows: ROWS
    columns:
      id: {key: sequence}
      raw: {bytes: {length: 4}}
      tags: {array: {each: {choice: {a: 1, b: 2}}}}
      other: {array: {each: {choice: {a: 1, b: 2}}}}
      x: COLUMN
"""


def spec(column: str, rows: int = 5, more: str = "") -> str:
    return HEAD + TABLE.replace("COLUMN", column).replace("ROWS", str(rows)) + more


def drawn(column: str, rows: int = 20_000) -> pl.Series:
    dataset = parse(spec(column, rows))
    check(dataset)
    return synth.frame(synth.make_plan(dataset), "t")["x"]


def refused(column: str, more: str = "") -> str:
    with pytest.raises(SpecError) as error:
        dataset = parse(spec(column, more=more))
        check(dataset)
        synth.make_plan(dataset)
    return str(error.value)


REFUSED = {
    "{array: {each: {choice: {a: 1}}}, type: text}": "an array cannot be text",
    "{array: {each: {normal: {mean: 1, sd: 1}}}, type: 'double[]'}": "there are no arrays of double: declare a decimal",
    "{array: {each: {normal: {mean: 1, sd: 1}}}, type: 'real[]'}": "there are no arrays of real: declare a decimal",
    "{array: {each: {choice: {a: 1, b: 1}}}, type: 'enum(a)[]'}": "choice of an array: 'b' is no enum(a)",
    "{array: {each: {company: de_DE}}, type: 'varchar(9)[]'}": "company of an array: a company may be",
    "{array: {each: {url: {host: lost}}}}": "unknown column 'lost'",
    "{array: {each: {place_part: {place: id, part: city}}}}": "'id' is no column made by `place`",
    "{array: {each: {place_part: {place: _p, part: phone}}}}\n      _p: {place: it_IT}": "an array holds no NULL",
    "{array: {each: {place: de_DE}}}": "unknown generator 'place'",
    "{array: {each: {choice: {a: 1}}}, type: 'json[]'}": "declare json, which holds arrays",
    "{array: {each: {choice: {a: 1}}}, type: 'text[][]'}": "there are no arrays of text[]",
    "{array: {each: {choice: {a: 1}}}, type: 'integer[]'}": "choice of an array: values of type text cannot be integer",
    "{array: {each: {choice: {abc: 1}}}, type: 'varchar(2)[]'}": "choice of an array: a value is longer than varchar(2)",
    "{array: {each: {expr: id}}}": "unknown generator 'expr'",
    "{array: {each: {key: sequence}}}": "unknown generator 'key'",
    "{array: {each: {choice: {a: 1}, ip: 4}}}": "one generator is expected here",
    "{array: {each: {choice: {a: 1, b: 1}}, max: 3, distinct: true}}": "an array may have 3 values, and there are 2",
    "{array: {each: {normal: {mean: 1, sd: 1}}, distinct: true}, type: 'integer[]'}": "normal cannot be drawn without repeats in an array",
    "{array: {each: {choice: {a: 1}}, min: 3, max: 2}}": "`min` is above `max`",
    "{array: {each: {choice: {by: lost, values: {a: {b: 1}}}}}}": "lost",
    "{array: {each: {uniform: {min: 1, max: 40_000}}}, type: 'smallint[]'}": "values may be as high as 40,000, and it is smallint",
    "{array: {each: {choice: {a: 1}}}, type: array}": "an array says of what: text[], integer[]",
    "{choice: {a: 1}, type: 'text[]'}": "an array is drawn by `array`, or written out in `values`",
    "{bytes: {length: 4}, type: text}": "bytes cannot be text",
    "{bytes: {length: 4, max: 5}}": "say `length`, or `max` and `min`",
    "{bytes: {}}": "say `length`, or `max` and `min`",
    "{bytes: {min: 6, max: 5}}": "`min` is above `max`",
    "{choice: {abc: 1}, type: bytes}": "'abc' is no bytes: write them as '\\x00ff'",
    "{expr: raw = raw}": "bytes are not compared, and go through nothing",
    "{expr: tags = other}": "arrays are not compared, and go through nothing",
    '{expr: "COALESCE(tags, other)"}': "arrays are not compared",
    "{expr: LENGTH(raw)}": "LENGTH of bytes",
    "{expr: UPPER(tags)}": "UPPER of text[]",
    "{expr: tags || 'x'}": "text[]",
    "{expr: CAST(raw AS TEXT)}": "bytes cast to text: every database spells bytes in its own way",
    "{expr: CAST(tags AS TEXT)}": "text[] cast to text: every database spells arrays in its own way",
    "{expr: tags, type: text}": "text[]",
    "{expr: tags, type: 'integer[]'}": "text[]",
    "{bytes: {length: 4}, unique: true}": "'x' is bytes, which no key and no unique group can hold",
    "{array: {each: {choice: {a: 1}}}, unique: true}": "'x' is text[], which no key and no unique group can hold",
}  # fmt: skip


@pytest.mark.parametrize(("column", "said"), REFUSED.items())
def test_refused(column, said):
    found = refused(column)
    assert said in found and "t.columns.x" in found


def test_values_that_are_written_out():
    lines = (
        "  v:\n    values: [[1, CELL]]\n    primary_key: [n]\n    columns: {n: {type: integer}, c: {type: 'TYPE'}}\n"
    )
    for kind, cell, said in (
        ("bytes", "abc", "is no bytes"),
        ("text[]", "abc", "'abc' is no list"),
        ("integer[]", "[1, x]", "'x' is no integer"),
        ("varchar(2)[]", "[abc]", "'abc' is longer than varchar(2)"),
    ):
        assert said in refused("{constant: 1}", lines.replace("CELL", cell).replace("TYPE", kind))


@pytest.mark.parametrize(
    "sql", ["x = raw", "LENGTH(x) > 1", "CAST(x AS TEXT) = 'a'", "x IN ('a')", "COALESCE(x, raw) = raw"]
)
@pytest.mark.parametrize("column", ["bytes: {length: 4}", "array: {each: {choice: {a: 1}}}"])
def test_checks_may_not_compare_them(column, sql):
    with pytest.raises(SpecError, match=r"bytes|arrays|text\[\]"):
        str(ddl(parse(spec(f'{{{column}, check: "{sql}"}}')), DIALECTS["mysql"]))


def test_a_select_only_copies_them():
    plain = "  u: {select: 'SELECT id, raw, tags FROM t', primary_key: [id], columns: {id: {type: bigint}, raw: {type: bytes}, tags: {type: 'text[]'}}}\n"
    check(parse(spec("{constant: 1}", more=plain)))
    joined = plain.replace(
        "'SELECT id, raw, tags FROM t'", "'SELECT id, MAX(raw) AS raw, MAX(tags) AS tags FROM t GROUP BY id'"
    )
    assert "a SELECT gives no bytes but as a plain copy" in refused("{constant: 1}", joined)
    joined = joined.replace(" MAX(raw) AS raw,", "").replace(" raw: {type: bytes},", "")
    assert "a SELECT gives no text[] but as a plain copy" in refused("{constant: 1}", joined)


def test_types_are_read_and_spelt():
    for text in ("text[]", "integer[]", "decimal(12,2)[]", "varchar(9)[]", "timestamp[]", "uuid[]"):
        assert str(DType.parse(text)) == text and DType.parse(text) == array_of(DType.parse(text[:-2]))
    assert DType.parse("bytea") == DType.parse("blob") == DType.parse("bytes")
    assert hex_digits("\\xAbcD") == "abcd"
    for wrong in ("00ff", "\\x0", "\\xgg", 5):
        with pytest.raises(ValueError, match="is no bytes"):
            hex_digits(wrong)


def test_bytes_are_evenly_distributed():
    for column, lengths in (("{bytes: {length: 3}}", [3]), ("{bytes: {max: 4}}", [0, 1, 2, 3, 4])):
        found = drawn(column)
        assert chi_square(Counter(found.bin.size().to_list()), dict.fromkeys(lengths, 1.0)) < CHI
        octets = Counter(octet for value in found.to_list() for octet in value)
        assert chi_square(octets, dict.fromkeys(range(256), 1.0)) < CHI


def test_arrays_have_the_lengths_and_values_that_are_asked_for():
    found = drawn("{array: {each: {choice: {1: 3, 2: 1}}, min: 1, max: 4}}")
    assert chi_square(Counter(found.list.len().to_list()), dict.fromkeys((1, 2, 3, 4), 1.0)) < CHI
    assert chi_square(Counter(found.explode().to_list()), {1: 3.0, 2: 1.0}) < CHI
    numbers = drawn("{array: {each: {normal: {mean: 5, sd: 2}}, min: 2, max: 2}, type: 'decimal(12,6)[]'}").explode()
    assert kolmogorov(numbers.cast(pl.Float64).to_list(), lambda x: BELOW["normal"](x, 5, 2)) < 1.95


def test_distinct_values_are_successive_draws_by_weight():
    found = drawn("{array: {each: {choice: {1: 6, 2: 3, 3: 1}}, min: 2, max: 2, distinct: true}}")
    weights = {1: 0.6, 2: 0.3, 3: 0.1}
    pairs = {10 * x + y: weights[x] * weights[y] / (1 - weights[x]) for x in weights for y in weights if x != y}
    assert chi_square(Counter(10 * x + y for x, y in found.to_list()), pairs) < CHI


def test_distinct_numbers_are_all_alike():
    found = drawn("{array: {each: {uniform: {min: 1, max: 5}}, min: 3, max: 3, distinct: true}, type: 'smallint[]'}")
    triples = {100 * x + 10 * y + z: 1.0 for x, y, z in permutations(range(1, 6), 3)}
    assert chi_square(Counter(100 * x + 10 * y + z for x, y, z in found.to_list()), triples) < CHI
    everything = drawn("{array: {each: {uniform: {min: 1, max: 4}}, min: 4, max: 4, distinct: true}}", 50)
    assert all(sorted(row) == [1, 2, 3, 4] for row in everything.to_list())


def test_values_go_with_the_row():
    column = "{array: {each: {choice: {by: kind, values: {x: {xa: 1, xb: 1}, y: {ya: 1}}}}, max: 3}}\n      kind: {choice: {x: 1, y: 1}}"
    dataset = parse(spec(column, 500))
    check(dataset)
    frame = synth.frame(synth.make_plan(dataset), "t")
    assert all(value[0] == kind for values, kind in frame.select("x", "kind").iter_rows() for value in values)


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [("time", "'08:00'", dt.time(8)), ("bytes", "'\\x0a'", b"\n"), ("json", '\'{"b":1,"a":2}\'', '{"a": 2, "b": 1}')],
)
def test_a_constant_is_read_as_its_type(kind, written, value):
    assert set(drawn(f"{{constant: {written}, type: {kind}}}", 9).to_list()) == {value}
