"""Functions that give a value of their arguments and reach nothing else, beyond those of the language (`functions`).

They are left to whoever runs the SQL: what Polars does not know stands in no `expr`, what DuckDB does not know in no
SELECT, and what a database does not know is not verified there. A function that is neither here nor there is refused: it may
read files, settings, a clock or random numbers.
To add one: make sure that it reads nothing but its arguments.
"""

from __future__ import annotations

from typing import Any

from sqlglot import exp

__all__ = ["CLOCKS", "PURE", "PURE_NAMES"]

PURE: frozenset[type[Any]] = frozenset({
    # numbers
    exp.Acos, exp.Asin, exp.Atan, exp.Atan2, exp.BitwiseAnd, exp.BitwiseLeftShift, exp.BitwiseNot, exp.BitwiseOr,
    exp.BitwiseRightShift, exp.BitwiseXor, exp.Cbrt, exp.Cos, exp.Cot, exp.Degrees, exp.IsNan, exp.Log,
    exp.Pi, exp.Radians, exp.Sin, exp.Tan, exp.Trunc,
    # texts
    exp.Ascii, exp.BitLength, exp.ConcatWs, exp.Contains, exp.EndsWith, exp.Glob, exp.ILike,
    exp.Levenshtein, exp.RegexpILike, exp.Reverse,
    exp.SimilarTo, exp.SplitPart, exp.StartsWith, exp.Translate, exp.Unicode,
    # times
    exp.DateSub, exp.DateTrunc, exp.Dayname, exp.Monthname, exp.StrToDate, exp.StrToTime, exp.TimeToStr, exp.TimeToUnix,
    # many rows
    exp.AnyValue, exp.ArgMax, exp.ArgMin, exp.Corr, exp.CountIf, exp.CovarPop, exp.CovarSamp, exp.CumeDist, exp.DenseRank,
    exp.First, exp.FirstValue, exp.GroupConcat, exp.IgnoreNulls, exp.Lag, exp.Last, exp.LastValue, exp.Lead, exp.LogicalAnd,
    exp.LogicalOr, exp.Median, exp.Mode, exp.NthValue, exp.Ntile, exp.PercentRank, exp.PercentileCont, exp.PercentileDisc,
    exp.Quantile, exp.Rank, exp.RespectNulls, exp.RowNumber, exp.Stddev, exp.StddevPop, exp.StddevSamp, exp.Variance,
    exp.VariancePop,
})  # fmt: skip

PURE_NAMES = frozenset({
    "bit_count", "date_part", "date_sub", "datepart", "datesub", "gcd", "isfinite", "isinf", "isoyear", "lcm", "prefix",
    "round_even", "suffix", "weekday", "yearweek",
})  # fmt: skip
"""The same, of functions that the parser knows by name only."""

CLOCKS = (
    exp.CurrentDate, exp.CurrentTime, exp.CurrentTimestamp, exp.CurrentDatetime, exp.Localtime, exp.Localtimestamp,
)  # fmt: skip
