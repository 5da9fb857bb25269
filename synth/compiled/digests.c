/* MD5 (RFC 1321) of many texts, eight of them side by side. */

#include "kernels.h"

#define LANES 8
#define PIECE 64 /* bytes */
#define END 9    /* bytes behind a text: a mark, and its length */

typedef uint32_t lanes __attribute__((vector_size(4 * LANES)));

#define ALL(k) ((lanes){k, k, k, k, k, k, k, k})
#define F(b, c, d) (d ^ (b & (c ^ d)))
#define G(b, c, d) (c ^ (d & (b ^ c)))
#define H(b, c, d) (b ^ c ^ d)
#define I(b, c, d) (c ^ (b | ~d))
#define STEP(mix, a, b, c, d, at, sine, turn)                                                                             \
    a += mix(b, c, d) + words[at] + ALL(sine);                                                                            \
    a = ((a << ALL(turn)) | (a >> ALL(32 - turn))) + b;
#define FOUR(mix, k0, s0, k1, s1, k2, s2, k3, s3, t0, t1, t2, t3)                                                         \
    STEP(mix, a, b, c, d, k0, s0, t0)                                                                                     \
    STEP(mix, d, a, b, c, k1, s1, t1)                                                                                     \
    STEP(mix, c, d, a, b, k2, s2, t2)                                                                                     \
    STEP(mix, b, c, d, a, k3, s3, t3)

static inline __attribute__((always_inline)) void work_in(lanes state[4], const lanes words[16]) {
    lanes a = state[0], b = state[1], c = state[2], d = state[3];
    FOUR(F, 0, 0xd76aa478u, 1, 0xe8c7b756u, 2, 0x242070dbu, 3, 0xc1bdceeeu, 7, 12, 17, 22)
    FOUR(F, 4, 0xf57c0fafu, 5, 0x4787c62au, 6, 0xa8304613u, 7, 0xfd469501u, 7, 12, 17, 22)
    FOUR(F, 8, 0x698098d8u, 9, 0x8b44f7afu, 10, 0xffff5bb1u, 11, 0x895cd7beu, 7, 12, 17, 22)
    FOUR(F, 12, 0x6b901122u, 13, 0xfd987193u, 14, 0xa679438eu, 15, 0x49b40821u, 7, 12, 17, 22)
    FOUR(G, 1, 0xf61e2562u, 6, 0xc040b340u, 11, 0x265e5a51u, 0, 0xe9b6c7aau, 5, 9, 14, 20)
    FOUR(G, 5, 0xd62f105du, 10, 0x02441453u, 15, 0xd8a1e681u, 4, 0xe7d3fbc8u, 5, 9, 14, 20)
    FOUR(G, 9, 0x21e1cde6u, 14, 0xc33707d6u, 3, 0xf4d50d87u, 8, 0x455a14edu, 5, 9, 14, 20)
    FOUR(G, 13, 0xa9e3e905u, 2, 0xfcefa3f8u, 7, 0x676f02d9u, 12, 0x8d2a4c8au, 5, 9, 14, 20)
    FOUR(H, 5, 0xfffa3942u, 8, 0x8771f681u, 11, 0x6d9d6122u, 14, 0xfde5380cu, 4, 11, 16, 23)
    FOUR(H, 1, 0xa4beea44u, 4, 0x4bdecfa9u, 7, 0xf6bb4b60u, 10, 0xbebfbc70u, 4, 11, 16, 23)
    FOUR(H, 13, 0x289b7ec6u, 0, 0xeaa127fau, 3, 0xd4ef3085u, 6, 0x04881d05u, 4, 11, 16, 23)
    FOUR(H, 9, 0xd9d4d039u, 12, 0xe6db99e5u, 15, 0x1fa27cf8u, 2, 0xc4ac5665u, 4, 11, 16, 23)
    FOUR(I, 0, 0xf4292244u, 7, 0x432aff97u, 14, 0xab9423a7u, 5, 0xfc93a039u, 6, 10, 15, 21)
    FOUR(I, 12, 0x655b59c3u, 3, 0x8f0ccc92u, 10, 0xffeff47du, 1, 0x85845dd1u, 6, 10, 15, 21)
    FOUR(I, 8, 0x6fa87e4fu, 15, 0xfe2ce6e0u, 6, 0xa3014314u, 13, 0x4e0811a1u, 6, 10, 15, 21)
    FOUR(I, 4, 0xf7537e82u, 11, 0xbd3af235u, 2, 0x2ad7d2bbu, 9, 0xeb86d391u, 6, 10, 15, 21)
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
}

/* A piece of a text as 16 words, into one lane. */
static inline __attribute__((always_inline)) void lay(uint32_t (*words)[LANES], int lane, const uint8_t *text,
                                                      int64_t size, int64_t from) {
    uint32_t piece[16];
    const int64_t left = size - from;
    if (left >= PIECE) {
        memcpy(piece, text + from, PIECE);
    } else {
        memset(piece, 0, PIECE);
        if (left > 0) memcpy(piece, text + from, (size_t)left);
        if (left >= 0) piece[left >> 2] |= (uint32_t)0x80 << (8 * (left & 3));
        if (left + END <= PIECE) {
            const uint64_t bits = (uint64_t)size << 3;
            piece[14] = (uint32_t)bits, piece[15] = (uint32_t)(bits >> 32);
        }
    }
    for (int word = 0; word < 16; word++) words[word][lane] = piece[word];
}

static inline int64_t number(uint32_t first, uint32_t second) {
    return (int64_t)((uint64_t)__builtin_bswap32(first) << 28 | __builtin_bswap32(second) >> 4);
}

/* The first 60 bits of the MD5 of each text; texts lie one behind the other, and `ends` says where each ends. */
KERNEL CLONES void md5_60_bits(const uint8_t *data, const int64_t *ends, int64_t count, int64_t *found) {
    union { lanes all[4]; uint32_t each[4][LANES]; } state;
    union { lanes all[16]; uint32_t each[16][LANES]; } words;
    int64_t text[LANES], from[LANES], next = 0, busy = 0;
    memset(&state, 0, sizeof state);
    memset(&words, 0, sizeof words);
    for (int lane = 0; lane < LANES; lane++) text[lane] = -1;
    do {
        for (int lane = 0; lane < LANES; lane++) {
            if (text[lane] < 0) {
                if (next == count) continue;
                text[lane] = next++, from[lane] = 0, busy++;
                state.each[0][lane] = 0x67452301u, state.each[1][lane] = 0xefcdab89u;
                state.each[2][lane] = 0x98badcfeu, state.each[3][lane] = 0x10325476u;
            }
            const int64_t start = text[lane] ? ends[text[lane] - 1] : 0;
            lay(words.each, lane, data + start, ends[text[lane]] - start, from[lane]);
        }
        if (!busy) return;
        work_in(state.all, words.all);
        for (int lane = 0; lane < LANES; lane++) {
            if (text[lane] < 0) continue;
            const int64_t start = text[lane] ? ends[text[lane] - 1] : 0;
            from[lane] += PIECE;
            if (ends[text[lane]] - start + END <= from[lane]) {
                found[text[lane]] = number(state.each[0][lane], state.each[1][lane]);
                text[lane] = -1, busy--;
            }
        }
    } while (busy || next < count);
}
