"""How numbers become values of a type: rounded once, to minor units or multiples of a step, and exact from there on."""

from __future__ import annotations

import math
from decimal import Context, Decimal

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.dtypes import DType
from synth.generators.declarations import Span

__all__ = [
    "EXACT",
    "WHOLE",
    "Floats",
    "as_exact",
    "ends_of_reals",
    "multiples",
    "reals",
    "span_of",
    "why_no_reals",
    "why_no_steps",
    "wide",
]

Floats = npt.NDArray[np.float64]

EXACT = Context(prec=400)  # digits: a double written out has fewer
WHOLE = Decimal(1)
LARGEST_REAL = float(np.finfo(np.float32).max)
REAL_PLACES = 2**24  # whole numbers up to here are reals, all of them


def as_exact(values: Floats, dtype: DType, first: float = -math.inf, last: float = math.inf) -> pl.Series:
    """Turn floats into a drawn column: minor units, half away from zero, or as they are. (n,) -> (n,)

    None of the minor units is below `first` or above `last`. Raises OverflowError.
    """
    scaled = values * 10.0**dtype.digits if dtype.has_units else values
    sizes = np.abs(scaled)
    limit = float(dtype.limit) if dtype.name == "wide" else 2.0**63 if dtype.is_exact else np.inf
    if len(sizes) and not sizes.max() < limit:
        raise OverflowError(f"a value is drawn that no {dtype} can hold; give it a `max`")
    if not dtype.has_units:
        return pl.Series(values)
    sizes += 0.5
    units = np.copysign(np.floor(sizes, out=sizes), scaled, out=sizes)
    farthest = dtype.limit - 1  # what an end may be beyond
    least, most = (None if abs(end) > farthest else int(end) for end in (first, last))
    if dtype.name == "wide":
        return wide(pl.Series(units).cast(pl.Int128).clip(least, most), dtype)
    found = units.astype(np.int64)
    return pl.Series(found if least is None and most is None else np.clip(found, least, most))


def wide(units: pl.Series, dtype: DType) -> pl.Series:
    """Give minor units of 128 bits as decimals of more than 18 digits are drawn, as texts. (n,) -> (n,)"""
    digits = pl.lit(units).abs().cast(pl.String).str.zfill(dtype.digits + 1)
    if dtype.digits:
        digits = pl.concat_str(digits.str.head(-dtype.digits), pl.lit("."), digits.str.tail(dtype.digits))
    sign = pl.when(pl.lit(units) < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.select(pl.concat_str(sign, digits)).to_series()


def span_of(low: float, high: float, dtype: DType) -> Span:
    """Give a span of numbers as whole minor units of a type; of doubles in whole numbers."""
    unit = 10**dtype.digits

    def units(number: float) -> float:
        if math.isinf(number):
            return number
        return int(Decimal(number) * unit + Decimal("0.5").copy_sign(Decimal(number)))

    return Span(units(low), units(high))


def ends_of_reals(low: float, high: float) -> tuple[float, float]:
    """Give the least and the largest real between two numbers, which are reals themselves or not."""
    with np.errstate(over="ignore"):
        first, last = np.float32(low), np.float32(high)
    if float(first) < low:
        first = np.nextafter(first, np.float32(np.inf))
    if float(last) > high:
        last = np.nextafter(last, np.float32(-np.inf))
    return float(first), float(last)


def reals(values: Floats, low: float, high: float) -> pl.Series:
    """Turn floats into the nearest reals, none of them past an end. (n,) -> (n,)"""
    with np.errstate(over="ignore"):  # what no real can hold is told where it is drawn
        near = values.astype(np.float32).astype(np.float64)
    return pl.Series(np.clip(near, *ends_of_reals(low, high)))


def why_no_reals(low: float, high: float, pitch: Decimal | None) -> str | None:
    """Say why there are no reals between two numbers, or none for each multiple of a pitch; None where there are."""
    finite = [end for end in (low, high) if math.isfinite(end)]
    far = max(finite, key=abs, default=0.0)
    if abs(far) > LARGEST_REAL:
        return f"{far:g} is more than a real can hold: declare a double"
    first, last = ends_of_reals(low, high)
    if first > last:
        return f"no real lies between {low:.17g} and {high:.17g}: declare a double"
    if pitch is not None and abs(far) > REAL_PLACES * float(pitch):
        return f"a real tells numbers {float(pitch):g} apart up to {REAL_PLACES * float(pitch):,.12g}: declare a double"
    return None


def why_no_steps(step: Decimal | None, dtype: DType) -> str | None:
    """Say why multiples of a step are not all of a type; None where they are."""
    if step is not None and dtype.name == "real" and Decimal(float(np.float32(step))) != step:
        return f"multiples of {step:f} are not all reals: declare a decimal"
    if step is None or not dtype.has_units or (units := step.scaleb(dtype.digits)) == units.to_integral_value():
        return None
    return f"multiples of {step:f} are not all {dtype}"


def multiples(places: npt.NDArray[np.int64], step: Decimal, dtype: DType) -> pl.Series:
    """Give so many times a step each, as drawn in a type. (n,) -> (n,)

    Raises OverflowError.
    """
    if not dtype.has_units:
        ratio = step.as_integer_ratio()  # 23 × 1 ÷ 20 is 1.15; 23 × 0.05 is not
        return pl.Series(places * float(ratio[0]) / float(ratio[1]))
    units = int(step.scaleb(dtype.digits))
    if dtype.name == "wide":
        return wide(
            pl.select(pl.lit(pl.Series(places)).cast(pl.Int128) * pl.lit(units, dtype=pl.Int128)).to_series(), dtype
        )
    if len(places) and max(abs(int(places.max())), abs(int(places.min()))) * units >= 2**63:
        raise OverflowError(f"a value is drawn that no {dtype} can hold; give it a `max`")
    return pl.Series(places * units)
