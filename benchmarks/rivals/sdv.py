"""SDV: the Synthetic Data Vault, which learns a table and draws from what it has learnt."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.order_items import MONEY, TYPES, schema
from benchmarks.rivals.rival import OrderItems

if TYPE_CHECKING:
    from benchmarks.databases import Databases

LEARNT = 10_000  # rows, drawn by `synth`
MODEL = "order_items.pickle"


class Sdv(OrderItems):
    """Its fastest synthesizer, a Gaussian copula."""

    name = "SDV, Gaussian copula"
    rows = 200_000
    given = (
        "learning from 10,000 true lines is not counted, nor that its lines do not add up; one process, as it has one"
    )
    needs = ("module:sdv",)
    environment = "sdv"
    adds_up = False
    processors = 1

    def before(self, databases: Databases, rows: int, out: Path) -> None:
        if not (model := databases.folder / MODEL).exists():
            words = [self.python, "-m", "benchmarks.rivals.sdv", "learn", databases.lines / "order_items", model]
            subprocess.run(words, check=True, capture_output=True, cwd=Path(__file__).parents[2])

    def words(self, databases: Databases, rows: int, out: Path) -> list[object]:
        return [self.python, "-m", "benchmarks.rivals.sdv", rows, out, databases.folder / MODEL]


def learn(files: Path, model: Path) -> None:
    """Learn from the first lines."""
    import pyarrow.parquet as pq
    from sdv.metadata import Metadata
    from sdv.single_table import GaussianCopulaSynthesizer

    lines = pq.read_table(min(files.glob("*.parquet"))).slice(0, LEARNT).to_pandas()
    lines[list(MONEY)] = lines[list(MONEY)].astype(float)
    lines["promotion_id"] = lines["promotion_id"].astype("Int64")
    columns = {name: {"sdtype": "numerical"} for name in TYPES} | {"order_item_id": {"sdtype": "id"}}
    told = {"columns": columns, "primary_key": "order_item_id", "METADATA_SPEC_VERSION": "V1"}
    metadata = Metadata.load_from_dict({"tables": {"order_items": told}, "METADATA_SPEC_VERSION": "V1"})
    synthesizer = GaussianCopulaSynthesizer(metadata)
    synthesizer.fit({"order_items": lines})
    synthesizer.save(str(model))


def make(rows: int, out: Path, model: Path) -> None:
    """Write the table."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq
    from sdv.utils import load_synthesizer

    from benchmarks.order_items import decimals

    drawn = load_synthesizer(str(model)).sample(rows)["order_items"]
    columns = {}
    for field in schema():
        if field.name in MONEY:
            columns[field.name] = decimals(np.rint(drawn[field.name].to_numpy() * 100).astype(np.int64))
        elif field.name == "order_item_id":
            columns[field.name] = pa.array(np.arange(1, rows + 1), field.type)
        else:
            columns[field.name] = pa.array(drawn[field.name].round(), field.type, from_pandas=True)
    pq.write_table(pa.table(columns, schema=schema()), out / "order_items.parquet", compression="snappy")


if __name__ == "__main__":
    if sys.argv[1] == "learn":
        learn(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        make(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
