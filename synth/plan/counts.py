"""How many rows each table has at a scale and an `until`."""

from __future__ import annotations

import datetime as dt
import math

from synth.errors import OptionError
from synth.generators.arrival import DAY_US, Arrival, Intensity, microseconds
from synth.plan.content import seed_of
from synth.plan.fanout import FanoutLaw, fanout_law
from synth.plan.model import BLOCK_ROWS, TablePlan
from synth.spec.scope import Scope
from synth.streams import stream

__all__ = ["FAR_YEAR", "counted"]

MAX_ROWS = 2**53
YEAR_US = 365 * DAY_US
FAR_YEAR = 2200  # the first that `until` may not reach
LAST_US = microseconds(dt.datetime(FAR_YEAR, 1, 1))


def counted(scope: Scope, scale: float, seed: int, until: dt.datetime) -> dict[str, TablePlan]:
    """All tables, each after those that its rows are made from. Raises OptionError, SpecError."""
    counts = _Counts(scope, scale, seed, until)
    for name in counts.in_order():
        counts.tables[name] = counts.table(name)
    return counts.tables


class _Counts:
    def __init__(self, scope: Scope, scale: float, seed: int, until: dt.datetime):
        self.dataset, self.scope, self.scale, self.seed, self.until = scope.dataset, scope, scale, seed, until
        self.tables: dict[str, TablePlan] = {}

    def in_order(self) -> list[str]:
        """Tables with parents before children, sources before derived, rollups last."""
        order: list[str] = []

        def visit(name: str) -> None:
            if name in order:
                return
            for other in self.scope.above(name):
                visit(other)
            order.append(name)

        for name in self.dataset.every:
            visit(name)
        return order

    def table(self, name: str) -> TablePlan:
        table = self.scope.table(name)
        declared: int | None = None
        rows, exact = 0, True
        intensity: Intensity | None = None
        law: FanoutLaw | None = None
        if table.existing is not None:
            declared = rows = table.existing.rows or 0
        elif table.rows is not None:
            declared = rows = table.rows.at(self.scale)
            if rows > MAX_ROWS:
                raise OptionError(f"scale {self.scale:g} is too large: {name} would have {rows:,} rows")
            if table.arrival:
                intensity = self._intensity(name, declared, microseconds(self.until))
                rows = self._arrived(name, intensity)
                whole = -(-rows // table.window) * table.window if table.window else 0
                horizon_us, ahead_us = microseconds(self.until), YEAR_US
                while intensity.cumulated[-1] < whole and horizon_us < LAST_US:
                    # the last window is drawn whole; what would come after all known years comes at their end
                    horizon_us, ahead_us = min(horizon_us + ahead_us, LAST_US), 2 * ahead_us
                    intensity = self._intensity(name, declared, horizon_us)
        elif table.values is not None:
            declared = rows = len(table.values)
        elif table.per:
            assert table.fanout is not None
            law = fanout_law(table.fanout, ("tables", name, "fanout"))
            parent = self.tables[table.per]
            rows, exact = law.total(parent.rows), law.exact and parent.exact
            if law.exact and parent.declared is not None:
                declared = law.total(parent.declared)
                exact = exact and parent.rows == parent.declared
        elif table.rollup:
            every = table.rollup.every
            rows = (
                self.tables[every].rows
                if every
                else max(self.tables[p].rows for p in self.dataset.rolled(table.rollup))
            )
            exact = every is not None and self.tables[every].exact
        elif table.kind == "gathered":
            rows, exact = sum(self.tables[part].rows for part in self.dataset.parts(name)), False
        else:
            rows, exact = self.tables[self.scope.sources(name)[0]].rows, False
        exact = exact and table.already is None
        types = {column: self.scope.type_of(name, column) for column in table.columns}
        return TablePlan(
            name, table.kind, self.scope.family(name), declared, rows, exact, types, table.written, intensity, law
        )

    def _intensity(self, name: str, declared: int, horizon_us: int) -> Intensity:
        table = self.scope.table(name)
        assert table.arrival and table.rows
        law = table.columns[table.arrival].draws
        assert isinstance(law, Arrival)
        period = self.dataset.period
        return law.intensity(
            start=period.start, until=period.until, horizon_us=horizon_us, declared=declared,
            at_scale_1=table.rows.at(1), noise=stream(self.seed, name, table.arrival, 0, "days"),
            whole_days=self.scope.type_of(name, table.arrival).name == "date",
        )  # fmt: skip

    def _arrived(self, name: str, intensity: Intensity) -> int:
        """Rows before `until`: all that are expected but the last two, and those if their own times are."""
        column = self.scope.table(name).arrival
        assert column
        until_us = intensity.closing(microseconds(self.until))
        sure = max(0, math.floor(intensity.at(until_us)) - 1)
        here = 0
        for row in range(sure, sure + 3):
            block, place = divmod(row, BLOCK_ROWS)
            jitter = stream(seed_of(self.dataset, name, self.seed), name, column, block).random(place + 1)[-1:]
            here += int(intensity.times(row, jitter)[0] < until_us)
        return min(sure + here, int(intensity.cumulated[-1]) + 1)
