"""Where values lie among quantiles, beside a search that knows nothing of buckets; and words beside how they are spelt slowly."""

import numpy as np
import polars as pl
import pytest

from synth.generators.quantiles import BUCKETS, Quantiles
from synth.generators.text import ENDINGS, SYLLABLES, UNWANTED, spell_word
from synth.generators.web import _spell, _spell_plain

MANY = 8192
RANDOM = np.random.Generator(np.random.PCG64DXSM(11))
DRAWN = {
    "above 0": lambda n: np.exp(0.5 * RANDOM.standard_normal(n)) * 40_000,
    "of both signs": lambda n: RANDOM.standard_normal(n) * 1.5,
    "in cents": lambda n: (np.exp(0.5 * RANDOM.standard_normal(n)) * 4e6).astype(np.int64),
    "counts": lambda n: RANDOM.poisson(6, n),
    "far apart": lambda n: RANDOM.poisson(6, n) * 10**9 + RANDOM.integers(0, 2, n),
    "one number": lambda n: np.full(n, 7),
    "one double": lambda n: np.full(n, -7.5),
    "from 0 up": lambda n: np.maximum(0, RANDOM.standard_normal(n)),
    "wide": lambda n: RANDOM.integers(-(2**62), 2**62, n),
    "of many sizes": lambda n: RANDOM.exponential(size=n) ** 40,
    "as many as buckets": lambda n: RANDOM.integers(0, BUCKETS, n),
}


@pytest.mark.parametrize("name", DRAWN)
def test_places_are_those_of_a_search(name):
    quantiles, more = np.sort(DRAWN[name](MANY)), DRAWN[name](20_000)
    apart = np.concatenate((more, quantiles, quantiles[:50] - 1, quantiles[-50:] + 1, more * 2, -more))
    found = Quantiles(quantiles)
    assert (found.places(apart) == np.searchsorted(quantiles, apart, side="left")).all()
    uniform = RANDOM.random(len(apart))
    low, high = (np.searchsorted(quantiles, apart, side=side) / MANY for side in ("left", "right"))
    shares = found.shares_below(pl.Series(apart), uniform)
    even = np.where(low < high, low + uniform * (high - low), np.clip(low + (uniform - 0.5) / MANY, 0, 1))
    assert shares == pytest.approx(even, abs=1e-12)


def slowly(number: int, syllables: int) -> str:
    """Spell one number, syllable by syllable."""
    number, ending = divmod(number, len(ENDINGS))
    word = ENDINGS[ending]
    for _ in range(syllables):
        number, syllable = divmod(number, len(SYLLABLES))
        word = SYLLABLES[syllable] + word
    apart, at = "", 0
    while at < len(word):  # the fragment that ends first is split, and what follows looks at what is behind it
        ends = [
            (end, begin)
            for end in range(at + 1, len(word) + 1)
            for begin in range(at, end)
            if word[begin:end] in UNWANTED
        ]
        end, begin = min(ends, default=(len(word), len(word)))
        apart += word[at:begin] + (word[begin : begin + 2] + "w" + word[begin + 2 : end] if begin < end else "")
        at = end
    return apart.capitalize()


@pytest.mark.parametrize("syllables", range(1, 7))
def test_words_are_spelt_as_slowly(syllables):
    size = len(SYLLABLES) ** syllables * len(ENDINGS)
    numbers = np.arange(0, size, max(1, size // 30_011))
    drawn = spell_word(numbers, syllables)
    assert drawn.to_list() == [slowly(number, syllables) for number in numbers.tolist()]
    assert (spell_word(numbers, syllables, " Ltd") == drawn + " Ltd").all() and drawn.is_unique().all()
    assert drawn.str.contains("w").any()


def test_hosts_are_spelt_alike_by_bytes():
    plain = pl.Series(["Bravo & Sons.", "x", "Jo-Ann's (UK) Ltd.", "a" * 63, "9 lives  ...", "A--b", "Z\n\t0"])
    found = _spell_plain(plain)
    assert found is not None and found.to_list() == _spell(plain).to_list()
    assert found.to_list()[:3] == ["bravo-sons", "x", "jo-ann-s-uk-ltd"]
    for other in ("é", "", "-a", None, "a" * 64, "株式会社"):
        assert _spell_plain(pl.Series(["a", other])) is None
