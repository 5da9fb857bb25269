"""Commands that show what there is: the report, how real it is, a dbt project over it, tables of a lakehouse."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from synth.cli.words import Folder, Json, Place, Quiet, Schema, among, tell
from synth.errors import many
from synth.lakes import LAKES
from synth.terminal import size

__all__ = ["dbt", "lake", "realism", "report"]

REPORT_OUT = "the HTML file [default: DIR.html beside the folder, or output/DATASET.html]"
NO_VERIFY = "leave the proof out, which takes the longest"
_KINDS = "what the tables become: delta (Delta Lake) or iceberg"
DBT_OUT = "the folder of the project [default: DIR-dbt beside the folder]"

Kind = Annotated[str, typer.Option("--as", metavar="KIND", help=_KINDS, autocompletion=among(*LAKES))]


def report(
    place: Place,
    out: Annotated[str | None, typer.Option("--out", "-o", metavar="FILE", help=REPORT_OUT)] = None,
    schema: Schema = None,
    no_verify: Annotated[bool, typer.Option("--no-verify", help=NO_VERIFY)] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show what is there: one HTML page of tables, rows, pictures and proof.

    It needs no network. Exit 1 where not all checks hold.

    Example: synth report output/ecommerce
    """
    from synth.reporting.make import report as make_report
    from synth.terminal import progress

    with progress(None, quiet=quiet) as told:
        made = make_report(place, out, schema=schema, verify=not no_verify, progress=told)
    proof = {None: "", True: ", all checks hold", False: ", and not all checks hold: see there"}[made.passed]
    said = f"{made.path}: {many(made.tables, 'table')}, {size(made.bytes)}, {made.seconds:.1f} s{proof}"
    tell(made.as_dict(), said, json=json, quiet=quiet)
    if made.passed is False:
        raise typer.Exit(1)


def realism(place: Place, schema: Schema = None, json: Json = False, quiet: Quiet = False) -> None:
    """Measure the facts that a spec declares: figures, their sources, and the bands that they should be in.

    Exit 1 where one is outside of its band, or cannot be measured.

    Example: synth realism output/ecommerce
    """
    from synth.reporting.realism import realism as measure
    from synth.reporting.realism_text import realism_text
    from synth.terminal import progress

    with progress(None, quiet=quiet) as told:
        found = measure(place, schema=schema, progress=told)
    tell(found.as_dict(), realism_text(found), json=json, quiet=quiet)
    if not found.passed:
        raise typer.Exit(1)


def dbt(
    folder: Folder,
    out: Annotated[str | None, typer.Option("--out", "-o", metavar="FOLDER", help=DBT_OUT)] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a dbt project over a folder.

    It has sources with descriptions, and all that `verify` asks of rows as tests.

    Example: synth dbt output/ecommerce
    """
    from synth.reporting.dbt_project import write_dbt_project

    made = write_dbt_project(folder, out)
    said = f"{made}\nnext: cd {shlex.quote(str(made))} && dbt test --profiles-dir ."
    tell({"folder": str(made)}, said, json=json, quiet=quiet)


def lake(
    folder: Folder,
    kind: Kind = "delta",
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make the tables of a folder ones of Delta Lake or Iceberg.

    The Parquet files stay as they are: each table gets a log beside its own. Where rows are others, as after
    `advance`, there is a further version.

    Example: synth lake output/ecommerce --as iceberg
    """
    from synth.job.lake import lake as run
    from synth.terminal import progress

    with progress(None, quiet=quiet) as told:
        made = run(folder, kind, progress=told)
    said = f"{made.folder}: {many(len(made.versions), 'table')} of {made.kind}, {made.seconds:.1f} s"
    tell(made.as_dict(), said, json=json, quiet=quiet)
