/* What all kernels share. Whole numbers and IEEE operations alone, so that each gives, bit by bit, what numpy gives. */

#ifndef SYNTH_KERNELS_H
#define SYNTH_KERNELS_H

#include <stdint.h>
#include <string.h>

#if !defined(__BYTE_ORDER__) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "kernels are for processors that keep the lowest byte first; without them the program does the same in numpy"
#endif

#define KERNEL __attribute__((visibility("default")))

/* Where the loader can choose, a second copy for processors with AVX2. */
#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#define CLONES __attribute__((target_clones("avx2", "default")))
#else
#define CLONES
#endif

#endif
