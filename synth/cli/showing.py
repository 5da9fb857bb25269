"""Commands that show what there is: the report, and a dbt project over it."""

from __future__ import annotations

import shlex
from typing import Annotated, Optional

import typer

from synth.cli.words import Folder, Json, Schema
from synth.terminal import say, say_json, size

__all__ = ["dbt", "report"]

DBT_OUT = "the folder of the project; DIR-dbt beside the folder if left out"
OUT = "the HTML file; left out, DIR.html beside the folder, or output/DATASET.html"


def report(
    place: Annotated[str, typer.Argument(metavar="DIR_OR_URL", help="the folder OUT/DATASET, or a database's URL")],
    out: Annotated[Optional[str], typer.Option("--out", metavar="FILE", help=OUT)] = None,  # noqa: UP045
    schema: Schema = None,
    no_verify: Annotated[
        bool, typer.Option("--no-verify", help="leave the proof out, which takes the longest")
    ] = False,
    json: Json = False,
) -> None:
    """One HTML page that shows what is in a dataset: tables, relations, rows, a picture of each column, and the proof.

    Example: synth report output/ecommerce
    """
    from synth.reporting.make import report as make_report
    from synth.terminal import progress

    with progress(None) as told:
        made = make_report(place, out, schema=schema, verify=not no_verify, progress=told)
    if json:
        say_json(made.as_dict())
    else:
        proof = {None: "", True: ", all checks hold", False: ", and not all checks hold: see there"}[made.passed]
        say(f"{made.path}: {made.tables} tables, {size(made.bytes)}, {made.seconds:.1f} s{proof}")
    if made.passed is False:
        raise typer.Exit(1)


def dbt(
    folder: Folder,
    out: Annotated[Optional[str], typer.Option("--out", metavar="DIR", help=DBT_OUT)] = None,  # noqa: UP045
) -> None:
    """A dbt project over a folder: sources with descriptions, and all that `verify` asks of rows as tests.

    Example: synth dbt output/ecommerce
    """
    from synth.reporting.dbt_project import write_dbt_project

    made = write_dbt_project(folder, out)
    say(f"{made}\nnext: cd {shlex.quote(str(made))} && dbt test --profiles-dir .")
