"""SELECTs made explicit: which column a name means, what each derived table gives, one type for each column of a UNION."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from synth.dtypes import DType, Types
from synth.sql.parse import SqlError
from synth.translate.portable.kinds import Node, cast, dtype_of, only, refused, shown, together, typed
from synth.translate.portable.values import Values

__all__ = ["Columns", "explicit_condition", "explicit_query", "leaves"]

Columns = list[tuple[str, DType | None]]  # what a query gives


def explicit_query(tree: Node, tables: Mapping[str, Types]) -> Columns:
    """Make a query over these tables explicit, in place; the columns that it gives. Raises SqlError.

    Every table has an alias, every column its table, and what is given a name; tables of the dataset are marked `stored`.
    """
    return _Statements(tables).query(tree, None, {})


def explicit_condition(tree: Node, types: Types) -> Node:
    """A condition over the columns of one table, explicit. Raises SqlError."""
    known = {name.lower(): (name, dtype) for name, dtype in types.items()}

    def column(node: Node) -> Node:
        if node.table or node.name.lower() not in known:
            raise SqlError(f"unknown column {shown(node)}")
        name, dtype = known[node.name.lower()]
        return typed(exp.column(name), dtype)

    def select(node: Node) -> list[DType | None]:
        raise SqlError("a condition works within one row")

    return Values(column, select).condition(tree)


def leaves(tree: Node) -> Iterator[Node]:
    """The SELECTs of a UNION, or the one SELECT."""
    if isinstance(tree, exp.SetOperation):
        yield from leaves(tree.this)
        yield from leaves(tree.expression)
    else:
        yield tree


@dataclass
class _Source:
    """A table that a SELECT reads: its alias and its columns, by their names in small letters."""

    alias: str
    columns: dict[str, tuple[str, DType | None]]
    stored: bool


@dataclass
class _Sources:
    """What names mean in one SELECT, and in those around it."""

    outer: _Sources | None
    tables: dict[str, _Source] = field(default_factory=dict)
    aliases: dict[str, Node] = field(default_factory=dict)  # of what the SELECT gives


class _Statements:
    def __init__(self, tables: Mapping[str, Types]):
        self.tables = {name.lower(): (name, types) for name, types in tables.items()}

    def query(self, tree: Node, outer: _Sources | None, ctes: Mapping[str, Columns]) -> Columns:
        """A SELECT, or several by UNION, EXCEPT, INTERSECT."""
        ctes = {**ctes, **self._with(tree, ctes)}
        if isinstance(tree, exp.SetOperation):
            return self._several(tree, outer, ctes)
        if isinstance(tree, exp.Select):
            return self._select(tree, outer, ctes)
        raise refused(tree)

    def _with(self, tree: Node, ctes: Mapping[str, Columns]) -> dict[str, Columns]:
        found: dict[str, Columns] = {}
        with_ = tree.args.get("with_")
        if with_ is None:
            return found
        only(with_, "expressions")
        for cte in with_.expressions:
            only(cte, "this", "alias")
            name = cte.alias
            if name.lower() in self.tables:
                raise SqlError(f"WITH {name}: there is a table of this name; write another")
            columns = self.query(cte.this, None, {**ctes, **found})
            found[name.lower()] = self._renamed(cte, columns)
        return found

    def _renamed(self, node: Node, columns: Columns) -> Columns:
        """Names from behind an alias, `d(a, b)`, put where the columns are made: not every database reads them there."""
        names = [each.name for each in node.args["alias"].args.get("columns") or []]
        if not names:
            return columns
        if len(names) != len(columns):
            raise SqlError(f"{node.alias} has {len(columns)} columns, not {len(names)}")
        node.args["alias"].set("columns", None)
        for leaf in leaves(node.this):
            for projection, name in zip(leaf.expressions, names, strict=True):
                projection.set("alias", exp.to_identifier(name))
        return [(name, dtype) for name, (_, dtype) in zip(names, columns, strict=True)]

    # -- UNION and the like

    def _several(self, tree: Node, outer: _Sources | None, ctes: Mapping[str, Columns]) -> Columns:
        self._flat(tree)
        parts = list(leaves(tree))
        given = [self._select(part, outer, ctes) for part in parts]
        names = [name for name, _ in given[0]]
        if any(len(columns) != len(names) for columns in given):
            raise SqlError(f"SELECTs with different numbers of columns: {shown(tree)}")
        found: Columns = []
        for place, name in enumerate(names):
            projections = [part.expressions[place] for part in parts]
            values, dtype = together([projection.this for projection in projections])
            for projection, value in zip(projections, values, strict=True):
                bare = dtype is not None and dtype_of(value) is None
                projection.set("this", cast(value, dtype) if bare and dtype else value)
                projection.set("alias", exp.to_identifier(name))
                typed(projection, dtype)
            found.append((name, dtype))
        return found

    def _flat(self, tree: Node) -> None:
        """Brackets around SELECTs go; those that say an order of several operations are refused."""
        only(tree, "with_", "this", "expression", "distinct", "order")
        tree.set("order", None)
        for key in ("this", "expression"):
            side = tree.args[key]
            if isinstance(side, exp.Subquery):
                only(side, "this")
                side = side.this
                tree.set(key, side)
            if side.args.get("with_"):
                raise SqlError(f"WITH stands before the whole query: {shown(side)}")
            if isinstance(side, exp.SetOperation):
                if key == "expression" or not (isinstance(tree, exp.Union) and isinstance(side, exp.Union)):
                    raise SqlError(f"databases read several set operations in different orders: {shown(tree)}")
                self._flat(side)
        if not isinstance(tree, exp.Union) and not tree.args.get("distinct"):
            raise refused(tree)

    # -- SELECT

    def _select(self, select: Node, outer: _Sources | None, ctes: Mapping[str, Columns]) -> Columns:
        only(select, "with_", "expressions", "distinct", "from_", "joins", "where", "group", "having", "order")
        select.set("order", None)  # says nothing of which rows there are
        if select.args.get("distinct"):
            only(select.args["distinct"])
        here = _Sources(outer)
        here.aliases = {e.alias.lower(): e.this.copy() for e in select.expressions if isinstance(e, exp.Alias)}
        if select.args.get("from_"):
            self._read(select.args["from_"], here, ctes)
        for join in select.args.get("joins") or []:
            self._join(join, here, ctes)
        values = Values(lambda node: self._column(node, here, values), lambda node: self._types(node, here, ctes))
        for join in select.args.get("joins") or []:
            if join.args.get("on") is not None:
                join.set("on", values.condition(join.args["on"]))
        for key in ("where", "having"):
            if select.args.get(key):
                select.args[key].set("this", values.condition(select.args[key].this))
        if select.args.get("group"):
            group = select.args["group"]
            only(group, "expressions")
            group.set("expressions", [self._grouping(values.visit(each)) for each in group.expressions])
        return self._given(select, values)

    def _given(self, select: Node, values: Values) -> Columns:
        """The columns of a SELECT, each with a name of its own."""
        found: Columns = []
        taken: set[str] = set()
        made = []
        for place, expression in enumerate(select.expressions, 1):
            value = values.visit(expression.unalias())
            is_name = isinstance(expression.unalias(), exp.Column)
            name = expression.alias or (value.name if is_name and isinstance(value, exp.Column) else f"column_{place}")
            first, tries = name, 0
            while name.lower() in taken:
                tries += 1
                name = f"{first}_{tries}"
            taken.add(name.lower())
            made.append(typed(exp.Alias(this=value, alias=exp.to_identifier(name)), dtype_of(value)))
            found.append((name, dtype_of(value)))
        select.set("expressions", made)
        return found

    @staticmethod
    def _grouping(node: Node) -> Node:
        if isinstance(node.unnest(), (exp.Literal, exp.Null)):
            raise SqlError("GROUP BY a number is not known everywhere; name the columns")
        return node.unnest()

    def _types(self, tree: Node, outer: _Sources, ctes: Mapping[str, Columns]) -> list[DType | None]:
        return [dtype for _, dtype in self.query(tree, outer, ctes)]

    # -- tables

    def _join(self, join: Node, here: _Sources, ctes: Mapping[str, Columns]) -> None:
        only(join, "this", "on", "side", "kind")
        side, kind = str(join.args.get("side") or "").upper(), str(join.args.get("kind") or "").upper()
        if side not in ("", "LEFT", "RIGHT") or kind not in ("", "INNER", "OUTER", "CROSS"):
            raise SqlError(f"not every database knows {side or kind} JOIN")
        if join.args.get("on") is None:
            join.set("kind", "CROSS")
        self._read(join, here, ctes)

    def _read(self, node: Node, here: _Sources, ctes: Mapping[str, Columns]) -> None:
        """Learn what a FROM or a JOIN reads, and give it an alias."""
        read = node.this
        if isinstance(read, exp.Table) and isinstance(read.this, exp.Identifier):
            only(read, "this", "alias")
            source = self._stored(read, ctes)
        elif isinstance(read, exp.Subquery):
            only(read, "this", "alias")
            columns = self.query(read.this, None, ctes)
            alias = read.alias or f"derived_{len(here.tables) + 1}"
            source = _Source(alias, _by_name(self._renamed(read, columns) if read.alias else columns), stored=False)
        else:
            raise refused(read)
        if source.alias.lower() in here.tables:
            raise SqlError(f"two tables are called {source.alias}")
        read.set("alias", exp.TableAlias(this=exp.to_identifier(source.alias)))
        here.tables[source.alias.lower()] = source

    def _stored(self, read: Node, ctes: Mapping[str, Columns]) -> _Source:
        name = read.name.lower()
        if read.args.get("alias") and read.args["alias"].args.get("columns"):
            raise refused(read)
        if name in ctes:
            return _Source(read.alias or read.name, _by_name(ctes[name]), stored=False)
        if name not in self.tables:
            raise SqlError(f"unknown table {read.name}")
        spelt, types = self.tables[name]
        alias = read.alias or read.name
        read.set("this", exp.to_identifier(spelt))
        read.meta["stored"] = True
        return _Source(alias, _by_name(list(types.items())), stored=True)

    # -- columns

    def _column(self, node: Node, here: _Sources, values: Values) -> Node:
        only(node, "this", "table")
        name, table = node.name.lower(), node.table.lower()
        at: _Sources | None = here
        while at is not None:
            if table:
                found = [at.tables[table]] if table in at.tables else []
            else:
                found = [source for source in at.tables.values() if name in source.columns]
            if len(found) > 1:
                raise SqlError(f"{node.name} is a column of {' and of '.join(source.alias for source in found)}")
            if found:
                return self._of(found[0], node)
            if not table and at is here and name in here.aliases:
                meant = here.aliases.pop(name)  # a name that means itself means nothing
                value = values.visit(meant.copy())
                here.aliases[name] = meant
                return typed(exp.Paren(this=value), dtype_of(value))
            at = at.outer
        raise SqlError(f"unknown column {shown(node)}")

    @staticmethod
    def _of(source: _Source, node: Node) -> Node:
        if node.name.lower() not in source.columns:
            raise SqlError(f"unknown column {shown(node)}")
        name, dtype = source.columns[node.name.lower()]
        made = typed(exp.column(name, table=source.alias), dtype)
        made.meta["stored"] = source.stored
        return made


def _by_name(columns: Columns) -> dict[str, tuple[str, DType | None]]:
    return {name.lower(): (name, dtype) for name, dtype in columns}
