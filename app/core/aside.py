"""Work that would hold up the event loop, done beside it by a few threads."""

import asyncio
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

T = TypeVar("T")


class Aside:
    """So many pieces of work at once, which bounds what memory they take; others wait their turn."""

    def __init__(self, at_once: int) -> None:
        self._limiter = lru_cache(maxsize=4)(lambda _loop: CapacityLimiter(at_once))

    async def do(self, work: Callable[..., T], *args: object) -> T:
        """The result of a plain function that needs no session."""
        return await to_thread.run_sync(work, *args, limiter=self._limiter(asyncio.get_running_loop()))
