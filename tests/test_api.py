"""The library in Python: what the package's public names promise, without files."""

from __future__ import annotations

import datetime as dt
import doctest
import gc
import subprocess
import sys
from collections import Counter

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import synth
import synth.api
import synth.draw.walk
from synth.draw.walk import residents_for
from synth.plan.model import BLOCK_ROWS
from synth.spec.load import dump, shipped

YAML = """\
dataset: little
about: People and what they said
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  people:
    rows: {base: 300, growth: 0}
    columns:
      person_id: {key: {kind: code, prefix: P}}
      country: {choice: {DE: 0.5, NO: 0.5}, type: varchar(2)}
      height: {normal: {mean: 170, sd: 10, min: 140, max: 210}, type: "decimal(4,1)", null_share: 0.1}
      joined: {arrival: {since: 2023-01-01, before_start: 0.5}}
  words:
    rows: 25_000
    events: [heard_at]
    columns:
      word_id: {key: sequence}
      person_id: {reference: {to: people, alive_at: said_at}}
      said_at: {arrival: {dispersion: 2}}
      heard_at: {delay: {after: said_at, median: 1, sigma: 1, max: 30}}
      loud: {uniform: {min: 1, max: 10}, check: loud BETWEEN 1 AND 10}
      _twice: {expr: loud * 2}
      very: {expr: _twice + 1, type: integer}
    checks:
      odd: very % 2 = 1
  days:
    rollup: {table: words, group_by: [person_id], aggregates: {words: {count: word_id}}, for_each: people}
    primary_key: [person_id]
    columns:
      person_id: {references: people}
      words: {type: bigint}
rules:
  known: SELECT w.word_id FROM words w LEFT JOIN people p ON p.person_id = w.person_id WHERE p.person_id IS NULL
"""


@pytest.fixture(scope="module")
def little():
    return synth.parse(YAML)


@pytest.fixture(scope="module")
def plan(little):
    return synth.make_plan(little)


def columns(**declared):
    return {name: synth.Column.model_validate(column) for name, column in declared.items()}


def built() -> synth.Dataset:
    """The same dataset from Python values and models."""
    return synth.Dataset(
        dataset="little",
        about="People and what they said",
        period={"start": dt.date(2024, 1, 1), "until": dt.date(2025, 1, 1)},
        tables={
            "people": synth.Table(
                rows={"base": 300, "growth": 0.0},
                columns=columns(
                    person_id={"key": {"kind": "code", "prefix": "P"}},
                    country={"choice": {"DE": 0.5, "NO": 0.5}, "type": "varchar(2)"},
                    height={"normal": {"mean": 170, "sd": 10, "min": 140, "max": 210}, "type": "decimal(4,1)",
                            "null_share": 0.1},
                    joined={"arrival": {"since": dt.date(2023, 1, 1), "before_start": 0.5}},
                ),
            ),
            "words": synth.Table(
                rows={"base": 25_000},
                events=["heard_at"],
                columns=columns(
                    word_id="key",
                    person_id={"reference": {"to": "people", "alive_at": "said_at"}},
                    said_at={"arrival": {"dispersion": 2}},
                    heard_at={"delay": {"after": "said_at", "median": 1, "sigma": 1, "max": 30}},
                    loud={"uniform": {"min": 1, "max": 10}, "check": "loud BETWEEN 1 AND 10"},
                    _twice={"expr": "loud * 2"},
                    very={"expr": "_twice + 1", "type": "integer"},
                ),
                checks={"odd": "very % 2 = 1"},
            ),
            "days": synth.Table(
                rollup={"table": "words", "group_by": ["person_id"], "aggregates": {"words": {"count": "word_id"}}, "for_each": "people"},
                primary_key=["person_id"],
                columns=columns(person_id={"references": "people"}, words={"type": "bigint"}),
            ),
        },
        rules={"known": "SELECT w.word_id FROM words w LEFT JOIN people p ON p.person_id = w.person_id "
                        "WHERE p.person_id IS NULL"},
    )  # fmt: skip


@pytest.fixture
def drawn(monkeypatch):
    """Counts the blocks that are drawn for a whole table, by family."""
    count: Counter[str] = Counter()
    draw_blocks = synth.draw.task.draw_blocks

    def counting(plan, family, numbers, residents):
        count[family.root] += len(numbers)
        return draw_blocks(plan, family, numbers, residents)

    monkeypatch.setattr(synth.draw.task, "draw_blocks", counting)
    return count


# -- names


@pytest.mark.parametrize("order", ["sorted", "reversed"])
def test_every_public_name_stays_what_it_is(order, environment):
    code = (
        f"import synth\nnames = list({order}(synth.__all__))\n"
        "first = {name: getattr(synth, name) for name in names}\n"
        "assert all(callable(value) for value in first.values()), first\n"
        "assert all(getattr(synth, name) is first[name] for name in names)\n"
        "synth.frame(synth.make_plan('ecommerce', scale=0.01), 'brands')\n"
        "assert all(getattr(synth, name) is first[name] for name in names)\n"
        "assert set(dir(synth)) >= set(names)\n"
        "from synth import *\nassert load is first['load']\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert done.stderr == ""


def test_importing_the_package_is_light(environment):
    code = "import sys, synth; print(sorted({'polars', 'numpy', 'pydantic', 'duckdb'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout == "[]\n"


def test_an_unknown_name():
    with pytest.raises(AttributeError, match="module 'synth' has no attribute 'nonsense'"):
        _ = synth.nonsense


def test_the_example_in_the_docstring():
    found = doctest.testmod(synth)
    assert found.attempted == 4
    assert found.failed == 0


def test_errors_are_one_family():
    for name in ("SpecError", "OptionError", "OutputError", "DataError"):
        assert issubclass(getattr(synth, name), synth.SynthError)


# -- specs


def test_a_dataset_built_in_python_is_the_parsed_one(little):
    assert built() == little
    assert synth.make_plan(built()) == synth.make_plan(little)
    assert_frame_equal(synth.frame(synth.make_plan(built()), "people"), synth.frame(synth.make_plan(little), "people"))


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_dataset_survives_dump_and_parse(name):
    dataset = synth.load(name)
    assert synth.parse(dump(dataset)) == dataset
    assert dump(synth.parse(dump(dataset))) == dump(dataset)


def test_a_built_dataset_survives_dump_and_parse(little):
    assert synth.parse(dump(built())) == little


def test_load_by_name_and_path(tmp_path, little):
    assert synth.load("ecommerce") == synth.load(shipped()["ecommerce"])
    (tmp_path / "little.yaml").write_text(YAML)
    assert synth.load(tmp_path / "little.yaml") == little
    with pytest.raises(synth.OptionError, match="did you mean 'ecommerce'"):
        synth.load("ecomerce")


@pytest.mark.parametrize(
    ("right", "wrong"), [("FROM words w", "FROM wrods w"), ("to: people", "to: peple"), ("loud * 2", "lowd * 2")]
)
def test_a_dataset_built_wrongly_is_refused_by_the_plan(right, wrong, monkeypatch):
    assert YAML.count(right) == 1
    with monkeypatch.context() as unchecked:  # as if built in Python, where `parse` does not look
        unchecked.setattr("synth.spec.check.check", lambda dataset: None)
        dataset = synth.parse(YAML.replace(right, wrong))
    with pytest.raises(synth.SpecError, match="unknown"):
        synth.make_plan(dataset)


# -- plans


def test_equal_plans(little, plan):
    assert synth.make_plan(little) == plan
    assert synth.make_plan(little, until=dt.date(2025, 1, 1)) == plan
    assert synth.make_plan(little, until=dt.datetime(2025, 1, 1)) == plan
    assert synth.make_plan(little, until=dt.datetime(2025, 1, 1, 2, tzinfo=dt.timezone(dt.timedelta(hours=2)))) == plan
    assert synth.make_plan(little, tables=["days", "words", "people"]) == plan


@pytest.mark.parametrize(
    "options",
    [{"scale": 0.5}, {"seed": 1}, {"until": dt.date(2024, 7, 1)}, {"tables": ["people"]}],
    ids=lambda options: next(iter(options)),
)
def test_unequal_plans(options, little, plan):
    assert synth.make_plan(little, **options) != plan


@pytest.mark.parametrize(
    "options",
    [{"scale": 0}, {"scale": float("nan")}, {"seed": -1}, {"until": dt.date(2024, 1, 1)}, {"tables": ["wrods"]}],
)
def test_impossible_plans(options, little):
    with pytest.raises(synth.OptionError):
        synth.make_plan(little, **options)


# -- rows


def test_a_frame_has_the_declared_types(plan):
    words, people = synth.frame(plan, "words"), synth.frame(plan, "people")
    assert words.height == 25_000
    assert words.schema == {
        "word_id": pl.Int64, "person_id": pl.String, "said_at": pl.Datetime("us"), "heard_at": pl.Datetime("us"),
        "loud": pl.Int32, "very": pl.Int32,
    }  # fmt: skip
    assert people["height"].dtype == pl.Decimal(4, 1)
    assert words["very"].equals((words["loud"] * 2 + 1).alias("very"))
    assert 0 < people["height"].null_count() < 100


@pytest.mark.parametrize("table", synth.load("ecommerce").written)
def test_a_frame_is_what_generate_writes(table, shop):
    written = pl.read_parquet(shop / table)
    found = synth.frame(synth.make_plan("ecommerce", scale=0.02), table)
    assert_frame_equal(found.sort(pl.all()), written.sort(pl.all()))


def test_generate_writes_the_frame(plan, tmp_path):
    folder = synth.generate(plan, tmp_path).folder
    assert synth.verify_folder(folder).passed
    for table in plan.wanted:
        assert_frame_equal(synth.frame(plan, table), pl.read_parquet(folder / table))
    assert synth.Manifest.read(folder).tables["words"].rows == 25_000


def test_blocks_make_the_frame(plan):
    blocks = [synth.block(plan, "words", number) for number in (2, 0, 1)]
    assert [list(tables) for tables in blocks] == [["words"]] * 3
    found = pl.concat(tables["words"] for tables in blocks).sort("word_id")
    assert_frame_equal(found, synth.frame(plan, "words"))
    assert [tables["words"].height for tables in blocks] == [5_000, BLOCK_ROWS, BLOCK_ROWS]


def test_a_block_has_all_tables_of_its_family():
    plan = synth.make_plan("ecommerce", scale=0.02)
    found = synth.block(plan, "payments", 0)
    assert list(found) == ["orders", "order_items", "payments"]
    assert_frame_equal(found["orders"], synth.frame(plan, "orders"))


def test_what_blocks_look_up_is_drawn_once_for_a_plan(monkeypatch):
    made = []
    monkeypatch.setattr(synth.api, "residents_for", lambda *given: made.append(given[1]) or residents_for(*given))
    plan = synth.make_plan("inventory", scale=0.2)
    first, again = synth.block(plan, "orders", 0), synth.block(plan, "orders", 0)
    assert made == ["customers"] and first["orders"].equals(again["orders"])
    kept = len(synth.api._kept)
    del plan
    gc.collect()
    assert len(synth.api._kept) == kept - 1


@pytest.mark.parametrize(("table", "number"), [("words", 3), ("words", -1), ("people", 1), ("days", 0), ("wrods", 0)])
def test_there_is_no_such_block(table, number, plan):
    with pytest.raises(synth.OptionError, match=table):
        synth.block(plan, table, number)


@pytest.mark.parametrize("ask", [synth.frame, synth.lazy])
def test_there_is_no_such_table(ask, plan):
    with pytest.raises(synth.OptionError, match="did you mean 'words'"):
        ask(plan, "wrods")
    with pytest.raises(synth.OptionError, match="unknown table 'words'"):
        ask(synth.make_plan("ecommerce"), "words")


def test_lazy_is_the_frame(plan):
    for table in plan.wanted:
        whole = synth.frame(plan, table)
        lazy = synth.lazy(plan, table)
        assert lazy.collect_schema() == whole.schema
        assert_frame_equal(lazy.collect(), whole)


def test_lazy_draws_nothing_until_asked(plan, drawn):
    synth.lazy(plan, "words").filter(pl.col("loud") > 5).select("word_id")
    assert not drawn


def test_lazy_takes_only_the_blocks_it_needs(plan, drawn):
    assert synth.lazy(plan, "words").head(5).collect()["word_id"].to_list() == [1, 2, 3, 4, 5]
    assert drawn["words"] == 1
    assert synth.lazy(plan, "words").head(BLOCK_ROWS + 1).collect().height == BLOCK_ROWS + 1
    assert drawn["words"] == 1 + 2
    synth.lazy(plan, "words").collect()
    assert drawn["words"] == 1 + 2 + 3


def test_lazy_filters_and_selects(plan):
    whole = synth.frame(plan, "words")
    few = synth.lazy(plan, "words").filter(pl.col("loud") == 10).select("word_id").head(3).collect()
    assert few["word_id"].to_list() == whole.filter(pl.col("loud") == 10)["word_id"].head(3).to_list()
    found = synth.lazy(plan, "words").filter(pl.col("person_id") == "P000007").select("very", "word_id").collect()
    assert_frame_equal(found, whole.filter(pl.col("person_id") == "P000007").select("very", "word_id"))


def test_lazy_joins(plan):
    people = synth.lazy(plan, "people").select("person_id", "country")
    found = synth.lazy(plan, "words").join(people, on="person_id").group_by("country").len().collect()
    assert found["len"].sum() == 25_000
    assert set(found["country"]) == {"DE", "NO"}
