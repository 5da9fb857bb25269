"""DuckDB for the SQL of a spec: it reads what it was given and nothing else, within a stated memory and time.

A spec may be a stranger's. Its SQL was looked at when it was read (`synth.sql.allowed`); here is the second wall.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from threading import Event
from typing import TypeVar

import duckdb

from synth.deadlines import deadline
from synth.running import interruptible
from synth.system import processors

__all__ = ["TIME_LIMIT_S", "as_pattern", "bytes_for", "lock", "opened", "sandbox", "signals_heard", "time_limit"]

T = TypeVar("T")

LOCKED = {
    "TimeZone": "'UTC'",  # of moments with a zone: no machine's
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",  # else the name of a Python variable is a table
    "enable_external_access": "false",
    "lock_configuration": "true",  # the last
}

TIME_LIMIT_S = 600  # of one check: erp's slowest takes 17 to 48 s at SCALE=30 on two busy cores

LISTEN_S = 0.2  # between two looks at the signals that have come

BESIDE_BYTES = (
    320 * 2**20
)  # the program, its libraries, and what DuckDB does not count: 250 MB measured on erp at SCALE=30
THREAD_BYTES = 128 * 2**20  # a thread works with so much at least


@contextmanager
def sandbox(
    folder: Path | None = None, *, files: Sequence[Path] = (), memory_bytes: int | None = None, spill: Path | None = None,
    workers: int | None = None,
) -> Iterator[duckdb.DuckDBPyConnection]:  # fmt: skip
    """A connection that reads the files of one folder, and these, and no others, and whose configuration is locked.

    The process takes `memory_bytes` at most; what is more goes into the folder `spill`, without one nothing goes to disk. It
    works on so many cores as `workers`, by default all, or fewer where the memory is not enough for them.
    """
    cores = processors() if workers is None else workers
    settings = {
        "temp_directory": _literal("" if spill is None else str(spill.resolve())),
        **({"threads": str(cores)} if memory_bytes is None else _memory(memory_bytes, cores)),
    }
    with opened(settings, folder, files) as connection, interruptible(connection.interrupt):
        yield connection


def opened(
    settings: Mapping[str, str], folder: Path | None = None, files: Sequence[Path] = ()
) -> duckdb.DuckDBPyConnection:
    """Open a database in memory with these settings, which reads the files of a folder, and these, and no others."""
    connection = duckdb.connect(":memory:")
    for name, value in {"preserve_insertion_order": "false", **settings, "allow_persistent_secrets": "false"}.items():
        connection.execute(f"SET {name} = {value}")
    lock(connection, folder, files)
    return connection


def lock(connection: duckdb.DuckDBPyConnection, folder: Path | None = None, files: Sequence[Path] = ()) -> None:
    """Leave a connection with what it has attached, and the files of a folder, and these, for good."""
    if folder is not None:
        connection.execute(f"SET allowed_directories = {_places([folder.resolve()])}")
    if files:
        connection.execute(f"SET allowed_paths = {_places([path.absolute() for path in files])}")
    for name, value in LOCKED.items():
        connection.execute(f"SET {name} = {value}")


def as_pattern(path: Path) -> str:
    """A path in which what would be a pattern is spelt as the sign that it is: DuckDB reads every path as a pattern."""
    return escape(str(path))


def _places(paths: Sequence[Path]) -> str:
    """Paths as a list in SQL, as they are and as they are asked for."""
    return f"[{', '.join(_literal(each) for path in paths for each in dict.fromkeys((str(path), as_pattern(path))))}]"


@contextmanager
def time_limit(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Interrupt what runs within after so many seconds. Raises TimeoutError then."""
    expired = Event()

    def stop() -> None:
        expired.set()
        connection.interrupt()

    try:
        with deadline(seconds, stop), interruptible(connection.interrupt):
            yield
    except duckdb.InterruptException:
        if not expired.is_set():  # but by the user
            raise
        raise TimeoutError(f"it was stopped after {seconds:g} s") from None


@contextmanager
def signals_heard(connection: duckdb.DuckDBPyConnection) -> Iterator[Callable[[Callable[[], T]], T]]:
    """A way to call what waits for a query's rows so that signals are heard meanwhile, and end the query.

    DuckDB itself hears none while it makes a batch of rows.
    """
    with ThreadPoolExecutor(1) as pool:

        def run(call: Callable[[], T]) -> T:
            waiting = pool.submit(call)
            try:
                while wait([waiting], LISTEN_S).not_done:  # a thread that waits for good does not hear all signals
                    pass
            except BaseException:
                while wait([waiting], LISTEN_S).not_done:  # the query may not have begun
                    connection.interrupt()
                raise
            return waiting.result()

        yield run


def bytes_for(workers: int) -> int:
    """The memory in which so many cores work, and the program beside them."""
    return BESIDE_BYTES + workers * THREAD_BYTES


def _memory(memory_bytes: int, workers: int) -> dict[str, str]:
    """Settings by which the whole process stays under so many bytes."""
    ours = max(memory_bytes - BESIDE_BYTES, memory_bytes // 4)
    threads = max(1, min(workers, ours // THREAD_BYTES))
    return {"memory_limit": _literal(f"{ours}B"), "threads": str(threads)}


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
