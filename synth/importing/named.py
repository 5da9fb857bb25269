"""What names of tables and columns say of keys: nothing is looked at but words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

__all__ = ["key_names", "may_be_key", "may_be_unique", "names_parent", "own_parent", "stem"]

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
# ends of columns that hold a key, theirs or another table's
_KEY_WORDS = ("id", "key", "code", "uuid", "guid", "no", "nr", "num", "number", "pk", "fk", "sk", "ref")
_PLAIN_KEYS = ("id", "uuid", "guid", "key", "pk", "rowid", "code")  # whole names
_LINES = (
    "line",
    "position",
    "pos",
    "seq",
    "sequence",
    "item",
    "step",
    "index",
    "ordinal",
    "version",
    "revision",
    "year",
    "lang",
)
_UNIQUE = (
    "email", "mail", "code", "slug", "sku", "number", "username", "login", "handle", "iban", "isbn", "ean", "gtin", "upc",
    "barcode", "uuid", "guid", "token", "vin", "ssn", "iso",
)  # fmt: skip
_SEVERAL_HAVE = (
    "phone",
    "fax",
    "mobile",
    "house",
    "street",
    "room",
    "floor",
    "zip",
    "postal",
    "post",
    "line",
    "area",
    "country",
)
_OF_OWN_TABLE = ("parent", "manager", "supervisor", "boss", "reports to", "superior", "previous", "predecessor")


def words(name: str) -> tuple[str, ...]:
    """The words of a name, small: of `BillingAddress_ID` billing, address and id."""
    return tuple(word.lower() for word in _WORD.findall(name))


def stem(table: str) -> str:
    """A table's name as one of its rows is called, its words joined: `OrderItems` is an orderitem."""
    *first, last = words(table) or (table.lower(),)
    return "".join((*first, _singular(last)))


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes", "uses")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _without_key_word(name: str) -> str:
    """What a column's name says before its last word, if that is one of a key, joined; nothing if it is none."""
    parts = words(name)
    if len(parts) > 1 and parts[-1] in _KEY_WORDS:
        return "".join(parts[:-1])
    whole = "".join(parts)
    for end in ("id", "key", "code", "number"):  # customerid, in one word
        if len(parts) == 1 and whole.endswith(end) and len(whole) > len(end) + 1:
            return whole.removesuffix(end)
    return ""


def key_names(table: str, columns: Sequence[str]) -> Iterator[str]:
    """The columns of a table whose names say that they are its key, the likeliest first."""
    own = stem(table)
    plain = {"".join(words(column)): column for column in columns}
    yield from (plain[name] for name in _PLAIN_KEYS[:-1] if name in plain)
    ends = {_without_key_word(column) for column in columns} - {""}
    for column in columns:
        before = _without_key_word(column)
        if before and (before == own or (len(before) > 2 and own.endswith(before) and before == max(ends, key=len))):
            yield column
    if "code" in plain:
        yield plain["code"]


def may_be_key(name: str) -> bool:
    """Whether a column's name says that it may be a part of a key."""
    parts = words(name)
    return bool(parts) and (bool(_without_key_word(name)) or parts[-1] in (*_KEY_WORDS, *_LINES))


def may_be_unique(name: str) -> bool:
    """Whether a name is one of those whose values tell rows apart."""
    parts = words(name)
    return any(word in parts[-1:] for word in _UNIQUE) and not any(word in parts for word in _SEVERAL_HAVE)


def names_parent(column: str, parent: str, key: str) -> int:
    """How well a column's name says that it holds keys of a table: 0 not at all, else more for more of the name.

    `customer_id` says it of customers, `billing_address_id` of addresses, `ship_country_code` of what has a `country_code`.
    """
    ours, theirs = "".join(words(column)), "".join(words(key))
    own = stem(parent)
    before = _without_key_word(column)
    if ours == theirs and theirs not in _PLAIN_KEYS:
        return 1000 + 10 * (before == own)
    if before == own:
        return 900
    ends = {own} if len(own) > 2 else set()
    tail = words(parent)[-1:]
    named = before or ours  # `country` holds a code of countries
    if before and any(before.endswith(end) for end in ends):
        return 500 + len(own)
    if theirs not in _PLAIN_KEYS and len(theirs) > 3 and ours.endswith(theirs):
        return 400 + len(theirs)
    if tail and before and len(words(parent)) > 1 and before == _singular(tail[0]):  # `sales_orders`, and order_id
        return 300
    return 200 if not before and named == own else 0


def own_parent(column: str) -> bool:
    """Whether a column's name says that it holds another row of its own table."""
    before = _without_key_word(column)
    named = " ".join(words(column))
    return before in _OF_OWN_TABLE or named in _OF_OWN_TABLE
