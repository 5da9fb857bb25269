"""Keys, references and conditions, wherever a text says them: in a column, beside the columns, afterwards."""

import pytest

from synth.importing.ddl import read_ddl

EVERY = ["postgres", "mysql", "tsql", "sqlite", "duckdb"]


def keys(found, name):
    """A table's keys in short."""
    table = next(each for each in found.tables if each.name == name)
    return (
        table.primary_key,
        [(each.columns, each.where) for each in table.uniques],
        [(each.columns, each.table, each.parent_columns) for each in table.references],
        [each.condition for each in table.checks],
    )


@pytest.mark.parametrize("dialect", EVERY)
def test_beside_each_column(dialect):
    text = """
        CREATE TABLE shop (id int NOT NULL PRIMARY KEY, code varchar(9) UNIQUE, size int CHECK (size > 0));
        CREATE TABLE seat (shop_id int NOT NULL CONSTRAINT fk REFERENCES SHOP (ID) ON DELETE SET NULL ON UPDATE CASCADE,
                           other int REFERENCES shop, n int NOT NULL);"""
    found = read_ddl(text, dialect=dialect)
    assert keys(found, "shop") == (("id",), [(("code",), None)], [], ["size > 0"])
    assert keys(found, "seat")[2] == [(("shop_id",), "shop", ("id",)), (("other",), "shop", ("id",))]
    assert [column.nullable for column in found.tables[1].columns] == [False, True, False]
    assert found.tables[1].references[0].name == "fk"


@pytest.mark.parametrize("dialect", EVERY)
def test_in_the_table_over_several_columns(dialect):
    text = """
        CREATE TABLE a (x int, y int, z int,
          CONSTRAINT pk PRIMARY KEY (x, y),
          CONSTRAINT uq UNIQUE (y, z),
          CONSTRAINT ck CHECK (x < y AND (z IS NULL OR z BETWEEN 1 AND 9)),
          CHECK (z <> 3),
          CONSTRAINT self FOREIGN KEY (z, y) REFERENCES a (x, y));
        CREATE TABLE b (p int, q int, FOREIGN KEY (p, q) REFERENCES a, FOREIGN KEY (q, p) REFERENCES a (x, y));"""
    found = read_ddl(text, dialect=dialect)
    condition = "x < y AND (z IS NULL OR z BETWEEN 1 AND 9)"
    assert keys(found, "a") == (
        ("x", "y"),
        [(("y", "z"), None)],
        [(("z", "y"), "a", ("x", "y"))],
        [condition, "z <> 3"],
    )
    assert keys(found, "b")[2] == [(("p", "q"), "a", ("x", "y")), (("q", "p"), "a", ("x", "y"))]
    assert [each.name for each in found.tables[0].checks] == ["ck", None]
    assert [each.nullable for each in found.tables[0].columns] == [False, False, True]


@pytest.mark.parametrize("dialect", ["postgres", "mysql", "tsql", "duckdb"])
def test_afterwards_and_in_circles(dialect):
    text = """
        CREATE TABLE staff (id int NOT NULL, store_id int NOT NULL, email varchar(50));
        CREATE TABLE store (id int NOT NULL, boss int, CHECK (id > 0));
        ALTER TABLE staff ADD CONSTRAINT staff_pk PRIMARY KEY (id);
        ALTER TABLE store ADD PRIMARY KEY (id);
        ALTER TABLE staff ADD CONSTRAINT staff_store FOREIGN KEY (store_id) REFERENCES store (id) ON DELETE CASCADE;
        ALTER TABLE store ADD CONSTRAINT store_boss FOREIGN KEY (boss) REFERENCES staff (id), ADD CONSTRAINT u UNIQUE (boss);
        ALTER TABLE staff ADD CONSTRAINT c CHECK (id < 1000);
        ALTER TABLE staff ADD phone varchar(20) NOT NULL;"""
    found = read_ddl(text, dialect=dialect)
    assert keys(found, "staff") == (("id",), [], [(("store_id",), "store", ("id",))], ["id < 1000"])
    assert keys(found, "store") == (("id",), [(("boss",), None)], [(("boss",), "staff", ("id",))], ["id > 0"])
    assert [(column.name, column.nullable) for column in found.tables[0].columns][-1] == ("phone", False)


@pytest.mark.parametrize(
    ("dialect", "text", "expected"),
    [
        ("postgres", "CREATE UNIQUE INDEX i ON ONLY public.t USING btree (a DESC NULLS LAST, b) WHERE ((deleted_at IS NULL) AND (a > (0)::numeric))", "deleted_at IS NULL AND a > 0"),
        ("tsql", "CREATE UNIQUE NONCLUSTERED INDEX [i] ON [t] ([a] ASC, [b] DESC) INCLUDE ([deleted_at]) WHERE ([deleted_at] IS NULL) WITH (FILLFACTOR = 80) ON [PRIMARY]", "deleted_at IS NULL"),
        ("sqlite", "CREATE UNIQUE INDEX IF NOT EXISTS i ON t (a COLLATE NOCASE, b) WHERE deleted_at IS NULL", "deleted_at IS NULL"),
        ("mysql", "CREATE UNIQUE INDEX i USING BTREE ON t (a(10), b)", None),
        ("duckdb", "CREATE UNIQUE INDEX i ON t (a, b)", None),
    ],
    ids=EVERY[:1] + ["tsql", "sqlite", "mysql", "duckdb"],
)  # fmt: skip
def test_unique_indexes_also_partial_ones(dialect, text, expected):
    (table,) = read_ddl(f"CREATE TABLE t (a int, b int, deleted_at date);\n{text};", dialect=dialect).tables
    (unique,) = table.uniques
    assert (unique.columns, unique.where, unique.name, unique.line) == (("a", "b"), expected, "i", 2)


def test_other_indexes_are_nothing_and_expressions_are_told():
    text = """CREATE TABLE t (a int, b text); CREATE INDEX i ON t (a); CREATE UNIQUE INDEX j ON t (lower(b));
        CREATE UNIQUE INDEX k ON t ((a + 1));"""
    found = read_ddl(text, dialect="postgres")
    assert not found.tables[0].uniques
    assert [note.what.split(" ")[0] for note in found.notes] == ["j", "k"]


def test_keys_of_mysql_that_are_but_indexes():
    text = """CREATE TABLE `t` (`a` int, `b` varchar(9), `c` text, `g` point,
        PRIMARY KEY (`a`) USING BTREE, UNIQUE KEY `u` (`b`), UNIQUE INDEX `v` (`b`), KEY `k` (`b`,`a`), KEY (`a`), INDEX i USING BTREE (`a`),
        FULLTEXT KEY `f` (`c`), SPATIAL KEY `s` (`g`), CONSTRAINT `fk` FOREIGN KEY `x` (`a`) REFERENCES `t` (`a`)) ENGINE=InnoDB"""
    (table,) = read_ddl(text).tables
    assert [each.columns for each in table.uniques] == [("b",)]
    assert [(each.columns, each.name) for each in table.references] == [(("a",), "fk")]
    assert len(table.columns) == 4


def test_references_find_tables_as_the_database_folds_names():
    text = """
        CREATE TABLE Customers (CustomerID int PRIMARY KEY);
        CREATE TABLE "Orders" ("OrderID" int PRIMARY KEY, customerid int REFERENCES CUSTOMERS (CUSTOMERID));
        CREATE TABLE orders (id int PRIMARY KEY);
        CREATE TABLE lines (a int REFERENCES "Orders", b int REFERENCES ORDERS);"""
    found = read_ddl(text, dialect="postgres")
    assert [table.name for table in found.tables] == ["customers", "Orders", "orders", "lines"]
    assert keys(found, "Orders")[2] == [(("customerid",), "customers", ("customerid",))]
    assert keys(found, "lines")[2] == [(("a",), "Orders", ("OrderID",)), (("b",), "orders", ("id",))]
    found = read_ddl(text.replace("TABLE orders", "TABLE others"), dialect="tsql")
    assert [table.name for table in found.tables] == ["Customers", "Orders", "others", "lines"]
    assert keys(found, "Orders")[2] == [(("customerid",), "Customers", ("CustomerID",))]


def test_two_schemas():
    text = """
        CREATE TABLE a.person (id int PRIMARY KEY); CREATE TABLE b.person (id int PRIMARY KEY, a int REFERENCES a.person);
        CREATE TABLE b.dog (id int PRIMARY KEY, owner int REFERENCES b.person (id), walker int REFERENCES a.person (id));"""
    found = read_ddl(text, dialect="postgres")
    assert [table.name for table in found.tables] == ["a_person", "b_person", "dog"]
    assert keys(found, "dog")[2] == [(("owner",), "b_person", ("id",)), (("walker",), "a_person", ("id",))]
    assert keys(found, "b_person")[2] == [(("a",), "a_person", ("id",))]
    assert [note.where for note in found.notes] == ["a_person", "b_person"]
    assert found.name is None
    assert read_ddl("CREATE TABLE shop.t (a int); CREATE TABLE shop.u (a int);", dialect="mysql").name == "shop"


def test_a_schema_that_is_said_once():
    text = "SET search_path = sales, pg_catalog; CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE u (t int REFERENCES sales.t)"
    found = read_ddl(text, dialect="postgres")
    assert found.name == "sales"
    assert keys(found, "u")[2] == [(("t",), "t", ("id",))]
    assert read_ddl("CREATE DATABASE x; USE `shop`; CREATE TABLE t (id int);", dialect="mysql").name == "shop"


def test_references_that_lead_nowhere_are_told():
    text = """CREATE TABLE a (x int REFERENCES nowhere (id), y int);
CREATE TABLE b (id int, FOREIGN KEY (id) REFERENCES a (z), FOREIGN KEY (w) REFERENCES a (x), FOREIGN KEY (id) REFERENCES a);"""
    found = read_ddl(text, dialect="postgres")
    assert not any(table.references for table in found.tables)
    assert [(note.where, note.line) for note in found.notes] == [("a", 1), ("b", 2), ("b", 2), ("b", 2)]


CONDITIONS = [
    ("postgres", "(status)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])", "status IN ('a', 'b')"),
    ("postgres", "status = ANY (ARRAY['a'::text, 'b'::text])", "status IN ('a', 'b')"),
    ("postgres", "status <> ALL ('{a,b}'::text[])", "NOT status IN ('a', 'b')"),
    ("postgres", "((n >= 1) AND (n <= 5))", "n >= 1 AND n <= 5"),
    ("postgres", "((start_at < end_at) OR (end_at IS NULL))", "start_at < end_at OR end_at IS NULL"),
    ("postgres", "price > (0)::numeric", "price > 0"),
    ("postgres", "price >= '-1.5'::numeric", "price >= -1.5"),
    ("postgres", "char_length((status)::text) >= 3", "LENGTH(status) >= 3"),
    ("postgres", "(status)::text ~* '^[a-z]+$'::text", "REGEXP_MATCHES(status, '^[a-z]+$', 'i')"),
    ("mysql", "`status` in ('a','b')", "status IN ('a', 'b')"),
    ("mysql", "`n` between 1 and 5", "n BETWEEN 1 AND 5"),
    ("mysql", "(`status` in (_utf8mb4'a',_utf8mb4'b'))", "status IN ('a', 'b')"),
    ("tsql", "[n]>=(1) AND [n]<=(5)", "n >= 1 AND n <= 5"),
    ("tsql", "upper([status])='A' OR upper([status])='B'", "UPPER(status) = 'A' OR UPPER(status) = 'B'"),
    ("tsql", "([status]='A' OR [status]='B')", "status = 'A' OR status = 'B'"),
    ("tsql", "[status] like N'A%'", "status LIKE 'A%'"),
    ("tsql", "[t].[n] > 0", "n > 0"),
    ("tsql", "[n] = [price] - (1)", "n = price - 1"),
    ("postgres", "n > 0 -- at least one\n", "n > 0"),
    ("tsql", "[status] like '[A-Z][^0-9]_.%'", "REGEXP_MATCHES(status, '^[A-Z][^0-9].\\..*$')"),
    ("sqlite", "status IN (\"a\", 'b')", "status IN ('a', 'b')"),
    ("sqlite", "length(status) = 3", "LENGTH(status) = 3"),
    ("duckdb", "n > 0 AND status <> ''", "n > 0 AND status <> ''"),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "condition", "expected"), CONDITIONS)
def test_a_condition_is_spelt_for_duckdb_without_the_noise(dialect, condition, expected):
    text = f"CREATE TABLE t (status varchar(9), n int, price numeric(9,2), start_at date, end_at date, CHECK ({condition}))"
    found = read_ddl(text, dialect=dialect)
    assert [check.condition for check in found.tables[0].checks] == [expected]
    assert not found.notes


def test_alterations_of_a_migration():
    text = """
        CREATE TABLE old_name (id int PRIMARY KEY, a int UNIQUE, b text DEFAULT 'x', c int, CONSTRAINT k CHECK (c > 0), CHECK (a > 0));
        CREATE TABLE gone (id int);
        ALTER TABLE old_name RENAME TO things;
        ALTER TABLE things RENAME COLUMN a TO number;
        ALTER TABLE things DROP CONSTRAINT k, DROP COLUMN IF EXISTS c;
        ALTER TABLE things ALTER COLUMN b SET NOT NULL, ALTER COLUMN b DROP DEFAULT, ALTER COLUMN b TYPE varchar(20) USING b::varchar;
        DROP TABLE gone;"""
    found = read_ddl(text, dialect="postgres")
    (table,) = found.tables
    assert [(column.name, str(column.type), column.nullable, column.default) for column in table.columns] == [
        ("id", "integer", False, None), ("number", "integer", True, None), ("b", "varchar(20)", False, None),
    ]  # fmt: skip
    assert keys(found, "things")[1] == [(("number",), None)]


def test_alterations_of_mysql():
    text = """
        CREATE TABLE `t` (`id` int(11) NOT NULL, `a` int(11) DEFAULT 3, `b` text);
        ALTER TABLE `t` ADD PRIMARY KEY (`id`), ADD KEY `k` (`a`), ADD UNIQUE KEY `u` (`a`);
        ALTER TABLE `t` MODIFY `id` int(11) NOT NULL AUTO_INCREMENT, AUTO_INCREMENT=42;
        ALTER TABLE `t` CHANGE COLUMN `b` `c` varchar(20) NOT NULL COMMENT 'See';
        RENAME TABLE `t` TO `u`;"""
    (table,) = read_ddl(text).tables
    assert (table.name, table.primary_key, [each.columns for each in table.uniques]) == ("u", ("id",), [("a",)])
    assert [(column.name, str(column.type), column.starts_at) for column in table.columns] == [
        ("id", "integer", 42), ("a", "integer", None), ("c", "varchar(20)", None),
    ]  # fmt: skip
    assert (table.columns[0].numbered, table.columns[2].about) == (True, "See")


def test_defaults_and_conditions_that_sql_server_adds():
    text = """
CREATE TABLE [dbo].[t]([a] [datetime] NULL, [b] [int] NOT NULL, [c] [int] NULL)
GO
ALTER TABLE [dbo].[t] ADD  CONSTRAINT [DF_t_a]  DEFAULT (getdate()) FOR [a]
GO
ALTER TABLE [dbo].[t] ADD DEFAULT ((7)) FOR [c]
ALTER TABLE [dbo].[t]  WITH NOCHECK ADD CONSTRAINT [CK] CHECK  (([b]>(0)))
ALTER TABLE [dbo].[t] CHECK CONSTRAINT [CK]
ALTER TABLE dbo.t ADD CONSTRAINT PK_t PRIMARY KEY CLUSTERED ([b]), CONSTRAINT U_t UNIQUE ([c])
ALTER TABLE dbo.t ALTER COLUMN c bigint NOT NULL
GO"""
    found = read_ddl(text)
    assert [(column.default, column.nullable) for column in found.tables[0].columns] == [
        ("CURRENT_TIMESTAMP", True), (None, False), ("7", False),
    ]  # fmt: skip
    assert keys(found, "t") == (("b",), [(("c",), None)], [], ["b > 0"])
    assert str(found.tables[0].columns[2].type) == "bigint"
    assert [note.where for note in found.notes] == ["DDL"]
