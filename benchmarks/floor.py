"""The floor: order_items already in memory, written as Parquet by two processes; prints what that takes, as JSON."""

import json
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

BLOCKS = 10  # of 10,000 orders, drawn once by each process, written over and over: a turn is the rows of SCALE=1
PROCESSES = 2
WAIT_S = 120  # for the other process to be ready


_barrier: "multiprocessing.synchronize.Barrier"  # of each process: they begin to write together


def begin(barrier: "multiprocessing.synchronize.Barrier") -> None:
    """Give a process the barrier, which it can only inherit."""
    global _barrier
    _barrier = barrier


def work(out: str, turns: range) -> dict[str, float]:
    """Write a file a turn, once all are ready; what that takes."""
    import synth
    from synth.draw.block import draw_block
    from synth.draw.walk import residents_for
    from synth.formats import FORMATS
    from synth.runners import Serial
    from synth.spec.constraints import not_null

    plan = synth.make_plan("ecommerce", scale=1)
    residents = residents_for(plan, "orders", Serial(owns_process=False))
    blocks = [draw_block(plan, plan.family("orders"), number, residents) for number in range(BLOCKS)]
    frames = [block.visible_rows("order_items") for block in blocks]
    types, required = plan.tables["order_items"].types, frozenset(not_null(plan.dataset, "order_items"))
    _barrier.wait(WAIT_S)
    began, used = time.perf_counter(), time.process_time()
    for turn in turns:
        FORMATS["parquet"].write(frames, types, required, Path(out) / f"{turn}.parquet")
    rows = sum(len(frame) for frame in frames) * len(turns)
    return {"wall_s": time.perf_counter() - began, "cpu_s": time.process_time() - used, "rows": rows}


def main(out: str, turns: int) -> None:
    """Share the turns out, and print the longest wall, and the sums of the rest."""
    context = multiprocessing.get_context("spawn")
    shares = [range(part, turns, PROCESSES) for part in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES, context, begin, (context.Barrier(PROCESSES),)) as workers:
        found = list(workers.map(work, [out] * PROCESSES, shares))
    whole = {"wall_s": max(each["wall_s"] for each in found)}
    print(json.dumps(whole | {name: sum(each[name] for each in found) for name in ("cpu_s", "rows")}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
