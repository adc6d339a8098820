"""`python -m bench.night`: what the night shift costs: an enqueue with its commit, and a job."""

import argparse
import asyncio
import secrets
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles

from app.core.clock import now
from app.core.db import Database
from app.core.fetch import Fetcher
from app.core.keys import Keys
from app.core.postmen import MemoryPostman
from app.core.settings import Settings
from app.jobs import service
from app.jobs.loop import Loop
from app.jobs.night import Night
from app.jobs.workflow import Task
from app.main import open_site
from bench import report, server
from bench.run import database_at
from tests.postgres import ClusterFailed

JOBS = 500
BEGIN, END = "<!-- night:begin -->", "<!-- night:end -->"
_HEADER = "| database | enqueue and commit, median ms | p99 ms | empty jobs/s |\n|---|--:|--:|--:|"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure both databases; 2 when something broke."""
    parser = argparse.ArgumentParser(prog="python -m bench.night", description=__doc__)
    parser.add_argument(
        "--seconds", type=int, default=60, help="how long an idle server is watched (default %(default)s)"
    )
    parser.add_argument("--write", type=Path, metavar="PAGE", help="keep the table between the markers of this page")
    options = parser.parse_args(arguments)
    try:
        rows = [_row(kind) for kind in ("sqlite", "postgresql")]
    except (server.ServerFailed, ClusterFailed) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    table = "\n".join([_HEADER, *rows])
    sys.stdout.write(f"{table}\n\n{report.machine()}\n")
    if options.write:
        _keep(options.write, f"`python -m bench.night` on {report.machine()}.\n\n{table}")
    return 0


def _row(kind: str) -> str:
    with database_at(kind, None) as url:
        environment = {"MASTHEAD_DATABASE_URL": url, "MASTHEAD_SECRET_KEY": secrets.token_hex(32)}
        server.migrate(environment)
        enqueued, rate = asyncio.run(_jobs(url))
    p99 = quantiles(enqueued, n=100)[98]
    return f"| {kind} | {median(enqueued) * 1e3:.2f} | {p99 * 1e3:.2f} | {rate:,.0f} |"


async def _jobs(url: str) -> tuple[list[float], float]:
    """Seconds of each enqueue with its commit, and empty jobs a second, eight at a time."""
    settings = Settings(_env_file=None, database_url=url, secret_key=secrets.token_hex(32))
    db = open_site(settings)
    await db.start()
    seconds = [await _enqueue(db) for _ in range(JOBS)]
    night = Night(db, Keys(settings.secret), now, MemoryPostman(), Fetcher())
    loop = Loop(night, {"bench": Task("bench", _nothing)}, {}, on_parked=lambda *_: None)
    began = time.perf_counter()
    await loop.drain()
    rate = JOBS / (time.perf_counter() - began)
    await db.stop()
    return seconds, rate


async def _enqueue(db: Database) -> float:
    began = time.perf_counter()
    await db.write(service.enqueue, "bench", at=now())
    return time.perf_counter() - began


async def _nothing(night: Night) -> None:
    """The job whose work is nothing."""


def _keep(path: Path, text: str) -> None:
    before, rest = path.read_text(encoding="utf-8").split(BEGIN, 1)
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.split(END, 1)[1]}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
