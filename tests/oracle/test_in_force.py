"""Rows in force against a slow twin: every row of theirs looked at, one after the other."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.api import frame
from synth.errors import DataError
from synth.generators import in_force
from synth.plan.make import make
from synth.spec.load import parse

SETTINGS = settings(deadline=None, max_examples=60, derandomize=True)

OURS = """
  lines:
    rows: 150
    columns:
      _seen: {choice: {A: 0.4, B: 0.4, C: 0.2}}
      _level: {choice: {1: 0.5, 2: 0.5}}
      quantity: {choice: {1: 0.6, 3: 0.4}}
      price: {uniform: {min: 0.5, max: 60}, type: "decimal(12,2)"}
      seen: {expr: _seen}
      level: {expr: _level}
      at: AT
      rate: {in_force: {table: rates, at: at, begins: begins, column: id, optional: true, MORE}}
"""


def spec(theirs: list, at: str, more: str, kind: str = "date", extra: str = ""):
    """Rows of `rates` as given (id, name, level, begins, ends, share, amount), and 150 lines that look into them."""
    rows = "\n".join(f"      - [{', '.join('null' if v is None else str(v) for v in row)}]" for row in theirs)
    return parse(f"""
dataset: t
period: {{start: 2024-01-01, until: 2024-03-01}}
tables:
  rates:
    values:
{rows}
    primary_key: [id]
    columns:
      id: {{type: bigint}}
      name: {{type: varchar(5)}}
      level: {{type: bigint}}
      begins: {{type: {kind}}}
      ends: {{type: {kind}, nullable: true}}
      share: {{type: "decimal(5,4)"}}
      amount: {{type: "decimal(10,2)"}}
{OURS.replace("AT", at).replace("MORE", more)}{extra}
""")


dates = st.dates(dt.date(2023, 12, 20), dt.date(2024, 3, 5))
tables = st.lists(
    st.tuples(
        st.sampled_from("AB"), st.integers(1, 2), dates, st.none() | st.integers(0, 40),
        st.sampled_from(["0.1000", "0.2500", "0.0000"]), st.sampled_from(["0.00", "2.50", "5.00"]),
    ),
    min_size=1, max_size=14,
).map(  # ends are days after the beginning
    lambda rows: [
        (id_, name, level, begins, None if days is None else begins + dt.timedelta(days=days), share, amount)
        for id_, (name, level, begins, days, share, amount) in enumerate(rows, 1)
    ]
)  # fmt: skip

TIMES = "{arrival: {}}"
DAYS = "{arrival: {}, type: date}"
EXACTLY = "{uniform: {min: 2024-01-01, max: 2024-01-20}}"


def lines_of(dataset) -> list[dict]:
    return list(frame(make(dataset), "lines").iter_rows(named=True))


def moment(value) -> dt.datetime:
    return value if isinstance(value, dt.datetime) else dt.datetime(value.year, value.month, value.day)


def candidates(theirs, line, keys, ends):
    """Those that match, have begun, and have not ended; a day that ends is included as a whole."""
    for row in theirs:
        id_, name, level, begins, end, share, amount = row
        if name != line["seen"] or ("level" in keys and level != line["level"]) or moment(begins) > moment(line["at"]):
            continue
        if ends and end is not None:
            last = moment(end) + (dt.timedelta(0) if isinstance(end, dt.datetime) else dt.timedelta(days=1))
            if moment(line["at"]) >= last:
                continue
        yield row


@pytest.fixture(params=["looked up", "searched"], autouse=True)
def runs_of_rows(request):
    """Runs of rows in force are looked up where groups and moments are few, else searched."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "searched":
            patch.setattr(in_force, "MAX_CELLS", 0)
        yield


@pytest.mark.parametrize("at", [TIMES, DAYS, EXACTLY], ids=["times", "days", "uniform"])
@pytest.mark.parametrize("ends", [False, True], ids=["open", "ends"])
@pytest.mark.parametrize("keys", ["name: seen", "name: seen, level: level"])
@settings(SETTINGS, max_examples=12)
@given(theirs=tables)
def test_latest_begun(at, ends, keys, theirs):
    """With ends, of rows that began on the same day the first of the table; without, see the next test."""
    more = f"match: {{{keys}}}" + (", ends: ends" if ends else "")
    if not ends:
        theirs = list({(row[1], row[3], *([row[2]] if "level" in keys else [])): row for row in theirs}.values())
    for line in lines_of(spec(theirs, at, more)):
        found = list(candidates(theirs, line, keys, ends))
        best = min(found, key=lambda row: (-row[3].toordinal(), row[0])) if found else [None]
        assert line["rate"] == best[0], (line, found)


def test_of_rows_that_begin_alike_the_first_is_taken():
    """ "Of equals, the first row of the table", whether or not ends are declared."""
    theirs = [(1, "A", 1, "2023-12-01", None, "0.1", "0.00"), (2, "A", 1, "2023-12-01", None, "0.2", "0.00")]
    for ends in (", ends: ends", ""):
        lines = lines_of(spec(theirs, TIMES, "match: {name: seen}" + ends))
        assert {line["rate"] for line in lines if line["seen"] == "A"} == {1}, ends or "without ends"


LARGEST = "largest: 'ROUND(quantity * price * rate.share, 2) + quantity * LEAST(rate.amount, price)'"
SHOWN = "      gain: {ranked: rate}\n      share: {lookup: rate.share, nullable: true}\n"


@pytest.mark.parametrize("ends", [False, True], ids=["open", "ends"])
@settings(SETTINGS, max_examples=30)
@given(theirs=tables)
def test_largest_value_wins_and_of_equals_the_first_row(ends, theirs):
    more = f"match: {{name: seen}}, {LARGEST}" + (", ends: ends" if ends else "")
    by_id = {row[0]: row for row in theirs}
    for line in lines_of(spec(theirs, TIMES, more, extra=SHOWN)):
        gains = {}
        for row in candidates(theirs, line, "name", ends):
            part = (line["quantity"] * line["price"] * Decimal(row[5])).quantize(Decimal("0.01"), ROUND_HALF_UP)
            gains[row[0]] = part + line["quantity"] * min(Decimal(row[6]), line["price"])
        best = min(gains, key=lambda id_: (-gains[id_], id_)) if gains else None
        assert line["rate"] == best
        assert line["gain"] == (gains[best] if gains else 0)
        assert line["share"] == (Decimal(by_id[best][5]) if gains else None)


@SETTINGS
@given(theirs=tables, begin=st.datetimes(dt.datetime(2024, 1, 2), dt.datetime(2024, 2, 20)), hours=st.integers(1, 500))
def test_timestamps_end_at_their_moment(theirs, begin, hours):
    """Of timestamps `begins` is included and `ends` is not a day: the row has ended at that microsecond."""
    whole = begin.replace(microsecond=0)
    theirs = [(1, "A", 1, whole, whole + dt.timedelta(hours=hours), "0.1", "0.00")]
    for line in lines_of(spec(theirs, TIMES, "match: {name: seen}, ends: ends", "timestamp")):
        inside = line["seen"] == "A" and theirs[0][3] <= line["at"] < theirs[0][4]
        assert line["rate"] == (1 if inside else None)


def test_none_in_force_is_refused_unless_optional():
    theirs = [(1, "A", 1, "2000-01-15", None, "0.1", "0.00")]
    more = "match: {name: seen}"
    assert {line["rate"] for line in lines_of(spec(theirs, TIMES, more))} == {None, 1}
    dataset = spec(theirs, TIMES, more)
    column = dataset.tables["lines"].columns["rate"]
    strict = column.model_copy(update={"draws": column.draws.model_copy(update={"optional": False})})
    table = dataset.tables["lines"].model_copy(update={"columns": {**dataset.tables["lines"].columns, "rate": strict}})
    with pytest.raises(
        DataError, match=r"lines\.columns\.rate\.in_force: no row of rates is in force for seen = .*, at = 2024"
    ):
        lines_of(dataset.model_copy(update={"tables": {**dataset.tables, "lines": table}}))
