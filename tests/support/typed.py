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
    values: [[basic, 1, "08:00"], ["it's, gold", 2, "06:30:00.5"], [none, 3, "23:59:59.999999"]]
    primary_key: [grade]
    columns: {grade: {type: {enum: [basic, "it's, gold", none]}}, rank: {type: integer}, opens: {type: time}}
  texts:
    values: [[1, "[]"], [2, '{"it''s": "a\\\\b"}'], [3, "null"]]
    primary_key: [id]
    columns: {id: {type: bigint}, doc: {type: json}}
  zones:
    values: [[DE, 0.1, "2024-01-31T10:00:00+01:00"], [F, 2.5, 1969-12-31 23:59:59.999999]]
    primary_key: [code]
    columns: {code: {type: char(3)}, share: {type: real}, since: {type: timestamptz}}
  slots:
    values: [["09:00"], ["12:30"]]
    primary_key: [starts]
    columns: {starts: {type: time}}
  jobs:
    rows: 300
    events: [done_at, shipped]
    checks: {sized: "share >= 0.1 AND share < 0.3 AND half * 2 = share AND ready >= '2023-06-01' AND LENGTH(zone) < 3", within: "clock BETWEEN '07:00' AND '19:00' AND came >= '00:00:00.000000'", by_phone: "channel <> 'phone' OR channel IN ('fax')"}
    columns:
      job_id: {key: sequence}
      opened_at: {arrival: {season: consumer}}
      grade: {reference: grades}
      channel: {choice: {web: 3, Web: 1, fax: 1}, type: {enum: [web, Web, phone, fax]}, null_share: 0.1, nullable: true}
      done_at: {delay: {after: opened_at, median: 5, sigma: 1, max: 60, unit: days}, nullable: true}
      state:
        state: CASE WHEN done_at IS NULL THEN 'open' ELSE 'done, paid' END
        type: enum(open, "done, paid", lost)
      clock: {time_of_day: {min: "07:00", max: "19:00", step: 15, unit: minutes}, nullable: true, null_share: 0.2}
      came: {expr: CAST(opened_at AS TIME)}
      slot: {reference: slots}
      opens: {lookup: grade.opens}
      early: {expr: "CASE WHEN clock < CAST('12:00' AS TIME) THEN clock ELSE opens END", nullable: true}
      facts: {choice: {'{"b": [1.50, null], "a": "x"}': 1, "true": 1, '"\\u00e9"': 1}, type: json, null_share: 0.1, nullable: true}
      doc:
        json: {id: job_id, grade: grade.grade, when: {opened: opened_at, times: [came, clock]}, cost: rate, early: is_early, facts: facts, none: []}
      zone: {reference: zones}
      since: {lookup: zone.since}
      share: {uniform: {min: 0.1, max: 0.3}, type: real}
      bell: {normal: {mean: 5, sd: 2, min: 1.1}, type: real, null_share: 0.1, nullable: true}
      half: {expr: share / 2, type: real}
      ready: {uniform: {min: 2024-01-01, max: 2024-12-31}, type: timestamptz, null_share: 0.2, nullable: true}
      shipped: {delay: {after: opened_at, median: 9, sigma: 1, max: 90, unit: days}, type: timestamptz, nullable: true}
      due: {expr: "opened_at + INTERVAL 1 MONTH", type: timestamptz}
      due_on: {expr: CAST(due AS DATE)}
      flag: {state: "CASE WHEN shipped IS NULL THEN 'no' ELSE 'yes' END", type: char(5)}
      fax: {nothing: {}, type: "char(12)"}
      left_on: {nothing: {}, type: timestamptz}
      weight: {nothing: {}, type: real}
      extra: {nothing: {}, type: json}
      sort: {nothing: {}, type: "enum(a, b)"}
      rate: {uniform: {min: -2, max: 2}, type: "decimal(9,3)"}
      is_early: {expr: clock < opens, nullable: true}
      copied: {lookup: grade.grade}
      small: {expr: LOWER(channel), type: text, nullable: true}
      again: {expr: "CASE WHEN channel = 'fax' THEN 'fax' ELSE COALESCE(channel, 'web') END", type: "enum(fax, web, Web, phone)"}
  notes:
    select: SELECT job_id AS note_id, job_id, grade, share, due, zone, opened_at, came, CAST(opened_at AS TIME) AS again FROM jobs WHERE channel = 'web' OR LENGTH(grade) > 5
    at: opened_at
    primary_key: [note_id]
    columns:
      note_id: {type: bigint}
      job_id: {type: bigint, references: jobs}
      grade: {type: {enum: [none, basic, "it's, gold"]}}
      opened_at: {type: timestamp}
      came: {type: time}
      again: {type: time}
      share: {type: real}
      due: {type: timestamptz}
      zone: {type: char(4)}
  first_clock:
    select: SELECT job_id, MIN(clock) AS first, MAX(grade) AS grade, MAX(share) AS share, MIN(due) AS due, MIN(zone) AS zone FROM jobs GROUP BY job_id
    primary_key: [job_id]
    columns: {job_id: {type: bigint}, first: {type: time, nullable: true}, grade: {type: text}, share: {type: real}, due: {type: timestamptz}, zone: {type: char(3)}}
  by_zone:
    rollup: {table: jobs, group_by: [zone, since], aggregates: {jobs: {count: job_id}, share: {max: share}, last: {max: opened_at}, due: {min: due}}}
    primary_key: [zone, since]
    columns: {zone: {}, since: {}, jobs: {}, share: {}, last: {}, due: {}}
  by_state:
    rollup: {table: jobs, group_by: [grade, again], aggregates: {jobs: {count: job_id}, least: {min: came}}}
    primary_key: [grade, again]
    columns: {grade: {}, again: {}, jobs: {}, least: {}}
  letters:
    per: jobs
    fanout: {max: 2, uniform: true}
    columns: {letter_id: {key: sequence}, job_id: {reference: jobs}, doc: {lookup: jobs.doc}, text_id: {reference: texts}, text: {lookup: text_id.doc}}
rules:
  zones_are_found: |
    SELECT j.job_id FROM jobs j JOIN zones z ON z.code = j.zone JOIN by_zone b ON b.zone = z.code
    WHERE j.since <> z.since OR b.since <> z.since OR j.zone = 'DE ' OR j.zone || 'x' LIKE '% x' OR j.flag NOT IN ('yes', 'no')
  moments_are_in_utc: |
    SELECT job_id FROM jobs WHERE due_on <> CAST(due AS DATE) OR due <> opened_at + INTERVAL 1 MONTH OR EXTRACT(HOUR FROM due) <> EXTRACT(HOUR FROM opened_at)
      OR since NOT IN (CAST('2024-01-31 09:00:00' AS TIMESTAMP), CAST('1969-12-31 23:59:59.999999' AS TIMESTAMP)) OR ready > '2024-12-31'
  shares_are_doubles: |
    SELECT j.zone, SUM(j.share) AS total FROM jobs j JOIN notes n ON n.job_id = j.job_id
    GROUP BY j.zone HAVING SUM(j.share) > SUM(n.share) + 0.001 OR MIN(j.share) * 3 < 0.3 OR MAX(j.half) > 0.15
  documents_are_there: |
    SELECT l.letter_id FROM letters l JOIN jobs j ON j.job_id = l.job_id WHERE l.doc IS NULL OR j.doc IS NULL
    GROUP BY l.letter_id HAVING COUNT(l.doc) > 0
  nothing_is_there: SELECT job_id FROM jobs WHERE fax IS NOT NULL OR left_on IS NOT NULL OR weight > 0 OR extra IS NOT NULL OR sort IN ('a', 'b')
  small_is_small: SELECT job_id FROM jobs WHERE LOWER(channel) <> small OR UPPER(state) = state OR channel LIKE 'f_x%x'
  done_when_done: SELECT job_id FROM jobs WHERE CASE WHEN done_at IS NULL THEN 'open' ELSE 'done, paid' END <> state
  in_its_order: SELECT grade, MIN(state) AS least FROM jobs GROUP BY grade HAVING MIN(state) > MAX(state) OR MIN(state) < 'd'
  ordered_as_texts: |
    SELECT x.job_id FROM (SELECT job_id, channel, LAG(channel) OVER (ORDER BY channel, job_id) AS before FROM jobs WHERE channel IS NOT NULL) x
    WHERE x.before > x.channel
  by_day: |
    SELECT job_id FROM jobs WHERE CAST(opened_at AS TIME) <> came OR clock > '19:00' OR clock IN ('07:01', '07:02:03.5')
      OR came > CAST('23:59:59.999999' AS TIME) OR COALESCE(early, CAST('06:00' AS TIME)) < TIME '06:00'
  first_is_least: |
    SELECT f.job_id FROM first_clock f JOIN jobs j ON j.job_id = f.job_id GROUP BY f.job_id, f.first
    HAVING MIN(j.clock) <> f.first
  notes_are_of_jobs: |
    SELECT n.note_id FROM notes n JOIN jobs j ON j.job_id = n.job_id
    WHERE n.grade <> j.grade OR n.grade NOT IN (SELECT g.grade FROM grades g) OR GREATEST(n.grade, j.copied) <> j.grade
"""


def typed_plan(until: dt.date = dt.date(2024, 7, 1), seed: int = 7, spec: str = TYPED):
    """The plan of the dataset, at a moment within its period."""
    return synth.make_plan(parse(spec), seed=seed, until=until)
