"""The request log: one JSON line each, gathered and written a few times a second (a logger call each costs 0.1 H)."""

import asyncio
import json
import sys
from typing import TextIO

from starlette.types import Scope

from app.core.clock import now, wire_time

FLUSH_SECONDS = 0.2
MOST_LINES = 1_000


class AccessLog:
    """Lines with time, id, method, path, status and milliseconds; never a query, header, body or address. Of paths
    that begin with something silent not even that: the minute of a request can give away who made it.
    """

    def __init__(self, out: TextIO | None = None, *, silent: tuple[str, ...] = ()) -> None:
        self._out = out or sys.stdout
        self._silent = silent
        self._lines: list[str] = []
        self._timer: asyncio.TimerHandle | None = None

    def write(self, scope: Scope, status: int, seconds: float) -> None:
        """Take one finished request; the line is out within 0.2 seconds."""
        if scope["path"].startswith(self._silent):
            return
        self._lines.append(
            f'{{"at":"{wire_time(now())}","event":"request","id":"{scope["request_id"]}","method":"{scope["method"]}",'
            f'"path":{json.dumps(scope["path"])},"status":{status},"ms":{seconds * 1000:.1f}}}\n'
        )
        if len(self._lines) >= MOST_LINES:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(FLUSH_SECONDS, self.flush)

    def flush(self) -> None:
        """Write what waits."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        lines, self._lines = self._lines, []
        self._out.write("".join(lines))
        self._out.flush()
