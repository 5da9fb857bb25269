"""Order within any spec: columns that know their siblings, children that show later, numbers and sums in the order of a moment."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.support.any_tables import one_of

__all__ = ["in_order", "siblings"]

SIBLINGS = {  # columns of lines that know the lines of the same visit
    "before": {"expr": "COALESCE(previous.amount, 0)", "type": "integer"}, "after": {"lookup": "next.amount", "nullable": True},
    "whole": {"expr": "last.amount - first.amount", "type": "integer"}, "left": {"expr": "COALESCE(previous.left, 100) + amount", "type": "bigint"},
    "sum": {"running": "amount"}, "sum2": {"running": {"sum": "amount", "start": "visits.base"}, "type": "bigint"}, "turn": {"expr": "COALESCE(previous.turn, 0) + 1", "type": "integer"},
    "gap": {"expr": "amount - previous.amount", "nullable": True, "type": "integer"}, "is_last": {"state": "next.amount IS NULL"},
    "one": {"expr": "first.turn", "type": "integer"}, "kept": {"expr": "CASE WHEN amount > 3 THEN amount ELSE previous.kept END", "nullable": True, "type": "integer"},
    "chain": {"expr": "COALESCE(previous.chain || ',', '') || CAST(amount AS VARCHAR)", "type": "text"}, "far": {"expr": "previous.before", "nullable": True, "type": "integer"},
}  # fmt: skip
TIMED = {  # those whose visits come in time
    "sent": {"delay": {"after": "previous.sent", "first": "visits.at", "even": True, "min": 1, "max": 9}, "type": "timestamp"},
    "seen": {"delay": {"after": "previous.seen", "first": "visits.at", "median": 2, "sigma": 1, "max": 20, "unit": "hours", "announced": True}},
    "ends": {"lookup": "next.sent", "nullable": True}, "wait": {"expr": "DATE_DIFF('day', previous.sent, sent)", "nullable": True},
    "open": {"state": "next.sent IS NULL"}, "came": {"lookup": "visits.at"}, "no": {"numbered": {"by": "came"}}, "store": {"running": {"sum": "amount", "by": "came", "within": ["w"]}},
}  # fmt: skip
ODD = {
    "before": {"expr": "previous.nothing"}, "after": {"expr": "next.after + 1", "type": "integer"}, "left": {"expr": "previous.left + amount", "type": "integer"},
    "sum": {"running": "visits.nothing"}, "sum2": {"running": {"sum": "amount", "within": ["amount"]}}, "no": {"numbered": "amount"}, "no2": {"numbered": {"by": "nothing"}},
    "store": {"running": {"sum": "amount", "by": "amount"}}, "sent": {"delay": {"after": "previous.sent", "even": True, "max": 9}}, "far": {"lookup": "previous.v"},
    "up": {"expr": "COALESCE(previous.two, 0) + next.amount", "type": "integer"}, "sum3": {"running": "gap2"}, "gap2": {"expr": "amount - previous.amount", "type": "integer", "nullable": True},
}  # fmt: skip


def siblings(draw, odd, tables: dict) -> None:
    """Columns of lines that know their siblings; now and then lines that show one by one, and what is made of them."""
    lines, visits = tables["lines"], tables["visits"]["columns"]
    columns, timed = lines["columns"], "at" in visits
    columns["amount"] = {"uniform": {"min": 0 if draw(one_of(True, False)) else -3, "max": 9}, "type": "integer"}
    columns["w"] = {"choice": {"a": 2, "b": 1}}
    visits.setdefault("base", {"constant": 10, "type": "integer"})
    known = {**SIBLINGS, **(TIMED if timed else {})}
    if draw(odd):
        known = {**known, **ODD}
    names = set(draw(st.lists(st.sampled_from(sorted(known)), max_size=4, unique=True)))
    names |= {"before"} if "far" in names else set()
    names |= {"turn"} if "one" in names else set()
    names |= {"sent"} if names & {"ends", "wait", "open"} and timed else set()
    names |= {"came"} if names & {"no", "store"} and timed else set()
    for name in sorted(names):
        columns[name] = dict(known[name])
    if "sent" in names and draw(one_of(*[False] * 3, True)):
        columns["sent"] |= {"null_share": 0.2, "nullable": True}
    if "sent" in names and "ends" in names and draw(one_of(True, False)):
        lines["events"] = ["sent", "ends"] if draw(odd) else ["sent"]
    if "left" in names and draw(one_of(*[False] * 3, True)):
        columns["left"] |= {"null_share": 0.2, "nullable": True}
    if timed and "w" not in visits and draw(one_of(*[False] * 2, True)):
        moment = draw(one_of("sent", "came", "seen"))
        columns.setdefault(moment, dict(TIMED[moment]))
        lines["at"] = "amount" if draw(odd) else moment
    if "id" in columns and draw(one_of(*[False] * 2, True)):
        moment = lines.get("at") or ("sent" if "sent" in columns else None)
        shown = ", " + moment if moment else ""
        tables["made"] = {
            "select": f"SELECT id AS k, v, SUM(amount) OVER (PARTITION BY v ORDER BY id) AS s{shown} FROM lines", "primary_key": ["k"],
            **({"at": moment} if moment and not columns[moment].get("null_share") else {}),
            "columns": {"k": {"type": "bigint"}, "v": {"type": "bigint", "references": "visits"}, "s": {"type": "bigint"}, **({moment: {"type": "timestamp", "nullable": True}} if moment else {})},
        }  # fmt: skip
    if not draw(one_of(*[False] * 2, True)):
        return
    group = draw(one_of("w", "v"))
    tables["of_lines"] = {
        "rollup": {"table": "lines", "group_by": [group], "aggregates": {"n": {"count": "amount"}, "s": {"sum": "amount"}}, **({"for_each": "visits"} if group == "v" else {})},
        "primary_key": [group], "columns": {group: {}, "n": {}, "s": {}},
    }  # fmt: skip


def in_order(draw, odd, tables: dict) -> None:
    """Numbers and sums of visits in the order of a moment, by series or over all."""
    visits = tables["visits"]
    columns = visits["columns"]
    columns["pieces"] = {"uniform": {"min": -2, "max": 5}, "type": "integer"}
    columns["paid"] = {"delay": {"after": "at", "median": 3, "sigma": 1, "max": 60}, **draw(one_of({}, {"null_share": 0.2, "nullable": True}))}  # fmt: skip
    planned = {
        "bill": {"numbered": {"by": "paid", "start": 100}, "nullable": True}, "in_kind": {"numbered": {"by": "paid", "within": ["kind", "month"]}, "nullable": True},
        "till": {"running": {"sum": "pieces", "start": "base", "by": "paid", "within": ["kind"]}, "nullable": True, "type": "bigint"},
        "month": {"expr": "EXTRACT(MONTH FROM paid)", "nullable": True}, "next_bill": {"expr": "bill + 1", "nullable": True},
    }  # fmt: skip
    known = {"turn": {"numbered": "at"}, "stored": {"running": {"sum": "pieces", "by": "at", "within": ["kind"]}, "type": "bigint"}}  # fmt: skip
    columns.setdefault("base", {"constant": 10, "type": "integer"})
    names = draw(st.lists(st.sampled_from(sorted({**planned, **known})), min_size=1, max_size=3, unique=True))
    if "next_bill" in names and "bill" not in names:
        names.append("bill")
    if "in_kind" in names and "month" not in names:
        names.append("month")
    columns |= {name: {**planned, **known}[name] for name in names}
    if "turn" in names and draw(one_of(True, False)):
        columns["turn"] = {**columns["turn"], "null_share": 0.2, "nullable": True}
    hidden = [name for name in names if name in planned]
    if "bill" in names and draw(one_of(True, False)):
        visits.setdefault("unique", []).append(["bill"])
    if draw(odd):
        hidden = hidden[1:]
    shown = visits.get("events", [])
    visits["events"] = {**dict.fromkeys(shown, []), "paid": hidden}
