"""Where the address space is limited (`ulimit -v`), the program runs in a child, and what ends that is told here.

Libraries abort a process that finds no memory, with words of their own, and nothing in it can be cleared away then. The
address space that a run needs cannot be told beforehand: allocators reserve it by the GiB, and keep what was freed.
"""

from __future__ import annotations

import ctypes
import io
import os
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType

from synth.errors import SynthError
from synth.left import Left, notify
from synth.system import ENDING_SIGNALS, address_space
from synth.terminal import say

__all__ = ["go_on_in_child"]

PR_SET_PDEATHSIG = 1  # <sys/prctl.h>
# how a process ends that finds no memory: aborted by Rust's or C++'s runtime, or at an address that is not there
FOUND_NO_MEMORY = ("SIGABRT", "SIGSEGV", "SIGBUS", "SIGILL", "SIGTRAP")


def go_on_in_child() -> None:
    """Return in a child where there is a limit, and in this process where there is none."""
    limit = address_space()
    if limit is None or sys.platform != "linux":
        return
    held = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)
    here, there = os.pipe()
    child = os.fork()
    if child:
        os.close(there)
        _follow(child, here, held, limit)
    os.close(here)
    os.setpgid(0, 0)  # a terminal's signals come once: by the first process
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    signal.pthread_sigmask(signal.SIG_SETMASK, held)
    notify(lambda what, path: os.write(there, f"{what.value} ".encode() + os.fsencode(path) + b"\0"))
    _keep_libraries_silent()


def _keep_libraries_silent() -> None:
    """Leave the error stream to Python: what writes to number 2 is a library that has given up."""
    sys.stderr.flush()
    own = os.dup(2)
    sys.stderr = io.TextIOWrapper(io.FileIO(own, "wb"), sys.stderr.encoding, line_buffering=True, write_through=True)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _follow(child: int, notes: int, held: set[int | signal.Signals], limit: int) -> None:
    """Pass signals on until the child has ended, then end as it has; or tell that it was aborted."""

    def pass_on(number: int, _: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            os.kill(child, number)

    for number in ENDING_SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, pass_on)
    signal.pthread_sigmask(signal.SIG_SETMASK, held)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code >= 0:
        os._exit(code)
    if signal.Signals(-code).name not in FOUND_NO_MEMORY:
        os._exit(128 - code)
    left = _clear_away(notes)
    say(
        f"synth: memory ran out, and a library ended the program ({signal.Signals(-code).name}): the address space is "
        f"limited to {limit // 2**20} MiB; {left}\n  hint: `ulimit -v` allows more, or take fewer --workers",
        error=True,
    )
    os._exit(2)


def _clear_away(notes: int) -> str:
    """Clear away what the child noted; in words, what is left of it."""
    os.set_blocking(notes, False)  # workers that are about to end hold the other end open
    lines = []
    with suppress(BlockingIOError):
        while more := os.read(notes, 2**16):
            lines.append(more)
    noted = [line.partition(b" ") for line in b"".join(lines).split(b"\0")[:-1]]
    whole = {path for what, _, path in noted if Left(what.decode()) is Left.WHOLE}
    left = "nothing half-done is left"
    for what, path in {(what, path): None for what, _, path in noted if path not in whole}:
        try:
            _clear(Left(what.decode()), Path(os.fsdecode(path)))
        except (SynthError, OSError) as error:
            left = str(error)
    return left


def _clear(what: Left, path: Path) -> None:
    """Raises OutputError, OSError."""
    if what is Left.LOCKED:
        from synth.store.folder import clear_work

        clear_work(path)
    elif what is Left.FOLDER:
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
