"""One column of a CREATE TABLE: its type, and what stands behind it."""

from __future__ import annotations

from dataclasses import replace

from synth.importing.ddl.cursor import Cursor, UnreadError, split
from synth.importing.ddl.natives import native_of, otherwise
from synth.importing.ddl.tables import Check, Column, Key, Reference, Script, Sql, Table
from synth.importing.ddl.types import UNTYPED, Known, known_type

__all__ = ["Columns", "numbers_of"]

# words with which what stands behind a type begins
_STOPS = frozenset((
    "CONSTRAINT", "NOT", "NULL", "DEFAULT", "PRIMARY", "UNIQUE", "CHECK", "REFERENCES", "COLLATE", "GENERATED", "AS",
    "IDENTITY", "AUTO_INCREMENT", "AUTOINCREMENT", "COMMENT", "ON", "KEY", "VISIBLE", "INVISIBLE", "STORAGE",
    "COMPRESSION", "SPARSE", "ROWGUIDCOL", "PERSISTED", "FOREIGN", "VIRTUAL", "STORED", "WITH", "MASKED", "HIDDEN",
    "DEFERRABLE", "INITIALLY", "ENCODE", "COLUMN_FORMAT", "CHARSET", "FILESTREAM", "REF_SYSTEM_ID", "SRID", "FOR",
    "MATCH", "INDEX", "OPTIONS", "USING", "FIRST", "AFTER", "ENFORCED", "CLUSTERED", "NONCLUSTERED", "ASC", "DESC",
    "NO", "ENCRYPTED", "NOVALIDATE", "INHERIT",
))  # fmt: skip
# of which these stand within expressions
_WITHIN = frozenset(("AS", "KEY", "ASC", "DESC", "FOR", "INDEX", "FIRST", "NO", "CHARSET", "USING", "MATCH"))
_BEHIND_DEFAULT = (_STOPS | {"CHARACTER"}) - _WITHIN


class Columns:
    """Reads columns into a table."""

    def __init__(self, script: Script, table: Table):
        """`table` gets what is read."""
        self.script, self.table = script, table

    def read(self, cursor: Cursor) -> None:
        """Read a column with all that stands behind it. Raises UnreadError."""
        at = cursor.here
        name = cursor.name()
        if self.table.column(name) is not None:
            raise UnreadError(f"the column {name} is there twice", at)
        known, spelt = self._type(cursor, name)
        column = Column(name, known, spelt, at, known.nullable, known.numbered)
        self.table.columns[name.lower()] = column
        if known.default is not None:
            column.default = Sql(known.default, at, self.script.dialect)
        while not cursor.done:
            self._behind(cursor, column)
        for each in column.known.conditions:
            self.table.checks.append(Check(Sql(each.text, at, each.dialect), None, name, each.is_range))

    def retype(self, cursor: Cursor, column: Column) -> None:
        """Give a column another type, with what stands behind it."""
        column.known, column.spelt = self._type(cursor, column.name)
        while not cursor.done:
            self._behind(cursor, column)

    def _type(self, cursor: Cursor, name: str) -> tuple[Known, str]:
        """The type, and how it is spelt."""
        start, at, words, sizes = cursor.at, cursor.here, list[str](), list[str]()
        dimensions = 0
        while not cursor.done:
            token = cursor.peek()
            if token.text == "(" and token.kind == "sign" and words and not sizes:
                sizes = [" ".join(each.text for each in part) for part in split(cursor.group())]
            elif token.text == "[" and token.kind == "sign":
                dimensions += 1
                while not cursor.take("]"):
                    cursor.next()
            elif token.text == "." and token.kind == "sign" and words:
                cursor.next()
                words = []
            elif (token.kind == "name" and not words) or (
                token.word == "WITH" and cursor.peek(1).word in ("TIME", "LOCAL")
            ):
                words.append(cursor.next().text.lower())
            elif (
                not token.word
                or token.word in _STOPS
                or (token.word == "CHARACTER" and cursor.peek(1).word == "SET" and words)
            ):
                break
            elif cursor.take("ARRAY"):
                dimensions += 1
            else:
                words.append(cursor.next().text.lower())
        spelt = self.script.text[at : cursor.tokens[cursor.at - 1].end] if cursor.at > start else ""
        spoken, script = " ".join(words), self.script
        known = self._known(spoken, sizes, dimensions, cursor)
        is_own = spoken in script.own
        native = None
        if not is_own or script.dialect == "duckdb":  # which shows no names of types
            native = native_of(spoken + "[]" * min(dimensions, 1), sizes, spelt, known.type, script.dialect)
        if native is None:
            other = otherwise(spoken, sizes, known.type, script.dialect, is_own=is_own)
            known = replace(known, otherwise=other)
        if known.told:
            kept = f"; {native.database} keeps it in {native.text}" if native else ""
            script.tell(f"{self.table.name}.{name}", known.told + kept, at)
        return replace(known, native=native), spelt

    def _known(self, words: str, sizes: list[str], dimensions: int, cursor: Cursor) -> Known:
        """What a spec has for it. Raises UnreadError where it is nothing, and the column is not computed."""
        if not words:
            if self.script.dialect != "sqlite" and not (cursor.sees("AS") or cursor.sees("GENERATED")):
                raise UnreadError("a column without a type", cursor.here)
            return UNTYPED
        if words.startswith("interval "):
            words = "interval"
        if dimensions > 1:
            return Known(UNTYPED.type, "a spec has no arrays of arrays: it is text here")
        return known_type(words + "[]" * dimensions, sizes, self.script.dialect, self.script.own)

    def _behind(self, cursor: Cursor, column: Column) -> None:
        """One of the clauses behind a type; a word that nobody knows costs only itself."""
        name = cursor.name() if cursor.take("CONSTRAINT") and not cursor.sees("CHECK") else None
        at, table, script = cursor.here, self.table, self.script
        if cursor.take("NOT", "NULL"):
            column.nullable = False
        elif cursor.take("NULL"):
            column.nullable = True
        elif cursor.take("DEFAULT"):
            self.default(cursor, column)
        elif cursor.take("PRIMARY", "KEY") or (script.dialect == "mysql" and cursor.take("KEY")):
            table.primary, column.nullable = (column.name,), False
        elif cursor.take("UNIQUE"):
            cursor.take("KEY")
            table.uniques.append(Key((column.name,), name, at))
        elif cursor.take("CHECK"):
            cursor.take("NOT", "FOR", "REPLICATION")
            table.checks.append(Check(script.sql(cursor.group()), name))
        elif cursor.take("REFERENCES") or cursor.take("FOREIGN", "KEY", "REFERENCES"):
            path = cursor.path()
            table.references.append(
                Reference((column.name,), path, cursor.names() if cursor.sees("(") else (), name, at)
            )
        elif cursor.take("COMMENT"):
            column.about = cursor.next().text
        elif cursor.take("ON"):
            self._action(cursor)
        elif cursor.take_any("AUTO_INCREMENT", "AUTOINCREMENT"):
            column.numbered = True
        elif cursor.take("IDENTITY"):
            self._identity(cursor, column)
        elif cursor.take("GENERATED"):
            self.generated(cursor, column)
        elif cursor.take("AS"):
            column.computed = script.sql(cursor.until(_BEHIND_DEFAULT))
        elif cursor.take("COLLATE") or cursor.take("CHARACTER", "SET") or cursor.take("CHARSET"):
            cursor.take("=")
            cursor.path()
        else:
            cursor.next()

    def default(self, cursor: Cursor, column: Column) -> None:
        """What a column gets where nothing is said: an expression, or the next number of a sequence."""
        tokens = cursor.until(_BEHIND_DEFAULT)
        if cursor.sees("(") and not tokens:
            tokens = cursor.group()
        flat = [token for token in tokens if token.text not in ("(", ")")]
        words = [token.word for token in flat]
        if words[:3] == ["NEXT", "VALUE", "FOR"]:
            self._numbered(column, flat[-1].text)
        elif words[:1] == ["NEXTVAL"]:
            sequence = next((token.text for token in flat if token.kind == "text"), flat[-1].text)
            self._numbered(column, sequence.split(".")[-1].strip('"'))
        else:
            column.default = self.script.sql(tokens)

    def _numbered(self, column: Column, sequence: str) -> None:
        """Let a sequence number a column."""
        column.numbered = True
        start = self.script.sequences.get(sequence.lower(), 1)
        column.starts_at = start if start != 1 else None

    def _identity(self, cursor: Cursor, column: Column) -> None:
        """IDENTITY, with the first number and the step."""
        parts = split(cursor.group()) if cursor.sees("(") else []
        start, step, *_ = (*("".join(token.text for token in part) for part in parts), "1", "1")
        self._begins(column, start, step, cursor.here)

    def _begins(self, column: Column, start: str, step: str, at: int) -> None:
        """Let the database number a column from a number on, in steps."""
        column.numbered, column.nullable = True, False
        column.starts_at = int(start) if start.lstrip("-").isdecimal() and int(start) != 1 else None
        if step not in ("1", "+1"):
            self.script.tell(
                f"{self.table.name}.{column.name}", f"its numbers go up by {step}: here they go up by 1", at
            )

    def generated(self, cursor: Cursor, column: Column) -> None:
        """GENERATED ALWAYS AS (…), or AS IDENTITY."""
        cursor.take_any("ALWAYS", "BY")
        cursor.take("DEFAULT")
        cursor.take("ON", "NULL")
        if not cursor.take("AS"):
            return
        if cursor.take("IDENTITY"):
            start, step = numbers_of(cursor.within(cursor.group())) if cursor.sees("(") else ("1", "1")
            self._begins(column, start, step, cursor.here)
        elif cursor.sees("("):
            column.computed = self.script.sql(cursor.group())

    def _action(self, cursor: Cursor) -> None:
        """What follows ON: an event and what is done then, or where SQL Server keeps an index."""
        event = cursor.next().word
        if event not in ("DELETE", "UPDATE", "CONFLICT"):
            return
        if cursor.take_any("SET", "NO"):
            cursor.next()
        elif not cursor.done:
            cursor.next()
            if cursor.sees("("):
                cursor.group()


def numbers_of(cursor: Cursor) -> tuple[str, str]:
    """The start and the step among the options of a sequence."""
    start, step = "1", "1"
    while not cursor.done:
        if cursor.take("START"):
            cursor.take("WITH")
            cursor.take("=")
            start = _signed(cursor)
        elif cursor.take("INCREMENT"):
            cursor.take("BY")
            cursor.take("=")
            step = _signed(cursor)
        else:
            cursor.next()
    return start, step


def _signed(cursor: Cursor) -> str:
    """A number, with a sign before it."""
    sign = "-" if cursor.take("-") else ""
    return sign + cursor.next().text
