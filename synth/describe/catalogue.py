"""The catalogue: tables, columns and references of a dataset as plain facts, from which whatever describes it is made."""

from __future__ import annotations

from dataclasses import dataclass

from synth.dtypes import DType
from synth.plan.model import Plan
from synth.spec.constraints import Refers, references
from synth.spec.models import Dataset
from synth.spec.scope import Scope

__all__ = ["Catalogue", "ColumnFacts", "TableFacts", "catalogue_of"]


@dataclass(frozen=True)
class ColumnFacts:
    """A column; `refers_to` is the table of whose rows it holds a key."""

    name: str
    type: DType
    about: str
    in_key: bool
    nullable: bool
    refers_to: str | None


@dataclass(frozen=True)
class TableFacts:
    """A table; `family` names the tables that are drawn together, `per` the one with whose rows its own are born."""

    name: str
    about: str
    kind: str
    family: str
    per: str | None
    key: tuple[str, ...]
    columns: tuple[ColumnFacts, ...]


@dataclass(frozen=True)
class Catalogue:
    """A dataset's tables in their order, and all references between them."""

    dataset: str
    about: str
    tables: tuple[TableFacts, ...]
    references: tuple[Refers, ...]

    def families(self) -> dict[str, tuple[TableFacts, ...]]:
        """Give the tables by family, in their order; those without a family stand alone."""
        found: dict[str, list[TableFacts]] = {}
        for table in self.tables:
            found.setdefault(table.family or table.name, []).append(table)
        return {family: tuple(tables) for family, tables in found.items()}


def catalogue_of(dataset: Dataset, plan: Plan | None = None) -> Catalogue:
    """Tell what is in a dataset; without a plan, as another version drew it, nothing is known of families."""
    scope = Scope(dataset)
    return Catalogue(
        dataset.dataset,
        dataset.about or "",
        tuple(_table(scope, name, plan) for name in dataset.named),
        tuple(references(dataset)),
    )


def _table(scope: Scope, name: str, plan: Plan | None) -> TableFacts:
    table = scope.dataset.tables[name]
    columns = (
        ColumnFacts(
            column, scope.type_of(name, column), table.columns[column].about or "", column in table.key,
            table.may_be_null(column), table.columns[column].refers_to,
        )
        for column in table.written
    )  # fmt: skip
    planned = plan.tables.get(name) if plan else None
    per = table.per if table.per in scope.dataset.named else None
    family, kind = (planned.family, planned.kind) if planned else ("", "")
    return TableFacts(name, table.about or "", kind, family, per, table.key, tuple(columns))
