"""Every list of the contract can be counted: `total` is what a walk through its pages finds."""

import json
from typing import Any

import pytest

from app.core.clock import now
from app.transfer import demo_magazine
from tests.house.source import ROOT
from tests.newsroom import Desk, Newsroom

pytestmark = pytest.mark.anyio

# what has to be asked for
NEEDED = {"/v1/search": {"q": "a"}}
# their answers have counts of their own, and what is asked for is a tree
TREES = {"/v1/posts/{slug}/comments", "/v1/comments/{comment_id}/replies"}


def parameters(operation: dict[str, Any]) -> set[str]:
    return {parameter["name"] for parameter in operation.get("parameters", ())}


def lists() -> dict[str, set[str]]:
    """The paths of all lists, with what can be asked there."""
    snapshots = ROOT / "tests" / "openapi"
    trees = [json.loads((snapshots / f"{tree}.json").read_text("utf-8")) for tree in ("public", "editor")]
    paths = {path: ways["get"] for tree in trees for path, ways in tree["paths"].items() if "get" in ways}
    return {path: asked for path, way in paths.items() if "cursor" in (asked := parameters(way)) and path not in TREES}


def test_each_list_takes_count() -> None:
    assert {path for path, asked in lists().items() if "count" not in asked} == set()


async def first_id(desk: Desk, path: str) -> str:
    """Of the oldest item there, which more has happened to."""
    items = (await desk.get(path, params={"limit": 100})).json()["items"]
    return str(items[-1]["id"])


async def test_total_is_what_a_walk_finds(newsroom: Newsroom) -> None:
    await newsroom.db.write(demo_magazine.load, at=now())
    await newsroom.night()
    desk = await newsroom.staff("admin")
    endpoint = {"url": "https://hooks.example.org/masthead", "events": ["post.published"]}
    made = await desk.post("/v1/editor/webhooks", json=endpoint)
    known = {
        "post_id": await first_id(desk, "/v1/editor/posts"),
        "comment_id": await first_id(desk, "/v1/editor/comments"),
        "webhook_id": made.json()["id"],
    }
    found: dict[str, int] = {}
    for path in lists():
        address = path.format(**known)
        walked, cursor, totals = 0, None, set()
        while walked == 0 or cursor:
            asked = NEEDED.get(path, {}) | {"count": "true", "limit": "3"} | ({"cursor": str(cursor)} if cursor else {})
            answer = await desk.get(address, params=asked)
            assert answer.status_code == 200, f"{address}: {answer.text}"
            page = answer.json()
            walked, cursor = walked + len(page["items"]), page["next"]
            totals.add(page["total"])
            if not page["items"]:
                break
        assert totals == {walked}, address
        assert "total" not in (await desk.get(address, params=NEEDED.get(path))).json(), address
        found[path] = walked
    assert sum(number > 3 for number in found.values()) >= 8, found
