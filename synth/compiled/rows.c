/* Numbers of rows for fingerprints: sums of products modulo 2^31 - 1. */

#include "kernels.h"

#define P 0x7fffffffu
#define C 1234567891u
#define PART 1024 /* rows whose sums stay in the cache */

/* A number whose remainder is that of another one below 2^63; below 2^32 + 2. */
static inline uint64_t folded(uint64_t number) { return (number & P) + (number >> 31); }

static inline uint64_t reduced(uint64_t number) {
    number = folded(folded(number));
    number = number >= P ? number - P : number;
    return number >= P ? number - P : number;
}

/* cells: of each column, whole numbers; missing: of each, which are NULL, or no array. factors are below 2^28, as are nulls.
   rows: (count,) or no array; sums: of the rows, and of their squares. */
KERNEL CLONES void row_numbers(const int64_t *const *cells, const uint8_t *const *missing, const int64_t *factors,
                               const int64_t *nulls, int64_t columns, int64_t count, int64_t *rows, int64_t *sums) {
    uint64_t row[PART], linear = 0, square = 0;
    for (int64_t start = 0; start < count; start += PART) {
        const int64_t size = count - start < PART ? count - start : PART;
        memset(row, 0, sizeof row);
        for (int64_t column = 0; column < columns; column++) {
            const int64_t *numbers = cells[column] + start;
            const uint32_t factor = (uint32_t)factors[column];
            if (missing[column]) {
                const uint8_t *hidden = missing[column] + start;
                const uint64_t null = (uint64_t)nulls[column];
                for (int64_t at = 0; at < size; at++) {
                    const uint64_t bits = (uint64_t)numbers[at], below = (uint64_t)(numbers[at] >> 63) & (P - 4);
                    const uint64_t cell = folded((bits & P) + ((bits >> 31) & P) + (bits >> 62) + below);
                    row[at] += hidden[at] ? null : folded((uint64_t)(uint32_t)cell * factor);
                }
            } else {
                for (int64_t at = 0; at < size; at++) { /* 2^64 leaves 4, which a number below 0 has too many */
                    const uint64_t bits = (uint64_t)numbers[at], below = (uint64_t)(numbers[at] >> 63) & (P - 4);
                    const uint64_t cell = folded((bits & P) + ((bits >> 31) & P) + (bits >> 62) + below);
                    row[at] += folded((uint64_t)(uint32_t)cell * factor);
                }
            }
        }
        for (int64_t at = 0; at < size; at++) {
            const uint64_t number = reduced(row[at]);
            row[at] = number;
            linear += number;
            square += reduced(number * (number + C));
        }
        if (rows) memcpy(rows + start, row, (size_t)size * sizeof *rows);
    }
    sums[0] = (int64_t)linear, sums[1] = (int64_t)square;
}
