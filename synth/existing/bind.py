"""Binds a dataset to what is there: existing tables are read and become parents, keys go on behind the highest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Literal

import numpy as np
import polars as pl

from synth.columns import column_to_written, moments
from synth.databases import Address
from synth.dtypes import TEXT
from synth.errors import DataError, OptionError, did_you_mean
from synth.existing.fitness import Unfit, fitting, known
from synth.existing.source import DatabaseSource, RowSource, open_source
from synth.fingerprint import fingerprint
from synth.generators.arrival import DAY_US
from synth.generators.derived import Count, Sum
from synth.generators.keys import Key
from synth.generators.reference import Reference
from synth.plan.content import HOME, Content, Found, already, has_children_column
from synth.plan.make import existing_source_needed, make, with_assumed_rows
from synth.plan.model import Plan
from synth.spec.check import check
from synth.spec.constraints import references
from synth.spec.models import Dataset, EarlierRows, Existing, Table
from synth.spec.scope import Scope

__all__ = ["ContinueFrom", "bound", "declared"]

LAST_KEY = 2**62  # sequences do not go on behind it


def declared(dataset: Dataset, names: Iterable[str]) -> Dataset:
    """The dataset with these tables as ones that exist. Raises OptionError."""
    scope, found = check(dataset), dict(dataset.tables)
    asked = tuple(dict.fromkeys(names))
    for name in asked:
        if name not in found:
            raise OptionError(f"unknown table '{name}'\n  hint: {did_you_mean(name, found)}")
    there = {*asked, *dataset.existing}
    for name in asked:
        table = found[name]
        if table.existing is None:
            arrival = table.arrival or table.at
            columns = {
                column: spec
                if column.startswith("_") or spec.type
                else spec.model_copy(update={"type": str(scope.type_of(name, column))})
                for column, spec in table.columns.items()
            }
            rows_come_from = dict.fromkeys(("rows", "values", "select", "rollup", "fanout", "at"))
            here = Existing(arrival=arrival if arrival and arrival[0] != "_" else None)
            facts = {"existing": here, "columns": columns, "per": table.per if table.per in there else None}
            found[name] = table.model_copy(update={**rows_come_from, **facts})
    return dataset.model_copy(update={"tables": found})


def bound(
    dataset: Dataset, place: str | None, *, schema: str | None = None, existing: Iterable[str] = (),
    skip_unfit: bool = False, tables: Iterable[str] | None = None,
    behind: ContinueFrom | Literal["source"] | None = "source",
    **options: Any,
) -> Plan:  # fmt: skip
    """The plan of a dataset whose existing tables are read from a folder or database.

    Rows go on behind those in the source, or in a schema of a database, or (None) behind none.
    Raises OptionError, OutputError, DatabaseError, SpecError; DataError where rows are unfit and none may be skipped.
    """
    wanted = None if tables is None else tuple(tables)
    made = declared(dataset, existing)
    with ExitStack() as opened:
        sources: dict[str, RowSource] = {}

        def source(where: str | None) -> RowSource:
            where = where or place
            if where is None:
                raise OptionError(existing_source_needed(made))
            if where not in sources:
                here = [made.tables[name].existing for name in made.existing]
                needed = [
                    each.table or name
                    for name, each in zip(made.existing, here, strict=True)
                    if each and (each.source or place) == where
                ]
                found = open_source(where, schema if where == place else None, made.dataset, needed)
                sources[where] = opened.enter_context(found)
            return sources[where]

        binding = _Binding(made, wanted, options)
        for name in made.existing:
            spec = made.tables[name].existing
            assert spec
            binding.locate(name, source(spec.source), spec.table or name)
        binding.read_parents()
        if binding.unfit and not skip_unfit:
            said = "\n  ".join(map(str, binding.unfit))
            raise DataError(
                f"existing rows that the spec cannot build on:\n  {said}\n"
                "  hint: mend them, or leave them out as parents with --skip-unfit"
            )
        main = source(None) if place is not None else next(iter(sources.values()), None)
        if place is not None:
            binding.refuse_redrawn(source(None))
        if behind == "source":
            going_on = main if place is not None else None
        else:
            going_on = opened.enter_context(behind.source(main, made.dataset)) if behind else None
        if going_on is not None:
            binding.go_on(going_on)
        return binding.plan(main)


@dataclass(frozen=True)
class ContinueFrom:
    """A schema of a database, that of the parents or the dataset's if it is not named: what is there is gone on from."""

    address: Address
    schema: str | None = None

    def source(self, main: RowSource | None, dataset: str) -> RowSource:
        """It, which may hold nothing yet."""
        beside = main.at[1] if main and main.at and main.at[0] == str(self.address) else dataset
        return DatabaseSource(self.address, beside if self.schema is None else self.schema, dataset, (), new=True)


class _Binding:
    def __init__(self, dataset: Dataset, wanted: tuple[str, ...] | None, options: Mapping[str, Any]):
        self.dataset, self.wanted, self.options = dataset, wanted, options
        self.with_assumed_rows = make(with_assumed_rows(dataset), tables=wanted, **options)
        self.scope: Scope = check(self.with_assumed_rows.dataset)
        self.places: dict[str, tuple[RowSource, str, tuple[str, ...]]] = {}
        self.frames: dict[str, pl.DataFrame] = {}
        self.keys: dict[str, pl.Series] = {}  # of existing rows that fit, later ones too
        self.found: dict[str, Found] = {}
        self.first_keys: dict[str, str] = {}
        self.changed: dict[str, Table] = {}
        self.unfit: list[Unfit] = []

    def locate(self, name: str, source: RowSource, called: str) -> None:
        """Note where a table is, and which of its columns are needed."""
        there = source.known(called)
        spec = self.scope.table(name)
        needed: tuple[str, ...] = ()
        if any(name in family.tables for family in self.with_assumed_rows.families):
            also = (*spec.key, spec.arrival, self.scope.home(name))
            needed = tuple(dict.fromkeys([*self.with_assumed_rows.read(name), *(c for c in also if c)]))
        for column in needed:
            if column not in there:
                raise OptionError(
                    f"{source.place}: table '{called}' has no column '{column}', which the spec needs\n"
                    f"  hint: {did_you_mean(column, there)}"
                )
        self.places[name] = source, called, needed

    def read_parents(self) -> None:
        """Read existing tables, parents first; order them by arrival, then key; note what does not fit."""
        todo = list(self.places)
        while todo:
            free = (name for name in todo if not self._above(name) & set(todo))
            name = next(free, todo[0])  # of a circle, any
            todo.remove(name)
            self._read(name)

    def _above(self, name: str) -> set[str]:
        """The existing tables that a table refers to."""
        return {refers.parent for refers in references(self.scope.dataset) if refers.table == name} - {name}

    def _read(self, name: str) -> None:
        source, called, needed = self.places[name]
        if not needed:
            self._note(name, source, called, 0, 0, "")
            return
        rows = source.read(called, needed)
        frame, unfit = fitting(self.scope, name, rows, self.keys)
        self.unfit += unfit
        spec = self.scope.table(name)
        if len(spec.key) == 1:
            self.keys[name] = column_to_written(frame[spec.key[0]], self.scope.type_of(name, spec.key[0]))
        skipped = rows.height - frame.height
        if spec.arrival:  # who comes at `until` or later is not there yet
            frame = frame.filter(moments(frame[spec.arrival]) < self._closing_us(name, spec.arrival))
        order = [c for c in (spec.arrival, *spec.key) if c] or frame.columns
        frame = frame.sort(order)
        types = {column: self.scope.type_of(name, column) for column in frame.columns}
        if spec.per:
            frame = self._at_home(name, spec.per, frame)
        self.frames[name] = frame
        self._note(name, source, called, frame.height, skipped, str(fingerprint(frame.select(list(types)), types)))

    def _closing_us(self, name: str, arrival: str) -> int:
        """The moment before which rows are there: of dates, every one that has begun by `until`."""
        until_us = self.with_assumed_rows.until_us
        return -(-until_us // DAY_US) * DAY_US if self.scope.type_of(name, arrival).name == "date" else until_us

    def _at_home(self, name: str, per: str, frame: pl.DataFrame) -> pl.DataFrame:
        """Rows in the order of their parents, with the row number of each's parent."""
        link, key = self.scope.home(name), self.scope.table(per).key[0]
        assert link
        parents = self.frames[per].select(key).with_row_index(HOME)
        found = frame.join(parents, left_on=link, right_on=key, how="inner", maintain_order="left")
        return found.with_columns(pl.col(HOME).cast(pl.Int64)).sort(HOME, maintain_order=True)

    def _note(self, name: str, source: RowSource, called: str, rows: int, skipped: int, known: str) -> None:
        table = self.dataset.tables[name]
        assert table.existing
        facts = {"rows": rows, "fingerprint": known or None, "source": None}
        self.changed[name] = table.model_copy(update={"existing": table.existing.model_copy(update=facts)})
        self.found[name] = Found(source.place, called, rows, skipped, known)

    # -- tables that are made, and have rows already

    def refuse_redrawn(self, source: RowSource) -> None:
        """Refuse parents that are in the source, and would be drawn instead of read. Raises OptionError."""
        there = source.tables()
        for family in self.with_assumed_rows.families:
            root = self.dataset.tables.get(family.root)
            if (
                root
                and not root.existing
                and family.root in there
                and not set(family.tables) & set(self.with_assumed_rows.wanted)
            ):
                raise OptionError(
                    f"{source.place} has a table '{family.root}', which others need\n"
                    "  hint: say that it is --existing, or make it, too"
                )

    def go_on(self, source: RowSource) -> None:
        """Of tables that are made and are there: keys go on, and what was made is not made again."""
        there = source.tables()
        for name in self.with_assumed_rows.wanted:
            if name in there:
                self._go_on(name, source, there[name])

    def _go_on(self, name: str, source: RowSource, there: Mapping[str, Any]) -> None:
        table = self.dataset.tables[name]
        made = table.keyed
        key = (made,) if made else table.key
        self._refuse_going_on(name, source, [column for column in key if column not in there], made)
        if made:
            rows, content = self._behind(name, made, source)
        else:
            keys = source.read(name, key)
            rows, keys = keys.height, known(self.scope, name, keys)
            content = str(fingerprint(keys, {c: self.scope.type_of(name, c) for c in key}))
            self.frames[already(name)] = keys
            self.found[already(name)] = Found(source.place, name, keys.height, 0, content)
        if not rows:
            return
        if table.per and self.dataset.tables[table.per].existing:
            content += f" {self._mark_parents(name, table.per, source)}"
        spec = self.changed.get(name, table)
        self.changed[name] = spec.model_copy(update={"already": EarlierRows(rows=rows, fingerprint=content)})

    def _refuse_going_on(self, name: str, source: RowSource, lacking: list[str], made: str | None) -> None:
        """Refuse what cannot be gone on from. Raises OptionError."""
        table, why = self.dataset.tables[name], ""
        matched = [c for c, d in table.columns.items() if isinstance(d.draws, Reference) and d.draws.unique]
        if lacking:
            why = f"has no '{lacking[0]}'"
        elif not made and not table.key:
            why = "has no key"
        elif table.kind == "rollup":
            why = "is a sum that would change"
        elif table.kind == "arrival" and not made:
            why = "has no column with `key`"
        elif matched and made:
            why = f"would match '{matched[0]}' once more"
        if why:
            raise OptionError(
                f"{source.place} has a table '{name}', whose rows cannot be gone on from: it {why}\n"
                "  hint: say that it is --existing, or leave it out with --tables"
            )

    def _behind(self, name: str, column: str, source: RowSource) -> tuple[int, str]:
        """Let a key begin behind the highest that is there: rows, and what tells them from other rows."""
        table = self.dataset.tables[name]
        draws = table.columns[column].draws
        assert isinstance(draws, Key)
        if draws.kind == "sequence":
            rows, highest = source.summed(name, column)
            content, start = str(highest), max(draws.start, highest + 1)
        else:
            keys = source.read(name, (column,))[column].cast(pl.String)
            rows, content = len(keys), str(fingerprint(keys.alias(column).to_frame(), {column: TEXT}))
            start = draws.start + 1 + int.from_bytes(blake2b(content.encode(), digest_size=5).digest())
            if draws.kind == "code":
                numbers = keys.str.strip_prefix(draws.prefix).str.extract(r"^(\d{1,18})$").cast(pl.Int64, strict=False)
                start = max(draws.start, int(numbers.max() or 0) + 1)  # type: ignore[arg-type]
        if start > LAST_KEY:
            raise OptionError(f"{source.place}: '{name}.{column}' has {start - 1:,}, and no room behind it")
        if rows:
            draws = draws.model_copy(update={"start": start})
            columns = {**table.columns, column: table.columns[column].model_copy(update={"draws": draws})}
            self.changed[name] = table.model_copy(update={"columns": columns})
            seed = self.options.get("seed", 42)
            self.first_keys[f"{name}.{column}"] = str(draws.at(np.array([0]), seed, name)[0])
        return rows, content

    def _mark_parents(self, name: str, per: str, source: RowSource) -> str:
        """Note which existing parents have children of this table already; the fingerprint of whose they are."""
        link, key = self.scope.home(name), self.scope.table(per).key[0]
        if link is None or link not in source.tables()[name]:
            raise OptionError(f"{source.place} has rows of '{name}', but no column says to which of {per} they belong")
        had = known(self.scope, name, source.read(name, (link,)))
        if reader := self._reader(name):
            raise OptionError(
                f"{source.place} has rows of '{name}', which {reader} is made from, and would see only new ones\n"
                f"  hint: say that {name} is --existing, or leave {reader} out with --tables"
            )
        parents = self.frames[per]
        marks = parents[key].is_in(had[link].implode())
        self.frames[per] = parents.with_columns(marks.cast(pl.Int64).alias(has_children_column(name)))
        return str(fingerprint(had, {link: self.scope.type_of(name, link)}))

    def _reader(self, name: str) -> str | None:
        """What is made from the rows of a table: a column of its parent's, or a table."""
        drawn = {(step.table, step.column) for family in self.with_assumed_rows.families for step in family.steps}
        for table, column in sorted(drawn):
            spec = self.scope.table(table)
            draws = spec.columns[column].draws if column else None
            if isinstance(draws, (Sum, Count)) and draws.of.partition(".")[0] == name and not spec.is_given(column):
                return f"{table}.{column}"
            if not column and not spec.per and name in self.scope.above(table):
                return table
        return None

    def plan(self, source: RowSource | None) -> Plan:
        """The plan over what was found."""
        dataset = self.dataset.model_copy(update={"tables": {**self.dataset.tables, **self.changed}})
        content = Content(
            self.frames, self.found, self.first_keys, tuple(map(str, self.unfit)), source.at if source else None
        )
        return make(dataset, tables=self.wanted, content=content, **self.options)
