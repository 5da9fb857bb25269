"""What must not be seen: a password as a value that does not show itself, and passwords within words that are shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NoReturn
from urllib.parse import unquote

__all__ = ["NONE", "Secret", "is_secret", "masked", "secrets_in"]

_MASK = "***"
_NAME = r"password|passwd|passphrase|pwd|secret|token|encryption_?key"
_IS_SECRET = re.compile(_NAME, re.IGNORECASE)
# as much as can be one, as the word may be mistyped: from the first `:` behind the user to the last `@`
_IN_WORD = re.compile(r"^(?:--[\w-]+=)?(?>[\w+.-]*:?/{1,3}|[\w+.-]+:(?=[^@]*:)|)[^:@/\s]*:(.+)@", re.DOTALL)
_IN_OPTION = re.compile(rf"\w*(?:{_NAME})\w*[\"']?\s*[=:]\s*([^&\s;]+)", re.IGNORECASE)


class Secret:
    """A text that is only given by `reveal`. Shown, formatted or copied it stays hidden, and it is not pickled."""

    __slots__ = ("_text",)

    def __init__(self, text: str = ""):
        self._text = text

    @classmethod
    def of(cls, text: Secret | str) -> Secret:
        """A text as a secret; what is one already as it is."""
        return text if isinstance(text, Secret) else cls(text)

    def reveal(self) -> str:
        """The text itself, for a driver."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __repr__(self) -> str:
        return _MASK if self._text else "''"

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, _: object) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a password is not pickled: hand over what `reveal` gives, where it must be")


NONE = Secret()


def is_secret(option: str) -> bool:
    """Whether the value of an option of that name is not to be seen."""
    return _IS_SECRET.search(option) is not None


def masked(word: str) -> str:
    """A word with stars for what may be a password in it."""
    for start, end in sorted(_places(word), reverse=True):
        word = word[:start] + _MASK + word[end:]
    return word


def secrets_in(words: Iterable[str]) -> set[str]:
    """What may be passwords in these words, as they are written and as they are meant."""
    found = {word[start:end] for word in words for start, end in _places(word)}
    return found | {unquote(each) for each in found}


def _places(word: str) -> list[tuple[int, int]]:
    """Where they stand; none overlaps another."""
    match = _IN_WORD.match(word)
    places = [match.span(1)] if match else []
    end = match.end() if match else 0
    return places + [found.span(1) for found in _IN_OPTION.finditer(word, end)]
