"""Any tables are imported: each schema gives a spec that generates and verifies, or one message."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.errors import SynthError
from synth.importing.mend import MendError
from synth.importing.run import import_spec
from tests.importing.ddl.test_ddl_odd import ODD

TYPES = (
    "integer", "smallint", "bigint", "numeric(12,2)", "numeric(5,4)", "varchar(3)", "varchar(40)", "text", "char(1)",
    "boolean", "date", "timestamp", "timestamptz", "time", "interval", "uuid", "jsonb", "bytea", "real",
    "double precision", "integer[]", "text[]", "numeric(30,6)", "mood", "inet",
)  # fmt: skip
NAMES = (
    "name", "email", "created_at", "updated_at", "price", "quantity", "total", "status", "valid_from", "valid_to", "code",
    "city", "country", "note", "is_active", "birth_date", "order", "Select", "x y", "_hidden", "2nd", "größe",
)  # fmt: skip
USUAL = {  # types of columns that checks speak of
    "price": "numeric(12,2)", "quantity": "integer", "total": "numeric(12,2)", "status": "varchar(40)", "valid_from": "date",
    "valid_to": "date", "code": "varchar(8)",
}  # fmt: skip
CHECKS = (
    (["price"], "price >= 0"),
    (["price"], "price > 0 AND price < 1000"),
    (["quantity"], "quantity BETWEEN 1 AND 99"),
    (["status"], "status IN ('open', 'paid', 'void')"),
    (["status"], "upper(status) = 'A' OR upper(status) = 'B'"),
    (["valid_from", "valid_to"], "valid_to > valid_from"),
    (["valid_from", "valid_to"], "valid_to IS NULL OR valid_from <= valid_to"),
    (["price", "total"], "total = price"),
    (["price", "quantity", "total"], "total >= price * quantity"),
    (["code"], "length(code) = 5"),
    (["code"], "code ~ '^[A-Z]{3}$'"),
)
KEYS = ("integer", "bigserial", "uuid", "varchar(8)", "char(2)", "date")


def schema(seed: int) -> str:
    """Tables with keys of all sorts, references to any of them, groups and checks."""
    chance = random.Random(seed)
    tables: list[tuple[str, list[tuple[str, str]]]] = []
    for number in range(chance.randint(1, 6)):
        name = f"{chance.choice(['order', 'order_items', 'users', 'Tag', 'stage status', 'log'])}{number}"
        kind = chance.choice(["plain", "plain", "plain", "pair", "none"])
        key = {"plain": [("id", chance.choice(KEYS))], "pair": [("a", "integer"), ("b", chance.choice(KEYS[2:]))]}
        tables.append((name, key.get(kind, [])))
    texts = ["CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');"]
    late = []
    for name, key in tables:
        lines = [f"{column} {kind} NOT NULL" for column, kind in key]
        plain = chance.sample(NAMES, chance.randint(0, 6))
        kinds = {column: USUAL.get(column) or chance.choice(TYPES) for column in plain}
        for column, kind in kinds.items():
            null = chance.choice([" NOT NULL", "", " UNIQUE", " DEFAULT NULL"])
            lines.append(f'"{column}" {kind}{null}')
        for number in range(chance.randint(0, 3)):
            parent, their = chance.choice(tables)
            if not their:
                continue
            mine = [f"ref{number}_{column}" for column, _ in their]
            null = chance.choice([" NOT NULL", ""])
            lines += [
                f"{column} {kind.replace('bigserial', 'bigint')}{null}"
                for column, (_, kind) in zip(mine, their, strict=True)
            ]
            theirs = ", ".join(column for column, _ in their)
            late.append(f'ALTER TABLE "{name}" ADD FOREIGN KEY ({", ".join(mine)}) REFERENCES "{parent}" ({theirs});')
            if chance.random() < 0.2:
                lines.append(f"UNIQUE ({', '.join(mine)})")
            if chance.random() < 0.2 and plain:
                lines.append(f'UNIQUE ({", ".join(mine)}, "{plain[0]}")')
        if key:
            lines.append(f"PRIMARY KEY ({', '.join(column for column, _ in key)})")
        lines += [f"CHECK ({check})" for names, check in CHECKS if {*names} <= kinds.keys() and chance.random() < 0.6]
        if not lines:
            lines.append("only integer")
        texts.append(f'CREATE TABLE "{name}" ({", ".join(lines)});')
    return "\n".join([*texts, *late])


def other(text: str, dialect: str) -> str:
    """The same tables as another database spells them, less what it has no types for."""
    text = text.partition("happy');")[2]
    words = {
        "mysql": [('"', "`"), ("bigserial", "bigint AUTO_INCREMENT"), ("timestamptz", "datetime"), ("jsonb", "json"),
                  ("bytea", "blob"), ("uuid", "char(36)"), ("mood", "enum('sad','ok')"), ("inet", "varchar(39)"),
                  ("integer[]", "json"), ("text[]", "json"), ("interval", "varchar(30)"), ("code ~", "code REGEXP")],
        "sqlite": [("bigserial", "integer"), ("mood", "text"), ("integer[]", "text"), ("text[]", "text")],
        "tsql": [("bigserial", "bigint IDENTITY(1,1)"), ("timestamptz", "datetimeoffset"), ("jsonb", "nvarchar(max)"),
                 ("bytea", "varbinary(max)"), ("uuid", "uniqueidentifier"), ("mood", "nvarchar(9)"), ("boolean", "bit"),
                 ("inet", "varchar(39)"), ("integer[]", "xml"), ("text[]", "xml"), ("interval", "sql_variant")],
    }  # fmt: skip
    for old, new in words[dialect]:
        text = text.replace(old, new)
    return text


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["postgres", "postgres", "mysql", "sqlite", "tsql"]))
def test_any_tables_give_a_spec_that_holds(tmp_path_factory, seed, dialect):
    folder = tmp_path_factory.mktemp("any")
    path = folder / "any.sql"
    text = schema(seed)
    path.write_text(text if dialect == "postgres" else other(text, dialect), "utf-8")
    try:
        found = import_spec(path, folder / "any.yaml", dialect=dialect)
    except MendError as error:
        raise AssertionError(f"{error}\n{path.read_text('utf-8')}") from None
    assert found.checks > 0


@pytest.mark.some(12)
@pytest.mark.parametrize("name", ODD)
def test_odd_texts_give_a_spec_or_one_message(name, tmp_path):
    dialect, text, *_ = ODD[name]
    path = tmp_path / "odd.sql"
    path.write_text(text, "utf-8")
    try:
        found = import_spec(path, tmp_path / "odd.yaml", dialect=dialect)
    except MendError as error:
        raise AssertionError(str(error)) from None
    except SynthError as error:
        assert "hint: " in str(error) and not (tmp_path / "odd.yaml").exists()
    else:
        assert found.checks > 0
