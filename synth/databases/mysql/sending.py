"""How rows go into MySQL: as text by LOAD DATA LOCAL."""

from __future__ import annotations

import polars as pl

from synth.databases.hints import BREAKS_PROMISES
from synth.databases.mysql.connection import Connection
from synth.databases.mysql.dialect import DIALECT
from synth.databases.tab_separated import tab_separated
from synth.errors import DatabaseError

__all__ = ["Sending"]


class Sending(Connection):
    """Sends rows by LOAD DATA, from memory."""

    def send(self, schema: str, table: str, frame: pl.DataFrame) -> int:
        """LOAD DATA LOCAL into the staged table."""
        return self.put(DIALECT.place(self.staging_schema(schema), table), frame, table)

    def put(self, place: str, frame: pl.DataFrame, table: str) -> int:
        """LOAD DATA LOCAL, which leaves out or changes what it does not like, and warns: to us that is an error."""
        data = tab_separated(frame.with_columns(pl.col(pl.Binary).bin.encode("hex")))
        columns, made = _fields(frame)
        with self.driver_errors(f"sending rows of {table}"):
            taken, warnings = self.connection.send(
                f"LOAD DATA LOCAL INFILE 'rows' INTO TABLE {place} CHARACTER SET utf8mb4 "
                rf"FIELDS TERMINATED BY '\t' ESCAPED BY '\\' LINES TERMINATED BY '\n' ({columns}){made}",
                data,
            )
            if warnings or taken != frame.height:
                said = [f"{text} ({code})" for _, code, text in self.rows("SHOW WARNINGS LIMIT 3")[1]]
                raise DatabaseError(
                    f"{self.address}: sending rows of {table}: the server took {taken} of {frame.height} rows: "
                    f"{'; '.join(said)}\n  hint: {BREAKS_PROMISES}"
                )
        return len(data)


def _fields(frame: pl.DataFrame) -> tuple[str, str]:
    """What the fields of a line go into, and what becomes of those that are hexadecimal digits.

    Beside a SET, MariaDB numbers a key that is 0 anew, unless it is set as well.
    """
    names = [DIALECT.quote_identifier(name) for name in frame.columns]
    if pl.Binary not in frame.dtypes:
        return ", ".join(names), ""
    set_ = {
        place: f"UNHEX(@f{place})" if kind == pl.Binary else f"@f{place}"
        for place, kind in enumerate(frame.dtypes)
        if kind == pl.Binary or kind.is_integer()
    }
    fields = ", ".join(f"@f{place}" if place in set_ else name for place, name in enumerate(names))
    return fields, " SET " + ", ".join(f"{names[place]} = {value}" for place, value in set_.items())
