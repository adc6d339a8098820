"""The review: moves with notes, who may make them, what they bind to, and that of many at once one counts."""

import asyncio
from typing import Any

import pytest
from sqlmodel import col, select

from app.events.models import Event
from tests.newsroom import Desk, Newsroom
from tests.posts.desk import POSTS, opened, published

pytestmark = pytest.mark.anyio

ANYTHING = {"If-Match": "*"}


async def move(desk: Desk, post: dict[str, Any], action: str, **facts: Any) -> Any:
    return await desk.post(f"{POSTS}/{post['id']}/transitions", json={"action": action, **facts})


async def edit(desk: Desk, post: dict[str, Any], **facts: Any) -> Any:
    answer = await desk.patch(f"{POSTS}/{post['id']}", json=facts, headers=ANYTHING)
    assert answer.status_code == 200, answer.text
    return answer


async def publish(desk: Desk, post: dict[str, Any], **facts: Any) -> Any:
    return await desk.put(f"{POSTS}/{post['id']}/publication", json=facts, headers=ANYTHING)


async def blockers(desk: Desk, post: dict[str, Any], **facts: Any) -> list[str]:
    url = f"{POSTS}/{post['id']}/publication?dry_run=true"
    answer = await desk.put(url, json=facts, headers=ANYTHING)
    return [finding["code"] for finding in answer.json()["blockers"]]


async def require_approval(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    answer = await admin.patch("/v1/editor/site", json={"require_approval": True}, headers=ANYTHING)
    assert answer.status_code == 200, answer.text


async def test_a_text_goes_back_and_forth(newsroom: Newsroom) -> None:
    writer, editor = await newsroom.staff("contributor", name="سلمى"), await newsroom.staff("editor", name="Omar")
    post = await opened(writer, title="أصوات الميناء", locale="ar")
    steps = [
        (writer, "submit", "جاهز للقراءة", "in_review"),
        (editor, "request_changes", "من أين هذا الرقم؟", "draft"),
        (writer, "submit", "", "in_review"),
        (writer, "recall", "", "draft"),
        (writer, "submit", "", "in_review"),
        (editor, "approve", "أحسنتِ", "approved"),
    ]
    tags = [post["etag"]]
    for desk, action, note, state in steps:
        answer = await move(desk, post, action, note=note, revision=1)
        assert (answer.status_code, answer.json()["state"], answer.json()["life"]) == (200, state, "unpublished")
        tags.append(answer.headers["etag"])
    assert len(set(tags)) == len(tags)
    assert (await writer.get(f"{POSTS}/{post['id']}")).headers["etag"] == tags[-1]

    url, shown = f"{POSTS}/{post['id']}/transitions?limit=4", []
    while url:
        page = await writer.get(url)
        shown += page.json()["items"]
        url = page.links["next"]["url"] if page.json()["next"] else ""
    assert [(item["action"], item["note"], item["to"]) for item in shown] == [step[1:] for step in steps[::-1]]
    assert (shown[0]["by"], shown[0]["from"], shown[0]["revision"]) == (
        {"id": str(editor.user_id), "name": "Omar"},
        "in_review",
        1,
    )
    names = await newsroom.stored(
        lambda session: session.exec(
            select(Event.name, Event.data).where(col(Event.name).like("post.%")).order_by(col(Event.id))
        ).all()
    )
    assert [name for name, _ in names] == [
        *("post.created", "post.submitted", "post.changes_requested", "post.submitted", "post.recalled"),
        *("post.submitted", "post.approved"),
    ]
    assert "الرقم" not in str(names)


REFUSED = [
    ("draft", "approve", "submit"),
    ("draft", "recall", "submit"),
    ("in_review", "submit", "approve request_changes recall"),
    ("approved", "approve", "request_changes recall"),
]


@pytest.mark.parametrize(("state", "action", "allowed"), REFUSED)
async def test_illegal_moves(newsroom: Newsroom, state: str, action: str, allowed: str) -> None:
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    for step in {"draft": [], "in_review": ["submit"], "approved": ["submit", "approve"]}[state]:
        await move(desk, post, step)
    answer = await move(desk, post, action)
    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_move")
    others = ["preview", "translate", "publish", "schedule", "trash"]
    assert answer.json()["allowed"] == ["edit", *allowed.split(), *others]


async def test_who_may_not(newsroom: Newsroom) -> None:
    writer, other, editor = [await newsroom.staff(role) for role in ("author", "author", "editor")]
    post = await opened(writer)
    assert (await move(other, post, "submit")).status_code == 404
    assert (await move(writer, post, "submit")).status_code == 200
    assert (await move(writer, post, "approve")).status_code == 403
    assert (await move(editor, post, "approve", extra=1)).status_code == 422
    assert (await move(editor, post, "publish")).status_code == 422
    stale = await editor.post(
        f"{POSTS}/{post['id']}/transitions", json={"action": "approve"}, headers={"If-Match": post["etag"]}
    )
    assert stale.status_code == 412
    current = stale.json()["current"]
    assert set(current) == {"etag", "revision", "updated_at", "updated_by"}
    assert current["updated_at"] == (await editor.get(f"{POSTS}/{post['id']}")).json()["updated_at"]
    await editor.delete(f"{POSTS}/{post['id']}", headers=ANYTHING)
    assert (await move(editor, post, "approve")).json()["allowed"] == ["restore"]


async def test_a_move_names_what_was_read_and_can_be_repeated(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    await move(desk, post, "submit")
    await edit(desk, post, dek="newer")
    late = await move(desk, post, "approve", revision=1)
    assert (late.status_code, late.json()["code"], late.json()["current"]) == (409, "stale_revision", 2)
    key = {"Idempotency-Key": "approve-once"}
    url = f"{POSTS}/{post['id']}/transitions"
    first, again = [await desk.post(url, json={"action": "approve", "revision": 2}, headers=key) for _ in range(2)]
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert again.headers["idempotent-replayed"] == "true"


async def test_a_live_story_is_reviewed_again_while_it_stays(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post = await published(desk)
    story = f"/v1/posts/{post['slug']}"
    before = (await newsroom.reader.get(story)).content
    assert (await edit(desk, post, title="Newer voices")).json()["state"] == "draft"
    for action, state in (("submit", "in_review"), ("request_changes", "draft"), ("submit", "in_review")):
        answer = (await move(desk, post, action)).json()
        assert (answer["state"], answer["life"], answer["live_revision"]) == (state, "published", 1)
        assert (await newsroom.reader.get(story)).content == before
    await move(desk, post, "approve")
    assert (await publish(desk, post)).json()["live_revision"] == 2
    assert (await newsroom.reader.get(story)).json()["title"] == "Newer voices"


async def test_approval_binds_to_the_revision(newsroom: Newsroom) -> None:
    await require_approval(newsroom)
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    refused = await publish(desk, post)
    assert (refused.status_code, refused.json()["code"]) == (409, "approval_required")
    assert "approval_required" in await blockers(desk, post)
    await move(desk, post, "submit")
    assert (await publish(desk, post)).json()["code"] == "approval_required"
    await move(desk, post, "approve")
    assert (await edit(desk, post, title="Not approved")).json()["state"] == "draft"
    assert (await publish(desk, post)).json()["code"] == "approval_required"
    assert (await publish(desk, post, revision=2)).json()["code"] == "approval_required"
    assert "approval_required" not in await blockers(desk, post, revision=1)
    live = await publish(desk, post, revision=1)
    assert (live.status_code, live.json()["live_revision"], live.json()["state"]) == (200, 1, "draft")
    assert (await newsroom.reader.get(f"/v1/posts/{post['slug']}")).json()["title"] == "Voices of the harbour"

    await move(desk, post, "submit")
    await move(desk, post, "approve")
    await move(desk, post, "request_changes", note="stop")
    assert (await publish(desk, post)).json()["code"] == "approval_required"


async def test_an_old_revision_in_public_approves_nothing_newer(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    await edit(desk, post, title="Newer")
    await move(desk, post, "submit")
    assert (await publish(desk, post, revision=1)).json()["state"] == "in_review"
    assert (await publish(desk, post)).json()["state"] == "approved"


async def test_of_many_at_once_one_counts(newsroom: Newsroom) -> None:
    """Twenty-five approvals of what was read and twenty-five edits: one approval at most, of exactly that revision."""
    desk = await newsroom.staff("editor")
    post = await opened(desk)
    await move(desk, post, "submit")
    url = f"{POSTS}/{post['id']}"
    edits = [desk.patch(url, json={"dek": str(n)}, headers={"If-Match": '"2"'}) for n in range(25)]
    moves = [move(desk, post, "approve", revision=1) for _ in range(25)]
    mixed = [call for pair in zip(edits, moves, strict=True) for call in pair]
    answers = await asyncio.gather(*mixed)
    edited = [answer.status_code for answer in answers[::2]]
    approved = [answer.status_code for answer in answers[1::2]]
    assert set(edited) <= {200, 412}
    assert set(approved) <= {200, 409}
    assert edited.count(200) + approved.count(200) == 1
    moved = (await desk.get(f"{url}/transitions")).json()["items"]
    assert len(moved) == 1 + approved.count(200)
