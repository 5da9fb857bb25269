"""Texts that are put together as whole columns: bytes, arrays, documents, codes, addresses and moments, row by row in plain Python."""

from __future__ import annotations

import datetime as dt
import unicodedata
from functools import lru_cache

import polars as pl
import pytest

from synth.documents import quoted
from synth.draw.block import draw_block
from synth.draw.residents import Residents
from synth.generators.keys import Key
from synth.generators.person import DOMAINS, SPELLINGS
from synth.plan.make import make
from synth.spec.load import parse
from synth.streams import Sub, stream

ROWS, SEED = 3_000, 7
TEXT = """
dataset: spelt
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  t:
    rows: 3000
    columns:
      id: {key: sequence}
      digest: {bytes: {length: 5}}
      blob: {bytes: {min: 0, max: 21}}
      first: {first_name: {locale: fr_FR}, nullable: true, null_share: 0.2}
      last: {last_name: {locale: de_DE}}
      kanji: {last_name: {locale: ja_JP}}
      email: {email: [kanji, first, last]}
      scores: {array: {each: {uniform: {min: -20, max: 99}}, min: 0, max: 4}, type: "integer[]"}
      far: {array: {each: {uniform: {min: -1000000, max: 1000000}}, min: 2, max: 2}, type: "bigint[]"}
      places: {array: {each: {uniform: {min: 11, max: 19}}, min: 0, max: 4, distinct: true}, type: "integer[]"}
      day: {uniform: {min: 0001-01-01, max: 9999-12-31}, nullable: true, null_share: 0.1}
      moment: {uniform: {min: 1905-01-01, max: 2205-01-01}, type: timestamp, nullable: true, null_share: 0.1}
      zoned: {uniform: {min: 1905-01-01, max: 2205-01-01}, type: timestamptz}
      clock: {time_of_day: {}, nullable: true, null_share: 0.1}
      said: {choice: {'a "b"': 1, 'c\\d': 1, plain: 1}}
      note: {json: {id: id, when: [day, moment, {zoned: zoned, clock: clock}], said: said}}
"""


@lru_cache(maxsize=1)
def drawn() -> dict[str, pl.Series]:
    plan = make(parse(TEXT), seed=SEED)
    return draw_block(plan, plan.family_of("t"), 0, Residents()).tables["t"].columns


def random(column: str, sub: str = ""):
    return stream(SEED, "t", column, 0, sub)


def lengths(column: str, low: int, high: int) -> list[int]:
    return random(column, Sub.LENGTHS).integers(low, high + 1, ROWS).tolist()


@pytest.mark.parametrize(("column", "low", "high"), [("digest", 5, 5), ("blob", 0, 21)])
def test_bytes(column, low, high):
    octets = random(column).integers(0, 256, (ROWS, high), dtype="uint8")
    sizes = [high] * ROWS if low == high else lengths(column, low, high)
    assert drawn()[column].to_list() == [
        bytes(row[:size].tolist()).hex() for row, size in zip(octets, sizes, strict=True)
    ]


@pytest.mark.parametrize(
    ("column", "first", "last", "low", "most"), [("scores", -20, 99, 0, 4), ("far", -(10**6), 10**6, 2, 2)]
)
def test_arrays(column, first, last, low, most):
    uniform = random(column).random(ROWS * most).reshape(ROWS, most)
    sizes = [most] * ROWS if low == most else lengths(column, low, most)
    rows = [[first + int(u * (last - first + 1)) for u in row[:size]] for row, size in zip(uniform, sizes, strict=True)]
    assert drawn()[column].to_list() == [f"[{', '.join(map(str, row))}]" for row in rows]


def test_arrays_without_repeats():
    rows = []
    for row, size in zip(random("places", Sub.AMONG).random((ROWS, 4)), lengths("places", 0, 4), strict=True):
        left = list(range(11, 20))
        rows.append([left.pop(int(u * len(left))) for u in row][:size])
    assert drawn()["places"].to_list() == [f"[{', '.join(map(str, row))}]" for row in rows]


def spelt(name: str | None) -> str:
    text = "".join(SPELLINGS.get(sign, sign) for sign in (name or "").lower())
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if sign.isascii() and sign.isalnum())


def test_addresses():
    here = drawn()
    which = random("email").random(ROWS)
    names = zip(here["kanji"], here["first"], here["last"], strict=True)
    wanted = [
        f"{'.'.join([*filter(None, map(spelt, row)), str(number)])}@{DOMAINS[int(uniform * len(DOMAINS))]}"
        for number, (row, uniform) in enumerate(zip(names, which, strict=True), 1)
    ]
    assert here["email"].to_list() == wanted


def as_json(value: dt.date | None, moment_ends: str = "") -> str:
    if value is None:
        return "null"
    if isinstance(value, dt.datetime):
        return f'"{value.isoformat(timespec="microseconds")}{moment_ends}"'
    return f'"{value.isoformat()}"'


def test_documents():
    here = drawn()
    midnight = dt.datetime(2024, 1, 1)

    def clock(us: int | None) -> str:
        if us is None:
            return "null"
        return f'"{(midnight + dt.timedelta(microseconds=us)).time().isoformat("microseconds")}"'

    columns = (here[name] for name in ("id", "day", "moment", "zoned", "clock", "said"))
    wanted = [
        f'{{"id": {key}, "said": {quoted(said)}, "when": [{as_json(day)}, {as_json(moment)}, '
        f'{{"clock": {clock(us)}, "zoned": {as_json(zoned, "+00:00")}}}]}}'
        for key, day, moment, zoned, us, said in zip(*columns, strict=True)
    ]
    assert here["note"].to_list() == wanted


@pytest.mark.parametrize("start", [0, 1, 95, 99_990, -30, -2_000, 10**18])
@pytest.mark.parametrize("step", [1, 7])
@pytest.mark.parametrize("digits", [1, 4, 18])
def test_codes(start, step, digits):
    import numpy as np

    rows = np.arange(50)
    found = Key(kind="code", prefix="Ü-", digits=digits, start=start, step=step).key_at(rows, SEED, "t").to_list()
    assert found == [f"Ü-{start + row * step:0{digits}d}" for row in range(50)]
