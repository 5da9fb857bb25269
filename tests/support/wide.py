"""A dataset of bytes and arrays of every type, drawn, written out, looked up, selected and copied."""

from __future__ import annotations

import datetime as dt

import synth
from synth.spec.load import parse

WIDE = r"""
dataset: wide
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  kinds:
    values:
      - [1, '\x', [a, "it's, \"b\" \\ {c}", null, "", NULL, "\t\n\u001f\u00e9"], [1.5, -2], ["08:00", null], [paid, null, "it's, {so}"], -0.05, 1 year 2 days]
      - [2, '\x00FF415C', [], [], [], [], "-9999999999999999999999999999.9999999999", null]
      - [3, null, null, [null, 0.01], ["23:59:59.999999"], null, "12345678901234567890.5", -3 days -04:05:06.000001]
    primary_key: [kind_id]
    columns:
      kind_id: {type: bigint}
      raw: {type: bytes, nullable: true}
      words: {type: "text[]", nullable: true}
      rates: {type: "decimal(5,2)[]"}
      opens: {type: "time[]"}
      stages: {type: 'enum(new, paid, "it''s, {so}")[]', nullable: true}
      balance: {type: "decimal(38,10)"}
      grace: {type: interval, nullable: true}
  things:
    rows: 300
    events: [done_at]
    columns:
      thing_id: {key: sequence}
      came_at: {arrival: {}}
      done_at: {delay: {after: came_at, median: 5, sigma: 1, max: 60, unit: days}, nullable: true}
      kind_id: {reference: kinds}
      digest: {bytes: {length: 16}}
      blob: {bytes: {max: 9}, nullable: true, null_share: 0.1}
      colour: {choice: {'\x00': 2, '\x2722': 1}, type: bytes}
      tags: {array: {each: {choice: {new: 3, sale: 2, "gift, {x}": 1}}, max: 3, distinct: true}, nullable: true, null_share: 0.1}
      scores: {array: {each: {uniform: {min: 0, max: 100}}, min: 1, max: 4}, type: "integer[]"}
      small: {array: {each: {uniform: {min: 0, max: 9}}, max: 3, distinct: true}, type: "smallint[]"}
      big: {array: {each: {uniform: {min: -9_000_000_000_000_000_000, max: 9_000_000_000_000_000_000}}, max: 3}}
      rates: {array: {each: {uniform: {min: -5, max: 5}}, max: 3}, type: "decimal(9,3)[]"}
      flags: {array: {each: {choice: {true: 1, false: 2}}, max: 2}}
      days: {array: {each: {uniform: {min: 2024-01-01, max: 2024-06-30}}, max: 2}, type: "date[]"}
      times: {array: {each: {uniform: {min: 2024-01-01, max: 2024-06-30}}, max: 2}, type: "timestamp[]"}
      clocks: {array: {each: {time_of_day: {step: 7}}, max: 2}}
      ids: {array: {each: {uuid: 4}, max: 2}}
      names: {array: {each: {first_name: {locale: fr_FR}}, max: 4}, type: "varchar(40)[]"}
      states: {array: {each: {choice: {new: 3, "paid, \"off\"": 1}}, max: 3}, type: 'enum(new, "paid, \"off\"", gone)[]'}
      firms: {array: {each: {company: de_DE}, max: 2, distinct: true}}
      pages: {array: {each: {url: {host: _firm}}, max: 2}}
      browsers: {array: {each: {user_agent: {}}, max: 2, distinct: true}}
      streets: {array: {each: {street: fr_FR}, max: 2}, type: "varchar(200)[]"}
      _firm: {company: en_GB}
      _place: {place: de_DE}
      phones: {array: {each: {place_part: {place: _place, part: phone}}, max: 2}}
      wei: {uniform: {min: -5, max: 100_000_000_000_000_000}, type: "decimal(36,18)"}
      tokens: {lognormal: {median: 1.0e+20, sigma: 1}, type: "decimal(25,0)"}
      ratio: {uniform: {min: -0.9, max: 0.9}, type: "decimal(38,38)", nullable: true, null_share: 0.2}
      trial: {interval: {each: {uniform: {min: -40, max: 40}}, unit: days}}
      pause: {interval: {column: kind_id, unit: months}}
      took: {interval: {each: {exponential: {mean: 90_000}}, unit: seconds}, nullable: true, null_share: 0.1}
      term: {choice: {1 month: 2, 90 minutes: 1, "2 years 3 weeks 25:00:00.5": 1, "0:00": 1}, type: interval}
      balance: {lookup: kind_id.balance}
      grace: {lookup: kind_id.grace, nullable: true}
      copied: {lookup: kind_id.raw, nullable: true}
      words: {lookup: kind_id.words, nullable: true}
      stages: {lookup: kind_id.stages, nullable: true}
      again: {expr: rates, type: "decimal(9,3)[]"}
      has_blob: {expr: blob IS NOT NULL}
  big_things:
    select: SELECT thing_id AS big_id, digest, tags, came_at, wei, took FROM things WHERE blob IS NOT NULL
    at: came_at
    primary_key: [big_id]
    columns: {big_id: {type: bigint}, digest: {type: bytes}, tags: {type: "text[]", nullable: true}, came_at: {type: timestamp}, wei: {type: "decimal(36,18)"}, took: {type: interval, nullable: true}}
  parts:
    per: things
    fanout: {max: 2, uniform: true}
    columns: {part_id: {key: sequence}, thing_id: {reference: things}, tags: {lookup: things.tags, nullable: true}}
rules:
  digests_are_there: SELECT thing_id FROM things WHERE digest IS NULL OR (tags IS NULL AND scores IS NULL)
  counted: SELECT kind_id, COUNT(digest) AS n FROM things GROUP BY kind_id HAVING COUNT(digest) < COUNT(tags)
  looked_up: |
    SELECT p.part_id FROM parts p JOIN things t ON t.thing_id = p.thing_id
    WHERE p.tags IS NULL AND t.tags IS NOT NULL
"""


def wide_plan(until: dt.date = dt.date(2024, 7, 1), seed: int = 7, spec: str = WIDE):
    """The plan of the dataset, at a moment within its period."""
    return synth.make_plan(parse(spec), seed=seed, until=until)
