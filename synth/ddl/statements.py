"""CREATE TABLE and what belongs to it, in one dialect, from a dataset."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType

from synth.ddl.comments import Comments
from synth.ddl.enums import Enums
from synth.ddl.keys import Keys
from synth.ddl.names import check_schema_name
from synth.ddl.order import in_reference_order
from synth.ddl.parts import Ddl
from synth.ddl.rules import Rules
from synth.spec import constraints
from synth.spec.kept import computed
from synth.spec.models import Dataset
from synth.translate.dialect import WHOLE, Dialect

__all__ = ["ddl"]


def ddl(
    dataset: Dataset, dialect: Dialect, schema: str | None = None, only: Collection[str] | None = None,
    parents: Mapping[str, str] = MappingProxyType({}), identity: bool = True, index_times: bool = False,
    takes_all: bool = False,
) -> Ddl:  # fmt: skip
    """The statements for all written tables, or `only` these. Default schema: the dataset's name.

    `parents` are tables that are there already and can be referred to, and their places, quoted. With `identity` the
    database gives new rows their keys, where these are integers or UUIDs of the table's own. With `index_times` each
    date and timestamp has an index. A database that `takes_all` computes no column itself.

    Raises SpecError, OptionError.
    """
    schema = dataset.dataset if schema is None else check_schema_name(schema)
    tables = in_reference_order(dataset, only)
    keys = Keys(dataset, dialect)
    rules, comments = Rules(keys, schema, tables, parents), Comments(dataset, dialect, schema)
    own = {name: list(rules.constraints(name)) for name in tables}
    foreign = {name: list(rules.foreign_keys(name)) for name in tables}
    every = [constraint for kind in (own, foreign) for name in tables for constraint in kind[name]]
    added = [
        constraint
        for constraint in every
        if dialect.constraints_after_data and constraint.kind not in dialect.constraints_in_create
    ]
    enums = Enums(keys, schema, tables)
    own_keys = {name: column for name in tables if identity and (column := keys.own(name))}
    made = {} if takes_all else computed(dataset, dialect.name)
    inside = {n: [each.rule for each in (*own[n], *foreign[n]) if each not in added] for n in tables}
    indexes = tuple(index for name in tables for index in rules.indexes(name))
    if index_times:  # behind all others, whose names are the same with and without
        indexes += tuple(index for name in tables for index in rules.time_indexes(name))
    return Ddl(
        schema=tuple(_schema(dialect, schema)),
        tables={
            name: _table(name, keys, comments, enums, inside[name], own_keys.get(name), made.get(name, {}))
            for name in tables
        },
        types={name: types for name in tables if (types := enums.types(name))},
        constraints=tuple(added),
        indexes=indexes,
        comments=tuple(comment for name in tables for comment in comments.statements(name)),
        numbering=tuple(
            statement
            for name, column in own_keys.items()
            if not dialect.own_keys[keys.type_of(name, column).name]
            for statement in dialect.number_on(schema, name, column, 1)
        ),
        numbered={name: column for name, column in own_keys.items() if keys.type_of(name, column).name in WHOLE},
        left_out=tuple(rules.left_out),
    )


def _schema(dialect: Dialect, schema: str) -> Iterator[str]:
    yield from dialect.preamble
    if dialect.has_schemas:
        quoted = dialect.quote_identifier(schema)
        created = dialect.literal(f"CREATE SCHEMA {quoted}")
        yield dialect.create_schema.format(schema=quoted, literal=dialect.literal(schema), created=created)


def _table(
    name: str, keys: Keys, comments: Comments, enums: Enums, rules: Sequence[str], own_key: str | None,
    made: Mapping[str, str],
) -> str:  # fmt: skip
    """CREATE TABLE, with its constraints; the database gives new rows their `own_key`, and what it has `made`."""
    dataset, dialect = keys.dataset, keys.dialect
    table = dataset.tables[name]
    required = constraints.not_null(dataset, name)
    keyed = keys.keyed(name)
    lines = []
    for column in table.written:
        dtype = keys.kept_as(name, column)
        own_type = dialect.own_key_types.get(dtype.name) if column == own_key else None
        words = [
            dialect.quote_identifier(column),
            own_type or enums.places.get((name, column)) or dialect.type(dtype, keyed=column in keyed),
            dialect.computed.format(made[column]) if column in made else "",
            _nullable(dialect, required=column in required, computed=column in made),
            dialect.own_keys[dtype.name] if column == own_key else "",
            comments.inline(name, column),
        ]
        lines.append(" ".join(filter(None, words)))
    body = ",\n    ".join([*lines, *rules])
    comment = comments.inline(name)
    options = dialect.table_options + (f" {comment}" if comment else "")
    return f"CREATE TABLE {dialect.place(comments.schema, name)} (\n    {body}\n){options}"


def _nullable(dialect: Dialect, *, required: bool, computed: bool) -> str:
    """What stands behind a type of NULL."""
    if computed and not dialect.computed_not_null:
        return ""
    return "NOT NULL" if required else dialect.nullable_suffix
