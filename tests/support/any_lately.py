"""What of any spec hangs on rows in further ways: fan-outs by the parent's row, rows that show by a moment, keys of any table."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.support.any_references import column, through, words_of
from tests.support.any_tables import one_of

__all__ = ["bills", "open_fanouts"]

BY_ROW = (
    {"by": "kind", "values": {"a": {"mean": 2, "max": 6, "poisson": True}, "b": 1}}, {"count": "worth", "max": 9}, {"count": "worth", "min": 1, "max": 9}, 2,
    {"mean": "worth", "max": 40, "poisson": True}, {"mean": "worth", "min": 1, "max": 60, "negative_binomial": {"r": 1}},
    {"by": "sold", "values": {True: {"max": 3, "shares": {0: 1, 3: 2}}, False: 0}},
)  # fmt: skip
ODD_BY_ROW = (
    {"count": "sold", "max": 3}, {"count": "worth", "max": 5}, {"mean": "kind", "max": 3, "poisson": True}, {"by": "worth", "values": {1: 1}},
    {"count": "nothing", "max": 3}, {"by": "kind", "values": {"a": 1}}, {"mean": "worth", "max": 9, "negative_binomial": {"r": 0.1}}, 0,
)  # fmt: skip
LOOSE = {"min": 0, "max": 4, "uniform": True}


def open_fanouts(draw, odd, tables: dict) -> None:
    """Shelves as many as their shop says."""
    tables["shelves"]["fanout"] = draw(st.sampled_from(ODD_BY_ROW if draw(odd) else BY_ROW))
    if "like" in tables["goods"]["columns"]:
        del tables["goods"]["columns"]["like"]
    if not draw(odd):
        tables["goods"]["fanout"] = LOOSE


def bills(draw, odd, tables: dict) -> None:
    """Rows of a SELECT that show once they are posted, chosen by rings and by notes of the visits themselves."""
    visits = tables["visits"]["columns"]
    visits["posted_at"] = {
        "delay": {"after": "at", "median": 3, "sigma": 1, "max": 30},
        **draw(one_of({}, {"null_share": 0.2})),
    }
    tables["bills"] = {
        "select": "SELECT id AS k, kind, posted_at FROM visits WHERE posted_at IS NOT NULL", "at": "posted_at", "primary_key": ["k"],
        "columns": {"k": {"type": "bigint"}, "kind": {"type": "bigint"}, "posted_at": {"type": "timestamp"}},
    }  # fmt: skip
    if draw(odd):
        tables["bills"]["select"] = draw(one_of("SELECT id AS k, kind, at - INTERVAL 1 DAY AS posted_at FROM visits", "SELECT id AS k, kind, at AS posted_at FROM visits"))  # fmt: skip
    rings = {"id": {"key": "sequence"}, "kind": {"choice": {1: 1, 2: 2}}}
    if draw(one_of(True, True, False)):
        rings["at"] = {"arrival": {}}
    known = {"match": [{"kind": "kind"}], "weights": ["kind"], "other_than": ["first"]}
    rings["first"] = column(draw, "bills", {"optional": True})
    rings["bill"] = column(draw, "bills", {"optional": not draw(odd), **words_of(draw, odd, known)})
    rings["posted"] = through("bill.posted_at", {"nullable": True})
    if draw(one_of(True, False)):
        rings |= {"sort": {"choice": {"bill": 2, "kind": 1}}, "k": {"reference": "kinds"}}
        columns = (
            {"bill": "bill", "kind": "k"} if not draw(odd) else {"bill": "bill", "kind": draw(one_of("id", "nothing"))}
        )
        rings["about"] = {"polymorphic": {"by": "sort", "references": columns}, "nullable": True}
    tables["rings"] = {"rows": draw(one_of(7, 90)), "columns": rings}
    if "lines" in tables and draw(one_of(True, False)):
        tables["lines"]["columns"]["bill"] = column(draw, "bills", {"optional": True})
