"""DDL text of a database, read as what an import finds: statement by statement, and what is not understood is told."""

from __future__ import annotations

from dataclasses import replace

from synth.databases.registry import NAMES
from synth.errors import OptionError, did_you_mean
from synth.importing.ddl.finish import DdlError, finished
from synth.importing.ddl.guess import guessed
from synth.importing.ddl.reader import Reader
from synth.importing.ddl.statements import statements
from synth.importing.ddl.tables import Script
from synth.importing.found import Found, Note

__all__ = ["DdlError", "read_ddl"]


def read_ddl(text: str, *, dialect: str | None = None, source: str = "DDL") -> Found:
    """Read the tables that a text makes. Default of `dialect`: guessed from the text, and told in the first note.

    `source` is how errors call the text. Raises OptionError for an unknown dialect, and DdlError where no table is found.
    """
    if dialect is not None and dialect not in NAMES:
        raise OptionError(f"unknown dialect '{dialect}'\n  hint: {did_you_mean(dialect, NAMES)}")
    text = text.removeprefix("\ufeff")
    spoken, why = (dialect, "") if dialect else guessed(text)
    script = Script(text, spoken)
    reader = Reader(script)
    for tokens in statements(text, spoken):
        reader.read(tokens)
    found = finished(script, source)
    guess = () if dialect else (Note(source, f"read as {spoken}: {why}"),)
    return replace(found, notes=(*guess, *found.notes))
