"""Random small datasets with everything in them that may change as time goes on, as a strategy of hypothesis."""

from __future__ import annotations

import datetime as dt

import yaml
from hypothesis import strategies as st

from synth.spec.load import parse

BLOCK = 100  # rows in a block of these: several are wanted from few rows
START, END = dt.date(2024, 1, 1), dt.date(2024, 3, 1)
SEQUENCE = {"key": "sequence"}

bools = st.booleans()
rarely = st.sampled_from([False, False, False, True])


def one_of(*values):
    return st.sampled_from(values)


def delay(draw, after: str, **more):
    law = {"even": True, "min": draw(one_of(0, 1)), "max": draw(one_of(2, 10, 60))}
    return {
        "delay": {"after": after, **law, **more},
        "type": draw(one_of("date", "timestamp")),
        "null_share": draw(one_of(0.0, 0.3)),
    }


@st.composite
def moments(draw, least: int = 2, most: int = 4):
    """Increasing moments: any, the start, midnights, and some a microsecond apart."""
    some = st.one_of(
        st.datetimes(dt.datetime(2024, 1, 1, 0, 0, 1), dt.datetime(2024, 5, 1)),
        st.dates(START + dt.timedelta(days=1), dt.date(2024, 5, 1)).map(lambda day: dt.datetime(*day.timetuple()[:3])),
        one_of(
            dt.datetime(2024, 1, 1, 0, 0, 0, 1), dt.datetime(2024, 3, 1), dt.datetime(2024, 2, 29, 23, 59, 59, 999_999)
        ),
    )
    found = draw(st.lists(some, min_size=least, max_size=most, unique=True))
    if draw(rarely):
        found.append(found[0] + dt.timedelta(microseconds=1))
    return sorted(set(found))


@st.composite
def worlds(draw):
    """A dataset that can be drawn, or, now and then, one whose first rows find no parents."""
    tables: dict[str, dict] = {}
    window = draw(rarely)
    people_come = draw(bools)
    tables["people"] = people(draw, people_come)
    tables["things"] = things(draw, people_come)
    tables["offers"] = offers(draw)
    if draw(bools):
        tables["_kinds"] = {
            "values": [[kind, kind.upper()] for kind in "abc"], "primary_key": ["kind"],
            "columns": {"kind": {"type": "varchar(3)"}, "shout": {"type": "varchar(3)"}},
        }  # fmt: skip
    tables["visits"] = visits(draw, people_come, window)
    tables["items"] = items(draw, people_come, window)
    if draw(bools):
        tables["parts"] = {
            "per": "items", "fanout": {"shares": {0: 0.5, 1: 0.3, 2: 0.2}, "max": 2, "exact": draw(bools)},
            "columns": {
                "part_id": SEQUENCE, "item_id": {"reference": "items"}, "came_on": {"lookup": "visits.came"},
                "was_paid": {"state": "visits.paid_at IS NOT NULL"}, "kind": {"choice": {"a": 1, "b": 1}},
            },
        }  # fmt: skip
    tables[draw(one_of("receipts", "_receipts"))] = receipts(draw, "_kinds" in tables, window)
    if window:
        tables["purchases"] = {
            "select": "SELECT _window * 100 + thing_id AS purchase_id, thing_id, SUM(units) AS units, MIN(came_on) AS bought_on "
                      "FROM items GROUP BY _window, thing_id",
            "at": "bought_on", "primary_key": ["purchase_id"],
            "columns": {"purchase_id": {"type": "bigint"}, "thing_id": {"type": "bigint", "references": "things"}, "units": {"type": "bigint"}, "bought_on": {"type": "date"}},
        }  # fmt: skip
    tables["journals"] = {
        "rows": draw(one_of(40, 130)),
        "columns": {
            **({} if draw(rarely) else {"journal_id": SEQUENCE}),
            "kind": {"choice": {"a": 1, "b": 2}}, "booked_on": {"arrival": {"weekdays": "business"}, "type": "date"},
            "amount": {"uniform": {"min": 1, "max": 3}, "type": "decimal(12,2)"},
            **({"seen_at": delay(draw, "booked_on")} if draw(bools) else {}),
        },
    }  # fmt: skip
    tables["ledger"] = ledger("journal_id" in tables["journals"]["columns"])
    rollups(draw, tables)
    spec = {"dataset": "world", "period": {"start": START, "until": END}, "tables": tables}
    return parse(yaml.safe_dump(spec, sort_keys=False, width=10**9))


def people(draw, come: bool) -> dict:
    columns = {
        "person_id": draw(one_of(SEQUENCE, {"key": "uuid"}, {"key": {"kind": "code", "prefix": "P", "digits": 4}})),
        "weight": {"gamma": {"shape": 0.7}},
        "kind": {"choice": {"a": 0.5, "b": 0.3, "c": 0.2}},
    }
    more = {}
    if come:
        columns["came"] = {
            "arrival": {"since": dt.date(2023, 6, 1), "before_start": 0.5},
            "type": draw(one_of("date", "timestamp")),
        }
        if draw(bools):
            columns["gone"] = {
                "delay": {"after": "came", "median": 60, "sigma": 1, "min": 20, "max": 400},
                "null_share": 0.6,
            }
            more["alive_until"] = "gone"
        if draw(rarely):
            columns["age"] = {"state": "DATE_DIFF('day', came, until)"}
    return {"rows": draw(one_of(60, 210)), **more, "columns": columns}


def things(draw, people_come: bool) -> dict:
    """A roster; now and then its rows refer to people, any that are there."""
    columns = {"thing_id": SEQUENCE, "price": {"uniform": {"min": 1, "max": 9}, "type": "decimal(12,2)"}}
    if draw(rarely):
        columns["owner_id"] = {"reference": "people"}
        columns["_owner"] = {"lookup": "owner_id.kind"}
    if draw(rarely):
        columns["ends_at"] = {"uniform": {"min": START, "max": dt.date(2024, 6, 1)}, "type": "date"}
        columns["is_new"] = {
            "state": draw(one_of("ends_at IS NULL", "ends_at IS NULL AND EXTRACT(MONTH FROM until) < 3"))
        }
        return {"rows": 25, "events": ["ends_at"], "columns": columns}
    return {"rows": 25, "columns": columns}


def offers(draw) -> dict:
    """What is in force at a moment: it begins when it comes, or later."""
    begins = {
        "later": delay(draw, "came", announced=True) | {"null_share": 0.0, "type": "timestamp"},
        "at once": {"lookup": "came"},
    }
    how = draw(one_of("later", "at once"))
    if how == "at once":
        return {"rows": 30, "columns": {
            "offer_id": SEQUENCE, "kind": {"choice": {"a": 1, "b": 1}}, "begins": {"arrival": {}}, "share": {"uniform": {"min": 1, "max": 50}},
        }}  # fmt: skip
    return {"rows": 30, "columns": {
        "offer_id": SEQUENCE, "kind": {"choice": {"a": 1, "b": 1}}, "came": {"arrival": {}}, "begins": begins[how],
        "share": {"uniform": {"min": 1, "max": 50}},
    }}  # fmt: skip


def visits(draw, people_come: bool, window: bool) -> dict:
    columns: dict[str, dict] = {
        "visit_id": SEQUENCE,
        "came": {"arrival": {"dispersion": 2, "season": "consumer"}, "type": draw(one_of("date", "timestamp"))},
        "_window": {"window": 50} if window else {"lookup": "visit_id"},
        "kind": {"choice": {"a": 0.6, "b": 0.3, "c": 0.1}},
        "paid_at": delay(draw, "came"),
        "method": {"choice": {"cash": 1, "card": 2}},
    }
    if not (window and people_come):
        law: dict = {"to": "people"}
        if people_come and draw(st.sampled_from([True, True, False])):
            law["alive_at"] = draw(one_of("came", "came", "_moment", "_before"))
        if draw(bools):
            law["weights"] = "weight"
        columns["person_id"] = {"reference": law}
        columns["_moment"] = {"lookup": "came"}
        columns["_before"] = {"expr": "CAST(came AS DATE) - 20", "type": "date"}
        if draw(bools):
            columns["_their_kind"] = {"lookup": "person_id.kind"}
    if not window and draw(bools):
        at = draw(one_of("came", "came", "_day"))
        columns["offer_share"] = {"in_force": {"table": "offers", "match": {"kind": "kind"}, "at": at, "begins": "begins", "column": "share", "optional": True}}  # fmt: skip
    columns["_day"] = {"expr": "CAST(came AS DATE)", "type": "date"}
    columns["_due"] = {"expr": "CAST(came AS DATE) + 14", "type": "date"}
    if draw(bools):
        columns["left_at"] = delay(draw, "paid_at")
    if draw(bools):
        columns["is_paid"] = {"state": "paid_at IS NOT NULL"}
        if draw(bools):
            columns["word"] = {"state": "CASE WHEN is_paid THEN 'paid' ELSE 'open' END", "type": "varchar(9)"}
    if draw(rarely):
        columns["is_late"] = {"state": "paid_at IS NULL AND _due < until"}
    if draw(bools):
        columns["total"] = {"sum": "items.amount"}
    events = {"paid_at": ["method"]} if draw(bools) else ["paid_at"]
    return {"rows": draw(one_of(30, 200, 450)), "events": events, "columns": columns}


def items(draw, people_come: bool, window: bool) -> dict:
    law = draw(one_of(
        {"mean": 2, "min": 1, "max": 4, "poisson": True}, {"shares": {0: 0.2, 1: 0.5, 2: 0.3}, "max": 2}, {"min": 0, "max": 3, "uniform": True},
    ))  # fmt: skip
    columns = {
        "item_id": SEQUENCE,
        "visit_id": {"reference": "visits"},
        "thing_id": {"reference": {"to": "things", **({"distinct_per": "visits"} if draw(bools) else {})}},
        "units": {"choice": {1: 0.7, 2: 0.3}, "type": "integer"},
        "amount": {"expr": "units * thing_id.price", "type": "decimal(12,2)"},
        "came_on": {"expr": "CAST(visits.came AS DATE)"},
        "_window": {"lookup": "visits._window"},
        "_sold": {"state": "CASE WHEN visits.paid_at IS NULL THEN 0 ELSE units END", "type": "integer"},
    }
    if draw(rarely) and not window and people_come:
        columns["giver_id"] = {"reference": {"to": "people", "alive_at": "visits.came", "distinct_per": "visits"}}
    if draw(bools):
        columns["sent_at"] = delay(draw, "visits.came")
    return {"per": "visits", "fanout": {**law, "exact": draw(bools)}, "columns": columns}


def receipts(draw, kinds: bool, window: bool) -> dict:
    shout = kinds and draw(bools)
    at = draw(bools) or window
    select = "SELECT v.visit_id AS receipt_id, v.kind, v.paid_at, v.came" + (
        ", k.shout FROM visits v JOIN _kinds k ON k.kind = v.kind" if shout else " FROM visits v"
    )
    columns = {
        "receipt_id": {"type": "bigint"},
        "kind": {"type": "varchar(3)"},
        "paid_at": {"type": "timestamp", "nullable": True},
        "came": {"type": "timestamp"},
    }
    if shout:
        columns["shout"] = {"type": "varchar(3)"}
    moment = draw(one_of("paid_at", "came"))
    if at and moment == "paid_at":
        select += " WHERE v.paid_at IS NOT NULL"
        columns["paid_at"] = {"type": "timestamp"}
    if draw(rarely):
        columns["is_old"] = {"state": "DATE_DIFF('day', came, until) > 20"}
    hidden = {"events": {"paid_at": ["kind"]}} if not (at and moment == "paid_at") else {}
    return {
        "select": select,
        **({"at": moment} if at else {}),
        **hidden,
        "primary_key": ["receipt_id"],
        "columns": columns,
    }


def ledger(numbered: bool) -> dict:
    selects = {
        "items": "SELECT 'I' || CAST(item_id AS VARCHAR) AS line_id, came_on AS posted_on, EXTRACT(MONTH FROM came_on) AS month, amount FROM items",
    }  # fmt: skip
    if numbered:
        selects["journals"] = (
            "SELECT 'J' || CAST(journal_id AS VARCHAR) AS line_id, booked_on AS posted_on, EXTRACT(MONTH FROM booked_on) AS month, "
            "amount FROM journals WHERE kind = 'a'"
        )
    return {
        "select": selects, "at": "posted_on", "primary_key": ["line_id"],
        "columns": {"line_id": {"type": "varchar(60)"}, "posted_on": {"type": "date"}, "month": {"type": "integer"}, "amount": {"type": "decimal(14,2)"}},
    }  # fmt: skip


def rollups(draw, tables: dict[str, dict]) -> None:
    if "person_id" in tables["visits"]["columns"] and draw(bools):
        take = {"visits": {"count": "visit_id"}, "first": {"min": "came"}, "paid": {"count": "paid_at"}}
        tables["spending"] = {
            "rollup": {"table": "visits", "group_by": ["person_id"], "aggregates": take, **({"for_each": "people"} if draw(bools) else {})},
            "primary_key": ["person_id"],
            "columns": {"person_id": {"references": "people"}, "visits": {}, "first": {"nullable": True}, "paid": {}},
        }  # fmt: skip
    if draw(bools):
        tables["sold"] = {
            "rollup": {"table": "items", "group_by": ["thing_id"], "aggregates": {"sold": {"sum": "_sold"}, "most": {"max": "amount"}}, "for_each": "things"},
            "primary_key": ["thing_id"],
            "columns": {"thing_id": {"references": "things"}, "sold": {"type": "bigint"}, "lot": {"choice": {5: 1, 9: 1}}, "most": {"nullable": True}},
        }  # fmt: skip
        tables["dear"] = {
            "select": "SELECT s.thing_id, s.sold * t.price AS worth FROM sold s JOIN things t ON t.thing_id = s.thing_id WHERE s.sold > 1",
            "primary_key": ["thing_id"],
            "columns": {"thing_id": {"type": "bigint", "references": "things"}, "worth": {"type": "decimal(14,2)"}},
        }  # fmt: skip
    if draw(rarely):
        tables["of_items"] = {
            "rollup": {"table": "items", "group_by": ["visit_id"], "aggregates": {"units": {"sum": "units"}}, "for_each": "visits"},
            "primary_key": ["visit_id"], "columns": {"visit_id": {"references": "visits"}, "units": {}},
        }  # fmt: skip
    if "parts" in tables and tables["visits"]["columns"]["_window"] != {"window": 50} and draw(bools):
        tables["of_parts"] = {
            "rollup": {"table": "parts", "group_by": ["item_id"], "aggregates": {"parts": {"count": "part_id"}}, "for_each": "items"},
            "primary_key": ["item_id"], "columns": {"item_id": {"references": "items"}, "parts": {}},
        }  # fmt: skip
    if draw(bools):
        name = draw(one_of("balance", "_balance"))
        tables[name] = {
            "rollup": {"table": "ledger", "group_by": ["month"], "aggregates": {"amount": {"sum": "amount"}, "last_on": {"max": "posted_on"}}, **({"parts": ["items"]} if draw(rarely) else {})},
            "primary_key": ["month"], "columns": {"month": {}, "amount": {}, "last_on": {}},
        }  # fmt: skip
        tables["closing"] = {
            "select": f"SELECT month, amount, last_on FROM {name}", "at": "last_on", "primary_key": ["month"],
            "columns": {"month": {"type": "integer"}, "amount": {"type": "decimal(14,2)"}, "last_on": {"type": "date"}},
        }  # fmt: skip
        if draw(rarely):
            tables["notes"] = {
                "rows": 60,
                "columns": {
                    "note_id": SEQUENCE, "made_on": {"arrival": {}, "type": "date"}, "month": {"expr": "EXTRACT(MONTH FROM made_on)", "type": "integer"},
                    "so_far": {"in_force": {"table": name, "match": {"month": "month"}, "at": "made_on", "begins": "last_on", "column": "amount", "optional": True}},
                },
            }  # fmt: skip
