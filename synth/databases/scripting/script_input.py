"""What scripts load, and what all of them share: their files, constraints, and the proof that rows are as they were made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from synth.ddl import Ddl, by_table
from synth.dtypes import Types
from synth.fingerprint import Fingerprint
from synth.translate.dialect import Dialect

__all__ = ["CsvTable", "ScriptInput", "sql_file"]

# the files of SQL, in the order in which they are run -> what each does
FILES = {
    "create_database.sql": "Ends other connections to the database, drops it and creates it.",
    "create_tables.sql": "Makes the tables, in the place of any of their names.",
    "copy.sql": "Loads the CSV files. Run it in this folder.",
    "constraints.sql": "Adds what waits until the rows are there.",
    "check.sql": "Tables, their rows, the rows that should be, and whether the content is what was made.",
}


@dataclass(frozen=True)
class CsvTable:
    """A table's files, by their paths in the folder, and what is in them."""

    name: str
    types: Types
    required: frozenset[str]  # columns that hold no NULL
    content: Fingerprint
    files: tuple[str, ...]


@dataclass(frozen=True)
class ScriptInput:
    """A dataset in CSV files, and the database it is for."""

    database: str  # its name, if no other is given
    schema: str | None
    dialect: Dialect
    ddl: Ddl
    tables: tuple[CsvTable, ...]  # each after those it refers to
    data: str  # the folder of the files, from the scripts' own

    def place(self, table: str) -> str:
        """Give a table's name, in its schema and quoted."""
        return self.dialect.place(self.schema, table)

    def places(self) -> str:
        """Give all tables' names, with commas between."""
        return ", ".join(self.place(table.name) for table in self.tables)

    def columns(self, table: CsvTable) -> str:
        """Give a table's columns, quoted, with commas between."""
        return ", ".join(map(self.dialect.quote_identifier, table.types))

    def constraints(self) -> Iterator[str]:
        """A table's keys and checks in one statement, as it may be written anew for each; then indexes, foreign keys."""
        for rules in by_table(constraint for constraint in self.ddl.constraints if constraint.parent is None).values():
            yield f"ALTER TABLE {rules[0].place}\n    " + ",\n    ".join(f"ADD {each.rule}" for each in rules)
        yield from map(str, self.ddl.indexes)
        yield from (str(constraint) for constraint in self.ddl.constraints if constraint.parent is not None)

    def numbering(self) -> Iterator[str]:
        """What lets the database give new rows the keys behind the highest that is there."""
        for table, column in self.ddl.numbered.items():
            highest = f"SELECT COALESCE(MAX({self.dialect.quote_identifier(column)}), 0) FROM {self.place(table)}"
            yield from self.dialect.number_on(self.schema, table, column, f"GREATEST(({highest}) + 1, 1)")

    def proofs(self) -> Iterator[str]:
        """A query for each table: its name, its rows, the rows it should have, and 1 where the content is the same."""
        for table in self.tables:
            sums = self.dialect.fingerprint_query(table.types, self.place(table.name))
            made = table.content
            yield (
                f"WITH found (a, b, c) AS ({sums})\n"
                f"SELECT {self.dialect.literal(table.name)}, a, {made.rows}, "
                f"CASE WHEN a = {made.rows} AND b = {made.linear} AND c = {made.square} THEN 1 ELSE 0 END FROM found"
            )


def sql_file(name: str, statements: Iterable[str], end: str = ";\n") -> tuple[str, str]:
    """A file's name and text: statements below a line that says what they do."""
    return name, f"-- {FILES[name]}\n" + "".join(statement + end for statement in statements)
