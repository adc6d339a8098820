"""H, the yardstick: a bare ASGI app on uvicorn that answers everything with the same bytes and does nothing else."""

import argparse
from http import HTTPStatus
from pathlib import Path

import uvicorn
from starlette.types import Message, Receive, Scope, Send


class Bare:
    """Answers given bytes as JSON; a request body is read to its end first, as any server has to."""

    def __init__(self, payload: bytes, status: int) -> None:
        headers = [(b"content-type", b"application/json")]
        if (
            status != HTTPStatus.NOT_MODIFIED
        ):  # without a length uvicorn would send chunks, which is slower and not what we send
            headers.append((b"content-length", str(len(payload)).encode()))
        self._start: Message = {"type": "http.response.start", "status": status, "headers": headers}
        self._body: Message = {"type": "http.response.body", "body": payload}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            while (await receive()).get("more_body"):
                pass
        await send(self._start)
        await send(self._body)


def main() -> None:
    """Serve until terminated."""
    parser = argparse.ArgumentParser(prog="python -m bench.bare", description=__doc__)
    parser.add_argument("--bytes-file", type=Path, required=True, help="the body of every answer")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--status", type=int, default=200)
    options = parser.parse_args()
    uvicorn.run(
        Bare(options.bytes_file.read_bytes(), options.status),
        host="127.0.0.1",
        port=options.port,
        loop="uvloop",
        http="httptools",
        lifespan="off",
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
