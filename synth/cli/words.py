"""The words of commands, as several share them: one spelling, one meaning."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Optional

import typer

from synth.databases.registry import NAMES
from synth.errors import OptionError, one_of
from synth.formats import CHANGE_FORMATS, COMPRESSIONS, FORMATS
from synth.terminal import say, say_json

__all__ = [
    "IF_EXISTS", "LONGEST", "OUT", "AnyExists", "Cap", "Changes", "ChangesFormat", "Compression", "Connections", "Cores",
    "Create", "Dataset", "DryRun", "Edited", "Exact", "Existing", "Folder", "FolderExists", "Format", "Fresh", "From",
    "FromSchema", "Grant", "Idle", "IfExists", "IndexTimes", "Json", "KeepStaging", "MadeBy", "Memory", "MergeOut",
    "NoIdentity", "Out", "Owner", "Part", "PartitionBy", "Place", "Quiet", "Rows", "Runner", "Scale", "Scd2", "Schema",
    "Seed", "SkipUnfit", "SqlDialect", "Stdout", "Tables", "To", "Until", "UntilThen", "Url", "Verbose", "Via",
    "Workers", "among", "built_on", "cap", "count", "datasets_there", "folder_named", "is_given", "known_if_exists",
    "moment", "names", "partitions", "program", "row_counts", "tell", "tell_unfit",
]  # fmt: skip


def among(*names: str) -> Callable[[], list[str]]:
    """What a shell can complete an option's value to."""
    return lambda: list(names)


def datasets_there() -> list[str]:
    """What a shell can complete a dataset to: those that ship."""
    from synth.spec.shipped import shipped

    return list(shipped())


LONGEST = 30  # digits of a number
URL = (
    "postgresql://me@host/name, mysql://…, mssql://…, sqlite:///shop.db, duckdb:///shop.duckdb, or a name in synth.toml"
)

DATASET = "the name of a dataset that ships (`synth datasets` lists them), or a YAML file of your own"
Dataset = Annotated[str, typer.Argument(metavar="DATASET", help=DATASET, autocompletion=datasets_there)]
FOLDER = "the folder that holds the data: OUT/DATASET, the one with manifest.json in it"
Folder = Annotated[str, typer.Argument(metavar="DIR", help=FOLDER)]
PLACE = "the folder that holds the data, OUT/DATASET, or a database's URL"
Place = Annotated[str, typer.Argument(metavar="DIR_OR_URL", help=PLACE)]
Url = Annotated[Optional[str], typer.Argument(metavar="[URL]", help=URL)]  # noqa: UP045 - typer reads it
SCALE = "how much data: 10 makes ten times the rows that the dataset declares, 0.1 a tenth"
Scale = Annotated[float, typer.Option("--scale", "-s", metavar="NUMBER", help=SCALE)]
ROWS = "how many rows this table has, whatever the scale; once more for each other table that declares its rows"
Rows = Annotated[Optional[list[str]], typer.Option("--rows", metavar="TABLE=N", help=ROWS)]  # noqa: UP045
SEED = "a number that the rows follow from: the same one gives the same rows again, another one other rows"
Seed = Annotated[int, typer.Option(metavar="NUMBER", help=SEED)]
UNTIL = (
    "where time ends: nothing happens at or after it; 2025-06-30 or 2025-06-30T12:00:00 [default: the dataset's own]"
)
Until = Annotated[Optional[str], typer.Option(metavar="DATE", help=UNTIL)]  # noqa: UP045
Tables = Annotated[Optional[str], typer.Option(metavar="A,B,C", help="only these tables [default: all]")]  # noqa: UP045
OUT = "where to write: the files go into FOLDER/{}"
Json = Annotated[bool, typer.Option("--json", help="print JSON, for scripts")]
QUIET = "print no progress and no summary, only what is wrong"
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help=QUIET)]
VERBOSE = "print all there is: every check, name and time"
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help=VERBOSE)]
PART = "make only part k of n, like 3/7; other machines make the rest, and `synth merge` puts all together"
Part = Annotated[Optional[str], typer.Option(metavar="K/N", help=PART)]  # noqa: UP045
FRESH = "begin anew where the same run was killed, instead of making only what is missing"
Fresh = Annotated[bool, typer.Option("--fresh", help=FRESH)]
WORKERS = "how many processes draw at once; all: one for each processor"
Workers = Annotated[str, typer.Option(metavar="NUMBER", help=WORKERS, autocompletion=among("all"))]
RUNNER = "who draws: processes of this machine, or an engine that is there: ray or spark"
Runner = Annotated[
    str, typer.Option("--runner", metavar="NAME", help=RUNNER, autocompletion=among("processes", "ray", "spark"))
]
SCHEMA = "which schema of the database the tables are in (MySQL: which database) [default: named like the dataset]"
Schema = Annotated[str | None, typer.Option(metavar="NAME", help=SCHEMA)]
IF_EXISTS = ("fail", "replace", "replace-any", "refresh", "append")
TABLES_EXIST = (
    "where the tables are there already: fail; replace what was loaded before; refresh its rows in place; append to "
    "them; replace-any: drop anybody's tables of these names"
)
IfExists = Annotated[str, typer.Option(metavar="WHAT", help=TABLES_EXIST, autocompletion=among(*IF_EXISTS))]
VIA = "how rows go in: adbc (Arrow, the usual way), copy (text) [postgres]; bulk (the usual way), insert (statements) [tsql]"
Via = Annotated[
    str | None, typer.Option(metavar="WAY", help=VIA, autocompletion=among("adbc", "copy", "bulk", "insert"))
]
OWNER = "the role that owns the tables [postgres, tsql]"
Owner = Annotated[Optional[str], typer.Option(metavar="ROLE", help=OWNER)]  # noqa: UP045
GRANT = "what a role may do with the tables, like reader=select,insert; once more for each role [postgres, mysql, tsql]"
Grant = Annotated[Optional[list[str]], typer.Option(metavar="ROLE=PRIVILEGES", help=GRANT)]  # noqa: UP045
DryRun = Annotated[bool, typer.Option("--dry-run", help="say what would happen, in counts, and change nothing")]
NO_IDENTITY = "make keys plain columns, so that whoever adds rows brings the keys"
NoIdentity = Annotated[bool, typer.Option("--no-identity", help=NO_IDENTITY)]
INDEX_TIMES = "make an index on each date and timestamp, too"
IndexTimes = Annotated[bool, typer.Option("--index-times", help=INDEX_TIMES)]
KEEP_STAGING = (
    "where it is interrupted, keep the tables that were sent whole; the same command goes on [postgres, mysql]"
)
KeepStaging = Annotated[bool, typer.Option("--keep-staging", help=KEEP_STAGING)]
FOLDER_EXISTS = "where a finished folder is there already: fail, or replace it"
FolderExists = Annotated[
    str, typer.Option("--if-exists", metavar="WHAT", help=FOLDER_EXISTS, autocompletion=among("fail", "replace"))
]
MADE_BY = "a note for the manifest: a folder with the same note is replaced"
MadeBy = Annotated[Optional[str], typer.Option(metavar="TEXT", help=MADE_BY)]  # noqa: UP045
EXISTING = "tables that are there already, in --from: they are read, and their rows become parents"
Existing = Annotated[Optional[str], typer.Option(metavar="A,B,C", help=EXISTING)]  # noqa: UP045
SOURCE = "where those tables are: a folder, or a database; once more for each other place that the spec names"
From = Annotated[Optional[list[str]], typer.Option("--from", metavar="DIR_OR_URL", help=SOURCE)]  # noqa: UP045
FROM_SCHEMA = "the schema that holds them in --from [default: named as the dataset, or the usual one]"
FromSchema = Annotated[Optional[str], typer.Option(metavar="NAME", help=FROM_SCHEMA)]  # noqa: UP045
SKIP_UNFIT = "leave out existing rows that break what the spec needs"
SkipUnfit = Annotated[bool, typer.Option("--skip-unfit", help=SKIP_UNFIT)]
CREATE = "create the database on the server, where it is not there yet"
Create = Annotated[bool, typer.Option("--create", help=CREATE)]
CONNECTIONS = "how many connections send at once, 1 to 64"
Connections = Annotated[int, typer.Option(metavar="NUMBER", help=CONNECTIONS, min=1, max=64)]


# of `generate`
TO = "write straight into this database, without files"
To = Annotated[Optional[str], typer.Option("--to", metavar="URL", help=TO)]  # noqa: UP045
FORMAT = f"the kind of files: {one_of([*FORMATS])}; sql is INSERT statements"
Format = Annotated[str, typer.Option(metavar="NAME", help=FORMAT, autocompletion=among(*FORMATS))]
COMPRESSION = f"inside of the files: {one_of(COMPRESSIONS)} [default: snappy in parquet, lz4 in arrow]"
Compression = Annotated[str | None, typer.Option(metavar="NAME", help=COMPRESSION, autocompletion=among(*COMPRESSIONS))]
PARTITION_BY = (
    "put a table's files into folders by a column, like orders=ordered_at:month (or year, day, hour); once more for each "
    "other table"
)
PartitionBy = Annotated[
    Optional[list[str]], typer.Option("--partition-by", metavar="TABLE=COLUMN", help=PARTITION_BY)  # noqa: UP045
]
STDOUT = "write the rows of this table, and nothing else, to standard output: csv, or with --format ndjson"
Stdout = Annotated[str | None, typer.Option(metavar="TABLE", help=STDOUT)]
OF_SQL = f"the database that --format sql is for: {one_of(NAMES)}"
SqlDialect = Annotated[str | None, typer.Option(metavar="NAME", help=OF_SQL, autocompletion=among(*NAMES))]
Out = Annotated[str, typer.Option("--out", "-o", metavar="FOLDER", help=OUT.format("DATASET"))]
ANY_EXISTS = (
    "where the folder or tables are there already: fail, or replace; in a database also refresh (their rows in place), "
    "append"
)
AnyExists = Annotated[
    str, typer.Option("--if-exists", metavar="WHAT", help=ANY_EXISTS, autocompletion=among(*IF_EXISTS))
]
CAP = "the most memory that may be taken, like 2GB: as many workers as that is enough for"
Cap = Annotated[str | None, typer.Option("--memory", metavar="SIZE", help=CAP)]

# of `merge`, `sweep` and `verify`
MERGE_OUT = f"{OUT.format('DATASET')} [default: the folder that holds the parts]"
MergeOut = Annotated[str | None, typer.Option("--out", "-o", metavar="FOLDER", help=MERGE_OUT)]
IDLE = "how many hours a run must have written nothing, to count as ended"
Idle = Annotated[float, typer.Option(metavar="HOURS", help=IDLE)]
CORES = "how many cores work at once, or connections to a server; all: each core, or four connections"
Cores = Annotated[str, typer.Option("--workers", metavar="NUMBER", help=CORES, autocompletion=among("all"))]
MEMORY = "the most memory that may be taken [default: 2GB, or half of the machine's if that is less]"
Memory = Annotated[str | None, typer.Option(metavar="SIZE", help=MEMORY)]
EXACT = "in a database: rows that others added are wrong, too"
Exact = Annotated[bool, typer.Option("--exact", help=EXACT)]

# of `advance`
UNTIL_THEN = "where time ends from now on: 2026-01-31 or 2026-01-31T12:00:00; nothing happens at or after it"
UntilThen = Annotated[str, typer.Option("--until", metavar="DATE", help=UNTIL_THEN)]
CHANGES = "a folder for what came, changed and went: a file for each table and step"
Changes = Annotated[str | None, typer.Option(metavar="FOLDER", help=CHANGES)]
CHANGES_FORMAT = f"the kind of files of --changes: {one_of(CHANGE_FORMATS)}"
ChangesFormat = Annotated[str, typer.Option(metavar="NAME", help=CHANGES_FORMAT, autocompletion=among(*CHANGE_FORMATS))]
EDITED = "rows of ours that others changed or deleted: keep them so (as if left out), or fail"
Edited = Annotated[str | None, typer.Option(metavar="WHAT", help=EDITED, autocompletion=among("keep", "fail"))]
SCD2 = "a folder for the history of each table: the versions of its rows, with valid_from and valid_to"
Scd2 = Annotated[str | None, typer.Option(metavar="FOLDER", help=SCD2)]


def program() -> str:
    """What to type for the next command shown: its name where the shell finds it by that, else as it was called."""
    import os
    from shlex import quote
    from shutil import which

    called = sys.argv[0] if sys.argv and sys.argv[0].endswith("synth") else ""
    found = which("synth") if called else None
    if not called or (found and os.path.exists(called) and os.path.samefile(found, called)):
        return "synth"
    return quote(called)


def is_given(context: typer.Context, name: str) -> bool:
    """Whether the command line has a word for an option, and it is not its default."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def tell(data: Mapping[str, Any], text: str, *, json: bool, quiet: bool) -> None:
    """Print a command's result: as JSON, or as text unless it is to be `quiet`."""
    if json:
        say_json(data)
    elif not quiet:
        say(text)


def count(workers: str) -> int:
    """Read --workers. Raises OptionError."""
    from synth.system import processors

    if workers == "all":
        return processors()
    if not (workers.isascii() and workers.isdecimal()) or int(workers) < 1:
        raise OptionError(f"--workers takes a number from 1 up, or all, not '{workers}'")
    return int(workers)


def cap(memory: str | None) -> int | None:
    """Read --memory where it is a cap that is only kept if it is stated. Raises OptionError."""
    from synth.store.memory import memory_bytes

    return None if memory is None else memory_bytes(memory)


def names(tables: str | None, option: str = "--tables") -> list[str] | None:
    """Read --tables, or another option with names. Raises OptionError."""
    if tables is None:
        return None
    found = [name.strip() for name in tables.split(",") if name.strip()]
    if not found:
        raise OptionError(f"{option} names no table; write them as a,b,c")
    return found


def row_counts(rows: list[str] | None) -> dict[str, int]:
    """Read --rows. Raises OptionError."""
    found: dict[str, int] = {}
    for text in rows or ():
        table, equals, number = (part.strip() for part in text.partition("="))
        digits = number.replace("_", "")
        if not table or not equals:
            raise OptionError(f"--rows takes TABLE=N, like customers=500, not '{text}'")
        if not (digits.isascii() and digits.isdecimal()) or len(digits) > LONGEST:
            raise OptionError(f"--rows {table} takes a whole number from 0 up, not '{number[:LONGEST]}'")
        if found.setdefault(table, int(digits)) != int(digits):
            raise OptionError(f"--rows says two numbers for '{table}': {found[table]:,} and {int(digits):,}")
    return found


def partitions(words: list[str] | None) -> dict[str, str]:
    """Read --partition-by. Raises OptionError."""
    found: dict[str, str] = {}
    for text in words or ():
        table, equals, columns = (part.strip() for part in text.partition("="))
        if not table or not equals or not columns:
            raise OptionError(f"--partition-by takes TABLE=COLUMN, like orders=ordered_at:month, not '{text}'")
        if found.setdefault(table, columns) != columns:
            raise OptionError(
                f"--partition-by says two things for '{table}': {found[table]} and {columns}\n"
                f"  hint: one folder within another is {table}={found[table]},{columns}"
            )
    return found


def moment(text: str | None) -> Any:
    """Read --until. Raises OptionError."""
    import datetime as dt

    if text is None:
        return None
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        raise OptionError(
            f"--until takes a date or timestamp like 2025-06-30 or 2025-06-30T12:00:00, not '{text}'"
        ) from None


def built_on(
    existing: str | None,
    source: list[str] | None,
    schema: str | None,
    *,
    skip_unfit: bool,
    continue_from: Any = "source",
) -> dict[str, Any]:
    """Read --existing, --from, --from-schema and --skip-unfit, as `make_plan` takes them. Raises OptionError."""
    if not source and (existing is not None or schema is not None):
        raise OptionError(f"--{'existing' if existing else 'from-schema'} needs --from: a folder, or a database's URL")
    tables = names(existing, "--existing") or ()
    return {
        "existing": tables,
        "source": source[0] if source else None,
        "more_sources": source[1:] if source else (),
        "source_schema": schema,
        "skip_unfit": skip_unfit,
        "continue_from": continue_from,
    }


def tell_unfit(plan: Any) -> None:
    """Say on the error stream which existing rows were left out."""
    for line in plan.content.unfit:
        say(f"left out: {line}", error=True)


def folder_named(out: str) -> str:
    """Read --out. Raises OptionError where it names nothing, and would be the current folder."""
    if not out.strip():
        raise OptionError(f"--out names no folder, but '{out}'\n  hint: a variable of the shell may not be set")
    return out


def known_if_exists(if_exists: str) -> None:
    """Look at --if-exists. Raises OptionError."""
    if if_exists not in IF_EXISTS:
        raise OptionError(f"--if-exists takes fail, replace, replace-any, refresh or append, not '{if_exists}'")
