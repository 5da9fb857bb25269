"""Workers of this machine can be ended at any moment, also while they are being told a plan that no pipe holds whole."""

from __future__ import annotations

import pickle
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import synth
from synth.draw.residents import Residents
from synth.draw.task import RunContext, tasks_of
from synth.runners import Processes
from synth.runners.worker import _answer

ROUNDS = 4


@pytest.fixture(scope="module")
def large():
    """A context of megabytes: half of it is on its way when the workers end."""
    plan = synth.make_plan("ecommerce", scale=100)
    return RunContext(plan, Residents(None), None), tasks_of(plan.family("customers"))


@pytest.mark.parametrize("after", [0, 0.003, 0.3])
def test_they_end_while_they_are_told(after, large):
    def end(runner):
        for _ in range(ROUNDS):
            runner.begin(*large)
            time.sleep(after)
            workers = [worker.process for worker in runner.others]
            runner.stop()
            assert len(workers) == 2 and not any(worker.is_alive() for worker in workers)

    with Processes(3) as runner, ThreadPoolExecutor(1) as beside:
        beside.submit(end, runner).result(timeout=60)


class Panic(BaseException):
    """What nobody else can read, as panics of libraries are."""

    def __reduce__(self):
        raise TypeError("cannot be pickled")


def raising(*_):
    raise Panic("out of range")


def test_what_cannot_be_sent_is_told_in_words(large, monkeypatch):
    monkeypatch.setattr("synth.draw.task.run_task", raising)
    result, error = pickle.loads(_answer(large[0], large[1][0]))
    assert result is None and isinstance(error, RuntimeError)
    assert "in raising" in str(error) and "Panic: out of range" in str(error)


def test_what_is_raised_says_where(large):
    """A mistake of ours in a worker keeps the lines that it came from."""
    context, tasks = large
    with Processes(2) as runner:
        [worker] = runner.others
        worker.give(pickle.dumps(RunContext(None, context.residents, None)), tasks[0])  # type: ignore[arg-type]
        with pytest.raises(AttributeError) as raised:
            worker.result()
    assert "in run_task" in raised.value.__notes__[0]
