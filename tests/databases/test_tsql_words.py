"""SQL Server's types, addresses and errors in our words, and ours in its driver's."""

from __future__ import annotations

import inspect
import sys

import pytest

from synth.databases import Address, connect
from synth.databases.tsql.catalogue import column_type
from synth.databases.tsql.errors import explain
from synth.databases.tsql.options import arguments
from synth.errors import ExtraError, OptionError
from tests.support.mssql import URL
from tests.support.mssql_driver import Error

# -- words


def test_types_of_the_catalogue():
    for kind, size, expected in (
        ("nvarchar", (50, None, None), "varchar(50)"), ("nvarchar", (-1, None, None), "text"), ("varchar", (36, None, None), "varchar(36)"),
        ("bit", (None, None, None), "boolean"), ("tinyint", (None, 3, 0), "smallint"), ("int", (None, 10, 0), "integer"),
        ("decimal", (None, 18, 2), "decimal(18,2)"), ("numeric", (None, 19, 2), "decimal(19,2)"), ("numeric", (None, 38, 0), "decimal(38,0)"), ("money", (None, 19, 4), "text"),
        ("float", (None, 53, None), "double"), ("datetime2", (None, None, None), "timestamp"), ("date", (None, None, None), "date"),
        ("real", (None, 24, None), "real"), ("nchar", (6, None, None), "char(6)"), ("char", (300, None, None), "varchar(300)"),
        ("datetimeoffset", (None, None, None), "timestamptz"), ("uniqueidentifier", (None, None, None), "uuid"), ("xml", (-1, None, None), "text"),
    ):  # fmt: skip
        assert str(column_type(kind, *size)) == expected


def test_addresses():
    found = arguments(Address.parse("mssql://me:a%3Bb%7D@host/x?encrypt=no&TRUSTSERVERCERTIFICATE=yes"))
    assert found == {
        "Server": "host",
        "Database": "x",
        "UID": "me",
        "PWD": "a;b}",
        "Encrypt": "no",
        "TrustServerCertificate": "yes",
    }
    assert arguments(Address.parse("mssql://host"))["Trusted_Connection"] == "yes"
    assert "Trusted_Connection" not in arguments(Address.parse("mssql://host/?Authentication=ActiveDirectoryDefault"))
    with pytest.raises(
        OptionError, match="no option 'TrustCertificate'\n  hint: did you mean 'TrustServerCertificate'"
    ):
        arguments(Address.parse("mssql://host/?TrustCertificate=yes"))


@pytest.mark.parametrize(
    "said, words",
    [
        ("[Microsoft][ODBC Driver 18 for SQL Server][SQL Server]Login failed for user 'sa'.", "SYNTH_PASSWORD"),
        ("[Microsoft][SQL Server]Cannot open database \"x\" requested by the login. The login failed.", "--create"),
        ("[Microsoft]SSL Provider: [error:0A000086:SSL routines::certificate verify failed:self-signed certificate]", "TrustServerCertificate"),
        ("[Microsoft]TCP Provider: Error code 0x2749", "is the server running"), ("[Microsoft]Login timeout expired", "is the server running"),
        ("Lock request time out period exceeded.", "something else uses"),
        ("Could not allocate space for object 'x' because the 'PRIMARY' filegroup is full.", "free space"),
        ("The ALTER TABLE statement conflicted with the FOREIGN KEY constraint \"fk\".", "the data"),
        ("The ALTER TABLE statement conflicted with the CHECK constraint \"ck\".", "the data"),
        ("Failed to resolve column mappings: Usage Error: Destination column 'a' not found in table", "--via insert"),
        ("Operation failed. The index entry of length 3400 bytes for the index 'uq' exceeds the maximum length of 1700 bytes.", "shorten"),
        ("insert or update on table \"a\" violates foreign key constraint \"fk\"", "the data"),
        ("Failed to load the driver. Please read the documentation", "libltdl7"),
        ("Cannot drop schema 'x' because it is being referenced by object 'y'.", "drop what depends"),
    ],
)  # fmt: skip
def test_errors_say_what_to_do(said, words):
    what, hint = explain(Error(said))
    assert words in hint and "[Microsoft]" not in what and "Driver Error" not in what


def test_the_driver_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "mssql_python", None)
    with pytest.raises(ExtraError, match=r"pip install 'synth-relational\[mssql\]'"):
        connect(Address.parse(URL))


# -- the real driver, as far as it goes without a server


def test_the_driver_takes_what_we_say():
    driver = pytest.importorskip("mssql_python")
    words = arguments(Address.parse("mssql://me:a%3Bb%7D%3D@host:1433/x%20y?Encrypt=no&ServerSPN=a&packetsize=4096"))
    inspect.signature(driver.connect).bind("", autocommit=True, timeout=30, **words)
    made, kept = driver.Connection._construct_connection_string(object.__new__(driver.Connection), "", **words)
    assert words.items() <= kept.items() and "PWD={a;b}}=}" in made and "Server=host,1433" in made
    cursor = inspect.signature(driver.Cursor.bulkcopy_arrow)
    cursor.bind(None, "[a].[b]", None, timeout=0, column_mappings=["x"], keep_nulls=True, table_lock=True)
    inspect.signature(driver.Cursor.arrow_reader).bind(None, batch_size=5)
    assert {"ddbc_error"} <= set(vars(driver.Error("a", "b")))
    assert isinstance(inspect.getattr_static(driver.Connection, "autocommit"), property)
