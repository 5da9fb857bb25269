"""Cases of runners: the same run by each on the same cores, in an engine that is there already, and tasks that do nothing.

CPU seconds are those of all processes of the engine on this machine, while the run goes on.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from functools import partial
from importlib.util import find_spec

import psutil

from benchmarks.case import ENGINES, Case
from benchmarks.machine import PROCESSORS
from benchmarks.measuring import Run, tree_cpu_s

MODULES = {"ray": "ray", "spark": "pyspark"}
TASKS = 100_000


def missing() -> dict[str, str]:
    """Engine -> why it is not run."""
    found = {
        name: f"the package {module} is not installed" for name, module in MODULES.items() if not find_spec(module)
    }
    return found | ({} if shutil.which("java") or "spark" in found else {"spark": "the program java is not installed"})


def cases(size: float) -> list[Case]:
    """The run by each, and the tasks by those that have a scheduler of their own."""
    here = [name for name in MODULES if name not in missing()]
    scale, tasks = 20 * size, round(TASKS * size)
    found = [
        Case(
            f"ecommerce ×20: {name}", ENGINES, partial(drawn, name, scale), f"synth.generate, workers={name}",
            asked=round(scale * 1_000_000),
        )
        for name in ("processes", *here)
    ]  # fmt: skip
    return found + [
        Case(f"{TASKS:,} empty tasks: {name}", ENGINES, partial(scheduled, name, tasks), "the memory is the driver's")
        for name in here
    ]


def drawn(name: str, scale: float, memory: bool) -> Run:
    """Generate ecommerce on two processors, in a runner that has been begun and has drawn before."""
    import synth
    from synth.runners import runner

    with runner(PROCESSORS, name) as running, tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as out:
        synth.generate(synth.make_plan("ecommerce", scale=scale / 40), f"{out}/warm", workers=running)
        plan, own = synth.make_plan("ecommerce", scale=scale), psutil.Process()
        used, began = tree_cpu_s(own), time.perf_counter()
        made = synth.generate(plan, out, workers=running)
        wall_s = time.perf_counter() - began
        return Run(wall_s, tree_cpu_s(own) - used, rows=made.manifest.tables["order_items"].rows)


def scheduled(name: str, count: int, memory: bool) -> Run:
    """Run so many tasks that draw nothing; the memory is that of this process alone."""
    import synth
    from synth.draw.residents import Residents
    from synth.draw.task import RunContext, Task
    from synth.runners import runner

    plan = synth.make_plan("inventory")
    context = RunContext(plan, Residents(), None, records=False)
    tasks = [Task(plan.families[0].root, number, 0, 0) for number in range(count)]
    with runner(PROCESSORS, name) as running:
        process, peak, began = psutil.Process(), 0, time.perf_counter()
        for number, _ in enumerate(running.run(context, tasks)):
            if number % 1000 == 0:
                peak = max(peak, process.memory_info().rss)
        return Run(
            time.perf_counter() - began, peak_bytes=peak
        )  # tasks are no rows, and the table says how many there are
