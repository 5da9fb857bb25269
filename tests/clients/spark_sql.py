"""Spark reads a table's folder, and the whole of the dataset by its tables. It needs Java 17."""

# needs: pyspark
import sys

from pyspark.sql import SparkSession

parquet, csv, *_ = sys.argv[1:]
spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
orders = spark.read.parquet(f"{parquet}/orders")
items = spark.read.parquet(f"{parquet}/order_items")
assert orders.count() == 10_000
sums = items.groupBy("order_id").sum("line_total").join(orders, "order_id")
assert sums.where("`sum(line_total)` <> subtotal - discount + tax").count() == 0
assert spark.read.option("header", True).csv(f"{csv}/orders").count() == 10_000
spark.stop()
