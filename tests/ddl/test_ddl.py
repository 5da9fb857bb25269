"""The contract of all dialects: the DDL runs, the catalogue says what the spec says, constraints bite, names do no harm."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth import load
from synth.cli import main
from synth.databases import DIALECTS
from synth.ddl import ddl, in_reference_order
from synth.errors import OptionError, SpecError
from synth.spec import constraints
from synth.spec.load import parse, shipped
from synth.spec.models import Dataset
from synth.spec.scope import Scope
from tests.support.servers import SERVERS, DuckDB, Refused, SQLite
from tests.support.tsql import lint_tsql


def spec(tables: dict, name: str = "contract") -> Dataset:
    """A dataset of tables that are only declared: columns and what holds of them."""
    made = json.dumps({n: {"values": [], **t} for n, t in tables.items()}, ensure_ascii=False)
    return parse(f"dataset: {name}\nperiod: {{start: 2024-01-01, until: 2025-01-01}}\ntables: {made}")


def tsql(dataset: Dataset) -> str:
    """The linted DDL for SQL Server."""
    text = str(ddl(dataset, DIALECTS["tsql"]))
    complaints = lint_tsql(text)
    assert not complaints
    return text


@pytest.fixture(params=SERVERS)
def server(request, database):
    """Every database that is here."""
    return database(request.param)


def name_of(server) -> str:
    return next(name for name, kind in SERVERS.items() if isinstance(server, kind))


class Made:
    """A dataset made in a database, and dropped again."""

    def __init__(self, server, dataset, schema=None):
        self.server, self.dataset, self.schema = server, dataset, schema or dataset.dataset
        self.dialect = DIALECTS[name_of(server)]
        self.ddl = ddl(dataset, self.dialect, schema)

    def __enter__(self):
        self.drop()
        self.server.run(str(self.ddl))
        return self

    def __exit__(self, *_):
        self.drop()

    def drop(self):
        self.server.drop(self.schema, in_reference_order(self.dataset)[::-1])

    def catalogue(self):
        return self.server.catalogue(self.schema)

    def place(self, table: str) -> str:
        return self.dialect.place(self.schema, table)

    def insert(self, table: str, **cells) -> None:
        spelt = [
            self.dialect.literal(c) if isinstance(c, str) else "NULL" if c is None else str(c) for c in cells.values()
        ]
        names = ", ".join(map(self.dialect.quote_identifier, cells))
        self.server.run(f"INSERT INTO {self.place(table)} ({names}) VALUES ({', '.join(spelt)});")

    def refuses(self, table: str, **cells) -> str:
        with pytest.raises(Refused) as caught:
            self.insert(table, **cells)
        return str(caught.value)


# -- shipped datasets


@pytest.mark.parametrize("name", shipped())
def test_shipped_datasets_run_and_the_catalogue_says_what_the_spec_says(server, name):
    dataset = load(name)
    for _ in range(2):
        with Made(server, dataset) as made:
            says_what_the_spec_says(made, dataset)


@pytest.mark.parametrize("name", shipped())
def test_shipped_datasets_in_tsql(name):
    dataset = load(name)
    text = tsql(dataset)
    assert text.count("CREATE TABLE") == len(dataset.written)
    assert text.count("FOREIGN KEY") == len(list(constraints.references(dataset)))


def says_what_the_spec_says(made: Made, dataset: Dataset) -> None:
    scope, catalogue, server = Scope(dataset), made.catalogue(), made.server
    assert set(catalogue) == set(dataset.written)
    references = list(constraints.references(dataset))
    for name, seen in catalogue.items():
        table = dataset.tables[name]
        required = constraints.not_null(dataset, name)
        groups = list(constraints.uniques(dataset, name))
        mine = [r for r in references if r.table == name]
        keyed = {c for group in groups for c in group} | {c for r in mine for c in r.columns}
        expected = {}
        for column in table.written:
            dtype = scope.type_of(name, column)
            kind = "text" if dtype.name == "varchar" and not dtype.length else dtype.name
            spelt = server.types["keyed" if kind == "text" and column in keyed else kind]
            sizes = (dtype.length,) if dtype.length else (dtype.precision, dtype.digits)
            expected[column] = (spelt.format(*sizes), column not in required)
        assert list(seen.columns.items()) == list(expected.items()), name
        assert seen.collations <= server.collations
        keys = {("pk" if g == table.key and set(g) <= set(required) else "uq", ",".join(g)) for g in groups}
        assert {(kind, columns) for kind, _, columns in seen.keys} == keys
        checks = list(constraints.checks(dataset, name))
        assert len(seen.checks) == len(checks)
        assert {f[1:] for f in seen.foreign} == {(r.columns[0], r.parent, r.keys[0]) for r in mine}
        begun = {group[0] for group in groups}
        wanted = {r.columns[0] for r in mine if r.columns[0] not in begun}
        assert {columns for _, columns in seen.indexes} >= wanted
        assert len(wanted) == len([i for i in seen.indexes if i[0].startswith("ix_")])
        if server.keeps_names and all(len(f"ck_{name}_{c}") <= 60 for c in (*table.columns, *table.checks)):
            assert seen.checks == {f"ck_{name}_{check}" for check, _ in checks}
        if server.keeps_comments:
            abouts = {c: table.columns[c].about for c in table.written} | {None: table.about}
            assert seen.comments == {c: about for c, about in abouts.items() if about}


# -- constraints bite

BITES = {
    "parents": {"primary_key": ["id"], "columns": {"id": {"type": "integer"}}},
    "rows": {
        "primary_key": ["id"],
        "unique": [["low", "high"]],
        "checks": {"low_first": "low <= high"},
        "columns": {
            "id": {"type": "bigint"},
            "code": {"type": "varchar(5)", "unique": True, "nullable": True},
            "needed": {"type": "varchar(5)"},
            "low": {"type": "integer", "check": "low >= 0"},
            "high": {"type": "integer"},
            "parent": {"type": "integer", "references": "parents", "nullable": True},
        },
    },
}
GOOD = {"id": 1, "code": "a", "needed": "", "low": 1, "high": 2, "parent": 1}
OTHER = {"id": 2, "code": "b", "needed": "x", "low": 2, "high": 3, "parent": None}
# what must be refused -> the constraint's name where the database says names, else a word of its message
BREAKS = {
    "not null": ({"needed": None}, {"": "needed"}),
    "primary key": (
        {"id": 1},
        {"postgres": "pk_rows", "mysql": "PRIMARY", "sqlite": "rows.id", "duckdb": "primary key"},
    ),
    "unique": (
        {"code": "a"},
        {"postgres": "uq_rows_code", "mysql": "uq_rows_code", "sqlite": "rows.code", "duckdb": "unique"},
    ),
    "unique group": (
        {"low": 1, "high": 2},
        {"postgres": "uq_rows_low_high", "mysql": "uq_rows_low_high", "sqlite": "rows.low", "duckdb": "unique"},
    ),
    "check of a column": ({"low": -1}, {"": "ck_rows_low", "duckdb": "low >= 0"}),
    "check of a table": ({"low": 4}, {"": "ck_rows_low_first", "duckdb": "low <= high"}),
    "foreign key": ({"parent": 7}, {"": "fk_rows_parent", "sqlite": "FOREIGN KEY", "duckdb": "foreign key"}),
    "length": ({"needed": "longer"}, {"postgres": "character varying(5)", "mysql": "needed"}),
}


@pytest.fixture(scope="session")
def bitten(database):
    """The tables with a good row in each."""
    made = {}

    def get(name):
        if name not in made:
            made[name] = Made(database(name), spec(BITES, "bites")).__enter__()
            made[name].insert("parents", id=1)
            made[name].insert("rows", **GOOD)
        return made[name]

    return get


@pytest.mark.parametrize("what", BREAKS)
@pytest.mark.parametrize("name", SERVERS)
def test_constraints_bite(bitten, name, what):
    made = bitten(name)
    cells, says = BREAKS[what]
    if what == "length" and not made.server.keeps_lengths:
        assert name not in says
        return
    assert (says.get(name) or says[""]).lower() in made.refuses("rows", **{**OTHER, **cells}).lower()


def test_good_rows_pass(server):
    with Made(server, spec(BITES, "good")) as made:
        made.insert("parents", id=1)
        made.insert("rows", **GOOD)
        made.insert("rows", **OTHER)
        for at, code in enumerate(("A", "a ", " a", "á", "A ", "", None, None), 3):  # values apart, and NULL many times
            made.insert("rows", **{**OTHER, "id": at, "code": code, "low": at, "high": at})
        made.refuses("rows", **{**OTHER, "id": 99, "code": "a ", "low": 50, "high": 50})


def test_null_many_times_in_tsql():
    text = tsql(spec(BITES))
    assert "CREATE UNIQUE INDEX [uq_rows_code] ON [contract].[rows] ([code]) WHERE [code] IS NOT NULL" in text
    assert "UNIQUE ([low], [high])" in text and "UNIQUE ([code])" not in text
    assert text.startswith("SET QUOTED_IDENTIFIER ON;\n")


def test_references_have_the_type_and_the_key_that_databases_ask_for(server):
    """A reference's type is its parent's key's; a key of two columns cannot be pointed to by one; circles are possible."""
    dataset = spec({
        "small": {"primary_key": ["id"], "columns": {"id": {"type": "integer"}, "back": {"type": "bigint", "references": "large"}}},
        "large": {"primary_key": ["id"], "columns": {"id": {"type": "varchar(9)"}, "up": {"type": "bigint", "references": "small"}}},
        "pairs": {"primary_key": ["a", "b"], "columns": {"a": {"type": "integer"}, "b": {"type": "integer"}}},
        "far": {"columns": {"a": {"type": "integer", "references": "pairs"}, "me": {"type": "date"}}},
    })  # fmt: skip
    with Made(server, dataset) as made:
        found = made.catalogue()
        assert found["large"].columns["up"] == found["small"].columns["id"]
        assert found["small"].columns["back"] == found["large"].columns["id"]
        assert not found["far"].foreign
        assert len(found["small"].foreign | found["large"].foreign) == (2 if made.dialect.forward_references else 1)
    assert tsql(dataset)


# -- hostile specs

LONG = "a_very_long_name_of_a_table_that_goes_on_until_the_very_limit__"
assert len(LONG) == 63
KEYWORDS = [
    "order",
    "group",
    "select",
    "user",
    "table",
    "date",
    "Case",
    "key",
    "index",
    "values",
    "rows",
    "check",
    "public",
]
COMMENTS = [
    "it's", '"', "`", "[x]]", "\\", "\\'", "back\\\\slash\\", "two\nlines", "\r\n\t", "*/", "/*", "/*! */", "-- ", "; --", "$$",
    "'; DROP TABLE x; --", "'; DROP TABLE parents; --\n", "ünï 漢字 𝄞 👩‍👩‍👧", "%s {} :name @x #", "\\n \\g \\G", "\ndelimiter //\n", "\n\\.\n",
    "\nGO\n", "\n\\! true\n", " blank ", "NULL",
]  # fmt: skip


def test_names_that_are_keywords(server):
    columns = {word: {"type": "integer"} for word in [*KEYWORDS, "Order_"]}
    tables = {w: {"primary_key": ["order"], "columns": columns, "checks": {"group": '"select" > 0'}} for w in KEYWORDS}
    tables["order"] = {**tables["order"], "columns": {**columns, "user": {"type": "integer", "references": "group"}}}
    dataset = spec(tables, "select")
    with Made(server, dataset) as made:
        says_what_the_spec_says(made, dataset)
    tsql(dataset)


def test_long_names_that_are_cut_stay_apart(server):
    columns = {
        f"{LONG[:-1]}{at}": {"type": "integer", "check": f"{LONG[:-1]}{at} > 0", "unique": True} for at in range(4)
    }
    tables = {f"{LONG[:-1]}{at}": {"columns": columns, "checks": {LONG: f"{LONG[:-1]}1 < 9"}} for at in range(2)}
    dataset = spec(tables)
    names = re.findall(r"CONSTRAINT \"(\w+)\"", str(ddl(dataset, DIALECTS["postgres"])))
    assert len(set(names)) == len(names) == 18 and max(map(len, names)) <= 60
    with Made(server, dataset) as made:
        says_what_the_spec_says(made, dataset)


def test_names_that_meet_stay_apart(server):
    """`a` + `b_c` and `a_b` + `c`, a check named as a column's, a table named as a constraint, one group twice."""
    key = {"type": "integer", "unique": True}
    dataset = spec({
        "a": {"columns": {"b_c": {**key, "check": "b_c > 0"}}, "checks": {"b_c": "b_c < 9"}, "unique": [["b_c"], ["b_c", "b_c"]]},
        "a_b": {"columns": {"c": key}},
        "uq_a_b_c": {"columns": {"x": key}},
        "pk_uq": {"columns": {"x": key}},
        "uq": {"primary_key": ["y"], "columns": {"y": key}},
    })  # fmt: skip
    with Made(server, dataset) as made:
        assert {t: len(s.keys) for t, s in made.catalogue().items()} == {
            "a": 1,
            "a_b": 1,
            "uq_a_b_c": 1,
            "pk_uq": 1,
            "uq": 1,
        }
    for dialect in DIALECTS.values():
        names = [n.lower() for n in re.findall(r"(?:CONSTRAINT|INDEX) .(\w+).", str(ddl(dataset, dialect)))]
        assert len(set(names)) == len(names) and not set(names) & set(dataset.written)


def test_comments_come_back_as_they_are(server):
    columns = {f"c{at}": {"type": "date", "about": about} for at, about in enumerate(COMMENTS)}
    tables = {f"t{at}": {"about": about, "columns": {"x": {"type": "date"}}} for at, about in enumerate(COMMENTS)}
    dataset = spec({"parents": {"columns": columns}, **tables}, "comments")
    with Made(server, dataset) as made:
        found = made.catalogue()
        assert set(found) == set(dataset.written)
        if server.keeps_comments:
            kept = [re.sub("[^\\u0000-\\uffff]", "?", c) if server.narrow_comments else c for c in COMMENTS]
            assert [found["parents"].comments.get(f"c{at}") for at in range(len(COMMENTS))] == kept
            assert [found[f"t{at}"].comments.get(None) for at in range(len(COMMENTS))] == kept
    text = tsql(dataset)
    assert all("N'" + about.replace("'", "''") + "'" in text for about in COMMENTS)


def test_comments_too_long_are_cut_and_nul_is_refused(server):
    dataset = spec({"t": {"about": "x" * 5000, "columns": {"c": {"type": "date", "about": "é" * 5000}}}})
    with Made(server, dataset) as made:
        found = made.catalogue()["t"].comments
        for text in found.values():
            assert len(text) == min(5000, made.dialect.longest_comment or 5000)
    nul = 'dataset: d\nperiod: {start: 2024-01-01, until: 2025-01-01}\ntables: {t: {values: [], columns: {c: {type: date, about: "a\\0"}}}}'
    for dialect in DIALECTS.values():
        if dialect.comments != "none":
            with pytest.raises(SpecError, match="U\\+0000"):
                ddl(parse(nul), dialect)


@pytest.mark.parametrize(
    "schema", ["it's", 'a"b', "a`b", "a]b", "a.b", "x; DROP TABLE t; --", "ünï", "Select", "\\", "%", "x" * 63]
)
def test_hostile_schemas(server, schema):
    dataset = spec(
        {
            "t": {
                "primary_key": ["c"],
                "columns": {
                    "c": {"type": "date", "about": "x"},
                    "d": {"type": "date", "references": "t", "nullable": True},
                },
            }
        }
    )
    with Made(server, dataset, schema) as made:
        made.insert("t", c="2024-02-29", d=None)
    text = str(ddl(dataset, DIALECTS["tsql"], schema))
    quoted = "[" + schema.replace("]", "]]") + "]"
    assert f"EXEC(N'CREATE SCHEMA {quoted}')".replace(quoted, quoted.replace("'", "''")) in text


@pytest.mark.parametrize("schema", ["", " ", "a\n", "a\0", "x" * 64, "ü" * 32, "a "])
def test_schemas_that_no_database_takes(schema):
    with pytest.raises(OptionError, match="cannot be a schema's name"):
        ddl(load("inventory"), DIALECTS["postgres"], schema)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_names_that_differ_by_case_are_refused(dialect):
    columns = {"c": {"type": "date"}}
    for tables in (
        {"order": {"columns": columns}, "Order": {"columns": columns}},
        {"t": {"columns": {**columns, "C": {"type": "date"}}}},
    ):
        with pytest.raises(SpecError, match="one name in most databases"):
            ddl(spec(tables), DIALECTS[dialect])


@pytest.mark.parametrize("dialect", ["mysql", "tsql"])
def test_keys_too_long_to_index_are_refused(dialect):
    key = {f"k{at}": {"type": "text"} for at in range(4)}
    for columns in (key, {"k": {"type": "varchar(2000)"}}):
        dataset = spec({"t": {"primary_key": list(columns), "columns": columns}})
        with pytest.raises(SpecError, match=r"tables.t.columns.k0?: a key of .* characters that"):
            ddl(dataset, DIALECTS[dialect])


def test_long_texts_and_keys(server):
    columns = {
        "k": {"type": "varchar(700)"},
        **{f"c{at}": {"type": f"varchar({n})"} for at, n in enumerate((4000, 4001, 100_000))},
    }
    with Made(server, spec({"t": {"primary_key": ["k"], "columns": columns}})) as made:
        made.insert("t", k="k" * 700, c0="ü" * 4000, c1="", c2="x" * 100_000)


# -- conditions

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


@pytest.mark.parametrize("sql", ["word ILIKE 'A'", "word GLOB 'a'", "word SIMILAR TO 'a'", "regexp_matches(word, 'a')", "word ~ 'a'", "CAST(price AS VARCHAR) = word", "n = word", "n AND m > 1", "LPAD(word, 3, '0') = word", "starts_with(word, 'a')", "at > '2024-2-30'", "word LIKE word"])  # fmt: skip
@pytest.mark.parametrize("dialect", [name for name in DIALECTS if DIALECTS[name].sqlglot != "duckdb"])
def test_conditions_that_do_not_travel_are_refused(dialect, sql):
    columns = {name: {"type": kind} for name, kind in KINDS.items()}
    with pytest.raises(SpecError, match=r"^tables\.t\.checks\.holds: .*\n  hint: "):
        ddl(spec({"t": {"columns": columns, "checks": {"holds": sql}}}), DIALECTS[dialect])


# -- any small spec

TYPES = ["boolean", "smallint", "integer", "bigint", "decimal(12,2)", "decimal(18,18)", "double", "varchar(7)", "text", "uuid", "date", "timestamp"]  # fmt: skip
WORDS = ["order", "Select", "a", "b_c", "a_b", "c", "table", LONG, LONG[:-1] + "x"]


@st.composite
def specs(draw):
    """Tables with a key of one column, references anywhere, unique groups, checks, comments."""
    names = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique_by=str.lower))
    tables = {}
    for name in names:
        columns = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5, unique_by=str.lower))
        made = {}
        for column in columns:
            options = {"type": draw(st.sampled_from(TYPES)), "unique": draw(st.booleans())}
            options["nullable"] = column != columns[0] and draw(st.booleans())
            if draw(st.booleans()):
                options["about"] = draw(
                    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cn", "Cs", "Zl", "Zp"]), max_size=9)
                )
            if draw(st.booleans()):
                options["check"] = f'"{column}" IS NOT NULL'
            if draw(st.integers(0, 2)) == 0:
                options["references"] = draw(st.sampled_from(names))
            made[column] = options
        pair = st.lists(st.sampled_from(columns), min_size=1, max_size=2)  # three texts are longer than an index may be
        groups = draw(st.lists(pair, max_size=2))
        tables[name] = {"primary_key": [columns[0]], "columns": made, "unique": groups}
    return spec(tables, "random")


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(specs())
def test_any_small_spec_runs(dataset):
    for kind in (DuckDB, SQLite):
        server = kind()
        try:
            with Made(server, dataset) as made:
                assert set(made.catalogue()) == set(dataset.written)
        finally:
            server.stop()
    tsql(dataset)


# -- the command


def test_tables_come_after_those_they_refer_to(capsys):
    assert main(["ddl", "ecommerce", "--dialect", "duckdb"]) == 0
    text = capsys.readouterr().out
    order = re.findall(r'CREATE TABLE "ecommerce"\."(\w+)"', text)
    assert sorted(order) == sorted(load("ecommerce").written)
    for refers in constraints.references(load("ecommerce")):
        assert refers.parent == refers.table or order.index(refers.parent) < order.index(refers.table)


def test_another_schema(capsys):
    assert main(["ddl", "inventory", "--dialect", "mysql", "--schema", "my`shop"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("CREATE DATABASE IF NOT EXISTS `my``shop`;\n") and "`inventory`." not in text
    assert main(["ddl", "inventory", "--schema", ""]) == 2
    assert "cannot be a schema's name" in capsys.readouterr().err


def test_an_unknown_dialect(capsys):
    assert main(["ddl", "inventory", "--dialect", "postgre"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and "unknown dialect 'postgre'\n  hint: did you mean 'postgres'?" in said.err


def test_help_has_an_example(capsys):
    assert main(["ddl", "--help"]) == 0
    assert "Example: synth ddl ecommerce --dialect mysql" in capsys.readouterr().out
