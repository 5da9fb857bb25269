"""Work is bounded before it begins: how large, how deep and how wide a spec may be, which may come from a stranger."""

from __future__ import annotations

import time

import pytest

from synth.cli import main
from synth.errors import SynthError
from synth.spec import load as loading
from synth.spec.load import load, parse
from synth.sql import bounds
from synth.sql.parse import SqlError, expression, query

BASE = """
dataset: d
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  t:
    rows: 3
    columns: {id: {key: sequence}, x: {uniform: {min: 1, max: 9}, type: integer}, y: COLUMN}
    checks: {c: "CHECK"}
rules: {r: "SELECT id FROM t WHERE RULE"}
"""


def spec(column="{expr: x, type: bigint}", check="x > 0", rule="x < 0") -> str:
    return BASE.replace("COLUMN", column).replace("CHECK", check).replace("RULE", rule)


def aliases(levels: int, wide: int = 10) -> str:
    """Billions of laughs."""
    lines = [f"a0: &a0 [{','.join(['x'] * wide)}]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * wide)}]" for n in range(1, levels)]
    return "\n".join(lines)


LONG_VALUE = "a: &a '" + "x" * 1_000_000 + "'\nb: [" + ",".join(["*a"] * 1000) + "]"
TEXTS = {
    "aliases of aliases": (aliases(10), "aliases of aliases, or values, that are too many for a spec"),
    "long aliases": (LONG_VALUE, "aliases of aliases, or values, that are too many"),
    "many values": ("a: [" + "1," * 300_000 + "1]", "or values, that are too many"),
    "deep lists": ("a: " + "[" * 3000 + "]" * 3000, "more than 40 mappings and lists inside each other"),
    "deep mappings": ("{a: " * 3000 + "1" + "}" * 3000, "more than 40 mappings and lists inside each other"),
    "deep blocks": ("- " * 3000 + "x", "more than 40 mappings and lists inside each other"),
    "deep by aliases": (aliases(100, 1), "more than 40 mappings and lists inside each other"),
    "brackets that stay open": ("[" * 100_000, "more than 40 mappings and lists inside each other"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_what_no_spec_is(name, tmp_path, capsys):
    text, said = TEXTS[name]
    (tmp_path / "d.yaml").write_text(text)
    started = time.process_time()
    assert main(["check", str(tmp_path / "d.yaml")]) == 2
    assert time.process_time() - started < 10
    told = capsys.readouterr().err
    assert said in told and f"{tmp_path}/d.yaml:" in told and len(told) < 1000


def test_a_file_that_no_hand_has_written(tmp_path):
    with (tmp_path / "d.yaml").open("wb") as file:
        file.truncate(2**33)
    with pytest.raises(SynthError, match=r"d.yaml' has more than 4,194,304 bytes, which is too much for a spec"):
        load(tmp_path / "d.yaml")


def test_lines_end_as_they_like(tmp_path):
    (tmp_path / "d.yaml").write_bytes(spec().replace("\n", "\r\n").encode())
    assert load(tmp_path / "d.yaml") == parse(spec())


def test_tables_and_columns_are_not_without_end(monkeypatch):
    many = "".join(f", c{n}: {{expr: x, type: bigint}}" for n in range(5001))
    with pytest.raises(SynthError, match="it has 5,004 columns, 5,000 are the most"):
        parse(spec(column="{expr: x, type: bigint}" + many))
    tables = "".join(f"  t{n}: {{rows: 1, columns: {{a: {{key: sequence}}}}}}\n" for n in range(2001))
    with pytest.raises(SynthError, match="it has 2,001 tables, 2,000 are the most"):
        parse(f"dataset: d\nperiod: {{start: 2024-01-01, until: 2025-01-01}}\ntables:\n{tables}")


# -- SQL

DEEP = {
    "brackets": lambda n: "(" * n + "x" + ")" * n,
    "brackets that stay open": lambda n: "(" * n + "x",
    "calls": lambda n: "ABS(" * n + "x" + ")" * n,
    "sums": lambda n: "+".join(["x"] * n),
    "signs": lambda n: "- " * n + "x",
    "cases": lambda n: "CASE WHEN x > 0 THEN " * n + "x" + " ELSE 0 END" * n,
    "casts": lambda n: "x" + "::BIGINT" * n,
    "subqueries": lambda n: "x + (SELECT MAX(x) FROM t WHERE x IN " * n + "(1)" + ")" * n,
}


@pytest.mark.parametrize("form", DEEP)
@pytest.mark.parametrize("times", [70, 250, 600, 5000])
@pytest.mark.parametrize("place", ["column", "check", "rule"])
def test_sql_that_is_deep_ends_in_a_message(place, times, form, tmp_path, capsys):
    """Or in nothing amiss, never in a RecursionError."""
    sql = DEEP[form](times)
    text = (
        spec(column=f'{{expr: "{sql}", type: bigint}}') if place == "column" else spec(**{place: f"{sql} < -1000000"})
    )
    (tmp_path / "d.yaml").write_text(text)
    assert main(["check", str(tmp_path / "d.yaml")]) in ((2,) if times >= 600 else (0, 2))
    assert "RecursionError" not in capsys.readouterr().err


def test_what_is_deep_or_long(monkeypatch):
    for text in (DEEP["brackets"](5000), DEEP["brackets that stay open"](5000), DEEP["signs"](250)):
        with pytest.raises(SqlError, match="nested too deeply; let columns of their own hold parts of it"):
            expression(text)
    with pytest.raises(SqlError, match="it has 30,015 characters, 20,000 are the most"):
        expression("x IN (" + "1, " * 9998 + "'" + "(" * 5 + "')")
    with pytest.raises(SqlError, match="characters, 20,000 are the most"):
        query("SELECT x FROM t WHERE " + " OR ".join(["x > 0"] * 3000))
    assert expression("x IN ('" + "(" * 5000 + "', \"" + "[" * 5000 + '")'), "brackets in texts are none"
    assert bounds.depth(expression("x + 1")) == 3 and expression(" OR ".join(["x > 0"] * 150))


def test_what_ships_is_far_from_it():
    for name in loading.shipped():
        dataset = load(name)
        assert max(len(table.columns) for table in dataset.tables.values()) * 20 < 5000
        assert all(
            len(rule) * 4 < bounds.LONGEST and bounds.depth(query(rule)) * 4 < bounds.DEEPEST * 2
            for rule in dataset.rules.values()
        )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (spec("{expr: '.5e'}"), "tables.t.columns.y.expr: '0.5e' is no number"),
        (spec(check="x > .5e"), "tables.t.checks.c: '0.5e' is no number"),
        (spec(rule="x > 1e"), "rules.r"),
        (spec().replace("rows: 3", f"rows: {'9' * 400}"), "rows.base: should be less than or equal to 1e+15"),
        (spec().replace("rows: 3", f"rows: {{base: 3, at_least: {'9' * 400}}}"), "should be less than or equal to"),
        (
            spec().replace("rows: 3", "per: p\n    fanout: {mean: 3, max: 9, negative_binomial: {r: 1e-320}}"),
            "r: should be greater than or equal to 1e-09",
        ),
        ("#\ud800" + spec(), "it holds halves of characters"),
    ],
)
def test_numbers_and_texts_that_nobody_can_mean(text, said):
    with pytest.raises(SynthError) as refused:
        parse(text)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            spec("{expr: \"'a'\", type: varchar(99999999999999999999)}"),
            "y.type: .* a varchar has up to 10,485,760 characters",
        ),
        (spec().replace("dataset: d", "dataset: pg_catalog"), "dataset: 'pg_catalog' is the name of a database's own"),
        (spec().replace("dataset: d", "dataset: information_schema"), "is the name of a database's own schema"),
        (spec().replace("dataset: d", "dataset: temp"), "'temp' is the name of a database's own schema"),
        (
            spec().replace("  t:", "  sqlite_master:").replace("FROM t", "FROM sqlite_master"),
            "a name of SQLite's own tables",
        ),
        (
            spec().replace("  t:", "  synth_manifest:").replace("FROM t", "FROM synth_manifest"),
            "tables.synth_manifest: ",
        ),
    ],
)
def test_names_and_lengths_that_a_database_refuses_are_refused_by_check(text, said):
    with pytest.raises(SynthError, match=said):
        parse(text)
