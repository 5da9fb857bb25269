/* Rows by what they share: which are of one group, and what numbers come to in each. */

#include "kernels.h"

/* The group of each row, numbered as they are first met: rows are of one where all their keys are equal. places: of a power
   of two, more than there are rows, all below 0; firsts: the first row of each. How many groups there are. */
KERNEL int64_t group_rows(const int64_t *const *keys, int64_t columns, int64_t count, int32_t *places, int64_t size,
                          int64_t *groups, int64_t *firsts) {
    const uint64_t end = (uint64_t)size - 1;
    int64_t found = 0;
    for (int64_t at = 0; at < count; at++) {
        uint64_t mixed = 0;
        for (int64_t column = 0; column < columns; column++) {
            mixed = (mixed ^ (uint64_t)keys[column][at]) * 0x9e3779b97f4a7c15u;
            mixed ^= mixed >> 32;
        }
        for (uint64_t place = mixed & end;; place = (place + 1) & end) {
            if (places[place] < 0) {
                places[place] = (int32_t)found;
                firsts[found] = at, groups[at] = found++;
                break;
            }
            const int64_t first = firsts[places[place]];
            int same = 1;
            for (int64_t column = 0; column < columns; column++) same &= keys[column][first] == keys[column][at];
            if (same) {
                groups[at] = places[place];
                break;
            }
        }
    }
    return found;
}

/* What numbers of each group come to; it wraps, as numpy's. totals: 0 at first. */
KERNEL void add_by_group(const int64_t *groups, const int64_t *numbers, int64_t count, int64_t *totals) {
    for (int64_t at = 0; at < count; at++)
        totals[groups[at]] = (int64_t)((uint64_t)totals[groups[at]] + (uint64_t)numbers[at]);
}

#define ENDS(type)                                                                                                        \
    {                                                                                                                     \
        const type *each = values;                                                                                        \
        type low = each[0], high = each[0];                                                                               \
        for (int64_t at = 1; at < count; at++) {                                                                          \
            low = each[at] < low ? each[at] : low;                                                                        \
            high = each[at] > high ? each[at] : high;                                                                     \
        }                                                                                                                 \
        ends[0] = low, ends[1] = high;                                                                                    \
    }

/* The least and the largest of numbers, of one at least. */
KERNEL CLONES void least_and_largest(const void *values, int64_t bytes, int64_t count, int64_t *ends) {
    if (bytes == 2) ENDS(int16_t)
    else if (bytes == 4) ENDS(int32_t)
    else ENDS(int64_t)
}
