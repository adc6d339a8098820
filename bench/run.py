"""`make bench`: seeds a fresh site, measures its routes without the cache against H, says which bars are reached."""

import argparse
import os
import secrets
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from bench import report, server
from bench.load import LoadFailed, NoLoadGenerator, choose_tool
from bench.pairs import Pairing, Sampling, compare
from bench.routes import ROUTES, Route
from bench.seed import SeedFacts, seed
from tests.postgres import DURABLE, OVERRIDE, Cluster, ClusterFailed, Server

THREAD = 200


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure as the command line says; 0 unless something broke (2), or a bar was missed under --enforce (1)."""
    options = _options(arguments)
    try:
        _warn_when_busy()
        how = Sampling(options.rounds, options.seconds, options.generator or choose_tool())
        pairings = _measure(options, how)
    except (NoLoadGenerator, LoadFailed, server.ServerFailed, ClusterFailed) as error:
        _say(str(error), sys.stderr)
        return 2
    _say(f"\n{report.table(pairings, options.database)}\n\n{report.machine()}")
    if options.write:
        report.write(options.write, options.database, report.section(pairings, options.database, _command(options)))
    missed = report.missed(pairings, options.database)
    if missed:
        _say(f"Missed: {', '.join(missed)}")
    return 1 if missed and options.enforce else 0


def _warn_when_busy() -> None:
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    if load > cores / 2:
        _say(f"warning: this machine is busy (load {load:.1f} on {cores} cores); expect scattered ratios", sys.stderr)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--url", help=f"a PostgreSQL to make the database on (or {OVERRIDE}); default: one of our own")
    parser.add_argument("--seconds", type=int, default=3, help="length of one sample (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="pairs of samples a route (default %(default)s)")
    parser.add_argument("--stories", type=int, default=1_000, help="size of the site (default %(default)s)")
    names = [route.name for route in ROUTES]
    parser.add_argument("--only", nargs="+", choices=names, default=names, help="measure these routes")
    parser.add_argument("--generator", choices=("wrk", "autocannon"), help="default: wrk if it is installed")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="keep the table between the markers of this page")
    parser.add_argument("--enforce", action="store_true", help="exit with status 1 when a bar is missed")
    options = parser.parse_args(arguments)
    if options.write and options.only != names:
        parser.error("--write keeps the table of all routes: leave --only out")
    if min(options.seconds, options.rounds, options.stories) < 1:
        parser.error("--seconds, --rounds and --stories start at 1")
    return options


def _measure(options: argparse.Namespace, how: Sampling) -> list[Pairing]:
    with database_at(options.database, options.url) as database_url:
        environment = {
            "MASTHEAD_DATABASE_URL": database_url,
            "MASTHEAD_SECRET_KEY": secrets.token_hex(32),
            "MASTHEAD_LIMITS": "off",
            "MASTHEAD_CACHE": "off",
        }
        server.migrate(environment)
        facts = seed(database_url, stories=options.stories, comments=THREAD)
        with server.masthead(environment) as our_url:
            chosen = [route for route in ROUTES if route.name in options.only]
            return [_pairing(route, facts, our_url, how) for route in chosen]


def _pairing(route: Route, facts: SeedFacts, our_url: str, how: Sampling) -> Pairing:
    request = route.prepare(our_url, facts)
    answer = server.fetch(our_url, request)
    _say(f"{route.name}: {answer.status}, {len(answer.body):,} bytes")
    with server.bare(answer) as bare_url:
        return compare(route.name, request, bare_url, our_url, how)


@contextmanager
def database_at(kind: str, url: str | None) -> Iterator[str]:
    """The address of an empty database that is gone afterwards, server and all where the server is our own."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="masthead-bench-") as directory:
            yield f"sqlite:///{directory}/bench.db"
        return
    given = url or os.environ.get(OVERRIDE)
    name = f"masthead_bench_{secrets.token_hex(4)}"
    if given is None:
        with Cluster(DURABLE) as cluster:  # its databases go with it
            cluster.create_database(name)
            yield cluster.url(name)
        return
    postgres = Server(given)
    postgres.create_database(name)
    try:
        yield postgres.url(name)
    finally:
        postgres.drop_database(name)


def _command(options: argparse.Namespace) -> str:
    """The command as a reader would repeat it, without addresses, which may hold a password."""
    sizes = f"--stories {options.stories} --rounds {options.rounds} --seconds {options.seconds}"
    return f"python -m bench.run --database {options.database} {sizes}"


def _say(text: str, to: TextIO = sys.stdout) -> None:
    to.write(f"{text}\n")
    to.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that every server started here ends too
    sys.exit(main())
