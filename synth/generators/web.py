"""Addresses of the net that are kept for documentation, pages of hosts that can never be, and browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import product
from string import ascii_letters, digits
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field

from synth.dtypes import TEXT, DType
from synth.generators.base import Generator
from synth.generators.context import DrawContext, RowContext, SpanView, SpecView
from synth.generators.declarations import Complaint, Dependency, RowValue
from synth.generators.invented import NAMES, WORDS, invented, longest_invented, longest_name, written
from synth.generators.pattern import Pattern
from synth.generators.person import SPELLINGS
from synth.generators.sampling import BELOW_ONE, Search
from synth.generators.word_lists import faker_list
from synth.texts import TextCache, from_joined_bytes, to_joined_bytes

__all__ = ["Ip", "Url", "UserAgent"]

NETS = ("192.0.2.", "198.51.100.", "203.0.113.")  # RFC 5737
ADDRESSES = pl.Series([f"{net}{host}" for net in NETS for host in range(256)])
# RFC 3849. No group begins with 0, so that each address is spelt as RFC 5952 wants it.
_IPV6 = Pattern(text="2001:db8" + ":[1-9a-f][0-9a-f]{3}" * 6)


class Ip(Generator):
    """An address of the ranges kept for documentation: 768 of version 4, or any number of version 6."""

    shorthand = "version"
    default_type = TEXT

    example = """address: {ip: {}}
address_6: {ip: 6}"""

    version: Literal[4, 6] = Field(4, description="of the Internet Protocol")

    def accepts(self, dtype: DType) -> str | None:
        """Take text as long as the longest address."""
        if not dtype.is_free_text:
            return f"addresses of the net cannot be {dtype}"
        longest = self.longest_text()
        return f"an address may be {longest} long" if dtype.length and longest > dtype.length else None

    def longest_text(self) -> int:
        """Give the longest address's."""
        return _IPV6.longest_text() if self.version == 6 else int(ADDRESSES.str.len_chars().max() or 0)  # type: ignore[arg-type]

    def capacity(self, dtype: DType) -> int:
        """Count the addresses of the version."""
        return _IPV6.capacity(dtype) if self.version == 6 else len(ADDRESSES)

    def places(self, dtype: DType, row_count: Callable[[str], int | None]) -> int:
        """Count the addresses, of version 6 those that differ in the last signs."""
        return _IPV6.places(dtype, row_count) if self.version == 6 else len(ADDRESSES)

    def draw_at(self, context: DrawContext, places: npt.NDArray[np.int64]) -> pl.Series:
        """Give the addresses at these places. (rows,) -> (rows,)"""
        return _IPV6.draw_at(context, places) if self.version == 6 else ADDRESSES.gather(places)

    def draw(self, context: DrawContext) -> pl.Series:
        """Draw addresses, all equally likely. (rows,)"""
        if self.version == 6:
            return _IPV6.draw(context)
        return ADDRESSES.gather((context.stream().random(context.rows) * len(ADDRESSES)).astype(np.int64))


PAGES = (
    ["about", "account", "articles", "basket", "blog", "books", "careers", "catalogue", "checkout", "contact", "delivery",
     "downloads", "events", "faq", "forum", "gallery", "garden", "gifts", "guides", "help", "history", "home", "images",
     "invoices", "kitchen", "labs", "library", "login", "map", "media", "music", "news", "offers", "office", "orders",
     "outlet", "partners", "photos", "plans", "press", "prices", "privacy", "products", "projects", "returns", "reviews",
     "search", "services", "shop", "sports", "status", "stores", "stories", "support", "team", "terms", "tools", "tours",
     "travel", "videos", "weather", "wiki", "work", "workshops"]
)  # fmt: skip
LABEL = 63  # characters of a name between dots: RFC 1035
_FRAME = len("https://.example")


class Url(Generator):
    """A page at a host that can never be (`.example`, RFC 2606): `https://tovira.example/about`."""

    shorthand = "host"
    default_type = TEXT

    example = """company: {company: {}}
home_page: {url: {host: company, segments: 0}}
seen: {url: {segments: 2}}"""

    host: str | None = Field(
        None, description="the path of a text that the host is named after; else an invented word, another for each row"
    )
    segments: Annotated[int, Field(ge=0, le=3)] = Field(1, description="words of the path")

    @property
    def never_repeats(self) -> bool:  # type: ignore[override]
        """Whether each row has a host of its own."""
        return self.host is None

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the text that the host is named after."""
        return (RowValue(self.host),) if self.host else ()

    def gives_null(self, view: SpecView) -> bool:
        """Tell whether that text may be NULL."""
        return self.host is not None and view.gives_null(self.host)

    def accepts(self, dtype: DType) -> str | None:
        """Take text as long as the longest page's."""
        if not dtype.is_free_text:
            return f"pages cannot be {dtype}"
        longest = self._longest()
        return f"a page may be {longest} long" if dtype.length and longest > dtype.length else None

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield a host that is no text."""
        if self.host and not view.type_at(self.host).is_free_text:
            yield Complaint(f"'{self.host}' is {view.type_at(self.host)}, and hosts are named after text", at=("host",))

    def _longest(self) -> int:
        """Count the most characters of a page."""
        page = max(map(len, PAGES))
        return _FRAME + (LABEL if self.host else longest_name()) + self.segments * (1 + page)

    def longest_text(self) -> int:
        """Give the longest page's, of a host of two words."""
        return self._longest() + (0 if self.host else 1 + longest_name())

    def longest(self, view: SpanView) -> int | None:
        """Count the most characters by the rows there are: more than words have hosts of two."""
        return self._longest() + (0 if self.host else longest_invented(view.rows()) - longest_name())

    def capacity(self, dtype: DType) -> int | None:
        """Count the hosts of one word, and of two where the type has room for them; None where room is endless."""
        if self.host or not dtype.length:
            return None
        return NAMES if self.longest_text() <= dtype.length else WORDS

    def draw(self, context: RowContext) -> pl.Series:
        """Put words of the path behind the host; NULL where the host is. (rows,)"""
        pages = _pages(self.segments)
        uniform = context.stream().random(context.rows)
        if self.host:
            host = [_labels(context.value(self.host), context.unique_numbers + 1).alias("host")]
        else:
            host = invented(context, written("", "-", lower=True))
        behind = pages[(uniform * len(pages)).astype(np.int64)].alias("page")
        whole = pl.concat_str(pl.lit("https://"), pl.all())
        return pl.DataFrame([*host, behind]).select(whole).to_series()


@lru_cache(maxsize=4)
def _pages(segments: int) -> pl.Series:
    """All paths of so many words, behind the end of a host, (paths,)."""
    paths = product(PAGES, repeat=segments)
    return pl.Series([".example" + "".join(f"/{page}" for page in path) for path in paths])


def _spell(names: pl.Series) -> pl.Series:
    """Names as hosts are spelt, in lower-case ASCII letters, digits and hyphens. (n,) -> (n,)"""
    name = pl.col("name").str.to_lowercase().str.replace_many(SPELLINGS).str.normalize("NFKD")
    name = name.str.replace_all(r"\p{M}", "").str.replace_all("[^a-z0-9]+", "-").str.strip_chars("-")
    spelt = name.str.slice(0, LABEL).str.strip_chars_end("-")
    return names.alias("name").to_frame().select(spelt).to_series()


_spelt = TextCache(_spell)
_HYPHEN = ord("-")
_SPELT_SIGNS = np.full(
    128, _HYPHEN, dtype=np.uint8
)  # of ASCII: letters in lower case, digits, and hyphens for the rest
_SPELT_SIGNS[[*map(ord, ascii_letters + digits)]] = [*map(ord, ascii_letters.lower() + digits)]


def _spell_plain(names: pl.Series) -> pl.Series | None:
    """Spell names as `_spell` does where none is NULL, all are of ASCII, begin with a letter, and fit; else None. (n,)"""
    signs, ends = to_joined_bytes(names)
    sizes = np.diff(ends, prepend=0)
    if names.null_count() or not len(signs) or signs.max() > 127 or sizes.min() < 1 or sizes.max() > LABEL:
        return None
    signs = _SPELT_SIGNS[signs]
    hyphens = signs == _HYPHEN
    if hyphens[ends - sizes].any():
        return None
    followed = np.append(hyphens[1:], True)
    followed[ends - 1] = True
    kept = ~(hyphens & followed)  # of several hyphens the last, of those at the end none
    return from_joined_bytes(signs[kept], np.add.reduceat(kept, ends - sizes, dtype=np.int64))


def _labels(names: pl.Series, numbers: npt.NDArray[np.int64]) -> pl.Series:
    """Spell names as hosts; one without ASCII letters is `site-` and its number, and NULL stays NULL. (n,) -> (n,)"""
    plain = _spell_plain(names)
    if plain is not None:
        return plain
    labels = _spelt(names)
    if not (labels == "").any():
        return labels
    frame = pl.DataFrame([labels.alias("label"), pl.Series("number", numbers)])
    number = pl.format("site-{}", pl.col("number"))
    return frame.select(pl.when(pl.col("label") == "").then(number).otherwise("label")).to_series()


# Shares of browsers, roughly as counters of page views had them in 2024 and 2025; versions of those years.
_DESKTOPS = {"Windows NT 10.0; Win64; x64": 0.75, "Macintosh; Intel Mac OS X 10_15_7": 0.2, "X11; Linux x86_64": 0.05}
_VERSIONS = range(120, 144)
_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@lru_cache(maxsize=1)
def _browsers() -> tuple[pl.Series, Search]:
    """What browsers say of themselves, (browsers,), and a search in their cumulated weights."""
    android = [each for each in faker_list("user_agent", None, "android_versions") if float(each.split(".")[0]) >= 9]
    ios = [each for each in faker_list("user_agent", None, "ios_versions") if float(each.split(".")[0]) >= 15]
    shares: dict[str, float] = {}

    def add(share: float, texts: list[str]) -> None:
        for text in texts:
            shares[f"Mozilla/5.0 {text}"] = share / len(texts)

    for system, share in _DESKTOPS.items():
        chrome = [f"({system}) {_WEBKIT} Chrome/{v}.0.0.0 Safari/537.36" for v in _VERSIONS]
        add(0.3 * share, chrome)
        add(0.06 * share, [f"{text} Edg/{v}.0.0.0" for text, v in zip(chrome, _VERSIONS, strict=True)])
        add(0.04 * share, [f"({system}; rv:{v}.0) Gecko/20100101 Firefox/{v}.0" for v in _VERSIONS])
    phone = f"{_WEBKIT} Chrome"
    add(0.4, [f"(Linux; Android {a}; K) {phone}/{v}.0.0.0 Mobile Safari/537.36" for a in android for v in _VERSIONS])
    safari = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version"
    for device, share in (("iPhone; CPU iPhone OS", 0.17), ("iPad; CPU OS", 0.03)):
        systems = [(each.replace(".", "_"), each) for each in ios]
        add(share, [f"({device} {os} like Mac OS X) {safari}/{v} Mobile/15E148 Safari/604.1" for os, v in systems])
    return pl.Series(list(shares)), Search(np.cumsum(list(shares.values())))


class UserAgent(Generator):
    """What a browser says of itself, by rough shares of browsers, with systems and versions of Faker's lists."""

    default_type = TEXT

    example = "browser: {user_agent: {}}"

    def accepts(self, dtype: DType) -> str | None:
        """Take text as long as the longest."""
        if not dtype.is_free_text:
            return f"browsers cannot be {dtype}"
        longest = self.longest_text()
        return f"a browser may be {longest} long" if dtype.length and longest > dtype.length else None

    def longest_text(self) -> int:
        """Count the characters of the longest text."""
        return int(_browsers()[0].str.len_chars().max() or 0)  # type: ignore[arg-type]

    def capacity(self, dtype: DType) -> int:
        """Count the texts of all browsers."""
        return len(_browsers()[0])

    def places(self, dtype: DType, row_count: Callable[[str], int | None]) -> int:
        """Count the texts of all browsers."""
        return len(_browsers()[0])

    def draw_at(self, context: DrawContext, places: npt.NDArray[np.int64]) -> pl.Series:
        """Give the browsers at these places, all of the same weight. (rows,) -> (rows,)"""
        return _browsers()[0].gather(places)

    def draw(self, context: DrawContext) -> pl.Series:
        """Draw by their shares. (rows,)"""
        texts, search = _browsers()
        return texts.gather(search(context.stream().random(context.rows) * (search.cumulated[-1] * BELOW_ONE)))
