"""The structs by which a Parquet file says what is in it: headers of pages, columns of row groups, and the footer.

Source: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift; numbers of fields and kinds are
that file's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache

from synth.formats.pages.leaves import Leaf, Physical
from synth.formats.pages.thrift import Field, flag, i16, i32, i64, message, nested, numbers, structs, text, texts

__all__ = [
    "CODECS", "Encoding", "Placed", "Statistics", "data_header", "dictionary_header", "footer", "group_of",
]  # fmt: skip

CODECS = {"none": 0, "snappy": 1, "zstd": 6, "lz4": 7}  # LZ4 is the raw one
_VERSION = 2
_REQUIRED, _OPTIONAL = 0, 1
_DATA_PAGE, _DICTIONARY_PAGE = 0, 2
_A_DATA_PAGE, _A_DICTIONARY_PAGE = i32(1, _DATA_PAGE), i32(1, _DICTIONARY_PAGE)
_TYPE_ORDER = message(nested(1, message()))  # minima and maxima are by the type's own order


class Encoding(IntEnum):
    """How a page's values are written, by its number in the format."""

    PLAIN = 0
    RLE = 3
    DELTA_BINARY_PACKED = 5
    DELTA_LENGTH_BYTE_ARRAY = 6
    RLE_DICTIONARY = 8


_IS_PLAIN = i32(2, Encoding.PLAIN)


@dataclass(frozen=True)
class Statistics:
    """The least and the largest value of a column in a row group, as PLAIN bytes, where known; and how many are NULL."""

    nulls: int
    low: bytes | None = None
    high: bytes | None = None

    def packed(self) -> bytes:
        """Give the struct of the format."""
        return message(
            i64(3, self.nulls),
            text(5, self.high),
            text(6, self.low),
            None if self.high is None else flag(7, True),
            None if self.low is None else flag(8, True),
        )


@dataclass(frozen=True)
class Placed:
    """A column of a row group, and where in the file it is."""

    name: str
    leaf: Leaf
    codec: str
    encoding: Encoding
    rows: int
    pages: int
    start: int
    dictionary: int  # bytes of the dictionary's page, 0 where there is none
    raw: int
    size: int
    statistics: Statistics

    def packed(self) -> bytes:
        """Give the struct of the format, in that of the column's chunk."""
        encodings = _encodings(self.leaf.physical, self.encoding, self.codec, self.pages, self.dictionary > 0)
        metadata = message(
            encodings[0],
            encodings[1],
            _named(self.name),
            encodings[2],
            i64(5, self.rows),
            i64(6, self.raw),
            i64(7, self.size),
            i64(9, self.start + self.dictionary),
            i64(11, self.start) if self.dictionary else None,
            nested(12, self.statistics.packed()),
            encodings[3],
        )
        return message(i64(2, 0), nested(3, metadata))


@cache
def _encodings(
    physical: Physical, encoding: Encoding, codec: str, pages: int, with_dictionary: bool
) -> tuple[Field | None, Field, Field | None, Field]:
    """The fields that say a column's type, its encodings, its codec, and how many pages each encoding has."""
    found = [encoding, Encoding.RLE]
    counted = [message(i32(1, _DATA_PAGE), i32(2, encoding), i32(3, pages))]
    if with_dictionary:
        found.insert(0, Encoding.PLAIN)
        counted.insert(0, message(i32(1, _DICTIONARY_PAGE), i32(2, Encoding.PLAIN), i32(3, 1)))
    return i32(1, physical), numbers(2, found), i32(4, CODECS[codec]), structs(13, counted)


@lru_cache(maxsize=4096)
def _named(name: str) -> Field:
    """The field of a column's path, which is its name."""
    return texts(3, [name.encode()])


def data_header(raw: int, size: int, rows: int, encoding: Encoding) -> bytes:
    """The header of a page of so many rows: its bytes as they are, and compressed."""
    page = message(i32(1, rows), *_data_page(encoding))
    return message(_A_DATA_PAGE, i32(2, raw), i32(3, size), nested(5, page))


@cache
def _data_page(encoding: Encoding) -> list[Field | None]:
    """The fields that say how a page's values and definition levels are encoded."""
    return [i32(2, encoding), i32(3, Encoding.RLE), i32(4, Encoding.RLE)]


def dictionary_header(raw: int, size: int, entries: int) -> bytes:
    """The header of a page of so many values."""
    return message(_A_DICTIONARY_PAGE, i32(2, raw), i32(3, size), nested(7, message(i32(1, entries), _IS_PLAIN)))


def group_of(columns: Sequence[Placed], rows: int, ordinal: int) -> bytes:
    """A row group's struct."""
    return message(
        structs(1, [column.packed() for column in columns]),
        i64(2, sum(column.raw for column in columns)),
        i64(3, rows),
        i64(5, columns[0].start) if columns else None,
        i64(6, sum(column.size for column in columns)),
        i16(7, ordinal) if ordinal < 2**15 else None,
    )


def footer(
    leaves: Sequence[tuple[str, Leaf, bool]], rows: int, groups: Sequence[bytes], told: Sequence[tuple[str, str]], by: str
) -> bytes:  # fmt: skip
    """What stands at a file's end: columns with types and whether NULL may be in them, row groups, and pairs of texts."""
    root = message(i32(3, _REQUIRED), text(4, b"schema"), i32(5, len(leaves)))
    pairs = [message(text(1, key.encode()), text(2, value.encode())) for key, value in told]
    return message(
        i32(1, _VERSION),
        structs(2, [root, *(_element(*leaf) for leaf in leaves)]),
        i64(3, rows),
        structs(4, groups),
        structs(5, pairs) if pairs else None,
        text(6, by.encode()),
        structs(7, [_TYPE_ORDER] * len(leaves)),
    )


@lru_cache(maxsize=4096)
def _element(name: str, leaf: Leaf, nullable: bool) -> bytes:
    return message(
        i32(1, leaf.physical),
        i32(3, _OPTIONAL if nullable else _REQUIRED),
        text(4, name.encode()),
        i32(6, leaf.converted),
        i32(7, leaf.scale),
        i32(8, leaf.precision),
        nested(10, leaf.logical),
    )
