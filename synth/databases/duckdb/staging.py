"""How a load takes its place in a file of DuckDB: in one transaction, which nobody looks into."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from synth.databases.duckdb.catalogue import references
from synth.databases.duckdb.dialect import DIALECT
from synth.databases.duckdb.sending import Sending, waiting_place
from synth.databases.steps import LoadStep
from synth.ddl import Ddl

__all__ = ["Staging", "children_first"]


class Staging(Sending):
    """Stages; to publish is to commit."""

    def is_empty(self) -> bool:
        """Whether the database holds nothing at all."""
        return not self.rows("SELECT 1 FROM duckdb_tables() WHERE database_name = current_database() LIMIT 1")[1]

    def begin_writing(self) -> bool:
        """BEGIN; the file is this process's own as long as it is open."""
        with self.driver_errors("opening"):
            self.connection = self._attached()
        self.run("BEGIN")
        return True

    def begin_staging(self, schema: str, replaced: Sequence[str]) -> None:
        """Drop the tables that are replaced, children first."""
        self.schema = schema
        refers = {(each.table, each.parent) for each in references(self, schema)} if replaced else set()
        for table in children_first(replaced, refers):
            sequences = self._sequences(schema, table)
            self.run(f"DROP TABLE {DIALECT.place(schema, table)}")
            for sequence in sequences:
                self.run(f"DROP SEQUENCE {DIALECT.place(schema, sequence)}")
        self.run(f"CREATE SCHEMA IF NOT EXISTS {DIALECT.quote_identifier(schema)}")

    def _sequences(self, schema: str, table: str) -> list[str]:
        """The sequences by which a load lets a table go on with its keys."""
        here = f"database_name = current_database() AND schema_name = {DIALECT.literal(schema)}"
        owned = f"SELECT CONCAT(table_name, '_', column_name, '_seq') FROM duckdb_columns() WHERE {here}"
        names = (
            f"SELECT sequence_name FROM duckdb_sequences() WHERE {here} "
            f"AND sequence_name IN ({owned} AND table_name = {DIALECT.literal(table)})"
        )
        return [name for (name,) in self.rows(names)[1]]

    def steps(self, ddl: Ddl) -> Iterator[list[LoadStep]]:
        """Rows that wait go into their tables; then indexes."""
        yield [LoadStep("constraints", table, ()) for table in ddl.tables]
        yield from super().steps(ddl)

    def run_step(self, step: LoadStep) -> None:
        """Run a step; the one for constraints moves the rows that wait."""
        super().run_step(step)
        if step.phase == "constraints" and step.table in self.waiting - self.apart:
            waiting = waiting_place(step.table)
            with self.driver_errors(f"putting rows into {step.table}"):
                self._fill(self.schema, step.table, waiting)
                self._opened().execute(f"DROP TABLE {waiting}")
            self.waiting.remove(step.table)

    def analyze(self, schema: str, table: str) -> None:
        """Nothing: DuckDB keeps statistics by itself."""


def children_first(tables: Sequence[str], refers: Set[tuple[str, str]]) -> Iterator[str]:
    """Tables, each after those that refer to it; `refers` are children and parents."""
    left = list(tables)
    while left:
        free = next((t for t in left if not any((other, t) in refers for other in left if other != t)), left[0])
        left.remove(free)
        yield free
