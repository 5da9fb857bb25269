"""Tables that are made and have rows already: keys go on behind the highest, and what was made is not made again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import blake2b
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.dtypes import TEXT
from synth.errors import OptionError
from synth.existing.fitness import known
from synth.existing.parents import Parents
from synth.existing.source import RowSource
from synth.fingerprint import fingerprint
from synth.generators.keys import Key
from synth.plan.content import Found, earlier_keys
from synth.spec.kinds import kind_of
from synth.spec.kinds.existing import parent_link
from synth.spec.models import EarlierRows

__all__ = ["EarlierTables", "first_key"]

LAST_KEY = 2**62  # sequences do not go on behind it


def first_key(draws: Any, table: str, seed: int) -> str:
    """The first key that the `key` generator of a table makes."""
    return str(draws.key_at(np.array([0]), seed, table)[0])


class EarlierTables:
    """What is noted of made tables that are in a source, beside the parents that were read."""

    def __init__(self, parents: Parents, seed: int):
        self.parents, self.seed = parents, seed
        self.first_keys: dict[str, str] = {}
        self.has_children: dict[tuple[str, str], npt.NDArray[np.bool_]] = {}

    def refuse_redrawn(self, source: RowSource) -> None:
        """Refuse parents that are in the source, and would be drawn instead of read. Raises OptionError."""
        there = source.tables()
        for family in self.parents.assumed.families:
            root = self.parents.dataset.tables.get(family.root)
            if (
                root
                and not kind_of(root).is_read
                and family.root in there
                and not set(family.tables) & set(self.parents.assumed.wanted)
            ):
                raise OptionError(
                    f"{source.place} has a table '{family.root}', which others need\n"
                    "  hint: say that it is --existing, or make it, too"
                )

    def go_on(self, source: RowSource) -> None:
        """Let keys of made tables that are there go on, and note what is not made again. Raises OptionError."""
        there = source.tables()
        for name in self.parents.assumed.wanted:
            if name in there:
                self._go_on(name, source, there[name])

    def _go_on(self, name: str, source: RowSource, there: Mapping[str, Any]) -> None:
        table = self.parents.dataset.tables[name]
        made = table.keyed
        key = (made,) if made else table.key
        self._refuse(name, source, [column for column in key if column not in there], made)
        if made:
            rows, content = self._let_key_go_on(name, made, source)
            allotted = (
                c for (at, c), draw in self.parents.assumed.distinct.items() if at == name and draw.weighted == c
            )
            if rows and (column := next(allotted, None)):
                raise _no_more(source, name, f"would allot '{column}' once more")
        else:
            keys = source.read(name, key)
            rows, keys = keys.height, known(self.parents.scope, name, keys)
            content = str(fingerprint(keys, {c: self.parents.scope.type_of(name, c) for c in key}))
            self.parents.frames[earlier_keys(name)] = keys
            self.parents.found[earlier_keys(name)] = Found(source.place, name, keys.height, 0, content)
        if not rows:
            return
        self._let_numbers_go_on(name, source, there)
        parent = kind_of(table).parent(table)
        if parent and self.parents.scope.kind(parent).is_read:
            content += f" {self._mark_parents(name, parent, source)}"
        spec = self.parents.changed.get(name, table)
        self.parents.changed[name] = spec.model_copy(update={"earlier": EarlierRows(rows=rows, fingerprint=content)})

    def _refuse(self, name: str, source: RowSource, lacking: list[str], made: str | None) -> None:
        """Refuse what cannot be gone on from. Raises OptionError."""
        table, why = self.parents.dataset.tables[name], ""
        matched = [c for c, d in table.columns.items() if d.draws.one_to_one]
        if lacking:
            why = f"has no '{lacking[0]}'"
        elif not made and not table.key:
            why = "has no key"
        elif not_more := kind_of(table).why_no_more(table):
            why = not_more
        elif matched and made:
            why = f"would match '{matched[0]}' once more"
        if why:
            raise _no_more(source, name, why)

    def _let_key_go_on(self, name: str, column: str, source: RowSource) -> tuple[int, str]:
        """Let a key begin behind the highest that is there: rows, and what tells them from other rows."""
        table = self.parents.dataset.tables[name]
        draws = cast(Key, table.columns[column].draws)
        if draws.kind == "sequence":
            rows, highest = source.summed(name, column)
            content, start = str(highest), draws.behind(highest)
        else:
            keys = source.read(name, (column,))[column].cast(pl.String)
            rows, content = len(keys), str(fingerprint(keys.alias(column).to_frame(), {column: TEXT}))
            start = draws.start + 1 + int.from_bytes(blake2b(content.encode(), digest_size=5).digest())
            if draws.kind == "code":
                numbers = keys.str.strip_prefix(draws.prefix).str.extract(r"^(\d{1,18})$").cast(pl.Int64, strict=False)
                start = draws.behind(int(numbers.max() or 0))  # type: ignore[arg-type]
        if start > LAST_KEY:
            raise OptionError(f"{source.place}: '{name}.{column}' has {start - 1:,}, and no room behind it")
        if rows:
            draws = draws.model_copy(update={"start": start})
            columns = {**table.columns, column: table.columns[column].model_copy(update={"draws": draws})}
            self.parents.changed[name] = table.model_copy(update={"columns": columns})
            self.first_keys[f"{name}.{column}"] = first_key(draws, name, self.seed)
        return rows, content

    def _let_numbers_go_on(self, name: str, source: RowSource, there: Collection[str]) -> None:
        """Let what ranks all rows go on behind those that are there. Raises OptionError."""
        table = self.parents.changed.get(name, self.parents.dataset.tables[name])
        behind = {}
        for column, declared in table.columns.items():
            if declared.draws.ranked_by:
                highest = source.summed(name, column)[1] if column in there else None
                draws = None if highest is None else declared.draws.behind_highest(highest)
                if draws is None or not table.keyed:
                    raise _no_more(source, name, f"would begin with '{column}' anew")
                behind[column] = declared.model_copy(update={"draws": draws})
        self.parents.changed[name] = table.model_copy(update={"columns": {**table.columns, **behind}})

    def _mark_parents(self, name: str, per: str, source: RowSource) -> str:
        """Note which existing parents have children of this table already; the fingerprint of whose they are."""
        link, key = parent_link(self.parents.dataset, name), self.parents.scope.table(per).key[0]
        if link is None or link not in source.tables()[name]:
            raise OptionError(f"{source.place} has rows of '{name}', but no column says to which of {per} they belong")
        had = known(self.parents.scope, name, source.read(name, (link,)))
        if reader := self._reader(name):
            raise OptionError(
                f"{source.place} has rows of '{name}', which {reader} is made from, and would see only new ones\n"
                f"  hint: say that {name} is --existing, or leave {reader} out with --tables"
            )
        marks = self.parents.frames[per][key].is_in(had[link].implode())
        self.has_children[per, name] = marks.fill_null(value=False).to_numpy()
        return str(fingerprint(had, {link: self.parents.scope.type_of(name, link)}))

    def _reader(self, name: str) -> str | None:
        """What is made from the rows of a table: a column of its parent's, or a table."""
        drawn = {(step.table, step.column) for family in self.parents.assumed.families for step in family.steps}
        for table, column in sorted(drawn):
            spec = self.parents.scope.table(table)
            if not column:
                if name in self.parents.scope.row_sources(table) and spec.per != name:
                    return table
                continue
            children = spec.columns[column].draws.reads_children()
            if children is not None and children.table == name != table and not spec.is_given(column):
                return f"{table}.{column}"
        return None


def _no_more(source: RowSource, name: str, why: str) -> OptionError:
    """The refusal of a table whose rows cannot be gone on from."""
    return OptionError(
        f"{source.place} has a table '{name}', whose rows cannot be gone on from: it {why}\n"
        "  hint: say that it is --existing, or leave it out with --tables"
    )
