"""Families: which tables and columns are drawn, what of them others look up, and in which order."""

from __future__ import annotations

from collections.abc import Mapping

from synth.errors import Problem, SpecError
from synth.generators.base import Generator
from synth.generators.derived import Expr, Given, State
from synth.generators.in_force import InForce
from synth.generators.keys import Key
from synth.generators.reference import Reference
from synth.plan.model import BLOCK_ROWS, FamilyPlan, Step, TablePlan
from synth.spec.constraints import references
from synth.spec.scope import Scope
from synth.sql.compiled import Branch, Compiled
from synth.sql.parse import columns, has_star, named, query
from synth.sql.select import compile_select

__all__ = ["Families"]

MIN_FILES = 15  # a large table has so many files at least, so that workers share it evenly
MAX_BLOCKS_PER_FILE = 4  # 400,000 order lines: what a worker holds before it writes


class Families:
    """Finds them, and notes what it meets on the way: compiled SQL, columns read, paths."""

    def __init__(self, scope: Scope, tables: Mapping[str, TablePlan], wanted: tuple[str, ...]):
        self.dataset, self.scope, self.tables, self.wanted = scope.dataset, scope, tables, wanted
        self.compiled: dict[tuple[str, str], Compiled] = {}
        self.taken: dict[tuple[str, str], Compiled] = {}
        self.sources: dict[str, dict[str, tuple[str, ...]]] = {}
        self.selects: dict[str, tuple[Branch, ...]] = {}
        self.sorts: dict[str, tuple[str, ...]] = {}
        self.paths: dict[tuple[str, str], tuple[str, str, str, str]] = {}
        self.links: dict[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...]]] = {}

    def found(self) -> tuple[FamilyPlan, ...]:
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
        if seen.via and self.scope.is_read(table, seen.via):  # a key that is found again among its parents
            columns, keys = self.links[table, seen.via] = self._link(table, seen.via, seen.table)
            found += [*((seen.table, key, True) for key in keys), *((table, column, False) for column in columns)]
        return [*found, (table, seen.via, False)] if seen.via else found

    def _link(self, table: str, column: str, parent: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Of rows that exist: the columns that hold their parent's key, and the key. Raises SpecError."""
        at = ("tables", table, "columns", column)
        if not self.scope.table(parent).existing:
            what = f"rows of {table} exist, and so do those of {parent} that '{column}' points to"
            raise SpecError([Problem(at, what, f"let {parent} exist, too")])
        for refers in references(self.dataset):
            if refers.table == table and refers.parent == parent and column in refers.columns:
                return refers.columns, refers.keys
        what = f"'{column}' is not the whole key of {parent}, so what it points to cannot be found"
        raise SpecError(
            [Problem(at, what, f"look up the other columns of its key: {', '.join(self.scope.table(parent).key)}")]
        )

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
            residents=tuple(sorted((t, c) for t, c in residents if c and not self.scope.is_read(t, c))),
            prepared=tuple(
                at
                for at, made in generators.items()
                if type(made).prepare is not Generator.prepare and not self.scope.is_read(*at)
            ),
            rollups=rollups,
        )
