"""How a load takes its place in SQL Server: staged in a schema of its own, moved in one transaction.

Where a server cannot move tables between schemas, the transaction makes them anew, with all that belongs to them, from the
staged rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from types import MappingProxyType

from synth.databases.contract import STAGED
from synth.databases.steps import LoadStep, add_constraints
from synth.databases.tsql.dialect import DIALECT, NAME
from synth.databases.tsql.sending import Sending
from synth.ddl import Constraint, Ddl, by_table
from synth.dtypes import Types
from synth.errors import DatabaseError

__all__ = ["Staging"]


class Staging(Sending):
    """Stages a load in a schema of its own, and transfers it in one transaction."""

    _staged: Mapping[str, Types] = MappingProxyType({})  # the staged tables, once one is made anew

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
        self.abilities = replace(self.abilities, text_references=self._has_text_references())
        self.dialect = self.abilities.dialect
        return True

    def _has_text_references(self) -> bool:
        """Asked of two tables, in a transaction that is rolled back; who may not make them there is not asked."""
        parent, child = (self.dialect.place(self.default_schema, f"{STAGED}{end}") for end in ("parent", "child"))
        text = self.dialect.varchar.format(length=9, collation=self.dialect.collation)
        with self.driver_errors("asking"):
            self.connection.autocommit = False
        try:
            try:
                self.run(f"CREATE TABLE {parent} ([k] {text} NOT NULL PRIMARY KEY)")
                self.run(f"INSERT INTO {parent} VALUES (N'x')")
                self.run(f"CREATE TABLE {child} ([k] {text} NOT NULL, FOREIGN KEY ([k]) REFERENCES {parent} ([k]))")
            except DatabaseError:
                return True
            try:
                self.run(f"INSERT INTO {child} VALUES (N'x')")
            except DatabaseError:
                return False
            return True
        finally:
            with suppress(*self.raised):
                self.connection.rollback()
            with suppress(*self.raised):
                self.connection.autocommit = True

    def begin_staging(self, schema: str, replaced: Sequence[str]) -> None:
        """Clear what a killed load left, and make the staging schema."""
        stage = self.staging_schema(schema)
        self._clear(stage)
        self._staged = {}
        self.run(self._schema_creation(stage))
        self.choose_way(stage)

    def _schema_creation(self, schema: str) -> str:
        """CREATE SCHEMA, which has to stand alone in a batch."""
        quoted = self.dialect.quote_identifier(schema)
        created = DIALECT.literal(f"CREATE SCHEMA {quoted}")
        return DIALECT.create_schema.format(schema=quoted, literal=DIALECT.literal(schema), created=created)

    def _clear(self, schema: str) -> None:
        """Drop a schema and its tables."""
        _, rows = self.rows(
            f"SELECT {NAME.format('t')} FROM sys.tables t JOIN sys.schemas s ON s.schema_id = t.schema_id "
            f"WHERE s.name = {DIALECT.literal(schema)} ORDER BY t.name"
        )
        for statement in self._drops(schema, [table for (table,) in rows]):
            self.run(statement)
        self.run(f"DROP SCHEMA IF EXISTS {self.dialect.quote_identifier(schema)}")

    def _drops(self, schema: str, tables: Sequence[str]) -> Iterator[str]:
        """Drop tables; before that the foreign keys among them, as no order would do where they go in circles.

        What points to them from elsewhere stays, and the server then refuses.
        """
        if not tables:
            return
        names = ", ".join(map(DIALECT.literal, tables))
        _, keys = self.rows(
            f"SELECT {NAME.format('t')}, {NAME.format('f')} FROM sys.foreign_keys f "
            "JOIN sys.tables t ON t.object_id = f.parent_object_id "
            "JOIN sys.tables p ON p.object_id = f.referenced_object_id AND p.schema_id = t.schema_id "
            "JOIN sys.schemas s ON s.schema_id = t.schema_id "
            f"WHERE s.name = {DIALECT.literal(schema)} AND t.name IN ({names}) AND p.name IN ({names}) "
            "ORDER BY t.name, f.name"
        )
        for table, key in keys:
            yield f"ALTER TABLE {self.dialect.place(schema, table)} DROP CONSTRAINT {self.dialect.quote_identifier(key)}"
        yield from (f"DROP TABLE {self.dialect.place(schema, table)}" for table in tables)

    def steps(self, ddl: Ddl) -> Iterator[list[LoadStep]]:
        """A table's keys and checks, its indexes one after another, then its foreign keys."""
        unique = by_table(constraint for constraint in ddl.constraints if constraint.parent is None)
        foreign = by_table(constraint for constraint in ddl.constraints if constraint.parent is not None)
        indexes = by_table(ddl.indexes)
        yield [LoadStep("constraints", name, self._added(some), frozenset([name])) for name, some in unique.items()]
        yield [LoadStep("indexes", name, tuple(map(str, some)), frozenset([name])) for name, some in indexes.items()]
        yield [
            LoadStep("constraints", name, self._added(some), frozenset([name, *(str(each.parent) for each in some)]))
            for name, some in foreign.items()
        ]

    def _added(self, constraints: Sequence[Constraint]) -> tuple[str, ...]:
        """What adds constraints of one table; the server checks all rows for new ones by itself."""
        if self.abilities.several_adds:
            return (add_constraints(constraints, "ADD", ", "),)
        return tuple(map(str, constraints))

    def number_on(self, schema: str, table: str, column: str) -> None:
        """DBCC CHECKIDENT after bulk copy; behind rows that are inserted the server goes on by itself."""
        if self.via == "bulk":
            place = self.dialect.place(schema, table)
            # not every server reads N'…' here, and a name of other letters needs it
            name = DIALECT.literal(place)
            self.run(f"DBCC CHECKIDENT ({name[1:] if place.isascii() else name}, RESEED)")

    def analyze(self, schema: str, table: str) -> None:
        """Run UPDATE STATISTICS on a staged table."""
        self.analyze_at(self.dialect.place(self.staging_schema(schema), table))

    def analyze_at(self, place: str) -> None:
        """UPDATE STATISTICS; a server without these words looks after statistics by itself."""
        if self.abilities.statistics:
            self.run(f"UPDATE STATISTICS {place}")

    def publish(self, schema: str, tables: Iterable[str], replaced: Sequence[str]) -> None:
        """One transaction: old tables are dropped, staged ones move; keys, references and comments go along."""
        stage, doing, tables = self.staging_schema(schema), f"putting the tables into schema '{schema}'", tuple(tables)
        with self._transaction(doing):
            self._ask(self._schema_creation(schema), doing)
            for statement in self._drops(schema, replaced):
                self._ask(statement, doing)
            for table in tables:
                self.adopt_table(schema, table)
            if not self.abilities.transfers:
                for constraint in self.in_place_ddl.constraints:
                    if constraint.parent is not None:
                        self.run(str(constraint))
            self.give_rights(schema, tables)
            for statement in () if self.abilities.transfers else self._drops(stage, tables):
                self._ask(statement, doing)
            self._ask(f"DROP SCHEMA {self.dialect.quote_identifier(stage)}", doing)

    def adopt_table(self, schema: str, table: str) -> None:
        """ALTER SCHEMA … TRANSFER: keys, references and comments go along. Or it is made anew, but for its references."""
        staged, place = self.dialect.place(self.staging_schema(schema), table), self.dialect.place(schema, table)
        if self.abilities.transfers:
            self.run(f"ALTER SCHEMA {self.dialect.quote_identifier(schema)} TRANSFER {staged}")
            return
        ddl = self.in_place_ddl
        if table not in ddl.tables:  # that of manifests
            self.run(f"SELECT * INTO {place} FROM {staged}")
            return
        self.run(ddl.tables[table])
        if table not in self._staged:
            self._staged = self.catalogue(self.staging_schema(schema))
        columns = ", ".join(map(self.dialect.quote_identifier, self._staged[table]))
        self._numbered.pop(place, None)
        with self.given_keys(place):
            self.run(f"INSERT INTO {place} ({columns}) SELECT {columns} FROM {staged}")
        own = [each for each in ddl.constraints if each.table == table and each.parent is None]
        for statement in self._added(own) if own else ():
            self.run(statement)
        for index in ddl.indexes:
            if index.table == table:
                self.run(index.statement)
        for comment in ddl.comments:
            if f"@level1name = {DIALECT.literal(table)}" in comment:
                self.run(comment)

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
