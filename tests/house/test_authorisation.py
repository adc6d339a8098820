"""Who is let in at every guarded door: one row a door, and own things against those of others."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple
from uuid import uuid4

import httpx
import pytest
from sqlmodel import Session

from app.core.actor import system
from app.core.clock import now
from app.staff import service as staff_service
from app.staff.models import User
from tests.house.doors import Door, guards
from tests.newsroom import Desk, Newsroom

pytestmark = pytest.mark.anyio

ROLES = {"C": "contributor", "A": "author", "M": "moderator", "E": "editor", "D": "admin"}

# who is let in, by letter; anonymous and disabled people are at no door
ROWS: dict[Door, str] = {
    ("GET", "/v1/auth/me"): "CAMED",
    ("GET", "/v1/editor/posts"): "CA-ED",
    ("POST", "/v1/editor/posts"): "CA-ED",
    ("GET", "/v1/editor/posts/{post_id}"): "CA-ED",
    ("PATCH", "/v1/editor/posts/{post_id}"): "CA-ED",
    ("DELETE", "/v1/editor/posts/{post_id}"): "CA-ED",
    ("POST", "/v1/editor/posts/{post_id}/restoration"): "CA-ED",
    ("PUT", "/v1/editor/posts/{post_id}/publication"): "-A-ED",
    ("DELETE", "/v1/editor/posts/{post_id}/publication"): "-A-ED",
    ("POST", "/v1/editor/posts/{post_id}/comments"): "CAMED",
    ("POST", "/v1/editor/renderings"): "CA-ED",
    ("GET", "/v1/editor/sections"): "CA-ED",
    ("POST", "/v1/editor/sections"): "---ED",
    ("GET", "/v1/editor/sections/{term_id}"): "CA-ED",
    ("PATCH", "/v1/editor/sections/{term_id}"): "---ED",
    ("DELETE", "/v1/editor/sections/{term_id}"): "---ED",
    ("GET", "/v1/editor/pins"): "CA-ED",
    ("PUT", "/v1/editor/pins"): "---ED",
    ("GET", "/v1/editor/sections/{term_id}/pins"): "CA-ED",
    ("PUT", "/v1/editor/sections/{term_id}/pins"): "---ED",
    ("GET", "/v1/editor/series"): "CA-ED",
    ("POST", "/v1/editor/series"): "---ED",
    ("GET", "/v1/editor/series/{term_id}"): "CA-ED",
    ("PATCH", "/v1/editor/series/{term_id}"): "---ED",
    ("DELETE", "/v1/editor/series/{term_id}"): "---ED",
    ("GET", "/v1/editor/series/{term_id}/parts"): "CA-ED",
    ("PUT", "/v1/editor/series/{term_id}/parts"): "---ED",
    ("GET", "/v1/editor/tags"): "CA-ED",
    ("POST", "/v1/editor/tags"): "---ED",
    ("GET", "/v1/editor/tags/{term_id}"): "CA-ED",
    ("PATCH", "/v1/editor/tags/{term_id}"): "---ED",
    ("DELETE", "/v1/editor/tags/{term_id}"): "---ED",
    ("GET", "/v1/editor/authors"): "CA-ED",
    ("POST", "/v1/editor/authors"): "---ED",
    ("GET", "/v1/editor/authors/{term_id}"): "CA-ED",
    ("PATCH", "/v1/editor/authors/{term_id}"): "---ED",
    ("DELETE", "/v1/editor/authors/{term_id}"): "---ED",
    ("GET", "/v1/editor/site"): "CAMED",
    ("PATCH", "/v1/editor/site"): "----D",
    ("GET", "/v1/editor/comments"): "-AMED",
    ("GET", "/v1/editor/comments/counts"): "-AMED",
    ("GET", "/v1/editor/comments/{comment_id}"): "-AMED",
    ("PUT", "/v1/editor/comments/{comment_id}/pin"): "-AMED",
    ("DELETE", "/v1/editor/comments/{comment_id}/pin"): "-AMED",
    ("POST", "/v1/editor/comments/{comment_id}/notes"): "-AMED",
    ("GET", "/v1/editor/comments/{comment_id}/revisions"): "-AMED",
    ("POST", "/v1/editor/comments/decisions"): "-AMED",
    ("POST", "/v1/editor/comments/decisions/{batch_id}/undo"): "-AMED",
    ("GET", "/v1/editor/comments/sanctions"): "--MED",
    ("POST", "/v1/editor/comments/sanctions"): "--MED",
    ("DELETE", "/v1/editor/comments/sanctions/{sanction_id}"): "--MED",
    ("GET", "/v1/editor/abuse/bayes"): "--MED",
    ("GET", "/v1/editor/contact"): "--MED",
    ("GET", "/v1/editor/contact/keys"): "--MED",
    ("POST", "/v1/editor/contact/keys"): "----D",
    ("POST", "/v1/editor/contact/keys/{sealing_key_id}/retirement"): "----D",
    ("GET", "/v1/editor/contact/{submission_id}"): "--MED",
    ("PATCH", "/v1/editor/contact/{submission_id}"): "--MED",
    ("DELETE", "/v1/editor/contact/{submission_id}"): "---ED",
    ("POST", "/v1/editor/contact/erasures"): "---ED",
    ("POST", "/v1/editor/contact/{submission_id}/notes"): "--MED",
    ("POST", "/v1/editor/contact/{submission_id}/replies"): "--MED",
    ("POST", "/v1/editor/contact/{submission_id}/deliveries/{mail_id}/retry"): "--MED",
    ("GET", "/v1/editor/webhooks"): "----D",
    ("POST", "/v1/editor/webhooks"): "----D",
    ("GET", "/v1/editor/webhooks/{webhook_id}"): "----D",
    ("PATCH", "/v1/editor/webhooks/{webhook_id}"): "----D",
    ("DELETE", "/v1/editor/webhooks/{webhook_id}"): "----D",
    ("POST", "/v1/editor/webhooks/{webhook_id}/rotation"): "----D",
    ("POST", "/v1/editor/webhooks/{webhook_id}/test"): "----D",
    ("GET", "/v1/editor/webhooks/{webhook_id}/deliveries"): "----D",
    ("POST", "/v1/editor/webhooks/{webhook_id}/deliveries/{delivery_id}/replay"): "----D",
    ("GET", "/v1/editor/events"): "---ED",
    ("GET", "/v1/editor/activity"): "----D",
    ("GET", "/v1/editor/jobs"): "----D",
    ("POST", "/v1/editor/jobs/{job_id}/retry"): "----D",
    ("DELETE", "/v1/editor/jobs/{job_id}"): "----D",
}

MERGE = {"Content-Type": "application/merge-patch+json"}


def filled(path: str) -> str:
    """The path with an id that nothing has."""
    while "{" in path:
        before, _, rest = path.partition("{")
        path = f"{before}{uuid4()}{rest.partition('}')[2]}"
    return path


async def knock(client: httpx.AsyncClient, newsroom: Newsroom) -> dict[Door, int]:
    """The status of every guarded door, with an unknown id and an empty body."""
    found = {}
    for method, path in guards(newsroom.app):
        body: dict[str, Any] = {} if method in ("GET", "DELETE") else {"content": b"{}", "headers": MERGE}
        found[method, path] = (await client.request(method, filled(path), **body)).status_code
    return found


async def test_every_guarded_door_has_a_row_and_every_row_a_door(newsroom: Newsroom) -> None:
    doors = guards(newsroom.app)
    assert {door for door in doors if door not in ROWS} == set()
    assert {door for door in ROWS if door not in doors} == set()


@pytest.mark.parametrize("letter", ROLES)
async def test_who_is_let_in(newsroom: Newsroom, letter: str) -> None:
    desk = await newsroom.staff(ROLES[letter])
    statuses = await knock(desk, newsroom)
    let_in = {door for door, status in statuses.items() if status not in (401, 403)}
    assert let_in == {door for door, letters in ROWS.items() if letter in letters}
    assert {status for door, status in statuses.items() if door not in let_in} <= {403}
    assert {door: status for door, status in statuses.items() if status >= 500} == {}


async def test_strangers_are_let_in_nowhere(newsroom: Newsroom) -> None:
    assert set((await knock(newsroom.reader, newsroom)).values()) == {401}


@pytest.mark.parametrize("letter", ROLES)
async def test_the_disabled_are_let_in_nowhere(newsroom: Newsroom, letter: str) -> None:
    desk = await newsroom.staff(ROLES[letter])

    def disable(session: Session) -> None:
        staff_service.disable_user(session, session.get_one(User, desk.user_id), by=system("tests"), at=now())

    await newsroom.db.write(disable)
    assert set((await knock(desk, newsroom)).values()) == {401}


# --- own things and those of others

YES, HIDDEN, REFUSED = "yes", "404", "403"


class Owned(NamedTuple):
    """A door that leads to one thing: what each role meets at its own and at another's (no letter: has none)."""

    own: dict[str, str]
    others: dict[str, str]
    request: dict[str, Any]
    before: Callable[[Newsroom, Desk, str], Awaitable[None]] | None = None


async def publish(newsroom: Newsroom, desk: Desk, post_id: str) -> None:
    """By an editor: contributors have nobody published by themselves."""
    editor = await newsroom.staff("editor")
    answer = await editor.put(f"/v1/editor/posts/{post_id}/publication", headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text


async def trash(newsroom: Newsroom, desk: Desk, post_id: str) -> None:
    editor = await newsroom.staff("editor")
    answer = await editor.delete(f"/v1/editor/posts/{post_id}", headers={"If-Match": "*"})
    assert answer.status_code == 204, answer.text


ANYTHING: dict[str, Any] = {"headers": {"If-Match": "*"}}
DESK_OWN = dict.fromkeys("CAED", YES)
DESK_OTHERS = {"C": HIDDEN, "A": HIDDEN, "M": REFUSED, "E": YES, "D": YES}
PUBLISH_OWN = {"C": REFUSED, "A": YES, "E": YES, "D": YES}
PUBLISH_OTHERS = {"C": REFUSED, "A": HIDDEN, "M": REFUSED, "E": YES, "D": YES}

POSTS: dict[Door, Owned] = {
    ("GET", "/v1/editor/posts/{post_id}"): Owned(DESK_OWN, DESK_OTHERS, {}),
    ("PATCH", "/v1/editor/posts/{post_id}"): Owned(DESK_OWN, DESK_OTHERS, ANYTHING | {"json": {"title": "العنوان"}}),
    ("DELETE", "/v1/editor/posts/{post_id}"): Owned(DESK_OWN, DESK_OTHERS, ANYTHING),
    ("POST", "/v1/editor/posts/{post_id}/restoration"): Owned(DESK_OWN, DESK_OTHERS, ANYTHING, trash),
    ("PUT", "/v1/editor/posts/{post_id}/publication"): Owned(PUBLISH_OWN, PUBLISH_OTHERS, ANYTHING),
    ("DELETE", "/v1/editor/posts/{post_id}/publication"): Owned(PUBLISH_OWN, PUBLISH_OTHERS, ANYTHING, publish),
    ("POST", "/v1/editor/posts/{post_id}/comments"): Owned(
        DESK_OWN, {"C": HIDDEN, "A": HIDDEN, "M": YES, "E": YES, "D": YES}, {"json": {"body": "شكرا"}}, publish
    ),
}

# comments in the thread of one's own story; contributors moderate nowhere
THREAD_OWN = {"C": REFUSED, "A": YES, "E": YES, "D": YES}
THREAD_OTHERS = {"C": REFUSED, "A": HIDDEN, "M": YES, "E": YES, "D": YES}


async def approve(newsroom: Newsroom, desk: Desk, comment_id: str) -> None:
    """By an editor, so that it can be pinned."""
    decision = {"id": comment_id, "revision": 1, "action": "approve"}
    editor = await newsroom.staff("editor")
    answer = await editor.post("/v1/editor/comments/decisions", json={"decisions": [decision]})
    assert "status" in answer.json()["results"][0], answer.text


COMMENTS: dict[Door, Owned] = {
    ("GET", "/v1/editor/comments/{comment_id}"): Owned(THREAD_OWN, THREAD_OTHERS, {}),
    ("PUT", "/v1/editor/comments/{comment_id}/pin"): Owned(THREAD_OWN, THREAD_OTHERS, {}, approve),
    ("DELETE", "/v1/editor/comments/{comment_id}/pin"): Owned(THREAD_OWN, THREAD_OTHERS, {}),
    ("POST", "/v1/editor/comments/{comment_id}/notes"): Owned(
        THREAD_OWN, THREAD_OTHERS, {"json": {"body": "اتصلتُ به"}}
    ),
    ("GET", "/v1/editor/comments/{comment_id}/revisions"): Owned(THREAD_OWN, THREAD_OTHERS, {}),
}


def test_every_door_to_one_post_or_comment_has_a_row_for_owners() -> None:
    single = {door for door in ROWS if "{post_id}" in door[1] or "{comment_id}" in door[1]}
    assert single == set(POSTS) | set(COMMENTS)


async def write_post(desk: Desk) -> str:
    draft = {"title": "Ferry to the island", "locale": "en", "body": "The ferry leaves at dawn."}
    answer = await desk.post("/v1/editor/posts", json=draft)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def write_comment(newsroom: Newsroom, desk: Desk) -> str:
    """A reader's comment below a story of this person."""
    post_id = await write_post(desk)
    await publish(newsroom, desk, post_id)
    slug = (await desk.get(f"/v1/editor/posts/{post_id}")).json()["slug"]
    comment = {"body": f"رحلة جميلة {post_id}", "author_name": "Salma"}
    answer = await newsroom.reader.post(f"/v1/posts/{slug}/comments", json=comment)
    assert answer.status_code in (201, 202), answer.text
    return str(answer.json()["comment"]["id"])


async def outcome(desk: Desk, door: Door, thing: str, owned: Owned) -> str:
    method, path = door
    answer = await desk.request(method, path.partition("{")[0] + thing + path.partition("}")[2], **owned.request)
    assert answer.status_code < 300 or answer.status_code in (403, 404), f"{door}: {answer.text}"
    return YES if answer.status_code < 300 else str(answer.status_code)


@pytest.mark.parametrize("door", [*POSTS, *COMMENTS], ids=" ".join)
async def test_own_things_and_those_of_others(newsroom: Newsroom, door: Door) -> None:
    owned = POSTS.get(door) or COMMENTS[door]
    other = await newsroom.staff("admin")
    own: dict[str, str] = {}
    others: dict[str, str] = {}
    for letter, role in ROLES.items():
        desk = await newsroom.staff(role)
        others[letter] = await outcome(desk, door, await thing_of(newsroom, door, owned, other), owned)
        if letter in owned.own:
            own[letter] = await outcome(desk, door, await thing_of(newsroom, door, owned, desk), owned)
    assert own == owned.own
    assert others == owned.others


async def thing_of(newsroom: Newsroom, door: Door, owned: Owned, maker: Desk) -> str:
    """A new post of this person, or a comment below one."""
    if door in COMMENTS:
        comment_id = await write_comment(newsroom, maker)
        if owned.before is not None:
            await owned.before(newsroom, maker, comment_id)
        return comment_id
    post_id = await write_post(maker)
    if owned.before is not None:
        await owned.before(newsroom, maker, post_id)
    return post_id
