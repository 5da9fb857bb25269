"""`synth generate --stdout`: one table's rows for a pipe, and nothing else on standard output."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

from synth.cli.words import built_on, count, is_given, moment, row_counts, tell_unfit
from synth.errors import OptionError

if TYPE_CHECKING:
    import typer

    from synth.progress import Progress

__all__ = ["write_rows"]

FORMAT = "csv"  # where none is named
TAKEN = {
    "dataset", "stdout", "format", "scale", "rows", "seed", "until", "workers", "existing", "source", "from_schema",
    "skip_unfit", "quiet",
}  # fmt: skip


def write_rows(context: typer.Context) -> None:
    """Write the rows of the table that a command names. Raises OptionError for words that are about folders or databases."""
    given = [each for each in context.command.params if is_given(context, str(each.name))]
    if others := [max(each.opts, key=len) for each in given if each.name not in TAKEN]:
        are = "are" if len(others) > 1 else "is"
        raise OptionError(
            f"{', '.join(others)} {are} not for --stdout, which writes a table's rows and no folder\n"
            "  hint: leave out one or the other"
        )
    words = context.params
    from synth.runners import runner

    table, form = words["stdout"], words["format"] if is_given(context, "format") else FORMAT
    with ExitStack() as runners:
        started = runners.enter_context(runner(count(words["workers"])))  # while the run is planned
        from synth.api import make_plan
        from synth.job.stream import format_of_lines, stream
        from synth.progress import silent
        from synth.spec.load import located
        from synth.terminal import progress

        format_of_lines(form)
        made = make_plan(
            words["dataset"], scale=words["scale"], seed=words["seed"], until=moment(words["until"]), tables=[table],
            rows=row_counts(words["rows"]),
            **built_on(words["existing"], words["source"], words["from_schema"], skip_unfit=words["skip_unfit"]),
        )  # fmt: skip
        tell_unfit(made)
        tell: Progress = silent  # lines between the rows would be in the way
        if not sys.stdout.isatty():
            tell = runners.enter_context(progress(made.tables[table].rows, quiet=words["quiet"]))
        with located(words["dataset"]):
            stream(made, table, sys.stdout.buffer, format=form, workers=started, progress=tell)
