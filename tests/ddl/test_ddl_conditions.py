"""Conditions of checks hold and bite in every database, and those that do not travel are refused."""

from __future__ import annotations

import re

import pytest

from synth.databases import DIALECTS
from synth.ddl import ddl
from synth.errors import SpecError
from synth.spec.models import Dataset
from tests.support.answers import Refused
from tests.support.ddl import Made, spec, tsql
from tests.support.servers import SERVERS
from tests.support.tsql import lint_tsql


@pytest.fixture(params=SERVERS)
def server(request, database):
    """Every database that is here."""
    return database(request.param)


ROW = {"flag": True, "other": False, "n": 4, "m": 3, "price": "0.30", "part": "0.10", "rest": "0.20", "word": "a_b ", "day": "2024-02-29", "at": "2024-02-29 23:59:59.999999"}  # fmt: skip
CONDITIONS = {  # condition -> cells that break it
    "flag": {"flag": False},
    "(flag)": {"flag": False},
    "flag AND n > 0": {"flag": False},
    "NOT other": {"other": True},
    "n IS NULL OR flag": {"flag": False},
    "flag = (n > 0)": {"n": 0},
    "flag <> other": {"other": True},
    "(n > 3) = (m > 2)": {"m": 1},
    "NOT (flag AND NOT other) OR n = 4": {"n": 5},
    "CASE WHEN flag THEN n > 3 WHEN NOT flag THEN FALSE END": {"n": 3},
    "COALESCE(flag, n > 9)": {"flag": False},
    "flag IN (TRUE)": {"flag": False},
    "CASE WHEN n > m THEN 1 WHEN n <= m THEN 0 END = 1": {"n": 1},
    "price = part + rest": {"part": "0.11"},
    "ABS(price - part * 3) <= 0": {"part": "0.11"},
    "(price - part) - rest = 0.00": {"rest": "0.21"},
    "n % 2 = 0": {"n": 3},
    "n / 8 > 0.4": {"n": 3},
    "n BETWEEN -1 AND 5": {"n": 6},
    "LENGTH(word) = 4": {"word": "a_b"},
    "word || 'x' = 'a_b x'": {"word": "a_b"},
    "word LIKE 'a!_b%' ESCAPE '!'": {"word": "axb"},
    "word LIKE 'a_b_'": {"word": "A_b "},
    "word NOT LIKE '%[x]*?\\%'": {"word": "[x]*?\\"},
    "word NOT LIKE 'A%'": {"word": "Ab"},
    "word IN ('a_b ', 'it''s', '\\', '\"', 'ü', '`;--')": {"word": "a"},
    "word <> 'it''s \\'": {"word": "it's \\"},
    "word NOT IN ('*/', '%s', '}')": {"word": "*/"},
    "SUBSTR(word, 1, 1) = 'a' AND UPPER(word) <> word": {"word": "b"},
    "day >= DATE '2024-02-29'": {"day": "2024-02-28"},
    "at > TIMESTAMP '2024-02-29 23:59:59.999998'": {"at": "2024-02-29 23:59:59.999998"},
    "ROUND(price * 1.5, 2) = 0.45": {"price": "0.31"},
    "ROUND(price * 0.35, 2) = 0.11": {"price": "0.33"},
    "price / n < 0.1": {"n": 0},
    "LEAST(price, part, n) = part": {"part": "0.31"},
    "CAST(n AS VARCHAR) || '!' = '4!'": {"n": 5},
    "CONCAT(word, n, NULL) IN ('a_b 4', '')": {"word": None},
    "n IS NOT DISTINCT FROM m OR n > m": {"n": 1},
    "at > day": {"at": "2024-02-29 00:00:00"},
    "CAST(at AS DATE) = day": {"day": "2024-02-28"},
    "DATE_DIFF('day', day, at) = 0 AND EXTRACT(MONTH FROM at) = 2": {"day": "2024-02-28"},
}
KINDS = {"flag": "boolean", "other": "boolean", "n": "integer", "m": "smallint", "price": "decimal(12,2)", "part": "decimal(12,2)", "rest": "decimal(12,2)", "word": "varchar(20)", "day": "date", "at": "timestamp"}  # fmt: skip


def conditions() -> Dataset:
    columns = {name: {"type": kind, "nullable": True} for name, kind in KINDS.items()}
    return spec(
        {f"t{at}": {"columns": columns, "checks": {"holds": sql}} for at, sql in enumerate(CONDITIONS)}, "conditions"
    )


@pytest.mark.some(2)
def test_conditions_hold_and_bite(server):
    with Made(server, conditions()) as made:
        for at, (sql, broken) in enumerate(CONDITIONS.items()):
            try:
                made.insert(f"t{at}", **ROW)
                made.insert(f"t{at}", **dict.fromkeys(ROW))
            except Refused as error:
                raise AssertionError(f"{sql}: {error}") from error
            try:
                made.refuses(f"t{at}", **{**ROW, **broken})
            except BaseException as error:
                raise AssertionError(f"{sql} takes {broken}") from error


def test_conditions_in_tsql():
    found = re.findall(r"\[ck_t\d+_holds\] CHECK \((.*)\);", tsql(conditions()))
    spelt = dict(zip(CONDITIONS, found, strict=True))
    assert spelt["flag"] == "[flag] <> 0"
    assert spelt["NOT other"] == "NOT [other] <> 0"
    assert spelt["flag = (n > 0)"] == "[flag] = CASE WHEN [n] > 0 THEN 1 WHEN NOT ([n] > 0) THEN 0 END"
    assert spelt["flag IN (TRUE)"] == "[flag] IN (1)"
    assert spelt["LENGTH(word) = 4"] == "(LEN([word] + N'.') - 1) = 4"
    assert spelt["word NOT LIKE '%[x]*?\\%'"] == "NOT [word] LIKE N'%^[x^]*?^\\%' ESCAPE N'^'"
    assert spelt["word <> 'it''s \\'"] == "[word] <> N'it''s \\'"


@pytest.mark.parametrize("text", ["flag TRUE", "a || b", "CREATE TABLE IF NOT EXISTS x", "x LIMIT 1", "`x`", "[f] BIT NULL CHECK ([f] AND 1 = 1)", "[f] BIT CHECK (([f]))", "[f] BIT CHECK (NOT [f])"])  # fmt: skip
def test_the_linter_sees(text):
    assert lint_tsql(text)


@pytest.mark.parametrize("sql", ["word ILIKE 'A'", "word GLOB 'a'", "word SIMILAR TO 'a'", "regexp_matches(word, 'a')", "word ~ 'a'", "CAST(price AS VARCHAR) = word", "n = word", "n AND m > 1", "REVERSE(word) = word", "starts_with(word, 'a')", "at > '2024-2-30'", "word LIKE word"])  # fmt: skip
@pytest.mark.parametrize("dialect", [name for name in DIALECTS if DIALECTS[name].sqlglot != "duckdb"])
def test_conditions_that_do_not_travel_are_refused(dialect, sql):
    columns = {name: {"type": kind} for name, kind in KINDS.items()}
    with pytest.raises(SpecError, match=r"^tables\.t\.checks\.holds: .*\n  hint: "):
        ddl(spec({"t": {"columns": columns, "checks": {"holds": sql}}}), DIALECTS[dialect])
