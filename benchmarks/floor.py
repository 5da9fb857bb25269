"""The floor: order_items already in memory, written to Parquet by two processes; prints the seconds of the writing alone."""

import multiprocessing
import sys
import time
from pathlib import Path

import synth
from synth.draw.block import draw_block
from synth.draw.walk import fill
from synth.formats import FORMATS
from synth.spec.constraints import not_null

BLOCKS = 10  # drawn once, written ten times over: the rows of SCALE=10


def work(
    out: str, start: "multiprocessing.synchronize.Barrier", seconds: "multiprocessing.Queue[float]", part: int
) -> None:
    plan = synth.make_plan("ecommerce", scale=1)
    residents = fill(plan, "orders")
    blocks = [draw_block(plan, plan.family("orders"), number, residents) for number in range(BLOCKS)]
    frames = [block.visible("order_items") for block in blocks]
    types, required = plan.tables["order_items"].types, frozenset(not_null(plan.dataset, "order_items"))
    start.wait()
    began = time.perf_counter()
    for turn in range(5):
        FORMATS["parquet"].write(frames, types, required, Path(out) / f"{part}-{turn}.parquet")
    seconds.put(time.perf_counter() - began)


if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    barrier, queue = context.Barrier(2), context.Queue()
    workers = [context.Process(target=work, args=(sys.argv[1], barrier, queue, part)) for part in range(2)]
    for worker in workers:
        worker.start()
    print(max(queue.get() for _ in workers))
    for worker in workers:
        worker.join()
