"""Cases of generators: each one's own example, drawn to a million cells on one core; and references of each sort."""

from __future__ import annotations

import os
import time
from functools import partial

from benchmarks.case import GENERATORS as GROUP
from benchmarks.case import Case
from benchmarks.measuring import Run

CELLS = 1_000_000
LEFT_OUT = {"state"}  # is worked out on what shows, as `expr` is on what is drawn
OTHERWISE = {"pattern": 'sku: {pattern: "SKU-####"}'}  # whose example has no million different values
SORTS = {
    "any": "{reference: people}",
    "weighted": "{reference: {to: people, weights: worth}}",
    "popular": "{reference: {to: people, popularity: {zipf_mandelbrot: {s: 1.2, q: 0.01}}}}",
    "within": "{reference: {to: things, within: first}}",
    "match": "{reference: {to: people, match: {kind: kind}}}",
    "other than": "{reference: {to: people, other_than: first}}",
    "of a SELECT": "{reference: labels}",
    "shown by a moment": "{reference: {to: calls, optional: true}, nullable: true}",
    "distinct per": "{reference: {to: people, distinct_per: bags}}",
}
SORTED = """dataset: sorts
period: {{start: 2024-01-01, until: 2025-01-01}}
tables:
  people:
    rows: {{base: 20_000, growth: 0}}
    columns:
      id: {{key: sequence}}
      worth: {{gamma: {{shape: 0.6}}}}
      kind: {{choice: {{a: 5, b: 3, c: 2}}}}
  things:
    per: people
    fanout: {{min: 1, max: 9, uniform: true}}
    columns: {{id: {{key: sequence}}, owner: {{reference: people}}}}
  labels: {{select: SELECT id AS k FROM people, primary_key: [k], columns: {{k: {{type: bigint}}}}}}
  calls:
    per: people
    fanout: 1
    at: came
    columns: {{id: {{key: sequence}}, came: {{uniform: {{min: 2023-01-01, max: 2024-06-30}}}}}}
  bags: {{rows: 1_000, columns: {{id: {{key: sequence}}}}}}
  draws:
    per: bags
    fanout: {{min: 10, max: 10, shares: {{10: 1}}, exact: true}}
    columns:
      first: {{reference: people}}
      kind: {{choice: {{a: 5, b: 3, c: 2}}}}
      chosen: {generator}
"""


def cases(size: float) -> list[Case]:
    """A case for each generator, and one for each sort of reference; their rows are cells."""
    from synth.generators import GENERATORS
    from synth.language.examples import spec_of_example

    examples = {name: OTHERWISE.get(name, made.example) for name, made in GENERATORS.items() if name not in LEFT_OUT}
    cells = round(CELLS * size)
    found = {
        name: partial(draw, spec_of_example(text), GENERATORS[name], None, cells) for name, text in examples.items()
    } | {
        f"reference, {name}": partial(draw, SORTED.format(generator=text), GENERATORS["reference"], "chosen", cells)
        for name, text in SORTS.items()
    }
    return [Case(f"cells of {name}", GROUP, run, "the seconds within it") for name, run in found.items()]


def draw(text: str, made: type, column: str | None, wanted: int, memory: bool) -> Run:
    """Draw a spec in this process; the seconds within the generator's own columns, and how many cells they have."""
    os.environ["POLARS_MAX_THREADS"] = "1"
    from synth import make_plan, parse
    from synth.draw.block import Block
    from synth.draw.residents import Residents
    from synth.draw.task import RunContext
    from synth.draw.walk import Walk
    from synth.runners import Serial

    dataset = parse(text)
    took, cells, drawn = 0.0, 0, Block._draw_column

    def timed(self: Block, table: str, name: str) -> None:
        nonlocal took, cells
        declared = self.spec(table).columns[name].draws
        began = time.perf_counter()
        drawn(self, table, name)
        if type(declared) is made and column in (None, name) and name in self.tables[table].columns:
            took += time.perf_counter() - began
            cells += self.tables[table].rows

    plan = make_plan(dataset)
    rows = max(
        table.rows
        for name, table in plan.tables.items()
        for own, declared in plan.spec(name).columns.items()
        if type(declared.draws) is made and column in (None, own)
    )
    Block._draw_column = timed
    try:
        plan = make_plan(dataset, scale=wanted / rows)
        for _ in Walk(RunContext(plan, Residents(), None, records=False), Serial(owns_process=False)).results():
            pass
    finally:
        Block._draw_column = drawn
    return Run(took, rows=cells, cells=cells)
