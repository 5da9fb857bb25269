"""Cases of rows that go into databases: the sending beside plain clients, and whole loads with all that belongs to them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace

from benchmarks.case import LOADS, Case
from benchmarks.databases import Databases
from benchmarks.measuring import BIN, Run, measure
from benchmarks.rivals.rival import MARIADB, POSTGRES

WAYS = {"adbc": ("ADBC", 3), "copy": ("text", 4)}  # how rows go in, and how many connections are best on two processors
COLUMNS = 11
REPLACE = ("--if-exists", "replace", "--json")


def cases(databases: Databases) -> list[Case]:
    """Whole loads: keys, references, checks, indexes, ANALYZE, and fingerprints compared."""

    def postgres(via: str) -> Callable[[bool], Run]:
        def run(memory: bool) -> Run:
            words = ["load", databases.all, databases.address, "--via", via]
            return _whole(words, databases.postgres_processes, memory)

        return run

    def mariadb(memory: bool) -> Run:
        return _whole(["load", databases.all, databases.mariadb_url], databases.mariadb_processes, memory)

    found = [
        Case(
            f"PostgreSQL: synth load, ecommerce ×1, whole, {told}",
            LOADS,
            postgres(via),
            f"synth load DIR URL --via {via}",
        )
        for via, (told, _) in WAYS.items()
    ]
    if has_mariadb():
        found.append(Case("MariaDB: synth load, ecommerce ×1, whole", LOADS, mariadb, "synth load DIR URL"))
    return found


def compared(databases: Databases) -> list[Case]:
    """The phases that send rows, beside which rivals stand."""
    lines = round(1_000_000 * databases.scale)

    def postgres(via: str, connections: int) -> Callable[[bool], Run]:
        def run(memory: bool) -> Run:
            more = ["--schema", "lines", "--via", via, "--connections", connections]
            return _sending(["load", databases.lines, databases.address, *more], memory)

        return run

    def mariadb(memory: bool) -> Run:
        more = ["--tables", "order_items", "--to", databases.mariadb_url, "--schema", "drawn"]
        return _sending(["generate", "ecommerce", "--scale", f"{databases.scale:g}", *more], memory)

    found = [
        Case(
            f"PostgreSQL: synth load, order_items, sending, {told}", POSTGRES, postgres(via, count),
            f"synth load DIR URL --via {via} --connections {count}", asked=lines,
        )
        for via, (told, count) in WAYS.items()
    ]  # fmt: skip
    if has_mariadb():
        name = "MariaDB: synth generate --to, order_items, making and sending"
        told = "synth generate ecommerce --tables order_items --to URL"
        found.append(Case(name, MARIADB, mariadb, told, asked=lines))
    return found


def has_mariadb() -> bool:
    """Whether its server is installed."""
    return shutil.which("mariadb-install-db") is not None


def _whole(words: list[object], beside: list[int], memory: bool) -> Run:
    """The whole program, with what the server does for it."""
    printed, run = measure([BIN / "synth", *words, *REPLACE], beside=beside, memory=memory)
    return replace(run, rows=json.loads(printed)["rows"])


def _sending(words: list[object], memory: bool) -> Run:
    """The phase in which rows are sent; its CPU seconds cannot be told from those of other phases."""
    printed, run = measure([BIN / "synth", *words, *REPLACE], memory=memory)
    report = json.loads(printed)
    rows = report["rows"]
    return Run(report["phases"]["send"], rows=rows, cells=rows * COLUMNS, peak_bytes=run.peak_bytes)
