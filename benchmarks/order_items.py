"""The table that rivals make: order_items of ecommerce, its eleven columns, types and ranges, and a look at what is written.

In a rival's favour an order has ten lines, a product's price and seller are worked out from its number instead of looked up,
and products are drawn evenly, without asking whether they are on sale or stand in the order twice.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

LINES = 10  # of an order
PRODUCTS, SELLERS, PROMOTIONS = 200, 25, 10
QUANTITIES = {1: 0.80, 2: 0.12, 3: 0.05, 4: 0.03}
PROMOTED = 29  # lines of a thousand with a promotion, which takes a tenth off
RATES = (0, 5, 7, 10, 19, 20, 21, 25)  # of tax, in hundredths
LEAST_CENTS, SPREAD_CENTS = 899, 58_502  # prices are from 8.99 to 594.00
STRIDE = 7919  # by which prices of products lie apart

TYPES = {
    "order_item_id": "int64", "order_id": "int64", "line_number": "int16", "product_id": "int64", "seller_id": "int64",
    "promotion_id": "int64", "quantity": "int32", "unit_price": "decimal128(12, 2)", "discount": "decimal128(12, 2)",
    "tax": "decimal128(12, 2)", "line_total": "decimal128(12, 2)",
}  # fmt: skip
RANGES = {  # what `synth` draws stays within, too
    "order_item_id": (1, None), "order_id": (1, None), "line_number": (1, 60), "product_id": (1, None),
    "seller_id": (1, None), "promotion_id": (1, None), "quantity": (1, 4), "unit_price": (0, 10_000),
    "discount": (0, 20_000), "tax": (0, 20_000), "line_total": (0, 60_000),
}  # fmt: skip
MONEY = ("unit_price", "discount", "tax", "line_total")


def schema() -> pa.Schema:
    """The columns as Arrow has them."""
    import pyarrow as pa

    types = {"int64": pa.int64(), "int32": pa.int32(), "int16": pa.int16(), "decimal128(12, 2)": pa.decimal128(12, 2)}
    return pa.schema([(name, types[text]) for name, text in TYPES.items()])


def table(first: int, product: np.ndarray, promotion: np.ndarray, quantity: np.ndarray, rate: np.ndarray) -> pa.Table:
    """Lines from number `first` on, given what a rival draws, each (n,): the rest follows, by numpy. Promotion 0 is none."""
    import numpy as np
    import pyarrow as pa

    number = np.arange(first, first + len(product), dtype=np.int64)
    price = LEAST_CENTS + product * STRIDE % SPREAD_CENTS
    gross = quantity * price
    discount = np.where(promotion > 0, gross // 10, 0)
    tax = (gross - discount) * rate // 100
    columns = {
        "order_item_id": number + 1, "order_id": number // LINES + 1, "line_number": number % LINES + 1,
        "product_id": product, "seller_id": product % SELLERS + 1,
        "promotion_id": pa.array(promotion, pa.int64(), mask=promotion == 0), "quantity": quantity,
        **dict(zip(MONEY, map(decimals, (price, discount, tax, gross - discount + tax)), strict=True)),
    }  # fmt: skip
    whole = schema()
    return pa.table({name: pa.array(columns[name], whole.field(name).type) for name in TYPES}, schema=whole)


def decimals(cents: np.ndarray) -> pa.Array:
    """DECIMAL(12,2) of whole cents, (n,), without a cast: the low word, and the word of the sign."""
    import numpy as np
    import pyarrow as pa

    words = np.empty((len(cents), 2), dtype=np.int64)
    words[:, 0], words[:, 1] = cents, cents >> 63
    return pa.Array.from_buffers(pa.decimal128(12, 2), len(cents), [None, pa.py_buffer(words)])


def rows_in(folder: Path) -> int:
    """How many rows the Parquet files below a folder have, by their footers."""
    import pyarrow.parquet as pq

    return sum(pq.read_metadata(path).num_rows for path in folder.rglob("*.parquet"))


def mistakes(folder: Path, adds_up: bool = True) -> list[str]:
    """In what the Parquet files below a folder are not this table: columns, types, ranges, sums."""
    import duckdb
    import pyarrow.parquet as pq

    for path in sorted(folder.rglob("*.parquet")):
        found = {field.name: str(field.type) for field in pq.read_schema(path)}
        if found != TYPES:
            return [f"{path.name} has the columns {found}"]
    lines = f"read_parquet('{folder}/**/*.parquet')"
    wrong = []
    for name, (least, most) in RANGES.items():
        outside = f"{name} < {least}" + (f" OR {name} > {most}" if most else "")
        outside += "" if name == "promotion_id" else f" OR {name} IS NULL"
        wrong.append((f"{name} is out of range", outside))
    wrong += [("line_total does not add up", "line_total <> quantity * unit_price - discount + tax")] if adds_up else []
    counts = duckdb.sql(
        f"SELECT {', '.join(f'count(*) FILTER ({where})' for _, where in wrong)} FROM {lines}"
    ).fetchall()
    return [f"{said} in {count:,} rows" for (said, _), count in zip(wrong, counts[0], strict=True) if count]
