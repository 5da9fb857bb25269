"""What CAST gives: for drawing only what loses nothing, for checks only what every database reads alike."""

from __future__ import annotations

from sqlglot import exp

from synth.dtypes import BIGINT, BOOLEAN, DATE, DOUBLE, TEXT, TIME, TIMESTAMP, UUID, DType, decimal
from synth.sql.kinds import DIGITS, OPAQUE, Policy, clock, moment, require_text
from synth.sql.nodes import Node, dtype_of, is_text, sql_excerpt
from synth.sql.parse import SqlError

__all__ = ["cast_type", "require_digits"]

_IN_EVERY_DATABASE = {
    "DATE": DATE, "TIMESTAMP": TIMESTAMP, "TIMESTAMPNTZ": TIMESTAMP, "DATETIME": TIMESTAMP, "DOUBLE": DOUBLE,
    "TIME": TIME, "SMALLINT": DType("smallint"), "INT": DType("integer"), "BIGINT": BIGINT, "TEXT": TEXT, "VARCHAR": TEXT,
}  # fmt: skip


def cast_type(node: Node, value: Node, policy: Policy) -> DType:
    """The type that a CAST gives, its operand being typed. Raises SqlError for a cast that the policy does not allow."""
    return _for_drawing(node, value, policy) if policy.reads_polars else _for_checks(node, value, policy)


def require_digits(have: DType, wanted: DType) -> None:
    """Refuse to drop digits after the point of an exact number. Raises SqlError."""
    if have.digits > wanted.digits:
        raise SqlError(
            f"the expression has {have.digits} digits after the point, {wanted} keeps {wanted.digits}: "
            f"write ROUND(…, {wanted.digits})"
        )


def _for_drawing(node: Node, value: Node, policy: Policy) -> DType:
    try:
        wanted = DType.parse(node.to.sql(dialect="duckdb").replace("TEXT", "varchar"))
    except ValueError as error:
        raise SqlError(str(error)) from error
    if wanted.name == "enum":
        raise SqlError("a cast to an enum", "declare it as the column's `type`: its values are looked at there")
    if wanted.in_sql != wanted:
        raise SqlError(
            f"a cast to {wanted}", f"declare it as the column's `type`: SQL knows its values as {wanted.in_sql}"
        )
    have = dtype_of(value)
    if have is None:
        return wanted
    if (have.is_opaque or wanted.is_opaque) and have != wanted:
        raise SqlError(f"{have} cast to {wanted}: every database spells {_opaque(have, wanted)} in its own way")
    if TIME in (have, wanted) and have != wanted:
        return _time_of_day(value, have, wanted)
    if have.is_exact and wanted.is_exact:
        require_digits(have, wanted)
        return wanted
    if have == TEXT and wanted.is_time:
        return wanted
    if wanted == UUID and have != UUID:
        raise SqlError(f"{have} cast to uuid: it need not be one")
    if have == TEXT and wanted == BOOLEAN:
        raise SqlError(f"a text cast to {wanted}: write a comparison, as {sql_excerpt(value)} = 'true'")
    if have.is_time != wanted.is_time and wanted.name != "varchar":
        raise SqlError(f"{have} cast to {wanted}: a moment is no number; days between dates are DATE_DIFF('day', …, …)")
    if have.name == "decimal" and not (policy.doubles_meet and wanted == DOUBLE):
        raise SqlError(f"a decimal cast to {wanted}: not exact in every database")
    if wanted.name == "decimal" or (wanted.is_exact and have.name == "double"):
        raise SqlError(f"{have} cast to {wanted}: only exact numbers become exact numbers")
    return wanted


def _for_checks(node: Node, value: Node, policy: Policy) -> DType:
    wanted, have = _portable_type(node.to), dtype_of(value)
    if have is not None and have.is_opaque:
        raise SqlError(f"{have} cast to {wanted}: every database spells {_opaque(have, wanted)} in its own way")
    if have is not None and TIME in (have, wanted) and have != wanted:
        return _time_of_day(value, have, wanted)
    if have is None or (have.is_exact and wanted.is_exact):
        return wanted
    if wanted.is_time and is_text(value):
        moment(value.unnest().name)
        return wanted
    if have.name == wanted.name:
        return have
    if wanted.name == "varchar":
        require_text(value, policy)
        return TEXT
    if (have.is_time and wanted.is_time) or (have.is_exact and wanted == DOUBLE):
        return wanted
    if have == BOOLEAN and wanted.is_exact:
        return BIGINT
    if have == DOUBLE and wanted.is_exact and isinstance(value.unnest(), (exp.Round, exp.Floor, exp.Ceil)):
        return wanted
    raise SqlError(f"a cast from {have} to {wanted} reads differently in every database: {sql_excerpt(node)}")


def _opaque(have: DType, wanted: DType) -> str:
    """What of two types is spelt in many ways."""
    return OPAQUE[next(dtype.name for dtype in (have, wanted) if dtype.is_opaque)]


def _time_of_day(value: Node, have: DType, wanted: DType) -> DType:
    """A time of day is written out, or a timestamp's; nothing becomes of it. Raises SqlError."""
    if wanted == TIME and is_text(value):
        clock(value)
        return TIME
    if wanted == TIME and have == TIMESTAMP:
        return TIME
    if wanted == TIME:
        raise SqlError(f"{have} cast to time: only timestamps, and texts that are written out, have a time of day")
    raise SqlError(f"a time of day cast to {wanted}: every database reads that in its own way")


def _portable_type(to: Node) -> DType:
    name = to.this.name
    if name == "DECIMAL":
        sizes = [int(each.name) for each in to.expressions] or [DIGITS, 3]
        return decimal(sizes[0], sizes[1] if len(sizes) > 1 else 0)
    if name not in _IN_EVERY_DATABASE:
        raise SqlError(f"a cast to {to.sql(dialect='duckdb')} reads differently in every database")
    return _IN_EVERY_DATABASE[name]
