"""A dataset of three blocks, and a runner that takes the tasks of its plan in another order."""

from __future__ import annotations

import random

from synth.draw.task import run_task
from synth.spec.load import parse

# three blocks of visits, the last one begun; dates, delays, states, children, a derived table and a rollup
THREE_BLOCKS = parse("""\
dataset: visits
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  people:
    rows: {base: 500, growth: 0}
    columns:
      person_id: {key: code}
      _eager: {gamma: {shape: 0.7}}
      joined: {arrival: {since: 2022-01-01, before_start: 0.5}, type: date}
  visits:
    rows: 25_000
    events: [left_at]
    columns:
      visit_id: {key: sequence}
      person_id: {reference: {to: people, alive_at: came_at, weights: _eager}}
      came_at: {arrival: {season: consumer, hours: consumer, dispersion: 3}}
      left_at: {delay: {after: came_at, median: 1, sigma: 1, max: 30}, null_share: 0.1}
      is_over: {state: left_at IS NOT NULL}
      spent: {sum: sales.price}
      sold: {count: sales}
  sales:
    per: visits
    fanout: {mean: 3, min: 0, max: 8, poisson: true, exact: true}
    columns:
      sale_id: {key: sequence}
      visit_id: {reference: visits}
      place: {ordinal: visits}
      price: {lognormal: {median: 20, sigma: 1}, type: "decimal(12,2)"}
  receipts:
    select: SELECT visit_id AS receipt_id, spent, left_at FROM visits WHERE spent > 0 AND left_at IS NOT NULL
    at: left_at
    primary_key: [receipt_id]
    columns:
      receipt_id: {type: bigint}
      spent: {type: "decimal(12,2)"}
      left_at: {type: timestamp}
  spending:
    rollup: {table: visits, group_by: [person_id], aggregates: {total: {sum: spent}, visits: {count: visit_id}}, for_each: people}
    primary_key: [person_id]
    columns:
      person_id: {references: people}
      total: {type: "decimal(14,2)"}
      visits: {type: bigint}
""")


class Shuffled:
    """A runner of one process that takes the tasks in another order."""

    workers = 1

    def __init__(self, seed: int | None):
        self.seed = seed

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def stop(self):
        return None

    def run(self, context, tasks):
        tasks = list(tasks)
        tasks.reverse() if self.seed is None else random.Random(self.seed).shuffle(tasks)
        for task in tasks:
            yield run_task(context, task)
