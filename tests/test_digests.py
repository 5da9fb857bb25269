"""MD5 of many texts at once is MD5, whatever their lengths and however many they are."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from synth import digests


def expected(data: bytes, sizes: np.ndarray) -> list[int]:
    ends = np.cumsum(sizes).tolist()
    return [
        int(hashlib.md5(data[end - size : end]).hexdigest()[:15], 16) for end, size in zip(ends, sizes, strict=True)
    ]


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (0, 0, 2_000),
        (0, 130, 3_000),
        (50, 70, 4_000),
        (10, 43, 20_000),
        (40, 700, 6_000),
        (0, 90, 40),
        (5, 5, 1),
        (0, 9, 0),
    ],
)
def test_it_is_md5(low, high, texts):
    random = np.random.default_rng(texts + high)
    sizes = random.integers(low, high, texts, endpoint=True)
    data = random.integers(0, 256, int(sizes.sum()), dtype=np.uint8)
    assert digests.first_60_bits(data, np.cumsum(sizes)).tolist() == expected(data.tobytes(), sizes)


def test_every_length_at_which_a_piece_ends():
    sizes = np.repeat(np.arange(0, 8 * 64 + 20), 4)
    data = np.arange(sizes.sum() % 251, sizes.sum() + sizes.sum() % 251).astype(np.uint8)
    assert len(sizes) > digests.FEWEST
    assert digests.first_60_bits(data, np.cumsum(sizes)).tolist() == expected(data.tobytes(), sizes)
