"""A table as a data source of Spark's: `spark.read.format("synth").option("dataset", …).option("table", …).load()`.

Columns are those of `.schema(…)`, or of the option `columns`, and no others are drawn. Blocks in which no row can be that a
filter keeps are not drawn, where Spark hands filters down (from 4.1 on, by `spark.sql.python.filterPushdown.enabled`); Spark
filters again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from synth.api import make_plan
from synth.errors import OptionError
from synth.extras import needing
from synth.runners.serial import Serial
from synth.scan.admitted import Ends, number_of
from synth.scan.pieces import Piece, Scan

with needing("spark"):
    from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition
    from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

__all__ = ["SynthDataSource", "register"]

OPTIONS = ("dataset", "table", "scale", "seed", "until", "columns")
ALONE = Serial(owns_process=False)


def register(session: Any) -> None:
    """Let a session know the format `synth`."""
    session.dataSource.register(SynthDataSource)


class SynthDataSource(DataSource):  # type: ignore[misc]
    """A table of a dataset. Options: dataset (a name, or the path of a spec), table, scale, seed, until, columns."""

    @classmethod
    def name(cls) -> str:
        """Give the format's name."""
        return "synth"

    @property
    def _scan(self) -> Scan:
        """Read the options. Raises OptionError, SpecError."""
        options = {name.lower(): value for name, value in self.options.items()}
        for needed in ("dataset", "table"):
            if needed not in options:
                raise OptionError(f"the format synth needs the option '{needed}'\n  hint: .option('{needed}', …)")
        if unknown := sorted(set(options) - set(OPTIONS)):
            raise OptionError(f"the format synth has no option '{unknown[0]}'\n  hint: it has {', '.join(OPTIONS)}")
        until = dt.datetime.fromisoformat(options["until"]) if "until" in options else None
        plan = make_plan(
            options["dataset"], scale=float(options.get("scale", 1)), seed=int(options.get("seed", 42)), until=until,
            tables=[options["table"]],
        )  # fmt: skip
        columns = options.get("columns")
        return Scan.of(plan, options["table"], tuple(c.strip() for c in columns.split(",")) if columns else None)

    def schema(self) -> Any:
        """Give the columns, and their types as Spark has them."""
        return from_arrow_schema(self._scan.schema().to_arrow().schema, prefer_timestamp_ntz=True)

    def reader(self, schema: Any) -> SynthReader:
        """Give what reads columns of this schema."""
        scan = self._scan
        wanted = Scan(scan.spec, scan.scale, scan.seed, scan.until, scan.table, tuple(schema.fieldNames()))
        return SynthReader(wanted, schema)


@dataclass
class _Partition(InputPartition):  # type: ignore[misc]
    """A piece of the table."""

    piece: Piece

    def __post_init__(self) -> None:
        super().__init__(self.piece)


class SynthReader(DataSourceReader):  # type: ignore[misc]
    """Reads a table in pieces."""

    def __init__(self, scan: Scan, schema: Any):
        self.scan, self.columns = scan, schema
        self.within: dict[str, Ends] = {}

    def pushFilters(self, filters: list[Any]) -> Iterable[Any]:  # noqa: N802 - Spark's name
        """Take what filters say of where values lie; all are given back, as rows are not looked at."""
        for one in filters:
            for column, ends in _ends(one).items():
                have = self.within.get(column, Ends())
                self.within[column] = Ends(max(have.low, ends.low), min(have.high, ends.high))
        return filters

    def partitions(self) -> list[_Partition]:
        """Cut the table into pieces; those that no filter can keep are left out."""
        return [_Partition(piece) for piece in self.scan.pieces(self.within)]

    def read(self, partition: _Partition) -> Iterator[Any]:
        """Draw a piece, as record batches."""
        schema = to_arrow_schema(self.columns, timezone="UTC")
        for frame in self.scan.read(partition.piece, ALONE):
            yield from frame.to_arrow().cast(schema).to_batches()


def _ends(condition: Any) -> Mapping[str, Ends]:
    """Where a filter of Spark's says that a column's values lie; nothing for filters that say something else."""
    kind, path = type(condition).__name__, tuple(getattr(condition, "attribute", ()))
    if len(path) != 1 or not hasattr(condition, "value"):
        return {}
    values = condition.value if kind == "In" else [condition.value]
    numbers = [number_of(value) for value in values]
    known = [number for number in numbers if number is not None]
    if not known or len(known) < len(numbers):
        return {}
    low = min(known) if kind in ("EqualTo", "In", "GreaterThan", "GreaterThanOrEqual") else Ends().low
    high = max(known) if kind in ("EqualTo", "In", "LessThan", "LessThanOrEqual") else Ends().high
    return {str(path[0]): Ends(low, high)}
