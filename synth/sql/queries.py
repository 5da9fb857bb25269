"""Types of whole queries and of conditions, as checks use them: rules, checks of columns, what is verified."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from synth.dtypes import DType, Types
from synth.sql.kinds import CHECKING, common_type
from synth.sql.names import leaves, remember_names, with_names
from synth.sql.nodes import Node, dtype_of, require_only, sql_excerpt, typed
from synth.sql.parse import SqlError
from synth.sql.typed import Typing

__all__ = ["Columns", "columns_given", "typed_condition", "typed_query"]

Columns = list[tuple[str, "DType | None"]]  # what a query gives


def typed_query(tree: Node, tables: Mapping[str, Types]) -> Node:
    """A query over these tables, its names found and every node typed, changed in place. Raises SqlError.

    Every table has an alias, every column its table, and what is given a name; names are spelt as they are declared. Tables
    of the dataset, and their columns, are marked `stored` in their `meta`.
    """
    tree = with_names(tree, tables)
    known = {name.lower(): (name, types) for name, types in tables.items()}
    for scope in traverse_scope(tree):  # what is read comes before who reads it
        if isinstance(scope.expression, exp.Select):
            _type_select(scope, known)
        elif isinstance(scope.expression, exp.SetOperation):
            _type_operation(scope.expression)
    return tree


def columns_given(tree: Node) -> Columns:
    """The columns that a typed query gives."""
    return [(projection.alias, dtype_of(projection)) for projection in next(leaves(tree)).expressions]


def typed_condition(tree: Node, types: Types) -> Node:
    """A copy of a condition over the columns of one table, typed, its names spelt as they are declared. Raises SqlError."""
    known = {name.lower(): (name, dtype) for name, dtype in types.items()}

    def column(node: Node) -> DType:
        if node.table or node.name.lower() not in known:
            raise SqlError(f"unknown column {sql_excerpt(node)}")
        name, dtype = known[node.name.lower()]
        node.set("this", exp.to_identifier(name))
        return _noted(node, dtype)

    tree = exp.Paren(this=tree.copy())
    remember_names(tree)
    Typing(CHECKING, column).condition(tree.this)
    return tree.this


def _noted(node: Node, dtype: DType) -> DType:
    """The type as which SQL knows a column of a table; where that is another one than the column's, it is marked."""
    node.meta["column_type"] = dtype.name
    node.meta["is_native"] = bool(dtype.native)
    return dtype.in_sql


Known = Mapping[str, tuple[str, Types]]  # tables by their names in small letters
Sources = dict[str, dict[str, tuple[str, "DType | None"]]]  # alias -> name in small letters -> name as declared, type


def _type_select(scope: Scope, known: Known) -> None:
    select = scope.expression
    for node, source in scope.selected_sources.values():
        if isinstance(source, exp.Table):
            node.set("this", exp.to_identifier(known[source.name][0]))
            node.meta["stored"] = True
    typing = Typing(CHECKING, _finder(scope, known))
    for join in select.args.get("joins") or []:
        if join.args.get("on") is not None:
            typing.condition(join.args["on"])
    for key in ("where", "having"):
        if select.args.get(key):
            typing.condition(select.args[key].this)
    if select.args.get("group"):
        typing.operands(select.args["group"], "expressions")
    for projection in select.expressions:
        typed(projection, typing.visit(projection.this))
        written = projection.meta.get("name") or (
            projection.this.name if isinstance(projection.this, exp.Column) else ""
        )
        projection.set("alias", exp.to_identifier(written or projection.alias))


def _type_operation(operation: Node) -> None:
    """One type for each column of a UNION, and the names of its first SELECT."""
    parts = list(leaves(operation))
    for first, *others in zip(*(part.expressions for part in parts), strict=True):
        dtype = common_type([projection.this for projection in (first, *others)], CHECKING)
        for projection in (first, *others):
            typed(projection, dtype).set("alias", first.args["alias"].copy())


def _finder(scope: Scope, known: Known) -> Callable[[Node], DType | None]:
    """Finds the type of a column that a SELECT names: of a table of its own, or of a SELECT around it."""
    learnt: dict[int, Sources] = {}

    def sources(at: Scope) -> Sources:
        if id(at) not in learnt:
            learnt[id(at)] = _sources(at, known)
        return learnt[id(at)]

    def column(node: Node) -> DType | None:
        require_only(node, "this", "table")
        if not node.table:
            holders = [alias for alias, held in sources(scope).items() if node.name in held]
            if len(holders) > 1:
                raise SqlError(f"{node.name} is a column of {' and of '.join(holders)}")
            raise SqlError(f"unknown column {sql_excerpt(node)}")
        at: Scope | None = scope
        while at is not None:
            held = sources(at).get(node.table)
            if held is not None:
                if node.name not in held:
                    break
                name, dtype = held[node.name]
                node.set("this", exp.to_identifier(name))
                node.meta["stored"] = isinstance(at.selected_sources[node.table][1], exp.Table)
                return None if dtype is None else _noted(node, dtype)
            at = at.parent if at.is_subquery or at.is_set_operation else None
        raise SqlError(f"unknown column {sql_excerpt(node)}")

    return column


def _sources(scope: Scope, known: Known) -> Sources:
    return {
        alias: {name.lower(): (name, dtype) for name, dtype in _columns_of(source, known)}
        for alias, (_, source) in scope.selected_sources.items()
    }


def _columns_of(source: exp.Table | Scope, known: Known) -> Columns:
    if isinstance(source, exp.Table):
        return list(known[source.name.lower()][1].items())
    return columns_given(source.expression.unnest())
