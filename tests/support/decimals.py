"""Compiled expressions over rows of minor units, and the same rows as Python's Decimals."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

import polars as pl
from hypothesis import settings
from hypothesis import strategies as st

from synth.dtypes import DType, decimal
from synth.sql.compile import as_type, compile_expression

SETTINGS = settings(deadline=None, max_examples=120, derandomize=True)

EXACT = Context(prec=60)
TYPES = {"a": decimal(12, 2), "b": decimal(9, 4), "n": DType("bigint"), "i": DType("integer"), "c": decimal(6, 0)}
OTHERS = {
    "d": DType("double"), "t": DType("varchar"), "on_": DType("date"), "at": DType("timestamp"), "f": DType("boolean"),
    "orders.total": decimal(12, 2),
}  # fmt: skip


def evaluate(sql: str, rows: list[dict], wanted: str | None = None) -> list:
    """The expression over rows of minor units, as values in major units. Raises as the compiler does."""
    compiled = compile_expression(sql, {**TYPES, **OTHERS})
    if wanted:
        compiled = as_type(compiled, DType.parse(wanted))
    schema = {name: dtype.drawn for name, dtype in {**TYPES, **OTHERS}.items()}
    frame = pl.DataFrame([{**dict.fromkeys(schema), **row} for row in rows], schema=schema)
    found = compiled.evaluate(frame)
    if len(found) != len(rows):
        found = found.new_from_index(0, len(rows))  # as the engine does with a constant
    dtype = compiled.dtype
    if dtype is None or not dtype.is_exact:
        return found.to_list()
    return [None if units is None else Decimal(units).scaleb(-dtype.digits, EXACT) for units in found.to_list()]


def major(row: dict) -> dict:
    return {n: None if v is None else Decimal(v).scaleb(-TYPES[n].digits, EXACT) for n, v in row.items()}


def rounded(value: Decimal, digits: int) -> Decimal:
    """Half away from zero, as ROUND_HALF_UP of Python's decimal is."""
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, EXACT)


def units(limit: int, null: bool = True):
    """Whole minor units, dense around zero and around halves."""
    some = st.one_of(
        st.integers(-limit, limit),
        st.integers(-30, 30),
        st.sampled_from([0, 5, -5, 50, -50, 49, 150, -250, limit, -limit]),
    )
    return some | st.none() if null else some


def rows(null: bool = True):
    one = st.fixed_dictionaries({
        "a": units(10**9, null), "b": units(10**6, null), "n": units(10**3, null), "i": units(10**3, null),
        "c": units(10**4, null),
    })  # fmt: skip
    return st.lists(one, min_size=1, max_size=25)
