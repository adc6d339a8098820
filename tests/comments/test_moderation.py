"""The queue and its decisions: who sees what, what each decision does, what can be taken back."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session

from app.comments.models import Comment, Status
from app.posts.models import PostTerm
from app.publications import service as publications_service
from app.publications.models import CommentsMode
from app.taxonomy.models import Author
from tests.comments.talk import (
    DECISIONS,
    NOON,
    QUEUE,
    THREAD,
    bearer,
    decide,
    events,
    one,
    open_thread,
    plant,
    plant_tree,
    say,
    set_policy,
    stored,
)
from tests.counting import counted_queries
from tests.newsroom import Desk, Newsroom

pytestmark = pytest.mark.anyio


async def queue(desk: Desk, **parameters: Any) -> list[str]:
    """The texts that a query finds."""
    answer = await desk.get(QUEUE, params=parameters)
    assert answer.status_code == 200, answer.text
    return [item["body"] for item in answer.json()["items"]]


async def test_a_comment_as_moderators_see_it(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    await set_policy(newsroom)
    mine = await say(newsroom, "See https://shop.example", author_email="salma@example.org")
    public = mine.json()["comment"]
    desk = await newsroom.staff("moderator")
    found = await desk.get(f"{QUEUE}/{public['id']}")
    policy = {"phase": "policy", "verdict": "hold", "detail": "every comment is read before it is shown"}
    assert found.json() == public | {
        "post": {"id": str(post_id), "slug": "harbour", "title": "Voices of the harbour"},
        "author": public["author"] | {"email": "salma@example.org"},
        "body": "See https://shop.example",
        "revision": 1,
        "hold_reasons": ["link", "site_policy"],
        "evidence": [{"phase": "links", "verdict": "hold", "detail": "links in the text: 1"}, policy],
        "reports": [],
        "notes": [],
        "pinned": False,
        "network": (await stored(newsroom))[0].network,
        "rejection": None,
        "reviewed_at": None,
        "allowed": ["approve", "reject", "spam", "delete"],
    }
    assert found.headers["etag"] == '"1"'
    assert found.json() == (await desk.get(QUEUE)).json()["items"][0]
    await decide(desk, public["id"], "reject", reason="illegal")
    after = await desk.get(f"{QUEUE}/{public['id']}")
    assert (after.headers["etag"], after.json()["rejection"]) == ('"2"', "illegal")
    assert (after.json()["reviewed_at"], after.json()["allowed"]) == ("2026-11-22T12:00:00Z", ["restore", "delete"])


ROLES = [
    ("contributor", 403, None),
    ("author", 200, ["Mine."]),
    ("moderator", 200, ["Theirs.", "Mine."]),
    ("editor", 200, ["Theirs.", "Mine."]),
    ("admin", 200, ["Theirs.", "Mine."]),
]


@pytest.mark.parametrize(("role", "status", "seen"), ROLES)
async def test_who_sees_the_queue(newsroom: Newsroom, role: str, status: int, seen: list[str] | None) -> None:
    desk = await newsroom.staff(role)
    own = await open_thread(newsroom, created_by=desk.user_id)
    other = await open_thread(newsroom, "elsewhere")
    mine = await plant(newsroom, own, "Mine.", author_email="a@example.org", status=Status.PENDING)
    theirs = await plant(newsroom, other, "Theirs.", author_email="a@example.org", status=Status.PENDING)
    answer = await desk.get(QUEUE)
    assert answer.status_code == status
    counts = await desk.get(f"{QUEUE}/counts")
    assert counts.status_code == status
    if seen is None:
        for call in (desk.get(f"{QUEUE}/{mine}"), desk.post(DECISIONS, content=b"{"), desk.get(f"{QUEUE}/{uuid4()}")):
            assert (await call).status_code == 403
        return
    assert [item["body"] for item in answer.json()["items"]] == seen
    none = {"published": 0, "rejected": 0, "spam": 0, "deleted": 0, "erased": 0}
    assert counts.json() == {"pending": len(seen), **none, "flood_since": None}
    everything = len(seen) == 2
    assert (await desk.get(f"{QUEUE}/{mine}")).status_code == 200
    assert (await desk.get(f"{QUEUE}/{theirs}")).status_code == (200 if everything else 404)
    item = answer.json()["items"][-1]
    private = (item["author"]["email"], item["evidence"])
    assert private == (("a@example.org", []) if everything else (None, None))
    assert (await desk.get(QUEUE, params={"author_email": "a@example.org"})).status_code == (200 if everything else 403)
    refused = await decide(desk, theirs, "approve")
    assert ("status" in refused, refused.get("problem", {}).get("status")) == (everything, None if everything else 404)
    assert (await decide(desk, mine, "approve"))["status"] == "published"


async def test_without_a_token_nothing_is_read(newsroom: Newsroom) -> None:
    for method, path in (
        ("GET", QUEUE),
        ("GET", f"{QUEUE}/counts"),
        ("GET", f"{QUEUE}/{uuid4()}"),
        ("POST", DECISIONS),
        ("POST", f"{DECISIONS}/{uuid4()}/undo"),
        ("POST", f"/v1/editor/posts/{uuid4()}/comments"),
    ):
        assert (await newsroom.reader.request(method, path, content=b"{")).status_code == 401


async def test_a_byline_makes_a_story_ones_own(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("author")
    post_id = await open_thread(newsroom)
    comment = await plant(newsroom, post_id, "Below my name.")
    assert await queue(desk) == []

    def sign(session: Session) -> None:
        byline = Author(id=uuid4(), slug="me", names={}, user_id=desk.user_id, created_at=NOON, updated_at=NOON)
        session.add_all([byline, PostTerm(term_id=byline.id, post_id=post_id)])

    await newsroom.db.write(sign)
    assert await queue(desk) == ["Below my name."]
    assert (await decide(desk, comment, "unpublish"))["status"] == "pending"


async def test_filters(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    other = await open_thread(newsroom, "elsewhere")
    await plant(newsroom, post_id, "The harbour sleeps.", author_email="One@example.org")
    await plant(newsroom, post_id, "الإعلان عن الميناء", status=Status.PENDING, author_name="أحمد")
    await plant(newsroom, other, "100% spam_", status=Status.SPAM, author_email="two@example.org")
    await plant(newsroom, other, "Bad.", status=Status.REJECTED)
    await plant(newsroom, other, "Gone.", status=Status.DELETED)
    desk = await newsroom.staff("editor")
    everything = ["Gone.", "Bad.", "100% spam_", "الإعلان عن الميناء", "The harbour sleeps."]
    found: list[tuple[dict[str, Any], list[str]]] = [
        ({}, everything),
        ({"sort": "oldest"}, everything[::-1]),
        ({"status": "pending"}, [everything[3]]),
        ({"status": "spam,rejected"}, everything[1:3]),
        ({"post": str(post_id)}, everything[3:]),
        ({"post": str(uuid4())}, []),
        ({"author_email": "ONE@example.org"}, [everything[4]]),
        ({"author_email": "one"}, []),
        ({"q": "harb"}, [everything[4]]),
        ({"q": "arbour"}, []),
        ({"q": "اعلان"}, [everything[3]]),
        ({"q": "احمد"}, [everything[3]]),
        ({"q": "example.org"}, []),
        ({"q": "%"}, []),
        ({"q": "_"}, []),
        ({"q": "100"}, [everything[2]]),
        ({"reported": "true"}, []),
        ({"reported": "false"}, everything),
        ({"status": "published", "q": "sleeps"}, [everything[4]]),
    ]
    for parameters, expected in found:
        assert await queue(desk, **parameters) == expected, parameters
    counts = (await desk.get(f"{QUEUE}/counts")).json()
    statuses = dict.fromkeys(("pending", "published", "rejected", "spam", "deleted"), 1)
    assert counts == {**statuses, "erased": 0, "flood_since": None}


BAD = [
    {"status": "held"},
    {"status": ""},
    {"post": "harbour"},
    {"sort": "created_at"},
    {"author_name": "x"},
    {"reported": "maybe"},
    {"cursor": "AAAA"},
    {"limit": "0"},
]


@pytest.mark.parametrize("parameters", BAD)
async def test_other_filters_are_refused(newsroom: Newsroom, parameters: dict[str, str]) -> None:
    desk = await newsroom.staff("moderator")
    assert (await desk.get(QUEUE, params=parameters)).status_code == 422


@pytest.mark.parametrize("sort", ["newest", "oldest"])
async def test_the_pages_of_the_queue(newsroom: Newsroom, sort: str) -> None:
    post_id = await open_thread(newsroom)
    for number in range(5):
        await plant(newsroom, post_id, f"{number}", status=Status.PENDING)
    desk = await newsroom.staff("moderator")
    seen, link = [], f"{QUEUE}?limit=2&sort={sort}&status=pending"
    while link:
        answer = await desk.get(link)
        seen += [item["body"] for item in answer.json()["items"]]
        link = answer.headers.get("link", "").partition(">")[0].removeprefix("<")
    assert "".join(seen) == ("43210" if sort == "newest" else "01234")
    cursor = (await desk.get(QUEUE, params={"limit": 2})).json()["next"]
    assert (await desk.get(QUEUE, params={"limit": 2, "cursor": cursor, "q": "x"})).status_code == 422


async def test_each_decision_stands_alone(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    held = [await plant(newsroom, post_id, f"{number}", status=Status.PENDING) for number in range(4)]
    desk = await newsroom.staff("moderator")
    unknown = uuid4()
    wanted = [
        {"id": str(held[0]), "revision": 1, "action": "approve"},
        {"id": str(held[1]), "revision": 2, "action": "approve"},
        {"id": str(unknown), "revision": 1, "action": "spam"},
        {"id": str(held[2]), "revision": 1, "action": "restore"},
        {"id": str(held[3]), "revision": 1, "action": "reject", "reason": "off_topic"},
        {"id": str(held[0]), "revision": 1, "action": "delete"},
        {"id": str(held[0]), "revision": 1, "action": "approve"},
    ]
    answer = await desk.post(DECISIONS, json={"decisions": wanted})
    results = answer.json()["results"]
    assert answer.status_code == 200
    assert [result["id"] for result in results] == [decision["id"] for decision in wanted]
    assert [result.get("status") for result in results] == [
        "published", None, None, None, "rejected", "deleted", None,
    ]  # fmt: skip
    problems = [result["problem"] for result in results if "problem" in result]
    assert [(problem["status"], problem.get("code")) for problem in problems] == [
        (409, "stale_revision"),
        (404, None),
        (409, "illegal_move"),
        (404, None),
    ]
    assert problems[0]["current"] == {"revision": 1, "status": "pending"}
    assert problems[2]["allowed"] == ["approve", "reject", "spam", "delete"]
    assert [row.status for row in await stored(newsroom)] == ["pending", "pending", "rejected"]
    assert (await events(newsroom))[-3:] == ["comment.published", "comment.rejected", "comment.deleted"]


ONE: dict[str, Any] = {"id": str(uuid4()), "revision": 1, "action": "approve"}
REFUSED: list[tuple[Any, str]] = [
    ({"decisions": []}, "/body/decisions"),
    ({"decisions": [ONE] * 101}, "/body/decisions"),
    ({"decisions": [ONE | {"action": "reject"}]}, "/body/decisions/0/reason"),
    ({"decisions": [ONE | {"action": "reject", "reason": "dull"}]}, "/body/decisions/0/reason"),
    ({"decisions": [ONE | {"action": "erase"}]}, "/body/decisions/0/action"),
    ({"decisions": [ONE | {"revision": True}]}, "/body/decisions/0/revision"),
    ({"decisions": [ONE | {"status": "published"}]}, "/body/decisions/0/status"),
    ({"decisions": [{"id": ONE["id"], "action": "approve"}]}, "/body/decisions/0/revision"),
    ({}, "/body/decisions"),
]


@pytest.mark.parametrize(("body", "pointer"), REFUSED)
async def test_decisions_that_cannot_be_read(newsroom: Newsroom, body: Any, pointer: str) -> None:
    answer = await (await newsroom.staff("moderator")).post(DECISIONS, json=body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_a_repeated_batch_is_answered_once(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    held = await plant(newsroom, post_id, "Held.", status=Status.PENDING)
    desk = await newsroom.staff("moderator")
    body = {"decisions": [{"id": str(held), "revision": 1, "action": "approve"}]}
    first, again = [await desk.post(DECISIONS, json=body, headers={"Idempotency-Key": "b-1"}) for _ in range(2)]
    assert (again.status_code, again.json()) == (200, first.json())
    assert (await events(newsroom)).count("comment.published") == 1


UNDONE = [
    ("pending", "approve", {}, "comment.unpublished"),
    ("pending", "reject", {"reason": "other"}, "comment.held_again"),
    ("pending", "spam", {}, "comment.held_again"),
    ("published", "reject", {"reason": "other"}, "comment.restored"),
    ("published", "spam", {}, "comment.restored"),
    ("published", "unpublish", {}, "comment.restored"),
    ("rejected", "restore", {}, "comment.rejected"),
    ("spam", "restore", {}, "comment.marked_spam"),
]


@pytest.mark.parametrize(("before", "action", "more", "event"), UNDONE)
async def test_decisions_are_taken_back(
    newsroom: Newsroom, before: str, action: str, more: dict[str, str], event: str
) -> None:
    post_id = await open_thread(newsroom)
    root = await plant(newsroom, post_id, "Root.", status=Status(before))
    desk = await newsroom.staff("moderator")
    untouched = await one(newsroom, root)
    done = await decide(desk, root, action, **more)
    undone = await desk.post(f"{DECISIONS}/{done['batch']}/undo")
    assert (undone.status_code, undone.json()["results"]) == (200, [{"id": str(root), "status": before, "revision": 1}])
    again = await one(newsroom, root)
    assert again is not None
    assert untouched is not None
    assert again.model_dump(exclude={"version"}) == untouched.model_dump(exclude={"version"})
    assert (await events(newsroom))[-2:] == [event, "decision.undone"]
    count = (await newsroom.reader.get(THREAD)).json()["thread"]["count"]
    assert count == (before == "published")
    twice = await desk.post(f"{DECISIONS}/{done['batch']}/undo")
    assert (twice.status_code, twice.json()["code"]) == (409, "cannot_undo")


async def test_what_cannot_be_taken_back(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    await set_policy(newsroom)
    desk = await newsroom.staff("moderator")
    mine = await say(newsroom)
    comment_id = mine.json()["comment"]["id"]
    approved = await decide(desk, comment_id, "approve")
    await newsroom.reader.patch(f"/v1/comments/{comment_id}", json={"body": "New."}, headers=bearer(mine))
    root = await plant(newsroom, post_id, "Root.")
    deleted = await decide(desk, root, "delete")
    moved = await plant(newsroom, post_id, "Moved.")
    first = await decide(desk, moved, "unpublish")
    await decide(desk, moved, "spam")
    for batch in (approved["batch"], deleted["batch"], first["batch"]):
        undone = await desk.post(f"{DECISIONS}/{batch}/undo")
        assert undone.status_code == 200
        assert [result["problem"]["code"] for result in undone.json()["results"]] == ["cannot_undo"]
    late = await plant(newsroom, post_id, "Late.")
    batch = (await decide(desk, late, "spam"))["batch"]
    newsroom.set_clock(NOON + timedelta(hours=24, seconds=1))
    assert (await desk.post(f"{DECISIONS}/{batch}/undo")).json()["code"] == "cannot_undo"
    for unknown in (uuid4(), "x"):
        assert (await desk.post(f"{DECISIONS}/{unknown}/undo")).status_code == 404


async def test_whose_decisions_can_be_taken_back(newsroom: Newsroom) -> None:
    author, other = await newsroom.staff("author"), await newsroom.staff("author")
    post_id = await open_thread(newsroom, created_by=author.user_id)
    root = await plant(newsroom, post_id, "Root.")
    batch = (await decide(author, root, "spam"))["batch"]
    assert (await other.post(f"{DECISIONS}/{batch}/undo")).status_code == 404
    assert (await author.post(f"{DECISIONS}/{batch}/undo")).json()["results"][0]["status"] == "published"
    batch = (await decide(author, root, "spam"))["batch"]
    assert (await (await newsroom.staff("moderator")).post(f"{DECISIONS}/{batch}/undo")).status_code == 200


async def test_two_decisions_about_one_comment_are_taken_back_in_reverse(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    planted = await plant_tree(newsroom, post_id, {"root": {"leaf": {}}})
    desk = await newsroom.staff("moderator")
    wanted = [
        {"id": str(planted["root"]), "revision": 1, "action": "unpublish"},
        {"id": str(planted["leaf"]), "revision": 1, "action": "spam"},
        {"id": str(planted["root"]), "revision": 1, "action": "approve"},
        {"id": str(planted["root"]), "revision": 1, "action": "reject", "reason": "abusive"},
    ]
    batch = (await desk.post(DECISIONS, json={"decisions": wanted})).json()["batch"]
    page = (await newsroom.reader.get(THREAD)).json()
    assert (page["items"], page["thread"]["count"]) == ([], 0)
    await desk.post(f"{DECISIONS}/{batch}/undo")
    page = (await newsroom.reader.get(THREAD)).json()
    assert (page["thread"]["count"], page["items"][0]["reply_count"], page["items"][0]["status"]) == (2, 1, "published")


async def test_approving_and_editing_at_once_agree(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    await set_policy(newsroom)
    newsroom.app.state.limiter = type(newsroom.app.state.limiter)(newsroom.app.state.keys, on=False)
    desk = await newsroom.staff("moderator")
    comments = [await say(newsroom, f"Draft {number}.") for number in range(50)]
    ids = [answer.json()["comment"]["id"] for answer in comments]

    async def approve(comment_id: str) -> bool:
        return "status" in await decide(desk, comment_id, "approve")

    async def edit(answer: Any, comment_id: str) -> int:
        path = f"/v1/comments/{comment_id}"
        return (
            await newsroom.reader.patch(path, json={"body": f"Edited {comment_id}."}, headers=bearer(answer))
        ).status_code

    edits = [edit(answer, id_) for answer, id_ in zip(comments, ids, strict=True)]
    pairs = [task for pair in zip(map(approve, ids), edits, strict=True) for task in pair]
    outcome = await asyncio.gather(*pairs)
    assert set(outcome[1::2]) == {202}
    rows = await stored(newsroom)
    # whichever came first, nobody reads in public what no moderator has read
    assert {(row.status, row.revision) for row in rows} == {(Status.PENDING, 2)}
    names = await events(newsroom)
    assert names.count("comment.published") == sum(outcome[::2]) == names.count("comment.held_again")
    page = (await newsroom.reader.get(THREAD)).json()
    assert (page["items"], page["thread"]["count"]) == ([], 0)


async def test_many_decisions_at_once_leave_right_counts(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    root = await plant(newsroom, post_id, "Root.")
    held = [await plant(newsroom, post_id, f"{n}", parent_id=root, status=Status.PENDING) for n in range(20)]
    desks = [await newsroom.staff("moderator") for _ in range(2)]

    async def approve(place: int, comment_id: UUID) -> bool:
        return "status" in await decide(desks[place], comment_id, "approve")

    outcome = await asyncio.gather(*(approve(place, id_) for id_ in held for place in (0, 1)))
    assert sum(outcome) == 20
    page = (await newsroom.reader.get(THREAD)).json()
    assert (page["thread"]["count"], page["items"][0]["reply_count"]) == (21, 20)


STAFF = [
    ("contributor", True, 201),
    ("contributor", False, 404),
    ("author", True, 201),
    ("author", False, 404),
    ("moderator", False, 201),
    ("editor", False, 201),
    ("admin", False, 201),
]


@pytest.mark.parametrize(("role", "own", "status"), STAFF)
async def test_who_comments_as_the_newsroom(newsroom: Newsroom, role: str, own: bool, status: int) -> None:
    desk = await newsroom.staff(role, name="هدى")
    post_id = await open_thread(newsroom, created_by=desk.user_id if own else None, comments=CommentsMode.CLOSED)
    parent = await plant(newsroom, post_id, "Why?")
    path = f"/v1/editor/posts/{post_id}/comments"
    answer = await desk.post(path, json={"body": "See https://news.example.", "parent_id": str(parent)})
    assert answer.status_code == status
    if status == 404:
        assert (await desk.post(path, content=b"{")).status_code == 404
        return
    told = answer.json()
    assert (told["status"], told["author"]) == (
        "published",
        {"name": "هدى", "staff": True, "verified": True, "email": None},
    )
    (root,) = (await newsroom.reader.get(THREAD)).json()["items"]
    (reply,) = root["replies"]["items"]
    assert (reply["author"], reply["parent_id"]) == ({"name": "هدى", "staff": True, "verified": True}, str(parent))
    assert (await newsroom.reader.get(answer.headers["location"])).json()["number"] == told["number"]
    assert (await events(newsroom))[-2:] == ["comment.published", "comment.published"]


async def test_staff_comments_need_a_public_story_and_a_parent_in_its_thread(newsroom: Newsroom) -> None:
    desk = await newsroom.staff("editor")
    post_id = await open_thread(newsroom)
    elsewhere = await plant(newsroom, await open_thread(newsroom, "elsewhere"), "Elsewhere.")
    path = f"/v1/editor/posts/{post_id}/comments"
    wrong = await desk.post(path, json={"body": "Yes.", "parent_id": str(elsewhere)})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/body/parent_id")
    assert (await desk.post(path, json={"body": "Yes.", "author_name": "Other"})).status_code == 422
    assert (await desk.post(f"/v1/editor/posts/{uuid4()}/comments", json={"body": "Yes."})).status_code == 404
    assert (await desk.post("/v1/editor/posts/x/comments", json={"body": "Yes."})).status_code == 404
    await newsroom.db.write(publications_service.take_back, post_id, at=NOON)
    gone = await desk.post(path, json={"body": "Yes."})
    assert (gone.status_code, gone.json()["code"]) == (409, "not_public")


async def test_the_numbers_of_queries_of_the_queue_do_not_grow(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    desk = await newsroom.staff("moderator")
    counts = []
    for size in (1, 12):
        for number in range(size):
            await plant(newsroom, post_id, f"{size} {number}", status=Status.PENDING)
        with counted_queries() as statements:
            await desk.get(QUEUE)
        counts.append(len(statements))
    assert counts[0] == counts[1]


async def test_deleted_for_good(newsroom: Newsroom) -> None:
    post_id = await open_thread(newsroom)
    root = await plant(newsroom, post_id, "Root.")
    await decide(await newsroom.staff("editor"), root, "delete")
    assert await newsroom.stored(lambda session: session.get(Comment, root)) is None
    assert (await events(newsroom))[-1] == "comment.deleted"
