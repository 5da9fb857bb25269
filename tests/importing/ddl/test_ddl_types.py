"""Types of columns as each database spells them are types of a spec, and what has none is told."""

import pytest

from synth.importing.ddl import read_ddl

TYPES = {
    "postgres": {
        "smallint": "smallint", "int2": "smallint", "integer": "integer", "int": "integer", "bigint": "bigint", "int8": "bigint",
        "pg_catalog.int4": "integer", "numeric(12,2)": "decimal(12,2)", "decimal(5)": "decimal(5,0)", "numeric(30,10)": "decimal(30,10)",
        "real": "real", "float4": "real", "double precision": "double", "float": "double", "float(10)": "real", "money": "decimal(18,2)",
        "char(3)": "char(3)", "character(3)": "char(3)", "character varying(20)": "varchar(20)", "character varying": "text",
        "varchar(20)": "varchar(20)", "text": "text", '"char"': "char(1)", "bpchar": "char(1)", "char(300)": "varchar(300)",
        "date": "date", "time": "time", "time(3) without time zone": "time", "timestamp": "timestamp", "timestamp(6)": "timestamp",
        "timestamp without time zone": "timestamp", "timestamp with time zone": "timestamptz", "timestamptz": "timestamptz",
        "timestamp(3) with time zone": "timestamptz", "interval": "interval", "interval day to second": "interval",
        "uuid": "uuid", "json": "json", "jsonb": "json", "bytea": "bytes", "boolean": "boolean", "bool": "boolean", "bit": "boolean",
        "integer[]": "integer[]", "text[]": "text[]", "numeric(10,2)[]": "decimal(10,2)[]", "integer ARRAY": "integer[]",
        "character varying(20)[]": "varchar(20)[]", "serial": "integer", "bigserial": "bigint", "oid": "bigint",
    },
    "mysql": {
        "tinyint(1)": "boolean", "tinyint": "smallint", "tinyint(4)": "smallint", "smallint(5) unsigned": "integer", "mediumint": "integer",
        "int(11)": "integer", "int(10) unsigned": "bigint", "int unsigned zerofill": "bigint", "bigint(20) unsigned": "bigint",
        "decimal(10,2)": "decimal(10,2)", "decimal": "decimal(10,0)", "decimal(8,2) unsigned": "decimal(8,2)", "float": "real",
        "double": "double", "double(10,2)": "double", "real": "double", "char(2)": "char(2)", "varchar(255)": "varchar(255)",
        "varchar(20) binary": "varchar(20)", "text": "text", "longtext": "text", "tinytext": "text", "date": "date", "time": "time",
        "datetime(6)": "timestamp", "timestamp": "timestamp", "year": "smallint", "year(4)": "smallint", "json": "json",
        "blob": "bytes", "longblob": "bytes", "varbinary(16)": "bytes", "binary(16)": "bytes", "bit(1)": "boolean", "bit": "boolean",
        "enum('a','b''c')": "enum(a, \"b'c\")", "boolean": "boolean", "serial": "bigint", "uuid": "uuid",
        "national varchar(10)": "varchar(10)",
    },
    "tsql": {
        "[int]": "integer", "tinyint": "smallint", "[smallint]": "smallint", "bigint": "bigint", "bit": "boolean", "[bit]": "boolean",
        "decimal(18, 4)": "decimal(18,4)", "numeric": "decimal(18,0)", "[numeric](8, 2)": "decimal(8,2)", "money": "decimal(18,4)",
        "smallmoney": "decimal(10,4)", "float": "double", "float(24)": "real", "real": "real", "nvarchar(50)": "varchar(50)",
        "[nvarchar](max)": "text", "varchar(max)": "text", "nchar(2)": "char(2)", "ntext": "text", "date": "date", "time(7)": "time",
        "datetime": "timestamp", "datetime2(7)": "timestamp", "smalldatetime": "timestamp", "datetimeoffset(7)": "timestamptz",
        "uniqueidentifier": "uuid", "varbinary(max)": "bytes", "image": "bytes", "sysname": "varchar(128)",
    },
    "sqlite": {
        "INTEGER": "bigint", "INT": "bigint", "NVARCHAR(160)": "varchar(160)", "TEXT": "text", "REAL": "double", "BLOB": "bytes",
        "NUMERIC(10,2)": "decimal(10,2)", "DATETIME": "timestamp", "DATE": "date", "BOOLEAN": "boolean", "": "text",
        "UNSIGNED BIG INT": "bigint", "DOUBLE": "double", "VARYING CHARACTER(255)": "varchar(255)", "bigint": "bigint",
    },
    "duckdb": {
        "INTEGER": "integer", "UINTEGER": "bigint", "UTINYINT": "smallint", "HUGEINT": "decimal(38,0)", "DECIMAL": "decimal(18,3)",
        "DECIMAL(10,2)": "decimal(10,2)", "DOUBLE": "double", "FLOAT": "real", "VARCHAR": "text", "VARCHAR[]": "text[]",
        "INTEGER[3]": "integer[]", "TIMESTAMP": "timestamp", "TIMESTAMP WITH TIME ZONE": "timestamptz", "TIMESTAMP_MS": "timestamp",
        "ENUM('a', 'b')": "enum(a, b)", "UUID": "uuid", "JSON": "json", "BLOB": "bytes", "INTERVAL": "interval", "BOOLEAN": "boolean",
    },
}  # fmt: skip
TOLD = {
    "postgres": {
        "tsvector": ("text", "made of other columns"), "citext": ("text", "capitals"), "inet": ("text", "no type inet"), "cidr": ("text", "cidr"),
        "macaddr": ("text", "macaddr"), "xml": ("text", "no type xml"), "point": ("text", "no type point"), "bit(8)": ("text", "bits"),
        "geometry(Point,4326)": ("text", "no type geometry"), "numeric": ("decimal(18,4)", "without digits"), "hstore": ("text", "hstore"),
        "numeric(50,2)": ("text", "more digits"), "text[][]": ("text", "arrays of arrays"), "jsonb[]": ("text", "no arrays"),
        "time with time zone": ("time", "zone"), "numrange": ("text", "numrange"), "public.geography": ("text", "geography"),
    },
    "mysql": {"set('a','b')": ("text", "a set of a, b"), "geometry": ("text", "geometry"), "bit(8)": ("text", "bits"),
              "enum(' a','b')": ("text", "enum"), "decimal(65,30)": ("text", "more digits")},
    "tsql": {"hierarchyid": ("text", "hierarchyid"), "sql_variant": ("text", "sql_variant"), "xml": ("text", "no type xml"),
             "rowversion": ("bytes", "row version"), "timestamp": ("bytes", "row version"), "[sys].[geography]": ("text", "geography")},
    "sqlite": {"NUMERIC": ("decimal(18,4)", "without digits")},
    "duckdb": {"STRUCT(a INTEGER, b VARCHAR)": ("json", "struct"), "MAP(VARCHAR, INTEGER)": ("json", "map"), "BIT": ("text", "bits")},
}  # fmt: skip


@pytest.mark.parametrize(("dialect", "spelt"), [(dialect, spelt) for dialect in TYPES for spelt in TYPES[dialect]])
def test_a_type_is_one_of_a_spec(dialect, spelt):
    found = read_ddl(f"CREATE TABLE t (a {spelt} NOT NULL, b int)", dialect=dialect)
    column = found.tables[0].columns[0]
    assert (str(column.type), column.source_type, column.nullable) == (TYPES[dialect][spelt], spelt, False)
    assert not found.notes


@pytest.mark.parametrize(("dialect", "spelt"), [(dialect, spelt) for dialect in TOLD for spelt in TOLD[dialect]])
def test_a_type_that_a_spec_has_not_is_told(dialect, spelt):
    found = read_ddl(f"CREATE TABLE t (\n  a {spelt},\n  b int)", dialect=dialect)
    dtype, words = TOLD[dialect][spelt]
    assert str(found.tables[0].columns[0].type) == dtype
    (note,) = found.notes
    assert (note.where, note.line) == ("t.a", 2)
    assert words in note.what


@pytest.mark.parametrize(
    ("dialect", "spelt", "condition"),
    [
        ("mysql", "int unsigned", "a BETWEEN 0 AND 4294967295"),
        ("mysql", "decimal(8,2) unsigned", "a >= 0"),
        ("mysql", "bigint unsigned", "a >= 0"),
        ("mysql", "tinyint", "a BETWEEN -128 AND 127"),
        ("mysql", "year", "a BETWEEN 1901 AND 2155"),
        ("tsql", "tinyint", "a BETWEEN 0 AND 255"),
        ("duckdb", "USMALLINT", "a BETWEEN 0 AND 65535"),
    ],
)
def test_a_type_narrower_than_ours_brings_its_range(dialect, spelt, condition):
    (table,) = read_ddl(f"CREATE TABLE t (id int PRIMARY KEY, a {spelt})", dialect=dialect).tables
    assert [check.condition for check in table.checks] == [condition]


def test_keys_need_no_range():
    text = "CREATE TABLE p (id int unsigned PRIMARY KEY); CREATE TABLE c (p int unsigned REFERENCES p (id))"
    assert not any(table.checks for table in read_ddl(text, dialect="mysql").tables)


def test_a_list_of_texts_is_an_enum_where_a_type_is_made_of_it():
    text = """
        CREATE TYPE public.mood AS ENUM ('sad', 'ok', 'very happy');
        CREATE TABLE p (m mood DEFAULT 'ok'::public.mood NOT NULL, n public."mood", l mood[]);"""
    (table,) = read_ddl(text, dialect="postgres").tables
    assert [str(column.type) for column in table.columns] == ["enum(sad, ok, very happy)"] * 2 + [
        "enum(sad, ok, very happy)[]"
    ]
    assert table.columns[0].default == "'ok'"


def test_a_domain_is_its_type_and_its_conditions_over_the_column():
    text = """
        CREATE DOMAIN us_postal AS text NOT NULL DEFAULT '00000'
          CONSTRAINT shape CHECK (VALUE ~ '^\\d{5}$' OR VALUE ~ '^\\d{5}-\\d{4}$');
        CREATE DOMAIN year AS integer CHECK (VALUE >= 1901 AND VALUE <= 2155);
        CREATE TABLE a (zip us_postal, "Built" year, other year);"""
    (table,) = read_ddl(text, dialect="postgres").tables
    assert [(str(column.type), column.nullable, column.default) for column in table.columns] == [
        ("text", False, "'00000'"), ("integer", True, None), ("integer", True, None),
    ]  # fmt: skip
    assert [check.condition for check in table.checks] == [
        "REGEXP_MATCHES(zip, '^\\d{5}$') OR REGEXP_MATCHES(zip, '^\\d{5}-\\d{4}$')",
        "Built >= 1901 AND Built <= 2155",
        "other >= 1901 AND other <= 2155",
    ]


def test_types_of_sql_server_that_a_user_makes():
    text = """
CREATE TYPE [dbo].[Name] FROM nvarchar(50) NULL
GO
CREATE TYPE [dbo].[Flag] FROM bit NOT NULL
GO
CREATE TABLE [dbo].[t]([n] [dbo].[Name] NOT NULL, [f] [dbo].[Flag] NOT NULL, m Name)
GO"""
    (table,) = read_ddl(text).tables
    assert [(str(column.type), column.nullable) for column in table.columns] == [
        ("varchar(50)", False), ("boolean", False), ("varchar(50)", True),
    ]  # fmt: skip


def test_mariadb_writes_json_as_a_text_with_a_condition():
    text = (
        "CREATE TABLE t (`a` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL CHECK (json_valid(`a`)))"
    )
    (table,) = read_ddl(text, dialect="mysql").tables
    assert (str(table.columns[0].type), table.checks) == ("json", ())
