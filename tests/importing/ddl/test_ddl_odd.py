"""Broken and odd texts: imported, or told with line and reason, and never a traceback."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.databases.registry import NAMES
from synth.errors import SynthError
from synth.importing.ddl import DdlError, read_ddl
from tests.importing.ddl.test_ddl_dumps import DUMPS

# name: (dialect or None, text, columns of each table that is found, words of the notes, or of the error)
ODD = {
    "nothing": (None, "", {}, "no CREATE TABLE stands in its 0 lines"),
    "blanks": (None, " \n\t\n ", {}, "no CREATE TABLE"),
    "only a comment": (None, "-- CREATE TABLE t (a int);\n/* CREATE TABLE u (a int); */", {}, "no CREATE TABLE stands in its 2 lines"),
    "prose": (None, "Dear all, it's time. Please find the schema (attached).", {}, "'Dear' is not read (line 1)"),
    "a query": (None, "SELECT * FROM t", {}, "no CREATE TABLE"),
    "json": (None, '{"tables": [{"name": "t"}]}', {}, "is not read (line 1)"),
    "zeros": (None, "\x00\x01\x02CREATE TABLE t (a int)", {}, "is not read (line 1)"),
    "a mark of byte order": (None, "\ufeffCREATE TABLE t (a int);", {"t": "a"}, ""),
    "no semicolon": ("postgres", "CREATE TABLE t (a int)", {"t": "a"}, ""),
    "semicolons alone": ("postgres", ";;;CREATE TABLE t (a int);;;;", {"t": "a"}, ""),
    "a semicolon forgotten": ("postgres", "CREATE TABLE t (a int)\nCREATE TABLE u (b int);", {"t": "a", "u": "b"}, ""),
    "a bracket forgotten": ("postgres", "CREATE TABLE t (a int,\n b int;\nCREATE TABLE u (b int);", {"u": "b"}, "a bracket is not closed (line 1)"),
    "a bracket and a semicolon forgotten": ("mysql", "CREATE TABLE t (a int\n\nCREATE TABLE u (b int);", {"u": "b"}, "t: the table is not read"),
    "a bracket too many": ("postgres", "CREATE TABLE t (a int));\nCREATE TABLE u (b int);", {"t": "a", "u": "b"}, ""),
    "a comma too many": ("sqlite", "CREATE TABLE t (a int, b int,);", {"t": "a b"}, ""),
    "commas alone": ("sqlite", "CREATE TABLE t (,,a int,,);", {"t": "a"}, ""),
    "a quote that is not closed": ("postgres", "CREATE TABLE t (a int, b text DEFAULT 'x);\nCREATE TABLE u (b int);", {"t": "a", "u": "b"}, "a quote is not closed"),
    "cut off in a name": ("postgres", "CREATE TABLE t (a int);\nCREATE TABLE u (a int, b", {"t": "a"}, "u: the table is not read: a bracket is not closed (line 2)"),
    "cut off behind a word": ("postgres", "CREATE TABLE t (a int); CREATE TABLE", {"t": "a"}, "it ends where more is expected"),
    "cut off alone": ("postgres", "CREATE", {}, "it ends where more is expected"),
    "no brackets": ("postgres", "CREATE TABLE t;", {}, "'(' is expected"),
    "no columns": ("postgres", "CREATE TABLE t ();", {}, "it has no columns (line 1)"),
    "constraints alone": ("postgres", "CREATE TABLE t (PRIMARY KEY (a));", {}, "it has no columns"),
    "a column without a type": ("postgres", "CREATE TABLE t (a, b int);", {"t": "b"}, "t: 'a …' is not read: a column without a type (line 1)"),
    "columns without a type in SQLite": ("sqlite", "CREATE TABLE t (a, b NOT NULL, PRIMARY KEY (a));", {"t": "a b"}, ""),
    "a type that nobody knows": ("postgres", "CREATE TABLE t (a frobnicate(3, 'x') NOT NULL);", {"t": "a"}, "no type frobnicate"),
    "a column twice": ("postgres", "CREATE TABLE t (a int,\n a text);", {"t": "a"}, "the column a is there twice (line 2)"),
    "a table twice": ("postgres", "CREATE TABLE t (a int);\nCREATE TABLE t (b int);", {"t": "a"}, "it is made twice: the first time counts (line 2)"),
    "a key over nothing": ("postgres", "CREATE TABLE t (a int, PRIMARY KEY (b));", {"t": "a"}, "a key names b, which is no column"),
    "a check that is none": ("postgres", "CREATE TABLE t (a int CHECK (a > ));", {"t": "a"}, "is not taken over"),
    "a check of nothing": ("postgres", "CREATE TABLE t (a int CHECK ());", {"t": "a"}, "an expression is missing"),
    "a check with a query": ("postgres", "CREATE TABLE t (a int CHECK (a IN (SELECT b FROM u)));", {"t": "a"}, "it asks other rows"),
    "a check that is deep": ("postgres", f"CREATE TABLE t (a int CHECK ({'(' * 3000}a > 1{')' * 3000}));", {"t": "a"}, "too deep"),
    "a default that is deep": ("postgres", f"CREATE TABLE t (a int DEFAULT {'-' * 1} {'(' * 900}1{')' * 900});", {"t": "a"}, "too deep"),
    "a clause that nobody knows": ("postgres", "CREATE TABLE t (a int WOBBLE 3 (x, y) NOT NULL, b int) WITH (fillfactor=70) FROBNICATE ON;", {"t": "a b"}, "'wobble' behind the type int is not understood"),
    "names in all quotes": ("sqlite", 'CREATE TABLE "a b" ([c d] int, `e f` int, "g""h" int, \'i\' int);', {"a b": "c d|e f|g\"h|i"}, ""),
    "names of other letters": ("postgres", 'CREATE TABLE größe (straße text, "名前" text);', {"größe": "straße 名前"}, ""),
    "words of SQL as names": ("mysql", "CREATE TABLE `table` (`select` int, `primary` int, `key` int, `check` int, `from` int);", {"table": "select primary key check from"}, ""),
    "capitals mixed": ("tsql", "create Table T (A Int not Null primary KEY, b NVarChar(Max))", {"T": "A b"}, ""),
    "comments everywhere": ("mysql", "CREATE /* x */ TABLE -- y\n t # z\n ( /* ; */ a int -- ,\n, b int /* ) */ );", {"t": "a b"}, ""),
    "a comment that is not closed": ("postgres", "CREATE TABLE t (a int); /* CREATE TABLE u (b int);", {"t": "a"}, ""),
    "one line": ("postgres", "CREATE TABLE a(i int);CREATE TABLE b(i int);INSERT INTO a VALUES(1);CREATE TABLE c(i int);", {"a": "i", "b": "i", "c": "i"}, ""),
    "lines of Windows": ("tsql", "CREATE TABLE a (\r\n i int\r\n)\r\nGO\r\nCREATE TABLE b (j int)\r\nGO\r\n", {"a": "i", "b": "j"}, ""),
    "a database before names": ("tsql", "CREATE TABLE [Shop].[dbo].[t] (a int PRIMARY KEY); CREATE TABLE Shop..u (b int REFERENCES Shop.dbo.t)", {"t": "a", "u": "b"}, ""),
    "a view alone": ("postgres", "CREATE VIEW v AS SELECT 1;", {}, "v: a view is not taken over (line 1)"),
    "a function with tables in it": ("postgres", "CREATE FUNCTION f() RETURNS void AS $x$ CREATE TABLE u (a int); $x$ LANGUAGE sql;\nCREATE TABLE t (a int);", {"t": "a"}, "f: a function"),
    "a function with a body of SQL": ("postgres", "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN a > 1 THEN 1 END; SELECT 2; END;\nCREATE TABLE t (a int);", {"t": "a"}, "f: a function"),
    "a trigger without another delimiter": ("mysql", "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW BEGIN IF new.a > 1 THEN SET new.a = 1; END IF; END;\nCREATE TABLE t (a int);", {"t": "a"}, "g: a trigger"),
    "a procedure that never ends": ("mysql", "CREATE TABLE t (a int);\nCREATE PROCEDURE p() BEGIN SELECT 1;", {"t": "a"}, "p: a procedure"),
    "an event": ("mysql", "CREATE TABLE t (a int); CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM t;", {"t": "a"}, "e: an event"),
    "an event trigger": ("postgres", "CREATE TABLE event (a int); CREATE EVENT TRIGGER et ON ddl_command_end EXECUTE FUNCTION f();", {"event": "a"}, "et: an event trigger"),
    "a table that a query makes": ("postgres", "CREATE TABLE t AS SELECT 1 AS a;\nCREATE TABLE u (a int);", {"u": "a"}, "t: a table that a query makes"),
    "a table that is temporary": ("postgres", "CREATE TEMP TABLE t (a int); CREATE UNLOGGED TABLE u (a int);", {"u": "a"}, ""),
    "a table like another": ("mysql", "CREATE TABLE t (a int PRIMARY KEY, b int UNIQUE); CREATE TABLE u LIKE t; CREATE TABLE v (LIKE t);", {"t": "a b", "u": "a b", "v": "a b"}, ""),
    "a table like another and more": ("postgres", "CREATE TABLE t (a int); CREATE TABLE u (LIKE t INCLUDING ALL, b int);", {"t": "a", "u": "a b"}, ""),
    "a table like none": ("postgres", "CREATE TABLE u (LIKE t); CREATE TABLE v (a int);", {"v": "a"}, "made like t, which the text does not make before it"),
    "a table that inherits": ("postgres", "CREATE TABLE t (a int);\nCREATE TABLE u (b int) INHERITS (t);", {"t": "a", "u": "a b"}, "u: it inherits from t"),
    "a table that only inherits": ("postgres", "CREATE TABLE t (a int);\nCREATE TABLE u () INHERITS (t);", {"t": "a", "u": "a"}, "u: it inherits from t"),
    "partitions": ("postgres", "CREATE TABLE t (a int, PRIMARY KEY (a)) PARTITION BY LIST (a); CREATE TABLE t1 PARTITION OF t (PRIMARY KEY (a)) FOR VALUES IN (1); CREATE TABLE t2 PARTITION OF t DEFAULT;", {"t": "a"}, ""),
    "partitions of MySQL": ("mysql", "CREATE TABLE t (a int, d date) ENGINE=InnoDB PARTITION BY RANGE (YEAR(d)) (PARTITION p0 VALUES LESS THAN (1990), PARTITION p1 VALUES LESS THAN MAXVALUE);", {"t": "a d"}, ""),
    "a table of a type": ("postgres", "CREATE TYPE y AS (a int); CREATE TABLE t OF y; CREATE TABLE u (a int);", {"u": "a"}, "t: a table of a composite type"),
    "periods and versions": ("tsql", "CREATE TABLE t (a int PRIMARY KEY, f datetime2 GENERATED ALWAYS AS ROW START HIDDEN NOT NULL, u datetime2 GENERATED ALWAYS AS ROW END HIDDEN NOT NULL, PERIOD FOR SYSTEM_TIME (f, u)) WITH (SYSTEM_VERSIONING = ON (HISTORY_TABLE = dbo.h));", {"t": "a f u"}, ""),
    "an exclusion": ("postgres", "CREATE TABLE t (a int, EXCLUDE USING gist (a WITH =));", {"t": "a"}, "an exclusion of rows"),
    "an alteration of nothing": ("postgres", "CREATE TABLE t (a int);\nALTER TABLE u ADD PRIMARY KEY (a);", {"t": "a"}, "u: it is altered, and the text does not make it before (line 2)"),
    "an alteration that is cut off": ("postgres", "CREATE TABLE t (a int);\nALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a)", {"t": "a"}, "'ALTER TABLE t ADD …' is not read"),
    "rows cut off": ("mysql", "CREATE TABLE t (a int);\nINSERT INTO t VALUES (1, 'it", {"t": "a"}, "a quote is not closed (line 2)"),
    "a copy without an end": ("postgres", "CREATE TABLE t (a int);\nCOPY t FROM stdin;\n1\n2\n", {"t": "a"}, ""),
    "a table of Oracle": (None, "CREATE TABLE emp (empno NUMBER(4) NOT NULL, ename VARCHAR2(10 CHAR), CONSTRAINT pk PRIMARY KEY (empno) USING INDEX TABLESPACE x ENABLE);", {"emp": "empno ename"}, ""),
    "a table of another dialect": ("postgres", "CREATE TABLE `t` (`a` int AUTO_INCREMENT) ENGINE=InnoDB;", {}, "name the database that it is for"),
    "an external table": ("duckdb", "CREATE TABLE t (a STRUCT(b INT, c VARCHAR[]), d MAP(VARCHAR, INT), e UNION(n INT, s VARCHAR));", {"t": "a d e"}, "no type struct"),
    "a big number": ("postgres", "CREATE TABLE t (a numeric(99999999999999999999, 2), b varchar(99999999999), c char(0));", {"t": "a b c"}, "more digits"),
    "a delimiter that never comes": ("mysql", "CREATE TABLE t (a int);\nDELIMITER $$\nCREATE TABLE u (a int);", {"t": "a", "u": "a"}, ""),
    "psql's own words": ("postgres", "\\set ON_ERROR_STOP on\n\\c shop\nCREATE TABLE t (a int);\n\\echo done; CREATE TABLE u (b int);", {"t": "a"}, ""),
}  # fmt: skip


def columns_of(spelt):
    """The names of columns as they are written above."""
    return spelt.split("|") if "|" in spelt else spelt.split(" ")


@pytest.mark.parametrize("name", ODD)
def test_odd_texts(name):
    dialect, text, tables, words = ODD[name]
    if not tables:
        with pytest.raises(DdlError) as error:
            read_ddl(text, dialect=dialect, source="odd.sql")
        assert str(error.value).startswith("odd.sql: ")
        assert words in str(error.value)
        assert "\n  hint: " in str(error.value)
        return
    found = read_ddl(text, dialect=dialect)
    assert {table.name: [column.name for column in table.columns] for table in found.tables} == {
        each: columns_of(spelt) for each, spelt in tables.items()
    }
    notes = [str(note) for note in found.notes if not note.what.startswith("read as ")]
    assert any(words in note for note in notes) if words else not notes
    assert all(note.line for note in found.notes if not note.what.startswith("read as "))


def test_there_are_enough_odd_texts():
    assert len(ODD) >= 50


PIECES = {
    dialect: text.replace(" ", "\0 \0").replace("\n", "\0\n\0").replace("(", "\0(\0").replace(",", "\0,\0").split("\0")
    for dialect, text in DUMPS.items()
}
SPOILERS = ["(", ")", "'", '"', "`", "[", "]", ";", ",", ".", "$$", "/*", "*/", "--", "\\", "#", "CREATE TABLE", "CHECK", "DEFAULT", "REFERENCES", "GO\n", "\0", "é", "::", "AS", "END", "1e999", "@"]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_spoilt_text_never_ends_in_a_traceback(data):
    dialect = data.draw(st.sampled_from(sorted(DUMPS)))
    pieces = list(PIECES[dialect])
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(pieces) - 1))
        other = data.draw(st.integers(0, len(pieces) - 1))
        way = data.draw(st.sampled_from(["drop", "double", "swap", "spoil", "cut"]))
        if way == "drop":
            pieces[at] = ""
        elif way == "double":
            pieces[at] *= 2
        elif way == "swap":
            pieces[at], pieces[other] = pieces[other], pieces[at]
        elif way == "spoil":
            pieces[at] = data.draw(st.sampled_from(SPOILERS))
        else:
            pieces = pieces[: max(at, 1)]
    read_as = data.draw(st.sampled_from([dialect, dialect, None, *NAMES]))
    try:
        found = read_ddl("".join(pieces), dialect=read_as)
    except SynthError as error:
        assert str(error).startswith("DDL: no ")
    else:
        assert found.tables
        lines = "".join(pieces).count("\n") + 1
        assert all(note.line is None or 1 <= note.line <= lines for note in found.notes)
        for table in found.tables:
            names = {column.name for column in table.columns}
            assert names.issuperset(table.primary_key)
            assert all(names.issuperset(each.columns) for each in (*table.uniques, *table.references))
