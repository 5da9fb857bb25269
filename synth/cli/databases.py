"""Commands that speak to databases, or write for them."""

from __future__ import annotations

import sys
from pathlib import Path
from shlex import quote
from typing import Annotated, Optional

import typer

from synth.cli.help_pages import Command, Group
from synth.cli.words import (
    OUT,
    Connections,
    Create,
    Dataset,
    DryRun,
    Folder,
    FolderExists,
    Grant,
    IfExists,
    IndexTimes,
    Json,
    KeepStaging,
    NoIdentity,
    Owner,
    Quiet,
    Schema,
    Tables,
    Url,
    Verbose,
    Via,
    among,
    cap,
    folder_named,
    known_if_exists,
    names,
    program,
    tell,
)  # fmt: skip
from synth.databases.registry import NAMES
from synth.errors import OptionError, did_you_mean, one_of
from synth.formats import READABLE
from synth.terminal import say

__all__ = ["db", "ddl", "load", "pull", "script"]

LOAD_MEMORY = "the most memory that may be taken, like 2GB: as many connections as that is enough for"
LoadMemory = Annotated[Optional[str], typer.Option("--memory", metavar="SIZE", help=LOAD_MEMORY)]  # noqa: UP045
DIALECT = f"the database that it is for: {one_of(NAMES)}"
Dialect = Annotated[str, typer.Option(metavar="NAME", help=DIALECT, autocompletion=among(*NAMES))]
CLIENTS = ("postgres", "mysql", "tsql")
SCRIPT_DIALECT = f"the database that it is for: {one_of(CLIENTS)}"
ScriptDialect = Annotated[str, typer.Option(metavar="NAME", help=SCRIPT_DIALECT, autocompletion=among(*CLIENTS))]
SCRIPTS = "the folder to write the scripts into [default: DIR-DIALECT]"
FORMAT = f"the kind of files: {one_of(READABLE)}"
QUERY = "the rows of this SELECT, instead of tables"
Out = Annotated[
    str, typer.Option("--out", "-o", metavar="FOLDER", help="the folder beside whose data the server is kept")
]


def ddl(
    dataset: Dataset,
    dialect: Dialect = "postgres",
    schema: Schema = None,
    no_identity: NoIdentity = False,
    index_times: IndexTimes = False,
) -> None:
    """Print the SQL that creates the tables.

    CREATE TABLE in the order of references, then constraints, indexes and comments.

    Example: synth ddl ecommerce --dialect mysql
    """
    from synth.databases import DIALECTS
    from synth.ddl import ddl as written
    from synth.spec.load import load

    if dialect not in DIALECTS:
        raise OptionError(f"unknown dialect '{dialect}'\n  hint: {did_you_mean(dialect, DIALECTS)}")
    say(
        str(written(load(dataset), DIALECTS[dialect], schema, identity=not no_identity, index_times=index_times)),
        end="",
        as_it_is=not sys.stdout.isatty(),
    )


def load(
    folder: Folder, url: Url = None, schema: Schema = None, if_exists: IfExists = "fail", create: Create = False,
    connections: Connections = 4, via: Via = None, no_identity: NoIdentity = False, index_times: IndexTimes = False,
    owner: Owner = None, grant: Grant = None, keep_staging: KeepStaging = False, dry_run: DryRun = False,
    memory: LoadMemory = None, json: Json = False, quiet: Quiet = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Load a folder into a database, and prove it there.

    It is all or nothing: rows, keys, references, checks, indexes and statistics. Without a URL (or the variable SYNTH_URL)
    it is an embedded PostgreSQL (extra `embedded`), which goes on running.

    Example: synth load output/ecommerce postgresql://me@localhost/demo --if-exists replace
    """
    import os

    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # before Polars loads: every connection has a thread already
    from synth.addresses import is_remote
    from synth.databases import DATABASES
    from synth.databases.address import find
    from synth.databases.postgres import embedded
    from synth.databases.rights import Rights
    from synth.job.load import load_folder
    from synth.store.opened import manifest_at
    from synth.store.space import connections_within
    from synth.terminal import load_text, progress

    known_if_exists(if_exists)
    rights = Rights.parse(owner, grant or ())
    manifest = manifest_at(folder)
    connections = connections_within(manifest, connections, cap(memory))
    address = find(url)
    out = Path("output/embedded" if is_remote(folder) else folder).resolve().parent
    client = None
    if address is None:
        address = embedded.start(out)
        client = embedded.psql(address, out)
    elif create:
        DATABASES[address.database].create(address)
    with progress(sum(table.rows for table in manifest.tables.values()), quiet=quiet) as advance:
        report = load_folder(
            folder,
            address,
            schema=schema,
            if_exists=if_exists,
            connections=connections,
            via=via,
            identity=not no_identity,
            index_times=index_times,
            rights=rights,
            keep_staging=keep_staging,
            dry_run=dry_run,
            progress=advance,
        )
    tell(report.as_dict(), load_text(report, program(), client, verbose=verbose), json=json, quiet=quiet)


def script(
    folder: Folder,
    dialect: ScriptDialect = "postgres",
    out: Annotated[Optional[str], typer.Option("--out", "-o", metavar="FOLDER", help=SCRIPTS)] = None,  # noqa: UP045
    schema: Schema = None,
    no_identity: NoIdentity = False,
    index_times: IndexTimes = False,
) -> None:
    """Write scripts that load CSV files with the database's own client.

    Example: synth script output/ecommerce --dialect postgres
    """
    from synth.job.script import write_script

    made = write_script(
        folder, dialect, None if out is None else folder_named(out), schema, identity=not no_identity,
        index_times=index_times,
    )  # fmt: skip
    say(f"in {made}\nnext: sh {quote(str(made / 'load.sh'))} --help")


def pull(
    url: Annotated[str, typer.Argument(metavar="URL", help="the database, or a name in synth.toml")],
    out: Annotated[str, typer.Option("--out", "-o", metavar="FOLDER", help=OUT.format("SCHEMA"))] = "output",
    schema: Schema = None, tables: Tables = None,
    query: Annotated[Optional[str], typer.Option(metavar="SQL", help=QUERY)] = None,  # noqa: UP045
    format: Annotated[str, typer.Option(metavar="NAME", help=FORMAT, autocompletion=among(*READABLE))] = "parquet",
    if_exists: FolderExists = "fail", json: Json = False, quiet: Quiet = False,
) -> None:  # fmt: skip
    """Copy tables of a database, or a query's rows, into files.

    Example: synth pull postgresql://me@localhost/demo --schema ecommerce -o pulled
    """
    from synth.databases.address import find
    from synth.job.pull import pull as run
    from synth.terminal import progress, pull_text

    folder_named(out)
    address = find(url)
    assert address is not None
    with progress(None, quiet=quiet) as advance:
        report = run(
            address, out, schema=schema, tables=names(tables), query=query, format=format, if_exists=if_exists,
            progress=advance,
        )  # fmt: skip
    tell(report.as_dict(), pull_text(report), json=json, quiet=quiet)


db = typer.Typer(cls=Group, help="A PostgreSQL of your own, embedded (extra `embedded`).", no_args_is_help=True)


@db.command(cls=Command)
def start(out: Out = "output") -> None:
    """Start the server, and print its URL and a line that opens a client.

    Example: synth db start
    """
    from synth.databases.postgres import embedded

    address = embedded.start(Path(folder_named(out)))
    say(f"{address}\n{embedded.psql(address, Path(folder_named(out)))}")


@db.command(cls=Command)
def stop(out: Out = "output") -> None:
    """Stop the server; what is in it stays.

    Example: synth db stop
    """
    from synth.databases.postgres import embedded

    say("stopped" if embedded.stop(Path(folder_named(out))) else "it was not running")


@db.command(cls=Command)
def url(out: Out = "output") -> None:
    """Print the server's URL and nothing else; start it where it is stopped.

    Example: psql "$(synth db url)"
    """
    from synth.databases.postgres import embedded

    say(str(embedded.start(Path(folder_named(out)))))
