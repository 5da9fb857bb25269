"""What tests of growing data share: the state of a folder row by row, and a feed of changes applied to it."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from synth.formats import FORMATS
from synth.spec.models import Dataset
from synth.store.manifest import Manifest

OPS = ("insert", "update", "delete")


def prints(manifest: Manifest) -> dict[str, str]:
    return {name: table.fingerprint for name, table in manifest.tables.items()}


def files(folder: Path) -> dict[str, tuple[int, int]]:
    """All files, hidden ones too: which they are, and when they were written."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): (path.stat().st_ino, path.stat().st_mtime_ns) for path in found}


def cell(value):
    """A value as the feed writes it."""
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    return str(value) if isinstance(value, (dt.date, Decimal)) else value


def packed(row: dict) -> str:
    return json.dumps(row, sort_keys=True)


def known_by(dataset: Dataset, table: str, row: dict) -> str:
    """What tells a row apart: its key, or all of it."""
    return packed({name: row[name] for name in dataset.tables[table].key or row})


def state(folder: Path) -> dict[str, dict[str, Counter]]:
    """The rows of each table, as JSON, by what tells them apart; how many of each there are."""
    manifest = Manifest.read(folder)
    dataset, found = manifest.load_dataset(), {}
    for table in manifest.tables:
        rows = found[table] = {}
        for file in manifest.tables[table].files:
            for row in pl.read_parquet(folder / file.path).iter_rows(named=True):
                row = {name: cell(value) for name, value in row.items()}
                rows.setdefault(known_by(dataset, table, row), Counter())[packed(row)] += 1
    return found


def unwrapped(envelope: dict, dataset: Dataset | None) -> dict:
    """A change in Debezium's envelope, as the other formats have it."""
    assert set(envelope) == {"before", "after", "source", "op", "ts_ms", "ts_us"}
    source, row = envelope["source"], envelope["after"] or envelope["before"]
    assert source["connector"] == "synth" and envelope["ts_us"] // 1000 == envelope["ts_ms"] == source["ts_ms"]
    assert dataset is None or source["db"] == dataset.dataset
    at = dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=envelope["ts_us"])
    key = json.loads(known_by(dataset, source["table"], row)) if dataset else None
    op = {"c": "insert", "u": "update", "d": "delete"}[envelope["op"]]
    return {
        "op": op,
        "table": source["table"],
        "key": key,
        "before": envelope["before"],
        "after": envelope["after"],
        "at": at,
    }


def read(file: Path, dataset: Dataset | None = None) -> list[dict]:
    """The changes of one step; key, before and after as dicts."""
    if file.name.endswith(".debezium.ndjson"):
        return [unwrapped(json.loads(line), dataset) for line in file.read_text("utf-8").splitlines()]
    if file.suffix == ".ndjson":
        found = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        return [{**each, "at": dt.datetime.fromisoformat(each["at"])} for each in found]
    whole = ("key", "before", "after")
    return [
        {**each, **{name: each[name] and json.loads(each[name]) for name in whole}}
        for each in FORMATS[file.suffix[1:]].read(file, {}).iter_rows(named=True)
    ]


def span(file: Path) -> tuple[dt.datetime, dt.datetime]:
    since, until = (dt.datetime.strptime(text, "%Y%m%dT%H%M%S%f") for text in file.name.partition(".")[0].split("-"))
    return since, until


def apply(rows: dict[str, dict[str, Counter]], file: Path, dataset: Dataset) -> None:
    """Change a state as a step's file says, one change after another; each fits what is there."""
    since, until = span(file)
    at = since
    for change in read(file, dataset):
        assert set(change) == {"op", "table", "key", "before", "after", "at"}
        assert at <= change["at"] < until, "in order, and within the step"
        at, op, before, after = (change[name] for name in ("at", "op", "before", "after"))
        assert op in OPS and (before is None) == (op == "insert") and (after is None) == (op == "delete")
        key = known_by(dataset, change["table"], after or before)
        assert packed(change["key"]) == key
        here, keyed = rows[change["table"]].setdefault(key, Counter()), bool(dataset.tables[change["table"]].key)
        if before is not None:
            assert here[packed(before)] > 0 and before != after, change
            assert op == "delete" or key == known_by(dataset, change["table"], before)
            here[packed(before)] -= 1
        if after is not None:
            assert not (keyed and +here), change
            here[packed(after)] += 1


def there(rows: dict[str, dict[str, Counter]]) -> dict[str, Counter]:
    """All rows of a state, by table."""
    found: dict[str, Counter] = {table: Counter() for table in rows}
    for table, by_key in rows.items():
        for each in by_key.values():
            found[table].update(+each)
    return found


def small_blocks(patch: pytest.MonkeyPatch, rows: int) -> None:
    """Blocks of so few rows, in this process: another world, but one of many blocks."""
    patch.setattr("synth.plan.model.BLOCK_ROWS", rows)  # read where a plan is made
