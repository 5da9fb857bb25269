"""What a server that speaks T-SQL can do: it is asked, once, and not told by its name or version.

Servers read all of a batch before they run any of it, so what stands behind `IF 1 = 0` is refused or taken, and never run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from synth.databases.tsql.dialect import DIALECT
from synth.errors import DatabaseError
from synth.translate.dialect import Dialect

__all__ = ["EVERYTHING", "Abilities", "ask"]

Asked = Callable[[str], object]  # runs SQL and gives the one cell of its result; raises DatabaseError

_SAMPLE = "ä漢😀"  # of two, three and four bytes in UTF-8
_SAMPLE_MD5 = "0x6276A8A1BD1151A9A1CC53CA64626FE2"
_UTF8 = "Latin1_General_100_BIN2_UTF8"
_OWN_UTF8 = "DATABASE_DEFAULT"  # where the database's own VARCHAR is UTF-8


@dataclass(frozen=True)
class Abilities:
    """What there are ways around for."""

    brackets: bool = True  # names stand between [ and ], ] doubled within
    several_adds: bool = True  # several constraints behind one ADD
    statistics: bool = True  # UPDATE STATISTICS
    transfers: bool = True  # a table moves to another schema: ALTER SCHEMA … TRANSFER
    comments: bool = True  # as extended properties
    text_references: bool = True  # a table with a foreign key of texts takes rows; asked where a load begins
    utf8: str = _UTF8  # the collation by which a text becomes UTF-8

    @property
    def dialect(self) -> Dialect:
        """How such a server's SQL is spelt."""
        spelt = DIALECT
        if self.utf8 != _UTF8 and spelt.cells:
            spelt = replace(spelt, cells=replace(spelt.cells, text=spelt.cells.text.replace(_UTF8, self.utf8)))
        if not self.brackets:
            spelt = replace(spelt, identifier_quotes=('"', '"'))
        spelt = replace(spelt, text_references=self.text_references)
        return spelt if self.comments else replace(spelt, comments="none")


EVERYTHING = Abilities()


def ask(asked: Asked) -> Abilities:
    """What the server at the other end can do. Raises DatabaseError where a load could not be proved there."""
    return Abilities(
        brackets=_takes(asked, "SELECT 1 AS [a]]b]"),
        several_adds=_several_adds(asked),
        statistics=_takes(asked, "IF 1 = 0 UPDATE STATISTICS [dbo].[asked]"),
        transfers=_takes(asked, "IF 1 = 0 ALTER SCHEMA [dbo] TRANSFER [dbo].[asked]"),
        comments=bool(asked("SELECT OBJECT_ID(N'sys.sp_addextendedproperty') AS found")),
        utf8=_utf8(asked),
    )


def _takes(asked: Asked, sql: str) -> bool:
    try:
        asked(sql)
    except DatabaseError:
        return False
    return True


def _several_adds(asked: Asked) -> bool:
    """Asked of a table, as not every server sees it before it runs."""
    asked("CREATE TABLE #asked (n INT NOT NULL)")
    try:
        return _takes(asked, "ALTER TABLE #asked ADD UNIQUE (n), CHECK (n > 0)")
    finally:
        asked("DROP TABLE #asked")


def _utf8(asked: Asked) -> str:
    """The first of the collations in which a text is hashed as it is here."""
    for collation in (_UTF8, _OWN_UTF8):
        text = f"CAST({DIALECT.literal(_SAMPLE)} COLLATE {collation} AS VARCHAR(MAX))"
        same = f"SELECT CASE WHEN HASHBYTES('MD5', {text}) = {_SAMPLE_MD5} THEN 1 ELSE 0 END AS same"
        try:
            if asked(same):
                return collation
        except DatabaseError:
            continue
    raise DatabaseError(
        "the server gives no text as UTF-8, by which rows are proved\n  hint: use SQL Server 2019 or newer"
    )
