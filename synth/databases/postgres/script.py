"""PostgreSQL by psql: all tables, rows and constraints in one transaction."""

from __future__ import annotations

from collections.abc import Mapping

from synth.databases.scripting.script import Script
from synth.databases.scripting.script_input import ScriptInput, sql_file
from synth.databases.scripting.shell import NAME, load_sh

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


def _copies(source: ScriptInput) -> list[str]:
    """psql's own, a line each: it reads the file here and sends it."""
    return [
        f"\\copy {source.place(table.name)} ({source.columns(table)}) "
        f"FROM {source.dialect.literal(f'{source.data}/{file}')} WITH (FORMAT csv, HEADER, ENCODING 'UTF8')"
        for table in source.tables
        for file in table.files
    ]


SCRIPT = Script(_files)
