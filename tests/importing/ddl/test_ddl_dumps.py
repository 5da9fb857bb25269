"""Whole dumps, with all that dump programs write besides tables."""

import time

import pytest

from synth import load
from synth.databases import DIALECTS
from synth.databases.registry import NAMES
from synth.ddl import ddl
from synth.describe.catalogue import catalogue_of
from synth.importing.ddl import read_ddl

PG_DUMP = """\
--
-- PostgreSQL database dump
--
\\restrict abc
SET statement_timeout = 0;
SET client_encoding = 'UTF8';
SELECT pg_catalog.set_config('search_path', '', false);
CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public;
COMMENT ON EXTENSION "uuid-ossp" IS 'generate; ids';
CREATE TYPE public.mpaa_rating AS ENUM (
    'G',
    'PG-13'
);
ALTER TYPE public.mpaa_rating OWNER TO postgres;
CREATE TYPE public.pair AS (a integer, b text);
CREATE FUNCTION public.last_day(timestamp without time zone) RETURNS date
    LANGUAGE sql IMMUTABLE STRICT
    AS $_$
  SELECT CASE WHEN EXTRACT(MONTH FROM $1) = 12 THEN 1; CREATE TABLE no_table (id int);
$_$;
CREATE AGGREGATE public.group_concat(text) (SFUNC = public._group_concat, STYPE = text);
CREATE SEQUENCE public.film_film_id_seq
    START WITH 1001
    INCREMENT BY 1;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.film (
    film_id integer DEFAULT nextval('public.film_film_id_seq'::regclass) NOT NULL,
    title character varying(255) NOT NULL,
    rating public.mpaa_rating DEFAULT 'G'::public.mpaa_rating,
    parts public.pair,
    fulltext tsvector NOT NULL
);
ALTER TABLE public.film OWNER TO postgres;
CREATE TABLE public.payment (
    payment_id integer NOT NULL,
    film_id integer NOT NULL,
    paid_at timestamp with time zone NOT NULL
)
PARTITION BY RANGE (paid_at);
CREATE TABLE public.payment_1 (
    payment_id integer NOT NULL,
    film_id integer NOT NULL,
    paid_at timestamp with time zone NOT NULL
);
CREATE TABLE public.payment_2 PARTITION OF public.payment FOR VALUES FROM ('2022-01-01') TO ('2022-02-01');
CREATE VIEW public.titles AS
 SELECT film.title FROM public.film;
CREATE MATERIALIZED VIEW public.counts AS SELECT count(*) AS n FROM public.film WITH NO DATA;
ALTER TABLE ONLY public.payment ATTACH PARTITION public.payment_1 FOR VALUES FROM ('2022-01-01') TO ('2022-02-01');
COPY public.film (film_id, title, rating) FROM stdin;
1	A; 'film (	G
2	\\N	\\N
\\.


COPY public.payment (payment_id) FROM stdin;
\\.
INSERT INTO public.film VALUES (3, E'It\\'s; CREATE TABLE x (id int);', NULL);
SELECT pg_catalog.setval('public.film_film_id_seq', 1000, true);
ALTER TABLE ONLY public.film
    ADD CONSTRAINT film_pkey PRIMARY KEY (film_id);
ALTER TABLE ONLY public.payment_2 ADD CONSTRAINT payment_2_pkey PRIMARY KEY (payment_id);
CREATE INDEX film_fulltext_idx ON public.film USING gist (fulltext);
CREATE TRIGGER film_fulltext_trigger BEFORE INSERT OR UPDATE ON public.film FOR EACH ROW EXECUTE FUNCTION tsvector_update_trigger('fulltext');
CREATE RULE no_rows AS ON INSERT TO public.titles DO INSTEAD NOTHING;
ALTER TABLE ONLY public.payment
    ADD CONSTRAINT payment_film_id_fkey FOREIGN KEY (film_id) REFERENCES public.film(film_id) ON UPDATE CASCADE ON DELETE RESTRICT;
CREATE POLICY mine ON public.film USING ((title = CURRENT_USER));
ALTER TABLE public.film ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT SELECT ON TABLE public.film TO reader;
"""  # fmt: skip

MYSQLDUMP = """\
-- MySQL dump 10.13  Distrib 8.0.31
/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!50503 SET NAMES utf8mb4 */;
CREATE DATABASE /*!32312 IF NOT EXISTS*/ `sakila` /*!40100 DEFAULT CHARACTER SET utf8mb4 */;
USE `sakila`;
DROP TABLE IF EXISTS `actor`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
CREATE TABLE `actor` (
  `actor_id` smallint unsigned NOT NULL AUTO_INCREMENT,
  `last_name` varchar(45) NOT NULL COMMENT 'It''s; a \\'name\\'',
  `last_update` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  `secret` int DEFAULT NULL /*!80023 INVISIBLE */,
  PRIMARY KEY (`actor_id`),
  KEY `idx_actor_last_name` (`last_name`)
) ENGINE=InnoDB AUTO_INCREMENT=201 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci
/*!50100 PARTITION BY HASH (`actor_id`) PARTITIONS 4 */;
LOCK TABLES `actor` WRITE;
/*!40000 ALTER TABLE `actor` DISABLE KEYS */;
INSERT INTO `actor` VALUES (1,'O\\'NEIL; (','2006-02-15 04:34:33',NULL),(2,"x;",'2006',NULL);
/*!40000 ALTER TABLE `actor` ENABLE KEYS */;
UNLOCK TABLES;
/*!50001 DROP VIEW IF EXISTS `actor_info`*/;
/*!50001 CREATE TABLE `actor_info` (`actor_id` tinyint NOT NULL) ENGINE=MyISAM */;
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`%`*/ /*!50003 TRIGGER `ins_actor` AFTER INSERT ON `actor` FOR EACH ROW BEGIN
    INSERT INTO log VALUES (new.actor_id);
    CREATE TABLE no_table (id int);
  END */;;
CREATE DEFINER=`root`@`localhost` PROCEDURE `film_in_stock`(IN p INT)
BEGIN
  SELECT 1; -- it's
END ;;
DELIMITER ;
/*!50106 CREATE EVENT `e` ON SCHEDULE EVERY 1 DAY DO DELETE FROM actor */;
/*!50001 DROP TABLE IF EXISTS `actor_info`*/;
/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50013 DEFINER=`root`@`localhost` SQL SECURITY INVOKER */
/*!50001 VIEW `actor_info` AS select 1 AS `actor_id` */;
"""

SSMS = """\
USE [master]
GO
CREATE DATABASE [Shop] CONTAINMENT = NONE ON PRIMARY ( NAME = N'Shop', FILENAME = N'C:\\x.mdf' )
GO
ALTER DATABASE [Shop] SET ANSI_NULLS OFF
GO
USE [Shop]
GO
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE TABLE [Sales].[Store](
	[StoreID] [int] IDENTITY(1,1) NOT NULL,
	[Name] [nvarchar](50) NOT NULL,
	[Picture] [varbinary](max) NULL,
	[Where] [sys].[geography] NULL,
	[ValidFrom] [datetime2](7) GENERATED ALWAYS AS ROW START NOT NULL,
 CONSTRAINT [PK_Store] PRIMARY KEY CLUSTERED
(
	[StoreID] ASC
)WITH (PAD_INDEX = OFF, STATISTICS_NORECOMPUTE = OFF) ON [PRIMARY],
	INDEX [ix] NONCLUSTERED ([Name])
) ON [PRIMARY] TEXTIMAGE_ON [PRIMARY]
GO
IF OBJECT_ID('Sales.Visit') IS NULL
BEGIN
CREATE TABLE Sales.Visit (
	VisitID int NOT NULL PRIMARY KEY, StoreID int NOT NULL)
END
GO
IF OBJECT_ID('Sales.Other') IS NULL CREATE TABLE Sales.Other (ID int)
INSERT [Sales].[Store] ([Name]) VALUES (N'It''s; GO
GO home')
INSERT [Sales].[Store] ([Name]) VALUES (N'b')
ALTER TABLE [Sales].[Visit]  WITH CHECK ADD  CONSTRAINT [FK_Visit_Store] FOREIGN KEY([StoreID])
REFERENCES [Sales].[Store] ([StoreID])
ON DELETE CASCADE
GO
ALTER TABLE [Sales].[Visit] CHECK CONSTRAINT [FK_Visit_Store]
GO
CREATE VIEW [Sales].[Names]
AS
SELECT [Name]
FROM [Sales].[Store];
GO
CREATE OR ALTER PROCEDURE [Sales].[p] @a int AS
BEGIN
	SET NOCOUNT ON;
	CREATE TABLE #x (id int);
	CREATE TABLE no_table (id int);
	UPDATE [Sales].[Store] SET [Name] = 'x'
END
GO 2
CREATE TRIGGER [Sales].[tr] ON [Sales].[Store] AFTER UPDATE AS
DELETE FROM x
GO
CREATE FUNCTION dbo.f (@a int) RETURNS int AS BEGIN RETURN 1; END
GO
"""

SQLITE = """\
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE [Album]
(
    [AlbumId] INTEGER  NOT NULL,
    [Title] NVARCHAR(160)  NOT NULL,
    ArtistId INTEGER NOT NULL,
    CONSTRAINT [PK_Album] PRIMARY KEY  ([AlbumId]),
    FOREIGN KEY ([ArtistId]) REFERENCES "Artist" (`ArtistId`)
		ON DELETE NO ACTION ON UPDATE NO ACTION
);
INSERT INTO Album VALUES(1,'It''s; "a" (',1);
CREATE TABLE Artist(ArtistId INTEGER PRIMARY KEY AUTOINCREMENT, Name, "Born" DATE DEFAULT (date('now')));
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('Artist',275);
CREATE VIRTUAL TABLE pages USING fts5(title, body);
CREATE TRIGGER t AFTER INSERT ON Artist WHEN NEW.Name IS NULL BEGIN
  SELECT CASE WHEN 1 THEN RAISE(ABORT, 'no; never') END;
  UPDATE Artist SET Name = 'x';
END;
CREATE VIEW v AS SELECT * FROM Album;
CREATE TEMP TABLE scratch (id INTEGER);
CREATE TABLE made AS SELECT 1 AS one;
COMMIT;
"""

DUCKDB = """\
INSTALL httpfs; LOAD httpfs;
CREATE SCHEMA shop;
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE small AS INTEGER;
CREATE SEQUENCE shop.ids START WITH 5;
CREATE OR REPLACE TABLE shop.people(id INTEGER DEFAULT(nextval('shop.ids')) PRIMARY KEY, m mood, n small, tags VARCHAR[], big HUGEINT);
CREATE TABLE shop.pets(id INTEGER, owner INTEGER, FOREIGN KEY (owner) REFERENCES shop.people(id));
CREATE MACRO twice(a) AS a * 2;
COPY shop.people FROM 'people.csv' (HEADER);
CREATE TEMPORARY TABLE x(i INTEGER);
"""

DUMPS = {"postgres": PG_DUMP, "mysql": MYSQLDUMP, "tsql": SSMS, "sqlite": SQLITE, "duckdb": DUCKDB}
TABLES = {
    "postgres": ("public", {"film": 5, "payment": 3}),
    "mysql": ("sakila", {"actor": 4}),
    "tsql": ("Sales", {"Store": 5, "Visit": 2, "Other": 1}),
    "sqlite": (None, {"Album": 3, "Artist": 3}),
    "duckdb": ("shop", {"people": 5, "pets": 2}),
}
TOLD = {
    "postgres": {"last_day", "group_concat", "film.parts", "film.fulltext", "titles", "counts", "film_fulltext_trigger", "no_rows", "mine", "film", "public"},
    "mysql": {"ins_actor", "film_in_stock", "e", "actor_info"},
    "tsql": {"Store.Where", "Names", "p", "tr", "f"},
    "sqlite": {"pages", "t", "v", "made"},
    "duckdb": {"twice"},
}  # fmt: skip


@pytest.mark.parametrize("dialect", DUMPS)
def test_a_dump_is_read_and_the_rest_is_told_by_name(dialect):
    found = read_ddl(DUMPS[dialect], source="dump.sql")
    name, tables = TABLES[dialect]
    assert found.name == name
    assert {table.name: len(table.columns) for table in found.tables} == tables
    assert found.notes[0].where == "dump.sql"
    assert found.notes[0].what.startswith(f"read as {dialect}: it says ")
    assert {note.where for note in found.notes[1:]} == TOLD[dialect]
    for note in found.notes[1:]:
        line = DUMPS[dialect].splitlines()[note.line - 1]
        assert note.where.split(".")[-1].lower() in line.lower() or line.lstrip().startswith(
            ("/*!50001", "ALTER", "REVOKE", "GRANT")
        )


@pytest.mark.parametrize("dialect", DUMPS)
def test_lines_are_those_of_the_text(dialect):
    lines = DUMPS[dialect].splitlines()
    for table in read_ddl(DUMPS[dialect]).tables:
        assert table.name in lines[table.line - 1]
        for column in table.columns:
            assert column.name in lines[column.line - 1]


def test_keys_of_dumps():
    pg, my, ms, lite, duck = (read_ddl(DUMPS[dialect]).tables for dialect in DUMPS)
    assert (pg[0].primary_key, pg[0].columns[0].starts_at, str(pg[0].columns[2].type)) == (
        ("film_id",),
        1001,
        "enum(G, PG-13)",
    )
    assert pg[1].references[0].table == "film"
    assert (my[0].columns[0].starts_at, my[0].columns[1].about) == (201, "It's; a 'name'")
    assert (ms[0].primary_key, ms[1].references[0].parent_columns) == (("StoreID",), ("StoreID",))
    assert (lite[0].references[0].table, lite[1].columns[0].numbered) == ("Artist", True)
    assert (duck[0].columns[0].starts_at, duck[1].references[0].table) == (5, "people")


@pytest.mark.parametrize("dialect", NAMES)
@pytest.mark.parametrize("name", ["ecommerce", "inventory"])
def test_our_own_ddl_is_read_back_as_it_was_declared(dialect, name):
    dataset = load(name)
    declared = catalogue_of(dataset)
    found = read_ddl(";\n".join(ddl(dataset, DIALECTS[dialect])), dialect=dialect)
    assert not found.notes
    read = {table.name: table for table in found.tables}
    assert read.keys() == {table.name for table in declared.tables}
    for table in declared.tables:
        columns = read[table.name].columns
        assert [each.name for each in columns] == [each.name for each in table.columns]
        assert read[table.name].primary_key == table.key
        assert [each.nullable for each in columns] == [each.nullable for each in table.columns]
        if dialect == "postgres":
            assert [str(each.type) for each in columns] == [str(each.type) for each in table.columns]
            assert [each.about for each in columns] == [each.about for each in table.columns]
    held = {
        (table.name, each.columns, each.table, each.parent_columns)
        for table in found.tables
        for each in table.references
    }
    assert held == {(each.table, each.columns, each.parent, each.keys) for each in declared.references}


def test_megabytes_of_rows_cost_little():
    rows = {
        "postgres": "INSERT INTO film VALUES " + ",".join(["(1, 'It''s; x')"] * 100_000) + ";\nCOPY film FROM stdin;\n" + "1\tit's; (\n" * 200_000 + "\\.\n",
        "mysql": "INSERT INTO `actor` VALUES " + ",".join(["(1,'It\\'s; x')"] * 200_000) + ";\n",
        "tsql": "\n".join(["INSERT [Sales].[Store] ([Name]) VALUES (N'It''s; x')"] * 20_000) + "\nGO\n",
        "sqlite": "".join(["INSERT INTO Album VALUES(1,'It''s; x',1);\n"] * 30_000),
    }  # fmt: skip
    for dialect, text in rows.items():
        start = time.process_time()
        found = read_ddl(text + DUMPS[dialect] + text, dialect=dialect)
        assert {table.name for table in found.tables} == set(TABLES[dialect][1])
        assert time.process_time() - start < 20  # seconds; a walk that looks again and again at rows takes hours
