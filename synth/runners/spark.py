"""Tasks shared out by Spark: each is a partition of a DataFrame of one column, whose rows are what came of it.

The session is the active one, or is made as Spark's own settings say (`spark-submit`, PYSPARK_SUBMIT_ARGS, SPARK_REMOTE), or
on this machine. Files of resident columns travel as Spark's files do, once to each executor, whose workers map them. What a
lost executor had begun Spark does again; a task writes the same files wherever, and however often, it runs.
"""

from __future__ import annotations

import gc
import os
import pickle
import shutil
import sys
import time
import warnings
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

import numpy.typing as npt
import polars as pl
import pyarrow as pa

from synth.draw.residents import mapped, read_texts
from synth.draw.task import RunContext, Task, TaskResult, run_task
from synth.errors import DataError, OptionError, SynthError
from synth.extras import lacking
from synth.runners.shipping import CarriedFile, Shipment, attempted, pack, received

try:
    import pyspark
    from pyspark import SparkFiles
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession
except ImportError:
    pyspark = None

__all__ = ["Spark"]

JOBS = 2  # at once: while the last tasks of one end, the next has begun
WAVES = 6  # of a job: partitions for each processor
CALL_S = 0.2  # what a partition takes at least where tasks are short: they go several at once
MOST_TASKS = 256  # of a partition
RETRIES = 4  # of a partition whose executor was lost, in a session of this machine
TAG = "synth"  # by which what is being done is found, and interrupted
SETTINGS = {
    "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR",
    "spark.executorEnv.POLARS_MAX_THREADS": "1",
}  # fmt: skip
HERE = {
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
}  # of a short run, that does little there
SAID_ELSEWHERE = ("PYSPARK_GATEWAY_PORT", "SPARK_REMOTE", "SPARK_CONF_DIR", "MASTER")  # which master there is

Answer = tuple[float, list[TaskResult] | SynthError]


class Spark:
    """Draws on the executors of a Spark session, or on `workers` processors of this machine."""

    may_repeat = True

    def __init__(self, workers: int):
        if pyspark is None:
            raise lacking("spark")
        active = SparkSession.getActiveSession()
        self._own = active is None
        self._session: Any = active or _begun(workers)
        self.workers = self._processors()
        self._folder = TemporaryDirectory(
            prefix="synth-spark-"
        )  # files under names of their own: Spark knows these alone
        self._sent: dict[CarriedFile, str] = {}
        self._jobs = ThreadPoolExecutor(JOBS)

    def __enter__(self) -> Spark:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        self._jobs.shutdown(wait=True, cancel_futures=True)
        if self._own:
            self._session.stop()
        self._folder.cleanup()

    def stop(self) -> None:
        """Interrupt what is being done."""
        self._session.interruptTag(TAG)

    def begin(self, context: RunContext, tasks: Sequence[Task]) -> None:
        """Do nothing: tasks are given to Spark when all that they need is there."""

    def run(self, context: RunContext, tasks: Sequence[Task]) -> Iterator[TaskResult]:
        """Run the tasks, results as they come; a single one is done here. Raises DataError."""
        if len(tasks) <= 1:
            yield from (run_task(context, task) for task in tasks)
            return
        shipment = pack(context, self._carry)
        file = Path(self._folder.name) / f"{shipment.key}.shipment"
        file.write_bytes(pickle.dumps(shipment))
        name, waiting, at_once = self._carry(file), deque(tasks), 1
        running: dict[Future[list[Answer]], int] = {}
        while waiting or running:
            while waiting and len(running) < JOBS:
                some = [waiting.popleft() for _ in range(min(len(waiting), WAVES * self._processors() * at_once))]
                parts = [some[first : first + at_once] for first in range(0, len(some), at_once)]
                running[self._jobs.submit(self._job, shipment.key, name, parts)] = len(some)
            for job in wait(running, return_when=FIRST_COMPLETED).done:
                count, seconds = running.pop(job), 0.0
                for took, results in job.result():
                    yield from received(context, results)
                    seconds += took
                at_once = min(MOST_TASKS, max(1, round(CALL_S * count / max(seconds, 1e-4))))

    def _job(self, key: str, name: str, parts: list[list[Task]]) -> list[Answer]:
        """Run a job whose partitions draw these tasks. Raises DataError."""

        def draw(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in batches:
                answers = [pickle.dumps(_draw(key, name, parts[place.as_py()])) for place in batch.column(0)]
                yield pa.RecordBatch.from_pydict({"answer": pa.array(answers, pa.binary())})

        warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas")  # which is not asked for
        self._session.addTag(TAG)
        try:
            rows = self._session.range(0, len(parts), 1, len(parts)).mapInArrow(draw, "answer binary").toArrow()
        except PySparkException as error:
            what = next((line for line in str(error).splitlines() if line.strip()), "it says nothing more")
            raise DataError(
                f"Spark gave a job up: {what}\n  hint: the same command goes on with what is missing"
            ) from error
        return [pickle.loads(answer.as_py()) for answer in rows.column(0)]

    def _carry(self, path: Path) -> str:
        """Hand a file to Spark, once, and give the name that it has there."""
        file = CarriedFile.of(path)
        if file not in self._sent:
            name = f"{sha256(repr(file).encode()).hexdigest()[:32]}{path.suffix}"
            own = Path(self._folder.name) / name
            os.link(path, own) if path.stat().st_dev == own.parent.stat().st_dev else shutil.copyfile(path, own)
            self._session.addArtifacts(str(own), file=True)
            self._sent[file] = name
        return self._sent[file]

    def _processors(self) -> int:
        """Count the processors of the executors, as far as the session tells."""
        try:
            self.workers = max(1, int(self._session.sparkContext.defaultParallelism))
        except PySparkException:  # Spark Connect does not
            self.workers = int(self._session.conf.get("spark.default.parallelism", "8"))
        return self.workers


def _begun(workers: int) -> Any:
    """Begin a session as Spark's settings say, or on this machine. Raises OptionError."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("synth")
    if not os.environ.get("SPARK_REMOTE"):  # whose server has settings of its own
        builder = builder.config(map=SETTINGS)
    elsewhere = any(os.environ.get(name) for name in SAID_ELSEWHERE)
    if not elsewhere and "--master" not in os.environ.get("PYSPARK_SUBMIT_ARGS", ""):
        os.environ.setdefault("POLARS_MAX_THREADS", "1")  # workers inherit it
        builder = builder.master(f"local[{workers},{RETRIES}]").config(map=HERE)
    try:
        return builder.getOrCreate()
    except PySparkException as error:
        raise OptionError(f"there is no Spark session to work in: {error}\n  hint: Spark needs Java 17") from error


class _Distributed:
    """Files of residents that Spark has brought here."""

    def __init__(self, files: Mapping[str, str]):
        self.files = files

    def array(self, file: str) -> npt.NDArray[Any]:
        """Map an array. (n,)"""
        return mapped(Path(SparkFiles.get(self.files[file])))

    def texts(self, file: str) -> pl.Series | None:
        """Read a dictionary of texts. (n,)"""
        return read_texts(Path(SparkFiles.get(self.files[file]))) if file in self.files else None


def _draw(key: str, name: str, tasks: list[Task]) -> Answer:
    """In a worker: run tasks, and say how many seconds that took."""

    def shipment() -> Shipment:
        found: Shipment = pickle.loads(Path(SparkFiles.get(name)).read_bytes())
        return found

    started = time.perf_counter()
    results = attempted(key, shipment, _Distributed, tasks)
    _settle()
    return time.perf_counter() - started, results


@cache
def _settle() -> None:
    """Once in a worker, when all is imported: what is there stays, and Spark looks for garbage behind each partition."""
    gc.collect()
    gc.freeze()
