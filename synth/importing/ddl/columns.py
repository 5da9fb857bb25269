"""One column of a CREATE TABLE: its type, and what stands behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from synth.importing.ddl.cursor import Cursor, UnreadError, split
from synth.importing.ddl.lexer import Token
from synth.importing.ddl.tables import Column, Key, Reference, Sql, Table
from synth.importing.ddl.types import Known, known_type

__all__ = ["Columns", "Context"]

# words that end a type, and an expression: what stands behind begins with them
_STOPS = frozenset((
    "CONSTRAINT", "NOT", "NULL", "DEFAULT", "PRIMARY", "UNIQUE", "CHECK", "REFERENCES", "COLLATE", "GENERATED", "AS", "IDENTITY",
    "AUTO_INCREMENT", "AUTOINCREMENT", "COMMENT", "ON", "KEY", "VISIBLE", "INVISIBLE", "STORAGE", "COMPRESSION", "SPARSE",
    "ROWGUIDCOL", "PERSISTED", "FOREIGN", "VIRTUAL", "STORED", "WITH", "MASKED", "HIDDEN", "DEFERRABLE", "INITIALLY", "ENCODE",
    "COLUMN_FORMAT", "CHARSET", "FILESTREAM", "REF_SYSTEM_ID", "SRID", "FOR", "MATCH", "INDEX", "OPTIONS", "USING", "FIRST",
    "AFTER", "ENFORCED", "CLUSTERED", "NONCLUSTERED", "ASC", "DESC", "NO", "ENCRYPTED", "NOVALIDATE", "INHERIT",
))  # fmt: skip
# of which these are part of an expression where they stand in its midst
_EXPRESSION_STOPS = (_STOPS | {"CHARACTER"}) - {
    "AS",
    "KEY",
    "ASC",
    "DESC",
    "FOR",
    "INDEX",
    "FIRST",
    "NO",
    "CHARSET",
    "USING",
    "MATCH",
}


@dataclass
class Context:
    """What all tables of a text share: its dialect, the types that it makes, where sequences begin, and who hears of things."""

    text: str
    dialect: str
    own: dict[str, Known]
    sequences: dict[str, int]
    tell: Callable[[str, str, int], None]  # where, what, at
    partitions: list[list[str]] = field(default_factory=list)  # tables that became parts of others

    def sql(self, tokens: list[Token]) -> Sql:
        """An expression of these tokens."""
        if not tokens:
            raise UnreadError("an expression is missing", 0)
        return Sql(self.text[tokens[0].start : tokens[-1].end], tokens[0].start, self.dialect)


class Columns:
    """Reads columns into a table."""

    def __init__(self, context: Context, table: Table):
        """`table` gets what is read."""
        self.context, self.table = context, table

    def read(self, cursor: Cursor) -> Column:
        """A column with all that stands behind it. Raises UnreadError."""
        at = cursor.here
        name = cursor.name()
        column = Column(name, *self._type(cursor, f"{self.table.name}.{name}"), at)
        column.nullable, column.numbered = column.known.nullable, column.known.numbered
        if column.known.numbered:
            column.nullable = False
        self.table.columns[name.lower()] = column
        for condition, of, dialect in column.known.checks:
            self.table.checks.append((Sql(condition, at, dialect), of, name))
        if column.known.default is not None:
            column.default = Sql(column.known.default, at, self.context.dialect)
        while not cursor.done:
            self._behind(cursor, column)
        return column

    def _type(self, cursor: Cursor, where: str) -> tuple[Known, str]:
        """The type, and how it is spelt."""
        start, words, sizes = cursor.at, list[str](), list[str]()
        while not cursor.done:
            token = cursor.peek()
            if token.kind == "sign" and token.text == "(" and not sizes:
                sizes = [" ".join(each.text for each in part) for part in split(cursor.group())]
            elif token.kind == "sign" and token.text == "[":
                while not cursor.done and not cursor.take("]"):
                    cursor.next()
                words = [*(word for word in words if word != "[]"), "[]"]
            elif token.kind == "sign" and token.text == "." and words:
                cursor.next()
                words = []
            elif (token.kind == "name" and not words) or (token.word == "WITH" and cursor.peek(1).word in ("TIME", "LOCAL")):
                words.append(cursor.next().text.lower())
            elif token.word == "CHARACTER" and words and cursor.peek(1).word == "SET":
                break
            elif token.word and token.word not in _STOPS and not (words and words[-1] == "[]"):
                word = cursor.next().text.lower()
                words = [*words, "[]"] if word == "array" and words else [*words, word]
            else:
                break
        spelt = (
            self.context.text[cursor.tokens[start].start : cursor.tokens[cursor.at - 1].end]
            if cursor.at > start
            else ""
        )
        plain = " ".join(words).replace(" []", "[]")
        if plain.startswith("interval"):
            plain = "interval"
        if not plain:
            known = known_type("text", (), self.context.dialect, {}) if self.context.dialect == "sqlite" else None
            if known is None:
                if not cursor.sees("AS") and not cursor.sees("GENERATED"):
                    raise UnreadError("a column without a type", cursor.here)
                known = Known(known_type("text", (), "", {}).type)
        else:
            known = known_type(plain, sizes, self.context.dialect, self.context.own)
        if known.told:
            self.context.tell(
                where, known.told, cursor.tokens[start].start if start < len(cursor.tokens) else cursor.here
            )
        return known, spelt

    def _behind(self, cursor: Cursor, column: Column) -> None:
        """One of the clauses behind a type; what nobody knows is walked over."""
        name = None
        if cursor.take("CONSTRAINT"):
            name = cursor.name()
        at, table, context = cursor.here, self.table, self.context
        if cursor.take("NOT", "NULL"):
            column.nullable = False
        elif cursor.take("NULL"):
            column.nullable = True
        elif cursor.take("DEFAULT"):
            self.default(cursor, column)
        elif cursor.take("PRIMARY", "KEY") or (context.dialect == "mysql" and cursor.take("KEY")):
            table.primary, column.nullable = (column.name,), False
            if context.dialect == "sqlite" and column.spelt.lower() == "integer":
                column.numbered = True
        elif cursor.take("UNIQUE"):
            cursor.take("KEY")
            table.uniques.append(Key((column.name,), name, at))
        elif cursor.take("CHECK"):
            if cursor.take("NOT", "FOR", "REPLICATION"):
                pass
            table.checks.append((context.sql(cursor.group()), name, None))
        elif cursor.take("REFERENCES") or cursor.take("FOREIGN", "KEY", "REFERENCES"):
            path = cursor.path()
            parents = cursor.names() if cursor.sees("(") else ()
            table.references.append(Reference((column.name,), path, parents, name, at))
        elif cursor.take("COMMENT"):
            column.about = cursor.next().text
        elif cursor.take("ON", "UPDATE") or cursor.take("ON", "DELETE") or cursor.take("ON", "CONFLICT"):
            self._action(cursor)
        elif cursor.take_any("AUTO_INCREMENT", "AUTOINCREMENT"):
            column.numbered = True
        elif cursor.take("IDENTITY"):
            self._identity(cursor, column)
        elif cursor.take("GENERATED"):
            self.generated(cursor, column)
        elif cursor.take("AS") and cursor.sees("("):
            column.computed = context.sql(cursor.group())
        elif cursor.take("COLLATE") or cursor.take("CHARACTER", "SET") or cursor.take("CHARSET"):
            cursor.take("=")
            cursor.path()
        else:
            cursor.next()

    def default(self, cursor: Cursor, column: Column) -> None:
        """What a column gets where nothing is said: an expression, or the next number of a sequence."""
        tokens = cursor.until(_EXPRESSION_STOPS)
        flat = [token for token in tokens if token.text not in ("(", ")")]
        first = [token.word for token in flat[:3]]
        if first == ["NEXT", "VALUE", "FOR"]:
            self._numbered(column, flat[-1].text)
        elif first[:1] == ["NEXTVAL"]:
            self._numbered(
                column, next((t.text for t in flat[1:] if t.kind == "text"), flat[-1].text).split(".")[-1].strip('"')
            )
        elif [token.word for token in flat] == ["NULL"] or not flat:
            column.default = None
        else:
            column.default = self.context.sql(tokens)

    def _numbered(self, column: Column, sequence: str) -> None:
        """A column that a sequence numbers."""
        column.numbered = True
        start = self.context.sequences.get(sequence.lower(), 1)
        column.starts_at = start if start != 1 else None

    def _identity(self, cursor: Cursor, column: Column) -> None:
        """IDENTITY, with the first number and the step."""
        column.numbered, column.nullable = True, False
        if not cursor.sees("("):
            return
        parts = ["".join(token.text for token in part) for part in split(cursor.group())]
        self._begins(column, parts[0] if parts else "1", parts[1] if len(parts) > 1 else "1", cursor.here)

    def _begins(self, column: Column, start: str, step: str, at: int) -> None:
        """The first number and the step of those that a database gives."""
        if start.lstrip("-").isdigit() and int(start) != 1:
            column.starts_at = int(start)
        if step not in ("1", "+1"):
            self.context.tell(f"{self.table.name}.{column.name}", f"numbers go up by {step}: here they go up by 1", at)

    def generated(self, cursor: Cursor, column: Column) -> None:
        """GENERATED ALWAYS AS (…), or AS IDENTITY."""
        cursor.take_any("ALWAYS", "BY")
        cursor.take("DEFAULT")
        cursor.take("ON", "NULL")
        if not cursor.take("AS"):
            return
        if cursor.take("IDENTITY"):
            column.numbered, column.nullable = True, False
            if cursor.sees("("):
                begun = cursor.within(cursor.group())
                start, step = numbers_of(begun)
                self._begins(column, start, step, cursor.here)
        elif cursor.sees("("):
            column.computed = self.context.sql(cursor.group())

    def retype(self, cursor: Cursor, column: Column) -> None:
        """ALTER COLUMN … TYPE."""
        column.known, column.spelt = self._type(cursor, f"{self.table.name}.{column.name}")
        if cursor.take("NOT", "NULL"):
            column.nullable = False

    def _action(self, cursor: Cursor) -> None:
        """What follows ON DELETE, ON UPDATE, ON CONFLICT."""
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
            start = signed(cursor)
        elif cursor.take("INCREMENT"):
            cursor.take("BY")
            step = signed(cursor)
        else:
            cursor.next()
    return start, step


def signed(cursor: Cursor) -> str:
    """A number, with a sign before it."""
    sign = "-" if cursor.take("-") else ""
    return sign + cursor.next().text
