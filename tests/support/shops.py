"""A shop whose customers and products exist: the pair that people know, with text keys and gaps, in files of anybody's."""

from __future__ import annotations

import datetime as dt

import polars as pl
import yaml

from synth.spec.load import parse

SHOP = """
dataset: shop
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  customers:
    existing: {arrival: since, table: Customer}
    primary_key: [code]
    columns:
      code: {type: varchar(6)}
      country: {type: varchar(20), nullable: true}
      since: {type: date}
  products:
    existing: true
    primary_key: [sku]
    columns:
      sku: {type: varchar(12)}
      price: {type: "decimal(10,2)", check: price > 0}
      weight: {type: double}
  orders:
    rows: 2_000
    columns:
      order_id: {key: sequence}
      ordered_at: {arrival: {}}
      customer: {reference: {to: customers, alive_at: ordered_at}}
      country: {lookup: customer.country, nullable: true}
      total: {sum: order_lines.price}
  order_lines:
    per: orders
    fanout: {poisson: true, mean: 2, min: 1, max: 5}
    columns:
      line_id: {key: sequence}
      order_id: {reference: orders}
      sku: {reference: {to: products, weights: weight, distinct_per: orders}}
      price: {lookup: sku.price}
"""

CUSTOMERS = pl.DataFrame({
    "code": [f"C{7 * i:04d}" for i in range(300)],
    "country": [None if i % 9 == 0 else ("Spain", "Peru", "Oman")[i % 3] for i in range(300)],
    "since": [dt.date(2023, 6, 1) + dt.timedelta(days=37 * i % 400) for i in range(300)],
    "not_asked_for": [1] * 300,
})  # fmt: skip
PRODUCTS = pl.DataFrame({
    "sku": [f"SKU-{i * i}" for i in range(40)],
    "price": [f"{(i + 1) * 1.25:.2f}" for i in range(40)],
    "weight": [1 / (i + 1) for i in range(40)],
})  # fmt: skip


def there(folder, format="parquet", **tables):
    """A folder of anybody's."""
    folder.mkdir(exist_ok=True)
    for name, rows in {"Customer": CUSTOMERS, "products": PRODUCTS, **tables}.items():
        if format == "parquet":
            (folder / name).mkdir(exist_ok=True)
            rows.head(7).write_parquet(folder / name / "a.parquet")
            rows.tail(-7).write_parquet(folder / name / "b.parquet")
        else:
            rows.write_csv(folder / f"{name}.csv")
    return folder


def shop(**changes):
    raw = yaml.safe_load(SHOP)
    for path, value in changes.items():
        *inner, last = path.split("__")
        at = raw["tables"]
        for name in inner:
            at = at[name]
        at[last] = value
    return parse(yaml.safe_dump(raw, sort_keys=False))
