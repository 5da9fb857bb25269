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


def test_what_is_raised_says_where(large):
    """A mistake of ours in a worker keeps the lines that it came from."""
    context, tasks = large
    with Processes(2) as runner:
        [worker] = runner.others
        worker.give(pickle.dumps(RunContext(None, context.residents, None)), tasks[0])  # type: ignore[arg-type]
        with pytest.raises(AttributeError) as raised:
            worker.result()
    assert "in run_task" in raised.value.__notes__[0]
