"""A walk over the tokens of a statement: what comes next is looked at, taken, or left for another."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from synth.importing.ddl.lexer import Token

__all__ = ["Cursor", "UnreadError", "split"]


class UnreadError(ValueError):
    """What cannot be read of a statement, and where it stands in the text."""

    def __init__(self, what: str, at: int):
        self.at = at
        super().__init__(what)


class Cursor:
    """Tokens, and the place of the next one."""

    def __init__(self, tokens: Sequence[Token], folds: bool):
        """`folds` says whether names without quotes are in small letters, whatever they are written in."""
        self.tokens, self.folds, self.at = tokens, folds, 0

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return self.at >= len(self.tokens)

    @property
    def here(self) -> int:
        """The place in the text of the next token, or of the end."""
        if self.done:
            return self.tokens[-1].end if self.tokens else 0
        return self.tokens[self.at].start

    def peek(self, ahead: int = 0) -> Token:
        """The next token, or one behind it; at the end one of kind end."""
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else Token("end", "", self.here, self.here)

    def sees(self, *words: str) -> bool:
        """Whether these words or signs come next."""
        return all((self.peek(n).word or self.peek(n).text) == word for n, word in enumerate(words)) and not any(
            self.peek(n).kind in ("name", "text") for n in range(len(words))
        )

    def take(self, *words: str) -> bool:
        """Walk over these words, if they come next, and say whether they did."""
        if not self.sees(*words):
            return False
        self.at += len(words)
        return True

    def take_any(self, *words: str) -> str:
        """Walk over one of these words, and say which; nothing if none of them comes."""
        return next((word for word in words if self.take(word)), "")

    def next(self) -> Token:
        """The next token, which is walked over. Raises UnreadError at the end."""
        if self.done:
            raise UnreadError("it ends where more is expected", self.here)
        self.at += 1
        return self.tokens[self.at - 1]

    def name(self) -> str:
        """A name, as the database has it. Raises UnreadError where none stands."""
        token = self.next()
        if token.kind == "word":
            return token.text.lower() if self.folds else token.text
        if token.kind == "name" or (token.kind == "text" and token.text):
            return token.text
        raise UnreadError(f"a name is expected, and '{token.text}' stands there", token.start)

    def path(self) -> list[str]:
        """A name with those of its schema and database before it."""
        names = [self.name()]
        while self.sees("."):
            self.at += 1
            if not self.sees("."):  # database..table
                names.append(self.name())
        return names

    def group(self) -> list[Token]:
        """What stands in the brackets that come next. Raises UnreadError where none do, or they are not closed."""
        start = self.here
        if not self.take("("):
            raise UnreadError(f"'(' is expected, and '{self.peek().text}' stands there", start)
        begin, depth = self.at, 1
        while depth:
            if self.done:
                raise UnreadError("a bracket is not closed", start)
            token = self.next()
            if token.kind == "sign":
                depth += {"(": 1, ")": -1}.get(token.text, 0)
        return list(self.tokens[begin : self.at - 1])

    def within(self, tokens: Sequence[Token]) -> Cursor:
        """A walk over other tokens of the same text."""
        return Cursor(tokens, self.folds)

    def names(self) -> tuple[str, ...]:
        """The names in the brackets that come next, without what stands behind each: lengths, orders."""
        return tuple(self.within(part).path()[-1] for part in split(self.group()))

    def until(self, stops: Collection[str]) -> list[Token]:
        """The tokens before the first of these words that stands outside of brackets; the first one in any case."""
        begin, depth = self.at, 0
        while not self.done:
            token = self.peek()
            if depth == 0 and self.at > begin and token.word in stops and not self._goes_on(token.word):
                break
            if token.kind == "sign":
                depth += {"(": 1, ")": -1}.get(token.text, 0)
            self.at += 1
        return list(self.tokens[begin : self.at])

    def _goes_on(self, word: str) -> bool:
        """Whether a word is part of a type here: TIMESTAMP WITH TIME ZONE, CHARACTER VARYING."""
        after = self.peek(1).word
        return (word == "WITH" and after in ("TIME", "LOCAL")) or (word == "CHARACTER" and after != "SET")


def split(tokens: Sequence[Token]) -> list[list[Token]]:
    """What stands between the commas that are outside of brackets; nothing for nothing."""
    parts, depth = [list[Token]()], 0
    for token in tokens:
        if token.kind == "sign":
            depth += {"(": 1, ")": -1, "[": 1, "]": -1}.get(token.text, 0)
            if token.text == "," and depth == 0:
                parts.append([])
                continue
        parts[-1].append(token)
    return [part for part in parts if part]
