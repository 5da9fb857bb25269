"""Turns a SQL expression into a Polars expression that is exact on money.

Exact numbers are int64 in minor units with their digits known beforehand, so `quantity * unit_price` is one integer
product and ROUND is an integer division, half away from zero: ten times faster than a decimal, and as exact. What is no
arithmetic (text, dates) goes to `polars.sql_expr`. Digits never vanish silently: a narrowing needs ROUND.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import reduce
from typing import Any

import polars as pl
from sqlglot import exp

from synth.dtypes import BIGINT, BOOLEAN, DATE, DOUBLE, TEXT, TIMESTAMP, DType, decimal, exact
from synth.sql.compiled import LIMIT, Bound, Compiled
from synth.sql.parse import SqlError, expression, path

__all__ = ["as_type", "compile_expression", "compile_tree"]


def compile_expression(text: str, types: Mapping[str, DType]) -> Compiled:
    """Compile one SQL expression over columns of these types. Raises SqlError."""
    return compile_tree(expression(text), types)


def compile_tree(tree: exp.Expression, types: Mapping[str, DType]) -> Compiled:
    """The same for a tree."""
    return _Compiler(types).visit(tree)


def as_type(value: Compiled, wanted: DType) -> Compiled:
    """The same value as the column's type. Raises SqlError where digits would be lost or kinds differ."""
    have = value.dtype
    if have is None:
        return Compiled(value.expr.cast(wanted.drawn), wanted)
    if have.is_exact and wanted.is_exact:
        if have.digits > wanted.digits:
            raise SqlError(
                f"the expression has {have.digits} digits after the point, {wanted} keeps {wanted.digits}: "
                f"write ROUND(…, {wanted.digits})"
            )
        scaled = _to_digits(value, wanted.digits)
        return Compiled(scaled.expr, wanted, scaled.peak)
    if have.name == wanted.name:
        return Compiled(value.expr, wanted)
    if {have.name, wanted.name} in ({"varchar", "uuid"}, {"date", "timestamp"}):
        return Compiled(value.expr.cast(wanted.drawn), wanted)
    if have.name == "bigint" and wanted.name == "double":
        return Compiled(value.expr.cast(pl.Float64), wanted)
    raise SqlError(f"the expression gives {have}, the column is {wanted}")


def _to_digits(value: Compiled, digits: int) -> Compiled:
    """The same number with more digits after the point."""
    assert value.dtype is not None
    missing = digits - value.dtype.digits
    if missing == 0:
        return value
    factor = 10**missing
    return Compiled(value.expr * factor, decimal(18, digits), ("mul", value.peak, ("lit", factor)))


def _widest(*values: Compiled) -> Bound:
    """The bound of several values."""
    return reduce(lambda x, y: ("max", x, y), (value.peak for value in values))


def _unify(values: list[Compiled]) -> tuple[list[Compiled], DType | None]:
    """Values of one type: the most digits of all where they are exact."""
    known = [value.dtype for value in values if value.dtype is not None]
    if not known:
        return values, None
    if all(dtype.is_exact for dtype in known):
        digits = max(dtype.digits for dtype in known)
        dtype = decimal(18, digits) if digits or any(d.name == "decimal" for d in known) else BIGINT
        return [value if value.dtype is None else _to_digits(value, digits) for value in values], dtype
    names = {"varchar" if dtype.name == "uuid" else dtype.name for dtype in known}
    if len(names) > 1 and names != {"date", "timestamp"}:
        raise SqlError(f"values of different kinds meet: {', '.join(sorted(str(d) for d in set(known)))}")
    return values, DType("timestamp") if len(names) > 1 else known[0]


def _half_away(number: pl.Expr, divisor: pl.Expr | int) -> pl.Expr:
    """number / divisor as a whole number, half away from zero; the divisor is positive."""
    half = divisor // 2 if isinstance(divisor, int) else None
    if half is not None:
        return (number.abs() + half) // divisor * number.sign()
    return (number.abs() * 2 + divisor) // (divisor * 2) * number.sign()


class _Compiler:
    """Walks a tree; one method a kind of node, everything else handed to Polars."""

    def __init__(self, types: Mapping[str, DType]):
        self.types = types

    def visit(self, node: exp.Expression) -> Compiled:
        method = getattr(self, f"visit_{type(node).__name__.lower()}", None)
        if method is not None:
            compiled = method(node)
            assert isinstance(compiled, Compiled)
            return compiled
        if isinstance(node, (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)):
            return self._compare(node)
        return self._by_polars(node)

    # -- leaves

    def visit_column(self, node: exp.Column) -> Compiled:
        name = path(node)
        if name not in self.types:
            raise SqlError(f"unknown column '{name}'")
        return Compiled(pl.col(name), self.types[name], ("col", name))

    def visit_literal(self, node: exp.Literal) -> Compiled:
        if node.is_string:
            return Compiled(pl.lit(node.name), TEXT)
        number = Decimal(node.name)
        exponent = number.as_tuple().exponent
        dtype = decimal(18, max(0, -exponent)) if isinstance(exponent, int) and exponent < 0 else BIGINT
        try:
            units = exact(number, dtype)
        except ValueError as error:
            raise SqlError(str(error)) from error
        return Compiled(pl.lit(units, dtype=pl.Int64), dtype, ("lit", abs(units)))

    def visit_boolean(self, node: exp.Boolean) -> Compiled:
        return Compiled(pl.lit(bool(node.this)), BOOLEAN)

    def visit_null(self, node: exp.Null) -> Compiled:
        return Compiled(pl.lit(None), None)

    def visit_paren(self, node: exp.Paren) -> Compiled:
        return self.visit(node.this)

    # -- arithmetic

    def visit_neg(self, node: exp.Neg) -> Compiled:
        value = self._exact(node.this)
        return Compiled(-value.expr, value.dtype, value.peak)

    def visit_abs(self, node: exp.Abs) -> Compiled:
        value = self._exact(node.this)
        return Compiled(value.expr.abs(), value.dtype, value.peak)

    def visit_add(self, node: exp.Add) -> Compiled:
        return self._sum(node, lambda a, b: a + b)

    def visit_sub(self, node: exp.Sub) -> Compiled:
        return self._sum(node, lambda a, b: a - b)

    def visit_mul(self, node: exp.Mul) -> Compiled:
        a, b = self.visit(node.this), self.visit(node.expression)
        if self._floats(a, b):
            return Compiled(a.expr * b.expr, DOUBLE)
        self._need_exact(a, b)
        assert a.dtype and b.dtype
        digits = a.dtype.digits + b.dtype.digits
        if digits > 18:
            raise SqlError(f"a product with {digits} digits after the point; ROUND a factor first")
        decimals = digits or "decimal" in (a.dtype.name, b.dtype.name)
        return Compiled(a.expr * b.expr, decimal(18, digits) if decimals else BIGINT, ("mul", a.peak, b.peak))

    def visit_mod(self, node: exp.Mod) -> Compiled:
        (a, b), dtype = _unify([self._exact(node.this), self._exact(node.expression)])
        return Compiled(a.expr - (a.expr.abs() // b.expr.abs()) * b.expr.abs() * a.expr.sign(), dtype, a.peak)

    def visit_div(self, node: exp.Div) -> Compiled:
        a, b = self.visit(node.this), self.visit(node.expression)
        if self._floats(a, b):
            return Compiled(a.expr / b.expr, DOUBLE)
        raise SqlError("a quotient has no last digit; write ROUND(a / b, digits)")

    def visit_round(self, node: exp.Round) -> Compiled:
        decimals = node.args.get("decimals")
        try:
            digits = int(decimals.sql(dialect="duckdb")) if decimals is not None else 0
        except ValueError:
            raise SqlError("the digits of ROUND are a whole number") from None
        inner = node.this.unnest()
        if isinstance(inner, exp.Div):
            quotient = self._quotient(inner, digits)
            if quotient is not None:
                return quotient
        value = self.visit(inner)
        if value.dtype is not None and value.dtype.name == "double":
            raise SqlError("ROUND of a double: no float touches exact numbers; use decimal columns")
        self._need_exact(value)
        assert value.dtype
        dropped = value.dtype.digits - digits
        if dropped <= 0:
            return value
        if digits < 0:
            whole = _half_away(value.expr, 10**dropped) * 10**-digits
            return Compiled(whole, BIGINT, ("add", value.peak, ("lit", 10**dropped)))
        dtype = decimal(18, digits) if digits else BIGINT
        # the bound stays an upper bound: dividing makes it smaller, and it may be multiplied again
        return Compiled(_half_away(value.expr, 10**dropped), dtype, ("add", value.peak, ("lit", 10**dropped)))

    def _quotient(self, node: exp.Div, digits: int) -> Compiled | None:
        a, b = self.visit(node.this), self.visit(node.expression)
        if self._floats(a, b):
            return None
        self._need_exact(a, b)
        assert a.dtype and b.dtype
        shift = digits - a.dtype.digits + b.dtype.digits
        up, down = 10 ** max(0, shift), 10 ** max(0, -shift)
        divisor = pl.when(b.expr != 0).then(b.expr.abs() * down)
        number = a.expr * up * b.expr.sign()
        dtype = decimal(18, digits) if digits else BIGINT
        bound = ("add", ("mul", a.peak, ("lit", 2 * up)), ("mul", b.peak, ("lit", 2 * down)))
        return Compiled(_half_away(number, divisor), dtype, bound)

    def visit_floor(self, node: exp.Floor) -> Compiled:
        value = self._exact(node.this)
        assert value.dtype
        return Compiled(value.expr // 10**value.dtype.digits, BIGINT, value.peak)

    def visit_ceil(self, node: exp.Ceil) -> Compiled:
        value = self._exact(node.this)
        assert value.dtype
        return Compiled(-((-value.expr) // 10**value.dtype.digits), BIGINT, value.peak)

    def visit_datediff(self, node: exp.DateDiff) -> Compiled:
        if node.text("unit").upper() != "DAY":
            raise SqlError("DATE_DIFF counts days: DATE_DIFF('day', earlier, later)")
        later, earlier = self.visit(node.this), self.visit(node.expression)
        for value in (later, earlier):
            if value.dtype is not None and not value.dtype.is_time:
                raise SqlError(f"DATE_DIFF of {value.dtype}; dates and timestamps are expected")
        days = later.expr.cast(pl.Date).cast(pl.Int64) - earlier.expr.cast(pl.Date).cast(pl.Int64)
        return Compiled(days, BIGINT, ("lit", 2**31))

    # -- choices

    def visit_case(self, node: exp.Case) -> Compiled:
        given = node.args.get("this")
        tests, branches = [], []
        for arm in node.args["ifs"]:
            test = exp.EQ(this=given.copy(), expression=arm.this.copy()) if given is not None else arm.this
            tests.append(self._boolean(test))
            branches.append(self.visit(arm.args["true"]))
        default = node.args.get("default")
        branches.append(self.visit(default) if default is not None else Compiled(pl.lit(None), None))
        values, dtype = _unify(branches)
        result = values[-1].expr
        for test, value in zip(reversed(tests), reversed(values[:-1]), strict=True):
            result = pl.when(test.expr).then(value.expr).otherwise(result)
        return Compiled(result, dtype, _widest(*values, *tests))

    def visit_coalesce(self, node: exp.Coalesce) -> Compiled:
        return self._of_several([node.this, *node.expressions], pl.coalesce)

    def visit_least(self, node: exp.Least) -> Compiled:
        return self._of_several([node.this, *node.expressions], pl.min_horizontal)

    def visit_greatest(self, node: exp.Greatest) -> Compiled:
        return self._of_several([node.this, *node.expressions], pl.max_horizontal)

    def visit_nullif(self, node: exp.Nullif) -> Compiled:
        (a, b), dtype = _unify([self.visit(node.this), self.visit(node.expression)])
        same = (a.expr == b.expr).fill_null(False)
        return Compiled(pl.when(same).then(None).otherwise(a.expr), dtype, _widest(a, b))

    # -- truth

    def visit_and(self, node: exp.And) -> Compiled:
        a, b = self._boolean(node.this), self._boolean(node.expression)
        return Compiled(a.expr & b.expr, BOOLEAN, _widest(a, b))

    def visit_or(self, node: exp.Or) -> Compiled:
        a, b = self._boolean(node.this), self._boolean(node.expression)
        return Compiled(a.expr | b.expr, BOOLEAN, _widest(a, b))

    def visit_not(self, node: exp.Not) -> Compiled:
        value = self._boolean(node.this)
        return Compiled(~value.expr, BOOLEAN, value.peak)

    def visit_is(self, node: exp.Is) -> Compiled:
        if not isinstance(node.expression, exp.Null):
            raise SqlError("IS is for NULL")
        return Compiled(self.visit(node.this).expr.is_null(), BOOLEAN)

    def visit_in(self, node: exp.In) -> Compiled:
        tests = [self._compare(exp.EQ(this=node.this.copy(), expression=item.copy())) for item in node.expressions]
        return Compiled(reduce(lambda x, y: x | y, (test.expr for test in tests)), BOOLEAN, _widest(*tests))

    def visit_between(self, node: exp.Between) -> Compiled:
        low = self._compare(exp.GTE(this=node.this.copy(), expression=node.args["low"].copy()))
        high = self._compare(exp.LTE(this=node.this.copy(), expression=node.args["high"].copy()))
        return Compiled(low.expr & high.expr, BOOLEAN, _widest(low, high))

    # -- types

    def visit_cast(self, node: exp.Cast) -> Compiled:
        try:
            wanted = DType.parse(node.to.sql(dialect="duckdb").replace("TEXT", "varchar"))
        except ValueError as error:
            raise SqlError(str(error)) from error
        value = self.visit(node.this)
        if value.dtype is None or (value.dtype.is_exact and wanted.is_exact):
            return as_type(value, wanted)
        if value.dtype == TEXT and wanted in (DATE, TIMESTAMP):
            return Compiled(
                value.expr.cast(pl.String).str.to_datetime(time_unit="us").cast(wanted.drawn)
                if wanted == TIMESTAMP
                else value.expr.str.to_date(),
                wanted,
            )
        if value.dtype.name == "decimal":
            raise SqlError(f"a decimal cast to {wanted}: not exact in every database")
        if wanted.name == "decimal" or (wanted.is_exact and value.dtype.name == "double"):
            raise SqlError(f"{value.dtype} cast to {wanted}: only exact numbers become exact numbers")
        bound = 1 if value.dtype == BOOLEAN else LIMIT - 1 if wanted.is_exact else 0
        return Compiled(value.expr.cast(wanted.drawn), wanted, ("lit", bound))

    # -- parts

    def _compare(self, node: Any) -> Compiled:
        (a, b), _ = _unify([self.visit(node.this), self.visit(node.expression)])
        ways = {exp.EQ: "__eq__", exp.NEQ: "__ne__", exp.GT: "__gt__", exp.GTE: "__ge__", exp.LT: "__lt__"}
        return Compiled(getattr(a.expr, ways.get(type(node), "__le__"))(b.expr), BOOLEAN, _widest(a, b))

    def _sum(self, node: exp.Add | exp.Sub, how: Any) -> Compiled:
        left, right = self.visit(node.this), self.visit(node.expression)
        if self._floats(left, right):
            return Compiled(how(left.expr, right.expr), DOUBLE)
        if (
            left.dtype == DATE and right.dtype is not None and right.dtype.is_exact and not right.dtype.digits
        ):  # days after a date
            return Compiled(how(left.expr.cast(pl.Int32), right.expr).cast(pl.Int32).cast(pl.Date), DATE)
        if any(value.dtype is not None and value.dtype.is_time for value in (left, right)):
            return self._by_polars(node)
        self._need_exact(left, right)
        (a, b), dtype = _unify([left, right])
        return Compiled(how(a.expr, b.expr), dtype, ("add", a.peak, b.peak))

    def _of_several(self, nodes: list[exp.Expression], how: Any) -> Compiled:
        values, dtype = _unify([self.visit(node) for node in nodes])
        found = how([value.expr for value in values])
        return Compiled(found, dtype, _widest(*values))

    def _boolean(self, node: exp.Expression) -> Compiled:
        value = self.visit(node)
        if value.dtype not in (None, BOOLEAN):
            raise SqlError(f"'{node.sql(dialect='duckdb')}' is {value.dtype}, a condition is expected")
        return value

    def _exact(self, node: exp.Expression) -> Compiled:
        value = self.visit(node)
        self._need_exact(value)
        return value

    @staticmethod
    def _need_exact(*values: Compiled) -> None:
        for value in values:
            if value.dtype is None or not value.dtype.is_exact:
                raise SqlError(f"arithmetic on {value.dtype or 'NULL'}; integers and decimals are expected")

    @staticmethod
    def _floats(*values: Compiled) -> bool:
        names = [value.dtype.name if value.dtype else "null" for value in values]
        if "double" not in names:
            return False
        if "decimal" in names:
            raise SqlError("a double meets a decimal: no float touches exact numbers; give the column a decimal type")
        return True

    def _by_polars(self, node: exp.Expression) -> Compiled:
        """A function that is no arithmetic on exact numbers: as Polars understands it."""
        schema: dict[str, Any] = {}
        for column in node.find_all(exp.Column):
            dtype = self.visit_column(column).dtype
            assert dtype
            if dtype.name == "decimal":
                raise SqlError(
                    f"{node.key.upper()} of a decimal is not known; known are + - * ROUND CASE COALESCE "
                    "LEAST GREATEST NULLIF ABS FLOOR CEIL MOD CAST and comparisons"
                )
            schema[path(column)] = dtype.drawn
        flat = node.transform(lambda n: exp.column(path(n), quoted=True) if isinstance(n, exp.Column) else n).sql(
            dialect="duckdb"
        )
        try:
            found = pl.sql_expr(flat)
            kind = pl.DataFrame(schema=schema).select(found.alias("x")).dtypes[0]
        except (pl.exceptions.PolarsError, ValueError) as error:
            raise SqlError(f"bad SQL: {str(error).splitlines()[0]}") from error
        for dtype in (BIGINT, DOUBLE, BOOLEAN, TEXT, DATE, TIMESTAMP):
            if kind == dtype.drawn or (dtype == BIGINT and kind.is_integer()):
                return Compiled(found.cast(dtype.drawn), dtype, ("lit", 2**53))
        raise SqlError(f"'{flat}' gives {kind}, which no column can hold")
