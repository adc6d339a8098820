"""Redirects by hand: who may make them, where they lead, that they never make a ring or hide what is public."""

import asyncio
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.newsroom import Newsroom
from tests.posts.desk import POSTS, published

pytestmark = pytest.mark.anyio

REDIRECTS = "/v1/editor/redirects"


async def lead(desk: httpx.AsyncClient, path: str, target: str | None) -> dict[str, Any]:
    answer = await desk.post(REDIRECTS, json={"path": path, "target": target})
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def resolved(newsroom: Newsroom, path: str) -> tuple[int, str] | int:
    """Status and address as the resolver tells them; the status alone when it tells nothing."""
    answer = await newsroom.reader.get("/v1/resolve", params={"path": path})
    return (answer.json()["status"], answer.json()["url"]) if answer.status_code == 200 else answer.status_code


async def targets(desk: httpx.AsyncClient) -> dict[str, str | None]:
    listed = (await desk.get(REDIRECTS)).json()["items"]
    return {item["path"]: item["target"] for item in listed}


async def base_of(newsroom: Newsroom) -> str:
    url: str = (await newsroom.reader.get("/v1/site")).json()["public_url"]
    return url.rstrip("/")


LED = [
    ("/2017/05/old.html", "/about-us", "/about-us"),
    ("/قديم/خبر", "/ar/جديد", "/ar/" + quote("جديد")),
    ("/2017/05/%D9%82%D8%AF%D9%8A%D9%85.html", "/ar/x", "/ar/x"),
    ("/?p=17", "/en/x", "/en/x"),
    ("/archive", "https://old.news.example/archive?page=2#top", None),
    ("/gone", None, None),
    ("/?p=17&x=ب", None, "/?p=17&x=%D8%A8"),
    ("/paged", "{base}/en/x?page=2#top", "/en/x?page=2#top"),
    ("/whole", "{base}/en/x", "/en/x"),
    ("/odd", "{base}/%ff", "/%ff"),
]


@pytest.mark.parametrize(("path", "target", "lands"), LED)
async def test_where_a_path_leads(newsroom: Newsroom, path: str, target: str | None, lands: str | None) -> None:
    assert await resolved(newsroom, path) == 404
    base = await base_of(newsroom)
    await lead(await newsroom.staff("editor"), path, target and target.format(base=base))
    expected = target if lands is None else base + lands
    assert await resolved(newsroom, path) == ((301, expected) if target else (410, expected or base + path))


async def test_it_leads_to_a_piece_wherever_that_is_now(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post_id = (await published(desk, title="Harbour lights", slug="harbour-lights"))["id"]
    await lead(desk, "/old", "/en/harbour-lights")
    answer = await newsroom.reader.get("/v1/resolve", params={"path": "/old"})
    base = await base_of(newsroom)
    assert answer.json() == {
        "type": "article",
        "slug": "harbour-lights",
        "url": f"{base}/en/harbour-lights",
        "status": 301,
    }
    assert (
        await desk.patch(f"{POSTS}/{post_id}", json={"slug": "lights"}, headers={"If-Match": "*"})
    ).status_code == 200
    assert (await desk.put(f"{POSTS}/{post_id}/publication", headers={"If-Match": "*"})).status_code == 200
    assert await resolved(newsroom, "/old") == (301, f"{base}/en/lights")
    await desk.delete(f"{POSTS}/{post_id}/publication", headers={"If-Match": "*"})
    assert await resolved(newsroom, "/old") == (301, f"{base}/en/harbour-lights"), "the target as it was written"


async def test_what_is_public_comes_first_then_redirects_then_old_addresses(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post_id = (await published(desk, title="Harbour lights", slug="harbour-lights"))["id"]
    base = await base_of(newsroom)
    refused = await desk.post(REDIRECTS, json={"path": "/en/harbour-lights", "target": "/elsewhere"})
    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    assert refused.json()["used_by"] == [{"kind": "article", "id": post_id, "title": "Harbour lights"}]
    await desk.delete(f"{POSTS}/{post_id}/publication", headers={"If-Match": "*"})
    made = await lead(desk, "/en/harbour-lights", "/elsewhere")
    assert await resolved(newsroom, "/en/harbour-lights") == (301, f"{base}/elsewhere")
    await desk.put(f"{POSTS}/{post_id}/publication", headers={"If-Match": "*"})
    assert await resolved(newsroom, "/en/harbour-lights") == (200, f"{base}/en/harbour-lights")
    withdrawal = {"reason": "law", "notice": "Withdrawn."}
    answer = await desk.put(f"{POSTS}/{post_id}/withdrawal", json=withdrawal, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    assert await resolved(newsroom, "/en/harbour-lights") == (301, f"{base}/elsewhere")
    assert (await desk.delete(f"{REDIRECTS}/{made['id']}")).status_code == 204
    assert await resolved(newsroom, "/en/harbour-lights") == (410, f"{base}/en/harbour-lights")


async def test_chains_are_shortened_from_both_ends(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    await lead(desk, "/b", "/c")
    assert (await lead(desk, "/a", "/b"))["target"] == "/c"
    changed = await lead(desk, "/c", "https://elsewhere.example/")
    assert await targets(desk) == dict.fromkeys(("/a", "/b", "/c"), "https://elsewhere.example/")
    await desk.patch(f"{REDIRECTS}/{changed['id']}", json={"target": None})
    assert await targets(desk) == {"/a": "https://elsewhere.example/", "/b": "https://elsewhere.example/", "/c": None}


@pytest.mark.parametrize(
    ("standing", "path", "target"),
    [
        ([], "/a", "/a"),
        ([], "/قديم", quote("/قديم")),
        ([("/b", "/a")], "/a", "/b"),
        ([("/b", "/c"), ("/c", "/a")], "/a", "/b"),
        ([("/b", "/a")], "/a", "{base}/b"),
        ([("/b", "/a")], "/a", "{base}/b?page=2"),
        ([], "/a", "{base}/a?page=2#top"),
        ([("/a", "{base}/b?page=2"), ("/b", "/c")], "/c", "/a"),
    ],
)
async def test_rings_are_refused(newsroom: Newsroom, standing: list[tuple[str, str]], path: str, target: str) -> None:
    desk = await newsroom.staff("editor")
    base = await base_of(newsroom)
    for one, its_target in standing:
        await lead(desk, one, its_target.format(base=base))
    before = await targets(desk)
    answer = await desk.post(REDIRECTS, json={"path": path, "target": target.format(base=base)})
    assert (answer.status_code, answer.json()["code"]) == (409, "redirect_loop")
    assert await targets(desk) == before


async def test_two_halves_of_a_ring_at_once(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    for number in range(10):
        here, there = f"/{number}/a", f"/{number}/b"
        bodies = ({"path": here, "target": there}, {"path": there, "target": here})
        answers = await asyncio.gather(*(desk.post(REDIRECTS, json=body) for body in bodies))
        assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_a_path_is_taken_in_every_spelling(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    await lead(desk, "/café", "/x")
    for spelling in ("/café", "/caf%C3%A9", "/cafe\u0301"):
        answer = await desk.post(REDIRECTS, json={"path": spelling, "target": "/y"})
        assert (answer.status_code, answer.json()["code"]) == (409, "path_taken")


async def test_a_redirect_moves_and_its_version_with_it(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    made = await desk.post(REDIRECTS, json={"path": "/a", "target": "/b"}, headers={"Idempotency-Key": "one"})
    again = await desk.post(REDIRECTS, json={"path": "/a", "target": "/b"}, headers={"Idempotency-Key": "one"})
    assert (again.json(), again.headers["idempotent-replayed"]) == (made.json(), "true")
    one = made.headers["location"]
    assert (await desk.get(one)).headers["etag"] == made.headers["etag"]
    swapped = await desk.patch(one, json={"path": "/b", "target": "/a"}, headers={"If-Match": made.headers["etag"]})
    assert (swapped.status_code, swapped.json()["path"], swapped.json()["target"]) == (200, "/b", "/a")
    stale = await desk.patch(one, json={"target": "/c"}, headers={"If-Match": made.headers["etag"]})
    assert (stale.status_code, stale.json()["current"]["etag"]) == (412, swapped.headers["etag"])
    assert (await desk.delete(one, headers={"If-Match": made.headers["etag"]})).status_code == 412
    assert (await desk.delete(one)).status_code == 204
    assert (await desk.get(one)).status_code == 404
    heard = (await desk.get("/v1/editor/events?limit=100")).json()["items"]
    names = [event["name"] for event in heard if event["name"].startswith("redirect.")]
    assert names == ["redirect.created", "redirect.changed", "redirect.deleted"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"path": "/a"}, "/body/target"),
        ({"target": "/a"}, "/body/path"),
        ({"path": "a", "target": "/b"}, "/body/path"),
        ({"path": "//evil.example/x", "target": "/b"}, "/body/path"),
        ({"path": "/%2Fevil.example", "target": "/b"}, "/body/path"),
        ({"path": "/a#b", "target": "/b"}, "/body/path"),
        ({"path": "/a%0d%0ax", "target": "/b"}, "/body/path"),
        ({"path": "/a\\b", "target": "/b"}, "/body/path"),
        ({"path": "/%ff", "target": "/b"}, "/body/path"),
        ({"path": "/" + "ا" * 1_000, "target": "/b"}, "/body/path"),
        ({"path": None, "target": "/b"}, "/body/path"),
        ({"path": "/a", "target": "//evil.example"}, "/body/target"),
        ({"path": "/a", "target": "javascript:alert(1)"}, "/body/target"),
        ({"path": "/a", "target": "https://user@evil.example/"}, "/body/target"),
        ({"path": "/a", "target": "https://موقع.example/"}, "/body/target"),
        ({"path": "/a", "target": ""}, "/body/target"),
        ({"path": "/a", "target": "/b?page=2"}, "/body/target"),
        ({"path": "/a", "target": "/b", "status": 302}, "/body/status"),
    ],
)
async def test_what_is_no_redirect(newsroom: Newsroom, body: dict[str, Any], pointer: str) -> None:
    desk = await newsroom.staff("editor")
    answer = await desk.post(REDIRECTS, json=body)
    assert answer.status_code == 422, answer.text
    assert {error["pointer"] for error in answer.json()["errors"]} == {pointer}
    assert await targets(desk) == {}


async def test_the_list_is_paged_by_path_and_searched(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    paths = [f"/old/{number:02}%" for number in range(7)]
    for path in reversed(paths):
        await lead(desk, quote(path), "/ar/أصوات")
    first = (await desk.get(f"{REDIRECTS}?limit=4&count=true")).json()
    rest = (await desk.get(f"{REDIRECTS}?limit=4&cursor={first['next']}")).json()
    assert [item["path"] for item in first["items"] + rest["items"]] == paths
    assert (first["total"], rest["next"]) == (7, None)
    for words, found in (("03%", 1), ("أصوات", 7), ("_", 0), ("/old/0", 7)):
        answer = await desk.get(REDIRECTS, params={"q": words, "count": "true"})
        assert answer.json()["total"] == found, words
    assert (await desk.get(REDIRECTS, params={"q": "x", "cursor": first["next"]})).status_code == 422
