"""What is true of every answer, whichever room it comes from: ids, CORS, sizes, HEAD, misses, crashes, caching."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.types import Message, Scope
from structlog.testing import CapturingLogger

from app.core.http import problems
from app.core.http.layers import MAX_BODY
from tests.core.http.planted import KNOWN
from tests.newsroom import Newsroom

# nothing here depends on the database
pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

DESK = "https://desk.example"
MADE = re.compile("[0-9a-f]{32}")
EVERY_KIND = [
    ("GET", "/v1/planted", 200),
    ("GET", "/v1/planted/words?word=x", 200),
    ("GET", "/v1/planted/words", 422),
    ("GET", "/v1/nothing", 404),
    ("GET", "/v1/%00", 404),
    ("GET", "/v1/planted?word=%00", 422),
    ("DELETE", "/v1/planted", 405),
    ("GET", "/v1/planted/crash", 500),
    ("GET", "/v1/auth/me", 401),
    ("GET", "/v1/editor/nothing", 401),
    ("PUT", f"/v1/editor/planted/{KNOWN}", 401),
    ("POST", "/v1/planted", 422),
]


# --- every answer has an id


@pytest.mark.parametrize(("method", "path", "status"), EVERY_KIND)
async def test_every_answer_carries_its_id_and_errors_are_problems(
    doors: Newsroom, method: str, path: str, status: int
) -> None:
    answer = await doors.reader.request(method, path, headers={"X-Request-Id": "desk_42-abcdef"})
    assert answer.status_code == status
    assert answer.headers.get_list("x-request-id") == ["desk_42-abcdef"]
    assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
    if status >= 400:
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["cache-control"] == "no-store"
        assert problem["type"].startswith("/problems/")
        assert (problem["status"], problem["instance"]) == (status, "desk_42-abcdef")
        assert problem["title"]
        assert problem["detail"]


@pytest.mark.parametrize(
    ("given", "echoed"),
    [
        ("12345678", True),
        ("A" * 64, True),
        ("desk_42-abcdef", True),
        ("1234567", False),
        ("A" * 65, False),
        ("has space", False),
        ("semi;colon", False),
        ("<script>alert</script>", False),
        ("مرحبا-مرحبا", False),
        ("", False),
    ],
)
async def test_ids_are_echoed_only_in_their_form(doors: Newsroom, given: str, echoed: bool) -> None:
    answer = await doors.reader.get("/v1/planted", headers={b"X-Request-Id": given.encode()})
    found = answer.headers["x-request-id"]
    assert found == given if echoed else MADE.fullmatch(found)


async def test_made_ids_differ(doors: Newsroom) -> None:
    assert len({(await doors.reader.get("/v1/planted")).headers["x-request-id"] for _ in range(5)}) == 5


# --- CORS

EXPOSED = {
    "ETag",
    "Link",
    "Location",
    "Retry-After",
    "RateLimit",
    "RateLimit-Policy",
    "X-Request-Id",
    "Idempotent-Replayed",
}
ALLOWED = {
    *("Authorization", "Content-Type", "Idempotency-Key", "If-Match"),
    *("If-None-Match", "Last-Event-ID", "Reader-Key", "X-Request-Id"),
}


def words(header: str) -> set[str]:
    return {word.strip() for word in header.split(",")}


def is_private(path: str) -> bool:
    return path.startswith(("/v1/editor", "/v1/auth"))


@pytest.mark.parametrize("origin", [None, "https://reader.example", "null", DESK])
@pytest.mark.parametrize(("method", "path", "status"), [kind for kind in EVERY_KIND if not is_private(kind[1])])
async def test_anyone_may_read_what_is_public(
    doors: Newsroom, method: str, path: str, status: int, origin: str | None
) -> None:
    answer = await doors.reader.request(method, path, headers={"Origin": origin} if origin else {})
    assert answer.status_code == status
    assert answer.headers.get_list("access-control-allow-origin") == ["*"]
    assert words(answer.headers["access-control-expose-headers"]) == EXPOSED
    assert "access-control-allow-credentials" not in answer.headers


ORIGINS = [
    (DESK, True),
    ("https://DESK.example", False),
    ("http://desk.example", False),
    ("https://desk.example:8443", False),
    ("https://desk.example.evil.example", False),
    ("https://evil.example", False),
    ("null", False),
    (None, False),
]


@pytest.mark.parametrize(("origin", "allowed"), ORIGINS)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/auth/me"),
        ("GET", "/v1/auth/nothing"),
        ("GET", "/v1/editor"),
        ("GET", "/v1/editor/nothing"),
        ("DELETE", "/v1/editor/planted"),
        ("PUT", f"/v1/editor/planted/{KNOWN}"),
    ],
)
async def test_only_named_front_ends_may_script_the_editor_tree(
    doors: Newsroom, method: str, path: str, origin: str | None, allowed: bool
) -> None:
    answer = await doors.reader.request(method, path, headers={"Origin": origin} if origin else {})
    assert answer.status_code in (401, 404, 405)
    assert answer.headers.get("access-control-allow-origin") == (origin if allowed else None)
    assert "Origin" in words(answer.headers["vary"])
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    ("path", "origin", "allowed"),
    [
        ("/v1/planted", "https://anyone.example", "*"),
        ("/v1/nothing", "https://anyone.example", "*"),
        ("/v1/editor/planted", DESK, DESK),
        ("/v1/auth/token", DESK, DESK),
        ("/v1/editor/planted", "https://evil.example", None),
        ("/v1/auth/token", "https://evil.example", None),
    ],
)
async def test_preflight(doors: Newsroom, path: str, origin: str, allowed: str | None) -> None:
    answer = await doors.reader.options(
        path,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "PATCH",
            "Access-Control-Request-Headers": "authorization,if-match",
        },
    )
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers.get("access-control-allow-origin") == allowed
    assert words(answer.headers["access-control-allow-methods"]) >= {"GET", "POST", "PUT", "PATCH", "DELETE"}
    assert words(answer.headers["access-control-allow-headers"]) == ALLOWED
    assert "access-control-allow-credentials" not in answer.headers
    assert answer.headers["x-request-id"]


# --- sizes


def padded(size: int) -> bytes:
    """A valid body of exactly that many bytes."""
    body = b'{"title":"x"}'
    return body + b" " * (size - len(body))


JSON = {"Content-Type": "application/json"}


class Slices:
    """A body without Content-Length that counts what was taken from it."""

    def __init__(self, body: bytes, size: int = 64 * 1024) -> None:
        self.body, self.size, self.taken = body, size, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self.body), self.size):
            self.taken += 1
            yield self.body[start : start + self.size]


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(("size", "status"), [(MAX_BODY, 201), (MAX_BODY + 1, 413), (5 * MAX_BODY, 413)])
async def test_bodies_over_a_mebibyte_are_refused(doors: Newsroom, size: int, status: int, chunked: bool) -> None:
    slices = Slices(padded(size))
    body: Any = slices if chunked else padded(size)
    answer = await doors.reader.post("/v1/planted", content=body, headers=JSON)
    assert answer.status_code == status
    if status == 413:
        assert answer.json()["type"] == "/problems/too-large"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert slices.taken <= MAX_BODY // slices.size + 1


@pytest.mark.parametrize("length", ["1048577", "9" * 18, "9" * 30, "-1", "x"])
async def test_a_length_that_cannot_be_is_too_large_before_anyone_is_asked_who_they_are(
    doors: Newsroom, length: str
) -> None:
    path = f"/v1/editor/planted/{KNOWN}"
    answer = await doors.reader.put(path, content=b"{}", headers=JSON | {"Content-Length": length})
    assert answer.status_code == 413


async def test_a_chunked_body_is_not_read_for_strangers(doors: Newsroom) -> None:
    slices = Slices(padded(5 * MAX_BODY))
    answer = await doors.reader.put(f"/v1/editor/planted/{KNOWN}", content=slices, headers=JSON)
    assert (answer.status_code, slices.taken) == (401, 0)
    editor = await doors.staff("editor")
    answer = await editor.put(f"/v1/editor/planted/{KNOWN}", content=slices, headers=JSON)
    assert answer.status_code == 413


# --- HEAD


async def raw(doors: Newsroom, method: str, path: str, query: str = "") -> list[Message]:
    """Straight through ASGI: httpx would hide a body that HEAD must not have."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {
        **{"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "root_path": ""},
        **{"method": method, "path": path, "raw_path": path.encode(), "query_string": query.encode()},
        **{
            "headers": [(b"host", b"x"), (b"x-request-id", b"same-for-both")],
            "client": ("192.0.2.1", 1),
            "server": None,
        },
    }
    await doors.app(scope, receive, send)
    return sent


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/v1/planted", "", 200),
        ("/v1/planted/hot/مدينة", "", 200),
        ("/v1/planted/words", "word=x", 200),
        ("/v1/planted/words", "", 422),
        ("/v1/nothing", "", 404),
        ("/v1/nothing\x00", "", 404),
        ("/v1/auth/me", "", 401),
        ("/v1/planted/forms", "", 405),
    ],
)
async def test_head_is_get_without_body(doors: Newsroom, path: str, query: str, status: int) -> None:
    start, *bodies = await raw(doors, "HEAD", path, query)
    get_start, *get_bodies = await raw(doors, "GET", path, query)
    assert start["status"] == get_start["status"] == status
    assert start["headers"] == get_start["headers"]
    assert b"".join(message["body"] for message in bodies) == b""
    whole = b"".join(message["body"] for message in get_bodies)
    assert dict(start["headers"])[b"content-length"] == str(len(whole)).encode()
    assert whole


# --- misses


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/v1/planted", {"GET", "HEAD", "POST"}),
        ("PATCH", "/v1/planted/words", {"GET", "HEAD"}),
        ("GET", "/v1/planted/forms", {"POST"}),
        ("HEAD", "/v1/planted/forms", {"POST"}),
        ("OPTIONS", "/v1/planted", {"GET", "HEAD", "POST"}),
        ("POST", "/v1/auth/me", {"GET", "HEAD"}),
        ("GET", "/v1/auth/token", {"POST"}),
        ("GET", "/v1/editor/planted", {"POST"}),
        ("DELETE", f"/v1/editor/planted/{KNOWN}", {"PUT"}),
        ("BREW", "/v1/planted", {"GET", "HEAD", "POST"}),
    ],
)
@pytest.mark.parametrize("host", ["news.example", "evil.example/v1/auth", "evil.example?"])
async def test_405_names_every_method(doors: Newsroom, method: str, path: str, allowed: set[str], host: str) -> None:
    answer = await doors.reader.request(method, path, headers={"Host": host})
    assert answer.status_code == 405
    assert words(answer.headers["allow"]) == allowed


@pytest.mark.parametrize(
    ("path", "anonymous", "signed_in"),
    [
        ("/v1/editor/nothing", 401, 404),
        ("/v1/editor/", 401, 404),
        ("/v1/editor", 401, 404),
        ("/v1/editor/planted/", 401, 404),
        ("/v1/editor/posts//", 401, 404),
        ("/v1/editorial", 404, 404),
        ("/v1/auth/nothing", 404, 404),
        ("/v1/nothing", 404, 404),
        ("/v1", 404, 404),
        ("/", 404, 404),
    ],
)
async def test_unknown_paths_of_the_editor_tree_are_told_to_staff_alone(
    doors: Newsroom, path: str, anonymous: int, signed_in: int
) -> None:
    answer = await doors.reader.get(path)
    assert answer.status_code == anonymous
    if anonymous == 401:
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert (await (await doors.staff("contributor")).get(path)).status_code == signed_in


@pytest.mark.parametrize(
    "path", ["/v1/planted/", "/v1/planted/words/", "/v1/planted/hot/x/", "/v1/auth/me/", "//v1/planted"]
)
async def test_a_slash_too_many_is_not_found(doors: Newsroom, path: str) -> None:
    editor = await doors.staff("editor")
    for client in (doors.reader, editor):
        answer = await client.get(f"https://news.example{path}", params={"word": "x"})
        assert answer.status_code == 404
        assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/planted/hot/%00", 404),
        ("/v1/planted/hot/a%00b", 404),
        ("/v1/planted/hot/%ff", 404),
        ("/v1/planted/hot/%ED%A0%80", 404),
        ("/v1/planted/hot/%c0%ae%c0%ae", 404),
        ("/v1/planted/hot/%D9%85%D8%AF%D9%8A%D9%86%D8%A9", 200),
        ("/v1/planted?word=%00", 422),
        ("/v1/planted?word=a%00b", 422),
        ("/v1/planted/words?word=%00", 422),
        ("/v1/planted/words?%00=x", 422),
    ],
)
async def test_nul_and_broken_utf8_reach_no_door(doors: Newsroom, path: str, status: int) -> None:
    assert (await doors.reader.get(path)).status_code == status


# --- crashes


async def test_a_crash_tells_its_id_and_nothing_else(doors: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    log = CapturingLogger()
    monkeypatch.setattr(problems, "log", log)
    answer = await doors.reader.get("/v1/planted/crash", headers={"X-Request-Id": "crash-12345"})
    assert answer.status_code == 500
    assert answer.json() == {
        "type": "/problems/internal",
        "title": "Internal error",
        "status": 500,
        "detail": "something went wrong; the request id helps to find it",
        "instance": "crash-12345",
    }
    (call,) = log.calls
    assert call.kwargs["request_id"] == "crash-12345"
    assert isinstance(call.kwargs["exc_info"], RuntimeError)


async def test_a_crash_in_the_middle_of_an_answer_breaks_it_off(doors: Newsroom) -> None:
    with pytest.raises(RuntimeError, match="the line broke"):
        await doors.reader.get("/v1/planted/crash-late")


# --- what must not change an answer


def comparable(answer: httpx.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    return answer.status_code, answer.content, sorted(answer.headers.multi_items())


@pytest.mark.parametrize(
    "hostile",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example/path?x#y"},
        {"Host": ""},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher", "X-Forwarded-Prefix": "/evil"},
        {"Forwarded": "host=evil.example;proto=http;for=192.0.2.66"},
        {"X-Forwarded-For": "192.0.2.66"},
        {"X-Original-URL": "/v1/auth/me", "X-Rewrite-URL": "/v1/auth/me", "X-HTTP-Method-Override": "DELETE"},
        {"Cookie": "session=1; theme=dark"},
        {"Accept-Language": "ar"},
        {"Accept": "text/html"},
        {"Range": "bytes=0-1"},
    ],
    ids=lambda headers: next(iter(headers)),
)
@pytest.mark.parametrize(
    "path",
    ["/v1/planted", "/v1/planted/words?word=x", "/v1/planted/words", "/v1/nothing", "/v1/auth/me", "/v1/planted/"],
)
async def test_headers_that_change_no_answer(doors: Newsroom, path: str, hostile: dict[str, str]) -> None:
    same = {"X-Request-Id": "same-for-both"}
    plain = await doors.reader.get(path, headers=same)
    assert comparable(await doors.reader.get(path, headers=same | hostile)) == comparable(plain)
    assert "set-cookie" not in plain.headers


# --- caching


async def test_public_answers_may_be_kept_and_name_their_keys(doors: Newsroom) -> None:
    answer = await doors.reader.get("/v1/planted")
    assert "public" in words(answer.headers["cache-control"])
    assert answer.headers["surrogate-key"] == "posts post-1"
    assert answer.headers["cache-tag"] == "posts,post-1"
    assert answer.headers["etag"].startswith('"')


@pytest.mark.parametrize("authorization", ["Bearer x", "Basic eDp5", "", "nonsense"])
@pytest.mark.parametrize("path", ["/v1/planted", "/v1/planted/hot/x", "/v1/planted/words?word=x", "/v1/nothing"])
async def test_what_saw_authorization_is_kept_by_nobody(doors: Newsroom, path: str, authorization: str) -> None:
    answer = await doors.reader.get(path, headers={"Authorization": authorization})
    assert answer.headers.get_list("cache-control") == ["no-store"]
    assert not {"surrogate-key", "cache-tag"} & set(answer.headers)


async def test_the_private_trees_are_kept_by_nobody(doors: Newsroom) -> None:
    editor = await doors.staff("editor")
    answers = [
        await editor.get("/v1/auth/me"),
        await editor.get("/v1/editor/nothing"),
        await editor.put(f"/v1/editor/planted/{KNOWN}", json={"title": "x"}, headers={"If-Match": "*"}),
        await doors.reader.post("/v1/auth/revocation", data={"token": "x"}),
        await doors.reader.post("/v1/auth/token", data={"grant_type": "x"}),
    ]
    assert [answer.status_code for answer in answers] == [200, 404, 200, 200, 400]
    assert {tuple(answer.headers.get_list("cache-control")) for answer in answers} == {("no-store",)}


async def test_errors_of_cacheable_doors_are_not_kept(doors: Newsroom) -> None:
    answer = await doors.reader.get("/v1/planted/hot/gone")
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")
