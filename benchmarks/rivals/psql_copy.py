r"""psql: PostgreSQL's own client, whose \copy sends a file that is there already."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.rivals.rival import POSTGRES, Rival

if TYPE_CHECKING:
    from benchmarks.databases import Databases


class PsqlCopy(Rival):
    """The same rows, by one client into the same table without constraints."""

    name = "PostgreSQL: psql \\copy order_items, ready CSV"
    group = POSTGRES
    rows = 1_000_000
    processors = 1
    given = "rows that are ready as one CSV file, which nobody had to draw; a table without keys or checks"
    needs = ("psql",)

    def before(self, databases: Databases, rows: int, out: Path) -> None:
        columns = databases.create_table("postgres")  # keys and checks are statements of their own there
        databases.ask_postgres("DROP TABLE IF EXISTS copied", f"CREATE TABLE copied {columns}")
        databases.csv  # noqa: B018, made before the clock starts

    def words(self, databases: Databases, rows: int, out: Path) -> list[object]:
        return [*databases.psql, "--command", f"\\copy copied from '{databases.csv}' with (format csv)"]

    def beside(self, databases: Databases) -> list[int]:
        return databases.postgres_processes

    def made(self, databases: Databases, out: Path) -> tuple[int, int]:
        rows, size = databases.ask_postgres("SELECT count(*), pg_total_relation_size('copied') FROM copied").split("|")
        return int(rows), int(size)
