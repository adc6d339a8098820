"""The site's own rules: who sets them, what is refused, that readers are not told of them, that they work at once."""

from typing import Any

import pytest

from tests.comments.talk import open_thread, say
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio
URL = "/v1/editor/site"
RULES = {
    "policy": "postmoderate",
    "links_allowed": 1,
    "banned_words": ["casino", "ربح مضمون"],
    "suspect_words": ["غبي"],
}


async def test_the_lists_work_from_the_next_comment_on_and_are_told_to_nobody(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    admin = await newsroom.staff("admin")
    changed = await admin.patch(URL, json={"proof_of_work": "never", "comments": RULES}, headers={"If-Match": "*"})
    assert changed.status_code == 200
    assert RULES.items() <= changed.json()["comments"].items()
    shown = await newsroom.reader.get("/v1/site")
    assert set(shown.json()["comments"]) == {
        *("policy", "name_required", "email_required", "close_after_days", "edit_window_minutes", "thread_scope")
    }
    assert "casino" not in shown.text
    assert (await say(newsroom, "One https://a.example")).status_code == 201
    assert (await say(newsroom, "Two https://a.example https://b.example")).json()["hold_reasons"] == ["link"]
    held = await say(newsroom, "كاتب غبى")
    spam = await say(newsroom, "رِبْـح مضموووون")
    assert (held.status_code, held.json()["hold_reasons"]) == (202, ["content"])
    assert (spam.status_code, spam.json()["hold_reasons"]) == (202, ["content"])
    await admin.patch(URL, json={"comments": {"suspect_words": []}}, headers={"If-Match": "*"})
    assert (await say(newsroom, "هذا كاتب غبى")).status_code == 201


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"comments": {"banned_words": ["!?"]}}, "/body/comments/banned_words/0"),
    ({"comments": {"banned_words": ["casino", "casino"]}}, "/body/comments/banned_words"),
    ({"comments": {"suspect_words": ["w" * 61]}}, "/body/comments/suspect_words/0"),
    ({"comments": {"suspect_words": [str(n) for n in range(501)]}}, "/body/comments/suspect_words"),
    ({"comments": {"links_allowed": 101}}, "/body/comments/links_allowed"),
    ({"comments": {"links_allowed": True}}, "/body/comments/links_allowed"),
    ({"proof_of_work": "sometimes"}, "/body/proof_of_work"),
]


@pytest.mark.parametrize(("sent", "pointer"), REFUSED)
async def test_what_is_refused(newsroom: Newsroom, sent: dict[str, Any], pointer: str) -> None:
    admin = await newsroom.staff("admin")
    answer = await admin.patch(URL, json=sent, headers={"If-Match": "*"})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
