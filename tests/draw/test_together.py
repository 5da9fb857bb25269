"""Blocks that are drawn together come out as each does by itself: columns, numbers, what shows, what others look up."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

import synth
from synth.draw.block import draw_block, draw_blocks
from synth.draw.task import RunContext, run_task, tasks_of
from synth.draw.walk import residents_for
from synth.errors import DataError, SpecError
from synth.generators import GENERATORS
from synth.plan.make import make
from synth.plan.together import can_be_together
from synth.runners import Serial
from synth.spec.load import parse
from tests.generators.test_generators_contract import EXAMPLES, dataset
from tests.support.any_spec import specs
from tests.support.steps import small_blocks

BLOCK = 50
SETTINGS = settings(deadline=None, max_examples=15, derandomize=True, suppress_health_check=list(HealthCheck))


def together(plan, most=5):
    """Compare all families that can be drawn so; give their roots."""
    compared = []
    for family in plan.families:
        blocks = min(family.blocks, most)
        if blocks < 2 or not can_be_together(plan, family):
            continue
        residents = residents_for(plan, family.root, Serial(owns_process=False))
        alone = [draw_block(plan, family, number, residents) for number in range(family.blocks - blocks, family.blocks)]
        made = draw_blocks(plan, family, range(family.blocks - blocks, family.blocks), residents)
        compared.append(family.root)
        for table in family.tables:
            rows, (leaving, ends) = made.tables[table], made.leaving(table)
            starts, shown = [0, *rows.ends[:-1].tolist()], [0, *ends[:-1].tolist()]
            looked_up = [column for name, column in family.residents if name == table]
            kept, start_kept = made.resident_rows(table, looked_up)[1], 0
            for at, each in enumerate(alone):
                own = each.tables[table]
                where = slice(starts[at], int(rows.ends[at]))
                assert own.numbers.tolist() == rows.numbers[where].tolist(), table
                assert own.blocks == [rows.blocks[at]] and own.columns.keys() == rows.columns.keys()
                for name, column in own.columns.items():
                    assert column.equals(rows.columns[name][where]), (table, name)
                part = leaving.slice(shown[at], int(ends[at]) - shown[at])
                assert part.equals(each.visible_rows(table)), table
                count, theirs = each.resident_rows(table, looked_up)
                assert not looked_up or kept.slice(start_kept, count).equals(theirs)
                start_kept += count
    return compared


@pytest.mark.parametrize("name", GENERATORS)
def test_every_generator(name, monkeypatch):
    small_blocks(monkeypatch, 250)
    plan = make(dataset(name, 900), scale=1)
    compared, table = together(plan), EXAMPLES[name][1].partition(".")[0]
    root = plan.tables[table].family
    alone = any(
        column.draws.needs_block_alone
        for each in plan.family(root).tables
        for column in plan.spec(each).columns.values()
    )
    assert (root in compared) is not alone


@pytest.mark.parametrize(("name", "scale"), [("ecommerce", 0.05), ("erp", 0.1), ("inventory", 2)])
def test_shipped(name, scale, monkeypatch):
    small_blocks(monkeypatch, 500)
    assert together(synth.make_plan(name, scale=scale, until="2025-06-03 12:34"))


@SETTINGS
@given(spec=specs(broken=False))
def test_any_spec(spec):
    with pytest.MonkeyPatch.context() as patch:
        text = yaml.safe_dump(spec, sort_keys=False, width=10**9)
        small_blocks(patch, 250 if "window: 250" in text else BLOCK)
        try:
            together(make(parse(text), scale=4), most=3)
        except (SpecError, DataError) as error:
            assert getattr(error, "problem", True) is not None


WIDE = """
dataset: wide
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  things:
    rows: 3000
    columns:
      id: {key: sequence}
      a: {expr: "CASE WHEN id = 10 THEN 4000000000 ELSE 1 END"}
      b: {expr: "CASE WHEN id = 2990 THEN 4000000000 ELSE 1 END"}
      x: {expr: "a * b"}
"""


def test_what_is_refused_of_several_is_looked_at_one_by_one(monkeypatch):
    """No block has both of the large numbers, so none can be too wide; together they may be."""
    small_blocks(monkeypatch, 50)
    plan = make(parse(WIDE))
    family = plan.family("things")
    [task] = [task for task in tasks_of(family) if task.first == 0]
    context = RunContext(plan, residents_for(plan, "things", Serial(owns_process=False)), None)
    assert task.blocks > 1 and run_task(context, task).task == task
    with pytest.raises(DataError, match="18 digits"):
        draw_blocks(plan, family, range(family.blocks), context.residents)
