"""Tries a spec's rules and checks on empty tables, so that a misspelt column is found before any data is made."""

from __future__ import annotations

import datetime as dt
import re

import duckdb

from synth.errors import Problem, SpecError
from synth.spec.models import Dataset
from synth.spec.scope import Scope
from synth.verify.checks import checks, quoted

__all__ = ["rehearse"]


def rehearse(dataset: Dataset) -> None:
    """Raise SpecError for SQL that DuckDB cannot bind."""
    scope = Scope(dataset)
    problems = []
    with duckdb.connect(":memory:") as connection:
        for table in dataset.named:
            columns = ", ".join(f"{quoted(c)} {scope.type_of(table, c).duckdb}" for c in dataset.tables[table].written)
            connection.execute(f"CREATE TABLE {quoted(table)} ({columns})")
        for check in checks(dataset, dt.datetime(2000, 1, 1)):
            try:
                connection.execute(check.sql)
            except duckdb.Error as error:
                what = re.sub(r"\s+", " ", str(error).split("\n\n")[0]).split(" Error: ", 1)[-1]
                path = ("rules", check.name) if check.kind == "rule" else ("tables", check.table)
                problems.append(Problem(path, f"bad SQL: {what}"))
    if problems:
        raise SpecError(problems)
