"""The declared schema as frozen, strict models. What spans several of them is checked in `check`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field, ValidationError, field_validator, model_serializer, model_validator
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from synth.dtypes import DType, listed
from synth.errors import did_you_mean, many
from synth.generators import GENERATORS, Generator
from synth.generators.base import Many, Model, Share
from synth.generators.derived import Given
from synth.spec.fanout_models import SoMany
from synth.spec.parts import part_name
from synth.spec.row_models import NAME, EarlierRows, Existing, Name, Picture, Rollup, RowCount
from synth.spec.wording import NAMES, plain_errors, shown

__all__ = ["OPTIONS", "Column", "Dataset", "EarlierRows", "Existing", "Period", "Rollup", "Table"]

MOST_TABLES = 2_000
MOST_COLUMNS = 5_000  # of a table

OPTIONS = ("type", "nullable", "null_share", "even", "unique", "check", "about", "references")


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


def _refuse(what: str, *, at: tuple[str | int, ...] = (), hint: str = "") -> PydanticCustomError:
    return PydanticCustomError("synth", "{what}", {"what": what, "at": at, "hint": hint})


def _refuse_old_words(kind: str, made: type[Generator], parameters: Mapping[Any, Any]) -> None:
    """Refuse parameters as they were called once. A number is none of those: it is the weight of a value."""
    for word, new in made.renamed.items():
        if word in parameters and not isinstance(parameters[word], (int, float)):
            raise _refuse(f"`{word}` of {kind} is now called `{new}`", at=(kind, word), hint=f"write {new}: …")


class Column(Model):
    """One column: the generator that draws it, and what holds of it. Without a generator its table gives it.

    >>> price = synth.load("inventory").tables["products"].columns["unit_price"]
    >>> price.generator_name, price.type
    ('lognormal', 'decimal(12,2)')
    """

    draws: Generator = Field(default_factory=Given)
    generator_name: str = "given"  # as it is written
    type: str | None = Field(None, description="the column's type; left out: the generator's own")
    nullable: bool | None = Field(None, description="whether NULL may be held; left out: as the generator says")
    null_share: Share = Field(0.0, description="share of rows that are NULL, whatever the generator draws")
    even: bool = Field(False, description="its shares are dealt out to rows, as exactly as these can have them")
    unique: bool = Field(False, description="no value twice")
    check: str | None = Field(None, description="a condition in SQL, over columns of the table")
    about: str | None = Field(None, description="a comment, which databases get")
    references: str | None = Field(None, description="the table whose key a column holds that chooses no row")

    @model_validator(mode="wrap")
    @classmethod
    def _split(cls, data: Any, handler: Any) -> Column:
        """`{lognormal: {…}, type: …}` names its generator by a key; a bare word is a generator without parameters."""
        if isinstance(data, cls):
            return data
        if isinstance(data, str):
            data = {data: None}
        if not isinstance(data, Mapping):
            raise _refuse("a column is a mapping like {choice: {a: 1, b: 2}}")
        words = [word for word in data if word not in OPTIONS]
        for word in words:
            if word not in GENERATORS:
                raise _refuse(
                    f"unknown generator or option '{word}'",
                    at=(str(word),),
                    hint=did_you_mean(str(word), [*GENERATORS, *OPTIONS])
                    if str(word).isidentifier()
                    else "a comma inside { } ends an entry: put SQL and text in quotes",
                )
        if len(words) > 1:
            raise _refuse(f"a column has one generator, here are {' and '.join(words)}", at=(words[1],))
        options = {word: value for word, value in data.items() if word in OPTIONS}
        if not words:
            column: Column = handler(options)
            return column
        kind, parameters = words[0], data[words[0]]
        made, unwritten = GENERATORS[kind], tuple[str, ...]()
        if parameters is None:
            parameters = {}
        if isinstance(parameters, Mapping):
            _refuse_old_words(kind, made, parameters)
        if not isinstance(parameters, Mapping) or (
            made.shorthand_is_mapping and not set(parameters) <= set(made.model_fields)
        ):
            if made.shorthand is None:
                raise _refuse(
                    f"{kind} takes a mapping of parameters",
                    at=(kind,),
                    hint=f"known are {', '.join(made.model_fields) or 'none'}",
                )
            parameters, unwritten = {made.shorthand: parameters}, (made.shorthand,)
        try:
            draws = made.model_validate(parameters)
        except ValidationError as error:
            path, what, hint = plain_errors(error, lambda _: made)[0]
            path = path[1:] if path[:1] == unwritten else path
            raise _refuse(what, at=(kind, *path), hint=hint) from None
        return handler({**options, "draws": draws, "generator_name": kind})  # type: ignore[no-any-return]

    @field_validator("type", mode="before")
    @classmethod
    def _known_type(cls, given: Any) -> Any:
        if isinstance(given, Mapping):
            return str(listed(given))
        if isinstance(given, str):
            DType.parse(given)
        return given

    @model_serializer
    def _joined(self) -> dict[str, Any]:
        options = {name: getattr(self, name) for name in OPTIONS}
        found = {name: value for name, value in options.items() if value != type(self).model_fields[name].default}
        if self.generator_name != "given":
            found = {self.generator_name: self.draws.model_dump(exclude_defaults=True), **found}
        return found

    @property
    def refers_to(self) -> str | None:
        """The table whose key the column holds, chosen or given; None where it holds none."""
        return self.draws.held_key.table if self.draws.held_key else self.references

    @property
    def declared_type(self) -> DType | None:
        """The type that is declared; None where it is inferred."""
        return DType.parse(self.type) if self.type else None


class Period(Model):
    """The time that declared row counts belong to; `until` is exclusive, and the default "now"."""

    start: dt.date = Field(description="the first day")
    until: dt.date = Field(description="the day behind the last; the dataset's now, where no other is asked")

    @model_validator(mode="after")
    def _check(self) -> Period:
        if isinstance(self.start, dt.datetime) or isinstance(self.until, dt.datetime):
            raise ValueError("the period is in whole days")
        if self.start >= self.until:
            raise ValueError(f"the period ends ({self.until}) before it starts ({self.start})")
        return self


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
                raise _refuse(f"should be text, got {shown(sql)}", at=(str(part),))
            if not re.match(NAME, str(part)):
                raise _refuse(f"'{part}' is no name", at=(str(part),), hint=NAMES)
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
    tables: Annotated[dict[Name, Table], Field(min_length=1)] = Field(
        description="name: table; a name that begins with `_` is a working table, and not written"
    )
    rules: dict[Name, str] = Field(
        default_factory=dict, description="name: SQL that selects the rows that break it; it holds when there are none"
    )
    pictures: dict[Name, Picture] = Field(
        default_factory=dict, description="name: a picture of the data, which the report begins with"
    )

    @model_validator(mode="after")
    def _check(self) -> Dataset:
        if len(self.tables) > MOST_TABLES:
            raise ValueError(f"it has {len(self.tables):,} tables, {MOST_TABLES:,} are the most")
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
