"""Any spec, good or broken, as a strategy of hypothesis: plain data, as YAML gives it."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from tests.support.any_lately import bills, open_fanouts
from tests.support.any_order import in_order, siblings
from tests.support.any_references import below_existing, calls, circle, pairs, particular, second, stock, tree
from tests.support.any_tables import existing, following, gathered, one_of, rollup, windows

START, UNTIL = dt.date(2024, 1, 1), dt.date(2024, 7, 1)
TYPES = (
    "smallint",
    "integer",
    "bigint",
    "decimal(12,2)",
    "double",
    "text",
    "varchar(12)",
    "varchar(4)",
    "date",
    "timestamp",
    "boolean",
    "time",
    "enum(a, b)",
    "json",
    "real",
    "char(4)",
    "timestamptz",
    "interval",
    "decimal(30,6)",
)

rarely, sometimes = st.sampled_from([False] * 9 + [True]), st.sampled_from([False] * 3 + [True])


LAWS = {  # what a column's law is, as whichever types it can be
    "few": ({"choice": {"a": 3, "b": 1, "c": 1}}, ("text", "varchar(4)", "char(4)")),
    "nothing": ({"nothing": {}}, ("text", "date", "real", "char(4)", "decimal(12,2)", "boolean", "interval")),
    "numbers": ({"choice": {1: 1, 2: 3}}, ("integer", "decimal(12,2)", "double", "smallint")),
    "flags": ({"choice": {True: 1, False: 2}}, ("boolean",)),
    "range": (
        {"uniform": {"min": -5, "max": 400}},
        ("integer", "bigint", "decimal(12,2)", "double", "real", "decimal(30,6)"),
    ),
    "days": ({"uniform": {"min": START, "max": UNTIL}}, ("date", "timestamp", "timestamptz")),
    "bell": ({"normal": {"mean": 5, "sd": 3, "min": 1}}, ("integer", "decimal(12,2)", "double", "real")),
    "skew": ({"lognormal": {"median": 20, "sigma": 1}}, ("integer", "decimal(12,2)", "double", "decimal(30,6)")),
    "lengths": ({"interval": {"each": {"uniform": {"min": 0, "max": 40}}, "unit": "hours"}}, ("interval",)),
    "terms": ({"choice": {"1 month": 2, "1 year 2:00": 1}}, ("interval", "text")),
    "unequal": ({"gamma": {"shape": 0.5}}, ("decimal(12,2)", "double")),
    "waits": ({"exponential": {"mean": 3, "max": 40}}, ("integer", "decimal(12,2)", "double")),
    "steps": ({"triangular": {"min": 0, "mode": 1, "max": 9, "step": 0.25}}, ("decimal(12,2)", "double")),
    "counts": ({"negative_binomial": {"mean": 2, "r": 0.5}}, ("integer", "bigint", "double")),
    "seen": (
        {"empirical": {"edges": [0, 1, 50], "shares": [3, 1], "min": 0.5}},
        ("integer", "decimal(12,2)", "double"),
    ),
    "mixed": (
        {"mixture": [{"share": 3, "constant": 0}, {"share": 1, "pareto": {"shape": 3, "scale": 2}}]},
        ("decimal(12,2)", "double"),
    ),
    "same": ({"constant": "a"}, ("text", "varchar(4)")),
    "listed": ({"choice": {"a": 3, "b": 1}}, ("enum(a, b, c)", "enum(b, a)")),
    "hours": ({"time_of_day": {"min": "08:00", "max": "17:45", "step": 15, "unit": "minutes"}}, ("time",)),
    "noon": ({"choice": {"12:00": 1, "23:59:59.5": 2}}, ("time", "text")),
    "papers": ({"choice": {"{}": 1, '{"b": 1.50, "a": [null, "x"]}': 2}}, ("json", "text")),
    "first": ({"first_name": {"locale": "fr_FR"}}, ("text",)),
    "last": ({"last_name": {"locale": "de_DE"}}, ("text",)),
    "coined": ({"coined": {"syllables": 2}}, ("text", "varchar(12)")),
    "code": ({"pattern": "[ab]#"}, ("text", "varchar(4)", "char(2)")),
    "barcode": ({"pattern": {"text": "2#{11}", "check_digits": "ean13"}}, ("text",)),
    "token": ({"uuid": 4}, ("uuid", "text")),
    "maker": ({"company": "ja_JP"}, ("text",)),
    "sent to": ({"street_address": "vi_VN"}, ("text",)),
    "fruit": ({"product": {"locale": "es_ES", "sort": "fruit"}}, ("text", "varchar(12)")),
    "page": ({"url": {"segments": 0}}, ("text",)),
    "seen from": ({"ip": 4}, ("text",)),
    "prose": ({"prose": {"vocabulary": {"one": 2, "three": 1}, "max": 12}}, ("text", "varchar(12)")),
    "said": (
        {"sentence": {"patterns": {"{a} {b}": 1, "{a}!": 2}, "words": {"a": ["x", "yy"], "b": ["z"]}}},
        ("text", "varchar(4)"),
    ),
}
ODD_LAWS = (
    {"choice": {"a": 0}}, {"choice": {"a": 1, 2: 1}}, {"choice": {"a": 1e308, "b": 1e308}}, {"uniform": {"min": 3, "max": 1}},
    {"normal": {"mean": 1e18, "sd": 1}}, {"normal": {"mean": 0, "sd": 1, "min": 60}}, {"lognormal": {"median": 20, "sigma": 90}},
    {"poisson": {"mean": 1e14}}, {"pareto": {"shape": 0.001}}, {"beta": {"alpha": 1, "beta": 1, "min": 2}}, {"mixture": [{"share": 1}]},
    {"correlated": {"to": "nowhere", "spearman": 0.5, "poisson": {"mean": 2}}}, {"first_name": {"locale": "xx_XX"}}, {"coined": {"syllables": 2, "suffix": " of something long"}}, {"lookup": "nowhere.x"},
    {"expr": "1 / 0"}, {"expr": "x +"}, {"state": "until IS NULL"}, {"reference": "nobody"}, {"key": "sequence"}, {"arrival": {}},
    {"pattern": "[z-a]"}, {"pattern": {"text": "4#{11}", "check_digits": "ean13"}}, {"uuid": 7}, {"job": "xx_XX"}, {"url": "nothing"},
)  # fmt: skip


@st.composite
def plain_columns(draw, odd):
    """A column that needs no other: its law, a type, and now and then the wish to be unique."""
    law, types = LAWS[draw(st.sampled_from(sorted(LAWS)))]
    column = {**law, "type": draw(st.sampled_from(types))}
    if draw(odd):
        column = {**draw(st.sampled_from(ODD_LAWS)), **({"type": draw(one_of(*TYPES))} if draw(st.booleans()) else {})}
    if draw(odd):
        column["type"] = draw(one_of(*TYPES))
    if draw(rarely):
        column["unique"] = True
    if draw(rarely):
        column["null_share"] = draw(one_of(0.1, 1.0))
    if draw(odd):
        column["nullable"] = draw(st.booleans())
    return column


SELECTS = (
    "SELECT id AS k, kind AS v FROM visits", "SELECT id AS k, kind + 1 AS v FROM visits WHERE id > 3 -- some",
    "SELECT id AS k, ROW_NUMBER() OVER (PARTITION BY id ORDER BY kind) AS v FROM visits;",
    "SELECT v.id AS k, LENGTH(k.word) AS v FROM visits v JOIN kinds k ON k.k = v.kind",
)  # fmt: skip
ODD_SELECTS = (
    "SELECT kind AS k, COUNT(*) AS v FROM visits GROUP BY kind", "SELECT id AS k, id / 0 AS v FROM visits",
    "SELECT kind AS k, id AS v FROM visits", "SELECT id AS k, 'x' AS v FROM visits", "SELECT id AS k FROM visits LIMIT 3",
)  # fmt: skip
RULES = (
    "SELECT v.id FROM visits v LEFT JOIN kinds k ON k.k = v.kind WHERE k.k IS NULL", "SELECT id FROM visits WHERE id < 0 -- never",
    "SELECT id FROM visits GROUP BY id HAVING COUNT(*) > 1;",
)  # fmt: skip
ODD_RULES = (
    "SELECT id FROM visits WHERE kind > 1;", "SELECT nothing FROM visits", "SELECT id FROM visits WHERE CAST('x' AS INTEGER) = id",
    "SELECT id FROM visits WHERE id IN ()", "DELETE FROM visits", "SELECT * FROM read_csv('secret.csv')",
)  # fmt: skip


@st.composite
def specs(draw, *, broken: bool):
    """A dataset of up to a dozen tables of all kinds, with rules; `broken` ones have odd parts."""
    odd = one_of(False, False, False, True) if broken else st.just(value=False)
    rows = draw(one_of([[1, "a"], [1, "b"]], [[1, "a"], [2, "a"]], [[1]])) if draw(odd) else [[1, "a"], [2, "b"]]
    tables: dict[str, dict] = {
        "kinds": {"values": rows, "primary_key": ["k"], "columns": {"k": {"type": "bigint"}, "word": {"type": "text", "unique": True}}},
        "people": {"rows": draw(one_of(12, 400)), "columns": {"id": {"key": draw(one_of("sequence", "uuid"))}}},
        "visits": {"rows": draw(one_of(5, 300)), "columns": {"id": {"key": "sequence"}}},
    }  # fmt: skip
    people, visits = tables["people"]["columns"], tables["visits"]["columns"]
    come = draw(st.booleans())
    if come:
        people["came"] = {"arrival": {} if draw(odd) else {"since": dt.date(2023, 5, 1), "before_start": 0.5}}
    if draw(st.booleans()):
        busy = {"dispersion": 3, "hours": "business", "days": {dt.date(2024, 2, 29): 9.0}}
        visits["at"] = {"arrival": draw(one_of({}, busy, {"calendar": "shop", "dispersion": 4, "persistence": 0.7}))}
        visits["sent"] = {"delay": {"after": "at", "even": True, "max": 9, "calendar": "shop", "announced": True}}
    to = draw(one_of("people", {"to": "people", "popularity": {"zipf_mandelbrot": {"s": 1.1, "q": 0.1}}}))
    visits["person"] = {"reference": {"to": "people", "unique": True} if draw(odd) else to}
    visits["kind"] = {"reference": "kinds"}
    for holder in (people, visits):
        holder |= draw(st.dictionaries(one_of("x", "y", "z"), plain_columns(odd), max_size=2))
    if "at" in visits and not come and draw(st.booleans()):
        windows(draw, odd, tables)
    if draw(sometimes):
        existing(draw, odd, tables)
        if "checks" in tables and draw(st.booleans()):
            below_existing(draw, odd, tables)
    visits |= following(draw, odd, tables["visits"])
    if draw(rarely) or draw(odd):
        group = st.lists(st.sampled_from(sorted(visits)), min_size=1, max_size=3, unique=True)
        tables["visits"]["unique"] = [draw(group)]
    if draw(st.booleans()):
        tables["lines"] = lines(draw, odd)
    of_any_row(draw, odd, tables)
    if "w" not in visits and draw(st.booleans()):
        columns = {"k": {"type": "bigint"}, "v": {"type": draw(one_of("text", "date")) if draw(odd) else "bigint"}}
        select = draw(st.sampled_from(ODD_SELECTS if draw(odd) else SELECTS))
        tables["chosen"] = {"select": select, "primary_key": ["k"], "columns": columns}
    if draw(sometimes):
        gathered(draw, odd, tables)
    if draw(sometimes):
        rollup(draw, odd, tables)
    if draw(rarely):
        pairs(draw, odd, tables)
    spec = {"dataset": "any", "period": {"start": START, "until": UNTIL}, "calendars": CALENDARS, "tables": tables}
    if draw(st.booleans()):
        spec["rules"] = {"r": draw(st.sampled_from(ODD_RULES if draw(odd) else RULES))}
    return spec


CALENDARS = {  # what arrivals and delays of any spec may follow
    "shop": {
        "hours": {"monday": "business", "wednesday": "consumer", "saturday": "flat"},
        "yearly": {"sale": {"month": 2, "weekday": "monday", "nth": -1, "factors": [4.0, 0.5]}},
        "days": {dt.date(2024, 3, 6): 0.0},
    }
}


def of_any_row(draw, odd, tables: dict) -> None:
    """Rows that are chosen by what is known of them, and columns that go on from other rows."""
    if draw(sometimes):
        tree(draw, odd, tables)
    if draw(sometimes):
        circle(draw, odd, tables)
    if draw(sometimes):
        stock(draw, odd, tables)
        if draw(sometimes):
            open_fanouts(draw, odd, tables)
        particular(draw, odd, tables, draw(one_of("visits", "lines")) if "lines" in tables else "visits")
    if "lines" in tables and draw(sometimes):
        second(draw, odd, tables)
    if "lines" in tables and draw(sometimes):
        siblings(draw, odd, tables)
    if "at" in tables["visits"]["columns"] and draw(sometimes):
        in_order(draw, odd, tables)
    if "at" in tables["visits"]["columns"] and draw(sometimes):
        bills(draw, odd, tables)
    if draw(sometimes):
        calls(draw, odd, tables)


def lines(draw, odd) -> dict:
    """Children of visits, keyed by a number or by what is distinct within a visit."""
    columns = {"v": {"reference": "visits"}, **draw(st.dictionaries(one_of("x", "y"), plain_columns(odd), max_size=2))}
    keyed = draw(st.booleans())
    if keyed:
        columns = {"id": {"key": "sequence"}, **columns}
    else:
        columns["n"] = draw(one_of({"ordinal": "visits"}, {"uniform": {"min": 1, "max": 9}, "type": "integer"}))
    if draw(st.booleans()):
        columns["who"] = {"reference": {"to": "people", **({"distinct_per": "visits"} if draw(st.booleans()) else {})}}
    if draw(rarely):
        columns["v2"] = {"reference": "visits"}
    fanout = {"min": draw(one_of(0, 1)), "max": draw(one_of(2, 9)), "uniform": True}
    table = {"per": "visits", "fanout": fanout, "columns": columns}
    return (
        table
        if keyed
        else {**table, "primary_key": ["v", draw(st.sampled_from(sorted(columns))) if draw(odd) else "n"]}
    )
