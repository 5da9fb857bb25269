"""The command that makes a spec of what people have: DDL, a database, a folder of files, models in Python."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from synth.cli.words import Json, Quiet, Tables, among, names, tell
from synth.databases.registry import NAMES
from synth.errors import OptionError, one_of
from synth.terminal import say

__all__ = ["import_"]

SOURCE = "DDL (a .sql file, or - for standard input), a database's URL or file, or a folder of Parquet, CSV or NDJSON"
OUT = "the spec that is written, a file that ends in .yaml"
DIALECT = f"of DDL: {one_of(NAMES)} [default: guessed from the text]"
SCHEMA = "which schema of the database [default: the one that has tables]"
PYTHON = "models instead of a source, of SQLAlchemy or pydantic: module:Name. It runs their code"
LEARN = "measure the rows too: shares, distributions, how many children, seasons. What looks personal is never copied"
LEAST = "with --learn: how many customers, or whatever rows belong to, stand behind a value that is copied"


def import_(
    source: Annotated[Optional[str], typer.Argument(metavar="[SOURCE]", help=SOURCE)] = None,  # noqa: UP045 - typer reads it
    out: Annotated[str, typer.Option("--out", "-o", metavar="FILE", help=OUT)] = "imported.yaml",
    name: Annotated[Optional[str], typer.Option(metavar="NAME", help="what the dataset is called")] = None,  # noqa: UP045
    dialect: Annotated[Optional[str], typer.Option(metavar="NAME", help=DIALECT, autocompletion=among(*NAMES))] = None,  # noqa: UP045
    schema: Annotated[Optional[str], typer.Option(metavar="NAME", help=SCHEMA)] = None,  # noqa: UP045
    tables: Tables = None,
    python: Annotated[Optional[str], typer.Option(metavar="MODULE:NAME", help=PYTHON)] = None,  # noqa: UP045
    learn: Annotated[bool, typer.Option("--learn", help=LEARN)] = False,
    least: Annotated[int, typer.Option("--least", metavar="NUMBER", help=LEAST)] = 20,
    replace: Annotated[bool, typer.Option("--replace", help="write over a spec that is there")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make a spec of DDL, a database or a folder, and prove it.

    The spec says behind each column what it rests on, and at its head what could not be taken over. It is checked, generated
    from and verified before it is written.

    Example: synth import schema.sql --out shop.yaml

    Example: synth import postgresql://me@localhost/shop --learn --out shop.yaml
    """
    if (source is None) == (python is None):
        raise OptionError("say what to import: a SOURCE, or --python MODULE:NAME\n  hint: synth import --help")
    if python is not None and (learn or dialect or schema or tables):
        raise OptionError(
            "models in Python have no rows, dialect or schema\n  hint: --python stands with --out and --name"
        )
    from synth.import_report import imported_text
    from synth.importing.run import import_spec

    found = import_spec(
        source or python or "", out, dialect=dialect, schema=schema, tables=names(tables) or (), name=name,
        python=python is not None, learn=learn, least=least, replace=replace,
        tell=None if quiet or json else lambda text: say(f"{text} …", error=True),
    )  # fmt: skip
    tell(found.as_dict(), imported_text(found), json=json, quiet=quiet)
