"""What the machine says, and is nobody's mistake: a full disk, too little memory, too many open files, no right to write."""

from __future__ import annotations

import errno
import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from synth.errors import OptionError

__all__ = [
    "ENDING_SIGNALS", "NO_LINK", "address_space", "ending_signals_held", "is_utf8", "lacks", "processors",
    "require_address_space", "require_folder", "said_by_machine",
]  # fmt: skip

# what only some systems have: there is a way without each
ENDING_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
NO_LINK = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))  # to open by

LEAST_BYTES = (
    2**31
)  # libraries reserve three quarters of a GiB before they do anything, and abort where there is no more
_CODES = {
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO, errno.ENOMEM, errno.EMFILE,
    errno.ENFILE, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.EBUSY, errno.ESTALE, errno.EAGAIN,
    errno.ENOTEMPTY, errno.EEXIST, errno.ENXIO, errno.ENODEV, errno.ETXTBSY, errno.EILSEQ,
}  # fmt: skip
_HINTS = {
    errno.ENOSPC: "free some space, or choose another place",
    errno.EDQUOT: "free some space, or choose another place",
    errno.ENOMEM: "take fewer --workers, or give it more memory",
    errno.EAGAIN: "take fewer --workers, or allow more processes (`ulimit -u`)",
    errno.EMFILE: "allow more open files (`ulimit -n 1024`), or take fewer --workers",
    errno.ENFILE: "allow more open files",
}
# libraries put the system's words into their own: Rust's, DuckDB's and the linker's
_NUMBERED = re.compile(r"\(os error (\d+)\)|\[[Ee]rrno (\d+)\]")
_SHORT_WRITE = re.compile(r"\d+ requested and \d+ written")  # numpy's, of a disk that became full
_NO_MEMORY = re.compile(
    r"failed to map segment|cannot allocate memory|can't start new thread|Out of Memory Error", re.I
)


def is_utf8(path: str) -> bool:
    """Whether a path's bytes are text, as libraries take paths; Python holds others as lone surrogates."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def address_space() -> int | None:
    """The most bytes that this process may reserve (`ulimit -v`); None where there is no such limit."""
    with suppress(ImportError):
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        return None if limit == resource.RLIM_INFINITY else limit
    return None


def processors() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def ending_signals_held() -> Iterator[None]:
    """What is started within is born with signals that end a program blocked; here they come when it is over."""
    if not hasattr(signal, "pthread_sigmask") or sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def require_address_space() -> None:
    """Refuse a limit (`ulimit -v`) in which libraries cannot even be loaded; some would end the process without a word."""
    limit = address_space()
    if limit is not None and limit < LEAST_BYTES:
        raise OptionError(
            f"the address space is limited to {limit // 2**20} MiB\n  hint: `ulimit -v` allows more; 2048 MiB is the least"
        )


def require_folder() -> None:
    """Refuse to run where the current folder is none any more: no path means anything there."""
    try:
        os.getcwd()
    except FileNotFoundError:
        raise OptionError("the current folder has been removed\n  hint: go into another one") from None


def said_by_machine(error: BaseException) -> str | None:
    """In words, and with a hint where there is one; None for what may be a mistake of ours.

    It is said by an OSError, by a MemoryError, or by a library that quotes one.
    """
    if isinstance(error, MemoryError):
        return _words(errno.ENOMEM)
    if isinstance(error, OSError) and error.errno is not None:
        return _words(error.errno) if error.errno in _CODES else None
    text = str(error)
    if _SHORT_WRITE.fullmatch(text):
        return _words(errno.ENOSPC)
    for code, message in ((code, os.strerror(code)) for code in (errno.ENOSPC, errno.EDQUOT, errno.EMFILE)):
        if message in text:
            return _words(code)
    if found := _NUMBERED.search(text):
        code = int(found[1] or found[2])
        return _words(code) if code in _CODES else None
    return _words(errno.ENOMEM) if _NO_MEMORY.search(text) else None


def lacks(error: BaseException) -> str | None:
    """In words, what a machine has too little of: open files or space on a disk. None where that is not said.

    It says nothing of what was being looked at.
    """
    said = said_by_machine(error)
    short = (errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.EDQUOT)
    return said if said and said.startswith(tuple(os.strerror(code) for code in short)) else None


def _words(code: int) -> str:
    return os.strerror(code) + (f"\n  hint: {_HINTS[code]}" if code in _HINTS else "")
