"""How a process of a service takes memory and processors.

Arrow takes memory from the C library, and that from few arenas, so that what a batch has freed is used again: a process
that reads millions of rows stays as small as one that reads thousands. OpenBLAS gets one thread: matrices are small
here, and its further threads wait by spinning, which was a quarter of a first proposal's processor time.
"""

import contextlib
import ctypes
import os

__all__ = ["give_back", "stay_small"]

ARENAS = 2
_M_ARENA_MAX = -8  # glibc's malloc.h


def stay_small() -> None:
    """Tell Arrow, OpenBLAS and the C library, for children as well; to be called before any of them is loaded."""
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with contextlib.suppress(AttributeError, OSError):  # another C library than glibc knows no arenas
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Return to the system what was freed and the C library keeps; takes milliseconds, so after something large."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
