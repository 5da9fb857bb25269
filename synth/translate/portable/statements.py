"""Queries and conditions made explicit: every expression of each SELECT, and one type for each column of a UNION."""

from __future__ import annotations

from sqlglot import exp

from synth.sql.names import leaves
from synth.sql.nodes import Node, dtype_of
from synth.translate.portable.casts import cast, with_common_type
from synth.translate.portable.forms import explicit

__all__ = ["explicit_condition", "explicit_query"]


def explicit_condition(tree: Node) -> Node:
    """A typed condition (`synth.sql.queries.typed_condition`), explicit."""
    return explicit(tree)


def explicit_query(tree: Node) -> None:
    """Make a typed query (`synth.sql.queries.typed_query`) explicit, in place."""
    for select in reversed(list(tree.find_all(exp.Select))):  # the innermost first
        _explicit_select(select)
    for operation in list(tree.find_all(exp.SetOperation)):
        if not isinstance(operation.parent, exp.SetOperation):
            _explicit_operation(operation)


def _explicit_select(select: Node) -> None:
    for join in select.args.get("joins") or []:
        if join.args.get("on") is not None:
            join.set("on", explicit(join.args["on"]))
    for key in ("where", "having"):
        if select.args.get(key):
            select.args[key].set("this", explicit(select.args[key].this))
    if select.args.get("group"):
        group = select.args["group"]
        group.set("expressions", [explicit(each).unnest() for each in group.expressions])
    for projection in select.expressions:
        projection.set("this", explicit(projection.this))


def _explicit_operation(operation: Node) -> None:
    for projections in zip(*(leaf.expressions for leaf in leaves(operation)), strict=True):
        values, dtype = with_common_type([projection.this for projection in projections])
        for projection, value in zip(projections, values, strict=True):
            bare = dtype is not None and dtype_of(value) is None
            projection.set("this", cast(value, dtype) if bare and dtype else value)
