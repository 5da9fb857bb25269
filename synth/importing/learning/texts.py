"""How texts look: forms and a common beginning, and nothing that a text says."""

from __future__ import annotations

from synth.importing.learning.asking import Asking, literal, name_of
from synth.importing.learning.learnt import Texts
from synth.importing.learning.rounded import few_digits
from synth.importing.learning.working import LENGTHS, ROOT, Work

__all__ = ["texts_of"]

SO_MANY = 5_000  # rows whose texts are looked at
MOST_SHAPES = 5
LEAST_SHAPE = 0.02  # of all texts
LONGEST_SHAPE = 40  # signs: longer texts have none
_CLASSES = ((r"\p{Lu}", "A"), (r"[\p{Ll}\p{Lt}\p{Lm}\p{Lo}]", "a"), (r"\p{N}", "9"))
BEGINNING = "^[A-Za-z]+[A-Za-z/_.#-]*"  # letters, and signs between them: what codes begin with


def texts_of(asking: Asking, work: Work, column: str, least: int, *, told: bool) -> Texts | None:
    """How the texts of a column look: lengths alone, unless forms are to be told. None where too few rows have one."""
    lengths, with_value = work.source.lengths.get(column), work.source.rows - work.source.nulls[column]
    if lengths is None or with_value < least or work.roots < least:
        return None
    distinct = few_digits(min(1.0, work.source.distinct[column] / with_value), 2)
    lengths = {share: lengths[share] for share in LENGTHS}
    if not told:
        return Texts(lengths, distinct)
    return Texts(lengths, distinct, _shapes(asking, work, column, least), _prefix(asking, work, column, least))


def _shapes(asking: Asking, work: Work, column: str, least: int) -> tuple[tuple[str, float], ...]:
    """The forms that enough roots share, likeliest first; none of texts with blanks, which are words."""
    name = name_of(column)
    shape = name
    for signs, sign in _CLASSES:
        shape = f"regexp_replace({shape}, {literal(signs)}, '{sign}', 'g')"
    some = f"SELECT {name}, {ROOT} FROM {work.some(SO_MANY)} WHERE {name} IS NOT NULL"
    found = asking.rows(
        f"SELECT CASE WHEN length({name}) <= {LONGEST_SHAPE} AND {name} NOT LIKE '% %' THEN {shape} END AS s,"
        f" count(*) AS n, count(DISTINCT {ROOT}) AS roots FROM ({some}) GROUP BY s"
    )
    total = sum(n for _, n, _ in found)
    found.sort(key=lambda row: (-row[1], row[0] or ""))
    kept = [(s, n / total) for s, n, roots in found if s is not None and roots >= least and n >= LEAST_SHAPE * total]
    return tuple((s, few_digits(share)) for s, share in kept[:MOST_SHAPES])


def _prefix(asking: Asking, work: Work, column: str, least: int) -> str | None:
    """What all texts begin with: letters and signs, two at least; found without a text leaving the database."""
    name = name_of(column)
    ends = f"SELECT min({name}::VARCHAR) AS lo, max({name}::VARCHAR) AS hi, count(DISTINCT {ROOT}) AS roots FROM {work.sql}"
    same = "list_max(list_filter(range(1, length(lo) + 1), lambda i: left(lo, i) = left(hi, i)))"
    prefix, roots = asking.row(
        f"SELECT regexp_extract(left(lo, coalesce({same}, 0)), {literal(BEGINNING)}), roots FROM ({ends})"
    )
    differs = work.source.distinct[column] > least
    return str(prefix) if prefix and len(prefix) >= 2 and roots >= least and differs else None
