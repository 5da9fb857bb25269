"""The words that several commands share: one spelling, one meaning."""

from __future__ import annotations

import sys
from typing import Annotated, Any, Optional

import typer

from synth.errors import OptionError
from synth.terminal import say

__all__ = [
    "Connections", "Create", "Dataset", "Existing", "Folder", "FolderExists", "Fresh", "From", "FromSchema", "IfExists",
    "Json", "MadeBy", "Part", "Runner", "Scale", "Schema", "Seed", "SkipUnfit", "Tables", "Until", "Url", "Workers",
    "built_on", "cap", "count", "folder_named", "known_if_exists", "moment", "names", "program", "tell_unfit",
]  # fmt: skip

URL = (
    "postgresql://me@host/name, mysql://…, mssql://…, sqlite:///shop.db, duckdb:///shop.duckdb, or a name in synth.toml"
)

Dataset = Annotated[str, typer.Argument(help="a shipped dataset's name (see `synth datasets`), or a YAML file")]
Folder = Annotated[str, typer.Argument(metavar="DIR", help="the folder OUT/DATASET, the one with manifest.json")]
Url = Annotated[Optional[str], typer.Argument(metavar="[URL]", help=URL)]  # noqa: UP045 - typer reads it
Scale = Annotated[float, typer.Option(help="multiplier on the declared row counts")]
Seed = Annotated[int, typer.Option(help="another seed, another world")]
Until = Annotated[Optional[str], typer.Option(help="the dataset's now, exclusive: 2025-06-30 or 2025-06-30T12:00:00")]  # noqa: UP045
Tables = Annotated[Optional[str], typer.Option(help="only these tables, a,b,c")]  # noqa: UP045
Json = Annotated[bool, typer.Option("--json", help="print JSON for scripts")]
PART = "only part k of n, like 3/7, for other machines to make the rest: `synth merge` puts all together"
Part = Annotated[Optional[str], typer.Option(metavar="k/n", help=PART)]  # noqa: UP045
FRESH = "begin anew, where the same run was killed: else it goes on with what is missing"
Fresh = Annotated[bool, typer.Option("--fresh", help=FRESH)]
Workers = Annotated[str, typer.Option(help="processes, or `all` processors")]
RUNNER = "who draws: processes of this machine, or an engine: ray, spark"
Runner = Annotated[str, typer.Option("--runner", help=RUNNER)]
Schema = Annotated[str | None, typer.Option(help="the schema's name (in MySQL: database's); the dataset's if left out")]
TABLES_EXIST = (
    "fail, or replace what was loaded before, or refresh its rows in place, or append to them; replace-any drops "
    "anybody's tables of these names"
)
IfExists = Annotated[str, typer.Option(help=TABLES_EXIST)]
VIA = "how rows go in: adbc (Arrow, the usual way), copy (text) [postgres]; bulk (the usual way), insert (statements) [tsql]"
Via = Annotated[Optional[str], typer.Option(help=VIA)]  # noqa: UP045
Owner = Annotated[Optional[str], typer.Option(help="the role that owns the tables [postgres, tsql]")]  # noqa: UP045
GRANT = "what a role may do with the tables, reader=select,insert; once more for each role [postgres, mysql, tsql]"
Grant = Annotated[Optional[list[str]], typer.Option(metavar="ROLE=PRIVILEGES", help=GRANT)]  # noqa: UP045
DryRun = Annotated[bool, typer.Option("--dry-run", help="say what would happen, in counts, and change nothing")]
NoIdentity = Annotated[bool, typer.Option("--no-identity", help="leave keys plain: new rows bring their own")]
INDEX_TIMES = "an index on each date and timestamp of the tables that are made"
IndexTimes = Annotated[bool, typer.Option("--index-times", help=INDEX_TIMES)]
KEEP_STAGING = (
    "if it ends early, tables that were sent whole stay staged, and the same command goes on [postgres, mysql]"
)
KeepStaging = Annotated[bool, typer.Option("--keep-staging", help=KEEP_STAGING)]
FolderExists = Annotated[str, typer.Option("--if-exists", help="fail, or replace the finished folder that is there")]
MadeBy = Annotated[Optional[str], typer.Option(help="a note in the manifest: a folder with the same one is replaced")]  # noqa: UP045
Existing = Annotated[Optional[str], typer.Option(help="tables that exist in --from and become parents, a,b,c")]  # noqa: UP045
SOURCE = "where tables exist: a folder, or a database; once more for each other place that the spec names"
From = Annotated[Optional[list[str]], typer.Option("--from", metavar="URL_OR_DIR", help=SOURCE)]  # noqa: UP045
FromSchema = Annotated[Optional[str], typer.Option(help="the schema in --from; the dataset's, or the usual one")]  # noqa: UP045
SkipUnfit = Annotated[bool, typer.Option("--skip-unfit", help="leave out existing rows that break what the spec needs")]
Create = Annotated[bool, typer.Option("--create", help="create the database on the server, if it is not there")]
Connections = Annotated[int, typer.Option(help="connections that send at once", min=1, max=64)]


def program() -> str:
    """How the program was called, for the next command shown."""
    return sys.argv[0] if sys.argv and sys.argv[0].endswith("synth") else "synth"


def count(workers: str) -> int:
    """Read --workers. Raises OptionError."""
    from synth.runners import cores

    if workers == "all":
        return cores()
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
    if if_exists not in ("fail", "replace", "replace-any", "refresh", "append"):
        raise OptionError(f"--if-exists takes fail, replace, replace-any, refresh or append, not '{if_exists}'")
