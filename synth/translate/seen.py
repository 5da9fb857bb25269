"""What SQL of a spec finds in a table of DuckDB, where it runs as it is written: values as it knows them."""

from __future__ import annotations

from collections.abc import Mapping

from synth.dtypes import Types

__all__ = ["IN_SQL", "seen_by_sql"]

IN_SQL: Mapping[str, str] = {"real": "CAST({0} AS DOUBLE)", "timestamptz": "({0} AT TIME ZONE 'UTC')"}


def seen_by_sql(place: str, types: Types) -> str | None:
    """The SELECT of a table's rows with reals as doubles, moments in UTC, and types of DuckDB's own as what the spec says.

    None where there are none of them.
    """
    cells = [
        f"{IN_SQL.get(dtype.name, f'CAST({{0}} AS {dtype.duckdb})').format(quoted)} AS {quoted}"
        for name, dtype in types.items()
        if dtype.name in IN_SQL or dtype.native
        for quoted in ('"' + name.replace('"', '""') + '"',)
    ]
    return f"SELECT * REPLACE ({', '.join(cells)}) FROM {place}" if cells else None
