"""The feed of changes: applied to the state at one moment it gives the state at another, and says when each came."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter
from types import SimpleNamespace

import polars as pl
import pytest

import synth
from synth.errors import OptionError, OutputError
from synth.formats import CHANGE_FORMATS, FEEDS, FORMATS
from synth.job.advance import advance_folder
from synth.job.generate import generate
from synth.plan.make import make
from synth.spec.load import parse
from tests.support.steps import apply, read, small_blocks, state, there
from tests.support.targets import LONG

At = dt.datetime
US = dt.timedelta(microseconds=1)

STEPS = {
    "ecommerce": (0.01, [At(2024, 1, 1) + US, At(2024, 2, 1), At(2024, 2, 1, 12), At(2025, 6, 30)]),
    "erp": (0.02, [At(2024, 12, 20), At(2025, 1, 1, 0, 0, 1)]),
    "inventory": (0.05, [At(2024, 5, 1), At(2024, 5, 2), At(2026, 2, 1)]),
}


@pytest.mark.parametrize(  # what changes in each dataset, and how each format spells it
    ("name", "format"), [(n, f) for n in STEPS for f in CHANGE_FORMATS if LONG or n == "ecommerce" or f == "debezium"]
)
@pytest.mark.some(3)
def test_a_feed_leads_from_state_to_state(name, format, tmp_path, monkeypatch):
    small_blocks(monkeypatch, 250 if name == "ecommerce" else 500)
    scale, untils = STEPS[name]
    plans = [synth.make_plan(name, scale=scale, until=until) for until in untils]
    folder = generate(plans[0], tmp_path / "run").folder
    rows = state(folder)
    for plan in plans[1:]:
        step = advance_folder(folder, plan.until, changes=tmp_path / "feed", changes_format=format)
        assert step.feed.parent == tmp_path / "feed" and step.feed.name.endswith(
            f".{format}" + ".ndjson" * (format == "debezium")
        )
        apply(rows, step.feed, plan.dataset)
        assert there(rows) == there(state(folder))
    assert len(list((tmp_path / "feed").iterdir())) == len(untils) - 1


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    """The changes of a day in the shop, and what they were made from."""
    out = tmp_path_factory.mktemp("day")
    plans = [synth.make_plan("ecommerce", scale=0.2, until=until) for until in (At(2025, 3, 3), At(2025, 3, 4))]
    folder = generate(plans[0], out).folder
    step = advance_folder(folder, plans[1].until, changes=out / "feed")
    return read(step.feed), {table: pl.read_parquet(folder / table) for table in ("orders", "payments")}


def test_when_things_happened(day):
    """A row comes when it arrives, changes at the latest of its moments that came, and what is summed at the step's end."""
    changes, tables = day
    orders = {row["order_id"]: row for row in tables["orders"].iter_rows(named=True)}
    moments = ("paid_at", "shipped_at", "delivered_at", "cancelled_at", "returned_at")
    counted = Counter()
    for change in changes:
        counted[change["table"], change["op"]] += 1
        key = change["key"].get("order_id")
        if change["table"] == "orders":
            row = orders[key]
            came = [row[name] for name in moments if row[name] and row[name] >= At(2025, 3, 3)]
            assert change["at"] == (row["ordered_at"] if change["op"] == "insert" else max(came))
        elif change["table"] == "order_items":
            assert change["op"] == "insert" and change["at"] == orders[change["after"]["order_id"]]["ordered_at"]
        elif change["table"] == "inventory_levels":
            assert change["op"] == "update" and change["at"] == At(2025, 3, 4) - US
    assert all(
        counted[of]
        for of in (
            ("orders", "insert"),
            ("orders", "update"),
            ("order_items", "insert"),
            ("payments", "insert"),
            ("payments", "update"),
            ("inventory_levels", "update"),
        )
    )
    assert not any(op == "delete" for _, op in counted)


def test_parents_come_before_their_children(day):
    changes, _ = day
    seen: set[int] = set()
    for change in changes:
        if change["op"] == "insert" and change["table"] == "orders":
            seen.add(change["key"]["order_id"])
        if change["op"] == "insert" and change["table"] == "order_items":
            assert change["after"]["order_id"] in seen


def test_cells_of_every_type(tmp_path):
    """Texts with quotes and line breaks, NULL, money in full, booleans, doubles and keys of several columns."""
    spec = parse(r"""
dataset: cells
period: {start: 2024-01-01, until: 2024-02-01}
tables:
  words: {values: [["a\"b\n\\'"], ["ä 漢 , {}"], [""]], primary_key: [word], columns: {word: {type: text}}}
  rows:
    rows: 60
    primary_key: [place, came]
    columns:
      place: {key: sequence}
      came: {arrival: {}}
      word: {reference: words}
      money: {uniform: {min: -5, max: 5}, type: "decimal(12,2)", null_share: 0.2}
      share: {gamma: {shape: 1}}
      flag: {expr: place % 2 = 0, type: boolean}
      day: {expr: CAST(came AS DATE)}
      guid: {choice: {0190163d-8694-8000-8000-00005aa8ac10: 1}, type: varchar(40)}
      done_at: {delay: {after: came, even: true, max: 9}}
""")
    plans = [make(spec, until=until) for until in (At(2024, 1, 8), At(2024, 1, 20), At(2024, 2, 20))]
    for format in FEEDS:
        folder = generate(plans[0], tmp_path / format).folder
        rows = state(folder)
        for plan in plans[1:]:
            step = advance_folder(folder, plan.until, changes=tmp_path / f"feed {format}", changes_format=format)
            apply(rows, step.feed, spec)
        assert there(rows) == there(state(folder))
    both = [[read(p) for p in sorted((tmp_path / f"feed {format}").iterdir())] for format in FEEDS]
    assert both[0] == both[1] and sum(map(len, both[0])) > 60


# -- steps without a gap


@pytest.fixture
def folder(tmp_path):
    plan = synth.make_plan("ecommerce", scale=0.01, until=At(2024, 2, 1), tables=["orders", "brands"])
    return generate(plan, tmp_path).folder


def test_a_gap_is_refused(folder, tmp_path):
    feed = tmp_path / "feed"
    advance_folder(folder, At(2024, 2, 2), changes=feed)
    advance_folder(folder, At(2024, 2, 3))
    with pytest.raises(
        OptionError, match="(?s)ends at 2024-02-02 00:00:00 and the data is at 2024-02-03 00:00:00.*empty folder"
    ):
        advance_folder(folder, At(2024, 2, 4), changes=feed)
    assert not advance_folder(folder, At(2024, 2, 4), changes=tmp_path / "another").unchanged
    assert len(list(feed.iterdir())) == 1


def test_formats_may_alternate(folder, tmp_path):
    rows, dataset = state(folder), synth.make_plan("ecommerce").dataset
    for place, until in enumerate((At(2024, 2, 2), At(2024, 2, 3), At(2024, 2, 4))):
        advance_folder(folder, until, changes=tmp_path / "feed", changes_format=FEEDS[place])
    for path in sorted((tmp_path / "feed").iterdir()):
        apply(rows, path, dataset)
    assert there(rows) == there(state(folder))
    assert {path.suffix for path in (tmp_path / "feed").iterdir()} == {FORMATS[name].suffix for name in FEEDS}


def test_a_step_without_changes_has_a_file(folder, tmp_path):
    advance_folder(folder, At(2024, 2, 5), changes=tmp_path / "feed")
    for format in FEEDS:
        until = At(2024, 2, 5) + (FEEDS.index(format) + 1) * US
        step = advance_folder(folder, until, changes=tmp_path / "feed", changes_format=format)
        assert read(step.feed) == []
    assert advance_folder(folder, At(2024, 2, 6), changes=tmp_path / "feed").rows > 0


def test_what_a_killed_step_left_is_cleared(folder, tmp_path):
    """Half a file of the feed, or a whole one of a step that the data has not taken."""
    feed, copy = tmp_path / "feed", shutil.copytree(folder, tmp_path / "copy")
    first = advance_folder(copy, At(2024, 2, 9), changes=feed).feed
    (feed / f".{first.name}").write_bytes(b"half")
    shutil.rmtree(copy)
    step = advance_folder(folder, At(2024, 2, 8), changes=feed)
    assert step.feed in feed.iterdir() and first not in feed.iterdir()
    advance_folder(folder, At(2024, 2, 9), changes=feed)
    assert len([path for path in feed.iterdir() if not path.name.startswith(".")]) == 2


def test_a_folder_with_other_files(folder, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "table.parquet").write_bytes(b"mine")
    with pytest.raises(OptionError, match="no file of a feed; name a folder of its own"):
        advance_folder(folder, At(2024, 2, 9), changes=tmp_path / "mine")
    assert (tmp_path / "mine" / "table.parquet").read_bytes() == b"mine"


class Full(pl.DataFrame):
    """A feed whose disk is full when half of it is written."""

    def write_csv(self, path, **_):
        path.write_text("half")
        raise pl.exceptions.ComputeError("No space left on device (os error 28)")


def half_written(*given):
    """A writer of a format, or what makes the lines of one."""
    if len(given) == 1:
        return Full()
    given[-1].write_text("half")
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("format", FEEDS)
def test_a_full_disk_leaves_nothing_in_the_feed(format, tmp_path, monkeypatch):
    """Half a file, whichever library wrote it, is cleared away; the step can be made again."""
    folder = generate(synth.make_plan("inventory", scale=0.02, until=At(2024, 5, 1)), tmp_path / "run").folder
    step = {"changes": tmp_path / "feed", "changes_format": format}
    with monkeypatch.context() as patched:
        if FORMATS[format].holds_json:
            patched.setattr("synth.store.change_feed._lines", half_written)
        else:
            feeds = "synth.store.change_feed.FORMATS"
            patched.setattr(feeds, {**FORMATS, format: SimpleNamespace(
                suffix=FORMATS[format].suffix, holds_json=False, write=half_written
            )})  # fmt: skip
        with pytest.raises(OutputError, match="cannot write '.*feed/.*': No space left on device"):
            advance_folder(folder, At(2024, 6, 1), **step)
    assert list((tmp_path / "feed").iterdir()) == []
    assert advance_folder(folder, At(2024, 6, 1), **step).feed.exists()
