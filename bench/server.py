"""Starts the servers under test on a free loopback port, waits until they answer, and ends them by their process id."""

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx

from bench.load import Request, first_number

ROOT = Path(__file__).parent.parent
MASTHEAD = (sys.executable, "-m", "app")  # of this tree, whichever is installed
HOST = "127.0.0.1"
PATIENCE = 30.0
POLL = 0.02


class ServerFailed(RuntimeError):
    """A server or a command of ours did not start, or answered what it should not; the message carries its output."""


@dataclass(frozen=True)
class Answer:
    """What a server sent for one request."""

    status: int
    body: bytes
    etag: str | None


@contextmanager
def bare(answer: Answer) -> Iterator[str]:
    """Run H with the bytes and status of one of our answers; yields its address."""
    with tempfile.NamedTemporaryFile(prefix="masthead-bench-") as file:
        file.write(answer.body)
        file.flush()
        command = [sys.executable, "-m", "bench.bare", "--bytes-file", file.name, "--status", str(answer.status)]
        with _serving(command, {}, probe="/", expected=answer.status) as address:
            yield address


@contextmanager
def masthead(environment: Mapping[str, str]) -> Iterator[str]:
    """Run one worker of Masthead with these settings and no others; yields its address."""
    command = [*MASTHEAD, "serve", "--host", HOST, "--workers", "1"]
    with _serving(command, environment, probe="/health/live", expected=200) as address:
        yield address


def migrate(environment: Mapping[str, str]) -> None:
    """Bring the database of these settings to the newest schema. Raises ServerFailed."""
    command = [*MASTHEAD, "migrate"]
    done = subprocess.run(
        command, cwd=ROOT, env=_environment(environment), capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode:
        raise ServerFailed(f"masthead migrate failed:\n{done.stdout}{done.stderr}")


def fetch(base_url: str, request: Request) -> Answer:
    """Send a request once. Raises ServerFailed for an answer of 400 or above: there is nothing to measure then."""
    number = str(first_number())
    path, body = (texts[0].replace("{n}", number) if texts else "" for texts in (request.paths, request.bodies))
    headers = {"Accept-Encoding": "identity", **request.headers}  # wrk asks for no compression either
    with httpx.Client(trust_env=False, timeout=PATIENCE) as client:
        answer = client.request(request.method, base_url + path, headers=headers, content=body.encode() or None)
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        raise ServerFailed(f"{request.method} {path} answered {answer.status_code}: {answer.text[:2000]}")
    return Answer(answer.status_code, answer.content, answer.headers.get("etag"))


@contextmanager
def _serving(command: Sequence[str], environment: Mapping[str, str], *, probe: str, expected: int) -> Iterator[str]:
    port = _free_port()
    with tempfile.TemporaryFile(prefix="masthead-bench-") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port)],
            cwd=ROOT,
            env=_environment(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            if not _answers(process, port, probe, expected):
                log.seek(0)
                raise ServerFailed(f"{' '.join(command)} did not start:\n{log.read().decode(errors='replace')[-4000:]}")
            yield f"http://{HOST}:{port}"
        finally:
            _end(process)


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment without the settings of Masthead that a developer may keep there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MASTHEAD_")}
    return kept | dict(settings)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])


def _answers(process: subprocess.Popen[bytes], port: int, probe: str, expected: int) -> bool:
    """Poll until the server answers as expected; False when it ended instead or took too long."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(HOST, port, timeout=5)
        try:
            connection.request("GET", probe)
            if connection.getresponse().status == expected:
                return True
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        try:
            process.wait(timeout=POLL)
        except subprocess.TimeoutExpired:
            continue
        return False
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
