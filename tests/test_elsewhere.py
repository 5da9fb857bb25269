"""What only POSIX has is missing: the program finds a way without it, as far as can be shown on this machine.

Python modules and names that Windows lacks are taken away before anything of the program is imported, but for those that
Python itself needs here. Paths, and files that are open while they are renamed, cannot be shown so.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.trees import PACKAGE, files, place, tree

ROOT = Path(__file__).resolve().parents[1]
WITHOUT = """
import os, signal, sys
import portalocker  # which has a way of its own on Windows, and here takes flock
import multiprocessing.context, multiprocessing.resource_tracker, subprocess, tempfile, threading

sys.modules["resource"] = None
sys.modules["fcntl"] = None
for name in ("sched_getaffinity", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "setpgid", "getpgid"):
    if hasattr(os, name):
        delattr(os, name)
for name in ("SIGHUP", "SIGBUS", "SIGTRAP"):
    delattr(signal, name)
fork = os.fork
if "spawned" in sys.argv:
    del os.fork
    sys.argv.remove("spawned")
del multiprocessing.context.ForkContext, signal.SIGPIPE
"""
RUN = (
    WITHOUT
    + """
from synth.__main__ import entry

sys.exit(entry())
"""
)


@pytest.fixture
def run(tmp_path):
    def program(*words):
        words = [sys.executable, "-c", RUN, "spawned", *words]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    return program


def test_commands(run, tmp_path):
    for words in (
        ("datasets",),
        ("check", "inventory"),
        ("generate", "ecommerce", "--scale", "0.3", "--workers", "2", "--until", "2025-06-01", "--out", "output"),
        ("verify", "output/ecommerce"),
        ("advance", "output/ecommerce", "--until", "2025-07-01", "--workers", "2"),
        ("report", "output/ecommerce"),
        ("load", "output/ecommerce", "shop.duckdb"),
        ("verify", "shop.duckdb"),
        ("pull", "shop.duckdb", "--tables", "brands", "--out", "pulled"),
    ):
        done = run(*words)
        assert done.returncode == 0, (words, done.stderr)
    assert not list((tmp_path / "output").glob(".*")), "the lock is gone"


def test_two_runs_at_once(run, tmp_path):
    """The lock is one: who comes second is told so."""
    from synth.store.lock import locked

    with locked(tmp_path / "output" / "inventory"):
        done = run("generate", "inventory", "--scale", "0.01", "--out", "output")
    assert done.returncode == 2 and "another run is writing 'output/inventory'" in done.stderr


def test_a_mistake_is_told(run, tmp_path):
    (tmp_path / "bad.yaml").write_text("dataset: [")
    done = run("generate", "bad.yaml")
    assert done.returncode == 2 and "Traceback" not in done.stderr and "bad.yaml:2:1" in done.stderr


ONLY_POSIX = {
    "fcntl", "resource", "pwd", "grp", "sched_getaffinity", "uname", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "SIGHUP", "SIGKILL",
    "pthread_sigmask", "fork", "setpgid", "killpg", "getpgid", "setsid", "statvfs", "getuid", "geteuid", "mkfifo", "ForkContext",
    "ForkProcess", "SIGPIPE", "poll",
}  # fmt: skip
WITH_A_WAY_AROUND = {
    "system.py": {"resource", "pthread_sigmask", "sched_getaffinity"},
    "__main__.py": {"SIGHUP"},
    "cli/__init__.py": {"poll"},
    "cli/limited.py": {"pthread_sigmask", "fork", "setpgid"},  # on Linux alone
    "cli/mistake.py": {"uname"},
    "runners/starting.py": {"pthread_sigmask", "ForkContext", "ForkProcess"},
}


@pytest.mark.parametrize("path", files(), ids=lambda path: place(path))
def test_what_only_posix_has_stands_where_there_is_a_way_around(path):
    found = set()
    for node in ast.walk(tree(path)):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in ("os", "signal", "select")
        ):
            found.add(node.attr)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {alias.name for alias in node.names}
    assert found & ONLY_POSIX <= WITH_A_WAY_AROUND.get(path.relative_to(PACKAGE).as_posix(), set())
