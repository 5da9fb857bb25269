"""Runs checks in DuckDB."""

from __future__ import annotations

import time
from typing import Any

import duckdb

from synth.verify.checks import Check
from synth.verify.findings import EXAMPLES
from synth.verify.report import Finding

__all__ = ["run_check"]


def run_check(connection: duckdb.DuckDBPyConnection, check: Check) -> Finding:
    """Count what a check selects, and fetch a few rows of it."""
    started = time.perf_counter()
    try:
        counted = connection.execute(f"SELECT COUNT(*) FROM ({check.sql}\n)").fetchone()
        offences = int(counted[0]) if counted else 0
        examples: tuple[dict[str, Any], ...] = ()
        if offences:
            found = connection.execute(f"SELECT * FROM ({check.sql}\n) ORDER BY ALL LIMIT {EXAMPLES}")
            names = [column[0] for column in found.description or ()]
            examples = tuple(dict(zip(names, row, strict=True)) for row in found.fetchall())
    except duckdb.Error as error:
        return Finding(check.kind, check.table, check.name, None, note=str(error).splitlines()[0])
    seconds = time.perf_counter() - started
    return Finding(check.kind, check.table, check.name, offences, examples, seconds=seconds)
