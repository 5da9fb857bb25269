"""Numbers without gaps in the order of a moment: counted again in plain Python."""

from __future__ import annotations

import datetime as dt

import pytest

from synth.api import block, frame
from synth.errors import SpecError
from synth.job.advance import advance_folder
from synth.job.generate import generate
from synth.plan.make import make
from synth.spec.load import parse
from synth.store.manifest import Manifest
from synth.verifying.files import verify_folder

SPEC = """
dataset: numbers
period: {start: 2024-01-01, until: 2026-01-01}
tables:
  orders:
    rows: 900
    events: {shipped_at: [number, in_year, _year, stock]}
    unique: [[number]]
    columns:
      order_id: {key: sequence}
      ordered_at: {arrival: {season: consumer}}
      country: {choice: {DE: 0.6, FR: 0.4}, type: varchar(2)}
      shipped_at: {delay: {after: ordered_at, median: 2, sigma: 1, max: 60}, null_share: 0.1, nullable: true}
      number: {numbered: shipped_at, type: integer, nullable: true}
      _year: {expr: EXTRACT(YEAR FROM shipped_at), nullable: true}
      in_year: {numbered: {by: shipped_at, within: [country, _year], start: 100}, nullable: true}
      turn: {numbered: ordered_at}
      pieces: {uniform: {min: -3, max: 5}, type: integer}
      stock: {running: {sum: pieces, start: base, by: shipped_at, within: [country]}, nullable: true}
      base: {constant: 1000, type: integer}
"""
SELECTED = (
    "  invoices: {select: 'SELECT order_id AS id, shipped_at, number + 5 AS code FROM orders WHERE shipped_at IS NOT NULL', at: shipped_at, "
    "primary_key: [id], columns: {id: {type: bigint}, shipped_at: {type: timestamp}, code: {type: bigint, nullable: true}}}\n"
)
UNTILS = [dt.date(2024, 3, 1), dt.date(2025, 6, 1), dt.date(2026, 1, 1)]


@pytest.mark.parametrize("until", UNTILS)
def test_numbers_follow_the_moment_without_gaps(until):
    orders = frame(make(parse(SPEC), until=until), "orders").to_dicts()
    shipped = sorted((row for row in orders if row["shipped_at"]), key=lambda row: (row["shipped_at"], row["order_id"]))
    assert [row["number"] for row in shipped] == list(range(1, len(shipped) + 1))
    assert {row["number"] for row in orders if not row["shipped_at"]} <= {None}
    counted, stock = {}, {}
    for row in shipped:
        series = row["country"], row["shipped_at"].year
        counted[series] = counted.get(series, 99) + 1
        assert row["in_year"] == counted[series]
        stock[row["country"]] = stock.get(row["country"], 1000) + row["pieces"]
        assert row["stock"] == stock[row["country"]]
    assert [row["turn"] for row in orders] == list(range(1, len(orders) + 1))


def test_a_number_that_shows_stays():
    first, *later = (frame(make(parse(SPEC), until=until), "orders") for until in UNTILS)
    known = first.filter(first["number"].is_not_null()).select("order_id", "number", "in_year")
    for there in later:
        assert known.equals(there.join(known.select("order_id"), on="order_id", how="semi").select(known.columns))


def test_blocks_stand_alone_and_steps_and_workers_make_no_difference(tmp_path):
    plan = make(parse(SPEC), scale=30)
    assert plan.family("orders").blocks > 2
    assert block(plan, "orders", 1)["orders"].equals(frame(plan, "orders").slice(10_000, 10_000))
    dataset = parse(SPEC)
    whole = generate(make(dataset), tmp_path / "one", workers=1)
    assert verify_folder(whole.folder).passed
    prints = whole.manifest.tables["orders"].fingerprint
    assert generate(make(dataset, scale=1), tmp_path / "two", workers=2).manifest.tables["orders"].fingerprint == prints
    early = generate(make(dataset, until=dt.date(2025, 7, 1)), tmp_path / "steps")
    for until in (dt.date(2025, 7, 2), dt.date(2026, 1, 1)):
        advance_folder(early.folder, until, changes=tmp_path / "feed")
    assert Manifest.read(early.folder).tables["orders"].fingerprint == prints


CHILDREN = """
dataset: moves
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  shops: {rows: 60, columns: {shop_id: {key: sequence}, opened: {arrival: {before_start: 0.5, since: 2023-01-01}}}}
  moves:
    per: shops
    fanout: {min: 0, max: 9, mean: 4, poisson: true}
    at: moved_at
    events: {moved_at: [number, stock]}
    columns:
      move_id: {key: sequence}
      shop_id: {reference: shops}
      moved_at: {delay: {after: previous.moved_at, first: shops.opened, median: 20, sigma: 1, max: 90}}
      pieces: {uniform: {min: -3, max: 5}, type: integer}
      number: {numbered: moved_at}
      stock: {running: {sum: pieces, by: moved_at}}
"""


def test_rows_of_children_are_numbered_too(tmp_path):
    dataset = parse(CHILDREN)
    moves = sorted(frame(make(dataset), "moves").to_dicts(), key=lambda row: (row["moved_at"], row["move_id"]))
    assert [row["number"] for row in moves] == list(range(1, len(moves) + 1)) and len(moves) > 100
    stock = 0
    for row in moves:
        stock += row["pieces"]
        assert row["stock"] == stock
    whole = generate(make(dataset), tmp_path / "one").manifest.tables["moves"].fingerprint
    early = generate(make(dataset, until=dt.date(2024, 6, 1)), tmp_path / "steps")
    advance_folder(early.folder, dt.date(2024, 6, 2))
    advance_folder(early.folder, dt.date(2025, 1, 1))
    assert Manifest.read(early.folder).tables["moves"].fingerprint == whole


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("[number, in_year, _year, stock]", "[in_year, _year, stock]"), "the number would show before 'shipped_at' has come, and change then"),
        (("{numbered: ordered_at}", "{numbered: country}"), "'country' is varchar"),
        (("[number, in_year, _year, stock]", "[number, in_year, _year]"), "the sum would show before 'shipped_at' has come"),
        (("by: shipped_at, within: [country]", "within: [country]"), "`within` goes with `by`"),
        (("by: shipped_at, within", "by: country, within"), "'country' is varchar"),
        (("{numbered: ordered_at}", "{numbered: nothing}"), "unknown column 'nothing' in orders"),
        (("{numbered: ordered_at}", "{numbered: early}\n      early: {expr: CAST(ordered_at AS DATE) - 9, type: date}"),
         "rows that come later may have an earlier 'early'"),
        (("{numbered: ordered_at}", "{numbered: due}\n      due: {delay: {after: ordered_at, even: true, max: 9, announced: true}}"),
         "'due' may lie after `until`, and rows that come until then take the numbers"),
        (("      base: {", "      next: {expr: number + 1, nullable: true}\n      base: {"), "'number' is known once 'shipped_at' of orders has come"),
        (("[number, in_year, _year, stock]", "[number, in_year, _year, stock, next]", "      base: {", "      next: {expr: number + 1, nullable: true}\n      far: {lookup: next, nullable: true}\n      base: {"),
         "'next' is known once 'shipped_at' of orders has come"),
        (("      base: {", "      other: {reference: {to: orders, weights: pieces, optional: true}, nullable: true}\n      its: {lookup: other.stock, nullable: true}\n      base: {", "min: -3", "min: 0"),
         "'other.stock' is known once 'shipped_at' of orders has come"),
        (("      base: {constant: 1000, type: integer}\n", "      base: {constant: 1000, type: integer}\n" + SELECTED.replace(" at: shipped_at,", "").replace("timestamp}", "timestamp, nullable: true}")), "'number' of orders is known once 'shipped_at' has come"),
        (("{numbered: shipped_at, type: integer, nullable: true}", "{numbered: shipped_at, type: integer, nullable: false}"), "NULL can come out of it"),
    ],
)  # fmt: skip
def test_what_has_no_order_is_refused(change, message):
    assert change[0] in SPEC
    text = SPEC
    for old, new in zip(change[::2], change[1::2], strict=True):
        text = text.replace(old, new)
    with pytest.raises(SpecError, match=message):
        make(parse(text))


def test_what_shows_with_a_number_reads_it(tmp_path):
    """A column of the same events, rows made of it that show with it, and a state."""
    more = "      next: {expr: number + 1, nullable: true}\n      state: {state: number IS NULL}\n      base: {"
    text = SPEC.replace("_year, stock]", "_year, stock, next]").replace("      base: {", more) + SELECTED
    dataset = parse(text)
    whole = generate(make(dataset), tmp_path / "one").manifest.tables
    early = generate(make(dataset, until=dt.date(2025, 7, 1)), tmp_path / "steps")
    advance_folder(early.folder, dt.date(2026, 1, 1))
    assert {n: t.fingerprint for n, t in Manifest.read(early.folder).tables.items()} == {
        n: t.fingerprint for n, t in whole.items()
    }
    assert verify_folder(early.folder).passed
