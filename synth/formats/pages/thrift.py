"""Thrift's compact protocol, as far as Parquet's headers and footers need it: structs of numbers, flags, texts and lists.

Source: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md. A struct is made of fields, each
of which is its number, its kind and its bytes; a field that is None is left out.
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = [
    "Field", "flag", "i8", "i16", "i32", "i64", "message", "nested", "numbers", "structs", "text", "texts", "varint",
    "zigzag",
]  # fmt: skip

Field = tuple[int, int, bytes]  # a field's number, its kind in the protocol, and its bytes

_TRUE, _FALSE, _I8, _I16, _I32, _I64, _BINARY, _LIST, _STRUCT = 1, 2, 3, 4, 5, 6, 8, 9, 12
_STOP = b"\0"
_SHORT = 15  # the first number that does not fit four bits: of a step between fields, or of a list's items


_ONE_BYTE = [number.to_bytes() for number in range(0x80)]


def varint(number: int) -> bytes:
    """A whole number, not below 0, in groups of seven bits, the lowest first."""
    if number < 0x80:
        return _ONE_BYTE[number]
    if number < 0x4000:
        return bytes((number & 0x7F | 0x80, number >> 7))
    found = []
    while number >= 0x80:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def zigzag(number: int) -> bytes:
    """A whole number of any sign as a varint: 0, -1, 1, -2 become 0, 1, 2, 3."""
    return varint(number << 1 if number >= 0 else (-number << 1) - 1)


def message(*fields: Field | None) -> bytes:
    """A struct of fields, whose numbers go up."""
    found, last = [], 0
    for field in fields:
        if field is None:
            continue
        number, kind, body = field
        step = number - last
        found.append(bytes((step << 4 | kind,)) if step <= _SHORT else bytes((kind,)) + zigzag(number))
        found.append(body)
        last = number
    found.append(_STOP)
    return b"".join(found)


def flag(number: int, value: bool) -> Field:
    """A field that is true or false."""
    return number, _TRUE if value else _FALSE, b""


def i8(number: int, value: int) -> Field:
    """A field of a whole number of one byte."""
    return number, _I8, value.to_bytes(signed=True)


def i16(number: int, value: int) -> Field:
    """A field of a whole number of 16 bits."""
    return number, _I16, zigzag(value)


def i32(number: int, value: int | None) -> Field | None:
    """A field of a whole number of 32 bits; none for None."""
    return None if value is None else (number, _I32, zigzag(value))


def i64(number: int, value: int | None) -> Field | None:
    """A field of a whole number of 64 bits; none for None."""
    return None if value is None else (number, _I64, zigzag(value))


def text(number: int, value: bytes | None) -> Field | None:
    """A field of bytes; none for None."""
    return None if value is None else (number, _BINARY, varint(len(value)) + value)


def nested(number: int, value: bytes | None) -> Field | None:
    """A field that is a struct, as `message` makes it; none for None."""
    return None if value is None else (number, _STRUCT, value)


def numbers(number: int, values: Iterable[int]) -> Field:
    """A field that is a list of whole numbers of 32 bits."""
    return _list(number, _I32, [zigzag(value) for value in values])


def texts(number: int, values: Iterable[bytes]) -> Field:
    """A field that is a list of bytes."""
    return _list(number, _BINARY, [varint(len(value)) + value for value in values])


def structs(number: int, values: Iterable[bytes]) -> Field:
    """A field that is a list of structs."""
    return _list(number, _STRUCT, list(values))


def _list(number: int, kind: int, items: list[bytes]) -> Field:
    size = len(items)
    head = (size << 4 | kind).to_bytes() if size < _SHORT else (0xF0 | kind).to_bytes() + varint(size)
    return number, _LIST, head + b"".join(items)
