"""Tables of any spec beyond rosters, children and SELECTs: windows, rollups, gathered and existing ones, and columns that follow."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
from hypothesis import strategies as st

__all__ = ["existing", "following", "gathered", "one_of", "rollup", "windows", "write_existing"]

one_of = lambda *values: st.sampled_from(values)  # noqa: E731

FOLLOWING = {  # columns of visits that are made from others
    "e": {"expr": "kind * 2"}, "l": {"lookup": "kind.word"}, "pick": {"choice": {"by": "kind", "values": {1: {"a": 1}, 2: {"b": 2}}}},
    "even": {"expr": "MOD(id, 2) = 0"}, "code": {"expr": "LPAD(FORMAT('{:d}', kind), 3, '0')", "check": "RIGHT(code, 3) = code"}, "mail": {"email": ["_f", "_g"]},
    "money": {"expr": "ROUND(kind * 1.175, 2)", "check": "money > 0"}, "pack": {"lognormal": {"median": "kind", "sigma": 0.5}, "type": "decimal(12,2)"},
    "doc": {"json": {"id": "id", "of": {"kind": "kind", "all": ["kind", "person"]}}}, "goes": {"correlated": {"to": "_n", "spearman": 0.6, "poisson": {"mean": 4}}},
    "shift": {"expr": "CASE WHEN kind = 1 THEN CAST('08:00' AS TIME) ELSE CAST('14:30' AS TIME) END", "type": "time"}, "sort": {"expr": "CASE WHEN kind = 1 THEN 'a' ELSE 'b' END", "type": "enum(a, b)"},
}  # fmt: skip
OF_TIME = {  # those that need a moment
    "due": {"delay": {"after": "at", "median": 3, "sigma": 1, "max": 30}}, "planned": {"delay": {"after": "at", "even": True, "min": 1, "max": 9, "announced": True}},
    "late": {"state": "at < until"}, "age": {"state": "DATE_DIFF('day', at, until)", "check": "age >= 0"},
    "ends": {"expr": "LAST_DAY(at + INTERVAL (kind) MONTH)", "check": "ends >= \"at\" AND EXTRACT(DAY FROM ends) > 27"},
    "hour": {"expr": "CAST(at AS TIME)", "check": "hour >= '00:00'"}, "begun": {"expr": "DATE_TRUNC('quarter', at)", "check": "begun <= \"at\" AND \"at\" < begun + INTERVAL 3 MONTH AND DATE_SUB('month', begun, \"at\") < 3"},
}  # fmt: skip
ODD_FOLLOWING = {
    "rank": {"ordinal": "visits"}, "e": {"expr": "nothing + 1"}, "l": {"lookup": "kind.nothing"}, "s": {"state": "until + kind"}, "c": {"count": "kinds"},
    "u": {"expr": "kind", "unique": True}, "n": {"expr": "1 / (kind - 1)", "type": "double"}, "t": {"lookup": "kind.word", "type": "integer"},
    "m": {"choice": {"by": "kind", "values": {1: {"a": 1}}}}, "v": {"expr": "kind * 9000000000000000000"}, "w": {"window": 7}, "f": {"expr": "kind < 2", "check": "f"},
    "d": {"delay": {"after": "kind", "median": 3, "max": 30}}, "i": {"in_force": {"table": "kinds", "match": {"k": "kind"}, "at": "id", "begins": "k", "column": "word"}},
}  # fmt: skip


def following(draw, odd, spec: dict) -> dict:
    """Columns that are made from others of the table, up to two, and a few made from its children."""
    columns = spec["columns"]
    known = {**FOLLOWING, **(OF_TIME if "at" in columns else {})}
    if draw(odd):
        known = {**ODD_FOLLOWING, **OF_TIME}
    names = draw(st.lists(st.sampled_from(sorted(known)), max_size=2, unique=True))
    if "mail" in names and "mail" in FOLLOWING and known.get("mail"):
        columns |= {"_f": {"first_name": {"locale": "en_US"}}, "_g": {"last_name": {"locale": "en_US"}}}
    if "goes" in names and "goes" in known:
        columns |= {"_n": {"normal": {"mean": 5, "sd": 2}, "type": "double"}}
    if "due" in names and draw(st.booleans()):
        spec["events"] = ["due"]
    return {name: known[name] for name in names}


def windows(draw, odd, tables: dict) -> None:
    """Visits drawn in windows, and what a SELECT makes of each window."""
    tables["visits"]["columns"]["w"] = {"window": draw(one_of(7, 20_000)) if draw(odd) else draw(one_of(5, 50, 250))}
    group = "kind" if draw(odd) else "w, kind"
    tables["bought"] = {
        "select": f"SELECT w * 100 + kind AS k, kind, COUNT(*) AS n, MIN(at) AS first_at FROM visits GROUP BY {group}",
        **({} if draw(odd) else {"at": "first_at"}), "primary_key": ["k"],
        "columns": {"k": {"type": "bigint"}, "kind": {"type": "bigint", "references": "kinds"}, "n": {"type": "bigint"}, "first_at": {"type": "timestamp"}},
    }  # fmt: skip


def rollup(draw, odd, tables: dict) -> None:
    """Sums over visits, gathered rows or lines: grouped, for each row of another table, summed again by a SELECT."""
    aggregates = {"n": {"count": "id"}, "most": {"max": "kind"}, "s": {"sum": "CASE WHEN kind = 1 THEN 1 ELSE 0 END"}}
    table, group, every = draw(
        one_of(("visits", "kind", "kinds"), ("visits", "person", "people"), ("visits", "kind", None))
    )
    if draw(odd):
        aggregates["n"] = draw(one_of({"sum": "nothing"}, {"sum": "person"}, {"median": "kind"}, {"min": "person"}))
    if draw(odd):
        group, every = draw(one_of(("nothing", None), ("kind", "people"), ("kind", "visits"), ("person", "kinds")))
    taken = draw(st.lists(st.sampled_from(sorted(aggregates)), min_size=1, unique=True))
    tables["sums"] = {
        "rollup": {"table": table, "group_by": [group], "aggregates": {name: aggregates[name] for name in taken}, **({"for_each": every} if every else {})},
        "primary_key": [group],
        "columns": {group: {}, **{name: {"nullable": True} if name == "most" and not draw(odd) else {} for name in taken}},
    }  # fmt: skip
    if draw(st.booleans()):
        column = "k2" if draw(odd) else group
        key = (
            {"type": "bigint"}
            if group == "kind" or tables["people"]["columns"]["id"] == {"key": "sequence"}
            else {"type": "uuid"}
        )
        tables["again"] = {
            "select": f"SELECT {column} AS k FROM sums" if group != "kind" or draw(st.booleans()) else f"SELECT s.{group} AS k FROM sums s JOIN kinds w ON w.k = s.{group}",
            "primary_key": ["k"], "columns": {"k": key},
        }  # fmt: skip


def gathered(draw, odd, tables: dict) -> None:
    """Rows of two families under one key, and their sums."""
    second = "SELECT id AS k, 2 AS v FROM trips" if draw(odd) else "SELECT 2 * id + 1 AS k, 2 AS v FROM trips"
    first = "SELECT 2 * id AS k, kind AS v FROM visits" + (" WHERE kind = 1" if draw(st.booleans()) else "")
    if "at" in tables["visits"]["columns"] and ("w" in tables["visits"]["columns"] or draw(st.booleans())):
        first, second = first.replace(" AS v", " AS v, at"), second.replace(" AS v", " AS v, at")
    tables["trips"] = {"rows": draw(one_of(4, 100)), "columns": {"id": {"key": "sequence"}, "at": {"arrival": {}}}}
    timed = ", at" in first
    tables["book"] = {
        "select": {"visits": first, "trips": second}, **({"at": "at"} if timed else {}), "primary_key": ["k"],
        "columns": {"k": {"type": "bigint"}, "v": {"type": "bigint"}, **({"at": {"type": "timestamp"}} if timed else {})},
    }  # fmt: skip
    if draw(st.booleans()):
        parts = draw(one_of(None, ["trips"], ["visits", "trips"], *([["nothing"]] if draw(odd) else [])))
        tables["balance"] = {
            "rollup": {"table": "book", "group_by": ["v"], "aggregates": {"n": {"count": "k"}}, **({"parts": parts} if parts else {})},
            "primary_key": ["v"], "columns": {"v": {}, "n": {}},
        }  # fmt: skip


def existing(draw, odd, tables: dict) -> None:
    """Places that exist, visits that refer to them, and now and then what is made from them."""
    opened = draw(st.booleans()) and "w" not in tables["visits"]["columns"]
    tables["places"] = {
        "existing": {"arrival": "opened"} if opened else True, "primary_key": ["code"],
        "columns": {"code": {"type": "varchar(8)"}, "opened": {"type": "date"}, "size": {"type": "integer"}, "open": {"type": "boolean"}},
    }  # fmt: skip
    reference: dict = {"to": "places"}
    if draw(st.booleans()):
        reference |= draw(
            one_of({"weights": "size"}, {"where": "open"}, {"popularity": {"zipf_mandelbrot": {"s": 1.1, "q": 0.1}}})
        )
    if draw(odd):
        reference |= draw(one_of({"unique": True}, {"weights": "open"}, {"where": "size"}, {"alive_at": "kind"}))
    tables["visits"]["columns"] |= {"place": {"reference": reference}, "size": {"lookup": "place.size"}}
    if draw(st.booleans()):
        tables["checks"] = {
            "per": "places", "fanout": {"min": 0, "max": 3, "uniform": True},
            "columns": {"id": {"key": "sequence"}, "place": {"reference": "places"}, "n": {"ordinal": "places"}, "ok": {"choice": {True: 3, False: 1}, "type": "boolean"}},
        }  # fmt: skip


def write_existing(folder: Path) -> Path:
    """The places, in a folder: 300, the first of them open before the period."""
    days = [dt.date(2022, 1, 1) + dt.timedelta(days=3 * number) for number in range(300)]
    codes = [f"P{number * 7:05}" for number in range(300)]
    sizes = [1 + number % 9 for number in range(300)]
    frame = pl.DataFrame({"code": codes, "opened": days, "size": sizes, "open": [size > 2 for size in sizes]})
    frame.write_parquet(folder / "places.parquet")
    return folder
