"""The declared schema as frozen, strict models. What spans several of them is checked in `check`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.json_schema import SkipJsonSchema

from synth.errors import did_you_mean, many
from synth.generators.base import Many, Model
from synth.generators.calendars import Calendar
from synth.spec.column_models import OPTIONS, Column, refuse
from synth.spec.fanout_models import SoMany
from synth.spec.parts import part_name
from synth.spec.row_models import NAME, EarlierRows, Existing, Fact, Name, Period, Picture, Rollup, RowCount
from synth.spec.wording import NAMES, shown

__all__ = ["OPTIONS", "Column", "Dataset", "EarlierRows", "Existing", "Period", "Rollup", "Table"]

MOST_TABLES = 2_000
MOST_COLUMNS = 5_000  # of a table


WAYS = ("rows", "values", "per", "select", "rollup")  # of saying where the rows of a table come from, if not read
TABLES: dict[str, Any] = {
    "if": {"required": ["existing"]},
    "then": {"properties": {word: False for word in (*WAYS, "fanout") if word != "per"}},
    "else": {
        "oneOf": [{"required": [word]} for word in WAYS],
        "dependentRequired": {"per": ["fanout"], "fanout": ["per"]},
        "dependentSchemas": {"at": {"anyOf": [{"required": ["select"]}, {"required": ["per"]}]}},
    },
}


class Table(Model):
    """One table. What it has says its kind: values or rows (roster, arrival), per (child), select (derived), rollup.

    With several named SELECTs it is gathered: each adds its own family's rows. One that is `existing` is read.

    >>> list(synth.load("ecommerce").tables["orders"].columns)[:3]
    ['order_id', 'customer_id', 'ordered_at']
    """

    renamed: ClassVar[dict[str, str]] = {"already": "earlier"}

    model_config = ConfigDict(json_schema_extra=TABLES)  # what editors are told of `_check`

    about: str | None = Field(None, description="a comment, which databases get")
    rows: RowCount | None = Field(None, description="how many rows at SCALE=1, and how they grow with it")
    values: Many | None = Field(
        None,
        description="rows written out: cells for the columns without a generator, in order",
        json_schema_extra={"items": {"type": "array"}},
    )
    per: str | None = Field(None, description="the table with whose rows these are born")
    fanout: SoMany | None = Field(None, description="how many rows for each row of `per`; a number: just so many")
    select: str | dict[Name, str] | None = Field(None, description="SQL that gives the rows, or several by name")
    at: str | None = Field(None, description="of a `select`: the column with the moment from which a row shows")
    rollup: Rollup | None = Field(None, description="sums over all rows of a table")
    existing: Existing | None = Field(None, description="rows are read, not made: true, or what is known of them")
    earlier: SkipJsonSchema[EarlierRows | None] = None  # noted by a run
    columns: Annotated[dict[Name, Column], Field(min_length=1)] = Field(
        description="name: column; a name that begins with `_` is drawn, and not written"
    )
    events: dict[Name, Many] = Field(
        default_factory=dict, description="planned moments, and the columns that show only once they have come"
    )
    alive_until: str | None = Field(
        None, description="the column with the moment from which a row may no longer be referenced"
    )
    primary_key: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        (), description="columns of the key, where no `key` makes it"
    )
    unique: Annotated[tuple[Annotated[tuple[str, ...], Field(strict=False)], ...], Field(strict=False)] = Field(
        (), description="groups of columns that no two rows have alike"
    )
    checks: dict[Name, str] = Field(default_factory=dict, description="name: a condition in SQL that each row meets")

    @field_validator("existing", mode="before", json_schema_input_type=Literal[True] | Existing)
    @classmethod
    def _exists(cls, given: Any) -> Any:
        return {} if given is True else given

    @field_validator("rows", mode="before", json_schema_input_type=int | RowCount)
    @classmethod
    def _count(cls, given: Any) -> Any:
        if isinstance(given, int) and not isinstance(given, bool):
            return {"base": given}
        if not isinstance(given, (Mapping, RowCount)):
            raise ValueError(
                f"should be a number of rows, or a mapping with base, growth and at_least, got {shown(given)}"
            )
        return given

    @field_validator("select", mode="before")
    @classmethod
    def _selects(cls, given: Any) -> Any:
        if given is not None and not isinstance(given, (str, Mapping)):
            raise ValueError(f"should be a SELECT, or several by name, got {shown(given)}")
        if given is not None and not given:
            raise ValueError("should be a SELECT, or several by name, got none")
        for part, sql in given.items() if isinstance(given, Mapping) else ():
            if not isinstance(sql, str):
                raise refuse(f"should be text, got {shown(sql)}", at=(str(part),))
            if not re.match(NAME, str(part)):
                raise refuse(f"'{part}' is no name", at=(str(part),), hint=NAMES)
        return given

    @field_validator("events", mode="before", json_schema_input_type=list[Name] | dict[Name, list[Name]])
    @classmethod
    def _event_list(cls, given: Any) -> Any:
        return dict.fromkeys(given, ()) if isinstance(given, (list, tuple)) else given

    @model_validator(mode="after")
    def _check(self) -> Table:
        if len(self.columns) > MOST_COLUMNS:
            raise ValueError(f"it has {len(self.columns):,} columns, {MOST_COLUMNS:,} are the most")
        ways = [word for word in WAYS if getattr(self, word) is not None]
        if self.existing:
            more = [way for way in ways if way != "per"]
            if more or self.fanout:
                raise ValueError(f"rows of an `existing` table are read, leave `{(*more, 'fanout')[0]}` out")
            return self
        if len(ways) != 1:
            raise ValueError(
                "a table has one of rows, values, per, select, rollup or existing"
                + (f", here are {' and '.join(ways)}" if ways else "")
            )
        if (self.per is not None) != (self.fanout is not None):
            raise ValueError("`per` and `fanout` go together")
        if self.at and ways[0] not in ("select", "per"):
            raise ValueError("`at` belongs to tables with `select` or `per`")
        return self

    @cached_property
    def arrival(self) -> str | None:
        """The column with arrival times."""
        if self.existing is not None:
            return self.existing.arrival
        return next((name for name, column in self.columns.items() if column.draws.sets_arrival), None)

    @cached_property
    def window(self) -> int | None:
        """Consecutive rows that are always drawn together, where a column numbers such windows."""
        if self.existing is not None:
            return None
        return next((rows for column in self.columns.values() if (rows := column.draws.window_rows)), None)

    @cached_property
    def keyed(self) -> str | None:
        """The column that a `key` generator makes."""
        return next((name for name, column in self.columns.items() if column.draws.makes_key), None)

    @cached_property
    def key(self) -> tuple[str, ...]:
        """The primary key: as declared, or the column that a `key` generator makes."""
        return self.primary_key or ((self.keyed,) if self.keyed else ())

    @cached_property
    def links(self) -> frozenset[str]:
        """The columns that hold the key of the row that a row is born with: of each part of it the first such reference."""
        first: dict[str | None, str] = {}
        for name, column in self.columns.items():
            held = column.draws.held_key
            if column.refers_to and column.refers_to == self.per:
                first.setdefault(held.column if held else None, name)
        return frozenset(first.values())

    def is_given(self, name: str) -> bool:
        """Whether a column comes with the table's rows: of rows that exist all but the working columns, which are drawn."""
        here = self.existing is not None and not name.startswith("_")
        return here or self.columns[name].draws.comes_with_rows

    @cached_property
    def given(self) -> tuple[str, ...]:
        """The columns that no generator makes, in their order: that of the cells of rows that are written out."""
        return tuple(name for name, column in self.columns.items() if column.draws.comes_with_rows)

    def cells(self, name: str) -> tuple[Any, ...]:
        """The cells of a column of rows that are written out; none of other tables."""
        place = self.given.index(name) if self.values else 0
        return tuple(row[place] for row in self.values or () if isinstance(row, (list, tuple)) and len(row) > place)

    @property
    def written(self) -> tuple[str, ...]:
        """Columns that leave; a name that begins with an underscore is a working column."""
        return tuple(name for name in self.columns if not name.startswith("_"))

    @cached_property
    def hidden_moments(self) -> dict[str, tuple[str, ...]]:
        """Planned moments, and for each the columns that show only with it."""
        drawn = {name: () for name, column in self.columns.items() if column.draws.after_until()}
        return {**drawn, **{name: tuple(others) for name, others in self.events.items()}}

    def may_be_null(self, name: str) -> bool:
        """Whether a column may hold NULL."""
        column = self.columns[name]
        if column.nullable is not None:
            return column.nullable
        hidden = {other for others in self.hidden_moments.values() for other in others} | set(self.hidden_moments)
        return column.null_share > 0 or column.draws.nullable() or (name in hidden and name != self.at)


class Dataset(Model):
    """A whole schema: tables in the order written, a period, and named rules.

    >>> list(synth.load("inventory").tables)[:2]
    ['products', 'customers']
    """

    dataset: Name = Field(description="its name: the output folder, and the database's schema")
    about: str | None = Field(None, description="a comment")
    period: Period = Field(description="the time that declared row counts belong to")
    calendars: dict[Name, Calendar] = Field(
        default_factory=dict, description="name: a calendar, which arrivals and delays of any table may follow"
    )
    tables: Annotated[dict[Name, Table], Field(min_length=1)] = Field(
        description="name: table; a name that begins with `_` is a working table, and not written"
    )
    rules: dict[Name, str] = Field(
        default_factory=dict, description="name: SQL that selects the rows that break it; it holds when there are none"
    )
    pictures: dict[Name, Picture] = Field(
        default_factory=dict, description="name: a picture of the data, which the report begins with"
    )
    facts: dict[Name, Fact] = Field(
        default_factory=dict, description="name: a figure that the data should have, with its source"
    )

    @model_validator(mode="after")
    def _check(self) -> Dataset:
        if len(self.tables) > MOST_TABLES:
            raise ValueError(f"it has {len(self.tables):,} tables, {MOST_TABLES:,} are the most")
        return self

    @field_validator("calendars")
    @classmethod
    def _around_the_period(cls, calendars: dict[str, Calendar], info: ValidationInfo) -> dict[str, Calendar]:
        """Look up what of calendars is known of the years around the period."""
        if (period := info.data.get("period")) is None:
            return calendars
        found = {}
        for name, each in calendars.items():
            try:
                found[name] = each.around(period.start, period.until)
            except ValueError as error:
                raise refuse(str(error), at=(name, "holidays")) from None
        return found

    @model_validator(mode="after")
    def _hand_calendars_out(self) -> Dataset:
        for name, table in self.tables.items():
            for column, declared in table.columns.items():
                wanted = declared.draws.named_calendar
                if wanted is None:
                    continue
                if wanted not in self.calendars:
                    raise refuse(
                        f"unknown calendar '{wanted}'",
                        at=("tables", name, "columns", column, declared.generator_name, "calendar"),
                        hint=did_you_mean(wanted, self.calendars)
                        if self.calendars
                        else "declare it: calendars: {NAME: {…}}",
                    )
                declared.draws.follow(self.calendars[wanted])
        return self

    def __repr__(self) -> str:
        return f"Dataset({self.dataset}, {many(len(self.written), 'table')}, {many(len(self.rules), 'rule')})"

    @cached_property
    def all_tables(self) -> dict[str, Table]:
        """All tables by name, and the parts of gathered ones (`ledger.sales`) as derived tables of their own."""
        found: dict[str, Table] = {}
        for name, table in self.tables.items():
            found[name] = table
            for part, sql in table.select.items() if isinstance(table.select, dict) else ():
                found[part_name(name, part)] = table.model_copy(update={"select": sql})
        return found

    def parts(self, table: str) -> tuple[str, ...]:
        """The tables whose rows are this table's: its own name, or the names of its parts."""
        select = self.tables[table].select if table in self.tables else None
        return tuple(part_name(table, part) for part in select) if isinstance(select, dict) else (table,)

    def rolled(self, rollup: Rollup) -> tuple[str, ...]:
        """The tables, or parts of one, that a rollup sums."""
        if rollup.parts is None:
            return self.parts(rollup.table)
        return tuple(part_name(rollup.table, part) for part in dict.fromkeys(rollup.parts))

    @property
    def named(self) -> tuple[str, ...]:
        """Tables that SQL may name; a name that begins with an underscore is a working table."""
        return tuple(name for name in self.tables if not name.startswith("_"))

    @property
    def written(self) -> tuple[str, ...]:
        """Tables that leave: those of `named` that are made."""
        return tuple(name for name in self.named if self.tables[name].existing is None)

    @property
    def existing(self) -> tuple[str, ...]:
        """Tables that are read."""
        return tuple(name for name, table in self.tables.items() if table.existing is not None)
