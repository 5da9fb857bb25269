"""Newline-delimited JSON as it is spelt, as others read it, and as older versions spelt it."""

from __future__ import annotations

import json
import math
import random
from decimal import Decimal

import duckdb
import polars as pl
import pytest

from synth.arrays import plain_json
from synth.columns import to_written
from synth.documents import MOST_DIGITS
from synth.dtypes import DOUBLE, DType
from synth.formats import FORMATS
from synth.formats.format import spelt_in_full
from tests.support.cells import CASES, FIRST, SECOND, TEXTS, TYPES, cells_of, expected, frame_of, nulls

NDJSON = FORMATS["ndjson"]


def test_ndjson_is_one_object_a_row(tmp_path):
    types = {n: TYPES[n] for n in ("id", "money", "flag", "text", "day", "at")}
    frames = [frame_of([{**FIRST, "money": -1, "text": 'a"\n'}]).select(*types), nulls().head(1).select(*types)]
    NDJSON.write(frames, types, frozenset(), tmp_path / "x.ndjson")
    assert (tmp_path / "x.ndjson").read_text("utf-8").splitlines() == [
        '{"id":1,"money":-0.01,"flag":true,"text":"a\\"\\n","day":"2024-02-29","at":"2024-02-29T23:59:59.999999"}',
        '{"id":100,"money":null,"flag":null,"text":null,"day":null,"at":null}',
    ]


def test_every_type_is_spelt_as_the_page_says(tmp_path):
    """Numbers keep the digits of their type; what a double does not keep is a text."""
    NDJSON.write([frame_of([SECOND])], TYPES, frozenset(), tmp_path / "x.ndjson")
    text = (tmp_path / "x.ndjson").read_text("utf-8")
    found = json.loads(text, parse_float=str)
    wanted = {
        "id": -(2**63) + 1, "small": -(2**15) + 1, "whole": -(2**31) + 1, "flag": False, "money": "-9999999999.99", "rate": "-0.0001",
        "ratio": "-1e+300", "share": "-3.4028234663852886e+38", "text": "", "guid": "f" * 36, "state": "a,b",
        "day": "1900-01-01", "clock": "00:00:00.000000", "doc": "null", "land": "",
        "at": "1969-12-31T23:59:59.999999", "met": "1969-12-31T23:59:59.999999Z",
        "wide": f"-{'9' * 18}", "tiny": f"-0.{'9' * 18}", "huge": SECOND["huge"], "near": SECOND["near"],
        "term": SECOND["term"], "raw": "\\x", "tags": [], "modes": [], "sums": [], "days": [None],
    }  # fmt: skip
    assert found == wanted and list(found) == list(TYPES)
    assert '"money":-9999999999.99,"wide":"-999999999999999999","tiny":"-0.999999999999999999","rate":-0.0001,' in text
    NDJSON.write([frame_of([FIRST])], TYPES, frozenset(), tmp_path / "x.ndjson")
    found = json.loads((tmp_path / "x.ndjson").read_text("utf-8"), parse_float=str)
    assert found["sums"] == ["1.50", None, "-9999999999.99"] and found["days"] == ["2024-02-29T23:59:59.000001"]
    assert found["tags"] == ["a, b", None, '"{x}\\ \n'] and found["raw"] == "\\x00ff5c"


def old_spelling(frames, path):
    """As version 0.1.0 wrote it: decimals as texts, moments with a blank, the zone as +00:00."""
    with path.open("wb") as file:
        for frame in frames:
            plain_json(spelt_in_full(to_written(frame, TYPES))).write_ndjson(file)


@pytest.mark.parametrize("case", CASES)
def test_older_files_are_read(case, tmp_path):
    """Beside newer ones, as in a folder that has grown."""
    old_spelling(CASES[case], old := tmp_path / "old.ndjson")
    NDJSON.write(CASES[case], TYPES, frozenset(), new := tmp_path / "new.ndjson")
    assert NDJSON.read(old, TYPES).rows() == NDJSON.read(new, TYPES).rows() == expected(CASES[case])
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        NDJSON.attach(connection, "t", [old, new], TYPES)
        assert cells_of(connection, "t", TYPES) == 2 * expected(CASES[case])


def test_the_old_spelling_is_another_one(tmp_path):
    old_spelling([frame_of([FIRST])], path := tmp_path / "old.ndjson")
    assert (
        '"money":"9999999999.99"' in (text := path.read_text()) and '"met":"2024-02-29 23:59:59.999999+00:00"' in text
    )


@pytest.mark.parametrize("scale", range(MOST_DIGITS + 1))
def test_numbers_come_back_with_every_digit(scale, tmp_path):
    """Of as many digits as a double keeps: by our reader, and by readers that know nothing of the type."""
    draw, most = random.Random(scale), 10**MOST_DIGITS - 1
    units = [draw.randint(-most, most) for _ in range(2000)] + [
        most,
        -most,
        1,
        -1,
        0,
        most - 1,
        most // 2,
        10 ** (MOST_DIGITS - 1),
    ]
    types = {"x": DType.parse(f"decimal({MOST_DIGITS},{scale})")}
    NDJSON.write([pl.DataFrame({"x": units})], types, frozenset(), path := tmp_path / "x.ndjson")
    wanted = [Decimal(each).scaleb(-scale) for each in units]
    assert NDJSON.read(path, types)["x"].to_list() == wanted
    lines = path.read_text().splitlines()
    assert [json.loads(line, parse_float=Decimal)["x"] for line in lines] == wanted
    doubles = [float(each) for each in wanted]
    assert (
        [float(json.loads(line)["x"]) for line in lines]
        == doubles
        == pl.read_ndjson(path)["x"].cast(pl.Float64).to_list()
    )
    found = duckdb.sql(f"SELECT x::DOUBLE FROM read_json('{path}')").fetchall()
    assert [x for (x,) in found] == doubles
    assert [round(Decimal(x), scale) for x in doubles] == wanted, "digits that a double keeps"


def test_a_digit_more_is_a_text(tmp_path):
    types = {"x": DType.parse(f"decimal({MOST_DIGITS + 1},2)")}
    NDJSON.write([pl.DataFrame({"x": [5]})], types, frozenset(), path := tmp_path / "x.ndjson")
    assert path.read_text() == '{"x":"0.05"}\n'


def test_doubles_that_json_has_no_number_for(tmp_path):
    values = [math.nan, math.inf, -math.inf, 0.1, 1e-7, 5e-324, 1.0, -0.0, None]
    NDJSON.write([pl.DataFrame({"x": values})], {"x": DOUBLE}, frozenset(), path := tmp_path / "x.ndjson")
    assert path.read_text().split() == [
        f'{{"x":{spelt}}}'
        for spelt in ('"NaN"', '"Infinity"', '"-Infinity"', "0.1", "1e-7", "5e-324", "1.0", "-0.0", "null")
    ]
    found = NDJSON.read(path, {"x": DOUBLE})["x"]
    assert repr(found.to_list()) == repr(values)


def test_texts_of_every_sign_are_json(tmp_path):
    types = {'te"x\\t': TYPES["text"]}
    NDJSON.write([pl.DataFrame({'te"x\\t': TEXTS})], types, frozenset(), path := tmp_path / "x.ndjson")
    assert [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]] == [
        {'te"x\\t': text} for text in TEXTS
    ]
