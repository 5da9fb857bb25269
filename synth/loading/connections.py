"""Connections that fill one database at once: each belongs to a thread, and jobs are handed out among the threads.

A database that takes one connection at a time is filled by the calling thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import NamedTuple

from synth.databases import Database

__all__ = ["Connections", "Job"]


class Job(NamedTuple):
    """A call to be made on one of the threads. No other job runs that needs one of its `exclusive_tables`."""

    call: Callable[[], None]
    exclusive_tables: frozenset[str] = frozenset()


class Connections:
    """`count` threads, each of which has a connection to the place of `database`."""

    def __init__(self, database: Database, count: int):
        self.database = database
        self.count = count if database.capabilities.parallel_connections else 1
        self._others: list[Database] = []
        self._of_thread = threading.local()
        self._opening = threading.Lock()
        self._pool = ThreadPoolExecutor(self.count)

    def open(self) -> None:
        """Make each thread's connection, before there are rows to send. Raises DatabaseError."""
        if not self.database.capabilities.parallel_connections:
            return
        together = threading.Barrier(self.count)

        def connect_and_wait() -> None:
            try:
                self.mine().open_to_send()
                together.wait()  # so that each thread does so once
            except BaseException:
                together.abort()
                raise

        begun = [self._pool.submit(connect_and_wait) for _ in range(self.count)]
        errors = [error for future in begun if (error := future.exception())]
        for error in sorted(errors, key=lambda e: isinstance(e, threading.BrokenBarrierError)):
            raise error

    def mine(self) -> Database:
        """The connection of the calling thread, made when it is first asked for."""
        if not self.database.capabilities.parallel_connections:
            return self.database
        if not hasattr(self._of_thread, "connection"):
            with self._opening:
                self._of_thread.connection = self.database.new_connection()
                self._others.append(self._of_thread.connection)
        connection: Database = self._of_thread.connection
        return connection

    def run(self, jobs: Iterable[Job]) -> None:
        """Run each job once, as many at a time as there are threads; the first error ends it all and is raised."""
        if not self.database.capabilities.parallel_connections:
            for job in jobs:
                job.call()
            return
        waiting, running = list(jobs), dict[Future[None], frozenset[str]]()
        try:
            while waiting or running:
                busy = frozenset().union(*running.values())
                able = next((job for job in waiting if not job.exclusive_tables & busy), None)
                if able and len(running) < self.count:
                    waiting.remove(able)
                    running[self._pool.submit(able.call)] = able.exclusive_tables
                    continue
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    running.pop(future)
                    future.result()
        except BaseException:
            wait(running)
            raise

    def stop(self) -> None:
        """Wait for the jobs that run, and start no others."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def close(self) -> None:
        """Close the threads' connections, and then the one they were made from."""
        for connection in (*self._others, self.database):
            connection.close()
