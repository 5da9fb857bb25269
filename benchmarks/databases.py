"""Cases with databases: servers of the benchmark's own, ecommerce ×1 as files, and plain clients beside `synth load`."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

BIN = Path(sys.executable).parent
ROOT = Path(__file__).resolve().parent.parent
LINES = 1_000_000  # order_items of ×1


class Databases:
    """A context: an embedded PostgreSQL and, where it is installed, MariaDB; data to load; `cases` name -> function.

    Each function runs once and gives seconds and the rows that count.
    """

    def __enter__(self) -> "Databases":
        sys.path.insert(0, str(ROOT))
        from synth.databases.postgres import embedded

        self.folder = Path(tempfile.mkdtemp(prefix="synth-bench-", dir=os.environ.get("BENCH_DIR")))
        self.all = self._generate("all")
        self.lines = self._generate("lines", "--tables", "order_items")
        self._generate("csv", "--tables", "order_items", "--format", "csv")
        self._one_csv()
        self.address = embedded.start(self.folder)
        self.psql = embedded.psql(self.address, self.folder).split()
        self.mariadb = None
        if shutil.which("mariadb-install-db"):
            from tests.support.server_processes import MariaDB

            self.mariadb = MariaDB()
        return self

    def __exit__(self, *_: object) -> None:
        from synth.databases.postgres import embedded

        embedded.stop(self.folder)
        if self.mariadb:
            self.mariadb.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _generate(self, name: str, *words: str) -> Path:
        out = self.folder / name
        subprocess.run([BIN / "synth", "generate", "ecommerce", "--out", out, *words], check=True, capture_output=True)
        return out / "ecommerce"

    def _one_csv(self) -> None:
        """The rows of order_items in one file, without a header."""
        with (self.folder / "order_items.csv").open("wb") as one:
            for part in sorted((self.folder / "csv" / "ecommerce" / "order_items").glob("*.csv")):
                one.write(part.read_bytes().partition(b"\n")[2])

    @property
    def cases(self) -> dict[str, object]:
        """What there is to measure."""
        found = {
            "PostgreSQL: synth load, order_items, sending, ADBC": partial(self.load_lines, "adbc", 3),
            "PostgreSQL: synth load, order_items, sending, text": partial(self.load_lines, "copy", 4),
            "PostgreSQL: psql \\copy order_items, ready CSV": self.copy_lines,
            "PostgreSQL: synth load, ecommerce ×1, whole, ADBC": partial(self.load_all, "adbc"),
            "PostgreSQL: synth load, ecommerce ×1, whole, text": partial(self.load_all, "copy"),
        }
        if self.mariadb:
            found |= {
                "MariaDB: synth generate --to, order_items, making and sending": self.generate_lines,
                "MariaDB: LOAD DATA order_items, ready CSV": self.load_data,
                "MariaDB: synth load, ecommerce ×1, whole": self.load_all_mariadb,
            }
        return found

    # -- PostgreSQL

    def _synth(self, *words: object) -> tuple[dict, float]:
        began = time.perf_counter()
        done = subprocess.run([BIN / "synth", *words, "--json"], check=True, capture_output=True, text=True)
        return json.loads(done.stdout), time.perf_counter() - began

    def load_lines(self, via: str, connections: int) -> dict[str, float]:
        """The phase that reads Parquet and sends rows; over the number of connections that is best for two cores."""
        report, _ = self._synth(
            "load", self.lines, str(self.address), "--if-exists", "replace", "--schema", "lines", "--via", via,
            "--connections", str(connections),
        )  # fmt: skip
        return {"wall_s": report["phases"]["send"], "rows": report["rows"]}

    def copy_lines(self) -> dict[str, float]:
        """The same rows, ready as one CSV file, by one psql into the same table without constraints."""
        ddl = subprocess.run([BIN / "synth", "ddl", "ecommerce"], check=True, capture_output=True, text=True).stdout
        table = next(s for s in ddl.split(";\n") if s.startswith('CREATE TABLE "ecommerce"."order_items"'))
        made = table.replace('"ecommerce"."order_items"', "copied")
        subprocess.run(
            [*self.psql, "-q", "-c", "DROP TABLE IF EXISTS copied", "-c", made], check=True, capture_output=True
        )
        began = time.perf_counter()
        copy = f"\\copy copied from '{self.folder / 'order_items.csv'}' with (format csv)"
        subprocess.run([*self.psql, "-q", "-c", copy], check=True)
        return {"wall_s": time.perf_counter() - began, "rows": LINES}

    def load_all(self, via: str) -> dict[str, float]:
        """The whole program: keys, references, checks, indexes, ANALYZE, and fingerprints compared."""
        report, wall_s = self._synth("load", self.all, str(self.address), "--if-exists", "replace", "--via", via)
        return {"wall_s": wall_s, "rows": report["rows"], **{f"{n}_s": s for n, s in report["phases"].items()}}

    # -- MariaDB

    @property
    def mariadb_url(self) -> str:
        """Where it is."""
        return f"mysql://root@localhost/?unix_socket={self.mariadb.socket}"

    def generate_lines(self) -> dict[str, float]:
        """The phase that draws rows and sends them into the table with its primary key, as LOAD DATA does with ready ones."""
        report, _ = self._synth(
            "generate", "ecommerce", "--tables", "order_items", "--to", self.mariadb_url, "--if-exists", "replace",
            "--schema", "drawn",
        )  # fmt: skip
        return {"wall_s": report["phases"]["send"], "rows": report["rows"]}

    def load_data(self) -> dict[str, float]:
        """One LOAD DATA of a ready file by the server's client, into the table with its primary key."""
        ddl = subprocess.run(
            [BIN / "synth", "ddl", "ecommerce", "--dialect", "mysql"], check=True, capture_output=True, text=True
        ).stdout
        table = next(s for s in ddl.split(";\n") if s.startswith("CREATE TABLE `ecommerce`.`order_items`"))
        self.mariadb.run("CREATE DATABASE IF NOT EXISTS plain; DROP TABLE IF EXISTS plain.order_items")
        self.mariadb.run(table.replace("`ecommerce`", "`plain`"))
        client = [
            "mariadb",
            "--no-defaults",
            f"--socket={self.mariadb.socket}",
            "-u",
            "root",
            "--local-infile=1",
            "plain",
        ]
        sql = (
            f"LOAD DATA LOCAL INFILE '{self.folder / 'order_items.csv'}' INTO TABLE order_items FIELDS TERMINATED BY ',' "
            "(order_item_id, order_id, line_number, product_id, seller_id, @promotion_id, quantity, unit_price, discount, "
            "tax, line_total) SET promotion_id = NULLIF(@promotion_id, '')"
        )
        began = time.perf_counter()
        subprocess.run([*client, "-e", sql], check=True)
        return {"wall_s": time.perf_counter() - began, "rows": LINES}

    def load_all_mariadb(self) -> dict[str, float]:
        """The whole program."""
        report, wall_s = self._synth("load", self.all, self.mariadb_url, "--if-exists", "replace")
        return {"wall_s": wall_s, "rows": report["rows"], **{f"{n}_s": s for n, s in report["phases"].items()}}
