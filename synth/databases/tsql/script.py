"""SQL Server by sqlcmd: BULK INSERT, by which the server itself reads the files, so they lie where it can.

Written after Microsoft's documents, for 2019 and later, which know UTF-8; there is no server here to run it on. Lines pass
through a table of texts, as BULK INSERT takes no `true`, and on Linux no code page but the column's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from synth.databases.scripting.script import Script
from synth.databases.scripting.script_input import ScriptInput, sql_file
from synth.databases.scripting.shell import NAME, load_sh
from synth.dtypes import DType
from synth.errors import OptionError

__all__ = ["SCRIPT"]

ABOUT = """
It runs sqlcmd (or $SQLCMD), which finds the server by SQLCMDSERVER, SQLCMDUSER and SQLCMDPASSWORD; $SQLCMD_OPTIONS are
further options, as -C to trust the server's certificate. The server, of version 2019 or later, reads the files itself: DATA
is where it sees their folder, if that is not where they are here.
"""

STEPS = r"""
client() { # WORDS...
    # shellcheck disable=SC2086 # these are words
    "${SQLCMD:-sqlcmd}" -b -I -r1 ${SQLCMD_OPTIONS-} "$@"
}

literal() { # TEXT: as it stands between quotes
    printf '%s\n' "$1" | sed "s/'/''/g"
}

case "$database" in *\"* | *"\$("*) fail 'sqlcmd takes no such name' ;; esac
step create_database.sql client -d master -v database="$(literal "$database")" -i create_database.sql
step create_tables.sql client -d "$database" -x -i create_tables.sql
step copy.sql client -d "$database" -v data="$(literal "${DATA:-$(cd "$data" && pwd)}")" -i copy.sql
step constraints.sql client -d "$database" -x -i constraints.sql
echo check.sql
found=$(client -d "$database" -x -h -1 -W -s "$tab" -i check.sql) || fail 'check.sql failed'
"""

CREATE = """-- By hand: sqlcmd -b -d master -v database=NAME -i create_database.sql
DECLARE @name sysname = N'$(database)';
DECLARE @place nvarchar(300) = QUOTENAME(@name);
IF DB_ID(@name) IS NOT NULL
BEGIN
    EXEC(N'ALTER DATABASE ' + @place + N' SET SINGLE_USER WITH ROLLBACK IMMEDIATE');
    EXEC(N'DROP DATABASE ' + @place);
END;
EXEC(N'CREATE DATABASE ' + @place);
GO
"""

SETTINGS = ("SET NOCOUNT ON", "SET QUOTED_IDENTIFIER ON", "SET XACT_ABORT ON")
UTF8 = "COLLATE Latin1_General_100_BIN2_UTF8"
FORM = (
    "FORMAT = 'CSV', FIRSTROW = 2, FIELDTERMINATOR = ',', FIELDQUOTE = '\"', ROWTERMINATOR = '0x0a', CODEPAGE = 'RAW', "
    "KEEPNULLS, MAXERRORS = 0, TABLOCK"
)
END = ";\nGO\n"
# what sqlcmd does itself where a line begins with it, within quotes too
_COMMAND = re.compile(r"^\s*(?::|!!|(?:GO|ED|RESET|QUIT|EXIT)\b)", re.IGNORECASE | re.MULTILINE)


def _files(source: ScriptInput) -> Mapping[str, str]:
    """The files by name. Raises OptionError."""
    ddl = source.ddl
    dropped = [f"DROP TABLE IF EXISTS {source.place(table.name)}" for table in reversed(source.tables)]
    comments = [re.sub(r"[\r\n]+", " ", comment) for comment in ddl.comments]
    analyzed = [f"UPDATE STATISTICS {source.place(table.name)}" for table in source.tables]
    tables = (*SETTINGS, *ddl.schema, *dropped, *ddl.tables.values())
    finished = (*SETTINGS, *_constraints(source), *comments, *analyzed)
    return dict([
        sql_file("create_database.sql", [CREATE], ""),
        sql_file("create_tables.sql", _lines(tables), END),
        sql_file("copy.sql", (*SETTINGS, *_loads(source)), END),
        sql_file("constraints.sql", _lines(finished), END),
        sql_file("check.sql", (*SETTINGS, *source.proofs()), END),
        (NAME, load_sh(source, about=ABOUT, steps=STEPS)),
    ])  # fmt: skip


def _lines(statements: Iterable[str]) -> Iterator[str]:
    """The statements, none of which sqlcmd takes apart."""
    for statement in statements:
        if found := _COMMAND.search(statement):
            raise OptionError(
                f"sqlcmd would take a line of a condition for its own command: '{found[0].strip()}'\n"
                "  hint: write it in the spec without a line break"
            )
        yield statement


def _constraints(source: ScriptInput) -> Iterator[str]:
    """Tables are not written anew for a constraint here, and ADD stands once."""
    rules = [constraint for constraint in source.ddl.constraints if constraint.parent is None]
    foreign = [constraint for constraint in source.ddl.constraints if constraint.parent is not None]
    yield from map(str, (*rules, *source.ddl.indexes, *foreign))


def _loads(source: ScriptInput) -> Iterator[str]:
    for table in source.tables:
        if not table.files:
            continue
        quoted = source.dialect.quote_identifier
        fields = ", ".join(f"{quoted(name)} {_field(dtype)} {UTF8} NULL" for name, dtype in table.types.items())
        yield f"CREATE TABLE #lines ({fields})"
        numbered = table.name in source.ddl.numbered  # its rows bring their keys, and the server goes on behind them
        if numbered:
            yield f"SET IDENTITY_INSERT {source.place(table.name)} ON"
        cells = ", ".join(_cell(source, name, dtype, name in table.required) for name, dtype in table.types.items())
        for file in table.files:
            yield f"BULK INSERT #lines FROM '$(data)/{file}' WITH ({FORM})"
            yield (
                f"INSERT INTO {source.place(table.name)} WITH (TABLOCK) ({source.columns(table)})\n"
                f"SELECT {cells} FROM #lines"
            )
            yield "TRUNCATE TABLE #lines"
        if numbered:
            yield f"SET IDENTITY_INSERT {source.place(table.name)} OFF"
        yield "DROP TABLE #lines"


def _field(dtype: DType) -> str:
    return "VARCHAR(MAX)" if dtype.name in ("varchar", "char", "json", "bytes", "array") else "VARCHAR(100)"


def _cell(source: ScriptInput, name: str, dtype: DType, required: bool) -> str:
    """A field as a cell; an empty one is NULL where NULL may be."""
    field = source.dialect.quote_identifier(name)
    if dtype.name == "boolean":
        return f"CASE {field} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END"
    if dtype.name == "bytes":
        return f"CONVERT(VARBINARY(MAX), SUBSTRING(NULLIF({field}, ''), 3, DATALENGTH({field})), 2)"
    if dtype.is_text or dtype.name in ("array", "interval"):
        return f"COALESCE({field}, '')" if required else f"CASE WHEN DATALENGTH({field}) > 0 THEN {field} END"
    return f"CAST(NULLIF({field}, '') AS {source.dialect.type(dtype, keyed=False)})"


SCRIPT = Script(_files, tells_empty=False)
