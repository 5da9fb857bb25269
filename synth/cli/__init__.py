"""The command line: words in, one call out. Exit 0 done, 1 verification found offences, 2 the input is wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache
from typing import Annotated

import typer

from synth.cli import data, databases, secrets
from synth.errors import SynthError
from synth.runners.memory import collect_less
from synth.terminal import say
from synth.version import __version__

__all__ = ["app", "entry", "main"]

app = typer.Typer(
    name="synth",
    help="Relational test data: one declared schema in, whole worlds of rows out, the same everywhere.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        say(f"synth {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="print the version")
    ] = False,
) -> None:
    """Relational test data: one declared schema in, whole worlds of rows out, the same everywhere."""


for _command in (
    data.datasets, data.check, data.plan, data.generate, data.verify, data.advance,
    databases.ddl, databases.load, databases.script, databases.pull,
):  # fmt: skip
    app.command()(_command)
app.add_typer(databases.db, name="db")


@cache
def _program() -> Callable[..., object]:
    """The commands, put together once."""
    return typer.main.get_command(app)


def main(words: list[str] | None = None) -> int:
    """Run the program; our errors and click's become one message and exit code 2, anything else is a bug."""
    words = sys.argv[1:] if words is None else words
    try:
        result = _program()(words or ["--help"], standalone_mode=False)
        return result if isinstance(result, int) else 0
    except SynthError as error:
        say(f"synth: {error}", error=True)
        return 2
    except typer.TyperException as error:  # a wrong word or option
        say(f"synth: {error.format_message()}", error=True)
        return 2
    except (KeyboardInterrupt, typer.Abort):
        say("synth: stopped; nothing half-done is left", error=True)
        return 130


def entry() -> None:
    """The console program: taking the interpreter down politely would cost a quarter of a second, and holds nothing."""
    secrets.hide()
    collect_less()
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
