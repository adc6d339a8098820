"""What a door refuses before its room hears of it, and in which order."""

import json
from typing import Any

import httpx
import pytest

from tests.core.http.planted import FORBIDDEN, KNOWN, TAKEN, made
from tests.newsroom import Desk, Newsroom

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

JSON = {"Content-Type": "application/json"}


def complaints(answer: httpx.Response) -> set[tuple[str, str]]:
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/invalid"
    return {(error["pointer"], error["code"]) for error in answer.json()["errors"]}


# --- query strings


@pytest.mark.parametrize("path", ["/v1/planted", "/v1/planted/words"])
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("word=x&colour=red", {("/query/colour", "unknown")}),
        ("word=x&Limit=5", {("/query/Limit", "unknown")}),
        ("word=x&word=y", {("/query/word", "repeated")}),
        ("word=x&word=x", {("/query/word", "repeated")}),
        ("word=x&a=1&a=2", {("/query/a", "unknown")}),
        ("word=x&=1", {("/query/", "unknown")}),
        ("word=x&limit[]=1", {("/query/limit[]", "unknown")}),
        ("word=x&لون=أحمر", {("/query/لون", "unknown")}),
        ("word=x;limit=5&b", {("/query/b", "unknown")}),
        ("word=%ff", {("/query", "encoding")}),
        ("word=%ED%A0%80", {("/query", "encoding")}),
        ("%c0%af=x", {("/query", "encoding")}),
        ("&".join(f"p{number}=1" for number in range(101)), {("/query", "encoding")}),
        ("word=x&limit=many", {("/query/limit", "int_parsing")}),
        ("word=x&limit=", {("/query/limit", "int_parsing")}),
        ("word=x&limit=1.5", {("/query/limit", "int_parsing")}),
    ],
)
async def test_queries_that_are_refused(doors: Newsroom, path: str, query: str, expected: set[tuple[str, str]]) -> None:
    for _ in range(2):  # what is remembered by its raw text must not be remembered as good
        assert complaints(await doors.reader.get(f"{path}?{query}")) == expected


@pytest.mark.parametrize("path", ["/v1/planted", "/v1/planted/words"])
@pytest.mark.parametrize(
    ("query", "word", "limit"),
    [
        ("word=x", "x", 20),
        ("limit=5&word=%D8%B1%D8%A8%D9%8A%D8%B9", "ربيع", 5),
        ("word=a+b%20c", "a b c", 20),
        ("word=100%", "100%", 20),
        ("word=%zz", "%zz", 20),
        ("word=", "", 20),
        ("word=x&", "x", 20),
        ("word=%F0%9F%97%9E", "🗞", 20),
        ("word=x;limit=5", "x;limit=5", 20),
    ],
)
async def test_queries_that_are_understood(doors: Newsroom, path: str, query: str, word: str, limit: int) -> None:
    for _ in range(2):
        answer = await doors.reader.get(f"{path}?{query}")
        assert (answer.status_code, answer.json()) == (200, {"word": word, "limit": limit})


async def test_doors_without_parameters_say_so(doors: Newsroom) -> None:
    answer = await doors.reader.get("/v1/planted/hot/x?word=x")
    assert complaints(answer) == {("/query/word", "unknown")}
    assert "takes no parameters" in answer.json()["detail"]


@pytest.mark.parametrize("id", ["x", "1", "00000000-0000-0000-0000-00000000000g", "00000000-0000-0000-0000"])
async def test_an_id_that_cannot_be_one_is_not_found(doors: Newsroom, id: str) -> None:
    assert (await doors.reader.get(f"/v1/planted/things/{id}")).status_code == 404


# --- bodies


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{'title': 'x'}",
        b'{"title": "x",}',
        b'{"title": "x"} {}',
        b'{"title": "x", "title": "y"}',
        b'{"title": "x", "number": {"a": 1, "a": 1}}',
        b'{"title": NaN}',
        b'{"title": "x", "number": Infinity}',
        b'{"title": "x", "number": -Infinity}',
        b'{"title": "\\ud800"}',
        b'{"title": "\\udc00\\ud800"}',
        b'{"\\udfff": "x"}',
        b'{"title": "\xed\xa0\x80"}',
        b'{"title": "\xff"}',
        b'{"title": "caf\xe9"}',
        b'\xef\xbb\xbf{"title": "x"}',
        '{"title": "x"}'.encode("utf-16"),
        '{"title": "x"}'.encode("utf-32"),
        b'{"title": "a\nb"}',
        b'{"title": "x", "number": ' + b"1" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b" ",
        b"\x00",
        b"<title>x</title>",
    ],
    ids=lambda body: repr(body[:24]),
)
async def test_what_is_not_strict_json_is_malformed(doors: Newsroom, body: bytes) -> None:
    answer = await doors.reader.post("/v1/planted", content=body, headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["type"] == "/problems/malformed"
    assert await made(doors) == 0


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", {("/body", "missing")}),
        (b"null", {("/body", "model_attributes_type")}),
        (b"[]", {("/body", "model_attributes_type")}),
        (b'"x"', {("/body", "model_attributes_type")}),
        (b"{}", {("/body/title", "missing")}),
        (b'{"title": 1}', {("/body/title", "string_type")}),
        (b'{"title": null}', {("/body/title", "string_type")}),
        (b'{"title": "x", "id": 1}', {("/body/id", "extra_forbidden")}),
        (b'{"title": "x", "a/b~c": 1}', {("/body/a~1b~0c", "extra_forbidden")}),
        (b'{"title": "x", "number": 1e999}', {("/body/number", "finite_number")}),
    ],
)
async def test_members_that_are_refused_are_named(doors: Newsroom, body: bytes, expected: set[tuple[str, str]]) -> None:
    assert complaints(await doors.reader.post("/v1/planted", content=body, headers=JSON)) == expected


async def test_a_flood_of_errors_is_cut_and_nothing_is_echoed(doors: Newsroom) -> None:
    body = json.dumps({"title": "x"} | {f"canary{number}": "echo-me" for number in range(1000)})
    answer = await doors.reader.post("/v1/planted", content=body, headers=JSON)
    assert len(complaints(answer)) == 50
    assert "echo-me" not in answer.text


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 201),
        ("application/json; charset=utf-8", 201),
        ("Application/JSON", 201),
        ("application/merge-patch+json", 201),
        ("", 415),
        ("text/plain", 415),
        ("text/json", 415),
        ("application/xml", 415),
        ("application/jsonp", 415),
        ("application/problem+json", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("garbage", 415),
        ("application/json, text/plain", 415),
    ],
)
async def test_content_types_of_json_doors(doors: Newsroom, content_type: str, status: int) -> None:
    answer = await doors.reader.post("/v1/planted", content=b'{"title":"x"}', headers={"Content-Type": content_type})
    assert answer.status_code == status
    if status == 415:
        assert answer.json()["type"] == "/problems/unsupported-media-type"


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/x-www-form-urlencoded", 200),
        ("application/x-www-form-urlencoded; charset=UTF-8", 200),
        ("application/json", 415),
        ("multipart/form-data; boundary=x", 415),
        ("text/plain", 415),
        ("", 415),
    ],
)
async def test_content_types_of_form_doors(doors: Newsroom, content_type: str, status: int) -> None:
    headers = {"Content-Type": content_type}
    assert (await doors.reader.post("/v1/planted/forms", content=b"name=x", headers=headers)).status_code == status


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"name=%D9%84%D9%8A%D9%84%D9%89", 200),
        (b"name=", 422),
        (b"other=x", 422),
        (b"", 422),
        (b"name=%ff", 400),
        (b"name=\xff", 400),
        (b"name=%ED%A0%80", 400),
        (b"name=a%00b", 400),
        (b"name%00=x", 400),
        (b"name=x&" + b"&".join(b"p%d=1" % number for number in range(2000)), 400),
    ],
    ids=lambda value: repr(value[:24]) if isinstance(value, bytes) else None,
)
async def test_bodies_of_form_doors(doors: Newsroom, body: bytes, status: int) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await doors.reader.post("/v1/planted/forms", content=body, headers=headers)
    assert answer.status_code == status
    if status == 200:
        assert answer.json() == {"name": "ليلى"}


# --- the order of checks: each row mends exactly what the row above complained about

WRONG_TYPE = {"content": b"x=1", "headers": {"Content-Type": "text/plain"}}
BROKEN = {"content": b"{", "headers": JSON}
INVALID = {"json": {"title": 1}}
GOOD = {"json": {"title": "x"}}
STALE = {"json": {"title": "x"}, "headers": {"If-Match": '"6"'}}
FRESH = {"json": {"title": "x"}, "headers": {"If-Match": '"7"'}}
HUGE = {"content": b"x" * (1024 * 1024 + 1), "headers": {"Content-Type": "text/plain"}}

ORDER: list[tuple[str | None, str, str, dict[str, Any], int]] = [
    (None, "PUT", "unknown?colour=red", HUGE, 413),
    (None, "PATCH", "unknown?colour=red", WRONG_TYPE, 405),
    (None, "PUT", "unknown?colour=red", WRONG_TYPE, 401),
    ("author", "PUT", "unknown?colour=red", WRONG_TYPE, 403),
    ("editor", "PUT", "unknown?colour=red", WRONG_TYPE, 404),
    ("editor", "PUT", f"{FORBIDDEN}?colour=red", WRONG_TYPE, 403),
    ("editor", "PUT", f"{KNOWN}?colour=red", WRONG_TYPE, 415),
    ("editor", "PUT", f"{KNOWN}?colour=red", BROKEN, 400),
    ("editor", "PUT", f"{KNOWN}?colour=red", GOOD, 422),
    ("editor", "PUT", f"{TAKEN}", INVALID, 422),
    ("editor", "PUT", f"{TAKEN}", GOOD, 428),
    ("editor", "PUT", f"{TAKEN}", STALE, 412),
    ("editor", "PUT", f"{TAKEN}", FRESH, 409),
    ("editor", "PUT", f"{KNOWN}", FRESH, 200),
]


async def test_the_order_of_checks(doors: Newsroom) -> None:
    desks: dict[str | None, Desk | httpx.AsyncClient] = {None: doors.reader}
    for role in ("author", "editor"):
        desks[role] = await doors.staff(role)
    found = []
    for who, method, path, request, _status in ORDER:
        answer = await desks[who].request(method, f"/v1/editor/planted/{path}", **request)
        found.append(answer.status_code)
        assert answer.status_code == 200 or answer.json()["status"] == answer.status_code
    assert found == [status for *_, status in ORDER]


async def test_a_bad_token_is_401_before_anything_else(doors: Newsroom) -> None:
    for path in ("unknown?colour=red", str(KNOWN)):
        answer = await doors.reader.put(
            f"/v1/editor/planted/{path}", content=b"{", headers={"Authorization": "Bearer nonsense"}
        )
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic eDp5", "Token x", "bearer\tx"])
async def test_no_token_at_all_is_no_error_of_a_token(doors: Newsroom, header: str) -> None:
    answer = await doors.reader.get("/v1/auth/me", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="masthead"'


async def test_two_authorization_headers_are_none(doors: Newsroom) -> None:
    editor = await doors.staff("editor")
    token = editor.headers["Authorization"]
    answer = await doors.reader.get("/v1/auth/me", headers=[("Authorization", token), ("Authorization", token)])
    assert answer.status_code == 401
