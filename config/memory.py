"""What the process asks of the collector and of glibc's allocator; elsewhere than on Linux, of the collector alone."""

from __future__ import annotations

import ctypes
import gc
import sys
from typing import Any

_M_ARENA_MAX = -8  # malloc.h


def share_one_arena() -> None:
    """One heap for all threads instead of one each: they wait for the interpreter anyway. Before any thread starts."""
    if mallopt := getattr(_libc(), "mallopt", None):
        mallopt(_M_ARENA_MAX, 1)


def settle() -> None:
    """What is alive now will stay: leave it out of later collections, and give back what building it took and left."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    if trim := getattr(_libc(), "malloc_trim", None):
        trim(0)


def _libc() -> Any:
    return ctypes.CDLL(None) if sys.platform == "linux" else None
