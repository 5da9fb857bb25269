"""What goes wrong while rows are read is told by its kind alone: words of a library may quote the cell that it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from synth.errors import SynthError
from synth.system import lacks, said_by_machine

__all__ = ["UntoldError", "kind_of_error", "untold", "without_cells"]

_QUOTE = re.compile("[\"'`]")
_WHERE = re.compile(r", (at byte \d+ )?in line \d+")


class UntoldError(Exception):
    """A mistake of ours beside rows: where it was made, and what kind it is of."""


@contextmanager
def untold() -> Iterator[None]:
    """Keep the place of what is raised within, and of its words the kind; those of a SynthError are looked at already."""
    try:
        yield
    except SynthError as error:
        error.__cause__ = error.__context__ = None
        raise
    except Exception as error:
        if said_by_machine(error):
            raise
        raise UntoldError(f"{kind_of_error(error)}, whose words might quote a row").with_traceback(
            error.__traceback__
        ) from None


def kind_of_error(error: BaseException) -> str:
    """The kind of what an error came of, or what the machine has too little of."""
    cause = error.__cause__ or error
    return lacks(cause) or type(cause).__name__


def without_cells(said: str) -> str:
    """What a library says of a file, as far as it quotes nothing: up to a quotation mark, and of which line."""
    line = said.partition("\n")[0]
    what = _QUOTE.split(line, maxsplit=1)[0].rstrip(" :,(")
    where = _WHERE.search(line, len(what))
    return what + (where[0] if where else "")
