"""What stands beside the columns of a table: keys, references and conditions."""

from __future__ import annotations

from synth.importing.ddl.cursor import Cursor, split
from synth.importing.ddl.lexer import Token
from synth.importing.ddl.tables import Check, Key, Reference, Script, Table

__all__ = ["Keys"]

_BEHIND_WHERE = ("WITH", "TABLESPACE", "ON", "INCLUDE")
_OF_INDEX = ("CLUSTERED", "NONCLUSTERED", "USING", "BTREE", "HASH", "NULLS", "NOT", "DISTINCT")


class Keys:
    """Reads constraints into a table."""

    def __init__(self, script: Script, table: Table):
        """`table` gets what is read."""
        self.script, self.table = script, table

    def read(self, cursor: Cursor) -> bool:
        """Read a constraint, and say whether it was one: else a column stands there. Raises UnreadError."""
        at, name = cursor.here, None
        if cursor.take("CONSTRAINT"):
            unnamed = cursor.peek().word in ("PRIMARY", "CHECK", "UNIQUE", "FOREIGN")
            name = None if unnamed else cursor.name()
        if cursor.take("PRIMARY", "KEY"):
            _to_bracket(cursor)
            self.table.primary = cursor.names()
        elif cursor.sees("UNIQUE") and any(cursor.peek(n).text == "(" for n in range(1, 7)):
            cursor.next()
            self._unique_key(cursor, name, at)
        elif cursor.take("FOREIGN", "KEY"):
            given = None if cursor.sees("(") else cursor.name()
            self._references(cursor, cursor.names(), name or given, at)
        elif cursor.sees("CHECK", "(") or cursor.sees("CHECK", "NOT"):
            _to_bracket(cursor)
            self.table.checks.append(Check(self.script.sql(cursor.group()), name))
        elif cursor.sees("EXCLUDE", "USING") or cursor.sees("EXCLUDE", "("):
            self.script.tell(self.table.name, "an exclusion of rows that overlap is not taken over", at)
        elif name is not None:
            self.script.tell(self.table.name, f"the constraint {name} is not understood", at)
        else:
            return cursor.sees("PERIOD", "FOR") or self._is_index(cursor)
        return True

    def _is_index(self, cursor: Cursor) -> bool:
        """Whether it is an index within a table, of which nothing is kept."""
        if self.script.dialect not in ("mysql", "tsql"):
            return False
        if cursor.peek().word in ("FULLTEXT", "SPATIAL"):
            return True
        if cursor.peek().word not in ("KEY", "INDEX"):
            return False
        first, second = cursor.peek(1), cursor.peek(2)
        return first.text == "(" or second.text == "(" or second.word in ("USING", "UNIQUE", *_OF_INDEX)

    def _unique_key(self, cursor: Cursor, name: str | None, at: int) -> None:
        """UNIQUE, with the name of an index perhaps."""
        cursor.take_any("KEY", "INDEX")
        while not cursor.sees("("):
            if not cursor.take_any(*_OF_INDEX):
                name = cursor.name()
        self.unique(cursor, name, at)

    def unique(self, cursor: Cursor, name: str | None, at: int) -> None:
        """The columns of a unique key or index, and the condition of a partial one."""
        parts = split(cursor.group())
        if any(_is_expression(part) for part in parts):
            self.script.tell(
                self.table.name, f"{name or 'an index'} is unique over an expression: it is not taken over", at
            )
            return
        columns = tuple(cursor.within(part).path()[-1] for part in parts)
        where = None
        while not cursor.done:
            if cursor.take("WHERE"):
                where = self.script.sql(cursor.until(_BEHIND_WHERE))
            else:
                cursor.next()
        self.table.uniques.append(Key(columns, name, at, where))

    def _references(self, cursor: Cursor, columns: tuple[str, ...], name: str | None, at: int) -> None:
        """REFERENCES and what follows."""
        while not cursor.take("REFERENCES"):
            cursor.next()
        path = cursor.path()
        parents = cursor.names() if cursor.sees("(") else ()
        self.table.references.append(Reference(columns, path, parents, name, at))


def _is_expression(part: list[Token]) -> bool:
    """Whether it is more than a column: a function of one, or something in brackets. A number is the length of a prefix."""
    return part[0].text == "(" or (len(part) > 2 and part[1].text == "(" and part[2].kind != "number")


def _to_bracket(cursor: Cursor) -> None:
    """Go over what stands before a bracket: CLUSTERED, USING BTREE, NOT FOR REPLICATION."""
    while not cursor.sees("("):
        cursor.next()
