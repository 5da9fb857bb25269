/* Choosing rows: a weighted search by a table of buckets, who takes what nobody of a group has, numbers by row. */

#include "kernels.h"

#define MOST_STEPS 6 /* of a bucket that are gone through one by one */

static inline int64_t above(const double *cumulated, int64_t size, const int32_t *first, int64_t buckets, double scale,
                            double value) {
    int64_t bucket = (int64_t)(value * scale);
    bucket = bucket < 0 ? 0 : bucket >= buckets ? buckets - 1 : bucket;
    int64_t found = first[bucket];
    if (found >= 0) return found;
    found = ~found;
    for (int step = 0; step < MOST_STEPS; step++, found++)
        if (found >= size || cumulated[found] > value) return found;
    for (int64_t last = size; found < last;) {
        const int64_t middle = found + (last - found) / 2;
        if (cumulated[middle] <= value) found = middle + 1;
        else last = middle;
    }
    return found;
}

/* The place of the first cumulated weight above each value. */
KERNEL void search(const double *cumulated, int64_t size, const int32_t *first, int64_t buckets, double scale,
                   const double *values, int64_t count, int64_t *found) {
    for (int64_t at = 0; at < count; at++) found[at] = above(cumulated, size, first, buckets, scale, values[at]);
}

/* The same for uniform numbers, each a share of what the first `sizes` rows weigh. */
KERNEL void search_first(const double *cumulated, int64_t size, const int32_t *first, int64_t buckets, double scale,
                         const double *uniform, const int64_t *sizes, double below_one, int64_t count, int64_t *found) {
    for (int64_t at = 0; at < count; at++) {
        const double most = cumulated[(sizes[at] > 1 ? sizes[at] : 1) - 1] * below_one;
        found[at] = above(cumulated, size, first, buckets, scale, uniform[at] * most);
    }
}

/* Normal numbers between two, by a table of their shares: a step of it is found, and gone along. Behind each step are the share
   below it, how it rises, and where it is. */
KERNEL void normal_numbers(const double *cumulated, int64_t size, const int32_t *first, int64_t buckets, double scale,
                           const double *below, const double *slope, const double *steps, const double *uniform,
                           double factor, double least, double low, double high, int64_t count, double *found) {
    for (int64_t at = 0; at < count; at++) {
        const double share = uniform[at] * factor + least;
        const int64_t step = above(cumulated, size, first, buckets, scale, share);
        const double number = (share - below[step]) * slope[step] + steps[step];
        found[at] = number < low ? low : number > high ? high : number;
    }
}

/* Of rows in the order of their groups, those that ask for what none of their group has got before. taken: what each has
   got, or -1. Choices are below 2^31. */
KERNEL CLONES void first_takers(const int64_t *groups, const int64_t *choices, const uint8_t *asks, int64_t count,
                                int32_t *taken, uint8_t *got) {
    int64_t start = 0;
    for (int64_t at = 0; at < count; at++) {
        if (at && groups[at] != groups[at - 1]) start = at;
        const int32_t choice = (int32_t)choices[at];
        int32_t free = asks[at];
        for (int64_t other = start; other < at; other++) free &= taken[other] != choice;
        taken[at] = free ? choice : -1;
        got[at] = (uint8_t)free;
    }
}

/* Of some rows, one after the other, those that get their choice. starts: where each group begins, and the last ends. */
KERNEL CLONES void later_takers(const int64_t *groups, const int64_t *starts, const int64_t *rows,
                                const int64_t *choices, int64_t count, int32_t *taken, uint8_t *got) {
    for (int64_t at = 0; at < count; at++) {
        const int64_t group = groups[rows[at]];
        const int32_t choice = (int32_t)choices[at];
        int32_t free = 1;
        for (int64_t other = starts[group]; other < starts[group + 1]; other++) free &= taken[other] != choice;
        if (free) taken[rows[at]] = choice;
        got[at] = (uint8_t)free;
    }
}

static inline uint64_t mixed(uint64_t state) {
    state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9u;
    state = (state ^ (state >> 27)) * 0x94d049bb133111ebu;
    return state ^ (state >> 31);
}

/* A uniform number in [0, 1) for each row: SplitMix64 twice, by two keys. */
KERNEL void uniform_by_row(const int64_t *rows, uint64_t key, uint64_t other, int64_t count, double *found) {
    for (int64_t at = 0; at < count; at++) {
        const uint64_t state = mixed(mixed(((uint64_t)rows[at] + 1) * 0x9e3779b97f4a7c15u + key) + other);
        found[at] = (double)(state >> 11) * 0x1p-53;
    }
}

/* Where texts of these hashes are kept, or are to be: from its own slot on the first that is its or nobody's, at most so
   many further. left: those that are not there; how many they are. */
KERNEL int64_t slots_of(const uint64_t *hashes, int64_t count, const uint64_t *kept, int64_t size, int64_t farthest,
                        int64_t *slots, int64_t *left) {
    const uint64_t end = (uint64_t)size - 1;
    int64_t lacking = 0;
    for (int64_t at = 0; at < count; at++) {
        uint64_t slot = hashes[at] & end;
        for (int64_t step = 0; step < farthest && kept[slot] && kept[slot] != hashes[at]; step++) slot = (slot + 1) & end;
        slots[at] = (int64_t)slot;
        left[lacking] = at;
        lacking += kept[slot] != hashes[at];
    }
    return lacking;
}
