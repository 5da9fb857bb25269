"""How a load takes its place in SQL Server: staged in a schema of its own, moved in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

from synth.databases.steps import LoadStep, add_constraints
from synth.databases.tsql.dialect import DIALECT
from synth.databases.tsql.sending import Sending
from synth.ddl import Constraint, Ddl, by_table
from synth.errors import DatabaseError

__all__ = ["Staging"]


class Staging(Sending):
    """Stages a load in a schema of its own, and transfers it in one transaction."""

    def lock(self, schema: str) -> bool:
        """An application lock of this session, in this database."""
        name = DIALECT.literal(f"synth/{schema}")
        _, rows = self.rows(
            f"DECLARE @got INT; EXEC @got = sp_getapplock @Resource = {name}, @LockMode = N'Exclusive', "
            "@LockOwner = N'Session', @LockTimeout = 0; SELECT @got AS got"
        )
        if int(rows[0][0]) < 0:
            return False
        self.locked = name
        return True

    def begin_staging(self, schema: str, replaced: Sequence[str]) -> None:
        """Clear what a killed load left, and make the staging schema."""
        stage = self.staging_schema(schema)
        self._clear(stage)
        self.run(self._schema_creation(stage))

    @staticmethod
    def _schema_creation(schema: str) -> str:
        """CREATE SCHEMA, which has to stand alone in a batch."""
        quoted = DIALECT.quote_identifier(schema)
        created = DIALECT.literal(f"CREATE SCHEMA {quoted}")
        return DIALECT.create_schema.format(schema=quoted, literal=DIALECT.literal(schema), created=created)

    def _clear(self, schema: str) -> None:
        """Drop a schema and its tables."""
        _, rows = self.rows(
            "SELECT t.name FROM sys.tables t JOIN sys.schemas s ON s.schema_id = t.schema_id "
            f"WHERE s.name = {DIALECT.literal(schema)} ORDER BY t.name"
        )
        for statement in self._drops(schema, [table for (table,) in rows]):
            self.run(statement)
        self.run(f"DROP SCHEMA IF EXISTS {DIALECT.quote_identifier(schema)}")

    def _drops(self, schema: str, tables: Sequence[str]) -> Iterator[str]:
        """Drop tables; before that the foreign keys among them, as no order would do where they go in circles.

        What points to them from elsewhere stays, and the server then refuses.
        """
        if not tables:
            return
        names = ", ".join(map(DIALECT.literal, tables))
        _, keys = self.rows(
            "SELECT t.name, f.name FROM sys.foreign_keys f JOIN sys.tables t ON t.object_id = f.parent_object_id "
            "JOIN sys.tables p ON p.object_id = f.referenced_object_id AND p.schema_id = t.schema_id "
            "JOIN sys.schemas s ON s.schema_id = t.schema_id "
            f"WHERE s.name = {DIALECT.literal(schema)} AND t.name IN ({names}) AND p.name IN ({names}) "
            "ORDER BY t.name, f.name"
        )
        for table, key in keys:
            yield f"ALTER TABLE {DIALECT.place(schema, table)} DROP CONSTRAINT {DIALECT.quote_identifier(key)}"
        yield f"DROP TABLE {', '.join(DIALECT.place(schema, table) for table in tables)}"

    def steps(self, ddl: Ddl) -> Iterator[list[LoadStep]]:
        """A table's keys and checks in one statement, its indexes one after another, then its foreign keys; all checked."""
        unique = by_table(constraint for constraint in ddl.constraints if constraint.parent is None)
        foreign = by_table(constraint for constraint in ddl.constraints if constraint.parent is not None)
        indexes = by_table(ddl.indexes)
        yield [LoadStep("constraints", name, (_added(some),), frozenset([name])) for name, some in unique.items()]
        yield [LoadStep("indexes", name, tuple(map(str, some)), frozenset([name])) for name, some in indexes.items()]
        yield [
            LoadStep("constraints", name, (_added(some),), frozenset([name, *(str(each.parent) for each in some)]))
            for name, some in foreign.items()
        ]

    def analyze(self, schema: str, table: str) -> None:
        """Run UPDATE STATISTICS on a staged table."""
        self.run(f"UPDATE STATISTICS {DIALECT.place(self.staging_schema(schema), table)}")

    def publish(self, schema: str, tables: Iterable[str], replaced: Sequence[str]) -> None:
        """One transaction: old tables are dropped, staged ones move; keys, references and comments go along."""
        stage, doing, tables = self.staging_schema(schema), f"putting the tables into schema '{schema}'", tuple(tables)
        with self._transaction(doing):
            self._ask(self._schema_creation(schema), doing)
            for statement in self._drops(schema, replaced):
                self._ask(statement, doing)
            for table in tables:
                self.adopt_table(schema, table)
            self.give_rights(schema, tables)
            self._ask(f"DROP SCHEMA {DIALECT.quote_identifier(stage)}", doing)

    def adopt_table(self, schema: str, table: str) -> None:
        """ALTER SCHEMA … TRANSFER; keys, references and comments go along."""
        place = DIALECT.place(self.staging_schema(schema), table)
        self.run(f"ALTER SCHEMA {DIALECT.quote_identifier(schema)} TRANSFER {place}")

    @contextmanager
    def _transaction(self, doing: str) -> Iterator[None]:
        """All statements within, or none."""
        with self.driver_errors(doing):
            self.connection.autocommit = False
        try:
            yield
            with self.driver_errors(doing):
                self.connection.commit()
        except BaseException:
            with suppress(*self.raised):
                self.connection.rollback()
            raise
        finally:
            with suppress(*self.raised):
                self.connection.autocommit = True

    def abandon(self, schema: str) -> None:
        """Drop the staging schema, over a new connection, as this one may have been cut off."""
        with suppress(DatabaseError), self.new_connection() as fresh:
            fresh._clear(self.staging_schema(schema))


def _added(constraints: Sequence[Constraint]) -> str:
    """ADD stands once, and what is there is checked."""
    return add_constraints(constraints, "WITH CHECK ADD", ", ")
