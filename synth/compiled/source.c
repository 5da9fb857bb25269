/* Which source the library was made from, so that one that is older than its source is not taken. */

#include "kernels.h"

#ifndef SYNTH_SOURCE
#define SYNTH_SOURCE ""
#endif

KERNEL const char *synth_source(void) { return SYNTH_SOURCE; }
