/* Pages of Parquet: numbers as so many bits each, differences, and codes of a dictionary. */

#include "kernels.h"

#define BITS 14 /* of the places of a table of values */
#define NOBODY 0xffffu
#define SAMPLE 4096
#define MOST_LEFT 0.4
#define ROUNDS 6

/* Puts numbers of up to 56 bits one behind the other; `out` has seven bytes to spare. */
typedef struct { uint8_t *out; uint64_t waiting; unsigned filled; } bits;

static inline void put(bits *into, uint64_t number, unsigned width) {
    into->waiting |= number << into->filled;
    into->filled += width;
    memcpy(into->out, &into->waiting, 8);
    into->out += into->filled >> 3;
    into->waiting >>= into->filled & 56u;
    into->filled &= 7;
}

/* Eights of numbers, of a width that the compiler knows: each number's place in the bytes is then no question. */
#define EIGHTS(type, width, less)                                                                                         \
    for (int64_t at = 0; at < count; at += 8, into += (width)) {                                                          \
        bits to = {into, 0, 0};                                                                                           \
        for (int each = 0; each < 8; each++) put(&to, (uint64_t)((const type *)numbers)[at + each] - (less), width);      \
    }                                                                                                                     \
    break;
#define WIDTH(k) case k: EIGHTS(uint64_t, k, less)
#define EIGHT_WIDTHS(k)                                                                                                   \
    WIDTH(k) WIDTH(k + 1) WIDTH(k + 2) WIDTH(k + 3) WIDTH(k + 4) WIDTH(k + 5) WIDTH(k + 6) WIDTH(k + 7)
#define NARROW(type, k) case k: EIGHTS(type, k, 0)

static uint8_t *pack_words(const uint64_t *numbers, int64_t count, unsigned width, uint64_t less, uint8_t *into) {
    switch (width) {
        EIGHT_WIDTHS(1) EIGHT_WIDTHS(9) EIGHT_WIDTHS(17) EIGHT_WIDTHS(25)
        default: EIGHTS(uint64_t, width, less)
    }
    return into;
}

/* Eights of numbers of so many bytes each, as `width` bits, at most 56. */
KERNEL void pack_bits(const void *numbers, int64_t bytes, int64_t count, int64_t bits_each, uint8_t *into) {
    const unsigned width = (unsigned)bits_each;
    if (bytes == 8) {
        pack_words(numbers, count, width, 0, into);
    } else if (bytes == 4) {
        switch (width) {
            default: EIGHTS(uint32_t, width, 0)
        }
    } else if (bytes == 2) {
        switch (width) {
            NARROW(uint16_t, 9) NARROW(uint16_t, 10) NARROW(uint16_t, 11) NARROW(uint16_t, 12) NARROW(uint16_t, 13)
            NARROW(uint16_t, 14) NARROW(uint16_t, 2) NARROW(uint16_t, 3) NARROW(uint16_t, 4) NARROW(uint16_t, 5)
            NARROW(uint16_t, 6) NARROW(uint16_t, 7) NARROW(uint16_t, 8)
            default: EIGHTS(uint16_t, width, 0)
        }
    } else {
        switch (width) {
            NARROW(uint8_t, 2) NARROW(uint8_t, 3) NARROW(uint8_t, 4) NARROW(uint8_t, 5) NARROW(uint8_t, 6)
            NARROW(uint8_t, 7)
            default: EIGHTS(uint8_t, width, 0)
        }
    }
}

/* Differences of neighbours, and the least and the largest of each block of so many; behind the last it comes again. */
#define DIFFERENCES(type)                                                                                                 \
    for (int64_t block = 0; block < blocks; block++) {                                                                    \
        const int64_t start = block * size, stop = start + size < count ? start + size : count;                           \
        const type *from = (const type *)values + start;                                                                  \
        int64_t *into = found + start, low = INT64_MAX, high = INT64_MIN;                                                 \
        for (int64_t at = 0; at < stop - start; at++) {                                                                   \
            const int64_t step = (int64_t)((uint64_t)from[at + 1] - (uint64_t)from[at]);                                  \
            into[at] = step;                                                                                              \
            low = step < low ? step : low;                                                                                \
            high = step > high ? step : high;                                                                             \
        }                                                                                                                 \
        for (int64_t at = stop - start; at < size; at++) into[at] = into[stop - start - 1];                               \
        least[block] = low, largest[block] = high;                                                                        \
    }

KERNEL CLONES void differences(const void *values, int64_t bytes, int64_t count, int64_t blocks, int64_t size,
                               int64_t *found, int64_t *least, int64_t *largest) {
    if (bytes == 4) DIFFERENCES(int32_t)
    else DIFFERENCES(int64_t)
}

static inline uint8_t *put_varint(uint8_t *out, uint64_t number) {
    for (; number >= 0x80; number >>= 7) *out++ = (uint8_t)(number | 0x80);
    *out++ = (uint8_t)number;
    return out;
}

/* Blocks of differences: the least of each as a varint, its width, at most 56, and what is above, packed. The bytes. */
KERNEL int64_t pack_blocks(const int64_t *steps, const int64_t *least, const int32_t *widths, int64_t blocks, int64_t size,
                           uint8_t *out) {
    uint8_t *const start = out;
    for (int64_t block = 0; block < blocks; block++, steps += size) {
        const int64_t low = least[block];
        const unsigned width = (unsigned)widths[block];
        out = put_varint(out, (uint64_t)low << 1 ^ (uint64_t)(low >> 63));
        *out++ = (uint8_t)width;
        if (!width) continue;
        out = pack_words((const uint64_t *)steps, size, width, (uint64_t)low, out);
    }
    return out - start;
}

#define MARK(type)                                                                                                        \
    for (int64_t at = 0; at < count; at++) flags[(int64_t)((const type *)values)[at] - low] = 1;
#define CODE(type)                                                                                                        \
    for (int64_t at = 0; at < count; at++) codes[at] = table[(int64_t)((const type *)values)[at] - low];

/* Which numbers from the least on there are. */
KERNEL void mark_there(const void *values, int64_t bytes, int64_t count, int64_t low, uint8_t *flags) {
    if (bytes == 2) MARK(int16_t)
    else if (bytes == 4) MARK(int32_t)
    else MARK(int64_t)
}

/* The code of each number by a table of all from the least on. */
KERNEL void codes_of(const void *values, int64_t bytes, int64_t count, int64_t low, const uint16_t *table,
                     uint16_t *codes) {
    if (bytes == 2) CODE(int16_t)
    else if (bytes == 4) CODE(int32_t)
    else CODE(int64_t)
}

static inline uint64_t place_of(uint64_t one, uint64_t other, const uint64_t *factors) {
    return (one * factors[0] + other * factors[1]) >> (64 - BITS);
}

/* Distinct values, as `distinct` finds them in numpy, round by round: a row of each into `kept`, (most,), and the code of each
   row. A value is a word of each row, or two, `words` words behind that of the row before. How many there are; below 0, where they seem to be
   more than `most`. To work in: rows, (count,), and a word or two for each place of a table. */
KERNEL int64_t distinct_values(const uint64_t *first, const uint64_t *second, int64_t words, int64_t count, int64_t most,
                               const uint64_t *factors, int64_t *rows, uint64_t *there, int64_t *kept, uint16_t *codes) {
    uint16_t table[1 << BITS];
    uint64_t *const ones = there, *const others = there + (1 << BITS);
    int64_t total = 0, left = count;
    for (int round = 0; round < ROUNDS; round++, factors += 2) {
        const int64_t step = left / SAMPLE > 1 ? left / SAMPLE : 1, before = total;
        memset(table, 0xff, sizeof table);
        for (int64_t at = 0; at < left; at += step) {
            const int64_t row = round ? rows[at] : at;
            const uint64_t one = first[row * words], other = second ? second[row * words] : 0;
            const uint64_t place = place_of(one, other, factors);
            if (table[place] != NOBODY) continue;
            if (total >= most) return -1;
            table[place] = (uint16_t)(total - before);
            ones[place] = one, others[place] = other;
            kept[total++] = row;
        }
        int64_t strange = 0;
        for (int64_t at = 0; at < left; at++) {
            const int64_t row = round ? rows[at] : at;
            const uint64_t one = first[row * words], other = second ? second[row * words] : 0;
            const uint64_t place = place_of(one, other, factors);
            codes[row] = (uint16_t)(table[place] + before);
            rows[strange] = row;
            strange += table[place] == NOBODY || ones[place] != one || others[place] != other;
        }
        if (!strange) return total;
        if ((double)strange > MOST_LEFT * (double)left) return -1;
        left = strange;
    }
    return -1;
}
