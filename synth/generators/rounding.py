"""How numbers become values of a type: rounded once, to minor units or multiples of a step, and exact from there on."""

from __future__ import annotations

import math
from decimal import Context, Decimal

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.dtypes import DType
from synth.generators.declarations import Span

__all__ = ["EXACT", "WHOLE", "Floats", "as_exact", "multiples", "span_of", "why_no_steps"]

Floats = npt.NDArray[np.float64]

EXACT = Context(prec=400)  # digits: a double written out has fewer
WHOLE = Decimal(1)


def as_exact(values: Floats, dtype: DType) -> pl.Series:
    """Turn floats into a drawn column: minor units, half away from zero, or as they are. (n,) -> (n,)

    Raises OverflowError.
    """
    scaled = values * 10.0**dtype.digits if dtype.is_exact else values
    if len(scaled) and not np.abs(scaled).max() < (2.0**63 if dtype.is_exact else np.inf):
        raise OverflowError(f"a value is drawn that no {dtype} can hold; give it a `max`")
    if not dtype.is_exact:
        return pl.Series(values)
    return pl.Series((np.sign(scaled) * np.floor(np.abs(scaled) + 0.5)).astype(np.int64))


def span_of(low: float, high: float, dtype: DType) -> Span:
    """Give a span of numbers as whole minor units of a type; of doubles in whole numbers."""
    unit = 10**dtype.digits if dtype.is_exact else 1

    def units(number: float) -> float:
        if math.isinf(number):
            return number
        return int(Decimal(number) * unit + Decimal("0.5").copy_sign(Decimal(number)))

    return Span(units(low), units(high))


def why_no_steps(step: Decimal | None, dtype: DType) -> str | None:
    """Say why multiples of a step are not all of a type; None where they are."""
    if step is None or not dtype.is_exact or (units := step.scaleb(dtype.digits)) == units.to_integral_value():
        return None
    return f"multiples of {step:f} are not all {dtype}"


def multiples(places: npt.NDArray[np.int64], step: Decimal, dtype: DType) -> pl.Series:
    """Give so many times a step each, as drawn in a type. (n,) -> (n,)

    Raises OverflowError.
    """
    if not dtype.is_exact:
        ratio = step.as_integer_ratio()  # 23 × 1 ÷ 20 is 1.15; 23 × 0.05 is not
        return pl.Series(places * float(ratio[0]) / float(ratio[1]))
    units = int(step.scaleb(dtype.digits))
    if len(places) and max(abs(int(places.max())), abs(int(places.min()))) * units >= 2**63:
        raise OverflowError(f"a value is drawn that no {dtype} can hold; give it a `max`")
    return pl.Series(places * units)
