"""Ends the databases that a test run has started when the run itself is killed: a process beside it that outlives it.

Servers that have gone to the background (the embedded PostgreSQL does) are nobody's children, so no signal reaches them when
their run dies. The watchdog reads folders from a pipe; when the pipe ends, however that came, it ends the programs in them.
"""

from __future__ import annotations

import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

PROGRAMS = (
    "postgres",
    "initdb",
    "mariadbd",
    "mysqld",
    "python",
)  # what may run in a folder of tests; of the last, tests of ours
PATIENCE_S = 5.0  # a PostgreSQL that is told to stop cleans its shared memory up first
QUIET_S = 1.0  # so long nothing may be found: what was just starting has started then
LOOK_S = 0.1
PR_SET_PDEATHSIG = 1  # <sys/prctl.h>


def watch(folder: Path, *, remove: bool = False) -> None:
    """From now on, when this process ends, end whatever runs in a folder; and `remove` the folder."""
    pipe = _watchdog().stdin
    assert pipe is not None
    pipe.write(f"{'remove' if remove else 'leave'} {Path(folder).resolve()}\n".encode())
    pipe.flush()


def die_with_parent() -> None:
    """Have the system kill this process when its parent dies: a worker whose run was killed would finish its test first."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


@cache
def _watchdog() -> subprocess.Popen[bytes]:
    """The one of this process, in a session of its own: Ctrl-C and the end of a terminal do not reach it."""
    words = [sys.executable, "-I", "-S", __file__, str(os.getpid())]
    return subprocess.Popen(words, stdin=subprocess.PIPE, start_new_session=True)


def running_in(folders: list[str]) -> list[tuple[int, str]]:
    """Processes that were started with one of the folders in their words: (id, program)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = [word.decode(errors="replace") for word in (entry / "cmdline").read_bytes().split(b"\0")]
        except OSError:  # it has ended meanwhile
            continue
        program = os.path.basename(words[0])
        if program.startswith(PROGRAMS) and int(entry.name) != os.getpid():
            # another run's folder may begin with the same letters, as pytest-1 and pytest-10 do
            if any(f"{folder}/" in word or word.endswith(folder) for word in words[1:] for folder in folders):
                found.append((int(entry.name), program))
    return found


def end(folders: list[str], spared: int) -> None:
    """End what runs in the folders, until nothing does any more; but for one, which names them and is ending itself."""
    begin = seen = time.monotonic()
    told: set[int] = set()
    while time.monotonic() - seen < QUIET_S:
        for process, program in running_in(folders):
            if process == spared:
                continue
            seen = time.monotonic()
            gently = program == "postgres" and seen - begin < PATIENCE_S
            if not (gently and process in told):
                told.add(process)
                try:
                    os.kill(process, signal.SIGQUIT if gently else signal.SIGKILL)
                except (ProcessLookupError, PermissionError):
                    continue
        if time.monotonic() - begin > 4 * PATIENCE_S:
            return
        time.sleep(LOOK_S)


def main(parent: int) -> None:
    """Read folders until the parent is no more; then see to them."""
    said = b""
    while True:
        alive = os.getppid() == parent  # a child of it may hold the pipe open
        data = os.read(0, 65536) if select.select([0], [], [], LOOK_S if alive else 0)[0] else None
        said += data or b""
        if data == b"" or (data is None and not alive):
            break
    folders = dict(reversed(line.split(" ", 1)) for line in said.decode().splitlines())
    end([folder for folder in folders if os.path.isdir(folder)], parent)
    for folder, how in folders.items():
        if how == "remove":
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
