"""Every parameter of every generator but distributions of numbers, which have a contract of their own: what it moves, and how.

generator -> field -> (a column where it says less, one where it says more, what grows from the one to the other). One that begins
with `s: ` or `a: ` is of that table, alone or among fewer rows.
"""

from __future__ import annotations

import json

import numpy as np
import polars as pl

from synth.generators.word_lists import word_list

WORLD = """dataset: moves
period: {start: 2024-01-01, until: 2025-01-01}
calendars: {office: {weekdays: business, hours: business}}
tables:
  kinds: {values: [[1, a], [2, b]], primary_key: [id], columns: {id: {type: integer}, kind: {type: text}}}
  shelves: {values: [[1, 101], [2, 102], [3, 103]], primary_key: [hall, shelf], columns: {hall: {type: integer}, shelf: {type: integer}}}
  rates:
    values: [[1, a, 2020-01-01, 2023-02-01, 2026-12-31, 5], [2, a, 2024-06-01, 2024-09-01, 2024-07-31, 9], [3, b, 2020-01-01, 2023-02-01, 2026-12-31, 1]]
    primary_key: [id]
    columns: {id: {type: integer}, kind: {type: text}, begins: {type: date}, later: {type: date}, ends: {type: date}, worth: {type: integer}}
  dear:
    values: [[101, a, 2020-01-01], [103, b, 2020-01-01]]
    primary_key: [id]
    columns: {id: {type: integer}, kind: {type: text}, begins: {type: date}}
  people:
    rows: 60
    columns:
      id: {key: sequence}
      joined: {arrival: {since: 2022-01-01, before_start: 0.6}}
      even: {constant: 1}
      worth: {gamma: {shape: 0.6}}
      kind: {choice: {a: 5, b: 3, c: 2}}
      letter: {choice: {a: 1, b: 1, c: 1}}
      good: {choice: {true: 1, false: 1}, type: boolean}
  vips: {rows: 40, columns: {id: {key: {start: 1000}}}}
  things: {per: people, fanout: {min: 1, max: 5, uniform: true}, columns: {id: {key: sequence}, owner: {reference: people}}}
  bags:
    rows: 200
    columns: {id: {key: sequence}, at: {arrival: {}}, opening: {uniform: {min: 100, max: 200}}, few: {count: t}}
  t:
    per: bags
    fanout: {min: 10, max: 10, shares: {10: 1}, exact: true}
    columns:
      id: {key: sequence}
      bag: {reference: bags}
      n: {ordinal: bags}
      _up: {reference: {to: t, roots: 0.1}}
      _pal: {reference: {to: t, roots: 0.6}}
      _before: {expr: "CAST(bags.at AS DATE) - 300"}
      k: {choice: {a: 1, b: 1}}
      l: {choice: {a: 1, b: 1}}
      m: {choice: {a: 1, c: 1}}
      z: {normal: {mean: 0, sd: 1}}
      y: {normal: {mean: 0, sd: 1}}
      low: {uniform: {min: 1, max: 9}}
      tenth: {constant: 0.1}
      half: {constant: 0.5}
      high: {uniform: {min: 11, max: 19}}
      early: {uniform: {min: 2024-01-01, max: 2024-03-01}, type: timestamp}
      late: {uniform: {min: 2024-07-01, max: 2024-09-01}, type: timestamp}
      soon: {delay: {after: bags.at, even: true, max: 90}}
      slow: {delay: {after: bags.at, even: true, max: 90}}
      first: {reference: people}
      female: {choice: {F: 1}}
      male: {choice: {M: 1}}
      ann: {choice: {Ann: 1}}
      bob: {choice: {Bob: 1}}
      _here: {place: de_DE}
      _there: {place: en_US}
      _p: {point: {near: _here}}
      _q: {point: {near: _there}}
      best: {in_force: {table: rates, match: {kind: k}, at: late, begins: begins, column: id, largest: best.worth}}
      least: {in_force: {table: rates, match: {kind: m}, at: late, begins: begins, column: id, largest: "0 - least.worth", optional: true}}
      X
  crumbs: {per: t, fanout: {min: 0, max: 2, uniform: true}, columns: {c: {key: sequence}, a: {uniform: {min: 1, max: 2}}, b: {uniform: {min: 5, max: 9}}}}
  bits: {per: t, fanout: {min: 3, max: 5, uniform: true}, columns: {c: {key: sequence}}}
  s: {rows: 30, columns: {id: {key: sequence}, x: {constant: 1}}}
"""


# -- what grows


def mean(rows):
    """The mean of numbers, of moments in days, of times of day in seconds, of conditions as 0 and 1."""
    values = rows["x"].drop_nulls()
    if values.dtype.is_temporal():
        values = values.to_physical().cast(pl.Float64) / {pl.Date: 1, pl.Time: 1e9}.get(values.dtype.base_type(), 864e8)
    return float(values.cast(pl.Float64).mean())


def nulls(rows):
    return rows["x"].null_count()


def shown(rows):
    return -nulls(rows)


def different(rows):
    return rows["x"].n_unique()


def alike(rows):
    return -different(rows)


def length(rows):
    return rows["x"].str.len_chars().mean()


def share(pattern):
    """The share of texts in which a pattern is found."""
    return lambda rows: rows["x"].str.contains(pattern).mean()


def of_list(kind, locale):
    """The share of texts that are in a list."""
    return lambda rows: rows["x"].is_in(word_list(kind, locale).words.implode()).mean()


def equal(column):
    return lambda rows: (rows["x"] == rows[column]).mean()


def goes_with(column):
    """The rank correlation with a column, of rows that have both."""

    def correlation(rows):
        both = rows.drop_nulls(["x", column])
        return np.corrcoef(both["x"].rank().to_numpy(), both[column].rank().to_numpy())[0, 1]

    return correlation


def least(rows):
    return rows["x"].cast(pl.Float64).min()


def most(rows):
    return rows["x"].cast(pl.Float64).max()


def top(rows):
    """The share of rows that the five commonest values have."""
    return rows["x"].value_counts(sort=True)["count"].head(5).sum() / len(rows)


def parent(column):
    """The mean of a column of the person that `x` points at."""
    return lambda rows: (
        rows.join(rows["people"].struct.unnest(), left_on="x", right_on="person")[column].cast(float).mean()
    )


def when(text):
    """The share of moments whose text, of the year to the second, has a pattern."""
    return lambda rows: rows["x"].dt.strftime("%Y-%m-%d %u %H:%M:%S").str.contains(text).mean()


def unevenness(rows):
    """The variance of the counts of days over their mean."""
    counts = rows["x"].dt.date().value_counts()["count"]
    return counts.var() / counts.mean()


def persistence(rows):
    """How the counts of days go with those of the day before."""
    counts = rows["x"].dt.date().value_counts().sort("x")["count"]
    return np.corrcoef(counts[1:], counts[:-1])[0, 1]


def steps(rows):
    return rows["x"].diff().median()


def behind_midnight(rows):
    return -(rows["x"].to_physical() // 10**9 % 3600 == 0).mean()


def spread(rows):
    return rows["x"].cast(pl.Float64).std()


def near(column):
    """The mean distance from a column, negative."""
    return lambda rows: -(rows["x"].dt.timestamp() - rows[column].dt.timestamp()).abs().mean()


def fields(rows):
    return rows["x"].map_elements(lambda text: len(json.loads(text)), return_dtype=pl.Int64).mean()


def values(rows):
    """The mean number of values of arrays."""
    return rows["x"].list.len().mean()


def octets(rows):
    return rows["x"].bin.size().mean()


def in_bags(count):
    """The mean over bags of what is counted of the rows of each."""
    return lambda rows: rows.group_by("bag").agg(count).to_series(1).mean()


def by_kind(rows):
    """How many series begin where there is one for each kind: rows that are the first."""
    return (rows["x"] == 1).sum()


def from_pole(rows):
    """The mean latitude of points."""
    return float(((rows["x"].to_numpy() >> 32) / 1e7 - 90).mean())


def from_line(rows):
    return float(((rows["x"].to_numpy() & 0xFFFFFFFF) / 1e7 - 180).mean())


def scatter(rows):
    return float((rows["x"].to_numpy() >> 32).std())


R = "{reference: {to: people%s}}"
IN = "{in_force: {table: rates, match: {kind: k}, at: late, begins: begins, column: id%s}}"
D = "{delay: {after: early, announced: true, %s}}"
ALL = "median: 5, sigma: 0.5, max: 99"
GERMAN, SPANISH = ("{%s: de_DE}", "{%s: es_ES}")


def days(rows):
    """The mean of days in intervals of days."""
    return rows["x"].str.strip_suffix(" days").cast(pl.Float64).mean()


def locale(name, kind=None):
    return {"locale": (GERMAN % name, SPANISH % name, of_list(kind or name, "es_ES"))}


MOVES = {
    "array": {
        "each": ("{array: {each: {uniform: {min: 1, max: 5}}, min: 1}}", "{array: {each: {uniform: {min: 4, max: 9}}, min: 1}}", lambda rows: rows["x"].list.mean().mean()),
        "min": ("{array: {each: {choice: {a: 1}}}}", "{array: {each: {choice: {a: 1}}, min: 3}}", values),
        "max": ("{array: {each: {choice: {a: 1}}}}", "{array: {each: {choice: {a: 1}}, max: 9}}", values),
        "distinct": ("{array: {each: {choice: {a: 1, b: 1, c: 1}}, min: 3, max: 3}}", "{array: {each: {choice: {a: 1, b: 1, c: 1}}, min: 3, max: 3, distinct: true}}", lambda rows: rows["x"].list.n_unique().mean()),
    },
    "bytes": {
        "length": ("{bytes: {length: 4}}", "{bytes: {length: 9}}", octets), "min": ("{bytes: {max: 9}}", "{bytes: {min: 5, max: 9}}", octets),
        "max": ("{bytes: {max: 9}}", "{bytes: {max: 30}}", octets),
    },
    "interval": {
        "each": ("{interval: {each: {uniform: {min: 1, max: 9}}, unit: days}}", "{interval: {each: {uniform: {min: 5, max: 9}}, unit: days}}", days),
        "column": ("{interval: {column: low, unit: days}}", "{interval: {column: high, unit: days}}", days),
        "unit": ("{interval: {column: low, unit: days}}", "{interval: {column: low, unit: weeks}}", days),
    },
    "nothing": {},
    "polymorphic": {
        "by": ("{polymorphic: {by: l, references: {a: bag, b: first}}}", "{polymorphic: {by: k, references: {a: bag, b: first}}}", lambda rows: ((rows["x"] == rows["bag"]) == (rows["k"] == "a")).mean()),
        "references": ("{polymorphic: {by: k, references: {a: first, b: bag}}}", "{polymorphic: {by: k, references: {a: bag, b: bag}}}", equal("bag")),
    },
    "chance": {"logit": ("{chance: {logit: z}}", "{chance: {logit: low}}", mean), "share": ("{chance: {share: tenth}}", "{chance: {share: half}}", mean)},
    "choice": {
        "values": ("{choice: {a: 1, b: 3}}", "{choice: {a: 2, b: 3}}", share("a")),
        "by": ("{choice: {by: l, values: {a: {a: 1}, b: {b: 1}}}}", "{choice: {by: k, values: {a: {a: 1}, b: {b: 1}}}}", equal("k")),
    },
    "coined": {"syllables": ("{coined: {syllables: 2}}", "{coined: {syllables: 4}}", length), "suffix": ("{coined: {}}", "{coined: {suffix: ' Ltd'}}", share(" Ltd$"))},
    "colour": {**locale("colour"), "form": ("{colour: {}}", "{colour: {form: hex}}", share("^#[0-9a-f]{6}$"))},
    "company": {"locale": ("{company: es_ES}", "{company: de_DE}", share("GmbH"))},
    "correlated": {
        "draws": ("{correlated: {to: z, spearman: 0.3, exponential: {mean: 2}}}", "{correlated: {to: z, spearman: 0.3, exponential: {mean: 3}}}", mean),
        "name": ("{correlated: {to: z, spearman: 0.3, normal: {mean: 0, sd: 1}}}", "{correlated: {to: z, spearman: 0.3, exponential: {mean: 1}}}", least),
        "to": ("{correlated: {to: z, spearman: 0.5, exponential: {mean: 2}}}", "{correlated: {to: y, spearman: 0.5, exponential: {mean: 2}}}", goes_with("y")),
        "spearman": ("{correlated: {to: z, spearman: 0.3, exponential: {mean: 2}}}", "{correlated: {to: z, spearman: 0.5, exponential: {mean: 2}}}", goes_with("z")),
    },
    "count": {"table": ("{count: crumbs}", "{count: bits}", mean), "via": ("{count: {table: t, via: _pal}}", "{count: {table: t, via: _up}}", mean)},
    "delay": {
        "calendar": (D % "even: true, max: 20", D % "even: true, max: 20, calendar: office", when(" [1-5] ")),
        "after": (D % ALL, (D % ALL).replace("early", "late"), mean),
        "first": tuple(f"{{delay: {{after: previous.x, first: {each}, announced: true, {ALL}}}}}" for each in ("early", "late")) + (mean,),
        "median": (D % ALL, D % ALL.replace("5,", "9,", 1), mean),
        "sigma": (D % ALL, D % ALL.replace("0.5", "1.5"), lambda rows: (rows["x"] - rows["early"]).dt.total_hours().std()),
        "even": (D % "median: 5, sigma: 0.5, max: 99", D % "even: true, max: 99", mean),
        "announced": ("{delay: {after: late, even: true, max: 300}}", "{delay: {after: late, even: true, max: 300, announced: true}}", shown),
        "max": (D % "even: true, max: 9", D % "even: true, max: 20", mean), "min": (D % "even: true, max: 20", D % "even: true, max: 20, min: 10", mean),
        "unit": (D % "even: true, max: 20, unit: hours", D % "even: true, max: 20", mean),
        "weekdays": (D % "even: true, max: 20", D % "even: true, max: 20, weekdays: business", when(" [1-5] ")), "hours": (D % "even: true, max: 20", D % "even: true, max: 20, hours: business", when(" (?:0[89]|1.):")),
        "days": (D % "even: true, max: 20", D % f"even: true, max: 20, days: {{{', '.join(f'2024-02-{day:02}: 0' for day in range(1, 30))}}}", when("^....-(?:01|03)")),
    },
    "email": {"names": ("{email: [ann]}", "{email: [ann, bob]}", share(r"bob"))},
    "expr": {"sql": ("{expr: low}", "{expr: low + 1}", mean)},
    "first_name": {
        "locale": ("{first_name: {locale: de_DE}}", "{first_name: {locale: ja_JP}}", share(r"[\u3040-\u30ff\u4e00-\u9fff]")),
        "sex": ("{first_name: {sex: male}}", "{first_name: {sex: female}}", share("a$")),
    },
    "in_force": {
        "table": (IN % "", (IN % "").replace("rates", "dear"), mean), "match": ((IN % "").replace("kind: k", "kind: l"), IN % "", lambda rows: ((rows["x"] == 3) == (rows["k"] == "b")).mean()),
        "at": ((IN % "").replace("late", "early"), IN % "", lambda rows: (rows["x"] == 2).mean()),
        "begins": ((IN % "").replace("begins: begins", "begins: later"), IN % "", lambda rows: (rows["x"] == 2).mean()),
        "column": (IN % "", (IN % "").replace("column: id", "column: worth"), mean),
        "ends": (IN % ", ends: ends, optional: true", (IN % ", optional: true"), lambda rows: (rows["x"] == 2).mean()),
        "largest": (IN % ", largest: '0 - x.worth'", IN % ", largest: x.worth", lambda rows: (rows["x"] == 2).mean()),
        "optional": ((IN % "").replace("kind: k", "kind: m"), (IN % ", optional: true").replace("kind: k", "kind: m"), nulls),
    },
    "ip": {"version": ("{ip: 4}", "{ip: 6}", share("^2001:db8:"))},
    "job": locale("job"),
    "json": {"fields": ("{json: {a: k}}", "{json: {a: k, b: l}}", fields)},
    "last_name": {"locale": ("{last_name: {locale: de_DE}}", "{last_name: {locale: ja_JP}}", share(r"[\u3040-\u30ff\u4e00-\u9fff]"))},
    "lookup": {"path": ("{lookup: low}", "{lookup: high}", mean)},
    "numbered": {
        "by": ("{numbered: {by: slow}}", "{numbered: {by: soon}}", goes_with("soon")), "within": ("{numbered: {by: slow}}", "{numbered: {by: slow, within: [k]}}", by_kind),
        "start": ("{numbered: {by: slow}}", "{numbered: {by: slow, start: 100}}", least),
    },
    "ordinal": {"per": ("{ordinal: bags}", "{expr: 'n + 1'}", mean)},
    "pattern": {"text": ("{pattern: 'A##'}", "{pattern: 'B##'}", share("B")), "check_digits": ("{pattern: '200#########'}", "{pattern: {text: '200#########', check_digits: ean13}}", length)},
    "place": {"locale": ("{place: en_US}", "{place: zh_CN}", mean)},
    "place_part": {"place": ("{place_part: {place: _there, part: city}}", "{place_part: {place: _here, part: city}}", share("Berlin|Hamburg")), "part": ("{place_part: {place: _here, part: city}}", "{place_part: {place: _here, part: country}}", share("^DE$"))},
    "point": {
        "near": ("{point: {near: _there}}", "{point: {near: _here}}", from_pole), "spread_km": ("{point: {latitude: 1, longitude: 2}}", "{point: {latitude: 1, longitude: 2, spread_km: 9}}", scatter),
        "latitude": ("{point: {latitude: 1, longitude: 2}}", "{point: {latitude: 3, longitude: 2}}", from_pole), "longitude": ("{point: {latitude: 1, longitude: 2}}", "{point: {latitude: 1, longitude: 4}}", from_line),
    },
    "point_part": {"point": ("{point_part: {point: _q, part: longitude}}", "{point_part: {point: _p, part: longitude}}", mean), "part": ("{point_part: {point: _p, part: longitude}}", "{point_part: {point: _p, part: latitude}}", mean)},
    "product": {**locale("product"), "sort": ("{product: {}}", "{product: {sort: drink}}", of_list("drink", "en_US"))},
    "ranked": {"column": ("{ranked: least}", "{ranked: best}", mean), "otherwise": ("{ranked: {column: least}}", "{ranked: {column: least, otherwise: 7}}", mean)},
    "reference": {
        "to": (R % "", (R % "").replace("people", "vips"), mean),
        "alive_at": (R % ", alive_at: _before", R % ", alive_at: bags.at", parent("joined_day")),
        "weights": (R % ", weights: even", R % ", weights: worth", parent("worth")),
        "popularity": (R % "", R % ", popularity: {zipf_mandelbrot: {s: 1}}", top),
        "popularity.s": (R % ", popularity: {zipf_mandelbrot: {s: 0.5}}", R % ", popularity: {zipf_mandelbrot: {s: 1.5}}", top),
        "popularity.q": (R % ", popularity: {zipf_mandelbrot: {s: 1.5, q: 0.5}}", R % ", popularity: {zipf_mandelbrot: {s: 1.5}}", top),
        "where": (R % "", R % ", where: good", parent("good")),
        "distinct_per": (R % "", R % ", distinct_per: bags", in_bags(pl.col("x").n_unique())),
        "within": ("{reference: things}", "{reference: {to: things, within: first}}", lambda rows: (rows["things"].struct.field("owner").gather(rows["x"] - 1) == rows["first"]).mean()),
        "match": (R % ", match: {letter: k}", R % ", match: {kind: k}", lambda rows: (rows["people"].struct.field("kind").gather(rows["x"] - 1) == rows["k"]).mean()),
        "other_than": (R % ", weights: worth", R % ", weights: worth, other_than: first", lambda rows: -equal("first")(rows)),
        "optional": ("{reference: {to: kinds, match: {kind: m}}}", "{reference: {to: kinds, match: {kind: m}, optional: true}, nullable: true}", nulls),
        "unique": ("s: {reference: vips}", "s: {reference: {to: vips, unique: true}}", different),
        "key_column": ("{reference: {to: shelves, key_column: hall}}", "{reference: {to: shelves, key_column: shelf}}", mean),
        "roots": ("s: {reference: {to: s, roots: 0.1}, nullable: true}", "s: {reference: {to: s, roots: 0.6}, nullable: true}", nulls),
    },
    "row_count": {"table": ("{row_count: s}", "{row_count: vips}", mean)},
    "running": {
        "sum": ("{running: {sum: low}}", "{running: {sum: high}}", mean), "start": ("{running: {sum: low}}", "{running: {sum: low, start: bags.opening}}", mean),
        "by": ("{running: {sum: low, by: slow}}", "{running: {sum: low, by: soon}}", goes_with("soon")), "within": ("{running: {sum: low, by: slow, within: [k]}}", "{running: {sum: low, by: slow}}", mean),
    },
    "prose": {
        "vocabulary": ("{prose: {vocabulary: {a: 1, b: 3}}}", "{prose: {vocabulary: {a: 3, b: 3}}}", lambda rows: rows["x"].str.count_matches("(?i)a").sum() / rows["x"].str.len_chars().sum()),
        "locale": ("{prose: {locale: en_US}}", "{prose: {locale: de_DE}}", share("(?i)und|nicht|der")),
        "min": ("{prose: {max: 200}}", "{prose: {min: 100, max: 200}}", length), "max": ("{prose: {max: 100}}", "{prose: {max: 300}}", length),
        "pool": ("{prose: {min: 99, max: 100, pool: 1_000}}", "{prose: {min: 99, max: 100, pool: 100_000}}", different),
    },
    "sentence": {
        "patterns": ("{sentence: {patterns: {a: 3, b: 1}}}", "{sentence: {patterns: {a: 1, b: 1}}}", share("b")),
        "words": tuple(f"{{sentence: {{patterns: {{'{{w}}': 1}}, words: {{w: [{words}]}}}}}}" for words in ("a, b, c", "a, b")) + (share("b"),),
        "distinct": tuple(f"{{sentence: {{patterns: {{'{{w}} {{w}}': 1}}, words: {{w: [a, b, c]}}, distinct: {word}}}}}" for word in ("false", "true")) + (share("a b|a c|b a|b c|c a|c b"),),
    },
    "state": {"sql": ("{state: low}", "{state: low + 1}", mean)},
    "street": locale("street"),
    "street_address": {"locale": ("{street_address: en_US}", "{street_address: de_DE}", share(r" 0, Wohnung \d+$"))},
    "sum": {"column": ("{sum: crumbs.a}", "{sum: crumbs.b}", mean), "via": ("{sum: {column: t.low, via: _pal}}", "{sum: {column: t.low, via: _up}}", mean)},
    "time_of_day": {
        "min": ("{time_of_day: {}}", "{time_of_day: {min: '12:00'}}", mean), "max": ("{time_of_day: {max: '12:00'}}", "{time_of_day: {max: '20:00'}}", mean),
        "step": ("{time_of_day: {step: 1, unit: hours}}", "{time_of_day: {step: 6, unit: hours}}", alike), "unit": ("{time_of_day: {step: 1, unit: hours}}", "{time_of_day: {step: 1, unit: minutes}}", behind_midnight),
    },
    "url": {"host": ("{url: {}}", "{url: {host: ann}}", share("^https://ann.example")), "segments": ("{url: {segments: 1}}", "{url: {segments: 2}}", lambda rows: rows["x"].str.count_matches("/").mean())},
    "user_agent": {},
    "uuid": {"version": ("{uuid: {}}", "{uuid: {version: 7, at: early}}", share("^.{14}7")), "at": ("{uuid: {version: 7, at: early}}", "{uuid: {version: 7, at: late}}", lambda rows: int(rows["x"].min()[:8], 16))},
    "arrival": {
        "calendar": ("a: {arrival: {}}", "a: {arrival: {calendar: office}}", when(" [1-5] ")), "persistence": ("a: {arrival: {dispersion: 4}}", "a: {arrival: {dispersion: 4, persistence: 0.9}}", persistence),
        "trend": ("a: {arrival: {}}", "a: {arrival: {trend: 1}}", mean), "season": ("a: {arrival: {}}", "a: {arrival: {season: [1, 1, 1, 1, 1, 3, 1, 1, 1, 1, 1, 1]}}", when("^....-06")),
        "weekdays": ("a: {arrival: {}}", "a: {arrival: {weekdays: [1, 1, 1, 1, 1, 3, 1]}}", when(" 6 ")), "hours": ("a: {arrival: {}}", "a: {arrival: {hours: business}}", when(" 1[0-5]:")),
        "dispersion": ("a: {arrival: {}}", "a: {arrival: {dispersion: 4}}", unevenness), "before_start": ("a: {arrival: {since: 2023-01-01, before_start: 0.2}}", "a: {arrival: {since: 2023-01-01, before_start: 0.5}}", when("^2023")),
        "days": ("a: {arrival: {}}", "a: {arrival: {days: {2024-06-05: 40}}}", when("^2024-06-05")),
        "since": ("a: {arrival: {since: 2022-01-01, before_start: 0.5}}", "a: {arrival: {since: 2023-01-01, before_start: 0.5}}", mean),
    },
    "key": {
        "kind": ("a: {key: {kind: code}}", "a: {key: {kind: uuid}}", length), "start": ("a: {key: {}}", "a: {key: {start: 50}}", least), "step": ("a: {key: {}}", "a: {key: {step: 3}}", steps),
        "prefix": ("a: {key: {kind: code}}", "a: {key: {kind: code, prefix: C-}}", share("^C-")), "digits": ("a: {key: {kind: code}}", "a: {key: {kind: code, digits: 9}}", length),
    },
    "window": {"rows": ("a: {window: 250}", "a: {window: 100}", different)},
}  # fmt: skip
