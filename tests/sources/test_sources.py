"""Tables as sources of engines: the same rows as files have, by their own queries; blocks and columns that none takes are not drawn."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import synth
from synth.errors import OptionError
from tests.support.engines import end_java, engine

CONTRACT = Path(__file__).parents[1] / "golden" / "contract.yaml"
PLAN = synth.make_plan(CONTRACT)
SHOP = synth.make_plan("ecommerce", scale=0.5)  # five blocks of orders
KEYS = (20_001, 20_100)


def of_shop(column):
    rows = synth.frame(SHOP, "order_items").filter(pl.col("order_id").is_between(*KEYS))
    return rows[column].sum()


@pytest.fixture(scope="module", params=[engine("ray")])
def ray(request):
    import ray

    ray.init(address="local", num_cpus=2, log_to_driver=False, logging_level="error", include_dashboard=False)
    yield ray
    ray.shutdown()


@pytest.fixture(scope="module", params=[engine("spark")])
def spark(request):
    import os

    from pyspark.sql import SparkSession

    from synth.sources.spark import register

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    settings = {
        "spark.ui.enabled": "false",
        "spark.log.level": "ERROR",
        "spark.sql.python.filterPushdown.enabled": "true",
    }
    session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    register(session)
    yield session
    session.stop()
    end_java()


def read(spark, table, plan=None, **options):
    words = {"dataset": str(CONTRACT), "table": table, **options}
    return spark.read.format("synth").options(**words).load()


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("table", PLAN.wanted)
def test_spark_has_the_same_rows(spark, table):
    there, here = pl.DataFrame(read(spark, table).toArrow()), synth.frame(PLAN, table)
    assert there.height == here.height
    if key := list(PLAN.dataset.tables[table].key):
        assert_frame_equal(there.sort(key), here.sort(key))


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_spark_draws_what_is_asked_for(spark):
    words = {"dataset": "ecommerce", "scale": "0.5", "table": "order_items"}
    lines = spark.read.format("synth").options(**words, columns="order_id, line_total").load()
    assert lines.columns == ["order_id", "line_total"] and lines.rdd.getNumPartitions() == 5
    some = lines.filter(f"order_id BETWEEN {KEYS[0]} AND {KEYS[1]}")
    assert some.rdd.getNumPartitions() == 1, "no other block is drawn"
    assert some.agg({"line_total": "sum"}).collect()[0][0] == of_shop("line_total")
    by_schema = spark.read.format("synth").options(**words).schema("order_id bigint").load()
    assert by_schema.columns == ["order_id"] and by_schema.count() == 500_000


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"table": "rides"}, "needs the option 'dataset'"), ({"dataset": "ecommerce"}, "needs the option 'table'"),
        ({"dataset": "ecommerce", "table": "orders", "rows": "1"}, "has no option 'rows'"),
        ({"dataset": "ecommerce", "table": "ordres"}, "did you mean 'orders'"),
        ({"dataset": "econmerce", "table": "orders"}, "unknown dataset 'econmerce'"),
    ],
)  # fmt: skip
def test_spark_is_told_what_is_wrong(spark, options, said):
    from pyspark.errors import PySparkException

    with pytest.raises(PySparkException, match=said):
        spark.read.format("synth").options(**options).load()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # its own
@pytest.mark.some(1)
def test_ray_has_the_same_rows(ray):
    from synth.sources.ray import dataset

    for table in ("rides", "ledger", "ride_sums", "measures"):
        there = pl.concat([pl.from_arrow(batch) for batch in dataset(PLAN, table).iter_batches(batch_format="pyarrow")])
        here = synth.frame(PLAN, table)
        assert there.height == here.height
        if key := list(PLAN.dataset.tables[table].key):
            assert_frame_equal(there.sort(key), here.sort(key))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_ray_draws_what_is_asked_for(ray):
    from synth.sources.ray import SynthDatasource, dataset

    source = SynthDatasource(SHOP, "order_items", ["line_total"], {"order_id": KEYS})
    assert len(source.get_read_tasks(8)) == 1 and len(SynthDatasource(SHOP, "order_items").get_read_tasks(8)) == 5
    made = dataset(SHOP, "order_items", ["line_total"], {"order_id": KEYS})
    assert made.schema().names == ["line_total"] and made.sum("line_total") == of_shop("line_total")
    late = dataset(SHOP, "orders", ["order_id"], {"ordered_at": (dt.datetime(2025, 12, 31), dt.datetime(2026, 1, 1))})
    assert late.count() == synth.frame(SHOP, "orders").filter(pl.col("ordered_at") >= dt.datetime(2025, 12, 31)).height
    with pytest.raises(OptionError, match="'orders' has no column 'colour'"):
        dataset(SHOP, "orders", ["colour"])
    with pytest.raises(OptionError, match="'status' lies between numbers or moments"):
        dataset(SHOP, "orders", ["order_id"], {"status": ("A", "B")})
