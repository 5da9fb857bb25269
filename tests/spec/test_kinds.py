"""Every kind of table: the same parts in the same order, one kind for each table, and an example that is drawn."""

import inspect
from pathlib import Path

import pytest

import synth
from synth.spec.kinds import KINDS, base, kind_of
from synth.spec.load import load, parse, shipped

ORDER = [name for name in vars(base.Kind) if inspect.isfunction(vars(base.Kind)[name])]
FOLDER = Path(inspect.getfile(base)).parent

EXAMPLES = {
    "roster": "t: {rows: 3, columns: {id: {key: sequence}}}",
    "arrival": "t: {rows: 3, columns: {id: {key: sequence}, at: {arrival: {}}}}",
    "child": "p: {rows: 3, columns: {id: {key: sequence}}}\n  t: {per: p, fanout: {max: 2, uniform: true}, columns: {id: {key: sequence}}}",
    "derived": "p: {rows: 3, columns: {id: {key: sequence}}}\n"
    "  t: {select: SELECT id FROM p, primary_key: [id], columns: {id: {type: bigint}}}",
    "gathered": "p: {rows: 3, columns: {id: {key: sequence}}}\n"
    "  t: {select: {a: SELECT id FROM p, b: SELECT -1 * id AS id FROM p}, primary_key: [id], columns: {id: {type: bigint}}}",
    "rollup": "p: {rows: 3, columns: {id: {key: sequence}, n: {uniform: {min: 1, max: 2}}}}\n"
    "  t: {ROLLUP, primary_key: [n], columns: {n: {}, ids: {}}}",
    "existing": "p: {rows: 3, columns: {id: {key: sequence}, t_id: {reference: t}}}\n  t: {existing: true, primary_key: [id], columns: {id: {type: bigint}}}",
}
ROLLUP = "rollup: {table: p, group_by: [n], aggregates: {ids: {count: id}}}"


def spec(kind):
    text = EXAMPLES[kind].replace("ROLLUP", ROLLUP)
    return parse(f"dataset: d\nperiod: {{start: 2024-01-01, until: 2025-01-01}}\ntables:\n  {text}\n")


def test_each_kind_has_an_example_and_a_file():
    names = [kind.name for kind in KINDS]
    assert sorted(names) == sorted(EXAMPLES), "give the new kind an example here"
    for kind in KINDS:
        assert Path(inspect.getfile(type(kind))).name == f"{kind.name}.py", "a kind has a file of its name"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_parts_stand_in_the_same_order(kind):
    own = [name for name in vars(type(kind)) if inspect.isfunction(vars(type(kind))[name])]
    unknown = [name for name in own if name not in ORDER and not name.startswith("_")]
    assert not unknown, f"{unknown}: declare it in Kind first (synth/spec/kinds/base.py), with the answer of most kinds"
    places = [ORDER.index(name) for name in own if name in ORDER]
    assert places == sorted(places), f"put the parts of {kind.name} into the order of Kind: {own}"


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_table_is_of_one_kind(name):
    table = spec(name).tables["t"]
    assert [kind.name for kind in KINDS if kind.matches(table)] == [name] == [kind_of(table).name]


def test_shipped_tables_are_of_one_kind():
    for dataset in map(load, shipped()):
        for name, table in dataset.all_tables.items():
            assert sum(kind.matches(table) for kind in KINDS) == 1, name


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name != "existing"])
def test_rows_are_drawn(name):
    plan = synth.make_plan(spec(name))
    rows = synth.frame(plan, "t")
    assert plan.tables["t"].kind == name
    assert rows.height == plan.tables["t"].rows or not plan.tables["t"].exact


def test_existing_rows_are_asked_for():
    with pytest.raises(synth.OptionError, match="rows of 't' exist elsewhere"):
        synth.make_plan(spec("existing"))


def test_only_some_can_be_chosen_read_whole_or_have_children():
    facts = {
        k.name: (k.can_be_chosen, k.can_be_read_whole, k.can_have_children, k.has_own_rows, k.is_sum) for k in KINDS
    }
    assert facts == {
        "existing": (True, True, True, True, False),
        "roster": (True, True, True, True, False),
        "arrival": (True, False, True, True, False),
        "child": (True, False, True, True, False),
        "derived": (True, False, False, True, False),
        "gathered": (False, False, False, False, False),
        "rollup": (False, False, False, True, True),
    }
