"""Bounds on processor time that hold under a coverage tracer too."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

BUSY = 3  # how many times slower a core may be that others share
TRACED = 5  # how many times slower pure Python runs while each line is traced


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """The block may use this much processor time of its thread: a bound against explosions, not a measurement."""
    started = time.thread_time()
    yield
    used = time.thread_time() - started
    assert used < seconds * BUSY * (TRACED if sys.gettrace() else 1)
