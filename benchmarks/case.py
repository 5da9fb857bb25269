"""A case: what is run, how often it is to be asked for rows, and how it is told in tables."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from benchmarks.databases import Databases
from benchmarks.machine import PROCESSORS
from benchmarks.measuring import Run, measure
from benchmarks.rivals.rival import Rival

# Groups of cases that are not compared with a rival; those that are stand in benchmarks/rivals/rival.py.
DATASETS, JOBS, LOADS, SCANS = "whole datasets", "other commands", "loads with keys, checks and proof", "scans"
ENGINES, GENERATORS = "engines", "cells of one generator"


@dataclass(frozen=True)
class Case:
    """One line of a table. `run` does it once, and samples memory where it is told to."""

    name: str
    group: str
    run: Callable[[bool], Run]
    command: str = ""  # as one could type it, or what it does
    given: str = ""  # a rival's best settings
    asked: int | None = None  # rows; None where only the run tells
    processors: int = PROCESSORS  # that it can keep busy
    ours: bool = True


def in_a_folder(work: Callable[[Path, bool], Run]) -> Callable[[bool], Run]:
    """A run with an empty folder that is thrown away behind it."""

    def run(memory: bool) -> Run:
        with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as out:
            return work(Path(out), memory)

    return run


def of_rival(rival: Rival, databases: Databases, size: float) -> Case:
    """The case that a rival is, with a share of its rows."""
    rows = max(round(rival.rows * size), 1000)
    told = f"python -m {type(rival).__module__}" if "__main__" in Path(_file(rival)).read_text() else rival.needs[0]
    work = partial(_run_rival, rival, databases, rows)
    fixed = size == 1 or rival.chooses_rows
    return Case(
        rival.name,
        rival.group,
        in_a_folder(work),
        told,
        rival.given,
        rows if fixed else None,
        rival.processors,
        ours=False,
    )


def _run_rival(rival: Rival, databases: Databases, rows: int, out: Path, memory: bool) -> Run:
    rival.before(databases, rows, out)
    words, beside = rival.words(databases, rows, out), rival.beside(databases)
    _, run = measure(words, beside=beside, memory=memory)
    made, size = rival.made(databases, out)
    if memory and (wrong := rival.mistakes(out)):
        raise ValueError(f"{rival.name} does not make what is asked for: {'; '.join(wrong)}")
    return replace(run, rows=made, cells=made * rival.columns, bytes=size)


def _file(rival: Rival) -> str:
    import inspect

    return inspect.getfile(type(rival))
