"""Our own datasets, loaded into each database and read back: all is there that was declared, less a printed list."""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import exp

import synth
from synth.ddl import ddl
from synth.dtypes import TEXT
from synth.importing.ddl import read_ddl
from synth.importing.live import read_database
from tests.support.typed import typed_plan

SPECS = ["inventory", "schema/examples/pagila.yaml", "schema/examples/adventureworks.yaml", "schema/examples/saas.yaml"]
# what a database does not keep, and so cannot give back; all else must be equal
KEEPS_NO = {
    "postgres": set(),
    "mysql": {"uuids"},
    "sqlite": {"uuids", "enums", "comments"},
    "duckdb": {"lengths", "names", "enums", "starts"},
}


def plainly(condition: str) -> exp.Expression:
    """A condition as a tree, with one form for what servers spell in several: brackets, BETWEEN, IN of one, moments in UTC."""
    tree = exp.Tuple(expressions=[sqlglot.parse_one(condition, read="duckdb")])
    for each in list(tree.find_all(exp.Paren)):
        each.replace(each.this)
    for each in list(tree.find_all(exp.Between)):
        ends = (
            exp.GTE(this=each.this.copy(), expression=each.args["low"]),
            exp.LTE(this=each.this, expression=each.args["high"]),
        )
        each.replace(exp.And(this=ends[0], expression=ends[1]))
    for each in list(tree.find_all(exp.In)):
        if len(each.expressions) == 1:
            each.replace(exp.EQ(this=each.this, expression=each.expressions[0]))
    for each in list(tree.find_all(exp.AtTimeZone)):
        each.replace(exp.func("TIMEZONE", each.args["zone"], each.this))
    return tree


def facts(found, lacking: set[str]) -> set[str]:
    """All that is compared of each table, each in a form that is the same where the same is said."""

    def dtype(kind) -> str:
        if kind.name == "enum" and "enums" in lacking:
            kind = kind.as_varchar
        if kind.name == "uuid" and "uuids" in lacking:
            kind = TEXT
        if kind.name in ("varchar", "char") and {"uuids", "lengths"} & lacking:
            kind = TEXT
        return str(kind)

    made = set()
    for table in found.tables:
        abouts = {None: table.about} | {column.name: column.about for column in table.columns}
        told = [("columns", [column.name for column in table.columns]), ("key", table.primary_key)]
        for c in table.columns:
            told.append(("column", c.name, dtype(c.type), c.nullable, c.numbered, c.default, c.computed))
            if "starts" not in lacking:
                told.append(("starts", c.name, c.starts_at))
        told += [("unique", u.columns, u.where, u.name) for u in table.uniques]
        told += [("reference", r.columns, r.table, r.parent_columns, r.name) for r in table.references]
        told += [("check", plainly(c.condition).sql("duckdb"), c.name) for c in table.checks]
        if "names" in lacking:
            told = [each[:-1] if each[0] in ("unique", "reference", "check") else each for each in told]
        if "comments" not in lacking:
            told += [("about", *each) for each in abouts.items()]
        made |= {f"{table.name}: {each}" for each in told}
    return made


@pytest.mark.parametrize("spec", [*SPECS, "typed"])
def test_what_was_declared_is_read_back(target, spec, tmp_path):
    plan = typed_plan() if spec == "typed" else synth.make_plan(spec, scale=0.01)
    summary = synth.generate(plan, tmp_path / "out")
    target.load(summary.folder)
    found = read_database(target.address, schema="main" if target.kind == "sqlite" else plan.dataset.dataset)
    assert not found.notes
    lacking = KEEPS_NO[target.kind]
    declared = read_ddl(str(ddl(plan.dataset, target.dialect)), dialect=target.kind)
    wanted, there = facts(declared, lacking), facts(found, lacking)
    assert sorted(wanted - there) == sorted(there - wanted) == []
    for table in found.tables:  # and what the plan itself says, which no DDL stands between
        planned = plan.tables[table.name]
        assert [column.name for column in table.columns] == list(planned.written)
        assert table.rows == summary.manifest.tables[table.name].rows
