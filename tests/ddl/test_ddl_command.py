"""The command `synth ddl`: tables in order, another schema, and words that it does not know."""

from __future__ import annotations

import re

from synth import load
from synth.cli import main
from synth.spec import constraints


def test_tables_come_after_those_they_refer_to(capsys):
    assert main(["ddl", "ecommerce", "--dialect", "duckdb"]) == 0
    text = capsys.readouterr().out
    order = re.findall(r'CREATE TABLE "ecommerce"\."(\w+)"', text)
    assert sorted(order) == sorted(load("ecommerce").written)
    for refers in constraints.references(load("ecommerce")):
        assert refers.parent == refers.table or order.index(refers.parent) < order.index(refers.table)


def test_another_schema(capsys):
    assert main(["ddl", "inventory", "--dialect", "mysql", "--schema", "my`shop"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("CREATE DATABASE IF NOT EXISTS `my``shop`;\n") and "`inventory`." not in text
    assert main(["ddl", "inventory", "--schema", ""]) == 2
    assert "cannot be a schema's name" in capsys.readouterr().err


def test_an_unknown_dialect(capsys):
    assert main(["ddl", "inventory", "--dialect", "postgre"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and "unknown dialect 'postgre'\n  hint: did you mean 'postgres'?" in said.err


def test_help_has_an_example(capsys):
    assert main(["ddl", "--help"]) == 0
    assert "Example: synth ddl ecommerce --dialect mysql" in capsys.readouterr().out
