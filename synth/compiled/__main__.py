"""`python -m synth.compiled`: say whether the kernels in C are taken here, or numpy does all."""

import sys

from synth.compiled import path_taken

sys.stdout.write(f"{path_taken()}\n")
