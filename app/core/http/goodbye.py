"""Hearing that the server is told to end while answers are still open."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def on_goodbye(tell: Callable[[], None]) -> Iterator[None]:
    """Call `tell` in the event loop when this process is asked to end, before whoever was to be called.

    uvicorn speaks to the lifespan only after the last answer is out, and a stream of hints would never be.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # signals belong to the main thread; a server in another one is ended by whoever started it
        return
    loop = asyncio.get_running_loop()
    earlier = {number: handler for number in SIGNALS if callable(handler := signal.getsignal(number))}

    def hear(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(tell)
        earlier[signal.Signals(number)](number, frame)

    for number in earlier:
        signal.signal(number, hear)
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)
