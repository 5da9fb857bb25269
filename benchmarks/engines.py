"""Cases of runners: the same run by each on the same cores, in an engine that is there already, and tasks that do nothing.

CPU seconds are those of all processes of the engine on this machine, while the run goes on.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec

import psutil

ENGINES = {"ray": "ray", "spark": "pyspark"}
TASKS = 100_000


def cases() -> dict[str, Callable[[], dict[str, float]]]:
    """name -> a function that gives seconds and rows; engines that are not installed are left out."""
    here = [name for name, module in ENGINES.items() if find_spec(module) and (name != "spark" or shutil.which("java"))]
    found = {f"ecommerce ×20: {name}": partial(drawn, name) for name in ("processes", *here)}
    return found | {f"{TASKS:,} empty tasks: {name}": partial(scheduled, name) for name in here}


def drawn(name: str) -> dict[str, float]:
    """Generate ecommerce at SCALE=20 on two processors, in a runner that has been begun and has drawn before."""
    import synth
    from synth.runners import runner

    with runner(2, name) as running, tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as out:
        synth.generate(synth.make_plan("ecommerce", scale=0.5), f"{out}/warm", workers=running)
        plan = synth.make_plan("ecommerce", scale=20)
        used, began = cpu_s(), time.perf_counter()
        made = synth.generate(plan, out, workers=running)
        wall_s = time.perf_counter() - began
        return {"wall_s": wall_s, "cpu_s": cpu_s() - used, "rows": made.manifest.tables["order_items"].rows}


def scheduled(name: str) -> dict[str, float]:
    """Run so many tasks that draw nothing; how much the memory of this process grows meanwhile is printed."""
    import synth
    from synth.draw.residents import Residents
    from synth.draw.task import RunContext, Task
    from synth.runners import runner

    plan = synth.make_plan("inventory")
    context = RunContext(plan, Residents(), None, records=False)
    tasks = [Task(plan.families[0].root, number, 0, 0) for number in range(TASKS)]
    with runner(2, name) as running:
        process = psutil.Process()
        before, peak, began = process.memory_info().rss, 0, time.perf_counter()
        for number, _ in enumerate(running.run(context, tasks)):
            if number % 1000 == 0:
                peak = max(peak, process.memory_info().rss)
        wall_s = time.perf_counter() - began
    print(f"{name}: this process took {peak / 2**20:,.0f} MiB at most, {before / 2**20:,.0f} before")
    return {"wall_s": wall_s}  # tasks are no rows, and the table says how many there are


def cpu_s() -> float:
    """CPU seconds of this process and of all below it, so far."""
    total, own = 0.0, psutil.Process()
    for process in [own, *own.children(recursive=True)]:
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system
        if process == own:
            total += times.children_user + times.children_system
    return total
