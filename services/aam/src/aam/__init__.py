"""The mesh: connects to sources and announces what they say.

Arrow takes memory from the C library, and that from few arenas, so that what a batch has freed is used again: a process
that reads millions of rows stays as small as one that reads thousands. Both must be told before Arrow is loaded.
"""

import contextlib
import ctypes
import os

ARENAS = 2
_M_ARENA_MAX = -8  # glibc's malloc.h

os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
with contextlib.suppress(AttributeError, OSError):  # another C library than glibc knows no arenas
    ctypes.CDLL(None).mallopt(_M_ARENA_MAX, ARENAS)
