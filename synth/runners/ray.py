"""Tasks shared out by a Ray cluster: the one that RAY_ADDRESS names, or one on this machine that ends with the run.

Resident columns are put into Ray's object store once, and mapped by the workers of a node. What a lost worker or node had
begun is done again by Ray; a task writes the same files wherever, and however often, it runs.
"""

from __future__ import annotations

import io
import os
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.draw.residents import ARRAY, mapped
from synth.draw.task import RunContext, Task, TaskResult, run_task
from synth.errors import DataError, OptionError
from synth.extras import lacking
from synth.runners.shipping import CarriedFile, attempted, pack, received

try:
    import ray
except ImportError:
    ray = None

__all__ = ["Ray"]

AHEAD = 2  # calls that wait for each processor of the cluster
RETRIES = 5  # of a call whose worker or node was lost
CALL_S = 0.2  # what a call takes at least where tasks are short: they go several at once
MOST_TASKS = 256  # of a call
LOOK_S = 2.0  # between two looks at how large the cluster is
ENVIRONMENT = {"POLARS_MAX_THREADS": "1"}


class Ray:
    """Draws on all processors of a Ray cluster, or on `workers` of this machine."""

    may_repeat = True

    def __init__(self, workers: int):
        if ray is None:
            raise lacking("ray")
        self._own = not ray.is_initialized()
        if self._own:
            os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
            own = {
                "address": "local",
                "num_cpus": workers,
                "include_dashboard": False,
            }  # else it takes any that is there
            own = {} if os.environ.get("RAY_ADDRESS") else own
            try:
                ray.init(log_to_driver=False, logging_level="error", runtime_env={"env_vars": ENVIRONMENT}, **own)
            except (ConnectionError, ValueError, RuntimeError) as error:
                raise OptionError(f"there is no Ray cluster to work on: {error}") from error
        self._put: dict[CarriedFile, Any] = {}  # references of files of residents
        self._pending: dict[Any, list[Task]] = {}
        self._looked = 0.0
        self.workers = self._processors()
        self._draw = ray.remote(num_cpus=1, max_retries=RETRIES, retry_exceptions=False)(_draw)

    def __enter__(self) -> Ray:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        if self._own:
            ray.shutdown()

    def stop(self) -> None:
        """Cancel what is being done; when it returns, workers that this process can reach write nothing any more."""
        pending, self._pending = list(self._pending), {}
        for call in pending:
            ray.cancel(call, force=True)
        if pending:
            ray.wait(pending, num_returns=len(pending), timeout=10)

    def begin(self, context: RunContext, tasks: Sequence[Task]) -> None:
        """Do nothing: tasks are given to the cluster when all that they need is there."""

    def run(self, context: RunContext, tasks: Sequence[Task]) -> Iterator[TaskResult]:
        """Run the tasks, results as they come; a single one is done here. Raises DataError."""
        if len(tasks) <= 1:
            yield from (run_task(context, task) for task in tasks)
            return
        shipment = pack(context, self._carry)
        packed, waiting, at_once = ray.put(shipment), deque(tasks), 1
        while waiting or self._pending:
            while waiting and len(self._pending) < AHEAD * self._processors():
                some = [waiting.popleft() for _ in range(min(at_once, len(waiting)))]
                self._pending[self._draw.remote(shipment.key, [packed], some)] = some
            done, _ = ray.wait(list(self._pending), num_returns=1, timeout=LOOK_S)
            for call in done:
                some = self._pending.pop(call)
                seconds, results = self._result(call)
                yield from received(context, results)
                at_once = min(MOST_TASKS, max(1, round(CALL_S * len(some) / max(seconds, 1e-4))))

    def _result(self, call: Any) -> Any:
        """Get what a call gives. Raises DataError where it was lost."""
        try:
            return ray.get(call)
        except ray.exceptions.RayTaskError as error:
            raise error.cause from None  # a mistake of the program's
        except ray.exceptions.RayError as error:
            what = str(error).strip().splitlines()[0]
            raise DataError(
                f"the Ray cluster lost a task, {RETRIES} times and more: {what}\n"
                "  hint: the same command goes on with what is missing"
            ) from None

    def _carry(self, path: Path) -> Any:
        """Put a file of residents into the object store, once."""
        file = CarriedFile.of(path)
        if file not in self._put:
            self._put[file] = ray.put(mapped(path) if path.suffix == ARRAY else path.read_bytes())
        return self._put[file]

    def _processors(self) -> int:
        """Count the cluster's processors, now and then, as it may grow and shrink."""
        if time.monotonic() - self._looked > LOOK_S or not self._looked:
            self._looked, self.workers = time.monotonic(), max(1, int(ray.cluster_resources().get("CPU", 1)))
        return self.workers


class _InStore:
    """Files of residents in the object store."""

    def __init__(self, files: Mapping[str, Any]):
        self.files = files

    def array(self, file: str) -> npt.NDArray[Any]:
        """Map an array of this node's store. (n,)"""
        array: npt.NDArray[Any] = ray.get(self.files[file])
        return np.asarray(array)

    def texts(self, file: str) -> pl.Series | None:
        """Read a dictionary of texts. (n,)"""
        return pl.read_parquet(io.BytesIO(ray.get(self.files[file])))["text"] if file in self.files else None


def _draw(key: str, packed: list[Any], tasks: list[Task]) -> Any:
    """In a worker: run tasks, and say how many seconds that took."""
    started = time.perf_counter()
    results = attempted(key, lambda: ray.get(packed[0]), _InStore, tasks)
    return time.perf_counter() - started, results
