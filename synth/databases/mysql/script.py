"""MySQL and MariaDB by their client: LOAD DATA LOCAL, which makes warnings of errors, so the proof is what tells.

There is no schema but the database, and no name of it in the files: the client is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from synth.databases.scripting.script import Script
from synth.databases.scripting.script_input import CsvTable, ScriptInput, sql_file
from synth.databases.scripting.shell import NAME, load_sh
from synth.dtypes import DType

__all__ = ["SCRIPT"]

ABOUT = """
It runs mariadb or mysql (or $MYSQL), which finds the server by its option files (~/.my.cnf: host, user, password, socket,
ssl) and by MYSQL_HOST, MYSQL_TCP_PORT, MYSQL_UNIX_PORT, MYSQL_USER, MYSQL_PWD; MYSQL_DEFAULTS_FILE is the one option file
to read. The server has to take files from clients: SET GLOBAL local_infile = 1.
"""

STEPS = r"""
mysql=${MYSQL:-}
if [ -z "$mysql" ]; then
    if command -v mariadb >/dev/null; then mysql=mariadb; else mysql=mysql; fi
fi

client() { # WORDS...
    "$mysql" ${MYSQL_DEFAULTS_FILE:+"--defaults-file=$MYSQL_DEFAULTS_FILE"} ${MYSQL_USER:+"--user=$MYSQL_USER"} \
        ${MYSQL_HOST:+"--host=$MYSQL_HOST"} ${MYSQL_TCP_PORT:+"--port=$MYSQL_TCP_PORT"} \
        ${MYSQL_UNIX_PORT:+"--socket=$MYSQL_UNIX_PORT"} \
        --local-infile=1 --default-character-set=utf8mb4 --batch --skip-column-names --show-warnings "$@"
}

create() { # KILL has to name a connection, so a list of them is made and run; one may have ended meanwhile
    bytes=$(printf '%s' "$database" | od -A n -v -t x1 | tr -d ' \n')
    set -- --init-command="SET @name = CONVERT(0x$bytes USING utf8mb4)"
    client "$@" -e "SELECT CONCAT('KILL ', id, ';') FROM information_schema.processlist
        WHERE db = @name AND id <> CONNECTION_ID()" | client --force 2>/dev/null || :
    client "$@" <create_database.sql
}

run() { # FILE
    client --database="$database" <"$1"
}

quiet() { # FILE: ANALYZE prints a line a table
    run "$1" >/dev/null
}

step create_database.sql create
step create_tables.sql run create_tables.sql
step copy.sql run copy.sql
step constraints.sql quiet constraints.sql
echo check.sql
found=$(run check.sql) || fail 'check.sql failed'
"""

CREATE = """-- By hand: mysql --init-command="SET @name = 'NAME'" <create_database.sql
SET lock_wait_timeout = 60;
SET @place = CONCAT('`', REPLACE(@name, '`', '``'), '`');
SET @statement = CONCAT('DROP DATABASE IF EXISTS ', @place);
PREPARE statement FROM @statement;
EXECUTE statement;
SET @statement = CONCAT('CREATE DATABASE ', @place, ' CHARACTER SET utf8mb4');
PREPARE statement FROM @statement;
EXECUTE statement;
"""

SETTINGS = (
    "SET NAMES utf8mb4", "SET SESSION sql_notes = 0", "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO'",
    "SET SESSION foreign_key_checks = 0",
)  # fmt: skip
CHECKED = (*SETTINGS[:-1], "SET SESSION foreign_key_checks = 1")


def _files(source: ScriptInput) -> Mapping[str, str]:
    """The files by name."""
    ddl = source.ddl
    tables = (*SETTINGS, f"DROP TABLE IF EXISTS {source.places()}", *ddl.tables.values())
    finished = (*CHECKED, *source.constraints(), f"ANALYZE TABLE {source.places()}")
    return dict([
        sql_file("create_database.sql", [CREATE], ""),
        sql_file("create_tables.sql", tables),
        sql_file("copy.sql", (*SETTINGS, *_loads(source))),
        sql_file("constraints.sql", finished),
        sql_file("check.sql", (*SETTINGS, *source.proofs())),
        (NAME, load_sh(source, about=ABOUT, steps=STEPS)),
    ])  # fmt: skip


def _loads(source: ScriptInput) -> Iterator[str]:
    for table in source.tables:
        fields, cells = _cells(source, table)
        for file in table.files:
            path = source.dialect.literal(f"{source.data}/{file}")
            yield (
                f"LOAD DATA LOCAL INFILE {path} INTO TABLE {source.place(table.name)} CHARACTER SET utf8mb4\n"
                "    FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' ESCAPED BY ''\n"
                "    LINES TERMINATED BY '\\n' IGNORE 1 LINES\n"
                f"    ({', '.join(fields)})" + (f"\n    SET {', '.join(cells)}" if cells else "")
            )


def _cells(source: ScriptInput, table: CsvTable) -> tuple[list[str], list[str]]:
    """What the fields of a line go into, columns or variables, and what becomes of the variables."""
    fields, cells = [], []
    for place, (name, dtype) in enumerate(table.types.items()):
        column, variable = source.dialect.quote_identifier(name), f"@c{place}"
        value = _value(variable, dtype, name in table.required)
        if source.ddl.numbered.get(table.name) == name:  # beside a SET, MariaDB numbers a field that is 0 anew
            value = variable
        fields.append(variable if value else column)
        if value:
            cells.append(f"{column} = {value}")
    return fields, cells


def _value(field: str, dtype: DType, required: bool) -> str:
    """A cell that is not the field as it stands; an empty field is NULL where NULL may be.

    The word NULL is NULL to LOAD DATA, and ours is no word, so NULL was that text. To LENGTH alone blanks are not nothing.
    """
    text = f"COALESCE({field}, 'NULL')"
    value = {
        **dict.fromkeys(("varchar", "char", "enum", "json", "interval"), text),
        "boolean": f"{field} = 'true'",
        "timestamptz": f"LEFT({field}, 26)",  # without its zone, which is UTC
        "bytes": f"UNHEX(SUBSTR({field}, 3))",
    }.get(dtype.name, "")
    return value if required else f"IF(LENGTH({field}) = 0, NULL, {value or field})"


SCRIPT = Script(_files, in_schema=False, tells_empty=False)
