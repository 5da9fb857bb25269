"""Binds a dataset to what is there: existing tables are read and become parents, keys go on behind the highest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from typing import Any

import numpy as np
import polars as pl

from synth.columns import to_written
from synth.errors import DataError, OptionError, did_you_mean
from synth.existing.fitness import Unfit, fitting
from synth.existing.source import Source, open_source
from synth.fingerprint import fingerprint
from synth.generators.keys import Key
from synth.plan.content import HOME, Content, Found, already, having
from synth.plan.make import elsewhere, make, supposed
from synth.plan.model import Plan
from synth.spec.check import check
from synth.spec.constraints import references
from synth.spec.models import Already, Dataset, Existing, Table
from synth.spec.scope import Scope

__all__ = ["bound", "declared"]


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
    skip_unfit: bool = False, tables: Iterable[str] | None = None, **options: Any,
) -> Plan:  # fmt: skip
    """The plan of a dataset whose existing tables are read from a folder or database.

    Raises OptionError, OutputError, DatabaseError, SpecError; DataError where rows are unfit and none may be skipped.
    """
    wanted = None if tables is None else tuple(tables)
    made = declared(dataset, existing)
    with ExitStack() as opened:
        sources: dict[str | None, Source] = {}

        def source(where: str | None) -> Source:
            where = where or place
            if where is None:
                raise OptionError(elsewhere(made))
            if where not in sources:
                found = open_source(where, schema if where == place else None, made.dataset)
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
        if place is not None:
            binding.go_on(source(None))
        return binding.plan(sources.get(place))


class _Binding:
    def __init__(self, dataset: Dataset, wanted: tuple[str, ...] | None, options: Mapping[str, Any]):
        self.dataset, self.wanted, self.options = dataset, wanted, options
        self.supposed = make(supposed(dataset), tables=wanted, **options)
        self.scope: Scope = check(self.supposed.dataset)
        self.places: dict[str, tuple[Source, str, tuple[str, ...]]] = {}
        self.frames: dict[str, pl.DataFrame] = {}
        self.found: dict[str, Found] = {}
        self.first_keys: dict[str, str] = {}
        self.changed: dict[str, Table] = {}
        self.unfit: list[Unfit] = []

    def locate(self, name: str, source: Source, called: str) -> None:
        """Note where a table is, and which of its columns are needed."""
        there = source.known(called)
        spec = self.scope.table(name)
        needed: tuple[str, ...] = ()
        if any(name in family.tables for family in self.supposed.families):
            also = (*spec.key, spec.arrival, self.scope.home(name))
            needed = tuple(dict.fromkeys([*self.supposed.read(name), *(c for c in also if c)]))
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
        keys = {}
        for other, frame in self.frames.items():
            key = self.scope.table(other).key
            if len(key) == 1 and key[0] in frame.columns:
                keys[other] = self._written(other, frame, key[0])
        frame, unfit = fitting(self.scope, name, rows, keys)
        self.unfit += unfit
        spec = self.scope.table(name)
        order = [c for c in (spec.arrival, *spec.key) if c] or frame.columns
        frame = frame.sort(order)
        types = {column: self.scope.type_of(name, column) for column in frame.columns}
        known = str(fingerprint(frame, types))
        if spec.per:
            frame = self._at_home(name, spec.per, frame)
        self.frames[name] = frame
        self._note(name, source, called, frame.height, rows.height - frame.height, known)

    def _written(self, table: str, frame: pl.DataFrame, column: str) -> pl.Series:
        return to_written(frame[column], self.scope.type_of(table, column))

    def _at_home(self, name: str, per: str, frame: pl.DataFrame) -> pl.DataFrame:
        """Rows in the order of their parents, with the row number of each's parent."""
        link, key = self.scope.home(name), self.scope.table(per).key[0]
        assert link
        parents = self.frames[per].select(key).with_row_index(HOME)
        found = frame.join(parents, left_on=link, right_on=key, how="inner", maintain_order="left")
        return found.with_columns(pl.col(HOME).cast(pl.Int64)).sort(HOME, maintain_order=True)

    def _note(self, name: str, source: Source, called: str, rows: int, skipped: int, known: str) -> None:
        table = self.dataset.tables[name]
        assert table.existing
        facts = {"rows": rows, "fingerprint": known or None, "source": None}
        self.changed[name] = table.model_copy(update={"existing": table.existing.model_copy(update=facts)})
        self.found[name] = Found(source.place, called, rows, skipped, known)

    # -- tables that are made, and have rows already

    def go_on(self, source: Source) -> None:
        """Of tables that are made and are in the source: keys go on, and what was made is not made again."""
        there = source.tables()
        for name in self.supposed.wanted:
            if name in there:
                self._go_on(name, source, there[name])

    def _go_on(self, name: str, source: Source, there: Mapping[str, Any]) -> None:
        table = self.dataset.tables[name]
        made = next((c for c, d in table.columns.items() if isinstance(d.draws, Key)), None)
        key = (made,) if made else table.key
        lacking = [column for column in key if column not in there]
        if lacking or not key or table.kind == "rollup":
            why = f"has no '{lacking[0]}'" if lacking else "has no key" if not key else "is a sum that would change"
            raise OptionError(
                f"{source.place} has a table '{name}', whose rows cannot be gone on from: it {why}\n"
                "  hint: say that it is --existing, or leave it out with --tables"
            )
        if made:
            rows = self._behind(name, made, source)
        else:
            keys, _ = fitting(self.scope, name, source.read(name, key), {})
            rows = keys.height, str(fingerprint(keys, {c: self.scope.type_of(name, c) for c in key}))
            self.frames[already(name)] = keys
        if not rows[0]:
            return
        spec = self.changed.get(name, table)
        self.changed[name] = spec.model_copy(update={"already": Already(rows=rows[0], fingerprint=rows[1])})
        if table.per and self.dataset.tables[table.per].existing:
            self._mark_parents(name, table.per, source)

    def _behind(self, name: str, column: str, source: Source) -> tuple[int, str]:
        """Let a key begin behind the highest that is there: rows, and what tells them from other rows."""
        table = self.dataset.tables[name]
        draws = table.columns[column].draws
        assert isinstance(draws, Key)
        if draws.kind == "sequence":
            kind = source.known(name)[column].name
            if kind not in ("smallint", "integer", "bigint", "decimal", "varchar"):
                raise OptionError(f"{source.place}: '{name}.{column}' is {kind}, and a sequence cannot go on behind it")
            rows, highest = source.summed(name, column)
            start = max(draws.start, highest + 1)
        else:
            keys = source.read(name, (column,))[column].cast(pl.String)
            rows, start = len(keys), draws.start + len(keys)
            if draws.kind == "code":
                numbers = keys.str.strip_prefix(draws.prefix).str.extract(r"^(\d+)$").cast(pl.Int64, strict=False)
                start = max(draws.start, int(numbers.max() or 0) + 1)  # type: ignore[arg-type]
        if rows:
            draws = draws.model_copy(update={"start": start})
            columns = {**table.columns, column: table.columns[column].model_copy(update={"draws": draws})}
            self.changed[name] = table.model_copy(update={"columns": columns})
            seed = self.options.get("seed", 42)
            self.first_keys[f"{name}.{column}"] = str(draws.at(np.array([0]), seed, name)[0])
        return rows, str(start)

    def _mark_parents(self, name: str, per: str, source: Source) -> None:
        """Note which existing parents have children of this table already."""
        link, key = self.scope.home(name), self.scope.table(per).key[0]
        if link is None or link not in source.tables()[name]:
            raise OptionError(f"{source.place} has rows of '{name}', but no column says to which of {per} they belong")
        with_, _ = fitting(self.scope, name, source.read(name, (link,)), {})
        parents = self.frames[per]
        had = parents[key].is_in(with_[link].implode())
        self.frames[per] = parents.with_columns(had.cast(pl.Int64).alias(having(name)))

    def plan(self, source: Source | None) -> Plan:
        """The plan over what was found."""
        dataset = self.dataset.model_copy(update={"tables": {**self.dataset.tables, **self.changed}})
        content = Content(
            self.frames, self.found, self.first_keys, tuple(map(str, self.unfit)), source.at if source else None
        )
        return make(dataset, tables=self.wanted, content=content, **self.options)
