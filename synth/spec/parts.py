"""Names of tables and of their parts: `ledger.sales` is what the SELECT `sales` adds to the gathered table `ledger`."""

from __future__ import annotations

__all__ = ["part_name", "part_of", "table_of"]

_DOT = "."  # names of tables and of SELECTs are identifiers: there is none inside


def part_name(table: str, part: str) -> str:
    """Name a part of a gathered table."""
    return f"{table}{_DOT}{part}"


def table_of(name: str) -> str:
    """Name the table that rows belong to: of a part the gathered table, else the table itself."""
    return name.partition(_DOT)[0]


def part_of(name: str) -> str:
    """Name the SELECT that a part comes from; empty for a table."""
    return name.partition(_DOT)[2]
