"""Makes the plan of a dataset."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping

from synth.errors import OptionError, Problem, SpecError, did_you_mean
from synth.generators.arrival import DAY_US, Arrival, Intensity, microseconds
from synth.generators.base import Generator
from synth.generators.derived import Expr, Given, State
from synth.generators.in_force import InForce
from synth.generators.keys import Key, Window
from synth.generators.reference import Reference
from synth.plan.content import Content
from synth.plan.fanout import FanoutLaw, fanout_law
from synth.plan.model import BLOCK_ROWS, FamilyPlan, Plan, Step, TablePlan
from synth.spec.check import check
from synth.spec.models import Dataset
from synth.sql.compiled import Branch, Compiled
from synth.sql.parse import columns, has_star, named, query
from synth.sql.select import compile_select
from synth.streams import stream

__all__ = ["make", "supposed"]

MIN_FILES = 15  # a large table has so many files at least, so that workers share it evenly
MAX_BLOCKS_PER_FILE = 4  # 400,000 order lines: what a worker holds before it writes
MAX_ROWS = 2**53
MANY = 10**9  # rows that an existing table is taken to have while it has not been read
YEAR_US = 365 * DAY_US
FAR_YEAR = 2200  # the first that `until` may not reach
LAST_US = microseconds(dt.datetime(FAR_YEAR, 1, 1))


def make(
    dataset: Dataset,
    *,
    scale: float = 1,
    seed: int = 42,
    until: dt.date | dt.datetime | None = None,
    tables: Iterable[str] | None = None,
    content: Content | None = None,
) -> Plan:
    """The plan of a dataset. Raises OptionError for options, SpecError for a spec that cannot be drawn at this scale.

    Of a dataset with tables that exist, `content` is what was read of them; without it nothing can be drawn.
    """
    if not (math.isfinite(scale) and scale > 0):
        raise OptionError(f"scale must be a number above 0, got {scale}")
    if not 0 <= seed < 2**63:
        raise OptionError(f"seed must be a whole number from 0 to 2^63 - 1, got {seed}")
    now = until or dataset.period.until
    if not isinstance(now, dt.datetime):
        now = dt.datetime(now.year, now.month, now.day)
    if now.tzinfo is not None:
        now = now.astimezone(dt.UTC).replace(tzinfo=None)
    if now.date() <= dataset.period.start and now <= dt.datetime.combine(dataset.period.start, dt.time()):
        raise OptionError(f"until ({now:%Y-%m-%d}) must be after the period's start, {dataset.period.start}")
    if now.year >= FAR_YEAR:
        raise OptionError(f"until ({now:%Y-%m-%d}) is too far ahead; years before {FAR_YEAR} are known")
    wanted = tuple(dataset.written)
    if tables is not None:
        asked = tuple(tables)
        for name in asked:
            if name not in wanted:
                raise OptionError(f"unknown table '{name}'\n  hint: {did_you_mean(name, wanted)}")
        wanted = tuple(name for name in wanted if name in asked)
    unread = [name for name in dataset.existing if dataset.tables[name].existing.rows is None]  # type: ignore[union-attr]
    if unread:
        raise OptionError(
            f"{dataset.dataset}: rows of '{unread[0]}' exist elsewhere\n  hint: say where: --from URL_OR_DIR"
        )
    return _Maker(dataset, scale, seed, now, wanted, content or Content()).plan()


def supposed(dataset: Dataset) -> Dataset:
    """The dataset as if all existing tables had been read, and had many rows."""
    tables = {
        name: table.model_copy(update={"existing": table.existing.model_copy(update={"rows": MANY})})
        if table.existing
        else table
        for name, table in dataset.tables.items()
    }
    return dataset.model_copy(update={"tables": tables}) if dataset.existing else dataset


class _Maker:
    def __init__(
        self, dataset: Dataset, scale: float, seed: int, until: dt.datetime, wanted: tuple[str, ...], content: Content
    ):
        self.content = content
        self.dataset, self.scale, self.seed, self.until, self.wanted = dataset, scale, seed, until, wanted
        self.scope = check(dataset)
        self.tables: dict[str, TablePlan] = {}
        self.compiled: dict[tuple[str, str], Compiled] = {}
        self.taken: dict[tuple[str, str], Compiled] = {}
        self.sources: dict[str, dict[str, tuple[str, ...]]] = {}
        self.selects: dict[str, tuple[Branch, ...]] = {}
        self.sorts: dict[str, tuple[str, ...]] = {}
        self.paths: dict[tuple[str, str], tuple[str, str, str, str]] = {}

    def plan(self) -> Plan:
        for name in self._by_family():
            self.tables[name] = self._table(name)
        self._check_windows()
        self._check_parents()
        families = self._families()
        needed = {family.root for family in families}
        tables = {
            name: self.tables[name]
            for name in self.dataset.every
            if self.scope.family(name) in needed or name in self.wanted
        }
        return Plan(
            self.dataset,
            self.scale,
            self.seed,
            self.until,
            tables,
            families,
            self.wanted,
            self.compiled,
            self.taken,
            self.sources,
            self.selects,
            self.sorts,
            self.paths,
            self.content,
        )

    # -- tables

    def _by_family(self) -> list[str]:
        """Tables with parents before children, sources before derived, rollups last."""
        order: list[str] = []

        def visit(name: str) -> None:
            if name in order:
                return
            for other in self.scope.above(name):
                visit(other)
            order.append(name)

        for name in self.dataset.every:
            visit(name)
        return order

    def _table(self, name: str) -> TablePlan:
        table = self.scope.table(name)
        declared: int | None = None
        rows, exact = 0, True
        intensity: Intensity | None = None
        law: FanoutLaw | None = None
        if table.existing is not None:
            declared = rows = table.existing.rows or 0
        elif table.rows is not None:
            declared = rows = table.rows.at(self.scale)
            if rows > MAX_ROWS:
                raise OptionError(f"scale {self.scale:g} is too large: {name} would have {rows:,} rows")
            if table.arrival:
                intensity = self._intensity(name, declared, microseconds(self.until))
                rows = self._arrived(name, intensity)
                whole = -(-rows // table.window) * table.window if table.window else 0
                horizon_us, ahead_us = microseconds(self.until), YEAR_US
                while intensity.cumulated[-1] < whole and horizon_us < LAST_US:
                    # the last window is drawn whole; what would come after all known years comes at their end
                    horizon_us, ahead_us = min(horizon_us + ahead_us, LAST_US), 2 * ahead_us
                    intensity = self._intensity(name, declared, horizon_us)
        elif table.values is not None:
            declared = rows = len(table.values)
        elif table.per:
            assert table.fanout is not None
            law = fanout_law(table.fanout, ("tables", name, "fanout"))
            parent = self.tables[table.per]
            rows, exact = law.total(parent.rows), law.exact and parent.exact
            if law.exact and parent.declared is not None:
                declared = law.total(parent.declared)
                exact = exact and parent.rows == parent.declared
        elif table.rollup:
            every = table.rollup.every
            rows = (
                self.tables[every].rows
                if every
                else max(self.tables[p].rows for p in self.dataset.rolled(table.rollup))
            )
            exact = every is not None and self.tables[every].exact
        elif table.kind == "gathered":
            rows, exact = sum(self.tables[part].rows for part in self.dataset.parts(name)), False
        else:
            rows, exact = self.tables[self.scope.sources(name)[0]].rows, False
        exact = exact and table.already is None
        types = {column: self.scope.type_of(name, column) for column in table.columns}
        return TablePlan(
            name, table.kind, self.scope.family(name), declared, rows, exact, types, table.written, intensity, law
        )

    def _intensity(self, name: str, declared: int, horizon_us: int) -> Intensity:
        table = self.scope.table(name)
        assert table.arrival and table.rows
        law = table.columns[table.arrival].draws
        assert isinstance(law, Arrival)
        period = self.dataset.period
        return law.intensity(
            start=period.start, until=period.until, horizon_us=horizon_us, declared=declared,
            at_scale_1=table.rows.at(1), noise=stream(self.seed, name, table.arrival, 0, "days"),
            whole_days=self.scope.type_of(name, table.arrival).name == "date",
        )  # fmt: skip

    def _arrived(self, name: str, intensity: Intensity) -> int:
        """Rows before `until`: all that are expected but the last two, and those if their own times are."""
        column = self.scope.table(name).arrival
        assert column
        until_us = intensity.closing(microseconds(self.until))
        sure = max(0, math.floor(intensity.at(until_us)) - 1)
        here = 0
        for row in range(sure, sure + 3):
            block, place = divmod(row, BLOCK_ROWS)
            jitter = stream(self.seed, name, column, block).random(place + 1)[-1:]
            here += int(intensity.times(row, jitter)[0] < until_us)
        return min(sure + here, int(intensity.cumulated[-1]) + 1)

    def _check_windows(self) -> None:
        for name, column, declared in self.scope.every_column():
            if isinstance(declared.draws, Window) and BLOCK_ROWS % declared.draws.rows:
                raise SpecError(
                    [
                        Problem(
                            ("tables", name, "columns", column, "window"),
                            f"windows of {declared.draws.rows:,} rows do not fill a block of {BLOCK_ROWS:,}",
                            "for instance 100, 250 or 500",
                        )
                    ]
                )

    def _check_parents(self) -> None:
        """Refuse what could not be honoured: no parent there at the first child, fewer parents than distinct draws."""
        problems = []
        for name, column, declared in self.scope.every_column():
            draws = declared.draws
            if not isinstance(draws, Reference) or draws.to in (name, *self.scope.ancestors(name)):
                continue
            path = ("tables", name, "columns", column, "reference")
            parents = self._there_first(name, draws)
            if parents < 1:
                problems.append(
                    Problem(
                        path,
                        f"no row of {draws.to} is there yet when the first of {name} comes",
                        f"raise `before_start` of {draws.to}, or let its `since` begin earlier",
                    )
                )
            law = self.tables[name].fanout
            if draws.distinct_per and law and draws.distinct_per == self.scope.table(name).per and parents < law.max:
                problems.append(
                    Problem(
                        path,
                        f"a row of {draws.distinct_per} may have {law.max} {name}, but only "
                        f"{parents} {draws.to} are there at first",
                        f"lower the fan-out's `max`, or raise `at_least` of {draws.to}",
                    )
                )
        if problems:
            raise SpecError(problems)

    def _there_first(self, name: str, draws: Reference) -> int:
        """Rows of the parent that are surely there at the earliest moment of a child."""
        parent = self.tables[draws.to]
        if not draws.alive_at or parent.intensity is None:
            return parent.rows
        root = self.tables[self.scope.family(name)]
        first = root.intensity
        if first is None:
            return parent.rows
        moment = first.times(0, stream(self.seed, root.name, self.scope.table(root.name).arrival or "", 0).random(1))
        return math.floor(parent.intensity.at(int(moment[0])))

    # -- families

    def _families(self) -> tuple[FamilyPlan, ...]:
        """Families that the wanted tables need, each after those it looks into."""
        wanted: dict[str, set[tuple[str, str]]] = {}  # family -> columns that must be drawn
        residents: dict[str, set[tuple[str, str]]] = {}
        order: list[str] = []

        def want(table: str, column: str) -> None:
            family = wanted.setdefault(self.scope.family(table), set())
            if (table, column) in family:
                return
            family.add((table, column))
            for other, name, resident in self._made_from(table, column):
                if resident:
                    residents.setdefault(self.scope.family(other), set()).add((other, name))
                want(other, name)

        for name in self.wanted:
            for part in self.dataset.parts(name):
                want(part, "")
                for column in self.tables[name].written:
                    want(part, column)
        after = {root: self._looked_into(root, wanted[root]) for root in wanted}

        todo = [name for name in self.dataset.tables if name in wanted]
        while todo:  # of those that can come next, the small ones first: they are drawn while workers start
            able = [root for root in todo if all(other in order for other in after[root])]
            if not able:
                raise SpecError(
                    [Problem(("tables", todo[0]), f"a cycle of families: {', '.join(todo)} need each other")]
                )
            able.sort(key=lambda root: (self.tables[root].kind == "rollup", self.tables[root].rows > BLOCK_ROWS))
            order.append(able[0])
            todo.remove(able[0])
        rollups = [name for name in order if self.tables[name].kind == "rollup"]
        return tuple(
            self._family(
                root,
                wanted[root],
                residents.get(root, set()),
                after[root],
                tuple(r for r in rollups if any(self.scope.family(part) == root for part in self._rolled(r))),
            )
            for root in order
        )

    def _rolled(self, rollup: str) -> tuple[str, ...]:
        spec = self.scope.table(rollup).rollup
        assert spec
        return self.dataset.rolled(spec)

    def _made_from(self, table: str, column: str) -> list[tuple[str, str, bool]]:
        """What a column (or, with no column, a table's rows) is made from: (table, column, read as a resident)."""
        declared = self.scope.table(table)
        found: list[tuple[str, str, bool]] = []
        if not column:
            return self._rows_from(table)
        found.append((table, "", False))
        for moment, others in declared.hidden_moments.items():
            if column in others:
                found.append((table, moment, False))
        if declared.existing and declared.is_given(column):
            return found
        draws = declared.columns[column].draws
        for need in self.scope.needs(table, column):
            if need.kind == "row":
                found += self._path(table, need.name)
            else:
                found.append((need.table, need.name, need.kind == "whole"))
        if isinstance(draws, Expr):
            self.compiled[table, column] = self.scope.compiled(table, column)
        if isinstance(draws, InForce) and draws.largest:
            self.compiled[table, column] = self.scope.ranking(table, column)
        if isinstance(draws, Reference) and draws.to != table:
            key = draws.take or self.scope.table(draws.to).key[0]
            inside = draws.to == declared.per
            if inside or draws.take or not self._numbered(draws.to):
                found.append((draws.to, key, not inside))
            else:
                found.append((draws.to, "", False))
        return found

    def _numbered(self, table: str) -> bool:
        """Whether a table's keys follow from row numbers."""
        spec = self.scope.table(table)
        return isinstance(spec.columns[spec.key[0]].draws, Key) and not spec.is_given(spec.key[0])

    def _path(self, table: str, path: str) -> list[tuple[str, str, bool]]:
        seen = self.scope.resolve(table, path)
        self.paths[table, path] = (seen.how, seen.table, seen.column, seen.via)
        found = [(seen.table, seen.column, seen.how == "through")]
        if seen.via and self.scope.table(table).is_given(seen.via):  # a key that is found again among its parents
            found.append((seen.table, self.scope.table(seen.table).key[0], True))
        return [*found, (table, seen.via, False)] if seen.via else found

    def _rows_from(self, table: str) -> list[tuple[str, str, bool]]:
        declared = self.scope.table(table)
        if declared.per:
            return [(declared.per, "", False)]
        if declared.existing:
            return []
        if declared.select is not None:
            assert isinstance(declared.select, str)
            tree = query(declared.select)
            used, star = {path.rsplit(".", 1)[-1] for path in columns(tree)}, has_star(tree)
            for source in self.scope.sources(table):
                made = [c for c, d in self.scope.table(source).columns.items() if not isinstance(d.draws, State)]
                read = tuple(c for c in made if c in used or star) or tuple(made[:1])  # rows count by some column
                self.sources.setdefault(table, {})[source] = read
            self.sorts[table] = () if tree.args.get("order") else declared.key
            foreign = self.scope.foreign(table)
            if not foreign and table not in self.selects:
                sources = {s: {c: self.scope.type_of(s, c) for c in read} for s, read in self.sources[table].items()}
                given = {
                    c: self.scope.type_of(table, c) for c, d in declared.columns.items() if isinstance(d.draws, Given)
                }
                plain = compile_select(declared.select, sources, given)
                if plain:
                    self.selects[table] = plain
            return [(s, c, s in foreign) for s, read in self.sources[table].items() for c in ("", *read)]
        if declared.rollup is None:
            return []
        rollup, found = declared.rollup, []
        for name, take in rollup.take.items():
            sql = next(iter(take.values()))
            self.taken[table, name] = self.scope.taken(table, name)
            for part in self.dataset.rolled(rollup):
                for path in named(sql):
                    found += self._path(part, path)
        found += [(part, column, False) for part in self.dataset.rolled(rollup) for column in ("", *rollup.by)]
        if rollup.every:
            key = self.scope.table(rollup.every).key[0]
            counted = self.scope.table(rollup.every)  # children's numbers have gaps, and so have their keys
            self_made = self._numbered(rollup.every) and not counted.per
            found.append((rollup.every, "" if self_made else key, not self_made))
        return found

    def _is_read(self, table: str, column: str) -> bool:
        """Whether a column is resident from the beginning."""
        spec = self.scope.table(table)
        return spec.existing is not None and spec.is_given(column)

    def _looked_into(self, root: str, drawn: set[tuple[str, str]]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for table, column in sorted(drawn):
            for other, _, _ in self._made_from(table, column):
                if self.scope.family(other) != root:
                    found[self.scope.family(other)] = None
        return tuple(found)

    def _family(
        self,
        root: str,
        drawn: set[tuple[str, str]],
        residents: set[tuple[str, str]],
        after: tuple[str, ...],
        rollups: tuple[str, ...],
    ) -> FamilyPlan:
        steps: dict[Step, None] = {}

        def visit(table: str, column: str) -> None:
            if Step(table, column) in steps or self.scope.family(table) != root:
                return
            if column or self.scope.table(table).kind != "rollup":
                for other, name, _ in self._made_from(table, column):
                    if (other, name) != (table, column):
                        visit(other, name)
            steps[Step(table, column)] = None

        order = {name: at for at, name in enumerate(self.tables)}
        names = [(t, c) for t in order for c in ["", *self.scope.table(t).columns] if (t, c) in drawn]
        for table, column in names:
            visit(table, column)
        plan = self.tables[root]
        rows = plan.rows if plan.kind != "rollup" else 0
        blocks = -(-rows // BLOCK_ROWS) if plan.kind != "rollup" else 1
        declared_blocks = -(-(plan.declared or rows) // BLOCK_ROWS)
        generators: Mapping[tuple[str, str], Generator] = {(t, c): self.scope.column(t, c).draws for t, c in names if c}
        return FamilyPlan(
            root=root,
            tables=tuple(t for t in order if self.scope.family(t) == root and Step(t, "") in steps),
            after=after,
            rows=rows,
            blocks=blocks,
            blocks_per_file=min(max(1, declared_blocks // MIN_FILES), MAX_BLOCKS_PER_FILE),
            steps=tuple(steps),
            residents=tuple(sorted((t, c) for t, c in residents if c and not self._is_read(t, c))),
            prepared=tuple(at for at, made in generators.items() if type(made).prepare is not Generator.prepare),
            rollups=rollups,
        )
