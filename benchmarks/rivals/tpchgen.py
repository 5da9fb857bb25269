"""tpchgen-cli: TPC-H in Rust, the fastest generator of a fixed schema."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.rivals.rival import ANOTHER, Rival, program

if TYPE_CHECKING:
    from benchmarks.databases import Databases

ROWS = 6_001_215  # of lineitem at scale factor 1


class TpchGen(Rival):
    """Its largest table; the columns cannot be chosen."""

    name = "tpchgen-cli lineitem"
    group = ANOTHER
    rows = ROWS
    columns = 16
    chooses_rows = False
    given = "its defaults, which are its best: all processors, Snappy, row groups of 7 MiB, one file"
    needs = ("tpchgen-cli",)

    def words(self, databases: Databases, rows: int, out: Path) -> list[object]:
        scale = ["--scale-factor", f"{rows / ROWS:g}", "--tables", "lineitem"]
        return [program("tpchgen-cli"), "parquet", *scale, "--output-dir", out]
