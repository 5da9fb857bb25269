"""Servers of the benchmarks' own, each started when it is first asked for, and ecommerce ×1 as files to be loaded."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measuring import BIN

if TYPE_CHECKING:
    from synth.databases.postgres.urls import Address
    from tests.support.server_processes import MariaDB


class Databases:
    """A context: an embedded PostgreSQL, MariaDB where it is installed, and what goes into them, `scale` times ecommerce."""

    def __init__(self, scale: float = 1) -> None:
        self.scale = scale

    def __enter__(self) -> Databases:
        self.folder = Path(tempfile.mkdtemp(prefix="synth-bench-", dir=os.environ.get("BENCH_DIR")))
        return self

    def __exit__(self, *_: object) -> None:
        if "address" in self.__dict__:
            from synth.databases.postgres import embedded

            embedded.stop(self.folder)
        if "mariadb" in self.__dict__:
            self.mariadb.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- what goes in

    def generate(self, name: str, dataset: str, scale: float, *words: str) -> Path:
        """A dataset's folder, made when it is first asked for."""
        out = self.folder / name
        if not out.exists():
            command = [BIN / "synth", "generate", dataset, "--scale", f"{scale:g}", "--out", out, "--quiet", *words]
            subprocess.run(command, check=True, capture_output=True)
        return out / dataset

    @cached_property
    def all(self) -> Path:
        """Every table of ecommerce."""
        return self.generate("all", "ecommerce", self.scale)

    @cached_property
    def lines(self) -> Path:
        """Its order_items alone."""
        return self.generate("lines", "ecommerce", self.scale, "--tables", "order_items")

    @cached_property
    def csv(self) -> Path:
        """The same rows in one CSV file, without a header."""
        parts = self.generate("csv", "ecommerce", self.scale, "--tables", "order_items", "--format", "csv")
        path = self.folder / "order_items.csv"
        with path.open("wb") as one:
            for part in sorted((parts / "order_items").glob("*.csv")):
                one.write(part.read_bytes().partition(b"\n")[2])
        return path

    def create_table(self, dialect: str) -> str:
        """The statement that creates order_items in that dialect."""
        words = [BIN / "synth", "ddl", "ecommerce", "--dialect", dialect]
        ddl = subprocess.run(words, check=True, capture_output=True, text=True).stdout
        quote = "`" if dialect == "mysql" else '"'
        head = f"CREATE TABLE {quote}ecommerce{quote}.{quote}order_items{quote}"
        return next(each for each in ddl.split(";\n") if each.startswith(head)).removeprefix(head)

    # -- PostgreSQL

    @cached_property
    def address(self) -> Address:
        """Where the embedded server is."""
        from synth.databases.postgres import embedded

        return embedded.start(self.folder)

    @cached_property
    def psql(self) -> list[str]:
        """The words that open its client, to be followed by options."""
        from synth.databases.postgres import embedded

        return [*embedded.psql(self.address, self.folder).split(), "--no-psqlrc", "--quiet"]

    def ask_postgres(self, *statements: str) -> str:
        """Run statements one after another; what the last prints."""
        words = [word for each in statements for word in ("--command", each)]
        done = subprocess.run([*self.psql, "-At", *words], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    @property
    def postgres_processes(self) -> list[int]:
        """The id of the server, below which its processes are."""
        return [int(self.ask_postgres("SELECT pg_read_file('postmaster.pid')").split()[0])]

    # -- MariaDB

    @cached_property
    def mariadb(self) -> MariaDB:
        """The server that tests start too."""
        from tests.support.server_processes import MariaDB

        return MariaDB()

    @property
    def mariadb_url(self) -> str:
        """Where it is."""
        return f"mysql://root@localhost/?unix_socket={self.mariadb.socket}"

    @property
    def mariadb_processes(self) -> list[int]:
        """The id of the server."""
        return [self.mariadb.process.pid]
