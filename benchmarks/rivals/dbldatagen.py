"""dbldatagen: Databricks Labs' generator for Spark."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.order_items import (
    LEAST_CENTS,
    LINES,
    PRODUCTS,
    PROMOTED,
    PROMOTIONS,
    QUANTITIES,
    RATES,
    SELLERS,
    SPREAD_CENTS,
    STRIDE,
    TYPES,
)  # fmt: skip
from benchmarks.rivals.rival import OrderItems

PARTITIONS = 2
MONEY = "CAST(CAST({} AS DECIMAL(14, 0)) / 100 AS DECIMAL(12, 2))"
WEIGHTS = [round(share * 100) for share in QUANTITIES.values()]
FOLLOWS = [  # column, type, SQL of Spark, the columns that it takes
    ("order_item_id", "long", "id + 1", ["id"]),
    ("order_id", "long", f"id div {LINES} + 1", ["id"]),
    ("line_number", "short", f"CAST(id % {LINES} + 1 AS SMALLINT)", ["id"]),
    ("seller_id", "long", f"product_id % {SELLERS} + 1", ["product_id"]),
    ("promotion_id", "long", f"IF(draw < {PROMOTED}, CAST(draw % {PROMOTIONS} + 1 AS LONG), NULL)", ["draw"]),
    ("cents", "long", f"{LEAST_CENTS} + product_id * {STRIDE} % {SPREAD_CENTS}", ["product_id"]),
    ("off", "long", f"IF(draw < {PROMOTED}, quantity * cents div 10, 0)", ["draw", "quantity", "cents"]),
    ("taxed", "long", "(quantity * cents - off) * rate div 100", ["quantity", "cents", "off", "rate"]),
    ("unit_price", "decimal(12,2)", MONEY.format("cents"), ["cents"]),
    ("discount", "decimal(12,2)", MONEY.format("off"), ["off"]),
    ("tax", "decimal(12,2)", MONEY.format("taxed"), ["taxed"]),
    (
        "line_total",
        "decimal(12,2)",
        MONEY.format("quantity * cents - off + taxed"),
        ["quantity", "cents", "off", "taxed"],
    ),
]
SETTINGS = {"spark.ui.enabled": "false", "spark.driver.memory": "2g", "spark.sql.parquet.compression.codec": "snappy"}


class DbldataGen(OrderItems):
    """Each column as it declares columns, those that follow from others as SQL of Spark."""

    name = "dbldatagen"
    rows = 5_000_000
    given = "a local Spark on all processors, a partition each, no page, Snappy; starting the JVM counts"
    needs = ("java", "module:dbldatagen")
    environment = "dbldatagen"


def make(rows: int, out: Path) -> None:
    """Write the table."""
    import dbldatagen
    from pyspark.sql import SparkSession

    building = SparkSession.builder.master(f"local[{PARTITIONS}]")
    for name, value in SETTINGS.items():
        building = building.config(name, value)
    spark = building.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    made = dbldatagen.DataGenerator(spark, name="order_items", rows=rows, partitions=PARTITIONS, randomSeed=42)
    made = made.withColumn("product_id", "long", minValue=1, maxValue=PRODUCTS, random=True)
    made = made.withColumn("draw", "int", minValue=0, maxValue=999, random=True)
    made = made.withColumn("quantity", "int", values=list(QUANTITIES), weights=WEIGHTS, random=True)
    made = made.withColumn("rate", "int", values=list(RATES), random=True)
    for name, of, text, base in FOLLOWS:
        made = made.withColumn(name, of, expr=text, baseColumn=base)
    made.build().select(*TYPES).write.parquet(str(out / "order_items"))
    spark.stop()


if __name__ == "__main__":
    make(int(sys.argv[1]), Path(sys.argv[2]))
