"""A spec as a tree of what it means: what is left out stands there as its default, what is inferred as what comes of it.

Two specs that draw and promise the same in other words give the same tree. Its paths are those of the YAML, but that a
column's generator stands under `generator` and `parameters`, not under its own name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from synth.spec.models import Column, Dataset, Table
from synth.spec.row_models import Rollup
from synth.spec.scope import Scope
from synth.sql.spelling import spelt_alike

__all__ = ["GENERATOR", "PARAMETERS", "Ordered", "Sql", "Tree", "plain", "tree_of"]

Tree = dict[str, Any]

GENERATOR, PARAMETERS = "generator", "parameters"
OF_TABLE = ("about", "rows", "values", "per", "fanout", "at", "existing", "alive_until")  # as they are
OF_COLUMN = ("native", "computed", "null_share", "even", "unique", "about", "references")


class Ordered(dict[str, Any]):
    """Names whose order means something: columns, and the values that a generator chooses among."""


@dataclass(frozen=True)
class Sql:
    """A SQL text, which is the same in any spelling."""

    text: str = field(compare=False)
    meaning: str

    @classmethod
    def of(cls, text: str | None) -> Sql | None:
        """Read a text, if there is one."""
        return None if text is None else cls(" ".join(text.split()), spelt_alike(text))


def tree_of(dataset: Dataset) -> Tree:
    """Give all that a spec says: dataset words, tables, rules and pictures."""
    scope = Scope(dataset)
    return {
        "dataset": dataset.dataset,
        "about": dataset.about,
        "period": _value(dataset.period),
        "calendars": {name: _value(each) for name, each in dataset.calendars.items()},
        "tables": {name: _table(scope, name, table) for name, table in dataset.tables.items()},
        "rules": {name: Sql.of(sql) for name, sql in dataset.rules.items()},
        "pictures": {
            name: {"about": each.about, "select": Sql.of(each.select), "shape": each.shape}
            for name, each in dataset.pictures.items()
        },
        "facts": {name: _value(each) | {"select": Sql.of(each.select)} for name, each in dataset.facts.items()},
    }


def plain(value: Any) -> Any:
    """A part of the tree as JSON has it."""
    if isinstance(value, Sql):
        return value.text
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(each) for each in value]
    return value if value is None or isinstance(value, (str, bool, int, float)) else str(value)


def _table(scope: Scope, name: str, table: Table) -> Tree:
    select = table.select
    return {
        "kind": scope.kind(name).name,
        **{word: _value(getattr(table, word)) for word in OF_TABLE},
        "select": {part: Sql.of(sql) for part, sql in select.items()} if isinstance(select, dict) else Sql.of(select),
        "rollup": _rollup(table.rollup),
        "primary_key": list(table.key),
        "unique": sorted(map(list, table.unique)),
        "checks": {check: Sql.of(sql) for check, sql in table.checks.items()},
        "events": {moment: list(others) for moment, others in table.events.items()},
        "columns": Ordered({column: _column(scope, name, column, table) for column in table.columns}),
    }


def _column(scope: Scope, table: str, name: str, spec: Table) -> Tree:
    column: Column = spec.columns[name]
    return {
        GENERATOR: column.generator_name,
        PARAMETERS: _value(column.draws, within_generator=True),
        "type": str(scope.type_of(table, name)),
        "nullable": spec.may_be_null(name),
        **{word: _value(getattr(column, word)) for word in OF_COLUMN},
        "check": Sql.of(column.check),
    }


def _rollup(rollup: Rollup | None) -> Tree | None:
    if rollup is None:
        return None
    sums = {name: {how: Sql.of(sql) for how, sql in each.items()} for name, each in rollup.aggregates.items()}
    return {**_value(rollup), "aggregates": sums}


def _value(value: Any, *, within_generator: bool = False) -> Any:
    """A declared thing as mappings, lists and values."""
    if isinstance(value, BaseModel):
        found = {name: getattr(value, name) for name in type(value).model_fields}
        sql = {name: Sql.of(each) for name, each in found.items() if name == "sql" and isinstance(each, str)}
        return {name: sql.get(name) or _value(each, within_generator=within_generator) for name, each in found.items()}
    if isinstance(value, Mapping):
        made = {str(name): _value(each, within_generator=within_generator) for name, each in value.items()}
        return Ordered(made) if within_generator else made
    if isinstance(value, (tuple, list)):
        return [_value(each, within_generator=within_generator) for each in value]
    if value is None or isinstance(value, (str, bool, int, float, Decimal, dt.date, dt.time, dt.timedelta)):
        return value
    return str(value)
