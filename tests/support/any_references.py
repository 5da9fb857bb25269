"""References of any spec: to children, to what is within a known row or matches it, to other rows, to the own table, in a circle."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from tests.support.any_tables import one_of

__all__ = ["below_existing", "calls", "circle", "pairs", "particular", "second", "stock", "tree"]

ZIPF = {"zipf_mandelbrot": {"s": 1.1, "q": 0.1}}
KEYS = ({"key": "sequence"}, {"key": {"kind": "sequence", "start": 5, "step": 3}}, {"key": {"kind": "code", "prefix": "C"}}, {"key": "uuid"})  # fmt: skip
FANOUTS = (
    {"min": 0, "max": 4, "uniform": True}, {"min": 1, "max": 3, "uniform": True}, {"max": 3, "shares": {0: 1, 1: 2, 3: 1}},
    {"mean": 2, "min": 1, "max": 3, "poisson": True, "exact": True},
)  # fmt: skip
ODD_WORDS = (
    {"within": "kind"}, {"within": "nothing"}, {"within": "orders"}, {"match": {"colour": "id"}}, {"match": {"nothing": "kind"}},
    {"match": {"colour": "nothing.colour"}}, {"other_than": "kind"}, {"other_than": "nothing"}, {"where": "colour"}, {"weights": "sold"},
    {"distinct_per": "goods"}, {"distinct_per": "visits"}, {"unique": True}, {"alive_at": "kind"}, {"key_column": "colour"}, {"roots": 0.5},
    {"weights": "worth", "popularity": ZIPF}, {"to": "sums"}, {"to": "chosen"},
)  # fmt: skip


def words_of(draw, odd, known: dict[str, list]) -> dict:
    """Some of the words that say which row, each with one of what it may name."""
    names = draw(st.lists(st.sampled_from(sorted(known)), max_size=3, unique=True)) if known else []
    if {"weights", "popularity"} <= set(names):
        names.remove("popularity")
    words = {name: draw(st.sampled_from(known[name])) for name in names}
    if draw(one_of(*[True] * 3, False)):
        words["optional"] = True
    if draw(odd):
        words |= draw(st.sampled_from(ODD_WORDS))
    return words


def column(draw, to: str, words: dict, **options) -> dict:
    """A reference, now and then with a share of NULLs."""
    hidden = {"null_share": 0.2, "nullable": True} if draw(one_of(*[False] * 5, True)) else {}
    return {"reference": {"to": to, **words}, **hidden, **options}


def maybe_null(declared: dict) -> bool:
    """Whether what is looked up through such a column may be NULL."""
    reference = declared.get("reference")
    return declared.get("nullable", False) or (isinstance(reference, dict) and reference.get("optional", False))


def through(path: str, declared: dict) -> dict:
    """A lookup through a reference."""
    return {"lookup": path, **({"nullable": True} if maybe_null(declared) else {})}


def stock(draw, odd, tables: dict) -> None:
    """Shops, their shelves and what lies there: two levels of children, whose rows can be chosen."""
    shops = {
        "id": draw(st.sampled_from(KEYS)), "kind": {"choice": {"a": 3, "b": 1}}, "worth": {"uniform": {"min": 1, "max": 9}, "type": "integer"},
        "sold": {"choice": {True: 4, False: 1}, "type": "boolean"},
    }  # fmt: skip
    tables["shops"] = {"rows": draw(one_of(3, 12, 130)), "columns": shops}
    arrives = draw(one_of(False, False, True))
    if arrives:
        shops["opened"] = {"arrival": {"since": dt.date(2023, 6, 1), "before_start": 0.6}}
        if draw(one_of(False, False, True)):
            shops["closed"] = {"delay": {"after": "opened", "even": True, "min": 30, "max": 700}, "null_share": 0.7}
            tables["shops"]["alive_until"] = "closed"
    shelves = {"id": draw(st.sampled_from(KEYS)), "shop": {"reference": "shops"}, "worth": {"gamma": {"shape": 1}}}
    tables["shelves"] = {"per": "shops", "fanout": draw(st.sampled_from(FANOUTS)), "columns": shelves}
    goods = {
        "id": draw(st.sampled_from(KEYS)), "shelf": {"reference": "shelves"}, "shop": {"lookup": "shelves.shop"},
        "colour": {"choice": {"red": 5, "blue": 3, "green": 1}, **draw(one_of({}, {"null_share": 0.1, "nullable": True}))},
        "worth": {"uniform": {"min": 0, "max": 3}, "type": "integer"}, "sold": {"choice": {True: 4, False: 1}, "type": "boolean"},
    }  # fmt: skip
    tables["goods"] = {"per": "shelves", "fanout": draw(st.sampled_from(FANOUTS)), "columns": goods}
    if draw(one_of(False, False, True)):  # a second reference to the own family's ancestor, and one to the own table
        goods["seen_in"] = column(draw, "shops", words_of(draw, odd, {"weights": ["worth"], "where": ["sold"], "other_than": ["shops"], "match": [{"kind": "shops.kind"}]}))  # fmt: skip
    if draw(one_of(False, False, True)):
        known = {"within": ["shelves", "shops"], "match": [{"colour": "colour"}], "weights": ["worth"], "where": ["sold"], "popularity": [ZIPF]}  # fmt: skip
        for table in ("goods", "shelves"):
            tables[table]["fanout"] = FANOUTS[0] if draw(odd) else FANOUTS[-1]
        goods["like"] = {
            "reference": {"to": "goods", **words_of(draw, odd, known), **draw(one_of({}, {"roots": 0.3}))},
            "nullable": True,
        }
        if draw(one_of(True, False)):
            goods["liked"] = draw(one_of({"count": "goods"}, {"sum": "goods.worth"}))


def particular(draw, odd, tables: dict, holder: str) -> None:
    """References of visits or lines to rows of the stock, by all that can be said of them, and lookups through them."""
    columns = tables[holder]["columns"]
    arrives = "opened" in tables["shops"]["columns"]
    wants = "red" if draw(one_of(True, False)) else "wants"
    columns["wants"] = {"choice": {"red": 4, "blue": 2, "green": 1}}
    columns["shop"] = column(draw, "shops", draw(one_of({}, {"weights": "worth"}, {"where": "sold"}, {"popularity": ZIPF})))  # fmt: skip
    columns["one"] = column(draw, "goods", {"optional": True, **words_of(draw, odd, {"where": ["sold"], "within": ["shop"]})})  # fmt: skip
    known = {
        "within": ["shop", "shelf"], "match": [{"colour": "wants"}, {"colour": "one.colour"}, {"shop": "shop"}, {"shop": "shop", "colour": "wants"}],
        "other_than": ["one"], "where": ["sold"], "weights": ["worth"], "popularity": [ZIPF],
    }  # fmt: skip
    if holder == "lines":
        known["distinct_per"] = ["visits"]
    moment = "at" if holder == "visits" else "visits.at"
    if arrives and "at" in tables["visits"]["columns"]:
        known["alive_at"] = [moment]
    columns["shelf"] = column(draw, "shelves", {"optional": True, **words_of(draw, odd, {"within": ["shop"], "weights": ["worth"]})})  # fmt: skip
    columns["two"] = column(draw, "goods", words_of(draw, odd, known))
    if wants == "red":
        columns["wants"] = {"choice": {"by": "kind", "values": {1: {"red": 1}, 2: {"blue": 3, "green": 1}}}} if holder == "visits" else {"lookup": "visits.word"}  # fmt: skip
        tables["visits"]["columns"].setdefault("word", {"choice": {"red": 1, "blue": 1}})
    two = columns["two"]
    for name, path in {"its": "two.colour", "far": "two.shelf", "there": "two.shop"}.items():
        if draw(one_of(True, False)):
            columns[name] = through(path, two)
            if path.endswith("colour"):
                columns[name]["nullable"] = True
    if draw(one_of(*[False] * 3, True)):
        columns["deal"] = {"expr": "COALESCE(two.worth, 0) + one.worth", "nullable": True, "type": "integer"}


def second(draw, odd, tables: dict) -> None:
    """Second references of lines to the visits, and of what lies below them."""
    lines, visits = tables["lines"], tables["visits"]["columns"]
    visits.setdefault("heavy", {"uniform": {"min": 0, "max": 3}, "type": "integer"})
    visits.setdefault("ok", {"choice": {True: 2, False: 1}, "type": "boolean"})
    known = {"weights": ["heavy"], "where": ["ok"], "popularity": [ZIPF], "match": [{"kind": "visits.kind"}], "other_than": ["v", "visits"], "distinct_per": ["visits"]}  # fmt: skip
    if "at" in visits and draw(one_of(True, False)):
        known["alive_at"] = ["visits.at"]
    lines["columns"]["v3"] = column(draw, "visits", words_of(draw, odd, known))
    if draw(one_of(True, False)):
        lines["columns"]["v3_kind"] = through("v3.kind", lines["columns"]["v3"])
    if "id" not in lines["columns"]:
        return
    notes = {"id": {"key": "sequence"}, "line": {"reference": "lines"}, "n": {"ordinal": draw(one_of("lines", "visits"))}}  # fmt: skip
    tables["notes"] = {"per": "lines", "fanout": draw(st.sampled_from(FANOUTS)), "columns": notes}
    if draw(one_of(True, False)):
        known = {"weights": ["heavy"], "where": ["ok"], "other_than": ["visits"], "popularity": [ZIPF]}
        notes["visit"] = column(draw, "visits", words_of(draw, odd, known))
    if draw(one_of(True, False)):
        notes["sister"] = column(draw, "lines", {"within": "visits", **words_of(draw, odd, {"weights": ["size"], "other_than": ["line", "lines"]})})  # fmt: skip
        lines["columns"].setdefault("size", {"uniform": {"min": 1, "max": 5}, "type": "integer"})


def tree(draw, odd, tables: dict) -> None:
    """A table whose rows refer to rows of their own table, and go on from the row above."""
    columns = {"id": draw(st.sampled_from(KEYS)), "w": {"gamma": {"shape": 1}}, "kind": {"choice": {"a": 2, "b": 1}}, "ok": {"choice": {True: 3, False: 1}, "type": "boolean"}}  # fmt: skip
    if draw(one_of(True, False)):
        columns["came"] = {"arrival": draw(one_of({}, {"since": dt.date(2023, 5, 1), "before_start": 0.5}))}
    known = {"weights": ["w"], "where": ["ok"], "match": [{"kind": "kind"}], "popularity": [ZIPF]}
    columns["up"] = {"reference": {"to": "tree", "roots": draw(one_of(0.0, 0.1, 1.0)), **words_of(draw, odd, known)}, "nullable": not draw(odd)}  # fmt: skip
    columns["aside"] = {
        "reference": {"to": "tree", **words_of(draw, odd, {**known, "other_than": ["up"]})},
        "nullable": True,
    }
    going = {
        "level": {"expr": "COALESCE(up.level, 0) + 1", "type": "integer"}, "path": {"expr": "COALESCE(up.path, '') || '/' || kind", "type": "text"},
        "root": {"expr": "COALESCE(up.root, id)", "type": {"uuid": "uuid"}.get(str(columns["id"]["key"]), "text" if "code" in str(columns["id"]) else "bigint")},
        "its": {"lookup": "up.kind", "nullable": True}, "boss": {"expr": "up.level", "type": "integer", "nullable": True}, "far": {"lookup": "up.up", "nullable": True},
        "below": {"count": {"table": "tree", "via": draw(one_of("up", "aside"))}}, "most": {"sum": {"column": "tree.below", "via": "up"}}, "say": {"state": "COALESCE(below, 0) + 1"},
    }  # fmt: skip
    if "came" in columns:
        going["sworn"] = {"expr": "COALESCE(up.sworn, CAST(came AS DATE)) + 3", "type": "date"}
        going["no"] = {"numbered": {"by": "came", "within": ["kind"]}}
    if draw(odd):
        going = {"below": {"count": "tree"}} if draw(one_of(False, True)) else {"level": {"expr": draw(one_of("up.level + 1", "COALESCE(up.level, aside.level) + 1", "COALESCE(up.level, up.w)")), "type": "integer"}}  # fmt: skip
    for name in draw(st.lists(st.sampled_from(sorted(going)), max_size=4, unique=True)):
        columns[name] = going[name] | draw(one_of({}, {}, {"null_share": 0.2, "nullable": True}))
    if {"most", "say"} & set(columns):
        columns["below"] = going["below"]
    if "boss" in columns:
        columns["level"] = going.get("level", columns["boss"])
    tables["tree"] = {"rows": draw(one_of(3, 40, 200)), "columns": columns}
    if draw(one_of(True, False)):
        tables["visits"]["columns"]["leaf"] = column(draw, "tree", words_of(draw, odd, {"where": ["ok"], "weights": ["w"]}))  # fmt: skip
        if "level" in columns and draw(one_of(True, False)):
            tables["visits"]["columns"]["leaf_level"] = {"lookup": "leaf.level", "nullable": True}


def circle(draw, odd, tables: dict) -> None:
    """Tables that need each other: stores have managers, managers have stores."""
    stores = {"id": draw(st.sampled_from(KEYS)), "city": {"choice": {"x": 1, "y": 1}}, "size": {"uniform": {"min": 1, "max": 5}, "type": "integer"}}  # fmt: skip
    staff = {"id": draw(st.sampled_from(KEYS)), "town": {"choice": {"x": 2, "y": 1}}, "rank": {"uniform": {"min": 1, "max": 5}, "type": "integer"}}  # fmt: skip
    stores["manager"] = column(draw, "staff", words_of(draw, odd, {"weights": ["rank"], "match": [{"town": "city"}], "popularity": [ZIPF]}))  # fmt: skip
    staff["store"] = column(draw, "stores", words_of(draw, odd, {"weights": ["size"], "match": [{"city": "town"}]}))
    if draw(one_of(True, False)):
        stores["rank"] = through("manager.rank", stores["manager"])
    if draw(one_of(True, False)):
        staff["size"] = through("store.size", staff["store"])
        if draw(odd):
            stores["size"] = {"lookup": "manager.size"}
    tables["stores"] = {"rows": draw(one_of(3, 60)), "columns": stores}
    tables["staff"] = {"rows": draw(one_of(9, 150)), "columns": staff}
    if draw(one_of(True, False)):
        staff["hired"] = {"arrival": {"since": dt.date(2023, 5, 1), "before_start": 0.9}}


def pairs(draw, odd, tables: dict) -> None:
    """A junction of distinct pairs, one of them by weight now and then."""
    people = tables["people"]["columns"]
    people.setdefault("mass", {"uniform": {"min": 1, "max": 5}, "type": "integer"})
    how = draw(one_of({}, {"weights": "mass"}, {"popularity": ZIPF}))
    columns = {"who": {"reference": {"to": "people", **how}}, "what": {"reference": draw(one_of("kinds", {"to": "kinds"}))}}  # fmt: skip
    if draw(one_of(True, False)):
        columns["grade"] = {"choice": {1: 1, 2: 1}, "type": "integer"}
    rows = draw(one_of(5, 12, 24)) if not draw(odd) else 900
    if "tree" in tables and draw(one_of(True, False)):
        columns["what"] = {"reference": "tree"}
        rows = draw(one_of(5, 12))
    group = ["who", "what", *(["grade"] if "grade" in columns and draw(one_of(True, False)) else [])]
    tables["likes"] = {"rows": rows, "columns": columns, **draw(one_of({"primary_key": group}, {"unique": [group]}))}


def below_existing(draw, odd, tables: dict) -> None:
    """Children of places that exist, in their order, and references of visits to them."""
    checks, visits = tables["checks"]["columns"], tables["visits"]["columns"]
    checks["came"] = {"delay": {"after": "places.opened", "even": True, "min": 1, "max": 900}, "type": "timestamp"}
    checks["amount"] = {"uniform": {"min": 0, "max": 9}, "type": "integer"}
    known = {
        "before": {"expr": "COALESCE(previous.amount, 0)", "type": "integer"}, "sum": {"running": "amount"}, "sizes": {"running": {"sum": "amount", "start": "places.size"}},
        "no": {"numbered": {"by": "came"}, "nullable": True}, "of_size": {"numbered": {"by": "came", "within": ["ok"]}, "nullable": True}, "stored": {"running": {"sum": "amount", "by": "came"}, "nullable": True, "type": "bigint"},
        "other": column(draw, "places", {"other_than": "place", **words_of(draw, odd, {"weights": ["size"], "where": ["open"], "match": [{"size": "place.size"}]})}),
        "next": {"lookup": "next.came", "nullable": True},
    }  # fmt: skip
    names = draw(st.lists(st.sampled_from(sorted(known)), max_size=4, unique=True))
    checks |= {name: known[name] for name in names}
    tables["checks"]["events"] = {"came": [n for n in names if n in ("no", "of_size", "stored")]}
    if draw(one_of(True, False)):
        words = words_of(draw, odd, {"within": ["place"], "where": ["ok"], "match": [{"amount": "kind"}], "weights": ["amount"]})  # fmt: skip
        visits["check"] = column(draw, "checks", words)
        visits["checked"] = through("check.amount", visits["check"])
        if draw(one_of(True, False)):
            visits["check_2"] = column(draw, "checks", {"other_than": "check", "optional": True})


def calls(draw, odd, tables: dict) -> None:
    """Rows of another family that refer to visits and to their lines, whichever are there, and look at what they have."""
    columns = {"id": {"key": "sequence"}, "wants": {"uniform": {"min": 0, "max": 9}, "type": "integer"}}
    tables["calls"] = {"rows": draw(one_of(20, 150)), "columns": columns}
    if draw(one_of(True, True, False)):
        columns["at"] = {"arrival": {}}
    visits, lines = tables["visits"]["columns"], tables.get("lines", {}).get("columns", {})
    known = {"match": [{"kind": "visit_kind"}], "popularity": [ZIPF]}
    columns["visit_kind"] = {"choice": {1: 1, 2: 1}, "type": "bigint"}
    columns["visit"] = column(
        draw, "visits", {**words_of(draw, odd, known), **draw(one_of({"optional": True}, {"optional": True}, {}))}
    )
    columns["again"] = column(draw, "visits", {"other_than": "visit", "optional": True})
    seen = [n for n in ("turn", "stored", "person", "base", "e", "leaf_level", "two", "code", "x") if n in visits]
    for name in draw(st.lists(st.sampled_from(sorted(seen)), max_size=2, unique=True)) if seen else ():
        columns[f"visit_{name}_seen"] = {"lookup": f"visit.{name}", "nullable": True}
    if "id" not in lines or tables["lines"].get("at"):
        return
    known = {"within": ["visit"], "other_than": ["line"], "popularity": [ZIPF]}
    if "amount" in lines:
        known |= {"match": [{"amount": "wants"}]}
    first = {name: values for name, values in known.items() if name != "other_than"}
    columns["line"] = column(draw, "lines", {**words_of(draw, odd, first), "optional": True})
    columns["line_2"] = column(draw, "lines", {**words_of(draw, odd, known), "optional": True})
    seen = [
        n
        for n in ("left", "sum", "sum2", "turn", "no", "store", "before", "after", "v3", "chain", "kept", "v")
        if n in lines
    ]
    for name in draw(st.lists(st.sampled_from(sorted(seen)), max_size=3, unique=True)):
        columns[f"line_{name}"] = {"lookup": f"line_2.{name}", "nullable": True}
