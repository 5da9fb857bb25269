"""Texts, times and casts made explicit."""

from __future__ import annotations

from functools import reduce

from sqlglot import exp

from synth.dtypes import BIGINT, BOOLEAN, DATE, DOUBLE, TEXT, TIMESTAMP, DType, decimal
from synth.sql.parse import SqlError
from synth.translate.portable.kinds import (
    DIGITS,
    Node,
    Visit,
    as_text,
    cast,
    dtype_of,
    is_number,
    is_text,
    moment,
    number,
    only,
    refused,
    shown,
    together,
    typed,
    wrapped,
)  # fmt: skip

__all__ = ["HANDLERS", "days"]

_CASTS = {
    "DATE": DATE, "TIMESTAMP": TIMESTAMP, "TIMESTAMPNTZ": TIMESTAMP, "DATETIME": TIMESTAMP, "DOUBLE": DOUBLE,
    "SMALLINT": DType("smallint"), "INT": DType("integer"), "BIGINT": BIGINT, "TEXT": TEXT, "VARCHAR": TEXT,
}  # fmt: skip
_LONGEST = 2**31 - 1


def _joined(to: Visit, node: Node) -> Node:
    left, right = (wrapped(as_text(each)) for each in to.operands(node, "this", "expression"))
    return typed(exp.Paren(this=typed(exp.DPipe(this=left, expression=right, safe=True), TEXT)), TEXT)


def _concat(to: Visit, node: Node) -> Node:
    """CONCAT passes over NULL; || does not."""
    values = [as_text(each) for each in to.operands(node, "expressions")]
    empty = typed(exp.Literal.string(""), TEXT)
    some = [v if is_text(v) else typed(exp.Coalesce(this=v, expressions=[empty.copy()]), TEXT) for v in values]
    joined = reduce(lambda a, b: typed(exp.DPipe(this=a, expression=b, safe=True), TEXT), some)
    return typed(exp.Paren(this=joined), TEXT)


def _trimmed(to: Visit, node: Node) -> Node:
    only(node, "this")  # what else than blanks goes is letters to some and a word to others
    return typed(exp.Trim(this=as_text(to.visit(node.this))), TEXT)


def _function(to: Visit, node: Node) -> Node:
    only(node, "this", "expression", "replacement", "substr", "start", "length")
    for key in ("this", "expression", "replacement", "substr"):
        if node.args.get(key) is not None:
            node.set(key, as_text(to.visit(node.args[key])))
    if isinstance(node, exp.Substring):
        start, length = node.args.get("start"), node.args.get("length")
        if not start or not is_number(start) or int(start.name) < 1 or (length and not is_number(length)):
            raise SqlError(f"a piece of a text begins and ends at numbers from 1 on: {shown(node)}")
        node.set("length", length or exp.Literal.number(_LONGEST - int(start.name)))
    return typed(node, BIGINT if isinstance(node, (exp.Length, exp.StrPosition)) else TEXT)


def _left(to: Visit, node: Node) -> Node:
    return _function(to, exp.Substring(this=node.this, start=number(1), length=node.expression))


# -- times


def days(later: Node, earlier: Node) -> Node:
    """Days between dates."""
    return typed(exp.DateDiff(this=later, expression=earlier, unit=exp.Var(this="DAY")), BIGINT)


def _difference(to: Visit, node: Node) -> Node:
    if str(node.args.get("unit")).upper() != "DAY":
        raise SqlError(f"databases count other units than days differently: {shown(node)}")
    both, dtype = together(to.operands(node, "this", "expression"))
    if dtype not in (DATE, TIMESTAMP):
        raise refused(node)
    later, earlier = (each if dtype == DATE else cast(each, DATE) for each in both)
    return days(later, earlier)


def _part(to: Visit, node: Node) -> Node:
    """A year, a month or a day."""
    unit = node.this.name.upper() if isinstance(node, exp.Extract) else type(node).__name__.upper()
    value = to.visit(node.expression if isinstance(node, exp.Extract) else node.this)
    if unit not in ("YEAR", "MONTH", "DAY") or dtype_of(value) not in (DATE, TIMESTAMP):
        raise refused(node)
    return typed(exp.Extract(this=exp.Var(this=unit), expression=value), BIGINT)


# -- casts


def _cast(to: Visit, node: Node) -> Node:
    wanted, said, value = _wanted(node.to), shown(node), to.visit(node.this)
    have = dtype_of(value)
    if have is None:
        return cast(value, wanted)
    if wanted.is_time and is_text(value):
        return moment(value.unnest(), wanted)
    if have.is_exact and wanted.is_exact:
        if have.digits > wanted.digits:  # rounded, which not every database's cast does
            value = typed(exp.Round(this=value, decimals=exp.Literal.number(wanted.digits)), wanted)
        return cast(value, wanted)
    if have.name == wanted.name:
        return wrapped(value)
    if wanted.name == "varchar":
        return as_text(value)
    if (have.is_time and wanted.is_time) or (have.is_exact and wanted == DOUBLE):
        return cast(value, wanted)
    if have == BOOLEAN and wanted.is_exact:
        no = typed(exp.Not(this=wrapped(value.copy())), BOOLEAN)
        arms = [exp.If(this=value, true=number(1)), exp.If(this=no, true=number(0))]
        return typed(exp.Case(ifs=arms), BIGINT)
    if have == DOUBLE and wanted.is_exact and isinstance(value.unnest(), (exp.Round, exp.Floor, exp.Ceil)):
        return cast(value, wanted)
    raise SqlError(f"a cast from {have} to {wanted} reads differently in every database: {said}")


def _wanted(to: Node) -> DType:
    name = to.this.name
    if name == "DECIMAL":
        sizes = [int(each.name) for each in to.expressions] or [DIGITS, 3]
        return decimal(sizes[0], sizes[1] if len(sizes) > 1 else 0)
    if name not in _CASTS:
        raise SqlError(f"a cast to {to.sql(dialect='duckdb')} reads differently in every database")
    return _CASTS[name]


HANDLERS = (
    ((exp.DPipe,), _joined),
    ((exp.Concat,), _concat),
    ((exp.Length, exp.Upper, exp.Lower, exp.Substring, exp.Replace, exp.StrPosition), _function),
    ((exp.Left,), _left),
    ((exp.Trim,), _trimmed),
    ((exp.DateDiff,), _difference),
    ((exp.Extract, exp.Year, exp.Month, exp.Day), _part),
    ((exp.Cast,), _cast),
)
