"""`contract.yaml` uses every generator with every field, and every word of a table; its fingerprints are golden too.

So what a generator draws cannot change unnoticed, and neither can one be added without being watched. If a test fails
here: use the new word in `contract.yaml`, then `python tests/golden/renew.py contract --because "…"`.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from synth import load, make_plan, verify_folder
from synth.generators import GENERATORS
from synth.job.generate import generate
from synth.plan.make import make
from synth.spec.fanout_models import Fanout
from synth.spec.kinds import kind_of
from synth.spec.models import Column, Rollup, Table
from synth.spec.row_models import RowCount

SPEC = Path(__file__).with_name("contract.yaml")
LEFT_OUT = {  # nobody writes these, or they need a source of rows
    Table: {"existing", "earlier"},
    Column: {"draws", "generator_name"},
    RowCount: {"asked"},
}


@cache
def uses():
    """{model: {field: its values that are not the default, in the contract}}."""
    found = defaultdict(lambda: defaultdict(list))

    def walk(value):
        if isinstance(value, BaseModel):
            kind = type(value)
            for name, field in kind.model_fields.items():
                own = getattr(value, name)
                if own != field.get_default(call_default_factory=True):
                    found[kind][name].append(own)
                walk(own)
        for inner in inside(value):
            walk(inner)

    walk(load(SPEC))
    return found


def inside(value):
    """What a mapping or a sequence holds."""
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, (tuple, list)) else []


def words(annotation):
    """The words a field's type lists, wherever in it."""
    if get_origin(annotation) is Literal:
        return set(map(str, get_args(annotation)))
    return {word for inner in get_args(annotation) for word in words(inner)}


def scalars(value):
    inner = inside(value)
    return {s for each in inner for s in scalars(each)} if inner or isinstance(value, (dict, tuple)) else {str(value)}


MODELS = sorted({*GENERATORS.values(), *uses()}, key=lambda model: model.__name__)


@pytest.mark.parametrize("name", GENERATORS)
def test_every_generator_is_used(name):
    columns = [column for table in load(SPEC).tables.values() for column in table.columns.values()]
    assert any(column.generator_name == name for column in columns), f"use {name} in tests/golden/contract.yaml"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_is_used(model):
    unused = set(model.model_fields) - set(uses()[model]) - LEFT_OUT.get(model, set())
    assert not unused, (
        f"{model.__name__}: {', '.join(sorted(unused))} never differ from their defaults in tests/golden/contract.yaml"
    )


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_word_of_a_field_is_used(model):
    for name, field in model.model_fields.items():
        said = {word for value in [field.default, *uses()[model][name]] for word in scalars(value)}
        assert words(field.annotation) <= said, f"{model.__name__}.{name}"


def test_the_walk_sees_what_is_used():
    assert uses()[Rollup]["aggregates"] and words(Rollup.model_fields["aggregates"].annotation) == {
        "sum",
        "count",
        "min",
        "max",
    }
    ways = set(uses()[Fanout])
    assert ways >= {"negative_binomial", "poisson", "uniform", "shares", "exact"}
    assert {kind_of(table).name for table in load(SPEC).tables.values()} == {
        "roster", "arrival", "child", "derived", "gathered", "rollup",
    }  # fmt: skip


def test_families_have_several_blocks():
    blocks = {family.root: family.blocks for family in make(load(SPEC), scale=1, seed=42).families}
    assert blocks["rides"] == 3 and blocks["members"] == blocks["cards"] == blocks["sales"] == 2


@pytest.mark.parametrize(("scale", "until"), [(0.2, "2024-01-20"), (0.5, "2025-03-05T12:00:00"), (0.2, "2026-05-01")])
def test_it_holds(scale, until, tmp_path):
    import datetime as dt

    made = generate(make_plan(load(SPEC), scale=scale, until=dt.datetime.fromisoformat(until)), tmp_path)
    assert verify_folder(made.folder).passed
