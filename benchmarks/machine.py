"""What the benchmarks run on: the processors, which two are taken, memory, versions, and how fast files are written here."""

import importlib.metadata
import os
import platform
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psutil

from synth.compiled import path_taken

PROCESSORS = 2  # taken by each case and rival, and by servers, on whatever machine
PACKAGES = ("polars", "pyarrow", "numpy", "duckdb", "psycopg", "faker", "mimesis", "ray", "tpchgen-cli")
MEASURED = (":/synth", ":/schema", ":/benchmarks/*.py", ":/requirements.lock")
CEILING_BYTES = 256 * 2**20  # written to see how fast that is
CHUNK = bytes(2**20)


def pin() -> None:
    """Keep this process and all that it starts on the first two processors it may use, so that all have the same."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:PROCESSORS])


def machine() -> dict[str, object]:
    """What is written into each result; speeds are bytes a second."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return {
        "cpu": next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "?"),
        "cores": len(os.sched_getaffinity(0)),
        "memory_bytes": psutil.virtual_memory().total,
        "system": f"{platform.system()} {platform.release().split('-')[0]} {platform.machine()}",
        "python": platform.python_version(),
        "kernels": path_taken(),  # compiled, or numpy does all
        **{name: found for name in PACKAGES if (found := _version(name))},
        "write_bytes_s": _write_bytes_s(sync=False),
        "disk_bytes_s": _write_bytes_s(sync=True),
    }


def commit() -> tuple[str, bool]:
    """The commit that is checked out, and whether all that is measured is as it was committed; documents may differ."""
    return _git("rev-parse", "--short", "HEAD"), not _git("status", "--porcelain", "--", *MEASURED)


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _git(*words: str) -> str:
    git = shutil.which("git") or "git"
    return subprocess.run(
        [git, *words], cwd=Path(__file__).parent, capture_output=True, text=True, check=False
    ).stdout.strip()


def _write_bytes_s(sync: bool) -> float:
    """The best of three: one file from one process, as far as the system's cache, or until it is on the disk."""
    best = 0.0
    for _ in range(3):
        with tempfile.TemporaryFile(dir=os.environ.get("BENCH_DIR")) as file:
            began = time.perf_counter()
            for _ in range(CEILING_BYTES // len(CHUNK)):
                file.write(CHUNK)
            if sync:
                file.flush()
                os.fsync(file.fileno())
            best = max(best, CEILING_BYTES / (time.perf_counter() - began))
    return best
