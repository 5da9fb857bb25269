"""What MySQL's catalogue, protocol and errors say, in our words."""

from __future__ import annotations

from typing import Any

import polars as pl

from synth.dtypes import BIGINT, BOOLEAN, DATE, DOUBLE, MAX_PRECISION, TEXT, TIMESTAMP, DType, decimal

__all__ = ["DATA", "HELD", "LOCAL", "declared", "described", "explained", "read"]

# information_schema's data_type -> ours; without a sign some need the next wider one
_TYPES = {
    "tinyint": DType("smallint"), "smallint": DType("smallint"), "year": DType("smallint"),
    "mediumint": DType("integer"), "int": DType("integer"), "bigint": BIGINT, "float": DOUBLE, "double": DOUBLE,
    "uuid": DType("uuid"), "date": DATE, "datetime": TIMESTAMP, "timestamp": TIMESTAMP,
}  # fmt: skip
_UNSIGNED = {"smallint": DType("integer"), "int": BIGINT, "bigint": TEXT}
# the protocol's type codes -> ours; all else is text
_CODES = {
    **dict.fromkeys((1, 2, 3, 8, 9, 13), BIGINT), **dict.fromkeys((4, 5), DOUBLE), 10: DATE, 7: TIMESTAMP, 12: TIMESTAMP,
}  # fmt: skip
_CODE_TINY, _CODES_DECIMAL = 1, (0, 246)

DATA = "the data does not keep what the spec promises; `synth verify` of the folder shows where"
_RIGHTS = "ask for ALL on the schema's database and on those whose names begin with _synth_"
_GONE = "the server is gone; run it again when it is back"
_BUSY = "something else uses these tables; end it, then run it again"
_DISK = "free space on the server's disk, then run it again"
HELD = "drop what depends on the old tables first"
_KEYS = (
    "a foreign key needs the existing table's key to be indexed, and of the same type and collation "
    "(utf8mb4_nopad_bin, in MySQL utf8mb4_0900_bin); another --schema makes none"
)
LOCAL = "on the server, as an administrator: SET GLOBAL local_infile = 1, or local_infile=1 in its configuration"
_HINTS = {
    1045: "is the user's name right, and the password? SYNTH_PASSWORD holds one that the URL leaves out",
    **dict.fromkeys((1044, 1142, 1227, 1370), _RIGHTS),
    1049: "create it first, or say --create",
    **dict.fromkeys((2002, 2003), "is the server running there, and does it listen?"),
    **dict.fromkeys((0, 1053, 1927, 2006, 2013, 2014), _GONE),
    **dict.fromkeys((1040, 1203, 1226), "try fewer --connections"),
    **dict.fromkeys((3, 1021, 1114), _DISK),
    **dict.fromkeys((1205, 1213), _BUSY),
    **dict.fromkeys((1048, 1062, 1264, 1265, 1366, 1406, 1452, 3819, 4025), DATA),
    **dict.fromkeys((1217, 1435, 1450, 1451, 3730), HELD),
    **dict.fromkeys((1148, 2068, 3948, 4166), LOCAL),
    **dict.fromkeys((1005, 1215, 1822, 3780), _KEYS),
    1153: "raise max_allowed_packet on the server",
    3750: "on the server, as an administrator: SET GLOBAL sql_require_primary_key = 0",
    **dict.fromkeys((1290, 1792, 1836), "name the server that takes writes"),
    2026: "ssl_mode, ssl_ca, ssl_cert and ssl_key in the URL say how to trust each other",
}


def explained(error: Exception) -> tuple[str, str]:
    """PyMySQL's error as what happened, with the server's number, and what to do about it."""
    code = error.args[0] if len(error.args) > 1 and isinstance(error.args[0], int) else None
    if code is None:
        hint = "pip install cryptography, or a URL with TLS" if "cryptography" in str(error) else ""
        return str(error).strip() or "the connection is closed", hint
    what = " ".join(str(error.args[1]).split()) or "the connection is closed"
    hint = _HINTS.get(code, _DISK if "No space left" in what or "Errcode: 28" in what else "")
    return f"{what} ({code})" if code else what, hint


def declared(kind: str, spelt: str, length: int | None, precision: int | None, scale: int | None) -> DType:
    """The type of a table's column, from information_schema."""
    if kind == "tinyint" and spelt.startswith("tinyint(1)"):
        return BOOLEAN
    if kind == "decimal":
        return decimal(precision, scale or 0) if precision is not None and precision <= MAX_PRECISION else TEXT
    if kind in ("varchar", "char"):
        return DType("varchar", length=length)
    return _UNSIGNED[kind] if "unsigned" in spelt and kind in _UNSIGNED else _TYPES.get(kind, TEXT)


def described(column: Any) -> DType:
    """The type of a query's column, from what the protocol says of it."""
    _, code, _, length, _, scale, *_ = column
    if code in _CODES_DECIMAL:
        return DType("decimal", 38, scale)  # sums have more digits than columns may
    return BOOLEAN if code == _CODE_TINY and length == 1 else _CODES.get(code, TEXT)


def read(cells: pl.Series, dtype: DType) -> pl.Series:
    """The protocol's text as a column of a type. Raises PolarsError."""
    texts = cells.cast(pl.String)
    if dtype.name == "date":
        return texts.str.to_date("%Y-%m-%d")
    if dtype.name == "timestamp":
        return texts.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us")
    if dtype.name == "boolean":
        return texts.cast(pl.Int8).cast(pl.Boolean)
    return texts.cast(dtype.written)
