"""A dataset whose columns are of types that databases know by names of their own, in keys, references, states and rules."""

from __future__ import annotations

import datetime as dt

import synth
from synth.spec.load import parse

TYPED = """
dataset: typed
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  grades:
    values: [[basic, 1], ["it's, gold", 2], [none, 3]]
    primary_key: [grade]
    columns: {grade: {type: {enum: [basic, "it's, gold", none]}}, rank: {type: integer}}
  jobs:
    rows: 300
    events: [done_at]
    checks: {by_phone: "channel <> 'phone' OR channel IN ('fax')"}
    columns:
      job_id: {key: sequence}
      opened_at: {arrival: {season: consumer}}
      grade: {reference: grades}
      channel: {choice: {web: 3, Web: 1, fax: 1}, type: {enum: [web, Web, phone, fax]}, null_share: 0.1, nullable: true}
      done_at: {delay: {after: opened_at, median: 5, sigma: 1, max: 60, unit: days}, nullable: true}
      state:
        state: CASE WHEN done_at IS NULL THEN 'open' ELSE 'done, paid' END
        type: enum(open, "done, paid", lost)
      copied: {lookup: grade.grade}
      small: {expr: LOWER(channel), type: text, nullable: true}
      again: {expr: "CASE WHEN channel = 'fax' THEN 'fax' ELSE COALESCE(channel, 'web') END", type: "enum(fax, web, Web, phone)"}
  notes:
    select: SELECT job_id AS note_id, job_id, grade, opened_at FROM jobs WHERE channel = 'web' OR LENGTH(grade) > 5
    at: opened_at
    primary_key: [note_id]
    columns:
      note_id: {type: bigint}
      job_id: {type: bigint, references: jobs}
      grade: {type: {enum: [none, basic, "it's, gold"]}}
      opened_at: {type: timestamp}
  by_state:
    rollup: {table: jobs, group_by: [grade, again], aggregates: {jobs: {count: job_id}}}
    primary_key: [grade, again]
    columns: {grade: {}, again: {}, jobs: {}}
rules:
  small_is_small: SELECT job_id FROM jobs WHERE LOWER(channel) <> small OR UPPER(state) = state OR channel LIKE 'f_x%x'
  done_when_done: SELECT job_id FROM jobs WHERE CASE WHEN done_at IS NULL THEN 'open' ELSE 'done, paid' END <> state
  in_its_order: SELECT grade, MIN(state) AS least FROM jobs GROUP BY grade HAVING MIN(state) > MAX(state) OR MIN(state) < 'd'
  ordered_as_texts: |
    SELECT x.job_id FROM (SELECT job_id, channel, LAG(channel) OVER (ORDER BY channel, job_id) AS before FROM jobs WHERE channel IS NOT NULL) x
    WHERE x.before > x.channel
  notes_are_of_jobs: |
    SELECT n.note_id FROM notes n JOIN jobs j ON j.job_id = n.job_id
    WHERE n.grade <> j.grade OR n.grade NOT IN (SELECT g.grade FROM grades g) OR GREATEST(n.grade, j.copied) <> j.grade
"""


def typed_plan(until: dt.date = dt.date(2024, 7, 1), seed: int = 7, spec: str = TYPED):
    """The plan of the dataset, at a moment within its period."""
    return synth.make_plan(parse(spec), seed=seed, until=until)
