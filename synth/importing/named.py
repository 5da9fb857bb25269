"""What names of tables and columns say of keys: nothing is looked at but words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

__all__ = [
    "is_of_both",
    "key_names",
    "may_be_key",
    "may_be_unique",
    "names_parent",
    "own_parent",
    "plain_names",
    "stem",
    "without_key_word",
]

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
LONGEST_PREFIX = 3  # letters that all columns of a table begin with: `l_orderkey`, `ps_partkey`
# last words of columns that hold a key, theirs or another table's; those that end a longer word, too: customerid, orderkey
_KEY_WORDS = ("id", "key", "code", "uuid", "guid", "no", "nr", "num", "number", "pk", "fk", "sk", "ref")
_KEY_ENDS = ("id", "key", "code", "number")
_NO_KEYS = ("paid", "valid", "void", "grid", "bid", "mid", "monkey", "android", "fluid", "solid", "liquid")
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
    "barcode", "uuid", "guid", "token", "vin", "iso",
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
_OF_OWN_TABLE = ("parent", "manager", "supervisor", "boss", "reportsto", "superior", "previous", "predecessor")


def words(name: str) -> tuple[str, ...]:
    """The words of a name, small: of `BillingAddress_ID` billing, address and id."""
    return tuple(word.lower() for word in _WORD.findall(name))


def plain_names(columns: Sequence[str]) -> dict[str, str]:
    """Columns and their names without the letters that all of a table begin with, if there are such."""
    first = {column.partition("_")[0] for column in columns if "_" in column}
    prefix = f"{next(iter(first), '')}_"
    if len(columns) < 2 or len(first) != 1 or len(prefix) > LONGEST_PREFIX + 1:
        return {column: column for column in columns}
    if not all(column.startswith(prefix) and column != prefix for column in columns):
        return {column: column for column in columns}
    return {column: column.removeprefix(prefix) for column in columns}


def stem(table: str) -> str:
    """A table's name as one of its rows is called, its words joined: one of `OrderItems` is an orderitem."""
    *first, last = words(table) or (table.lower(),)
    return "".join((*first, _singular(last)))


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes", "uses")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def without_key_word(column: str) -> str:
    """What a column's name says before the word of a key that ends it, joined; nothing if none does."""
    parts = words(column)
    if len(parts) > 1 and parts[-1] in _KEY_WORDS:
        return "".join(parts[:-1])
    whole = "".join(parts)
    if parts and parts[-1] not in _NO_KEYS:
        for end in _KEY_ENDS:
            if parts[-1].endswith(end) and len(parts[-1]) > len(end) + 1:
                return whole.removesuffix(end)
    return ""


def key_names(table: str, columns: Sequence[str]) -> Iterator[str]:
    """Of a table's columns those whose names say that they are its key, the likeliest first."""
    own = stem(table)
    whole = {"".join(words(column)): column for column in columns}
    yield from (whole[name] for name in _PLAIN_KEYS[:-1] if name in whole)
    yield from (column for column in columns if without_key_word(column) == own)
    if "code" in whole:
        yield whole["code"]


def is_of_both(table: str, one: str, other: str) -> bool:
    """Whether a table's name is made of those of two others, as `film_category` is: a row is a pair."""
    return stem(table) in (
        f"{start}{stem(end)}"
        for first, end in ((one, other), (other, one))
        for start in ("".join(words(first)), stem(first))
    )


def may_be_key(column: str) -> bool:
    """Whether a column's name says that it may be a part of a key."""
    parts = words(column)
    return bool(parts) and (bool(without_key_word(column)) or parts[-1] in (*_KEY_WORDS, *_LINES))


def may_be_unique(column: str) -> bool:
    """Whether a name is one of those whose values tell rows apart."""
    parts = words(column)
    return parts[-1:] != () and parts[-1] in _UNIQUE and not any(word in parts for word in _SEVERAL_HAVE)


def names_parent(column: str, parent: str, key: str) -> int:
    """How well a column's name says that it holds keys of a table: 0 not at all, else more for more of the name.

    `customer_id` says it of customers, `billing_address_id` of addresses, `ship_country_code` of what has a `country_code`.
    """
    ours, theirs = "".join(words(column)), "".join(words(key))
    own, before = stem(parent), without_key_word(column)
    if ours == theirs and theirs not in _PLAIN_KEYS:
        return 1000 + 10 * (before == own)
    if before == own:
        return 900
    if before and len(own) > 2 and before.endswith(own):
        return 500 + len(own)
    if theirs not in _PLAIN_KEYS and len(theirs) > 3 and ours.endswith(theirs):
        return 400 + len(theirs)
    last = words(parent)[-1:]
    if before and last and before == _singular(last[0]):  # of sales_orders, order_id
        return 300
    return 200 if not before and ours == own and theirs != own else 0


def own_parent(column: str) -> bool:
    """Whether a column's name says that it holds another row of its own table."""
    return without_key_word(column) in _OF_OWN_TABLE or "".join(words(column)) in _OF_OWN_TABLE
