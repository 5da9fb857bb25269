"""How texts look: forms and a common beginning, and nothing that a text says."""

from __future__ import annotations

from synth.importing.learning.asking import Asking, literal, name_of
from synth.importing.learning.learnt import Texts
from synth.importing.learning.rounded import few_digits
from synth.importing.learning.working import LENGTHS, ROOT, Work

__all__ = ["texts_of"]

SO_MANY = 50_000  # rows whose texts are looked at
MOST_SHAPES = 5
LEAST_SHAPE = 0.02  # of all texts
LONGEST_SHAPE = 40  # signs: longer texts have none
_CLASSES = ((r"\p{Lu}", "A"), (r"[\p{Ll}\p{Lt}\p{Lm}\p{Lo}]", "a"), (r"\p{N}", "9"))
BEGINNING = "^[A-Za-z]+[A-Za-z/_.#-]*"  # letters, and signs between them: what codes begin with


def texts_of(asking: Asking, work: Work, column: str, least: int, about: str, *, personal: bool) -> Texts | None:
    """How the texts of a column look; of a personal one lengths alone. None where too few rows have one."""
    lengths, with_value = work.source.lengths.get(column), work.source.rows - work.source.nulls[column]
    if lengths is None or with_value < least or work.roots < least:
        return None
    distinct = few_digits(min(1.0, work.source.distinct[column] / with_value), 2)
    lengths = {share: lengths[share] for share in LENGTHS}
    if personal:
        return Texts(lengths, distinct)
    return Texts(lengths, distinct, _shapes(asking, work, column, least, about), _prefix(asking, work, column, least, about))


def _shapes(asking: Asking, work: Work, column: str, least: int, about: str) -> tuple[tuple[str, float], ...]:
    """The forms that enough roots share, likeliest first; none of texts with blanks, which are words."""
    name = name_of(column)
    shape = name
    for signs, sign in _CLASSES:
        shape = f"regexp_replace({shape}, {literal(signs)}, '{sign}', 'g')"
    found = asking.rows(
        f"SELECT CASE WHEN length({name}) <= {LONGEST_SHAPE} AND {name} NOT LIKE '% %' THEN {shape} END AS s,"
        f" count(*) AS n, count(DISTINCT {ROOT}) AS roots FROM {work.some(SO_MANY)} WHERE {name} IS NOT NULL"
        f" GROUP BY s ORDER BY n DESC, s LIMIT 50",
        about,
    )
    total = asking.row(f"SELECT count({name}) FROM {work.some(SO_MANY)}", about)[0]
    kept = [(s, n / total) for s, n, roots in found if s is not None and roots >= least and n >= LEAST_SHAPE * total]
    return tuple((s, few_digits(share)) for s, share in kept[:MOST_SHAPES])


def _prefix(asking: Asking, work: Work, column: str, least: int, about: str) -> str | None:
    """What all texts begin with: letters and signs, two at least; found without a text leaving the database."""
    name = name_of(column)
    prefix, roots = asking.row(
        f"SELECT regexp_extract(left(min(v), coalesce(list_max(list_filter(range(1, length(min(v)) + 1),"
        f" i -> left(min(v), i) = left(max(v), i))), 0)), {literal(BEGINNING)}), count(DISTINCT r)"
        f" FROM (SELECT {name}::VARCHAR AS v, {ROOT} AS r FROM {work.sql} WHERE {name} IS NOT NULL)",
        about,
    )
    differs = work.source.distinct[column] > least
    return str(prefix) if prefix and len(prefix) >= 2 and roots >= least and differs else None
