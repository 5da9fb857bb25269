"""The contract of all generators, each by one small example."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from decimal import Decimal
from functools import lru_cache

import polars as pl
import pytest

from synth.api import block, frame
from synth.columns import column_to_written
from synth.draw.block import draw_block
from synth.draw.walk import residents_for
from synth.dtypes import DType
from synth.errors import DataError, OptionError, SpecError
from synth.generators import GENERATORS
from synth.plan.make import make
from synth.plan.model import BLOCK_ROWS
from synth.runners import Serial
from synth.spec.load import parse
from tests.support.drawn import PERIOD

BASE = """
dataset: t
PERIOD
tables:
  parents:
    rows: 300
    columns:
      id: {key: sequence}
      name: {coined: {}}
      price: {uniform: {min: 0.5, max: 99}, type: "decimal(12,2)"}
      came_at: {arrival: {since: 2023-01-01, before_start: 0.5}}
  offers:
    values: [[1, 2023-01-01, 2024-06-30, 0.10], [2, 2023-06-01, 2024-12-31, 0.25], [3, 2024-03-01, 2024-09-30, 0.15]]
    primary_key: [offer_id]
    columns: {offer_id: {type: bigint}, begins: {type: date}, ends: {type: date}, share: {type: "decimal(3,2)"}}
  things:
    rows: ROWS
    columns:
      id: {key: sequence}
      at: {arrival: {dispersion: 2, season: consumer}}
      _locale: {choice: {en_US: 0.5, de_DE: 0.5}}
      _sex: {choice: {F: 0.4, M: 0.4, X: 0.2}}
      _place: {place: {locale: _locale}}
      _point: {point: {near: _place}}
      _median: {choice: {10: 0.5, 500: 0.5}, type: "decimal(12,2)"}
      _income: {lognormal: {median: 2000, sigma: 0.7}, type: "decimal(12,2)"}
      _one: {choice: {1: 1}}
      _later: {delay: {after: at, median: 20, sigma: 1, max: 90}}
      parent_id: {reference: {to: parents, alive_at: at}}
      offer_id: {in_force: {table: offers, match: {offer_id: _one}, at: at, begins: begins, ends: ends, column: offer_id,
                            largest: 'ROUND(offer_id.share * _median, 2)',
                            optional: true}, references: offers}
      OWN
  parts:
    per: things
    fanout: {mean: 2.5, min: 0, max: 9, negative_binomial: {r: 2}, exact: true}
    columns:
      id: {key: sequence}
      thing_id: {reference: things}
      amount: {lognormal: {median: 20, sigma: 0.7}, type: "decimal(12,2)"}
      PART
  calls:
    rows: ROWS
    columns:
      id: {key: sequence}
      at: {arrival: {dispersion: 2}}
      number: {window: 250}
      minutes: {gamma: {shape: 2, mean: 4}}
""".replace("PERIOD", PERIOD)  # fmt: skip

# generator -> (column as YAML, table it stands in, dtype in which it leaves)
MONEY = pl.Decimal(12, 2)
EXAMPLES: dict[str, tuple[str, str, pl.DataType]] = {
    "arrival": ("", "things.at", pl.Datetime("us")),
    "array": (
        "{array: {each: {choice: {a: 3, b: 2, c: 1}}, min: 1, max: 2, distinct: true}}",
        "things",
        pl.List(pl.String()),
    ),
    "beta": ("{beta: {alpha: 2, beta: 5}}", "things", pl.Float64()),
    "binomial": ("{binomial: {n: 9, p: 0.3}}", "things", pl.Int64()),
    "bytes": ("{bytes: {min: 1, max: 9}}", "things", pl.Binary()),
    "chance": ("{chance: {logit: _one}}", "things", pl.Boolean()),
    "choice": ("{choice: {a: 0.7, b: 0.3, c: 0}}", "things", pl.String()),
    "colour": ("{colour: {locale: _locale}}", "things", pl.String()),
    "company": ("{company: {locale: _locale}}", "things", pl.String()),
    "coined": ("{coined: {syllables: 3, suffix: ' Ltd'}}", "things", pl.String()),
    "constant": ("{constant: EUR, type: varchar(3)}", "things", pl.String()),
    "correlated": ("{correlated: {to: _income, spearman: 0.6, exponential: {mean: 4}}}", "things", pl.Float64()),
    "count": ("{count: parts}", "things", pl.Int64()),
    "delay": ("{delay: {after: at, median: 3, sigma: 1.2, min: 0.5, max: 40}}", "things", pl.Datetime("us")),
    "email": ("{email: [_locale, _sex]}", "things", pl.String()),
    "empirical": ("{empirical: {edges: [0, 5, 50], shares: [3, 1]}, type: 'decimal(12,2)'}", "things", MONEY),
    "exponential": ("{exponential: {mean: _median}, type: 'decimal(12,2)'}", "things", MONEY),
    "expr": ("{expr: 'ROUND(_median * 0.333, 2)'}", "things", MONEY),
    "first_name": ("{first_name: {locale: _locale, sex: _sex}}", "things", pl.String()),
    "gamma": ("{gamma: {shape: 0.6, mean: 3}}", "things", pl.Float64()),
    "geometric": ("{geometric: {p: 0.2}, type: smallint}", "things", pl.Int16()),
    "in_force": ("", "things.offer_id", pl.Int64()),
    "ip": ("{ip: 4}", "things", pl.String()),
    "job": ("{job: {locale: _locale}}", "things", pl.String()),
    "json": ("{json: {id: parent_id.name, how: {at: at, sum: _median, two: [_sex, _later]}}}", "things", pl.String()),
    "interval": ("{interval: {each: {uniform: {min: 7, max: 30}}, unit: days}}", "things", pl.String()),
    "key": ("", "things.id", pl.Int64()),
    "last_name": ("{last_name: {locale: _locale}}", "things", pl.String()),
    "lognormal": ("{lognormal: {median: _median, sigma: 0.5}, type: 'decimal(12,2)'}", "things", MONEY),
    "lookup": ("{lookup: parent_id.price}", "things", MONEY),
    "mixture": (
        "{mixture: [{share: 0.7, normal: {mean: 4, sd: 1}}, {share: 0.3, constant: 0}]}",
        "things",
        pl.Float64(),
    ),
    "negative_binomial": ("{negative_binomial: {mean: 3, r: 0.5}}", "things", pl.Int64()),
    "normal": ("{normal: {mean: 4, sd: 0.5, min: 1, max: 5}, type: 'decimal(2,1)'}", "things", pl.Decimal(2, 1)),
    "ordinal": ("{ordinal: things}", "parts", pl.Int32()),
    "pareto": ("{pareto: {shape: 2, scale: _median}}", "things", pl.Float64()),
    "poisson": ("{poisson: {mean: _median}}", "things", pl.Int64()),
    "polymorphic": (
        "{polymorphic: {by: kind, references: {here: parent_id, there: _second}}}\n"
        "      kind: {choice: {here: 0.3, there: 0.7}}\n"
        "      _second: {reference: {to: parents, alive_at: at}}",
        "things",
        pl.Int64(),
    ),
    "pattern": ("{pattern: 'SKU-[A-F]?##'}", "things", pl.String()),
    "place": ("{place: {locale: _locale}}", "things", pl.Int64()),
    "place_part": ("{place_part: {place: _place, part: postal_code}}", "things", pl.String()),
    "point": ("{point: {near: _place, spread_km: 3}}", "things", pl.Int64()),
    "point_part": ("{point_part: {point: _point, part: latitude}}", "things", pl.Decimal(7, 4)),
    "product": ("{product: {locale: _locale}}", "things", pl.String()),
    "ranked": ("{ranked: offer_id}", "things", MONEY),
    "reference": (
        "{reference: {to: parents, alive_at: at, popularity: {zipf_mandelbrot: {s: 1}}}}",
        "things",
        pl.Int64(),
    ),
    "nothing": ("{nothing: {}, type: real}", "things", pl.Float32()),
    "numbered": ("{numbered: at}", "things", pl.Int64()),
    "row_count": ("{row_count: offers}", "things", pl.Int64()),
    "running": ("{running: {sum: amount}}", "parts", MONEY),
    "prose": ("{prose: {vocabulary: {one: 2, two: 1}, min: 3, max: 40}}", "things", pl.String()),
    "sentence": (
        "{sentence: {patterns: {'Call {who} first.': 3, 'Leave it with {who} or {who}, {when}.': 1, 'No bell': 0}, "
        "words: {who: [me, the neighbour, Ævar], when: [please, at noon]}}}",
        "things",
        pl.String(),
    ),
    "state": ("{state: \"CASE WHEN _later IS NULL THEN 'open' ELSE 'closed' END\"}", "things", pl.String()),
    "street": ("{street: {locale: _locale}}", "things", pl.String()),
    "street_address": ("{street_address: {locale: _locale}}", "things", pl.String()),
    "sum": ("{sum: parts.amount}", "things", MONEY),
    "triangular": ("{triangular: {min: 1, mode: 2, max: 9, step: 0.25}}", "things", pl.Float64()),
    "time_of_day": ("{time_of_day: {min: '08:00', max: '17:45', step: 15, unit: minutes}}", "things", pl.Time()),
    "uniform": ("{uniform: {min: 2020-01-01, max: 2020-03-01}}", "things", pl.Date()),
    "weibull": ("{weibull: {shape: 1.5, scale: 20}}", "things", pl.Float64()),
    "url": ("{url: {segments: 2}}", "things", pl.String()),
    "user_agent": ("{user_agent: {}}", "things", pl.String()),
    "uuid": ("{uuid: {version: 7, at: at}}", "things", pl.String()),
    "window": ("", "calls.number", pl.Int64()),
}
MAY_CHANGE_WITH_UNTIL = {"state", "delay"}  # what has not happened yet shows later


@lru_cache(maxsize=128)
def dataset(name: str, rows: int, more: str = ""):
    """The base with one example, in a column `x` (or in the column the base has of it), and perhaps one more column."""
    column, table, _ = EXAMPLES[name]
    lines = {"OWN": more, "PART": ""}
    if column:
        lines["OWN" if table == "things" else "PART"] = f"{more}\n      x: {column}".strip()
    return parse(BASE.replace("ROWS", str(rows)).replace("OWN", lines["OWN"]).replace("PART", lines["PART"]))


def where(name: str) -> tuple[str, str]:
    table, _, column = EXAMPLES[name][1].partition(".")
    return table, column or "x"


@lru_cache(maxsize=128)
def whole(name: str, rows: int, more: str = "") -> pl.DataFrame:
    return frame(make(dataset(name, rows, more)), where(name)[0])


def test_every_generator_has_an_example():
    assert set(EXAMPLES) == set(GENERATORS), (
        f"EXAMPLES, in this file: give an example of {sorted(set(EXAMPLES) ^ set(GENERATORS))}"
    )
    for name in GENERATORS:
        table, column = where(name)
        assert dataset(name, 1).tables[table].columns[column].generator_name == name


@pytest.mark.parametrize("name", GENERATORS)
@pytest.mark.parametrize("rows", [1, BLOCK_ROWS + 500])
def test_drawn_twice_it_is_the_same(name, rows):
    table, column = where(name)
    once, again = whole(name, rows), frame(make(dataset(name, rows)), table)
    assert once.equals(again)
    assert once[column].dtype == EXAMPLES[name][2]
    if table == "things":
        assert once.height == rows
    if rows > BLOCK_ROWS and name not in ("place", "constant", "nothing", "row_count"):
        assert once[column].n_unique() > 1
        other = frame(make(dataset(name, rows), seed=43), table)
        assert name in ("key", "window", "numbered") or not other[column].equals(once[column])


@pytest.mark.parametrize("name", GENERATORS)
def test_no_row(name):
    """Before the first row has come: columns of the right type, without rows."""
    table, column = where(name)
    plan = make(dataset(name, 2), until=dt.datetime(2024, 1, 1, 0, 0, 1))
    found = frame(plan, table)
    assert found.height == 0 and found[column].dtype == EXAMPLES[name][2]


@pytest.mark.parametrize("name", GENERATORS)
def test_a_block_by_itself_is_its_part_of_the_whole(name):
    rows = BLOCK_ROWS + 500
    table, _ = where(name)
    plan, all_ = make(dataset(name, rows)), whole(name, rows)
    second, first = (block(plan, table, number)[table] for number in (1, 0))  # the later one first
    assert pl.concat([first, second]).equals(all_)
    with pytest.raises(OptionError, match="has the blocks 0 to 1, not 2"):
        block(plan, table, 2)


@pytest.mark.parametrize("name", GENERATORS)
@pytest.mark.parametrize("more", ["y: {gamma: {shape: 2}}", "xx: {first_name: {}}"])
def test_another_column_changes_no_other(name, more):
    """Before or behind it, of the same kind or not."""
    without, with_ = whole(name, 500), whole(name, 500, more)
    assert with_.select(without.columns).equals(without)


@pytest.mark.parametrize("name", GENERATORS)
def test_an_earlier_until_keeps_the_rows_that_are_there(name):
    table, column = where(name)
    rows = BLOCK_ROWS + 500
    later = whole(name, rows)
    untils = [
        dt.datetime(2024, 1, 3),
        dt.datetime(2024, 2, 29, 12, 34, 56, 789),
        dt.datetime(2024, 12, 30),
        dt.datetime(2025, 3, 1),
    ]
    for until in untils:
        part = frame(make(dataset(name, rows), until=until), table)
        assert (part.height < later.height) == (until < dt.datetime(2025, 1, 1))
        both = min(part.height, later.height)
        early, late = part.head(both), later.head(both)
        if name == "delay":  # hidden until it has come
            shown = early[column].to_list()
            assert all(x < until for x in shown if x is not None)
            assert all(
                x == y for x, y in zip(shown, late[column].to_list(), strict=True) if x is not None and y is not None
            )
        if name in MAY_CHANGE_WITH_UNTIL:
            early, late = early.drop(column), late.drop(column)
        assert early.equals(late)


# -- what comes from other rows of the examples


def test_sums_counts_and_ordinals_are_of_the_rows_own_children():
    plan = make(dataset("sum", 700, "n: {count: parts}"))
    things, parts = frame(plan, "things"), frame(plan, "parts")
    amounts = defaultdict(list)
    for _, thing, amount in parts.iter_rows():
        amounts[thing].append(amount)
    for row in things.iter_rows(named=True):
        assert (row["n"], row["x"]) == (len(amounts[row["id"]]), sum(amounts[row["id"]], Decimal(0)))
    assert {row["n"] for row in things.iter_rows(named=True)} >= {0, 1, 2, 3}


def test_lookups_are_of_the_row_pointed_at():
    plan = make(dataset("lookup", 500, "n: {lookup: parent_id.name}"))
    parents = {row["id"]: row for row in frame(plan, "parents").iter_rows(named=True)}
    for row in frame(plan, "things").iter_rows(named=True):
        assert (row["x"], row["n"]) == (parents[row["parent_id"]]["price"], parents[row["parent_id"]]["name"])


ANY_TYPE = (
    "decimal(25,0)", "decimal(30,4)", "interval", "json", "bytes", "text[]", "integer[]", "enum(a, b)", "real", "char(3)", "time",
    "boolean", "timestamptz", "uuid", "smallint", "text", "date", "double", "decimal(9,2)",
)  # fmt: skip


@pytest.mark.parametrize("kind", ANY_TYPE)
@pytest.mark.parametrize("name", GENERATORS)
def test_of_any_type_it_is_refused_or_drawn(name, kind):
    """What a generator accepts it draws as that type; all else is refused with its place."""
    column, (table, own) = EXAMPLES[name][0], where(name)
    if not column:
        return  # it is told by other columns
    typed = re.sub(r""", type: ("[^"]*"|[\\w()]+)(?=[,}])""", "", column)[:-1] + f', type: "{kind}"}}'
    lines = {"OWN": "", "PART": "", ("OWN" if table == "things" else "PART"): f"x: {typed}"}
    try:
        plan = make(parse(BASE.replace("ROWS", "40").replace("OWN", lines["OWN"]).replace("PART", lines["PART"])))
    except SpecError as error:
        assert all(problem.path for problem in error.problems)
        return
    root = plan.tables[table].family
    try:
        made = draw_block(plan, plan.family(root), 0, residents_for(plan, root, Serial(owns_process=False)))
    except DataError as error:
        assert error.problem is not None
        return
    drawn, dtype = made.at_until(table, own), DType.parse(kind)
    assert (drawn.dtype, column_to_written(drawn, dtype).dtype) == (dtype.drawn, dtype.written)
