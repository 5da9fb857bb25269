"""Check digits of numbers that are nobody's: articles of a shop's own, cards that no bank issues, accounts that none keeps.

Each scheme says which numbers it takes, where its digits stand among the other signs, and how they follow from those: they
draw nothing, so numbers that differ before differ after.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from string import ascii_uppercase
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["SCHEMES", "SEPARATORS", "Scheme", "somebodys"]

Values = npt.NDArray[np.int64]  # (n,): of one sign in each row, digits as they are, A as 10 to Z as 35
Cells = Sequence[str]  # for each sign of a pattern, the characters that may stand there

SEPARATORS = frozenset(" -./")
_DIGITS = frozenset("0123456789")
# GS1 General Specifications, 1.4: numbers for use within a company (02, 04, 20 to 29); 952 is for demonstrations.
_OWN_ARTICLES = ("02", "04", "2", "952")
# ISO 3166-1: codes that no country gets. Kosovo's banks use XK.
_NO_COUNTRY = {"AA", "ZZ", *(f"Q{x}" for x in ascii_uppercase[12:]), *(f"X{x}" for x in ascii_uppercase)} - {"XK"}
_SIGNS_BEFORE_REST = 8  # 97 · 100^8 is still an int64


class Scheme(NamedTuple):
    """How many check digits there are, behind which sign (None: the last), whom it refuses, and what they are."""

    how_many: int
    behind: int | None
    refusal: Callable[[Cells], str | None]
    digits: Callable[[Sequence[Values], Cells], tuple[Values, ...]]


def _only_digits(cells: Cells, what: str) -> str | None:
    """Say that there are other signs than digits."""
    if all(set(cell) <= _DIGITS for cell in cells):
        return None
    return f"{what} has digits alone; spaces and hyphens may part them"


def _refuse_ean(cells: Cells) -> str | None:
    if len(cells) != 12:
        return f"an EAN-13 has 12 digits before its check digit, and here are {len(cells)}"
    if refusal := _only_digits(cells, "an EAN-13"):
        return refusal
    strange = next((p for p in map("".join, product(*cells[:3])) if not p.startswith(_OWN_ARTICLES)), None)
    return strange and f"an EAN that begins with {strange} may be an article of somebody's; begin with 02, 04, 2 or 952"


def _ean_digit(values: Sequence[Values], cells: Cells) -> tuple[Values, ...]:
    """Give what is missing to tens, of every second digit three times: (n,)."""
    total = np.zeros_like(values[0])
    for at, value in enumerate(values):
        total = total + value * (3 if at % 2 else 1)
    return (-total % 10,)


def _refuse_card(cells: Cells) -> str | None:
    return "a number needs a digit before its check digit" if not cells else _only_digits(cells, "a card number")


def _wrong_luhn_digit(values: Sequence[Values], cells: Cells) -> tuple[Values, ...]:
    """Give one of the nine digits that are wrong, which one follows from the others: (n,)."""
    total = spread = np.zeros_like(values[0])
    for at, value in enumerate(reversed(values)):
        doubled = 2 * value
        total = total + (doubled - 9 * (doubled > 9) if at % 2 == 0 else value)
        spread = spread + (at + 2) * value
    return ((-total + 1 + spread % 9) % 10,)


def _refuse_iban(cells: Cells) -> str | None:
    if len(cells) < 2 or any(len(cell) != 1 or not cell.isalpha() for cell in cells[:2]):
        return "an IBAN begins with the two letters of a country: XX is none"
    if not all(set(cell) <= _DIGITS | set(ascii_uppercase) for cell in cells):
        return "an IBAN has digits and capital letters; spaces may part them"
    if not 13 <= len(cells) <= 32:
        return f"an IBAN has 13 to 32 signs without its check digits, and here are {len(cells)}"
    return None


def _iban_digits(values: Sequence[Values], cells: Cells) -> tuple[Values, ...]:
    """Give those of ISO 13616 where no country has the letters, else wrong ones that no account has: 2 × (n,).

    Right ones are 02 to 98. Who only looks whether the rest by 97 is 1 takes 00 for 97, and 01 for 98: so it is 00, and 01
    where 97 would be right.
    """
    rest = np.zeros_like(values[0])
    turned = zip((*values[2:], *values[:2]), (*cells[2:], *cells[:2]), strict=True)
    for at, (value, cell) in enumerate(turned, 1):
        letters = {sign.isalpha() for sign in cell}
        factor = np.where(value > 9, 100, 10) if len(letters) == 2 else 100 if letters == {True} else 10
        rest = rest * factor + value
        if at % _SIGNS_BEFORE_REST == 0:
            rest %= 97
    check = 98 - rest % 97 * 100 % 97
    if "".join(cells[:2]) not in _NO_COUNTRY:
        check = (check == 97).astype(np.int64)
    return (check // 10, check % 10)


def somebodys(cells: Cells) -> str | None:
    """Say whose number it may be that has these signs and no check digits of a scheme; None where it looks like none."""
    if all(set(cell) <= _DIGITS for cell in cells):
        is_long = 13 <= len(cells) <= 19 and bool(set(cells[0]) & set("23456"))
        return "card or article" if is_long else None
    is_iban = (
        15 <= len(cells) <= 34
        and not any(set(cell) & _DIGITS for cell in cells[:2])
        and _refuse_iban(cells[:32]) is None
    )
    return "bank account" if is_iban and all(set(cell) <= _DIGITS for cell in cells[2:4]) else None


SCHEMES: dict[str, Scheme] = {
    "ean13": Scheme(1, None, _refuse_ean, _ean_digit),
    "luhn_invalid": Scheme(1, None, _refuse_card, _wrong_luhn_digit),
    "iban": Scheme(2, 2, _refuse_iban, _iban_digits),
}
