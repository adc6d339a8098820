"""Strong ETags: which header means which version (RFC 9110, sections 8.8.3 and 13.1)."""

import pytest

from app.core.errors import PreconditionRequired, Stale
from app.core.http.conditional import Match, etag_for, etag_of, not_modified, tags_in
from tests.core.http.planted import KNOWN
from tests.newsroom import Newsroom


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ("*", None),
        (" * ", None),
        ('"7"', {"7"}),
        ('W/"7"', {"7"}),
        ('"7-gzip"', {"7"}),
        ('W/"7-gzip"', {"7"}),
        ('"7-br"', {"7"}),
        ('"6", "7"', {"6", "7"}),
        ('"6","7",W/"8"', {"6", "7", "8"}),
        ('"a,b", "c"', {"a,b", "c"}),
        ('""', {""}),
        ("7", set()),
        ('w/"7"', {"7"}),
        ('"7', set()),
        ("'7'", set()),
        ("", set()),
        ("W/", set()),
        ('"a b"', set()),
    ],
)
def test_tags_of_a_header(header: str, tags: set[str] | None) -> None:
    found = tags_in(header)
    assert found == (None if tags is None else frozenset(tags))


def test_tags_over_bytes_are_strong_and_differ() -> None:
    assert etag_of(b"a") == etag_of(b"a") != etag_of(b"b")
    assert etag_of(b"a").startswith('"')
    assert etag_for(7) == '"7"'


TAG = etag_of(b'{"word":"","limit":20}')


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (TAG, 304),
        ("W/" + TAG, 304),
        (TAG[:-1] + '-gzip"', 304),
        (f'"other", {TAG}', 304),
        (f'"other",W/{TAG}', 304),
        ("*", 304),
        ('"other"', 200),
        (TAG.strip('"'), 200),
        (TAG[:-2] + '"', 200),
        ("", 200),
        ("garbage", 200),
        (None, 200),
    ],
)
@pytest.mark.anyio
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_if_none_match(doors: Newsroom, header: str | None, status: int, method: str) -> None:
    headers = {} if header is None else {"If-None-Match": header}
    answer = await doors.reader.request(method, "/v1/planted", headers=headers)
    assert answer.status_code == status
    assert answer.headers["etag"] == TAG
    assert "public" in answer.headers["cache-control"]
    assert answer.headers["surrogate-key"] == "posts post-1"
    if status == 304:
        assert answer.content == b""
        assert not {"content-type", "content-length"} & set(answer.headers)


@pytest.mark.anyio
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_errors_are_never_not_modified(doors: Newsroom) -> None:
    assert (await doors.reader.get("/v1/planted/hot/gone", headers={"If-None-Match": "*"})).status_code == 404
    assert (await doors.reader.get("/v1/planted?x=1", headers={"If-None-Match": "*"})).status_code == 422


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ([], 428),
        (['"7"'], 200),
        (['W/"7"'], 200),
        (['"7-gzip"'], 200),
        (["*"], 200),
        (['"6", "7"'], 200),
        (['"6"', '"7"'], 200),
        (['"6"'], 412),
        (['"77"'], 412),
        (['"07"'], 412),
        (['""'], 412),
        (["7"], 400),
        (["garbage"], 400),
        ([""], 400),
    ],
)
@pytest.mark.anyio
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_if_match(doors: Newsroom, values: list[str], status: int) -> None:
    editor = await doors.staff("editor")
    answer = await editor.put(
        f"/v1/editor/planted/{KNOWN}", json={"title": "x"}, headers=[("If-Match", value) for value in values]
    )
    assert answer.status_code == status
    if status == 200:
        assert answer.headers["etag"] == '"8"'
    if status == 412:
        assert answer.json()["current"] == {"etag": '"7"', "updated_by": "someone"}


def test_where_the_header_is_optional() -> None:
    Match().check_if_sent(7)
    Match(anything=True).check_if_sent(7)
    Match(frozenset({"7"})).check_if_sent(7)
    with pytest.raises(Stale):
        Match(frozenset({"6"})).check_if_sent(7)
    with pytest.raises(PreconditionRequired):
        Match().check(7)


@pytest.mark.parametrize("header", ["*, *", '*, "7"'])
def test_a_star_among_others_is_no_star(header: str) -> None:
    assert tags_in(header) is not None


def test_not_modified_without_the_header() -> None:
    assert not not_modified(None, '"7"')
