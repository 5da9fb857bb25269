"""What a source declares (comments, conditions, labels) that holds a value of its rows which must not be told.

The texts are taken apart into what may be values, and every column that is personal, or a choice, is asked which of these
it has: so no cell comes out that nobody wrote down. What cannot be asked counts as told.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping

from synth.errors import DataError
from synth.importing.declared import Declared, Place, declared
from synth.importing.found import Found
from synth.importing.learning.asking import Asking, literal, name_of
from synth.importing.learning.categories import MOST
from synth.importing.learning.learnt import ColumnLearnt, TableLearnt, Value
from synth.importing.learning.personal import looks_personal
from synth.importing.learning.working import Work

__all__ = ["places_of_values"]

Places = Mapping[str, set[Place]]  # by a text in small letters where it stands

SPANS = '"synth spans"'
ABOUT = 1.2  # numbers of values that differ are estimates
MOST_WORDS = 10  # of a value in running text
FEWEST_SIGNS, FEWEST_DIGITS, FEWEST_LETTERS = 3, 5, 4  # of a value, of one of digits, of a part of a name
A_NAME = "a person's name"
_WORD = re.compile(r"[^\W_]+")
_SIGNS = "()+-.,;:!?#*\"'/"  # beside a word
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_QUOTED = re.compile(r"'([^']+)'|\"([^\"]+)\"")


def places_of_values(
    asking: Asking, found: Found, works: Mapping[str, Work], tables: Mapping[str, TableLearnt], least: int
) -> frozenset[Place]:
    """The places of texts that hold a value of a personal column, or one of another that fewer than `least` roots have."""
    texts = [*declared(found)]
    told = {each.place for each in texts if each.table and each.table not in works}  # whose rows nobody could read
    told |= {each.place for each in texts if each.place[1] == "about" and looks_personal(each.prose)}
    known = {
        str(value).lower() for table in tables.values() for each in table.columns.values() for value in _told(each)
    }
    spans = _by_text((each, _spans(each.prose)) for each in texts)
    names = _by_text((each, _parts_of_names(each.prose)) for each in texts)
    asking.do(f"CREATE OR REPLACE TEMP TABLE {SPANS} AS SELECT unnest({_listed(spans)}) AS v")
    for name, work in works.items():
        mine = [each for each in texts if each.table == name]
        for column in work.source.columns:
            of_it = [each for each in mine if column in each.columns]
            looked = _Looked(asking, work, column, tables[name].columns[column], least, known)
            held = looked.literals(_by_text((each, _parts(each)) for each in of_it)) | looked.spans(spans)
            held |= looked.parts_of_names(names)
            held |= looked.parts_of_names(_by_text((each, _parts_of_names("; ".join(each.literals))) for each in of_it))
            if looked.personal and any(place[1:3] == ("label", column) for place in held):  # then none of them is told
                held |= {each.place for each in mine if each.place[1:3] == ("label", column)}
            told |= held
    asking.do(f"DROP TABLE {SPANS}")
    return frozenset(told)


def _told(column: ColumnLearnt) -> list[Value]:
    """The values of a column that are told, so that they are no secret of another one."""
    return [value for value, _ in column.weights.values] if column.weights else []


def _by_text(found: Iterable[tuple[Declared, Collection[str]]]) -> Places:
    places: dict[str, set[Place]] = defaultdict(set)
    for each, texts in found:
        for text in texts:
            places[text.strip().lower()].add(each.place)
    return places


def _spans(prose: str) -> set[str]:
    """What may be a value in running text: runs of words with signs beside them; single ones with a capital or digits."""
    found = {one or other for one, other in _QUOTED.findall(prose)}
    words = [(word.start(), word.end()) for word in _WORD.finditer(prose)]
    signs = {end: len(prose[end:]) - len(prose[end:].lstrip(_SIGNS)) for _, end in words}
    before = {start: len(prose[:start]) - len(prose[:start].rstrip(_SIGNS)) for start, _ in words}
    for i, (first, its_end) in enumerate(words):
        for _, last in words[i : i + MOST_WORDS]:
            if last != its_end or _may_stand_alone(prose[first:last]):
                starts, ends = {first, first - before[first]}, {last, last + signs[last]}
                found |= {prose[start:end] for start in starts for end in ends}
    return {each for each in found if len(each.strip()) >= FEWEST_SIGNS}


def _parts(each: Declared) -> set[str]:
    """The literals of a text, and what stands in them: of a pattern, its letters."""
    return {part for literal_ in each.literals for part in (literal_, *_spans(literal_))}


def _may_stand_alone(word: str) -> bool:
    return len(word) >= FEWEST_DIGITS if word.isdigit() else not word.islower()


def _parts_of_names(prose: str) -> set[str]:
    """The words of running text that may be a part of somebody's name."""
    return {word for word in _WORD.findall(prose) if word[0].isupper() and len(word) >= FEWEST_LETTERS}


class _Looked:
    """A column that is asked which of some texts are values of it that must not be told."""

    def __init__(
        self, asking: Asking, work: Work, column: str, learnt: ColumnLearnt, least: int, known: Collection[str]
    ):  # fmt: skip
        self.asking, self.work, self.least, self.personal, self.known = asking, work, least, learnt.personal, known
        dtype = work.source.table.column(column).type
        self.is_whole = not dtype.digits and not dtype.is_float
        self.kind, name = work.kind(column), name_of(column)
        self.cell = {
            "text": f"lower({name}::VARCHAR)",
            "number": f"TRY_CAST({name} AS DOUBLE)::VARCHAR",
            "moment": f"TRY_CAST({name} AS DATE)::VARCHAR",
        }.get(self.kind)
        self.distinct = work.source.distinct.get(column, 0)

    @property
    def is_choice(self) -> bool:
        """Whether a column has few values, of which some may be rare."""
        return self.kind == "text" and self.distinct <= ABOUT * MOST and 2 * self.distinct <= self.work.source.rows

    def literals(self, places: Places) -> set[Place]:
        """The places of literals that are such a value."""
        return self._places(places, lambda values: f"SELECT unnest({_listed(values)})")

    def spans(self, places: Places) -> set[Place]:
        """The places of running text that holds such a value."""
        if not self.personal and not self.is_choice:
            return set()
        if self.kind == "text":
            return self._places(places, lambda _: f"SELECT v FROM {SPANS}")
        return self.literals(places)

    def parts_of_names(self, places: Places) -> set[Place]:
        """The places of words that are a part of somebody's name, among the rows that are looked at."""
        if self.personal != A_NAME or self.kind != "text" or not places:
            return set()
        words = f"unnest(string_split_regex({self.cell}, '[^\\p{{L}}\\p{{N}}]+'))"
        among = f"SELECT unnest({_listed(places)})"
        return self._held(places, {word: [word] for word in places}, among, words, self.work.sql)

    def _places(self, places: Places, among: Callable[[Collection[str]], str]) -> set[Place]:
        values: dict[str, list[str]] = defaultdict(list)
        for text in places:
            if (value := _as(self.kind, text)) is not None and (self.personal or self._is_category(value)):
                values[value].append(text)
        if not values or self.cell is None or (self.kind == "moment" and not self.personal):
            return set()
        return self._held(places, values, among(values), self.cell, self.work.source.relation)

    def _is_category(self, value: str) -> bool:
        """Whether a value that is not personal may be one that few have: amounts and nothing are none."""
        return value not in self.known and (self.kind != "number" or (self.is_whole and float(value) != 0))

    def _held(
        self, places: Places, values: Mapping[str, list[str]], among: str, cell: str, relation: str
    ) -> set[Place]:  # fmt: skip
        """The places of values that rows have: of a personal column any, else those of too few roots."""
        work = self.work
        asked = f"SELECT DISTINCT v FROM (SELECT {cell} AS v FROM {relation}) WHERE v IN ({among})"
        try:
            held = {v for (v,) in self.asking.rows(asked)}
            if held and not self.personal:
                asked = f"SELECT {cell} AS v FROM {work.sql} WHERE v IN (SELECT unnest({_listed(held)}))"
                held -= {
                    v for (v,) in self.asking.rows(f"{asked} GROUP BY v HAVING {work.counted_roots} >= {self.least}")
                }
        except DataError:  # it took too long, say
            held = {*values}
        return {place for value in held for text in values.get(value, ()) for place in places[text]}


def _as(kind: str, text: str) -> str | None:
    """A text as a value of a column would be spelt; None where it is none of its kind."""
    if kind == "number":
        try:
            return repr(float(text))
        except ValueError:
            return None
    if kind == "moment":
        return found[0] if (found := _DAY.match(text)) else None
    return text


def _listed(texts: Collection[str]) -> str:
    return f"[{', '.join(map(literal, texts))}]::VARCHAR[]"
