"""A shop that uses much of the language, and ways to break it that an editor has to mark: what stands there -> what is wrong."""

SHOP = """\
dataset: shop
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  customers:
    existing: true
    primary_key: [customer_id]
    columns:
      customer_id: {type: bigint}
      came_at: {type: timestamp}
  products:
    values:
      - [1, Pan, 9.90]
      - [2, Pot, 19.90]
    primary_key: [product_id]
    unique: [[title]]
    columns:
      product_id: {type: bigint}
      title: {type: varchar(10)}
      price: {type: "decimal(12,2)"}
  people:
    rows: {base: 100, growth: 0.5, at_least: 10}
    columns:
      person_id: {key: sequence}
      name: {coined: {syllables: 2}, type: varchar(40), null_share: 0.1, nullable: true}
      sex: {choice: {F: 0.5, M: 0.5}}
      height: {normal: {mean: 170, sd: 10, min: 140, max: 210}, type: "decimal(4,1)"}
      wage: {lognormal: {median: 2_500, sigma: 0.4, endings: {".99": 1, ".00": 2}}, type: "decimal(12,2)"}
      born_on: {uniform: {min: 1950-01-01, max: 2005-12-31}}
      email: {email: [name]}
  orders:
    rows: 1_000
    events: [paid_at]
    columns:
      order_id: {key: sequence}
      ordered_at: {arrival: {season: consumer, weekdays: consumer, trend: 0.1}}
      person_id: {reference: {to: people, popularity: {zipf_mandelbrot: {s: 1.2, q: 0.1}}}}
      customer_id: {reference: customers}
      paid_at: {delay: {after: ordered_at, median: 3, sigma: 1, max: 30}}
      fee: {expr: "ROUND(5.00 * 0.5, 2)", nullable: true}
  lines:
    per: orders
    fanout: {mean: 2, max: 5, poisson: true}
    checks: {some: quantity > 0}
    columns:
      order_id: {reference: orders}
      product_id: {reference: {to: products, distinct_per: orders}}
      quantity: {choice: {1: 0.7, 2: 0.3}, check: quantity > 0, about: how many}
  receipts:
    select: SELECT order_id AS id FROM orders
    primary_key: [id]
    columns: {id: {type: bigint, references: orders}}
  sold:
    rollup: {table: lines, group_by: [product_id], aggregates: {units: {sum: quantity}}}
    primary_key: [product_id]
    columns: {product_id: {references: products}, units: {}}
rules: {orders_have_people: SELECT order_id FROM orders WHERE person_id IS NULL}
"""

BROKEN = {
    # words that are none
    "word of a dataset": ("rules:", "rule:"),
    "word of a period": ("until: 2025-01-01", "until: 2025-01-01, ends: 2026-01-01"),
    "word of a table": ("primary_key: [product_id]", "primary_keys: [product_id]"),
    "word of rows": ("at_least: 10", "atleast: 10"),
    "word of a fan-out": ("poisson: true", "poison: true"),
    "word of a rollup": ("group_by:", "groupby:"),
    "function of a rollup": ("{sum: quantity}", "{mean: quantity}"),
    "word of what exists": ("existing: true", "existing: {arrives: came_at}"),
    "option of a column": ("null_share: 0.1", "nullshare: 0.1"),
    "parameter of coined": ("{syllables: 2}", "{syllable: 2}"),
    "parameter of normal": ("sd: 10", "sigma: 10"),
    "distribution of a mixture": (
        "{normal: {mean: 170, sd: 10, min: 140, max: 210}",
        "{mixture: [{share: 1, norm: {mean: 170, sd: 10}}]",
    ),
    "no share of a mixture": (
        "{normal: {mean: 170, sd: 10, min: 140, max: 210}",
        "{mixture: [{normal: {mean: 170, sd: 10}}]",
    ),
    "parameter of a reference": ("distinct_per: orders", "distinct: orders"),
    "parameter within a parameter": ("zipf_mandelbrot", "zipf"),
    "parameter two within": ("{s: 1.2, q: 0.1}", "{s: 1.2, r: 0.1}"),
    "older word": ("rollup: {table: lines", "rollup: {of: lines"),
    # generators that are none
    "unknown generator": ("{key: sequence}", "{keys: sequence}"),
    "unknown bare generator": (
        "name: {coined: {syllables: 2}, type: varchar(40), null_share: 0.1, nullable: true}",
        "name: coin",
    ),
    "bare generator that needs parameters": ("sex: {choice: {F: 0.5, M: 0.5}}", "sex: choice"),
    "two generators": ("{coined: {syllables: 2}", "{coined: {syllables: 2}, first_name: {}"),
    "generator in capitals": ("{coined: {syllables: 2}", "{Coined: {syllables: 2}"),
    "column of nothing": ("title: {type: varchar(10)}", "title: "),
    "column as a list": ("title: {type: varchar(10)}", "title: [text]"),
    "column as a number": ("title: {type: varchar(10)}", "title: 7"),
    # what is missing
    "no dataset": ("dataset: shop\n", ""),
    "no period": ("period: {start: 2024-01-01, until: 2025-01-01}\n", ""),
    "no start": ("start: 2024-01-01, ", ""),
    "no base": ("base: 100, ", ""),
    "no max of a fan-out": ("max: 5, ", ""),
    "no law of a fan-out": (", poisson: true", ""),
    "no mean of a fan-out": ("mean: 2, ", ""),
    "no fan-out": ("    fanout: {mean: 2, max: 5, poisson: true}\n", ""),
    "no parent": ("    per: orders\n", ""),
    "no rows": ("    rows: 1_000\n", ""),
    "no columns": ("    columns: {id: {type: bigint, references: orders}}\n", ""),
    "no aggregates": (", aggregates: {units: {sum: quantity}}", ""),
    "no mean": ("mean: 170, ", ""),
    "no moment before": ("after: ordered_at, ", ""),
    "no max of an even delay": ("median: 3, sigma: 1, max: 30", "even: true"),
    "no sigma of a delay": (", sigma: 1, max: 30", ", max: 30"),
    "no table of a reference": ("to: people, ", ""),
    "no value of a reference": ("{reference: orders}", "{reference: }"),
    "empty choice": ("{F: 0.5, M: 0.5}", "{}"),
    "empty group": ("group_by: [product_id]", "group_by: []"),
    "empty columns": ("columns: {id: {type: bigint, references: orders}}", "columns: {}"),
    # what does not go together
    "rows and values": ("    rows: 1_000\n", "    rows: 1_000\n    values: [[1]]\n"),
    "rows that exist and are made": ("    existing: true\n", "    existing: true\n    rows: 7\n"),
    "a moment of rows": ("    events: [paid_at]\n", "    at: paid_at\n"),
    "two laws of a fan-out": ("poisson: true", "poisson: true, uniform: true"),
    "a mean of shares": ("poisson: true", "shares: {1: 1}"),
    "an even delay with a median": ("max: 30", "max: 30, even: true"),
    # other types
    "rows as a text": ("rows: 1_000", "rows: many"),
    "rows as a list": ("rows: 1_000", "rows: [1_000]"),
    "rows with a fraction": ("base: 100", "base: 100.5"),
    "values as a mapping": ("      - [1, Pan, 9.90]\n      - [2, Pot, 19.90]\n", "      a: [1, Pan, 9.90]\n"),
    "values that are no rows": ("- [2, Pot, 19.90]", "- 2"),
    "key as a text": ("primary_key: [product_id]", "primary_key: product_id"),
    "true as a number": ("nullable: true", "nullable: 1"),
    "true as a word": ("poisson: true", "poisson: yes"),
    "number as a word": ("sigma: 1, ", "sigma: one, "),
    "number as a truth": ("sd: 10", "sd: true"),
    "whole number with a fraction": ("{syllables: 2}", "{syllables: 2.5}"),
    "weight as a word": ("{F: 0.5, M: 0.5}", "{F: half, M: 0.5}"),
    "ending without a weight": ('".99": 1', '".99": '),
    "text as a number": ("about: how many", "about: 7"),
    "SQL as a number": ('{expr: "ROUND(5.00 * 0.5, 2)"', "{expr: 5"),
    "day that is none": ("start: 2024-01-01", "start: 2024-01"),
    "day with an hour": ("start: 2024-01-01", "start: 2024-01-01T10:00:00"),
    "select as a number": ("select: SELECT order_id AS id FROM orders", "select: 7"),
    "rule as a list": ("{orders_have_people: SELECT", "{orders_have_people: [1], other: SELECT"),
    "address as a word": ("{email: [name]}", "{email: name}"),
    # other values
    "share above 1": ("null_share: 0.1", "null_share: 1.1"),
    "weight below 0": ("{F: 0.5, M: 0.5}", "{F: -0.5, M: 0.5}"),
    "growth above 1": ("growth: 0.5", "growth: 1.5"),
    "no syllable": ("{syllables: 2}", "{syllables: 0}"),
    "popularity beyond floats": ("s: 1.2", "s: 21"),
    "no rows at all": ("base: 100", "base: 0"),
    "kind of key": ("order_id: {key: sequence}", "order_id: {key: serial}"),
    "unit of a delay": ("max: 30", "max: 30, unit: weeks"),
    "season that is none": ("season: consumer", "season: summer"),
    "days of a week": ("weekdays: consumer", "weekdays: [1, 1, 1, 1, 1]"),
    "type that is none": ("varchar(40)", "string"),
    "type with a length": ("type: bigint, references", "type: bigint(20), references"),
    "length as a word": ("varchar(40)", "varchar(long)"),
    "name of a dataset": ("dataset: shop", "dataset: my shop"),
    "name of a table": ("  receipts:", "  my-receipts:"),
    "name of a column": ("      fee:", "      the fee:"),
}


def broken(name: str) -> str:
    """The shop, broken in this way at the first place."""
    old, new = BROKEN[name]
    assert old in SHOP, old
    return SHOP.replace(old, new, 1)
