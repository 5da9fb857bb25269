"""How far apart two columns are, in one number from 0 (spread alike) to 1 (nothing in common).

Values that can be ordered: the Kolmogorov-Smirnov distance, the largest difference between the shares of rows up to a value.
Others of which there are few: the total variation distance, half the sum of the differences between the shares of each
value; this is the share of rows that would have to be others. Texts of which there are many: the Kolmogorov-Smirnov distance
of their lengths. NULL is a value, below all others. Numbers and times are as a spectrum rounds them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from synth.measuring.measures import ChildMeasures, ColumnMeasures
from synth.measuring.spectrum import Spectrum
from synth.measuring.summary import NUMBERS

__all__ = ["between_children", "between_columns", "between_counts", "between_spectra"]

Floats = npt.NDArray[np.float64]

MOMENTS = ("timestamp", "timestamptz")


def between_columns(before: ColumnMeasures, after: ColumnMeasures) -> float | None:
    """How far apart two columns are; None where their types cannot be compared."""
    if before.spectrum and after.spectrum:
        alike = before.type.name == after.type.name or any(
            {before.type.name, after.type.name} <= set(types) for types in (NUMBERS, MOMENTS)
        )
        return between_spectra(before.spectrum, after.spectrum) if alike else None
    if before.spectrum or after.spectrum or (before.lengths is None) != (after.lengths is None):
        return None
    if (before.values or not before.summary.values) and (after.values or not after.summary.values):
        nulls = [each.summary.rows - each.summary.values for each in (before, after)]
        return between_counts(before.values, after.values, *nulls)
    if before.lengths is None or after.lengths is None:
        return None
    return between_spectra(before.lengths, after.lengths)


def between_children(before: ChildMeasures, after: ChildMeasures) -> float:
    """How far apart the numbers of children are, by the Kolmogorov-Smirnov distance."""
    return between_spectra(before.children, after.children)


def between_spectra(before: Spectrum, after: Spectrum) -> float:
    """The Kolmogorov-Smirnov distance of two spectra, NULL below all."""
    rows = [each.nulls + each.values for each in (before, after)]
    if not all(rows):
        return float(any(rows))
    points = np.union1d(before.points, after.points)
    shares = [_up_to(each, points) / many for each, many in zip((before, after), rows, strict=True)]
    of_nulls = abs(before.nulls / rows[0] - after.nulls / rows[1])
    return max(of_nulls, float(np.abs(shares[0] - shares[1]).max(initial=0.0)))


def between_counts(
    before: Mapping[str, int], after: Mapping[str, int], nulls_before: int = 0, nulls_after: int = 0
) -> float:
    """The total variation distance of two lists of values with their rows."""
    rows = [sum(before.values()) + nulls_before, sum(after.values()) + nulls_after]
    if not all(rows):
        return float(any(rows))
    differences = [before.get(each, 0) / rows[0] - after.get(each, 0) / rows[1] for each in {**before, **after}]
    apart = (sum(map(abs, differences)) + abs(nulls_before / rows[0] - nulls_after / rows[1])) / 2
    return min(1.0, apart)  # which sums of shares may exceed by a last digit


def _up_to(spectrum: Spectrum, points: Floats) -> Floats:
    """How many rows have NULL or a value up to each point, `(n,) -> (n,)`."""
    reached = np.concatenate([[0], np.cumsum(spectrum.counts)]) + spectrum.nulls
    return reached[np.searchsorted(spectrum.points, points, side="right")].astype(np.float64)
