"""Runners for tests: each that this machine can begin, one of a kind for a whole module, as engines take seconds to start."""

from __future__ import annotations

import os
import shutil
import signal
import time
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import pytest

from synth.runners import ENGINES, Serial, runner
from tests.support.targets import LONG

WORKERS = {"ray": "ray::_draw", "spark": "pyspark.daemon"}  # what a worker is called that draws
NEEDS = {"ray": "ray", "spark": "pyspark"}


def lack(name: str) -> str | None:
    """What an engine lacks here, if anything."""
    if name in NEEDS and find_spec(NEEDS[name]) is None:
        return f"{NEEDS[name]} is not installed"
    return "there is no Java" if name == "spark" and shutil.which("java") is None else None


def engine(name: str):
    """A parameter of a test; an engine that is lacking is skipped, but not where all is to be tried."""
    return pytest.param(name, marks=pytest.mark.skipif(bool(lack(name)) and not LONG, reason=f"{name}: {lack(name)}"))


ALL = [engine(name) for name in ("serial", "processes", *ENGINES)]
ENGINES_HERE = [engine(name) for name in ENGINES]


@contextmanager
def begun(name: str):
    """A runner of this name with two workers."""
    with Serial(owns_process=False) if name == "serial" else runner(2, name if name in ENGINES else "processes") as one:
        yield one
    if name == "spark":
        end_java()


def end_java():
    """End Spark's Java process, which would live as long as this one, with the settings and the environment of its start."""
    from pyspark import SparkContext

    if SparkContext._active_spark_context is not None:  # another fixture's session
        return
    gateway, SparkContext._gateway, SparkContext._jvm = SparkContext._gateway, None, None
    if gateway is not None:
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait(timeout=60)


def processes_called(word: str) -> list[int]:
    """The numbers of processes whose command line has a word."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if word in (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"):
                found.append(int(process.name))
    return sorted(found)


def kill_a_worker(name: str, within_s: float = 60) -> int:
    """Kill a process of an engine that draws, as soon as there is one."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        for number in processes_called(WORKERS[name]):
            with suppress(OSError):
                os.kill(number, signal.SIGKILL)
                return number
        time.sleep(0.02)
    raise AssertionError(f"{name} has no worker that draws")
