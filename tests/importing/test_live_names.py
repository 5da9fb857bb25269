"""Names of any signs, and in capitals, come out of each database as they went in."""

from __future__ import annotations

from synth.importing.live import read_database
from tests.support.answers import Refused
from tests.support.servers import change

NAMES = [
    'a"b', "a`b", "a]b", "it's", "semi;colon", "drop table x; --", "two words", "ünï 漢字 𝄞", "%s", "{0}", "?1", ":x", "@y", "a.b",
    "Order", "select", "a/*b*/c", "$$", "check", "line\nbreak", "REFERENCES x.y", "CamelCase", "(", "nextval('x')",
]  # fmt: skip
SCHEMA = "sch\"ema 'x"


def test_names_come_out_as_they_went_in(target):
    spelt = target.dialect.quote_identifier
    schema = "main" if target.kind == "sqlite" else "odd" if target.kind == "mysql" else SCHEMA
    if target.kind != "sqlite":
        target.sql(f"CREATE SCHEMA {spelt(schema)}")
    made = []
    for name in NAMES:
        if target.kind == "mysql" and "`" in name:  # MariaDB 10.11 spells it wrong in references, with one sign of two
            continue
        columns = f"{spelt(name)} INTEGER NOT NULL, {spelt(name + '2')} VARCHAR(9) NOT NULL"
        keys = f"PRIMARY KEY ({spelt(name)}), UNIQUE ({spelt(name + '2')}), CHECK ({spelt(name)} > 0)"
        parent = ""
        if made:
            place = target.dialect.place(schema, made[-1])
            parent = f", FOREIGN KEY ({spelt(name)}) REFERENCES {place} ({spelt(made[-1])})"
        statement = f"CREATE TABLE {target.dialect.place(schema, name)} ({columns}, {keys}{parent})"
        if target.address.is_file:
            change(target.address, [statement])
        else:
            try:
                target.sql(statement)
            except Refused:
                assert target.kind == "mysql", name
                continue
        made.append(name)
    found = {table.name: table for table in read_database(target.address, schema=schema).tables}
    assert list(found) == sorted(made)
    for parent, name in zip([None, *made], made, strict=False):
        table = found[name]
        assert [column.name for column in table.columns] == [name, name + "2"]
        assert table.primary_key == (name,) and table.rows == 0
        assert [each.columns for each in table.uniques] == [(name + "2",)]
        references = [(each.columns, each.table, each.parent_columns) for each in table.references]
        assert references == ([((name,), parent, (parent,))] if parent else [])
        assert len(table.checks) == 1, name
