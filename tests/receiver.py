"""A real server on the loopback that is told of events: it answers by script and keeps what it received."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any

from standardwebhooks import Webhook

HOST = "127.0.0.1"
DROP, STALL = "hang up without an answer", "never answer"

Answer = int | tuple[int, Mapping[str, str]] | tuple[int, Mapping[str, str], str] | str


@dataclass(frozen=True)
class Received:
    """One request as it came; header names in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """The `webhook-id`, by which a receiver knows what it has already."""
        return self.headers["webhook-id"]

    @property
    def document(self) -> dict[str, Any]:
        """The body as JSON."""
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed

    def is_signed_by(self, secret: str) -> bool:
        """Whether one of the signatures was made with this secret, whatever the time is by now."""
        sent = datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), UTC)
        ours = Webhook(secret).sign(self.id, sent, self.body.decode())
        return ours in self.headers["webhook-signature"].split(" ")


Script = Callable[[Received], Answer]


@dataclass
class Receiver:
    """`received` lists every request in the order of arrival; a path without a script answers 204."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    _scripts: dict[str, Script] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "/hook") -> str:
        """The address of one path."""
        return f"http://{HOST}:{self.port}{path}"

    def script(self, path: str, *answers: Answer) -> None:
        """Answer with a status, with (status, headers) or (status, headers, text), DROP or STALL, one after the other,
        the last one for ever.
        """
        left = list(answers)
        self.answer_by(path, lambda _: left.pop(0) if len(left) > 1 else left[0])

    def answer_by(self, path: str, script: Script) -> None:
        """Let a function decide; it is called by one thread at a time."""
        self._scripts[path] = script

    def at(self, path: str = "/hook") -> list[Received]:
        """What one path received."""
        with self._lock:
            return [request for request in self.received if request.path == path]

    def names(self, path: str = "/hook") -> list[str]:
        """The types of the events that one path was told of, repeated ones as often as they came."""
        return [request.document["type"] for request in self.at(path)]

    def take(self, request: Received) -> Answer:
        """Keep a request and say how it is answered."""
        with self._lock:
            self.received.append(request)
            script = self._scripts.get(request.path)
            answer = 204 if script is None else script(request)
        if answer == STALL:
            self._over.wait()
        return answer

    def stop(self) -> None:
        """Let those go who were kept waiting."""
        self._over.set()


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 128

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        super().__init__((HOST, 0), _Handler)

    def server_bind(self) -> None:
        """Without looking up our own name, which may take long where there is no name server."""
        TCPServer.server_bind(self)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever was killed in the middle of a call is what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 30

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:
            return  # whoever called was killed in the middle of the sentence
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.receiver.take(Received(self.path, headers, body))
        if isinstance(answer, str):
            return
        status, fields, *text = (answer, {}) if isinstance(answer, int) else answer
        said = "".join(map(str, text)).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(said)), **fields}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver in a thread of its own on a free port."""
    receiver = Receiver()
    with _Server(receiver) as server:
        receiver.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield receiver
        finally:
            receiver.stop()
            server.shutdown()
            thread.join()
