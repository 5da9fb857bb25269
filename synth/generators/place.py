"""Cities with a country, region, postal code and telephone number that belong together.

The places are a table of ours (`data/places.csv`): cities by population, the coarse area of their postal codes, and only
telephone ranges that the authorities keep for fiction (FCC/NANPA 555-01xx, Ofcom, BNetzA, ARCEP); a country without
such a range has none. `#` is a digit; `@` is a letter that British inward codes never use, so those codes do not exist.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.dtypes import BIGINT, TEXT, DType
from synth.errors import DataError
from synth.generators.base import Ask, Generator, Need, Schema, of_row
from synth.generators.person import locale_column, locales
from synth.generators.sampling import BELOW_ONE, Search

__all__ = ["Place", "PlacePart"]

UNUSED_LETTERS = "CIKMOV"  # never in the inward part of a British postcode


@lru_cache(maxsize=1)
def _places() -> pl.DataFrame:
    return pl.read_csv(Path(__file__).parent / "data" / "places.csv", schema_overrides={"weight": pl.Float64})


@lru_cache(maxsize=64)
def _cities(locale: str) -> tuple[npt.NDArray[np.int64], Search]:
    """The places of a locale, and a search in their cumulated weights."""
    rows = (_places()["locale"] == locale).arg_true().to_numpy().astype(np.int64)
    if not len(rows):
        known = ", ".join(_places()["locale"].unique().sort())
        raise DataError(f"no places are known for locale '{locale}'; known are {known}")
    return rows, Search(np.cumsum(_places()["weight"].gather(rows).to_numpy()))


class Place(Generator):
    """A city of the locale by population, as a number that `place_part` reads; a working column."""

    shorthand = "locale"
    default_type = BIGINT

    locale: str = "en_US"  # a column of locales, or one locale

    def needs(self, schema: Schema) -> tuple[Need, ...]:
        """The column of locales."""
        return tuple(of_row(name) for name in (locale_column(self.locale),) if name)

    def draw(self, ask: Ask) -> pl.Series:
        """The place's line in the table."""
        uniform = ask.stream().random(ask.rows)
        result = np.zeros(ask.rows, dtype=np.int64)
        for mask, locale in locales(ask, self.locale):
            rows, search = _cities(locale)
            result[mask] = rows[search(uniform[mask] * (search.cumulated[-1] * BELOW_ONE))]
        return pl.Series(result)


class PlacePart(Generator):
    """What is so at a place: its city, region, country, or a postal code or telephone number there."""

    default_type = TEXT

    of: str  # a column made by `place`
    part: Literal["city", "region", "country", "postal_code", "phone"]

    def nullable(self) -> bool:
        """Where no telephone range is kept for fiction, there is no number."""
        return self.part == "phone"

    def accepts(self, dtype: DType) -> str | None:
        """Text."""
        return None if dtype.name == "varchar" else f"parts of an address cannot be {dtype}"

    def needs(self, schema: Schema) -> tuple[Need, ...]:
        """The place."""
        return (of_row(self.of),)

    def draw(self, ask: Ask) -> pl.Series:
        """Patterns are filled in piece by piece: literal pieces of the place, then a drawn sign, and so on."""
        place = ask.see(self.of)
        patterns = _places()[self.part]
        holes = max(sum(sign in "#@" for sign in pattern or "") for pattern in patterns)
        if not holes:
            return patterns[place.to_numpy()]
        digits = ask.stream().integers(0, 2**16, (ask.rows, holes))
        pieces, kinds = _split(patterns, holes)
        at = place.to_numpy()
        columns = [pl.Series("p0", pieces[0])[at]]
        for hole in range(holes):
            kind = kinds[hole][at]
            signs = np.where(kind == 1, digits[:, hole] % 10, 10 + digits[:, hole] % len(UNUSED_LETTERS))
            alphabet = pl.Series([*"0123456789", *UNUSED_LETTERS, ""])
            columns.append(alphabet[np.where(kind == 0, len(alphabet) - 1, signs)].alias(f"s{hole}"))
            columns.append(pl.Series(f"p{hole + 1}", pieces[hole + 1])[at])
        return pl.DataFrame(columns).select(pl.concat_str(pl.all())).to_series()


def _split(patterns: pl.Series, holes: int) -> tuple[list[list[str | None]], list[npt.NDArray[np.int64]]]:
    """Patterns as literal pieces around their holes, and what each hole takes: 0 nothing, 1 a digit, 2 a letter."""
    pieces: list[list[str | None]] = [[] for _ in range(holes + 1)]
    kinds = [np.zeros(len(patterns), dtype=np.int64) for _ in range(holes)]
    for line, pattern in enumerate(patterns):
        found: list[str] = [""]
        for sign in pattern or "":
            if sign in "#@":
                kinds[len(found) - 1][line] = 1 if sign == "#" else 2
                found.append("")
            else:
                found[-1] += sign
        found += [""] * (holes + 1 - len(found))
        for at, piece in enumerate(found):
            pieces[at].append(None if pattern is None else piece)
    return pieces, kinds
