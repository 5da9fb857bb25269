"""What stands beside the columns of a table: keys, references and conditions, in its brackets or by ALTER TABLE."""

from __future__ import annotations

from synth.importing.ddl.columns import Columns, Context
from synth.importing.ddl.cursor import Cursor, split
from synth.importing.ddl.tables import Key, Reference, Table

__all__ = ["Keys"]


class Keys:
    """Reads constraints into a table."""

    def __init__(self, context: Context, table: Table):
        """`table` gets what is read."""
        self.context, self.table = context, table

    def read(self, cursor: Cursor) -> bool:
        """Read a constraint, and say whether it was one; else a column stands there."""
        start, at, name = cursor.at, cursor.here, None
        if cursor.take("CONSTRAINT"):
            name = (
                None
                if cursor.sees("PRIMARY") or cursor.sees("CHECK") or cursor.sees("UNIQUE") or cursor.sees("FOREIGN")
                else cursor.name()
            )
        indexes = ("mysql", "tsql")
        if cursor.take("PRIMARY", "KEY"):
            _to_bracket(cursor)
            self.table.primary = cursor.names()
        elif cursor.sees("UNIQUE") and self._is_key(cursor, 1):
            cursor.next()
            cursor.take_any("KEY", "INDEX")
            if not cursor.sees("("):
                name = self._index_name(cursor) or name
            self.unique(cursor, name, at)
        elif cursor.take("FOREIGN", "KEY"):
            if not cursor.sees("("):
                given = cursor.name()
                name = name or given
            columns = cursor.names()
            self._references(cursor, columns, name, at)
        elif cursor.sees("CHECK", "(") or cursor.sees("CHECK", "NOT"):
            cursor.next()
            while not cursor.sees("("):
                cursor.next()
            self.table.checks.append((self.context.sql(cursor.group()), name, None))
        elif cursor.take("EXCLUDE"):
            self.context.tell(self.table.name, "an exclusion of rows that overlap is not taken over", at)
        elif name is not None:
            self.context.tell(self.table.name, f"the constraint {name} is not understood", at)
        elif (self.context.dialect in indexes and self._is_index(cursor)) or cursor.sees("PERIOD", "FOR"):
            pass
        else:
            cursor.at = start
            return False
        return True

    def _is_key(self, cursor: Cursor, ahead: int) -> bool:
        """Whether a bracket follows within a few words, as behind UNIQUE; a column of that name has a type there."""
        return any(cursor.peek(ahead + n).text == "(" for n in range(6))

    def _is_index(self, cursor: Cursor) -> bool:
        """Whether it is an index, of which nothing is kept."""
        if cursor.take_any("FULLTEXT", "SPATIAL"):
            return True
        if cursor.sees("KEY") or cursor.sees("INDEX"):
            behind = cursor.peek(1), cursor.peek(2)
            return behind[0].text == "(" or behind[1].text in ("(", "USING") or behind[1].word in (
                "USING", "UNIQUE", "CLUSTERED", "NONCLUSTERED", "TYPE",
            )  # fmt: skip
        return False

    def _index_name(self, cursor: Cursor) -> str | None:
        name = None
        while not cursor.sees("(") and not cursor.done:
            if cursor.take_any("CLUSTERED", "NONCLUSTERED", "USING", "BTREE", "HASH", "NULLS", "NOT", "DISTINCT"):
                continue
            name = cursor.name()
        return name

    def unique(self, cursor: Cursor, name: str | None, at: int) -> None:
        """UNIQUE (…), or the columns of a unique index, and the condition of a partial one."""
        _to_bracket(cursor)
        columns = list[str]()
        for part in split(cursor.group()):
            each = cursor.within(part)
            plain = [token for token in part if token.kind in ("word", "name", "text")]
            if len(part) > 1 and part[1].text == "(" and not part[2:3][0].text.isdigit():
                self.context.tell(
                    self.table.name, f"{name or 'an index'} is unique over an expression: not taken over", at
                )
                return
            if part[0].text == "(" or not plain:
                self.context.tell(
                    self.table.name, f"{name or 'an index'} is unique over an expression: not taken over", at
                )
                return
            columns.append(each.path()[-1])
        where = None
        while not cursor.done:
            if cursor.take("WHERE"):
                where = self.context.sql(list(cursor.until(("WITH", "TABLESPACE", "ON", "INCLUDE"))))
            else:
                cursor.next()
        self.table.uniques.append(Key(tuple(columns), name, at, where))

    def _references(self, cursor: Cursor, columns: tuple[str, ...], name: str | None, at: int) -> None:
        """REFERENCES and what follows."""
        while not cursor.take("REFERENCES"):
            cursor.next()
        path = cursor.path()
        parents = cursor.names() if cursor.sees("(") else ()
        self.table.references.append(Reference(columns, path, parents, name, at))

    def alter(self, cursor: Cursor, columns: Columns) -> None:
        """One of the things that an ALTER TABLE does."""
        if cursor.take("WITH"):
            cursor.next()
        if cursor.take("ALTER"):
            cursor.take("COLUMN")
            self._alter_column(cursor, columns)
        elif cursor.take("MODIFY") or cursor.take("CHANGE"):
            changed = cursor.tokens[cursor.at - 1].word == "CHANGE"
            cursor.take("COLUMN")
            if changed:
                self.table.columns.pop(cursor.name().lower(), None)
            columns.read(cursor)
        elif cursor.take("ADD"):
            if cursor.take("COLUMN"):
                cursor.take("IF", "NOT", "EXISTS")
            if cursor.sees("("):
                for part in split(cursor.group()):
                    self.alter(cursor.within(part), columns)
            elif cursor.sees("CONSTRAINT") and cursor.peek(2).word == "DEFAULT":
                cursor.next()
                cursor.next()
                self._default_for(cursor, columns)
            elif cursor.sees("DEFAULT"):
                self._default_for(cursor, columns)
            elif cursor.sees("PARTITION"):
                return
            elif not self.read(cursor):
                columns.read(cursor)
        elif cursor.sees("CONSTRAINT") or cursor.sees("PRIMARY") or cursor.sees("UNIQUE") or cursor.sees("FOREIGN"):
            self.read(cursor)
        elif cursor.take("INHERIT"):
            self.context.tell(self.table.name, f"it inherits from {cursor.path()[-1]}: not taken over", cursor.here)
        elif cursor.take("AUTO_INCREMENT"):
            cursor.take("=")
            start = cursor.next().text
            for column in self.table.columns.values():
                if column.numbered and start.isdigit() and int(start) > 1:
                    column.starts_at = int(start)
        elif cursor.take("ATTACH", "PARTITION"):
            self.partitions.append(cursor.path())

    @property
    def partitions(self) -> list[list[str]]:
        """Tables that became parts of others."""
        return self.context.partitions

    def _default_for(self, cursor: Cursor, columns: Columns) -> None:
        """T-SQL's ADD CONSTRAINT … DEFAULT … FOR a column."""
        cursor.take("DEFAULT")
        tokens = cursor.until(("FOR",))
        cursor.take("FOR")
        column = self.table.columns.get(cursor.name().lower())
        if column is not None:
            columns.default(cursor.within(tokens), column)

    def _alter_column(self, cursor: Cursor, columns: Columns) -> None:
        """ALTER COLUMN: its default, whether it may be empty, its numbers."""
        name = cursor.name()
        column = self.table.columns.get(name.lower())
        if column is None:
            return
        if cursor.take("SET", "DEFAULT"):
            columns.default(cursor, column)
        elif cursor.take("SET", "NOT", "NULL"):
            column.nullable = False
        elif cursor.take("DROP", "NOT", "NULL"):
            column.nullable = True
        elif cursor.take("DROP", "DEFAULT"):
            column.default = None
        elif cursor.take("ADD", "GENERATED"):
            columns.generated(cursor, column)
        elif (
            cursor.take("TYPE")
            or cursor.take("SET", "DATA", "TYPE")
            or (cursor.peek().kind in ("word", "name")
            and columns.context.dialect == "tsql")
        ):
            columns.retype(cursor, column)


def _to_bracket(cursor: Cursor) -> None:
    """Walk over what stands before a bracket: CLUSTERED, USING BTREE, NULLS NOT DISTINCT."""
    while not cursor.sees("("):
        cursor.next()
