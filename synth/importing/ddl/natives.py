"""Types that a database has of its own, and what is drawn for them: texts that come out of it just as they went in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from synth.databases import DIALECTS
from synth.dtypes import DType
from synth.importing.found import Native
from synth.spec.native_types import is_native_type

__all__ = ["native_of", "otherwise"]

_Draws = Mapping[str, Any] | None  # None: whatever else is drawn for the column


def _among(*texts: str) -> _Draws:
    return {"choice": dict.fromkeys(texts, 1)}


_FEW: dict[str, _Draws] = {  # of PostgreSQL, as it spells them; addresses are those of documentation
    "inet": {"ip": {}},
    "cidr": _among("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"),
    "macaddr": {"pattern": "00:00:5e:00:53:[0-9a-f]{2}"}, "macaddr8": {"pattern": "02:00:5e:10:00:00:00:[0-9a-f]{2}"},
    "tsvector": _among("'apple' 'pear'", "'lamp'", "'chair' 'table'"), "tsquery": _among("'apple' & 'pear'", "'lamp'"),
    "xml": _among("<apple/>", "<pear/>"), "hstore": _among('"colour"=>"red"', '"colour"=>"green"'),
    "ltree": _among("shop", "shop.lamps", "shop.chairs"), "jsonpath": _among('$."a"', '$."b"'),
    "point": {"pattern": r"\([1-9],[1-9]\)"}, "line": _among("{1,-1,0}", "{1,1,5}"), "lseg": _among("[(1,2),(3,4)]"),
    "box": _among("(3,4),(1,2)", "(9,9),(0,0)"), "path": _among("((1,2),(3,4))", "[(1,2),(3,4)]"),
    "polygon": _among("((0,0),(0,1),(1,0))"), "circle": {"pattern": r"<\([1-9],[1-9]\),[1-9]>"},
    "int4range": {"pattern": r"\[[1-4],[5-9]\)"}, "int8range": {"pattern": r"\[[1-4],[5-9]\)"},
    "numrange": {"pattern": r"\[[1-4],[5-9]\)"}, "daterange": _among("[2024-01-01,2024-02-01)", "[2024-06-01,2025-01-01)"),
    "tsrange": _among('["2024-01-01 08:00:00","2024-01-01 12:00:00")'),
    "tstzrange": _among('["2024-01-01 08:00:00+00","2024-01-01 12:00:00+00")'),
    "int4multirange": _among("{[1,5)}", "{[1,2),[4,9)}"), "int8multirange": _among("{[1,5)}", "{[1,2),[4,9)}"),
    "nummultirange": _among("{[1,5)}", "{[1,2),[4,9)}"), "datemultirange": _among("{[2024-01-01,2024-02-01)}"),
}  # fmt: skip
# of PostgreSQL, whose values are those of the spec's type
_POSTGRES = {
    **dict.fromkeys(("varchar", "character varying"), "character varying"), "citext": "citext", "name": "name",
    "json": "json", "money": "money", **dict.fromkeys(("numeric", "decimal", "dec"), "numeric"),
    **dict.fromkeys(("timetz", "time with time zone"), "time with time zone"),
}  # fmt: skip
_UNSIGNED = ("tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float", "double")
_MYSQL_LOBS = ("tinytext", "text", "mediumtext", "tinyblob", "blob", "mediumblob")
_MYSQL: dict[str, _Draws] = {
    "inet6": {"pattern": "2001:db8::[1-9a-f][0-9a-f]{2}"},
    "inet4": {"pattern": r"192\.0\.2\.[1-9][0-9]"},
}
_DUCKDB = ("tinyint", "utinyint", "usmallint", "uinteger", "ubigint", "hugeint", "timestamp_ns")
_AFFINITIES = (("int", "integer"), ("char", "text"), ("clob", "text"), ("text", "text"), ("blob", "blob"),
               ("real", "real"), ("floa", "real"), ("doub", "real"))  # fmt: skip
_EMPTY = {"postgres": "{}", "duckdb": "[]"}  # arrays


def native_of(words: str, sizes: Sequence[str], spelt: str, dtype: DType, dialect: str) -> Native | None:
    """The type of a database's own that is to be asked of it, so that a column comes back with the type that it had.

    `words` and `sizes` are the type as it was read, `spelt` as it is written, `dtype` what a spec has for it. None where the
    spec's type gives it anyway, and where no values are known that come out of it as they went in.
    """
    ways = {"postgres": _postgres, "mysql": _mysql, "duckdb": _duckdb}
    if dialect == "sqlite":
        found = _sqlite(spelt, dtype)
    elif dialect in ways and not re.search(r"\[\s*\d", spelt):
        found = ways[dialect](words, list(sizes), dtype)
    else:
        found = None
    return found if found and is_native_type(found.text) else None


def otherwise(words: str, sizes: Sequence[str], dtype: DType, dialect: str, *, is_own: bool) -> str:
    """As what a type comes back that has no native one, where it is another: moments are drawn to the microsecond.

    A type of the source's own is made anew for each column, or is the one that it stands for.
    """
    there = DIALECTS[dialect].type(dtype, keyed=False).lower()
    if is_own:
        return "a type of another name" if dtype.name == "enum" else there
    if words == "bit" and dtype.name == "boolean":
        return there
    if dtype.name not in ("timestamp", "timestamptz", "time") or dialect not in ("postgres", "mysql"):
        return ""
    if (dialect == "postgres" and sizes in ([], ["6"])) or (sizes == ["6"] and there.startswith(words)):
        return ""
    return there


def _with(name: str, sizes: Sequence[str]) -> str:
    return f"{name}({','.join(sizes)})" if sizes else name


def _quoted(labels: Sequence[str]) -> list[str]:
    return ["'" + label.replace("'", "''") + "'" for label in labels]


def _array(words: str, sizes: Sequence[str], dtype: DType, dialect: str) -> Native | None:
    """Arrays of what a spec has none of; empty ones are alike for all types."""
    element = words.removesuffix("[]")
    if element.endswith("[]"):
        return None
    if dtype.element is not None:  # as which such values are drawn by themselves
        one = _postgres(element, list(sizes), dtype.element) if dialect == "postgres" else None
        if one is None or not dtype.element.is_free_text:
            return None
        some = {"array": {"each": one.draws, "min": 0, "max": 3}} if one.draws else None
        return Native(dialect, f"{one.text}[]", some, in_keys=False)
    return Native(dialect, f"{_with(element, sizes)}[]", _among(_EMPTY[dialect]), in_keys=False)


def _postgres(words: str, sizes: list[str], dtype: DType) -> Native | None:
    if words.endswith("[]"):
        return _array(words, sizes, dtype, "postgres")
    if words in _FEW and not sizes:
        return Native("postgres", words, _FEW[words], in_keys=False)
    if words in _POSTGRES and not sizes:
        return Native("postgres", _POSTGRES[words])
    if words in ("bit", "bit varying", "varbit"):
        name = words.replace("varbit", "bit varying")
        if dtype.name == "boolean":
            return None  # clients of scripts write true, which it does not take
        signs = min(int(sizes[0]), 64) if sizes and sizes[0].isdecimal() else 8
        if name == "bit" and (not sizes or sizes[0] != str(signs)):
            return None
        return Native("postgres", _with(name, sizes), {"pattern": f"[01]{{{signs}}}"}, in_keys=False)
    return None


def _mysql(words: str, sizes: list[str], dtype: DType) -> Native | None:
    marks, (plain, *rest) = {"unsigned", "zerofill"} & {*words.split()}, [
        word for word in words.split() if word not in ("unsigned", "signed", "zerofill")
    ] or [""]  # fmt: skip
    plain = {"integer": "int", "int4": "int", "dec": "decimal", "numeric": "decimal", "fixed": "decimal"}.get(
        plain, plain
    )
    if rest:
        return None
    if plain == "set" or (plain == "enum" and dtype.name != "enum"):
        labels = [label.rstrip(" ") for label in sizes]  # as the server does
        return Native("mysql", _with(plain, _quoted(labels)), _among(*labels), in_keys=False)
    if plain in _MYSQL:
        return Native("mysql", plain, _MYSQL[plain], in_keys=False)
    if plain in _MYSQL_LOBS and not sizes:
        return Native("mysql", plain, in_keys=False)
    if plain in ("binary", "varbinary"):
        length = int(sizes[0]) if sizes and sizes[0].isdecimal() else 1
        signs = length if plain == "binary" else min(length, 16)
        return (
            Native("mysql", f"{plain}({length})", {"bytes": {"length": signs}}, in_keys=False)
            if 0 < signs <= 255
            else None
        )
    if plain == "varchar" and dtype.length and dtype.length > (DIALECTS["mysql"].longest_varchar or dtype.length):
        return Native("mysql", _with("varchar", sizes), in_keys=False)
    if plain in ("year", "uuid"):
        return Native("mysql", plain)
    if marks and plain in _UNSIGNED and dtype.name != "boolean":
        kept = sizes if plain == "decimal" else []
        text = f"{_with(plain, kept)} unsigned"
        return Native("mysql", text, in_keys=plain != "tinyint") if len(sizes) < 2 or kept else None
    if plain in ("tinyint", "mediumint") and dtype.name != "boolean":
        return Native("mysql", plain, in_keys=plain != "tinyint")  # of which there are more rows than it has numbers
    return None


def _duckdb(words: str, sizes: list[str], dtype: DType) -> Native | None:
    if words.endswith("[]"):
        return _array(words, sizes, dtype, "duckdb")
    if dtype.name == "enum":
        return Native("duckdb", f"ENUM({', '.join(_quoted(dtype.labels))})")
    if words == "bit":
        return Native("duckdb", "bit", {"pattern": "[01]{8}"}, in_keys=False)
    return Native("duckdb", words) if words in _DUCKDB else None


def _sqlite(spelt: str, dtype: DType) -> Native | None:
    """A name is all that a type is; one by which SQLite would keep other values is left."""
    ours = DIALECTS["sqlite"].type(dtype, keyed=False)
    spelt = " ".join(spelt.split())
    same = spelt.replace(" ", "").lower() == ours.replace(" ", "").lower()
    return None if same or _affinity(spelt) != _affinity(ours) else Native("sqlite", spelt)


def _affinity(words: str) -> str:
    """How SQLite keeps values of a column by what its type is called."""
    found = (kind for part, kind in _AFFINITIES if part in words.lower())
    return next(found, "numeric") if words else "blob"
