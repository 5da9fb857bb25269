"""Names as every database takes them: of schemas, of tables and columns beside each other, of new constraints."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from synth.errors import OptionError, Problem, SpecError
from synth.spec.check import is_own_schema

__all__ = ["LONGEST_NAME", "LONGEST_SCHEMA", "ConstraintNames", "check_schema_name", "refused"]

LONGEST_NAME = 60  # characters: PostgreSQL cuts names at 63 bytes, MySQL refuses above 64
LONGEST_SCHEMA = 63  # bytes


def refused(what: str, hint: str, *path: str | int) -> SpecError:
    """The error that says what no database takes, and where in the spec it stands."""
    return SpecError([Problem(path, what, hint)])


def check_schema_name(schema: str) -> str:
    """The name, if every database takes it as a schema's, and none has it for its own. Raises OptionError."""
    if not schema.strip() or not schema.isprintable() or len(schema.encode()) > LONGEST_SCHEMA or schema[-1] == " ":
        raise OptionError(
            f"'{schema}' cannot be a schema's name\n  hint: 1 to {LONGEST_SCHEMA} bytes, printable, no blank at its end"
        )
    if is_own_schema(schema):
        raise OptionError(f"'{schema}' is the name of a database's own schema\n  hint: name another --schema")
    return schema


class ConstraintNames:
    """Gives names to constraints and indexes, none twice.

    Names are taken in the whole schema, small letters and capitals alike: that is the strictest of the databases.
    """

    def __init__(self, tables: Iterable[str]):
        """`tables` have their names already."""
        self.taken = {name.lower() for name in tables}

    def new(self, *parts: str) -> str:
        """A new name: its parts, or where that is long or taken their beginning and a hash."""
        wanted, tries = "_".join(parts), 0
        name = wanted
        while len(name) > LONGEST_NAME or name.lower() in self.taken:
            digest = blake2b("/".join((*parts, str(tries))).encode(), digest_size=4).hexdigest()
            name, tries = f"{wanted[: LONGEST_NAME - 9]}_{digest}", tries + 1
        self.taken.add(name.lower())
        return name
