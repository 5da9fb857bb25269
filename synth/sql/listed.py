"""What an expression of texts may give, as far as it is written out: in an enum's column it has to be listed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp

from synth.dtypes import DType
from synth.errors import did_you_mean
from synth.sql.nodes import Node, is_text
from synth.sql.parse import SqlError, expression, path

__all__ = ["require_listed"]


def require_listed(sql: str, types: Mapping[str, DType], wanted: DType) -> None:
    """Refuse an expression that can give a text which its enum does not list. Raises SqlError.

    A text that is worked out is looked at when it is drawn.
    """
    for node in _results(expression(sql)):
        own = types.get(path(node)) if isinstance(node, exp.Column) else None
        for label in own.labels if own is not None else (node.name,) if is_text(node) else ():
            if label not in wanted.labels:
                raise SqlError(f"'{label}' is no {wanted}", did_you_mean(label, wanted.labels))


def _results(node: Node) -> Iterator[Node]:
    """The operands whose value an expression may have: through brackets, CASE, COALESCE, NULLIF, LEAST and GREATEST."""
    if isinstance(node, exp.Case):
        inner = [*(arm.args["true"] for arm in node.args["ifs"]), node.args.get("default")]
    elif isinstance(node, exp.If):
        inner = [node.args["true"], node.args.get("false")]
    elif isinstance(node, (exp.Coalesce, exp.Least, exp.Greatest)):
        inner = [node.this, *node.expressions]
    elif isinstance(node, (exp.Paren, exp.Nullif)):
        inner = [node.this]
    else:
        yield node
        return
    for each in inner:
        if each is not None:
            yield from _results(each)
