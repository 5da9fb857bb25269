"""What an ALTER TABLE does to a table that was made before."""

from __future__ import annotations

from synth.importing.ddl.columns import Columns
from synth.importing.ddl.cursor import Cursor, split
from synth.importing.ddl.keys import Keys
from synth.importing.ddl.tables import Column, Script, Table

__all__ = ["Alter"]

_CONSTRAINTS = ("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK")


class Alter:
    """Reads what is done to a table."""

    def __init__(self, script: Script, table: Table):
        """`table` is changed."""
        self.script, self.table = script, table
        self.columns, self.keys = Columns(script, table), Keys(script, table)

    def read(self, cursor: Cursor) -> None:
        """All that one statement does, with commas between."""
        adds = False
        for part in split(cursor.tokens[cursor.at :]):
            each = cursor.within(part)
            first = each.peek().word
            if adds and (first in _CONSTRAINTS or each.peek().kind == "name"):  # T-SQL says ADD once
                self._add(each)
            else:
                self._one(each)
                adds = first == "ADD" or (adds and first == "WITH")

    def _one(self, cursor: Cursor) -> None:
        """One thing that it does. Raises UnreadError."""
        at, table = cursor.here, self.table
        if cursor.take("WITH"):  # CHECK, NOCHECK
            cursor.next()
        if cursor.take("ADD"):
            self._add(cursor)
        elif cursor.take("ALTER"):
            cursor.take("COLUMN")
            column = table.column(cursor.name())
            if column is not None:
                self._column(cursor, column)
        elif cursor.take("MODIFY") or cursor.take("CHANGE"):
            self._change(cursor, renames=cursor.tokens[cursor.at - 1].word == "CHANGE")
        elif cursor.take("DROP"):
            cursor.take_any("COLUMN", "CONSTRAINT", "INDEX", "KEY", "CHECK")
            if cursor.take("PRIMARY", "KEY"):
                table.primary = ()
            elif not cursor.take("FOREIGN"):
                cursor.take("IF", "EXISTS")
                table.drop(cursor.name())
        elif cursor.take("RENAME"):
            self._rename(cursor)
        elif cursor.take("AUTO_INCREMENT"):
            cursor.take("=")
            table.begin_numbers(cursor.next().text)
        elif cursor.take("ATTACH", "PARTITION"):
            self.script.partitions.append(cursor.path())
        elif cursor.take("INHERIT"):
            self.script.tell(
                table.name, f"it inherits from {cursor.path()[-1]}: its rows are not that table's here", at
            )
        elif cursor.sees("ENABLE", "ROW") or cursor.sees("FORCE", "ROW"):
            self.script.tell(table.name, "its row security is not taken over", at)
        elif cursor.take("COMMENT"):
            cursor.take("=")
            table.about = cursor.next().text

    def _add(self, cursor: Cursor) -> None:
        """ADD a column, several in brackets, a constraint, or a default."""
        if cursor.take("COLUMN"):
            cursor.take("IF", "NOT", "EXISTS")
        if cursor.sees("("):
            for part in split(cursor.group()):
                self._add(cursor.within(part))
        elif cursor.sees("CONSTRAINT") and cursor.peek(2).word == "DEFAULT":
            cursor.at += 2
            self._default_for(cursor)
        elif cursor.sees("DEFAULT"):
            self._default_for(cursor)
        elif not cursor.sees("PARTITION") and not self.keys.read(cursor):
            self.columns.read(cursor)

    def _default_for(self, cursor: Cursor) -> None:
        """T-SQL's DEFAULT … FOR a column."""
        cursor.take("DEFAULT")
        tokens = cursor.until(("FOR",))
        if cursor.take("FOR"):
            column = self.table.column(cursor.name())
            if column is not None:
                self.columns.default(cursor.within(tokens), column)

    def _change(self, cursor: Cursor, *, renames: bool) -> None:
        """MySQL's MODIFY and CHANGE, which say a column anew."""
        cursor.take("COLUMN")
        name = cursor.name()
        column = self.table.column(name)
        if column is None:
            return
        if renames:
            new = cursor.name()
            self._called(column, new)
        column.nullable, column.default, column.numbered = True, None, False
        self.columns.retype(cursor, column)

    def _column(self, cursor: Cursor, column: Column) -> None:
        """ALTER COLUMN: its default, whether it may be empty, its numbers, its type."""
        if cursor.take("SET", "DEFAULT"):
            self.columns.default(cursor, column)
        elif cursor.take("SET", "NOT", "NULL"):
            column.nullable = False
        elif cursor.take("DROP", "NOT", "NULL"):
            column.nullable = True
        elif cursor.take("DROP", "DEFAULT"):
            column.default = None
        elif cursor.take("ADD", "GENERATED"):
            self.columns.generated(cursor, column)
        elif cursor.take("TYPE") or cursor.take("SET", "DATA", "TYPE"):
            self.columns.retype(cursor.within(cursor.until(("USING",))), column)
        elif self.script.dialect == "tsql" and not cursor.sees("ADD"):
            column.nullable = True
            self.columns.retype(cursor, column)

    def _rename(self, cursor: Cursor) -> None:
        """RENAME TO, RENAME COLUMN … TO."""
        table = self.table
        if cursor.take("TO") or cursor.take("AS"):
            self.script.rename(table, cursor.path()[-1])
            return
        if cursor.take_any("CONSTRAINT", "INDEX", "KEY"):
            return
        cursor.take("COLUMN")
        column = table.column(cursor.name())
        if cursor.take("TO") and column is not None:
            self._called(column, cursor.name())

    def _called(self, column: Column, new: str) -> None:
        """Give a column another name, also in the keys."""
        table, old = self.table, column.name.lower()

        def named(names: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(new if name.lower() == old else name for name in names)

        column.name = new
        table.columns = {each.name.lower(): each for each in table.columns.values()}
        table.primary = named(table.primary)
        for key in table.uniques:
            key.columns = named(key.columns)
        for own in table.references:
            own.columns = named(own.columns)
        for other in self.script.all_tables():
            for reference in other.references:
                if self.script.find(reference.path) is table:
                    reference.parents = named(reference.parents)
        for check in table.checks:
            if check.value and check.value.lower() == old:
                check.value = new
