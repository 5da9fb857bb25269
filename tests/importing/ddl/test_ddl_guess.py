"""The database is guessed from the words of a text, and a wrong name of one is an error."""

import pytest

from synth.errors import OptionError
from synth.importing.ddl import read_ddl

ONE_WORD = {
    "CREATE TABLE `t` (`a` int NOT NULL)": "mysql",
    "CREATE TABLE t (a int) ENGINE=InnoDB": "mysql",
    "CREATE TABLE t (a int AUTO_INCREMENT PRIMARY KEY)": "mysql",
    "CREATE TABLE [dbo].[t] ([a] [int] NOT NULL)": "tsql",
    "CREATE TABLE t (a int IDENTITY(1,1), b nvarchar(20))": "tsql",
    "CREATE TABLE t (a int)\nGO\nCREATE TABLE u (a int)\nGO": "tsql",
    "CREATE TABLE t (a serial, b text)": "postgres",
    "CREATE TABLE t (a text DEFAULT 'x'::text)": "postgres",
    "CREATE TABLE t (a character varying(20))": "postgres",
    "CREATE TABLE t (a jsonb)": "postgres",
    "CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT)": "sqlite",
    "PRAGMA foreign_keys = ON; CREATE TABLE t (a TEXT)": "sqlite",
    "CREATE TABLE t (a HUGEINT, b VARCHAR)": "duckdb",
    "CREATE TABLE t (a int, b varchar(20))": "postgres",
    "-- not for ENGINE=InnoDB\nCREATE TABLE t (a serial, b text DEFAULT 'AUTO_INCREMENT')": "postgres",
}


@pytest.mark.parametrize("text", ONE_WORD)
def test_a_word_tells_the_database(text):
    (first, *_) = read_ddl(text, source="my.sql").notes
    assert first.where == "my.sql"
    assert first.what.startswith(f"read as {ONE_WORD[text]}: ")


def test_what_is_said_is_not_guessed():
    assert not read_ddl("CREATE TABLE t (a int) ENGINE=InnoDB", dialect="postgres").notes


def test_a_wrong_name_of_a_database():
    with pytest.raises(OptionError, match=r"unknown dialect 'postgre'\n  hint: did you mean 'postgres'\?"):
        read_ddl("CREATE TABLE t (a int)", dialect="postgre")
