"""One run of one command, measured: wall, and CPU seconds and memory of all its processes."""

import ctypes
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent  # where `synth` is
SAMPLE_S = 0.05  # between two looks at the memory
ADOPT = 36  # PR_SET_CHILD_SUBREAPER of Linux: whoever loses its parent below us becomes our child
LEFT_S = 60  # for what a command leaves behind to end


class FailedError(Exception):
    """A command that did not end well."""


@dataclass(frozen=True)
class Run:
    """What one run took and left; None is what was not measured, as the CPU of one phase of a process is not."""

    wall_s: float
    cpu_s: float | None = None
    rows: int | None = None
    cells: int | None = None  # of those rows, or of all that came along
    bytes: int | None = None
    peak_bytes: int | None = None


def measure(
    words: Sequence[object], *, beside: Iterable[int] = (), memory: bool = False, folder: Path = ROOT
) -> tuple[str, Run]:
    """Run a command to its end, in a folder; what it prints, and the wall and CPU seconds, user and system, it took.

    `beside` are ids of servers whose work belongs to it. Memory is sampled only where asked, since sampling costs time.
    """
    servers = [psutil.Process(each) for each in beside]
    usual = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # compiled once
    with _adopting():
        used, began = _children_s() + sum(map(tree_cpu_s, servers)), time.perf_counter()
        process = subprocess.Popen(
            list(map(str, words)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=usual, cwd=folder
        )
        peak, root = 0, psutil.Process(process.pid)
        while memory and process.poll() is None:
            peak = max(peak, sum(map(pss_bytes, [root, *servers])))
            time.sleep(SAMPLE_S)
        printed, complaint = process.communicate()
        wall_s = time.perf_counter() - began
    if process.returncode:
        raise FailedError(f"{' '.join(map(str, words))} failed with {process.returncode}:\n{complaint[-2000:]}")
    cpu_s = _children_s() + sum(map(tree_cpu_s, servers)) - used
    return printed, Run(wall_s, cpu_s, peak_bytes=peak or None)


@contextmanager
def _adopting() -> Iterator[None]:
    """Take in what a command leaves behind, as Spark leaves its JVM, until it ends: its CPU seconds are told only then."""
    libc, own = ctypes.CDLL(None), psutil.Process()
    before = {child.pid for child in own.children()}
    libc.prctl(ADOPT, 1)
    try:
        yield
        for child in own.children():
            if child.pid not in before:
                child.wait(LEFT_S)
    finally:
        libc.prctl(ADOPT, 0)


def _children_s() -> float:
    """CPU seconds of all commands that have ended so far."""
    times = os.times()
    return times.children_user + times.children_system


def tree_cpu_s(root: psutil.Process) -> float:
    """CPU seconds so far of a process and of all below it, also of those that have ended.

    One that ends meanwhile moves from those below to what its parent has waited for, so nobody may end while they are read.
    """
    while True:
        there = list(_tree(root))
        total = sum(map(_cpu_s, there))
        if there == list(_tree(root)):
            return total


def _cpu_s(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return times.user + times.system + times.children_user + times.children_system


def pss_bytes(root: psutil.Process) -> int:
    """Memory of a process and of all below it; shared pages are shared out."""
    total = 0
    for process in _tree(root):
        try:
            with open(f"/proc/{process.pid}/smaps_rollup") as file:
                total += next(int(line.split()[1]) * 1024 for line in file if line.startswith("Pss:"))
        except (OSError, StopIteration):
            continue
    return total


def _tree(root: psutil.Process) -> Iterator[psutil.Process]:
    yield root
    try:
        yield from root.children(recursive=True)
    except psutil.Error:
        return


def bytes_in(folder: Path) -> int:
    """The bytes of all files below a folder; one that is linked from several places counts once."""
    return sum(
        {each.st_ino: each.st_size for path in folder.rglob("*") if (each := path.stat()) and path.is_file()}.values()
    )
