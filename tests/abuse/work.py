"""What a front end does before it sends: it fetches the challenge and has the work done."""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import httpx

from tests.newsroom import BASE, Newsroom

CHALLENGE = "/v1/challenge"


class Crowd:
    """Readers from many networks behind one client: opening a client for each would take most of the time."""

    def __init__(self, newsroom: Newsroom) -> None:
        self._transport = httpx.ASGITransport(newsroom.app)
        self._client = httpx.AsyncClient(transport=self._transport, base_url=BASE)

    def reader(self, number: int) -> httpx.AsyncClient:
        """The reader with this number, from a network of their own."""
        self._transport.client = (f"10.{number // 250}.{number % 250}.1", 40_000)
        return self._client


def solve(challenge: Mapping[str, Any]) -> str:
    """The answer to an ALTCHA challenge, found as any of its clients finds it."""
    start = hashlib.sha256(challenge["salt"].encode())
    for number in range(challenge["maxnumber"] + 1):
        attempt = start.copy()
        attempt.update(str(number).encode())
        if attempt.hexdigest() == challenge["challenge"]:
            return encode(challenge, number)
    raise AssertionError("this challenge has no solution")


def encode(challenge: Mapping[str, Any], number: object) -> str:
    """The wire form of an answer."""
    members = {name: challenge[name] for name in ("algorithm", "challenge", "salt", "signature")}
    return base64.b64encode(json.dumps(members | {"number": number}).encode()).decode()


async def fill_in(reader: httpx.AsyncClient, path: str) -> dict[str, str]:
    """The members that a front end adds to a comment below the story of this thread."""
    slug = unquote(path.split("/")[3])
    made = (await reader.get(CHALLENGE, params={"form": "comment", "post": slug})).json()
    members = {"render_token": made["render_token"]}
    return members | ({"altcha": solve(made["challenge"])} if made["challenge"] else {})
