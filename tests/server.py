"""A real server process on a free loopback port, which a test may kill."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
HOST = "127.0.0.1"
PATIENCE = 180.0


class Server:
    """`masthead serve` with a database and nothing else from this machine's environment."""

    def __init__(self, database_url: str, secret: str, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.base = f"http://{HOST}:{self.port}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MASTHEAD_")}
        self.environment = kept | {
            "MASTHEAD_DATABASE_URL": database_url,
            "MASTHEAD_SECRET_KEY": secret,
            "MASTHEAD_BASE_URL": self.base,
            "PYTHONPATH": str(ROOT),
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._workers: list[subprocess.Popen[bytes]] = []

    def run(self, *arguments: str, stdin: str = "") -> str:
        """A command of the program with this server's settings, run to its end; answers what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "app", *arguments],
            cwd=self.folder,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, *, workers: int = 1) -> None:
        """Serve, and wait until it is ready."""
        self._process = self._spawn("serve", "--host", HOST, "--port", str(self.port), "--workers", str(workers))
        deadline = time.monotonic() + PATIENCE
        while not self._is_ready():
            try:
                self._process.wait(timeout=0.05)
            except subprocess.TimeoutExpired:
                assert time.monotonic() < deadline, "the server is not ready"
            else:
                raise AssertionError(self.log())

    def start_workers(self, count: int) -> None:
        """So many processes of `masthead work` beside it."""
        self._workers += [self._spawn("work") for _ in range(count)]

    def _spawn(self, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / "server.log").open("ab") as log:
            command = [sys.executable, "-m", "app", *arguments]
            return subprocess.Popen(command, cwd=self.folder, env=self.environment, stdout=log, stderr=log)

    def kill(self) -> None:
        """`kill -9` for the server and its workers: no goodbye, no flush."""
        assert self._process is not None
        for process in (self._process, *self._workers):
            process.send_signal(signal.SIGKILL)
            process.wait()
        self._workers.clear()

    def stop(self) -> None:
        """Ask them to end."""
        for process in (self._process, *self._workers):
            if process is not None and process.poll() is None:
                process.terminate()
                process.wait(timeout=PATIENCE)

    def log(self) -> str:
        """Everything that it printed so far."""
        return (self.folder / "server.log").read_text()

    def _is_ready(self) -> bool:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])
