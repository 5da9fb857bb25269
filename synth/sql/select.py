"""Compiles a plain SELECT (or a UNION ALL of some) into expressions on drawn columns: no decimals, no parsing per block.

Plain is: one table, a list of expressions that `expr` knows, a condition. What joins, groups, orders, or calls other
functions is left to DuckDB.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from sqlglot import exp

from synth.dtypes import BOOLEAN, DType
from synth.sql.compile import as_type, compile_tree
from synth.sql.compiled import Branch, Compiled
from synth.sql.parse import SqlError, columns, query

__all__ = ["compile_select"]

PLAIN = {"kind", "expressions", "from_", "where"}  # the clauses that a plain SELECT may have


def compile_select(
    text: str, types: Mapping[str, Mapping[str, DType]], wanted: Mapping[str, DType]
) -> tuple[Branch, ...] | None:
    """The branches of a plain SELECT over these tables, each column as the type wanted; None where it is not plain."""
    return _compiled(text, tuple((name, tuple(own.items())) for name, own in types.items()), tuple(wanted.items()))


_Columns = tuple[tuple[str, DType], ...]


@lru_cache(maxsize=512)  # asked for when a spec is checked, and when it is planned
def _compiled(text: str, types: tuple[tuple[str, _Columns], ...], wanted: _Columns) -> tuple[Branch, ...] | None:
    tables = {name: dict(own) for name, own in types}
    try:
        return tuple(_branch(select, tables, dict(wanted)) for select in _selects(query(text)))
    except SqlError:
        return None


def _selects(tree: exp.Expression) -> Sequence[exp.Select]:
    if isinstance(tree, exp.Union) and not tree.args.get("distinct") and not tree.args.get("order"):
        return [*_selects(tree.this), *_selects(tree.expression)]
    if isinstance(tree, exp.Select):
        return [tree]
    raise SqlError("not plain")


def _branch(select: exp.Select, types: Mapping[str, Mapping[str, DType]], wanted: Mapping[str, DType]) -> Branch:
    clauses = {name for name, given in select.args.items() if given}
    table = select.args["from_"].this if "from_" in clauses else None
    if clauses - PLAIN or not isinstance(table, exp.Table) or table.args.get("joins"):
        raise SqlError("not plain")
    own = types.get(table.name, {})

    def compiled(tree: exp.Expression) -> Compiled:
        if tree.find(exp.AggFunc, exp.Window, exp.Subquery, exp.Select, exp.Star):
            raise SqlError("not plain")
        bare = tree.copy().transform(
            lambda n: (
                exp.column(n.name, quoted=True)
                if isinstance(n, exp.Column) and n.table in (table.alias_or_name, table.name)
                else n
            )
        )
        if not columns(bare) and not own:
            raise SqlError("not plain")
        expression = compile_tree(bare, own, by_polars=False)
        return expression.bounded({name: dtype.limit for name, dtype in own.items() if dtype.is_exact})

    where = select.args.get("where")
    condition = compiled(where.this) if where else None
    if condition is not None and condition.dtype != BOOLEAN:
        raise SqlError("not plain")
    given = {item.alias_or_name: compiled(item.unalias()) for item in select.expressions}
    gives = {name: as_type(given[name], dtype) for name, dtype in wanted.items() if name in given}
    if len(gives) < len(wanted) or not any(part.reads for part in gives.values()):
        raise SqlError("not plain")
    return Branch(table.name, condition, gives)
