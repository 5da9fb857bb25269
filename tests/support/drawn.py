"""Columns drawn in a small table of their own, and how near what is drawn comes to what was declared."""

from __future__ import annotations

import math

import polars as pl

from synth.api import frame
from synth.plan.make import make
from synth.spec.load import parse

PERIOD = "period: {start: 2024-01-01, until: 2025-01-01}"


def table(columns: str, rows: int, **options) -> pl.DataFrame:
    """A table of these columns alone."""
    text = f"dataset: t\n{PERIOD}\ntables:\n  t:\n    rows: {rows}\n    columns:\n{columns}\n"
    return frame(make(parse(text), **options), "t")


def column(law: str, rows: int = 20_000, above: str = "") -> list:
    """One drawn column, and columns above it."""
    lines = ["id: {key: sequence}", *above.splitlines(), f"x: {law}"]
    return table("\n".join(f"      {line}" for line in lines), rows)["x"].to_list()


def near(count: int, rows: int, share: float) -> bool:
    """Within five standard errors of a binomial."""
    return abs(count - rows * share) <= 5 * math.sqrt(rows * share * (1 - share)) + 1e-9


def median(values):
    return sorted(values)[len(values) // 2]
