"""The cluster under the PostgreSQL tests starts, copies templates, and leaves neither process nor directory behind."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from tests import postgres
from tests.postgres import OVERRIDE, Cluster, ClusterFailed, Server

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with Cluster() as running:
        yield running


def scalar(url: str, statement: str) -> object:
    """Run one statement on a connection that is closed at once, so that templates stay free."""
    with create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
        result = connection.execute(text(statement))
        return result.scalar() if result.returns_rows else None


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_answers_and_speaks_utf8(cluster: Cluster) -> None:
    url = cluster.url("postgres")
    assert url.startswith("postgresql+psycopg://")
    assert scalar(url, "SELECT 1") == 1
    assert scalar(url, "SHOW server_encoding") == "UTF8"
    assert scalar(url, "SELECT lower('ÉCOLE')") == "école"


def test_search_ends_arabic_words_at_arabic_punctuation(cluster: Cluster) -> None:
    assert scalar(cluster.url("postgres"), "SELECT to_tsvector('simple', 'مرحبا، عالم؟')::text") == "'عالم':2 'مرحبا':1"


def test_listens_on_no_network(cluster: Cluster) -> None:
    assert scalar(cluster.url("postgres"), "SHOW listen_addresses") == ""
    assert cluster.home is not None
    assert cluster.home.stat().st_mode & 0o077 == 0


def test_a_copy_has_what_its_template_had_and_goes_alone(cluster: Cluster) -> None:
    cluster.create_database("the template")
    scalar(cluster.url("the template"), "CREATE TABLE story AS SELECT 7 AS number")
    cluster.create_database("copy", template="the template")
    assert scalar(cluster.url("copy"), "SELECT number FROM story") == 7

    engine = create_engine(cluster.url("copy"))
    engine.connect().close()  # the pool keeps its connection, as that of a failed test does
    cluster.drop_database("copy")
    engine.dispose()
    cluster.drop_database("copy")
    names = "SELECT string_agg(datname, ',') FROM pg_database WHERE datname IN ('copy', 'the template')"
    assert scalar(cluster.url("postgres"), names) == "the template"


def test_stop_leaves_neither_process_nor_directory() -> None:
    cluster = Cluster()
    cluster.start()
    pid, home = cluster.pid, cluster.home
    assert pid is not None
    assert home is not None
    assert is_running(pid)

    cluster.stop()
    assert not is_running(pid)
    assert not home.exists()
    cluster.stop()


def test_a_failed_start_says_why_and_leaves_nothing() -> None:
    cluster = Cluster({"no_such_setting": "1"})
    with pytest.raises(ClusterFailed, match="no_such_setting"):
        cluster.start()
    assert cluster.pid is None
    assert cluster.home is None


@pytest.mark.parametrize("ending", ["exit", "SIGTERM"])
def test_the_end_of_the_process_is_the_end_of_its_cluster(ending: str) -> None:
    script = """
        import sys
        from tests.postgres import Cluster
        cluster = Cluster()
        cluster.start()
        print(cluster.pid, cluster.home, flush=True)
        sys.stdin.read()
        raise RuntimeError("a crash that calls nothing")
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as process:  # type: ignore[call-overload]
        pid, home = process.stdout.readline().split()
        assert is_running(int(pid))
        if ending != "exit":
            process.send_signal(signal.Signals[ending])
        process.communicate(timeout=30)
        assert process.returncode == (1 if ending == "exit" else -signal.Signals[ending])
    assert not is_running(int(pid))
    assert not Path(home).exists()


def test_a_given_server_is_used_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OVERRIDE, "postgresql://me:p%40ss@127.0.0.1:6543/postgres?connect_timeout=3")
    server = postgres.session_server()
    assert not isinstance(server, Cluster)
    url = make_url(server.url("masthead_gw0"))
    assert (url.drivername, url.password, url.port) == ("postgresql+psycopg", "p@ss", 6543)
    assert (url.database, url.query) == ("masthead_gw0", {"connect_timeout": "3"})


def test_databases_are_made_on_the_given_server(cluster: Cluster) -> None:
    server = Server(cluster.url("postgres"))
    server.create_database("given")
    assert scalar(server.url("given"), "SELECT current_database()") == "given"
    server.drop_database("given")


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(ClusterFailed, match="sqlite"):
        Server("sqlite:///x.db")


def test_the_workers_of_a_session_share_one_cluster(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(
        "from tests.postgres import start_for_session as pytest_configure\n"
        "from tests.postgres import stop_for_session as pytest_unconfigure\n"
    )
    for name in ("first", "second"):
        (tmp_path / f"test_{name}.py").write_text(
            "from pathlib import Path\n"
            "from tests.postgres import session_server\n"
            f"def test_{name}(worker_id):\n"
            f"    session_server().create_database({name!r})\n"
            "    Path(__file__).with_suffix('.url').write_text(session_server().url('x') + ' ' + worker_id)\n"
        )
    command = [sys.executable, "-m", "pytest", "-q", "-n2", "--dist=loadfile", "-c", os.devnull]
    command += ["-p", "xdist", "-p", "no:cacheprovider", f"--rootdir={tmp_path}", str(tmp_path)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", OVERRIDE))}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # loading every plugin three times takes most of the time
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    seen = [(tmp_path / f"test_{name}.url").read_text().split() for name in ("first", "second")]
    assert seen[0][0] == seen[1][0]
    assert {worker for _, worker in seen} == {"gw0", "gw1"}
    host = make_url(seen[0][0]).query["host"]
    assert isinstance(host, str)
    assert not Path(host).exists()
