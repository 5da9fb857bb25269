"""Any tables are imported: each schema gives a spec that generates and verifies, or one message."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from synth.importing.mend import MendError
from synth.importing.run import import_spec

TYPES = (
    "integer", "smallint", "bigint", "numeric(12,2)", "numeric(5,4)", "varchar(3)", "varchar(40)", "text", "char(1)",
    "boolean", "date", "timestamp", "timestamptz", "time", "interval", "uuid", "jsonb", "bytea", "real",
    "double precision", "integer[]", "text[]", "numeric(30,6)", "mood", "inet",
)  # fmt: skip
NAMES = (
    "name", "email", "created_at", "updated_at", "price", "quantity", "total", "status", "valid_from", "valid_to", "code",
    "city", "country", "note", "is_active", "birth_date", "order", "Select", "x y", "_hidden", "2nd", "größe",
)  # fmt: skip
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
        for column in plain:
            null = chance.choice([" NOT NULL", "", " UNIQUE", " DEFAULT NULL"])
            lines.append(f'"{column}" {chance.choice(TYPES)}{null}')
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
        if "price" in plain and chance.random() < 0.5:
            lines.append('CHECK ("price" IS NOT NULL)')
        if not lines:
            lines.append("only integer")
        texts.append(f'CREATE TABLE "{name}" ({", ".join(lines)});')
    return "\n".join([*texts, *late])


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_any_tables_give_a_spec_that_holds(tmp_path_factory, seed):
    folder = tmp_path_factory.mktemp("any")
    path = folder / "any.sql"
    path.write_text(schema(seed), "utf-8")
    try:
        found = import_spec(path, folder / "any.yaml", dialect="postgres")
    except MendError as error:
        raise AssertionError(f"{error}\n{path.read_text('utf-8')}") from None
    assert found.checks > 0
