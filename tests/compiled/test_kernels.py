"""Each kernel against the numpy code beside which it is called: the same numbers and bytes, for whatever arrays."""

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth.compiled.kernels import SIGNATURES
from synth.digests import first_60_bits
from synth.draw.rollup import _dense_sums, _sums_by_keys
from synth.dtypes import DType
from synth.fingerprint import fingerprint, row_numbers
from synth.formats.pages.bits import pack
from synth.formats.pages.distinct import distinct
from synth.formats.pages.encoded import Deltas
from synth.formats.pages.whole import encode_whole
from synth.generators.sampling import Search, TakenPairs, has_numbers, normal_between
from synth.streams import hashed
from synth.texts import TextCache, to_joined_bytes

SIZES = st.sampled_from([0, 1, 2, 7, 8, 9, 63, 64, 65, 1023, 1024, 1025, 2049, 5000])
SOME = SIZES.filter(bool)
SEEDS = st.integers(0, 2**32 - 1)
WIDE = (-(2**63), 2**63 - 1)
LENGTHS = [0, 1, 3, 4, 8, 12, 13, 54, 55, 56, 63, 64, 65, 119, 120, 128, 700]


def checked(function):
    """Let a test run over some cases with the library that is made once."""
    return settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])(
        function
    )


def equal(a, b):
    """Arrays of the same numbers and types, or whatever else is equal."""
    if isinstance(a, tuple):
        assert len(a) == len(b)
        for one, other in zip(a, b, strict=True):
            equal(one, other)
    elif isinstance(a, np.ndarray):
        assert a.shape == b.shape
        np.testing.assert_array_equal(a, b)
    else:
        assert a == b


def numbers(rng, count, low=WIDE[0], high=WIDE[1]):
    """Whole numbers, the ends among them."""
    found = rng.integers(low, high, count, dtype=np.int64, endpoint=True)
    found[rng.random(count) < 0.1] = low
    found[rng.random(count) < 0.1] = high
    return found


def words(rng, count):
    """Texts of any bytes of UTF-8 and many lengths."""
    signs = np.array(list("aé漢🙂\0 Z"))
    lengths = rng.choice(LENGTHS, count)
    return pl.Series(["".join(rng.choice(signs, int(n) // 2)) + "x" * (int(n) % 2) for n in lengths], dtype=pl.String)


@checked
@given(SEEDS, SIZES)
def test_md5_60_bits(ways, seed, count):
    column = words(np.random.default_rng(seed), count)
    equal(*ways.both(lambda: first_60_bits(*to_joined_bytes(column))))


@checked
@given(SEEDS, SIZES, st.integers(1, 40))
def test_row_numbers(ways, seed, count, columns):
    rng = np.random.default_rng(seed)
    made, types = {}, {}
    for at in range(columns):
        column = pl.Series(numbers(rng, count, *(WIDE if at % 2 else (-(2**31), 2**32))))
        if at % 3 == 0:
            column = column.set(pl.Series(rng.random(count) < 0.3), None)
        made[f"c{at}"], types[f"c{at}"] = column, DType("bigint")
    made["day"], types["day"] = (
        pl.Series(numbers(rng, count, -700_000, 2_900_000)).cast(pl.Int32).cast(pl.Date),
        DType("date"),
    )
    made["day"] = made["day"].set(pl.Series(rng.random(count) < 0.3), None)
    made["text"], types["text"] = words(rng, count), DType.parse("varchar(9)")
    frame = pl.DataFrame(made)
    equal(*ways.both(lambda: (fingerprint(frame, types), row_numbers(frame, types))))


def weights(rng, count):
    """Cumulated weights, some of them 0, some far larger than others."""
    found = rng.pareto(0.5, count) * (rng.random(count) < 0.7)
    found[0] += 1e-9
    return np.cumsum(found)


@checked
@given(SEEDS, SOME, SIZES)
def test_search(ways, seed, count, values):
    rng = np.random.default_rng(seed)
    cumulated = weights(rng, count)
    asked = rng.random(values) * cumulated[-1]
    asked[rng.random(values) < 0.2] = 0
    some = rng.random(values) < 0.2
    asked[some] = rng.choice(cumulated, int(some.sum()))
    asked = np.minimum(asked, np.nextafter(cumulated[-1], 0))
    equal(*ways.both(lambda: Search(cumulated)(asked)))


@checked
@given(SEEDS, SOME, SIZES)
def test_search_first(ways, seed, count, values):
    rng = np.random.default_rng(seed)
    cumulated = weights(rng, count)
    sizes, uniform = rng.integers(0, count, values, endpoint=True), rng.random(values)
    equal(*ways.both(lambda: Search(cumulated).within(uniform, sizes)))


@checked
@given(SEEDS, SIZES, st.sampled_from([1, 3, 40]), st.sampled_from([1, 5, 10**9]))
def test_first_takers_and_later_takers(ways, seed, count, size, choices):
    rng = np.random.default_rng(seed)
    groups = np.sort(rng.integers(0, size, count))
    rounds = [(rng.integers(0, choices, count), rng.random(count) < 0.7) for _ in range(3)]

    def work():
        taken = TakenPairs(groups, size, choices)
        got = [taken.first(*rounds[0])]
        for chosen, asks in rounds[1:]:
            pending = np.flatnonzero(~got[0] & asks)
            good = taken.take(pending, chosen[pending])
            got[0][pending[good]] = True
            got.append(good)
        return tuple(got)

    equal(*ways.both(work))


@checked
@given(SEEDS, SIZES)
def test_uniform_by_row(ways, seed, count):
    rows = numbers(np.random.default_rng(seed), count)
    equal(*ways.both(lambda: hashed(seed, "table", "column", "sub", rows)))
    equal(*ways.both(lambda: hashed(seed, "table", "column", "sub", np.tile(rows, (2, 1)).T)))


@checked
@given(SEEDS, SIZES)
def test_slots_of(ways, seed, count):
    rng = np.random.default_rng(seed)
    column = pl.Series(rng.integers(0, 40, count)).cast(pl.String)
    column = column.set(pl.Series(rng.random(count) < 0.1), None)
    several = [column.sample(fraction=1, shuffle=True, seed=turn) for turn in range(3)]

    def work():
        cache = TextCache(
            lambda texts: texts.str.len_bytes().cast(pl.Int64) + texts.cast(pl.Int64, strict=False), slots=16
        )
        return tuple(cache(each).to_list() for each in several)

    equal(*ways.both(work))


@checked
@given(SEEDS, st.integers(1, 64), st.sampled_from([0, 8, 64, 72, 1000, 4096]))
def test_pack_bits(ways, seed, width, count):
    found = numbers(np.random.default_rng(seed), count).view(np.uint64) >> np.uint64(64 - width)
    for lane in (8, 16, 32, 64):
        if width <= lane:
            narrow = found.astype(f"<u{lane // 8}")
            equal(*ways.both(lambda: pack(narrow, width)))


@checked
@given(SEEDS, SIZES, st.integers(0, 61), st.booleans(), st.sampled_from([np.int16, np.int32, np.int64]))
def test_differences_and_pack_blocks(ways, seed, count, bits, whole, dtype):
    bits = min(bits, np.dtype(dtype).itemsize * 8 - 1)
    values = numbers(np.random.default_rng(seed), count, -(2**bits) // 2, 2**bits // 2 - (bits > 0)).astype(dtype)

    def work():
        deltas = Deltas.of(values, whole_bytes=whole)
        return deltas.above, deltas.least, deltas.widths, deltas.size, deltas.packed()

    equal(*ways.both(work))


@checked
@given(SEEDS, SOME, st.integers(1, 30), st.sampled_from([np.int32, np.int64]), st.integers(1, 400))
def test_mark_there_and_codes_of(ways, seed, count, bits, dtype, few):
    rng = np.random.default_rng(seed)
    values = rng.choice(numbers(rng, few, -(2**bits), 2**bits - 1), count).astype(dtype)
    low, high = int(values.min()), int(values.max())
    stored = f"<i{np.dtype(dtype).itemsize}"

    def work():
        encoded = encode_whole(values, low, high, stored, lambda sample: False)
        return encoded.encoding, encoded.dictionary, encoded.entries, bytes(encoded.page(0, count))

    equal(*ways.both(work))


@checked
@given(SEEDS, SOME, st.integers(1, 3000), st.booleans(), st.integers(1, 2**14))
def test_distinct_values(ways, seed, count, few, pair, most):
    rng = np.random.default_rng(seed)
    known = numbers(rng, 2 * few).view(np.uint64).reshape(-1, 2)
    rows = known[rng.integers(0, few, count)]
    given = [rows[:, 0], rows[:, 1]] if pair else [rows[:, 0]]

    def work():
        found = distinct(given, most)
        return None if found is None else (found[0], found[1].astype(np.uint16))

    numpys, ours = ways.both(work)
    assert (numpys is None) == (ours is None)
    if numpys is not None:
        equal(numpys, ours)


@checked
@given(SEEDS, SIZES, st.floats(-9.5, 9.5), st.floats(0.001, 19))
def test_normal_numbers(ways, seed, count, low, width):
    uniform = np.random.default_rng(seed).random(count)
    uniform[: count // 8] = 0
    for a, b in ((low, low + width), (-np.inf, low), (low, np.inf)):
        if has_numbers(a, b):
            equal(*ways.both(lambda: normal_between(uniform.copy(), a, b).view(np.uint64)))


@checked
@given(SEEDS, SOME, st.sampled_from([1, 2, 50, 10**18]), st.integers(1, 3))
def test_group_rows_and_add_by_group(ways, kernels, seed, count, most, columns):
    rng = np.random.default_rng(seed)
    keys = [numbers(rng, count, -most, most) for _ in range(columns)]
    groups, firsts = kernels.group_rows(keys)
    slow = pl.DataFrame(keys).with_row_index("row").group_by(pl.exclude("row"), maintain_order=True).agg("row")["row"]
    equal(firsts, slow.list.first().to_numpy().astype(np.int64))
    equal(
        groups,
        np.concatenate([np.full(len(rows), at) for at, rows in enumerate(slow)])[np.argsort(np.concatenate([*slow]))],
    )
    added = numbers(rng, count)
    total = np.zeros(len(firsts), dtype=np.int64)
    np.add.at(total, groups, added)
    equal(kernels.add_by_group(groups, added, len(firsts)), total)


def test_sums_of_a_rollup_are_those_of_polars(ways):
    rng = np.random.default_rng(3)
    frame = pl.DataFrame(
        {"a": rng.integers(0, 9, 5000) * 10**6, "b": rng.integers(-3, 3, 5000), "n": rng.integers(-99, 99, 5000)}
    )
    hidden = pl.lit(pl.Series(rng.random(5000) < 0.3))
    frame = frame.with_columns(
        pl.when(hidden).then(None).otherwise("b").alias("b"), pl.when(~hidden).then("n").alias("n")
    )
    ways.take(True)
    found = _sums_by_keys(frame, ["a", "b"])
    assert found.equals(frame.group_by("a", "b", maintain_order=True).agg(pl.col("n").sum()))
    assert _dense_sums(frame.with_columns(pl.col("n").fill_null(0)).drop("b"), "a") is None  # too far apart
    small = frame.select(pl.col("a") // 10**6, pl.col("n").fill_null(0))
    by_numpy, compiled = ways.both(lambda: _dense_sums(small, "a"))
    assert by_numpy.equals(compiled) and by_numpy.equals(small.group_by("a").agg(pl.col("n").sum()).sort("a"))


@checked
@given(SEEDS, SOME, st.sampled_from([np.int16, np.int32, np.int64]))
def test_least_and_largest(kernels, seed, count, dtype):
    values = numbers(np.random.default_rng(seed), count).astype(dtype)
    equal(kernels.least_and_largest(values), (int(values.min()), int(values.max())))


@pytest.mark.parametrize("name", SIGNATURES)
def test_no_kernel_is_without_an_oracle(name, kernels):
    """Each is a function of the library, a method, and in the name of a test above."""
    assert callable(getattr(kernels, name)) and name in kernels._
    assert [test for test in globals() if test.startswith("test_") and name in test.removeprefix("test_")]
