"""Statements one by one: what makes or alters a table is read, what else a text makes is told by its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from synth.importing.ddl.alter import Alter
from synth.importing.ddl.columns import Columns, numbers_of
from synth.importing.ddl.cursor import Cursor, UnreadError, split
from synth.importing.ddl.keys import Keys
from synth.importing.ddl.lexer import Token
from synth.importing.ddl.statements import OBJECTS
from synth.importing.ddl.tables import Script, Table
from synth.importing.ddl.types import UNTYPED, Known, known_type

__all__ = ["Reader"]

# what is no part of tables, and not worth a word: settings, rows, transactions
_SILENT = frozenset((
    "SET", "SELECT", "USE", "GO", "BEGIN", "COMMIT", "START", "END", "ROLLBACK", "PRINT", "DROP", "LOCK", "UNLOCK",
    "INSERT", "UPDATE", "DELETE", "COPY", "PRAGMA", "ANALYZE", "VACUUM", "IF", "DECLARE", "REPLACE", "TRUNCATE",
    "SHOW", "CHECKPOINT", "FLUSH", "CALL", "EXEC", "EXECUTE", "WITH", "RESET", "LOAD", "INSTALL", "ATTACH", "DETACH",
    "EXPORT", "IMPORT", "RAISERROR", "MERGE", "REINDEX", "REFRESH", "SOURCE", "CHANGE", "DISABLE", "ENABLE",
    "RETURN", "WHILE", "ELSE", "SECURITY", "REASSIGN", "NOTIFY", "DISCARD", "CLUSTER", "VALUES", "WAITFOR", "THROW",
    "DBCC", "CHECKSUM", "OPTIMIZE", "DO", "KILL", "BULK",
))  # fmt: skip
_UNTOLD = frozenset((
    "SCHEMA", "DATABASE", "EXTENSION", "ROLE", "USER", "LOGIN", "TABLESPACE", "INDEX", "LANGUAGE", "STATISTICS", "XML",
    "FULLTEXT", "SERVER", "COLLATION", "CAST", "OPERATOR", "SECRET", "CERTIFICATE", "PARTITION",
))  # fmt: skip
_MOST_TRIES = 50  # to read on within statements of a text that are broken
_PROPERTY = ("name", "value", "level0type", "level0name", "level1type", "level1name", "level2type", "level2name")


class Reader:
    """Reads statements into a script."""

    def __init__(self, script: Script):
        """`script` gets what is read."""
        self.script = script
        self._tries = 0
        self._ways: dict[str, Callable[[Cursor], None]] = {
            "CREATE": self._create, "ALTER": self._alter, "COMMENT": self._comment, "EXEC": self._execute,
            "DROP": self._drop, "EXECUTE": self._execute, "IF": self._conditional, "SET": self._set, "USE": self._use,
            "RENAME": self._rename,
            **dict.fromkeys(("GRANT", "REVOKE", "DENY"), self._rights),
        }  # fmt: skip

    def read(self, tokens: Sequence[Token]) -> None:
        """Read a statement, or keep a note of why it is not."""
        cursor = self.script.cursor(tokens)
        first = cursor.peek().word
        try:
            if first in self._ways:
                self._ways[first](cursor)
            elif first not in _SILENT:
                quote = cursor.peek().kind == "sign" and cursor.peek().text in "'\"`"
                what = "a quote is not closed" if quote else f"what begins with '{tokens[0].text[:40]}' is not read"
                self.script.tell("statement", what, cursor.here)
        except UnreadError as error:
            begin = " ".join(token.text for token in tokens[:4])
            self.script.tell("statement", f"'{begin[:60]} …' is not read: {error}", error.at or tokens[0].start)

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
        elif made == "INDEX" and "UNIQUE" in kinds:
            self._create_index(cursor, at)
        elif made in ("TYPE", "DOMAIN"):
            self._create_type(cursor, made)
        elif made == "SEQUENCE":
            cursor.take("IF", "NOT", "EXISTS")
            name = cursor.path()[-1]
            start, _ = numbers_of(cursor)
            if start.lstrip("-").isdecimal():
                self.script.sequences[name.lower()] = int(start)
        elif made not in _UNTOLD:
            cursor.take("TRIGGER")
            cursor.take("IF", "NOT", "EXISTS")
            path = cursor.path()
            if made == "VIEW":  # as MySQL's dumps make a table first where a view is to be
                self.script.remove(path)
            what = "event trigger" if made == "EVENT" and self.script.dialect == "postgres" else made.lower()
            self.script.tell(path[-1], f"{'an' if what[0] in 'ae' else 'a'} {what} is not taken over", at)

    def _create_table(self, cursor: Cursor, kinds: list[str], at: int) -> None:
        """CREATE TABLE, of whatever kind."""
        script = self.script
        cursor.take("IF", "NOT", "EXISTS")
        if cursor.sees("#"):  # a temporary one
            return
        start = cursor.here
        path = script.full(cursor.path())
        name = path[-1]
        if not {"TEMPORARY", "TEMP"}.isdisjoint(kinds):
            return
        if cursor.take("PARTITION", "OF"):
            script.partitions.append(path)
            return
        why = _no_table(cursor, kinds)
        if why is None and script.has(path):
            why = "it is made twice: the first time counts"
        if why is not None:
            script.tell(name, why, at)
            return
        table = Table(path, start)
        try:
            self._table(cursor, table)
        except UnreadError as error:
            script.tell(name, f"the table is not read: {error}", error.at or at, failed=True)
            self._again(cursor)
            return
        script.add(table)

    def _table(self, cursor: Cursor, table: Table) -> None:
        """What stands behind the name of a table. Raises UnreadError."""
        if cursor.take("LIKE"):
            self._like(cursor, table)
            return
        if cursor.sees("INHERITS"):
            self._options(cursor, table)
            return
        parts = split(cursor.group())
        lost: UnreadError | None = None
        for part in parts:
            each = cursor.within(part)
            try:
                self._part(each, table)
            except UnreadError as error:
                lost = error
                self.script.tell(
                    table.name,
                    f"'{' '.join(t.text for t in part[:3])} …' is not read: {error}",
                    error.at or part[0].start,
                )
        if lost is not None and not table.columns:
            raise lost
        self._options(cursor, table)

    def _part(self, cursor: Cursor, table: Table) -> None:
        """A column, a constraint, or LIKE."""
        open_quote = next((token for token in cursor.tokens if token.kind == "sign" and token.text in "'\"`"), None)
        if open_quote is not None:
            raise UnreadError("a quote is not closed", open_quote.start)
        if cursor.take("LIKE"):
            self._like(cursor, table)
        elif not Keys(self.script, table).read(cursor):
            Columns(self.script, table).read(cursor)

    def _like(self, cursor: Cursor, table: Table) -> None:
        """The columns of another table, and its keys where they are asked for, or always come."""
        path = cursor.path()
        other = self.script.find(path)
        if other is None:
            raise UnreadError(f"it is made like {'.'.join(path)}, which the text does not make before it", cursor.here)
        table.take_columns(other)
        parts = {token.word for token in cursor.tokens[cursor.at :]}
        everything = self.script.dialect == "mysql" or "ALL" in parts
        if everything or "INDEXES" in parts:
            table.primary, table.uniques = other.primary, list(other.uniques)
        if everything or "CONSTRAINTS" in parts:
            table.checks = list(other.checks)

    def _options(self, cursor: Cursor, table: Table) -> None:
        """What stands behind the brackets of a table."""
        while not cursor.done:
            if cursor.take("COMMENT"):
                cursor.take("=")
                table.about = cursor.next().text
            elif cursor.take("AUTO_INCREMENT"):
                cursor.take("=")
                table.begin_numbers(cursor.next().text)
            elif cursor.take("INHERITS"):
                parents = [cursor.within(part).path() for part in split(cursor.group())]
                for other in filter(None, map(self.script.find, parents)):
                    table.take_columns(other)
                    table.checks += [each for each in other.checks if each not in table.checks]
                names = ", ".join(path[-1] for path in parents)
                self.script.tell(table.name, f"it inherits from {names}: its rows are not that table's here", table.at)
            elif cursor.take("PARTITION", "BY"):
                return
            elif cursor.take("WITHOUT", "ROWID"):
                table.has_rowid = False
            elif cursor.take("AS") or cursor.take("SELECT"):
                self.script.tell(table.name, "the query that fills it is not read", table.at)
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
        while not cursor.sees("("):
            cursor.next()
        table = self.script.find(path)
        if table is not None:
            Keys(self.script, table).unique(cursor, name, at)

    def _create_type(self, cursor: Cursor, made: str) -> None:
        """CREATE TYPE and CREATE DOMAIN."""
        script, name = self.script, cursor.path()[-1].lower()
        if cursor.take("AS", "ENUM") and cursor.sees("("):
            labels = ["".join(token.text for token in part) for part in split(cursor.group())]
            script.own[name] = known_type("enum", labels, script.dialect, {})
        elif made == "DOMAIN" or cursor.take("FROM"):
            cursor.take("AS")
            script.own[name] = self._domain(cursor, name)
        elif script.dialect == "duckdb" and cursor.take("AS"):
            script.own[name] = self._domain(cursor, name)
        elif not cursor.done:
            script.own[name] = Known(UNTYPED.type, f"a spec has no type {name}: it is text here")

    def _domain(self, cursor: Cursor, name: str) -> Known:
        """A domain, which is read as a table of the one column VALUE. Raises UnreadError."""
        table = Table([name], cursor.here)
        value = Token("name", "VALUE", cursor.here, cursor.here)
        Columns(self.script, table).read(cursor.within([value, *cursor.tokens[cursor.at :]]))
        column = table.columns["value"]
        return column.known.with_domain(
            [(each.sql.text, each.sql.dialect) for each in table.checks if not each.value],
            column.nullable,
            column.default.text if column.default else None,
        )

    def _alter(self, cursor: Cursor) -> None:
        """ALTER TABLE, and of a sequence its owner."""
        at = cursor.here
        cursor.next()
        if cursor.take("SEQUENCE"):
            self._owned(cursor)
        if not (cursor.take("TABLE") or cursor.take("FOREIGN", "TABLE")):
            return
        cursor.take("IF", "EXISTS")
        cursor.take("ONLY")
        path = cursor.path()
        table = self.script.find(path)
        if table is not None:
            Alter(self.script, table).read(cursor)
        elif cursor.sees("ADD") and self.script.full(path) not in self.script.partitions:
            self.script.tell(path[-1], "it is altered, and the text does not make it before", at)

    def _owned(self, cursor: Cursor) -> None:
        """OWNED BY: the column that a sequence numbers."""
        cursor.take("IF", "EXISTS")
        name = cursor.path()[-1]
        while not cursor.take("OWNED", "BY"):
            if cursor.done:
                return
            cursor.next()
        *path, owner = cursor.path()
        table = self.script.find(path)
        column = table.column(owner) if table else None
        if column is not None:
            column.numbered = True
            start = self.script.sequences.get(name.lower(), 1)
            column.starts_at = start if start != 1 else column.starts_at

    def _comment(self, cursor: Cursor) -> None:
        """COMMENT ON TABLE and ON COLUMN."""
        cursor.next()
        cursor.take("ON")
        of_table = cursor.take("TABLE")
        if not of_table and not cursor.take("COLUMN"):
            return
        path = cursor.path()
        table = self.script.find(path if of_table else path[:-1])
        column = table.column(path[-1]) if table and not of_table else None
        if not cursor.take("IS"):
            return
        token = cursor.next()
        told = column or (table if of_table else None)
        if told is not None:
            told.about = token.text if token.kind == "text" else None

    def _execute(self, cursor: Cursor) -> None:
        """SQL Server's way to write comments."""
        cursor.next()
        if (
            cursor.peek().kind == "sign"
            or cursor.peek().text.startswith("@")
            or cursor.path()[-1].lower() != "sp_addextendedproperty"
        ):
            return
        given = dict[str, str]()
        for key, part in zip(_PROPERTY, split(cursor.tokens[cursor.at :]), strict=False):
            named = part[0].text[1:].lower() if part[0].text.startswith("@") and len(part) > 2 else key
            given[named] = part[-1].text
        if given.get("name", "").lower() != "ms_description" or given.get("level1type", "").lower() != "table":
            return
        table = self.script.find([given.get("level0name", ""), given.get("level1name", "")])
        of_column = given.get("level2type", "").lower() == "column"
        told = table.column(given.get("level2name", "")) if of_column and table else table
        if told is not None and (of_column or given.get("level2type", "NULL").upper() == "NULL"):
            told.about = given.get("value")

    def _drop(self, cursor: Cursor) -> None:
        """DROP TABLE, as far as the text made it."""
        cursor.next()
        if cursor.take("TABLE"):
            cursor.take("IF", "EXISTS")
            for part in split(cursor.tokens[cursor.at :]):
                self.script.remove(cursor.within(part).path())

    def _conditional(self, cursor: Cursor) -> None:
        """IF … CREATE TABLE, in one line."""
        self._again(cursor)

    def _again(self, cursor: Cursor) -> None:
        """Read on from the next CREATE TABLE within a statement, a bounded number of times."""
        following = _next_table(cursor.tokens)
        if following and self._tries < _MOST_TRIES:
            self._tries += 1
            self.read(following)

    def _set(self, cursor: Cursor) -> None:
        """SET search_path: the schema of names that say none."""
        cursor.next()
        if cursor.take("SEARCH_PATH"):
            cursor.take_any("=", "TO")
            schema = cursor.peek().text
            self.script.schema = "" if schema.lower() in ("pg_catalog", "default", '""') else schema.strip("'\"")

    def _use(self, cursor: Cursor) -> None:
        """USE: MySQL's databases are its schemas."""
        cursor.next()
        if self.script.dialect in ("mysql", "duckdb"):
            self.script.schema = cursor.path()[-1]

    def _rename(self, cursor: Cursor) -> None:
        """MySQL's RENAME TABLE."""
        cursor.next()
        cursor.take("TABLE")
        for part in split(cursor.tokens[cursor.at :]):
            each = cursor.within(part)
            table = self.script.find(each.path())
            if each.take("TO") and table is not None:
                self.script.rename(table, each.path()[-1])

    def _rights(self, cursor: Cursor) -> None:
        """GRANT and REVOKE."""
        at = cursor.here
        what = cursor.next().word.lower()
        while not cursor.done and not cursor.take("ON"):
            cursor.next()
        cursor.take_any("TABLE", "SEQUENCE", "SCHEMA", "FUNCTION", "DATABASE", "TYPE")
        name = cursor.path()[-1] if cursor.peek().kind in ("word", "name") else what
        self.script.tell(name, f"{what} of rights is not taken over", at)


def _no_table(cursor: Cursor, kinds: list[str]) -> str | None:
    """Why what is made is not read as a table; None if it is."""
    if "VIRTUAL" in kinds:
        return "a virtual table is not taken over"
    if cursor.take("OF"):
        return "a table of a composite type is not read"
    if cursor.sees("AS") or cursor.sees("SELECT") or (cursor.sees("WITH") and not cursor.sees("WITH", "(")):
        return "a table that a query makes is not taken over: its columns are the query's"
    return None


def _next_table(tokens: Sequence[Token]) -> Sequence[Token]:
    """The tokens from the next CREATE TABLE on, behind the first word; none where there is none."""
    for place in range(1, len(tokens) - 1):
        if tokens[place].word == "CREATE" and tokens[place + 1].word == "TABLE":
            return tokens[place:]
    return ()
