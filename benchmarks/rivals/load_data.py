"""LOAD DATA: how MariaDB's own client takes a file that is there already."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.order_items import TYPES
from benchmarks.rivals.rival import MARIADB, Rival

if TYPE_CHECKING:
    from benchmarks.databases import Databases

NAMES = ", ".join("@promotion_id" if name == "promotion_id" else name for name in TYPES)
HOW = f"FIELDS TERMINATED BY ',' ({NAMES}) SET promotion_id = NULLIF(@promotion_id, '')"


class LoadData(Rival):
    """The same rows, by one statement into the table with its primary key and checks."""

    name = "MariaDB: LOAD DATA order_items, ready CSV"
    group = MARIADB
    rows = 1_000_000
    processors = 1
    given = "rows that are ready as one CSV file, which nobody had to draw, in the order of the primary key"
    needs = ("mariadb", "mariadb-install-db")

    def before(self, databases: Databases, rows: int, out: Path) -> None:
        run = databases.mariadb.run
        run("CREATE DATABASE IF NOT EXISTS plain; DROP TABLE IF EXISTS plain.order_items")
        run(f"CREATE TABLE plain.order_items {databases.create_table('mysql')}")
        databases.csv  # noqa: B018, made before the clock starts

    def words(self, databases: Databases, rows: int, out: Path) -> list[object]:
        client = [
            "mariadb",
            "--no-defaults",
            f"--socket={databases.mariadb.socket}",
            "-u",
            "root",
            "--local-infile=1",
            "plain",
        ]
        return [*client, "--execute", f"LOAD DATA LOCAL INFILE '{databases.csv}' INTO TABLE order_items {HOW}"]

    def beside(self, databases: Databases) -> list[int]:
        return databases.mariadb_processes

    def made(self, databases: Databases, out: Path) -> tuple[int, int]:
        databases.mariadb.run("ANALYZE TABLE plain.order_items")  # its size is not known before
        (rows,) = databases.mariadb.run("SELECT count(*) FROM plain.order_items")[0]
        asked = "SELECT data_length + index_length FROM information_schema.tables WHERE table_schema = 'plain'"
        return int(rows), int(databases.mariadb.run(asked)[0][0])
