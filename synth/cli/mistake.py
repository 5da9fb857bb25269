"""A mistake of ours: one message that asks to report it, and a file with what a report needs."""

from __future__ import annotations

import os
import platform
import shlex
import tempfile
import traceback
from collections.abc import Sequence

from synth.cli.secrets import without_secrets
from synth.databases.secret import masked
from synth.version import __version__

__all__ = ["EXIT_CODE", "told"]

EXIT_CODE = os.EX_SOFTWARE  # 70, of <sysexits.h>: an internal error


def told(error: BaseException, words: Sequence[str]) -> str:
    """The message, after all that is known of the error has been written to a file that only the user can read."""
    first = without_secrets(str(error), words).strip().partition("\n")[0]
    what = f"{type(error).__name__}: {first}".removesuffix(": ")
    shown = "".join(sign if sign.isprintable() else "?" for sign in what)[:300]
    try:
        place = f"the details are in '{_written(error, words)}'"
    except OSError as refused:
        place = f"the details could not be written ({refused.strerror or refused})"
    return (
        f"a mistake of ours, not of yours: {shown}\n"
        f"  {place}; nothing half-done is left\n"
        "  hint: please report it, with that file; it holds no password"
    )


def _system() -> tuple[str, ...]:
    """The system, its release and the machine; by `platform`, which may start a process to find more, only elsewhere."""
    if not hasattr(os, "uname"):
        return platform.system(), platform.release(), platform.machine()
    found = os.uname()
    return found.sysname, found.release, found.machine


def _written(error: BaseException, words: Sequence[str]) -> str:
    """The file: version, system, command and traceback, without passwords; in the temporary folder, mode 0600."""
    text = (
        f"synth {__version__}, Python {platform.python_version()}, {' '.join(_system())}\n"
        f"command: synth {shlex.join(map(masked, words))}\n\n"
        f"{''.join(traceback.format_exception(error))}"
    )
    number, path = tempfile.mkstemp(prefix="synth-mistake-", suffix=".txt")
    with open(number, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(without_secrets(text, words))
    return path
