"""The command line: words in, one call out.

Exit 0 done, 1 verification found offences, 2 the input (or the machine) is not as it must be, 70 a mistake of ours, 130
stopped by Ctrl-C, 143 ended by SIGTERM, 129 by SIGHUP, 141 nobody reads what is printed.
"""

from __future__ import annotations

import io
import os
import select
import sys
from contextlib import suppress
from functools import cache
from signal import SIGINT
from typing import Annotated

import typer
from typer.core import TyperGroup

from synth.cli import comparing, completion, data, databases, importing, rows, secrets, showing, signals, teaching
from synth.cli.help_pages import Command, Group
from synth.cli.limited import go_on_in_child
from synth.errors import OptionError, SynthError
from synth.runners.memory import collect_less
from synth.system import is_utf8, require_address_space, require_folder, said_by_machine
from synth.terminal import say
from synth.version import __version__

__all__ = ["app", "entry", "main"]

UNREAD = 141  # as shells tell that a program was ended by SIGPIPE

app = typer.Typer(
    name="synth",
    cls=Group,
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


COMMANDS = {
    "Make data": (
        importing.import_,
        data.datasets,
        data.check,
        data.plan,
        data.generate,
        data.advance,
        data.merge,
        data.sweep,
    ),
    "Prove it, and show it": (
        data.verify,
        rows.show,
        comparing.diff,
        showing.report,
        showing.realism,
        showing.dbt,
        showing.lake,
    ),
    "Databases": (databases.load, databases.pull, databases.ddl, databases.script),
    "Learn the language of specs": (teaching.init, teaching.words),
    "Set up": (completion.completion,),
}
for _title, _commands in COMMANDS.items():
    for _command in _commands:
        app.command(_command.__name__.rstrip("_"), cls=Command, rich_help_panel=_title)(_command)
app.add_typer(databases.db, name="db", rich_help_panel="Databases")
app.add_typer(teaching.schema, name="schema", rich_help_panel="Learn the language of specs")


@cache
def _program() -> TyperGroup:
    """The commands, put together once."""
    return typer.main.get_group(app)


def main(words: list[str] | None = None) -> int:
    """Run the program: whatever goes wrong becomes one message, without passwords, and an exit code."""
    words = sys.argv[1:] if words is None else words
    try:
        return _ended(words)
    except KeyboardInterrupt as again:  # while the first was about to be told
        return _exit_code(again)


def _ended(words: list[str]) -> int:
    try:
        for word in (*words, os.environ.get("TMPDIR", "")):
            if not is_utf8(word):
                raise OptionError(f"{word!r} is no UTF-8\n  hint: rename the file or folder")
        require_address_space()
        require_folder()
        if shell := os.environ.get(completion.ASKS):
            say(completion.answer(_program(), shell, words), end="", as_it_is=True)
            return 0
        code = _run(words or ["--help"])
        sys.stdout.flush()
        return code
    except BaseException as error:
        signals.no_more()
        if isinstance(error, BrokenPipeError) and _is_unread():
            return UNREAD
        try:
            code, said = _told(error, words)
        except Exception as again:  # nothing can be imported any more, say
            code, said = (
                2 if said_by_machine(again) else 70,
                f"{type(error).__name__}, and {type(again).__name__} of that",
            )
        with suppress(OSError):
            say(f"synth: {secrets.without_secrets(said, words)}", error=True)
        return code


def _is_unread() -> bool:
    """Whether nobody reads what is printed any more, as behind `| head`."""
    if not hasattr(select, "poll"):
        return True  # a pipe is broken, and it is the one
    printed = select.poll()
    printed.register(1, 0)
    return any(event & select.POLLERR for _, event in printed.poll(0))


def _run(words: list[str]) -> int:
    """Run a command; not by typer's own `main`, which takes interrupts and broken pipes for itself."""
    program = _program()
    try:
        with program.make_context("synth", list(words)) as context:
            program.invoke(context)
    except typer.Exit as done:
        return done.exit_code
    return 0


def _told(error: BaseException, words: list[str]) -> tuple[int, str]:
    """The exit code and the message for what ended the program."""
    if not isinstance(error, KeyboardInterrupt) and (ended := signals.come()):
        error = ended
    if isinstance(error, SynthError):
        return 2, str(error)
    if isinstance(error, typer.TyperException):  # a wrong word or option
        return 2, error.format_message()
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return _exit_code(error), f"{str(error) or 'stopped'}; nothing half-done is left"
    if said := said_by_machine(error):
        name = getattr(error, "filename", None)
        return 2, f"'{name}': {said}" if name else said
    from synth.cli import mistake

    return mistake.EXIT_CODE, mistake.told(error, words)


def _exit_code(error: BaseException) -> int:
    """What a shell expects of a program that a signal has ended; Ctrl-C's for what does not say which."""
    return 128 + (error.number if isinstance(error, signals.Ended) else SIGINT)


def _open_closed_streams() -> None:
    """Open to nowhere what the caller has closed (`>&-`): else the first file that is opened would have its number."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest number that is free
        if getattr(sys, name) is None:
            setattr(sys, name, io.TextIOWrapper(io.FileIO(number, mode, closefd=False), "utf-8"))


def entry() -> None:
    """The console program: taking the interpreter down politely would cost a quarter of a second, and holds nothing."""
    _open_closed_streams()
    secrets.hide()
    signals.listen()
    go_on_in_child()
    collect_less()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # nothing here multiplies matrices; each thread takes memory
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name that the terminal cannot show is no reason to fail
    code = main()
    with suppress(OSError):
        sys.stderr.flush()
    os._exit(code)
