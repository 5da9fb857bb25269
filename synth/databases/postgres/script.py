"""PostgreSQL by psql: all tables, rows and constraints in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from synth.databases.scripting.script import Script
from synth.databases.scripting.script_input import ScriptInput, sql_file
from synth.databases.scripting.shell import NAME, load_sh
from synth.dtypes import DType

__all__ = ["SCRIPT"]

ABOUT = """
It runs psql (or $PSQL), which finds the server by PGHOST, PGPORT, PGUSER, PGPASSWORD, PGSSLMODE and the like, a service file
or ~/.pgpass. The database is dropped and created from the database `postgres`; the server is of version 13 or later.
"""

STEPS = r"""
client() { # DATABASE WORDS...
    name=$(printf '%s\n' "$1" | sed "s/[\\\\']/\\\\&/g") # as libpq reads it, whatever the name
    shift
    "${PSQL:-psql}" -X -q -v ON_ERROR_STOP=1 -d "dbname='$name'" "$@"
}

step create_database.sql client postgres -v database="$database" -f create_database.sql
step 'create_tables.sql, copy.sql, constraints.sql' \
    client "$database" -1 -f create_tables.sql -f copy.sql -f constraints.sql
echo check.sql
found=$(client "$database" -A -t -F "$tab" -f check.sql) || fail 'check.sql failed'
"""

CREATE = """-- By hand, from another database: psql -d postgres -v database=NAME -f create_database.sql
\\if :{{?database}}
\\else
    \\set database {name}
\\endif
SET client_min_messages = warning;
DROP DATABASE IF EXISTS :"database" WITH (FORCE);
CREATE DATABASE :"database" TEMPLATE template0 ENCODING 'UTF8';
"""

LINES = "pg_temp.synth_lines"
SETTINGS = ("SET client_min_messages = warning", "SET client_encoding = 'UTF8'")


def _files(source: ScriptInput) -> Mapping[str, str]:
    """The files by name."""
    ddl = source.ddl
    types = [f"DROP TYPE IF EXISTS {own.place}" for some in ddl.types.values() for own in some]
    tables = (*SETTINGS, *ddl.schema, f"DROP TABLE IF EXISTS {source.places()}", *types, *ddl.made())
    finished = (*SETTINGS, *source.constraints(), *source.numbering(), *ddl.comments, f"ANALYZE {source.places()}")
    return dict([
        sql_file("create_database.sql", [CREATE.format(name=source.database)], ""),
        sql_file("create_tables.sql", tables),
        sql_file("copy.sql", _copies(source), "\n"),
        sql_file("constraints.sql", finished),
        sql_file("check.sql", source.proofs()),
        (NAME, load_sh(source, about=ABOUT, steps=STEPS)),
    ])  # fmt: skip


def _copies(source: ScriptInput) -> Iterator[str]:
    """psql's own, a line each: it reads the file here and sends it. Arrays are JSON in it, and pass through lines."""
    for table in source.tables:
        place, columns = source.place(table.name), source.columns(table)
        arrays = {name: dtype.element for name, dtype in table.types.items() if dtype.element is not None}
        if arrays:
            cells = ", ".join(_cell(source, name, "NULL" if name in arrays else None) for name in table.types)
            yield f"CREATE TEMPORARY TABLE {LINES} AS SELECT {cells} FROM {place} LIMIT 0;"
        for file in table.files:
            yield (
                f"\\copy {LINES if arrays else place} ({columns}) "
                f"FROM {source.dialect.literal(f'{source.data}/{file}')} WITH (FORMAT csv, HEADER, ENCODING 'UTF8')"
            )
        if arrays:
            cells = ", ".join(_array(source, name, arrays.get(name)) for name in table.types)
            yield f"INSERT INTO {place} ({columns}) SELECT {cells} FROM {LINES};"
            yield f"DROP TABLE {LINES};"


def _cell(source: ScriptInput, name: str, text: str | None) -> str:
    """A column, or a text in its place."""
    quoted = source.dialect.quote_identifier(name)
    return quoted if text is None else f"CAST({text} AS TEXT) AS {quoted}"


def _array(source: ScriptInput, name: str, element: DType | None) -> str:
    """A column of lines as one of the table."""
    quoted = source.dialect.quote_identifier(name)
    if element is None:
        return quoted
    kind = source.dialect.type(element, keyed=False).removesuffix(source.dialect.collation)
    values = f"JSON_ARRAY_ELEMENTS_TEXT(CAST({quoted} AS JSON)) WITH ORDINALITY AS a(v, n) ORDER BY n"
    return f"CASE WHEN {quoted} IS NOT NULL THEN ARRAY(SELECT CAST(v AS {kind}) FROM {values}) END"


SCRIPT = Script(_files)
