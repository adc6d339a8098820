"""Numbers that no column holds are the client's mistake, at every door that takes the number of a revision."""

from typing import Any

import pytest

from app.core.ids import new_id
from tests.newsroom import Newsroom
from tests.posts.desk import POSTS, opened

pytestmark = pytest.mark.anyio

TOO_LARGE = [2**31, 2**63, 10**400]
DOORS: list[tuple[str, str, dict[str, Any]]] = [
    ("PUT", "/publication", {}),
    ("PUT", "/publication?dry_run=true", {}),
    ("POST", "/previews", {}),
    ("POST", "/transitions", {"action": "submit"}),
    ("PUT", "/translated-revision", {}),
]


@pytest.mark.parametrize("number", TOO_LARGE, ids=["32 bits", "64 bits", "400 digits"])
@pytest.mark.parametrize(("method", "path", "wish"), DOORS)
async def test_no_revision_has_such_a_number(
    newsroom: Newsroom, method: str, path: str, wish: dict[str, Any], number: int
) -> None:
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    url, any_version = f"{POSTS}/{post['id']}{path}", {"If-Match": "*"}
    answer = await desk.request(method, url, json={**wish, "revision": number}, headers=any_version)
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/body/revision"]
    unknown = await desk.request(method, url, json={**wish, "revision": 2**31 - 1}, headers=any_version)
    assert unknown.status_code in (409, 422), unknown.text


@pytest.mark.parametrize("number", TOO_LARGE, ids=["32 bits", "64 bits", "400 digits"])
async def test_elsewhere_too(newsroom: Newsroom, number: int) -> None:
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    for call in ("", "/diff"):
        assert (await desk.get(f"{POSTS}/{post['id']}/revisions/{number}{call}")).status_code == 404
    against = await desk.get(f"{POSTS}/{post['id']}/revisions/1/diff?against={number}")
    assert [error["pointer"] for error in against.json()["errors"]] == ["/query/against"]
    decision = {"id": str(new_id()), "revision": number, "action": "approve"}
    decided = await desk.post("/v1/editor/comments/decisions", json={"decisions": [decision]})
    assert [error["pointer"] for error in decided.json()["errors"]] == ["/body/decisions/0/revision"]
    assert (await newsroom.reader.get(f"/v1/comments/{number}")).status_code == 404
