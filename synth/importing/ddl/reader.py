"""Statements one by one into tables: what makes or alters a table is read, what else a text makes is told by name."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from synth.importing.ddl.columns import Columns, Context, numbers_of
from synth.importing.ddl.cursor import Cursor, UnreadError, split
from synth.importing.ddl.finish import Finish
from synth.importing.ddl.keys import Keys
from synth.importing.ddl.lexer import Token
from synth.importing.ddl.statements import OBJECTS, Statement
from synth.importing.ddl.tables import Table
from synth.importing.ddl.types import Known, known_type
from synth.importing.found import Found, Note

__all__ = ["Reader"]

# what is no part of tables, and not worth a word: settings, rights, rows, transactions
_SILENT = frozenset((
    "SET", "SELECT", "USE", "GO", "BEGIN", "COMMIT", "START", "END", "ROLLBACK", "PRINT", "DROP", "LOCK", "UNLOCK", "INSERT", "UPDATE",
    "DELETE", "COPY", "PRAGMA", "ANALYZE", "VACUUM", "IF", "DECLARE", "REPLACE", "TRUNCATE", "SHOW", "CHECKPOINT", "FLUSH", "CALL",
    "EXEC", "EXECUTE", "WITH", "RESET", "LOAD", "INSTALL", "ATTACH", "DETACH", "EXPORT", "IMPORT", "RAISERROR", "MERGE", "REINDEX",
    "REFRESH", "SOURCE", "CHANGE", "DISABLE", "ENABLE", "RETURN", "WHILE", "ELSE", "SECURITY", "REASSIGN", "NOTIFY", "DISCARD", "CLUSTER",
))  # fmt: skip
_UNTOLD = frozenset((
    "SCHEMA", "DATABASE", "EXTENSION", "ROLE", "USER", "LOGIN", "TABLESPACE", "INDEX", "LANGUAGE", "STATISTICS", "XML", "FULLTEXT", "DEFAULT",
    "SERVER", "COLLATION", "CAST", "OPERATOR", "SECRET",
))  # fmt: skip


class Reader:
    """What a text has made so far."""

    def __init__(self, text: str, dialect: str):
        """`dialect` is the database whose text it is."""
        self.text, self.dialect = text, dialect
        self.notes: list[Note] = []
        self.tables: list[Table] = []
        self.failed: list[Note] = []  # tables that could not be read
        self.context = Context(text, dialect, {}, {}, self.tell)
        self._lines = [at for at, sign in enumerate(text) if sign == "\n"]

    def line(self, at: int) -> int:
        """The line of a place in the text."""
        return bisect_right(self._lines, at - 1) + 1 if at > 0 else 1

    def tell(self, where: str, what: str, at: int) -> None:
        """Keep a note."""
        self.notes.append(Note(where, what, self.line(at)))

    def found(self, source: str) -> Found:
        """All that was read. Raises DdlError where it is no table."""
        return Finish(self).found(source)

    def cursor(self, tokens: list[Token]) -> Cursor:
        """A walk over tokens, with names folded as the database folds them."""
        return Cursor(tokens, self.dialect == "postgres")

    def read(self, statement: Statement) -> None:
        """Read a statement, or keep a note of why it is not."""
        cursor = self.cursor(statement.tokens)
        first = cursor.peek().word
        ways: dict[str, Callable[[Cursor], None]] = {
            "CREATE": self._create, "ALTER": self._alter, "COMMENT": self._comment, "EXEC": self._execute, "EXECUTE": self._execute,
        }  # fmt: skip
        try:
            if first in ways:
                ways[first](cursor)
            elif first in ("GRANT", "REVOKE", "DENY"):
                self.tell(first.lower(), "rights are not taken over", statement.tokens[0].start)
            elif first not in _SILENT:
                self.tell("text", f"a statement that begins with '{statement.tokens[0].text}' is not read", cursor.here)
        except UnreadError as error:
            self.tell("statement", f"'{' '.join(t.text for t in statement.tokens[:4])} …' is not read: {error}",
                      error.at or statement.tokens[0].start)  # fmt: skip

    def _create(self, cursor: Cursor) -> None:
        """CREATE of anything."""
        at = cursor.here
        cursor.next()
        kinds = list[str]()
        while not cursor.done and cursor.peek().word not in OBJECTS:
            kinds.append(cursor.next().word)
        made = cursor.next().word
        if made == "TABLE":
            self._create_table(cursor, kinds, at)
        elif made == "INDEX":
            if "UNIQUE" in kinds:
                self._create_index(cursor, at)
        elif made in ("TYPE", "DOMAIN"):
            self._create_type(cursor, made)
        elif made == "SEQUENCE":
            cursor.take("IF", "NOT", "EXISTS")
            name = cursor.path()[-1]
            start, _ = numbers_of(cursor)
            if start.lstrip("-").isdigit():
                self.context.sequences[name.lower()] = int(start)
        elif made not in _UNTOLD:
            cursor.take("TRIGGER")
            cursor.take("IF", "NOT", "EXISTS")
            name = cursor.path()[-1]
            self.tell(name, f"a {made.lower()} is not taken over".replace("a event", "an event"), at)

    def _create_table(self, cursor: Cursor, kinds: list[str], at: int) -> None:
        """CREATE TABLE, of whatever kind."""
        cursor.take("IF", "NOT", "EXISTS")
        if cursor.peek().text == "#":
            return
        start = cursor.here
        path = cursor.path()
        name = path[-1]
        if not {"TEMPORARY", "TEMP"}.isdisjoint(kinds):
            return
        if "VIRTUAL" in kinds:
            self.tell(name, "a virtual table is not taken over", at)
            return
        if cursor.take("PARTITION", "OF"):
            return
        if cursor.take("OF"):
            self.tell(name, "a table of a composite type is not read", at)
            return
        if cursor.sees("AS") or cursor.sees("SELECT") or (cursor.sees("WITH") and not cursor.sees("WITH", "(")):
            self.tell(name, "a table that a query fills is not taken over: its columns are the query's", at)
            return
        if self.find(path) is not None:
            self.tell(name, "it is made twice: the first one counts", at)
            return
        table = Table(path, start)
        try:
            if cursor.take("LIKE"):
                self._like(cursor, table)
            else:
                inside = cursor.group()
                if cursor.within(inside).take("LIKE") and len(split(inside)) == 1 and self.dialect == "mysql":
                    inner = cursor.within(inside)
                    inner.next()
                    self._like(inner, table)
                else:
                    self._body(cursor, inside, table)
                self._options(cursor, table)
        except UnreadError as error:
            note = Note(name, f"the table is not read: {error}", self.line(error.at or at))
            self.failed.append(note)
            self.notes.append(note)
            return
        self.tables.append(table)

    def _body(self, cursor: Cursor, inside: list[Token], table: Table) -> None:
        """What stands between the brackets of a table."""
        columns, keys = Columns(self.context, table), Keys(self.context, table)
        for part in split(inside):
            each = cursor.within(part)
            if each.sees("LIKE"):
                each.next()
                self._like(each, table)
            elif not keys.read(each):
                columns.read(each)
                while not each.done:
                    each.next()

    def _like(self, cursor: Cursor, table: Table) -> None:
        """The columns of another table."""
        path = cursor.path()
        other = self.find(path)
        if other is None:
            raise UnreadError(f"it is made like {'.'.join(path)}, which the text does not make before it", cursor.here)
        table.columns.update({key: _copy(column) for key, column in other.columns.items()})
        whole = self.dialect in ("mysql", "sqlite")
        parts = {token.word for token in cursor.tokens[cursor.at :]}
        if whole or "ALL" in parts or "INDEXES" in parts:
            table.primary, table.uniques = other.primary, list(other.uniques)
        if whole or "ALL" in parts or "CONSTRAINTS" in parts:
            table.checks = list(other.checks)
        cursor.at = len(cursor.tokens)

    def _options(self, cursor: Cursor, table: Table) -> None:
        """What stands behind the brackets of a table."""
        while not cursor.done:
            if cursor.take("COMMENT"):
                cursor.take("=")
                table.about = cursor.next().text
            elif cursor.take("AUTO_INCREMENT"):
                cursor.take("=")
                start = cursor.next().text
                for column in table.columns.values():
                    if column.numbered and start.isdigit() and int(start) > 1:
                        column.starts_at = int(start)
            elif cursor.take("INHERITS"):
                parents = [cursor.within(part).path() for part in split(cursor.group())]
                for path in parents:
                    other = self.find(path)
                    if other is not None:
                        table.columns = {**{key: _copy(each) for key, each in other.columns.items()}, **table.columns}
                names = ", ".join(path[-1] for path in parents)
                self.tell(
                    table.name, f"it inherits from {names}: it has their columns, and its rows are not theirs", table.at
                )
            elif cursor.take("PARTITION", "BY"):
                return
            elif cursor.take("AS") or cursor.take("SELECT"):
                self.tell(table.name, "the query that fills it is not read", table.at)
                return
            else:
                cursor.next()

    def _create_index(self, cursor: Cursor, at: int) -> None:
        """CREATE UNIQUE INDEX."""
        cursor.take("CONCURRENTLY")
        cursor.take("IF", "NOT", "EXISTS")
        name = None if cursor.sees("ON") else cursor.path()[-1]
        while not cursor.take("ON"):
            cursor.next()
        cursor.take("ONLY")
        path = cursor.path()
        if cursor.take("USING"):
            cursor.next()
        table = self.find(path)
        if table is None:
            return
        Keys(self.context, table).unique(cursor, name, at)

    def _create_type(self, cursor: Cursor, made: str) -> None:
        """CREATE TYPE and CREATE DOMAIN."""
        at = cursor.here
        name = cursor.path()[-1].lower()
        if cursor.take("AS", "ENUM"):
            labels = ["".join(token.text for token in part) for part in split(cursor.group())]
            known = known_type("enum", labels, "mysql", {})
            self.context.own[name] = known
        elif made == "DOMAIN" or cursor.take("FROM"):
            cursor.take("AS")
            self.context.own[name] = self._domain(cursor, name)
        elif cursor.take("AS") and not cursor.sees("(") and self.dialect == "duckdb":
            self.context.own[name] = self._domain(cursor, name)
        elif not cursor.done:
            self.tell(name, "a composite type is not taken over: columns of it are text", at)
            self.context.own[name] = Known(
                known_type("text", (), "", {}).type, f"a spec has no type {name}: it is text here"
            )

    def _domain(self, cursor: Cursor, name: str) -> Known:
        """A domain: a type, and the conditions of its values. It is read as a table of the one column VALUE."""
        table = Table([name], cursor.here)
        value = Token("name", "VALUE", cursor.here, cursor.here)
        column = Columns(self.context, table).read(cursor.within([value, *cursor.tokens[cursor.at :]]))
        checks = tuple((sql.text, None, sql.dialect) for sql, _, _ in table.checks)
        default = column.default.text if column.default else None
        return Known(column.known.type, column.known.told, checks, column.numbered, column.nullable, default)

    def _alter(self, cursor: Cursor) -> None:
        """ALTER TABLE, and of a sequence its owner."""
        at = cursor.here
        cursor.next()
        if cursor.take("SEQUENCE"):
            cursor.take("IF", "EXISTS")
            name = cursor.path()[-1]
            while not cursor.done and not cursor.take("OWNED", "BY"):
                cursor.next()
            owner = cursor.path() if not cursor.done and not cursor.sees("NONE") else []
            table = self.find(owner[:-1]) if len(owner) > 1 else None
            column = table.columns.get(owner[-1].lower()) if table else None
            if column is not None:
                column.numbered = True
                start = self.context.sequences.get(name.lower(), 1)
                column.starts_at = start if start != 1 else column.starts_at
            return
        if not (cursor.take("TABLE") or cursor.take("FOREIGN", "TABLE")):
            return
        cursor.take("IF", "EXISTS")
        cursor.take("ONLY")
        path = cursor.path()
        table = self.find(path)
        if table is None:
            if cursor.sees("ADD"):
                self.tell(path[-1], "it is altered, and the text does not make it before", at)
            return
        keys = Keys(self.context, table)
        for part in split(cursor.tokens[cursor.at :]):
            keys.alter(cursor.within(part), Columns(self.context, table))

    def _comment(self, cursor: Cursor) -> None:
        """COMMENT ON TABLE and ON COLUMN."""
        cursor.next()
        cursor.take("ON")
        if cursor.take("TABLE"):
            table = self.find(cursor.path())
            if table is not None and cursor.take("IS"):
                table.about = _comment_of(cursor)
        elif cursor.take("COLUMN"):
            path = cursor.path()
            table = self.find(path[:-1]) if len(path) > 1 else None
            column = table.columns.get(path[-1].lower()) if table else None
            if column is not None and cursor.take("IS"):
                column.about = _comment_of(cursor)

    def _execute(self, cursor: Cursor) -> None:
        """SQL Server's own way to comment, and to make types."""
        cursor.next()
        if cursor.take("@", "x", "="):
            return
        name = cursor.path()[-1].lower()
        if name != "sp_addextendedproperty":
            return
        given, order = (
            dict[str, str](),
            ["name", "value", "level0type", "level0name", "level1type", "level1name", "level2type", "level2name"],
        )
        for place, part in enumerate(split(cursor.tokens[cursor.at :])):
            texts = [
                token.text
                for token in part
                if token.kind in ("text", "name", "word") and not token.text.startswith("@")
            ]
            named = part[0].text[1:].lower() if part[0].text.startswith("@") and len(part) > 2 else ""
            key = named or (order[place] if place < len(order) else "")
            given[key] = texts[-1] if texts else ""
        if given.get("name", "").lower() != "ms_description" or given.get("level1type", "").lower() != "table":
            return
        table = self.find([given.get("level0name", ""), given.get("level1name", "")])
        if table is None:
            return
        if given.get("level2type", "").lower() == "column":
            column = table.columns.get(given.get("level2name", "").lower())
            if column is not None:
                column.about = given["value"]
        elif not given.get("level2type"):
            table.about = given["value"]

    def find(self, path: list[str]) -> Table | None:
        """The table of a name, in whatever letters: of that schema, if it is said, or of any where only one has it."""
        name = path[-1].lower() if path else ""
        alike = [table for table in self.tables if table.name.lower() == name]
        exact = [table for table in alike if table.name == path[-1]] if len(alike) > 1 else alike
        alike = exact or alike
        if len(path) > 1 and path[-2]:
            of_schema = [table for table in alike if table.schema.lower() == path[-2].lower()]
            bare = [table for table in alike if not table.schema]
            return (of_schema or bare or [None])[0]
        return next((table for table in alike if not table.schema), alike[0] if alike else None)


def _comment_of(cursor: Cursor) -> str | None:
    """The text of a comment, or none for NULL."""
    token = cursor.next()
    return token.text if token.kind == "text" else None


def _copy(column):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(column)
