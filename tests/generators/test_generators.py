"""The contract of all generators, each by one small example; then what each promises beyond it."""

from __future__ import annotations

import datetime as dt
import math
import re
import uuid
from collections import Counter, defaultdict
from decimal import Decimal
from functools import lru_cache
from importlib import import_module
from pathlib import Path

import polars as pl
import pytest

from synth.api import block, frame
from synth.errors import DataError, OptionError, SpecError
from synth.generators import GENERATORS
from synth.plan.make import make
from synth.plan.model import BLOCK_ROWS
from synth.spec.load import parse

PERIOD = "period: {start: 2024-01-01, until: 2025-01-01}"
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
      _median: {choice: {10: 0.5, 500: 0.5}, type: "decimal(12,2)"}
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
    "choice": ("{choice: {a: 0.7, b: 0.3, c: 0}}", "things", pl.String()),
    "coined": ("{coined: {syllables: 3, suffix: ' Ltd'}}", "things", pl.String()),
    "count": ("{count: parts}", "things", pl.Int64()),
    "delay": ("{delay: {after: at, median: 3, sigma: 1.2, min: 0.5, max: 40}}", "things", pl.Datetime("us")),
    "email": ("{email: [_locale, _sex]}", "things", pl.String()),
    "expr": ("{expr: 'ROUND(_median * 0.333, 2)'}", "things", MONEY),
    "first_name": ("{first_name: {locale: _locale, sex: _sex}}", "things", pl.String()),
    "gamma": ("{gamma: {shape: 0.6, mean: 3}}", "things", pl.Float64()),
    "in_force": ("", "things.offer_id", pl.Int64()),
    "key": ("", "things.id", pl.Int64()),
    "last_name": ("{last_name: {locale: _locale}}", "things", pl.String()),
    "lognormal": ("{lognormal: {median: _median, sigma: 0.5}, type: 'decimal(12,2)'}", "things", MONEY),
    "lookup": ("{lookup: parent_id.price}", "things", MONEY),
    "normal": ("{normal: {mean: 4, sd: 0.5, min: 1, max: 5}, type: 'decimal(2,1)'}", "things", pl.Decimal(2, 1)),
    "ordinal": ("{ordinal: things}", "parts", pl.Int32()),
    "place": ("{place: {locale: _locale}}", "things", pl.Int64()),
    "place_part": ("{place_part: {place: _place, part: postal_code}}", "things", pl.String()),
    "ranked": ("{ranked: offer_id}", "things", MONEY),
    "reference": (
        "{reference: {to: parents, alive_at: at, popularity: {zipf_mandelbrot: {s: 1}}}}",
        "things",
        pl.Int64(),
    ),
    "sentence": (
        "{sentence: {patterns: {'Call {who} first.': 3, 'Leave it with {who} or {who}, {when}.': 1, 'No bell': 0}, "
        "words: {who: [me, the neighbour, Ævar], when: [please, at noon]}}}",
        "things",
        pl.String(),
    ),
    "state": ("{state: \"CASE WHEN _later IS NULL THEN 'open' ELSE 'closed' END\"}", "things", pl.String()),
    "sum": ("{sum: parts.amount}", "things", MONEY),
    "uniform": ("{uniform: {min: 2020-01-01, max: 2020-03-01}}", "things", pl.Date()),
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
    if rows > BLOCK_ROWS and name not in ("place",):
        assert once[column].n_unique() > 1
        other = frame(make(dataset(name, rows), seed=43), table)
        assert name in ("key", "window") or not other[column].equals(once[column])


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


# -- what each promises beyond that


def table(columns: str, rows: int, **options) -> pl.DataFrame:
    """A table of these columns alone."""
    text = f"dataset: t\n{PERIOD}\ntables:\n  t:\n    rows: {rows}\n    columns:\n{columns}\n"
    return frame(make(parse(text), **options), "t")


def column(law: str, rows: int = 20_000, above: str = "") -> list:
    """One drawn column, and columns above it."""
    lines = ["id: {key: sequence}", *above.splitlines(), f"x: {law}"]
    return table("\n".join(f"      {line}" for line in lines), rows)["x"].to_list()


def near(count: int, rows: int, share: float) -> bool:
    """Within five standard errors of a binomial."""
    return abs(count - rows * share) <= 5 * math.sqrt(rows * share * (1 - share)) + 1e-9


def test_choice_follows_its_weights():
    seen = Counter(column("{choice: {a: 6, b: 3, c: 1, d: 0}}"))
    assert set(seen) == {"a", "b", "c"}
    assert all(near(seen[value], 20_000, weight / 10) for value, weight in (("a", 6), ("b", 3), ("c", 1)))


def test_choice_by_another_column_follows_that_columns_table():
    text = "_k: {choice: {1: 0.5, 2: 0.5}}\nk: {expr: _k}"
    law = "{choice: {by: _k, values: {1: {1.5: 0.9, 2.25: 0.1}, 2: {3: 1}}}, type: 'decimal(5,2)'}"
    seen = Counter(column(law, above=text))
    assert set(seen) == {Decimal("1.50"), Decimal("2.25"), Decimal("3.00")}
    assert near(seen[Decimal("3.00")], 20_000, 0.5) and near(seen[Decimal("2.25")], 20_000, 0.05)
    with pytest.raises(DataError, match="no values are declared for _k = 2"):
        column("{choice: {by: _k, values: {1: {a: 1}}}}", above=text)


def test_null_share():
    assert near(column("{choice: {a: 1}, null_share: 0.3}").count(None), 20_000, 0.3)


@pytest.mark.parametrize(
    ("law", "grid"),
    [
        ("{uniform: {min: -2, max: 3}}", [-2, -1, 0, 1, 2, 3]),
        ("{uniform: {min: 0.05, max: 0.09}, type: 'decimal(3,2)'}", [Decimal(n) / 100 for n in range(5, 10)]),
        ("{uniform: {min: 0.29, max: 0.57}, type: 'decimal(3,1)'}", [Decimal(n) / 10 for n in range(3, 6)]),
        ("{uniform: {min: -0.05, max: 0.05}, type: 'decimal(3,2)'}", [Decimal(n) / 100 for n in range(-5, 6)]),
        ("{uniform: {min: 2024-02-27, max: 2024-03-02}}", [dt.date(2024, 2, 27) + dt.timedelta(days=n) for n in range(5)]),
        ("{uniform: {min: 7, max: 7}}", [7]),
    ],
)  # fmt: skip
def test_uniform_on_the_types_grid(law, grid):
    seen = Counter(column(law))
    assert sorted(seen) == grid
    assert all(near(n, 20_000, 1 / len(grid)) for n in seen.values())


def test_uniform_between_ends():
    numbers = column("{uniform: {min: -1.5, max: 2.5}}")
    assert -1.5 <= min(numbers) < -1.49 and 2.49 < max(numbers) <= 2.5
    moments = column("{uniform: {min: 2024-01-01, max: 2024-01-02}, type: timestamp}")
    assert dt.datetime(2024, 1, 1) <= min(moments) and max(moments) <= dt.datetime(2024, 1, 2)
    assert len({m.microsecond for m in moments}) > 10_000


def median(values):
    return sorted(values)[len(values) // 2]


def test_lognormal_median_spread_and_limits():
    values = column("{lognormal: {median: 35, sigma: 0.9}, type: 'decimal(12,2)'}")
    assert float(median(values)) == pytest.approx(35, rel=0.04)
    logs = [math.log(v) for v in values]
    mean = sum(logs) / len(logs)
    assert math.sqrt(sum((x - mean) ** 2 for x in logs) / len(logs)) == pytest.approx(0.9, rel=0.03)
    cut = column("{lognormal: {median: 35, sigma: 0.9, min: 10, max: 80}, type: 'decimal(12,2)'}")
    assert 10 <= min(cut) and max(cut) <= 80
    assert cut.count(10) + cut.count(80) < 20  # cut off, not moved to the ends


@pytest.mark.parametrize("limits", ["", ", min: 10", ", max: 60", ", min: 10, max: 60", ", min: 10.50, max: 60.95"])
def test_lognormal_endings(limits):
    """Every price ends as declared, as often as declared, and within the limits."""
    endings = "endings: {'.99': 0.5, '.5': 0.3, '.00': 0.2, '.01': 0}"
    values = column(f"{{lognormal: {{median: 30, sigma: 1.0{limits}, {endings}}}, type: 'decimal(12,2)'}}")
    low, high = (re.search(rf"{word}: ([\d.]+)", limits) for word in ("min", "max"))
    seen = Counter(str(value)[-3:] for value in values)
    assert set(seen) == {".99", ".50", ".00"} and min(values) > 0
    if not limits:
        assert near(seen[".99"], 20_000, 0.5) and near(seen[".50"], 20_000, 0.3)
    assert low is None or min(values) >= Decimal(low[1])
    assert high is None or max(values) <= Decimal(high[1])


def test_normal_and_gamma():
    values = column("{normal: {mean: 4.1, sd: 0.5, min: 2.5, max: 5}, type: 'decimal(2,1)'}")
    assert min(values) >= Decimal("2.5") and max(values) <= 5 and near(values.count(Decimal("4.1")), 20_000, 0.0828)
    free = column("{normal: {mean: -10, sd: 2}}")
    assert sum(free) / 20_000 == pytest.approx(-10, abs=0.08)
    unequal = column("{gamma: {shape: 0.6, mean: 3}}")
    assert min(unequal) > 0 and sum(unequal) / 20_000 == pytest.approx(3, rel=0.05)


AT = "at: {arrival: {}}\n"


@pytest.mark.parametrize(("unit", "seconds"), [("minutes", 60), ("hours", 3600), ("days", 86_400)])
@pytest.mark.parametrize(
    "law", ["median: 3, sigma: 1.2, min: 0.5, max: 10", "even: true, min: 0.5, max: 10", "even: true, max: 10"]
)
def test_delays_lie_between_min_and_max(unit, seconds, law):
    columns = f"      at: {{arrival: {{}}}}\n      x: {{delay: {{after: at, {law}, unit: {unit}}}}}"
    rows = table(columns, 5000, until=dt.date(2026, 1, 1)).head(5000)
    delays = [(x - at).total_seconds() / seconds for at, x in rows.iter_rows()]
    assert (0.5 if "min" in law else 0) - 1e-6 <= min(delays) and max(delays) <= 10 + 1e-6
    assert all(x > at for at, x in rows.iter_rows())
    if "median" in law:  # cut at both ends, the median moves a little
        assert 2.5 < median(delays) < 3.5
    else:
        assert max(delays) > 9.9 and min(delays) < 0.6


def test_delays_hide_what_has_not_come_yet():
    law = "{delay: {after: at, even: true, min: 10, max: 100MORE}}"
    hidden = column(law.replace("MORE", ""), above=AT)
    shown = column(law.replace("MORE", ", announced: true"), above=AT)
    until = dt.datetime(2025, 1, 1)
    assert hidden == [x if x < until else None for x in shown]
    assert hidden.count(None) > 1000


def test_coined_words_are_distinct():
    for syllables, rows in (
        (1, 5000),
        (2, 5000),
        (2, 33_000),
        (3, 25_000),
    ):  # of one syllable there are 512: longer ones come
        words = column(f"{{coined: {{syllables: {syllables}}}, unique: true}}", rows)
        assert len(set(words)) == rows
        assert all(re.fullmatch(r"[A-Z][a-z]+( \d+)?", word) for word in words)
    assert all(word.endswith(" Ltd") for word in column("{coined: {suffix: ' Ltd'}}", 10))


@pytest.mark.parametrize("locale", ["en_US", "en_GB", "de_DE", "fr_FR", "fi_FI"])
def test_names_are_of_the_locale_and_sex(locale):
    known = import_module(f"faker.providers.person.{locale}").Provider
    rows = table(f"""
      _sex: {{choice: {{F: 0.4, M: 0.4, X: 0.2}}}}
      sex: {{expr: _sex}}
      first: {{first_name: {{locale: {locale}, sex: _sex}}}}
      last: {{last_name: {{locale: {locale}}}}}
""", 3000)  # fmt: skip
    either = set(known.first_names)
    lists = {"F": set(known.first_names_female), "M": set(known.first_names_male), "X": either}
    for sex, first, last in rows.iter_rows():
        assert first in lists[sex] and last in known.last_names
    assert rows["first"].n_unique() > 50 and rows["last"].n_unique() > 50
    weights = known.first_names_female
    if isinstance(weights, dict):
        often = max(weights, key=weights.get)
        women = rows.filter(sex="F")
        assert near((women["first"] == often).sum(), women.height, weights[often] / sum(weights.values()))


def places_by_city():
    table = pl.read_csv(Path(import_module("synth.generators.place").__file__).parent / "data" / "places.csv")
    return {(row["locale"], row["city"]): row for row in table.iter_rows(named=True)}


def test_places_agree_with_each_other():
    rows = table("""
      _locale: {choice: {en_US: 1, en_GB: 1, de_DE: 1, fr_FR: 1, fi_FI: 1}}
      _place: {place: {locale: _locale}}
      locale: {expr: _locale}
      city: {place_part: {place: _place, part: city}}
      region: {place_part: {place: _place, part: region}}
      country: {place_part: {place: _place, part: country}}
      postal_code: {place_part: {place: _place, part: postal_code}}
      phone: {place_part: {place: _place, part: phone}}
""", 8000)  # fmt: skip
    known, seen = places_by_city(), defaultdict(set)

    def fits(pattern, value):
        if pattern is None or value is None:
            return pattern is value
        shape = "".join({"#": r"\d", "@": "[CIKMOV]"}.get(sign) or re.escape(sign) for sign in pattern)
        return re.fullmatch(shape, value) is not None

    for row in rows.iter_rows(named=True):
        place = known[row["locale"], row["city"]]
        assert (row["region"], row["country"]) == (place["region"], place["country"])
        assert fits(place["postal_code"], row["postal_code"]), row
        assert fits(place["phone"], row["phone"]), row
        assert row["country"] != "US" or re.fullmatch(r"\+1-\d{3}-555-01\d\d", row["phone"])  # kept for fiction
        seen[row["locale"], row["city"]].add(row["postal_code"])
    assert len(seen) > 60 and len(seen["en_US", "New York"]) > 50
    with pytest.raises(DataError, match="no places are known for locale 'xx_XX'; known are de_DE"):
        column("{place: xx_XX}", 5)


def test_emails_are_unique_and_reach_nobody():
    above = "_l: {choice: {en_US: 1, de_DE: 1, fi_FI: 1}}\n_f: {first_name: {locale: _l}}\n_n: {last_name: {locale: _l}, null_share: 0.01}"
    addresses = column("{email: [_f, _n], unique: true}", above=above)
    assert len(set(addresses)) == 20_000
    assert all(re.fullmatch(r"[a-z0-9]+(\.[a-z0-9]*)*\.\d+@example\.(com|net|org)", a) for a in addresses)
    assert not any(".." in a for a in addresses)  # RFC 5322: no empty part between dots
    assert len({a.split("@")[1] for a in addresses}) == 3


def test_keys():
    def keys(kind, **options):
        return table(f"      id: {{key: {kind}}}", 25_000, **options)["id"].to_list()

    assert keys("sequence") == list(range(1, 25_001))
    assert keys("{kind: code, prefix: CUS, digits: 5, start: 99990}")[8:12] == [
        "CUS99998",
        "CUS99999",
        "CUS100000",
        "CUS100001",
    ]
    assert keys("{kind: code, prefix: K-}")[:2] == ["K-000001", "K-000002"]
    ids = keys("uuid")
    assert len(set(ids)) == 25_000
    for text in ids:
        one = uuid.UUID(text)
        assert str(one) == text and one.version == 8 and one.variant == uuid.RFC_4122
    assert not set(ids) & set(keys("uuid", seed=43))
    bits = [f"{uuid.UUID(i).int:0128b}" for i in ids]
    for place in set(range(128)) - {48, 49, 50, 51, 64, 65}:
        assert 0.4 < sum(b[place] == "1" for b in bits) / 25_000 < 0.6, place


def test_windows_are_numbered_through_all_blocks():
    found = table("      id: {key: sequence}\n      x: {window: 2500}", 25_001)
    assert [(x - 1) // 2500 for x in found["id"].to_list()] == found["x"].to_list()


SENTENCE = "{sentence: {patterns: {'{what} {what}!': 6, 'No {what}, {who}?': 3, 'a{b c}{}': 1, never: 0}, words: {what: [ja, nei, tja], who: [Ola, Ævar Á.]}}}"


def test_sentences_follow_their_weights_and_words():
    seen = column(SENTENCE)
    shapes = {r"(ja|nei|tja) (ja|nei|tja)!": 0.6, r"No (ja|nei|tja), (Ola|Ævar Á\.)\?": 0.3, re.escape("a{b c}{}"): 0.1}
    kinds = {shape: [text for text in seen if re.fullmatch(shape, text)] for shape in shapes}
    assert sum(map(len, kinds.values())) == len(seen)
    assert all(near(len(kinds[shape]), 20_000, share) for shape, share in shapes.items())
    pairs = Counter(tuple(text[:-1].split()) for text in kinds[next(iter(shapes))])
    assert len(pairs) == 9  # each blank has a word of its own
    assert all(near(count, sum(pairs.values()), 1 / 9) for count in pairs.values())


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


@pytest.mark.parametrize(
    ("law", "message"),
    [
        ("{choice: {a: -1, b: 2}}", "the weight of 'a' must be a number from 0 up, got -1"),
        ("{choice: {a: 0}}", "the weights are all 0"),
        ("{choice: {a: 1, 2: 1}}", "values of different kinds in one choice"),
        ("{choice: {1.234: 1}, type: 'decimal(12,2)'}", "1.234 does not fit"),
        ("{choice: {abcdef: 1}, type: varchar(5)}", "a value is longer than"),
        ("{uniform: {min: 3, max: 2}}", "`min` is above `max`"),
        ("{uniform: {min: 1, max: 2}, type: varchar(9)}", "values from 1 to 2 cannot be"),
        ("{normal: {mean: 1, sd: 0}}", "greater than 0"),
        ("{lognormal: {median: 5, sigma: 1, endings: {'99': 1}}}", "a price ending is written '.99', not '99'"),
        ("{lognormal: {median: 5, sigma: 1, endings: {'.999': 1}}, type: 'decimal(12,2)'}", "endings of 3 digits need"),
        ("{delay: {after: at, max: 5}}", "a delay has `median` and `sigma`, or `even: true`"),
        ("{coined: {syllables: 0}}", "greater than or equal to 1"),
        ("{coined: {}, type: bigint}", "words cannot be bigint"),
        ("{sentence: {patterns: {'a {b}': 1, '{b} {c}': 1}, words: {b: [x]}}}", "'{b} {c}': no `words` are given for {c}"),
        ("{sentence: {patterns: {'a {b}': 1}, words: {b: []}}}", "must not be empty"),
        ("{sentence: {patterns: {a: 0}}}", "the weights are all 0"),
        ("{sentence: {patterns: {'It is {b}.': 1}, words: {b: [x, odd]}}, type: varchar(9)}", "a sentence may be 10 long"),
        ("{sentence: {patterns: {a: 1}}, type: date}", "sentences cannot be date"),
        ("{window: 0}", "greater than or equal to 1"),
        ("{window: 300}", "windows of 300 rows do not fill a block of 10,000"),
        ("{chioce: {a: 1}}", "did you mean 'choice'"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(law, message):
    with pytest.raises(SpecError, match=re.escape(message)):
        column(law, 5)
