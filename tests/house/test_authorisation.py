"""Who is let in at every guarded door: one row a door, and own things against those of others."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import httpx
import pytest
from sqlmodel import Session

from app.core.actor import system
from app.core.clock import now
from app.openapi import document
from app.posts.models import Post
from app.staff import service as staff_service
from app.staff.models import User
from tests.house.doors import Door, guards
from tests.newsroom import Desk, Newsroom
from tests.staff.test_permissions import TABLE

pytestmark = pytest.mark.anyio

ROLES = {"C": "contributor", "A": "author", "M": "moderator", "E": "editor", "D": "admin"}

# who is let in, by letter (K: an API key with all that keys may carry); anonymous and disabled people are at no door
ROWS: dict[Door, str] = {
    ("GET", "/v1/auth/me"): "CAMED-",
    ("GET", "/v1/editor/posts"): "CA-EDK",
    ("POST", "/v1/editor/posts"): "CA-EDK",
    ("GET", "/v1/editor/posts/{post_id}"): "CA-EDK",
    ("PATCH", "/v1/editor/posts/{post_id}"): "CA-EDK",
    ("DELETE", "/v1/editor/posts/{post_id}"): "CA-EDK",
    ("POST", "/v1/editor/posts/{post_id}/restoration"): "CA-EDK",
    ("PUT", "/v1/editor/posts/{post_id}/publication"): "-A-EDK",
    ("DELETE", "/v1/editor/posts/{post_id}/publication"): "-A-EDK",
    ("GET", "/v1/editor/posts/{post_id}/corrections"): "CA-EDK",
    ("POST", "/v1/editor/posts/{post_id}/corrections"): "-A-EDK",
    ("PATCH", "/v1/editor/posts/{post_id}/corrections/{correction_id}"): "-A-EDK",
    ("POST", "/v1/editor/posts/batch"): "CA-EDK",
    ("PUT", "/v1/editor/posts/{post_id}/schedule"): "-A-EDK",
    ("DELETE", "/v1/editor/posts/{post_id}/schedule"): "-A-EDK",
    ("PUT", "/v1/editor/posts/{post_id}/withdrawal"): "---ED-",
    ("DELETE", "/v1/editor/posts/{post_id}/withdrawal"): "---ED-",
    ("GET", "/v1/editor/schedule"): "CA-EDK",
    ("GET", "/v1/editor/embargoes"): "---EDK",
    ("GET", "/v1/editor/embargoes/{post_id}"): "---EDK",
    ("POST", "/v1/editor/posts/{post_id}/transitions"): "CA-EDK",
    ("GET", "/v1/editor/posts/{post_id}/transitions"): "CA-EDK",
    ("GET", "/v1/editor/posts/{post_id}/revisions"): "CA-EDK",
    ("GET", "/v1/editor/posts/{post_id}/revisions/{number}"): "CA-EDK",
    ("GET", "/v1/editor/posts/{post_id}/revisions/{number}/diff"): "CA-EDK",
    ("POST", "/v1/editor/posts/{post_id}/revisions/{number}/restoration"): "CA-EDK",
    ("PUT", "/v1/editor/posts/{post_id}/lock"): "CA-EDK",
    ("DELETE", "/v1/editor/posts/{post_id}/lock"): "CA-EDK",
    ("POST", "/v1/editor/posts/{post_id}/comments"): "CAMED-",
    ("GET", "/v1/editor/posts/{post_id}/previews"): "CA-EDK",
    ("POST", "/v1/editor/posts/{post_id}/previews"): "CA-EDK",
    ("GET", "/v1/editor/posts/{post_id}/previews/{preview_id}"): "CA-EDK",
    ("DELETE", "/v1/editor/posts/{post_id}/previews/{preview_id}"): "CA-EDK",
    ("GET", "/v1/editor/posts/{post_id}/translations"): "CA-EDK",
    ("POST", "/v1/editor/posts/{post_id}/translations"): "CA-EDK",
    ("PUT", "/v1/editor/posts/{post_id}/translated-revision"): "CA-EDK",
    ("POST", "/v1/editor/renderings"): "CA-EDK",
    ("GET", "/v1/editor/sections"): "CA-EDK",
    ("POST", "/v1/editor/sections"): "---EDK",
    ("GET", "/v1/editor/sections/{term_id}"): "CA-EDK",
    ("PATCH", "/v1/editor/sections/{term_id}"): "---EDK",
    ("DELETE", "/v1/editor/sections/{term_id}"): "---EDK",
    ("GET", "/v1/editor/pins"): "CA-EDK",
    ("PUT", "/v1/editor/pins"): "---EDK",
    ("GET", "/v1/editor/sections/{term_id}/pins"): "CA-EDK",
    ("PUT", "/v1/editor/sections/{term_id}/pins"): "---EDK",
    ("GET", "/v1/editor/series"): "CA-EDK",
    ("POST", "/v1/editor/series"): "---EDK",
    ("GET", "/v1/editor/series/{term_id}"): "CA-EDK",
    ("PATCH", "/v1/editor/series/{term_id}"): "---EDK",
    ("DELETE", "/v1/editor/series/{term_id}"): "---EDK",
    ("GET", "/v1/editor/series/{term_id}/parts"): "CA-EDK",
    ("PUT", "/v1/editor/series/{term_id}/parts"): "---EDK",
    ("GET", "/v1/editor/tags"): "CA-EDK",
    ("POST", "/v1/editor/tags"): "---EDK",
    ("GET", "/v1/editor/tags/{term_id}"): "CA-EDK",
    ("PATCH", "/v1/editor/tags/{term_id}"): "---EDK",
    ("DELETE", "/v1/editor/tags/{term_id}"): "---EDK",
    ("GET", "/v1/editor/authors"): "CA-EDK",
    ("POST", "/v1/editor/authors"): "---EDK",
    ("GET", "/v1/editor/authors/{term_id}"): "CA-EDK",
    ("PATCH", "/v1/editor/authors/{term_id}"): "---EDK",
    ("DELETE", "/v1/editor/authors/{term_id}"): "---EDK",
    ("GET", "/v1/editor/redirects"): "---EDK",
    ("POST", "/v1/editor/redirects"): "---EDK",
    ("GET", "/v1/editor/redirects/{redirect_id}"): "---EDK",
    ("PATCH", "/v1/editor/redirects/{redirect_id}"): "---EDK",
    ("DELETE", "/v1/editor/redirects/{redirect_id}"): "---EDK",
    ("GET", "/v1/editor/site"): "CAMEDK",
    ("PATCH", "/v1/editor/site"): "----D-",
    ("GET", "/v1/editor/comments"): "-AMEDK",
    ("GET", "/v1/editor/comments/counts"): "-AMEDK",
    ("GET", "/v1/editor/comments/{comment_id}"): "-AMEDK",
    ("PUT", "/v1/editor/comments/{comment_id}/pin"): "-AMEDK",
    ("DELETE", "/v1/editor/comments/{comment_id}/pin"): "-AMEDK",
    ("POST", "/v1/editor/comments/{comment_id}/notes"): "-AMEDK",
    ("GET", "/v1/editor/comments/{comment_id}/revisions"): "-AMEDK",
    ("POST", "/v1/editor/comments/decisions"): "-AMEDK",
    ("POST", "/v1/editor/comments/decisions/{batch_id}/undo"): "-AMEDK",
    ("GET", "/v1/editor/comments/sanctions"): "--MEDK",
    ("POST", "/v1/editor/comments/sanctions"): "--MEDK",
    ("DELETE", "/v1/editor/comments/sanctions/{sanction_id}"): "--MEDK",
    ("GET", "/v1/editor/abuse/bayes"): "--MEDK",
    ("GET", "/v1/editor/contact"): "--MEDK",
    ("GET", "/v1/editor/contact/keys"): "--MEDK",
    ("POST", "/v1/editor/contact/keys"): "----D-",
    ("POST", "/v1/editor/contact/keys/{sealing_key_id}/retirement"): "----D-",
    ("GET", "/v1/editor/contact/{submission_id}"): "--MEDK",
    ("PATCH", "/v1/editor/contact/{submission_id}"): "--MEDK",
    ("DELETE", "/v1/editor/contact/{submission_id}"): "---ED-",
    ("POST", "/v1/editor/contact/erasures"): "---ED-",
    ("POST", "/v1/editor/contact/{submission_id}/notes"): "--MEDK",
    ("POST", "/v1/editor/contact/{submission_id}/replies"): "--MEDK",
    ("POST", "/v1/editor/contact/{submission_id}/deliveries/{mail_id}/retry"): "--MEDK",
    ("GET", "/v1/editor/webhooks"): "----D-",
    ("POST", "/v1/editor/webhooks"): "----D-",
    ("GET", "/v1/editor/webhooks/{webhook_id}"): "----D-",
    ("PATCH", "/v1/editor/webhooks/{webhook_id}"): "----D-",
    ("DELETE", "/v1/editor/webhooks/{webhook_id}"): "----D-",
    ("POST", "/v1/editor/webhooks/{webhook_id}/rotation"): "----D-",
    ("POST", "/v1/editor/webhooks/{webhook_id}/test"): "----D-",
    ("GET", "/v1/editor/webhooks/{webhook_id}/deliveries"): "----D-",
    ("POST", "/v1/editor/webhooks/{webhook_id}/deliveries/{delivery_id}/replay"): "----D-",
    ("POST", "/v1/auth/password/change"): "CAMED-",
    ("GET", "/v1/auth/sessions"): "CAMED-",
    ("DELETE", "/v1/auth/sessions/{session_id}"): "CAMED-",
    ("DELETE", "/v1/auth/sessions"): "CAMED-",
    ("GET", "/v1/editor/invitations"): "----D-",
    ("POST", "/v1/editor/invitations"): "----D-",
    ("GET", "/v1/editor/invitations/{invitation_id}"): "----D-",
    ("DELETE", "/v1/editor/invitations/{invitation_id}"): "----D-",
    ("GET", "/v1/editor/users"): "----D-",
    ("GET", "/v1/editor/users/{user_id}"): "----D-",
    ("PATCH", "/v1/editor/users/{user_id}"): "----D-",
    ("GET", "/v1/editor/api-keys"): "----D-",
    ("POST", "/v1/editor/api-keys"): "----D-",
    ("GET", "/v1/editor/api-keys/{key_id}"): "----D-",
    ("DELETE", "/v1/editor/api-keys/{key_id}"): "----D-",
    ("GET", "/v1/editor/events"): "---EDK",
    ("GET", "/v1/editor/activity"): "----DK",
    ("GET", "/v1/editor/jobs"): "----DK",
    ("POST", "/v1/editor/jobs/{job_id}/retry"): "----D-",
    ("DELETE", "/v1/editor/jobs/{job_id}"): "----D-",
}

LOG_OUT = ("DELETE", "/v1/auth/sessions")  # knocked at last: nobody is let in afterwards
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
    for method, path in sorted(guards(newsroom.app), key=lambda door: door == LOG_OUT):
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


LENDABLE = [name for name, letters in TABLE.items() if letters[5] in "KR"]


async def test_where_a_key_with_all_that_keys_may_carry_is_let_in(newsroom: Newsroom) -> None:
    statuses = await knock(await newsroom.program(await newsroom.staff("admin"), *LENDABLE), newsroom)
    let_in = {door for door, status in statuses.items() if status not in (401, 403)}
    assert let_in == {door for door, letters in ROWS.items() if "K" in letters}
    assert {door: status for door, status in statuses.items() if status >= 500} == {}
    for (method, path), status in statuses.items():
        if (method, path) not in let_in:
            assert status == (401 if path.startswith("/v1/auth") else 403), (method, path)


async def test_the_document_says_where_keys_are_taken(newsroom: Newsroom) -> None:
    paths = document(newsroom.app, "editor")["paths"]
    named = {door for door in ROWS if {"api_key": []} in paths[door[1]][door[0].lower()]["security"]}
    assert named == {door for door, letters in ROWS.items() if "K" in letters}


async def test_a_key_is_let_in_only_by_a_permission_that_it_lists(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    asked = guards(newsroom.app)
    for name in ("posts.read.own", "comments.moderate.any", "contact.reply", "jobs.manage", "ads.write"):
        program = await newsroom.program(admin, name)
        statuses = await knock(program, newsroom)
        let_in = {door for door, status in statuses.items() if status not in (401, 403)}
        fitting = {door for door, guard in asked.items() if name in guard.permissions}
        assert let_in == {door for door in fitting if "K" in ROWS[door]}, name


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
    before: Callable[[Newsroom, Desk, str], Awaitable[str | None]] | None = None  # may make what the path names second


async def share(newsroom: Newsroom, desk: Desk, post_id: str) -> str:
    """A preview, by an editor."""
    editor = await newsroom.staff("editor")
    answer = await editor.post(f"/v1/editor/posts/{post_id}/previews", json={})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def translate(newsroom: Newsroom, desk: Desk, post_id: str) -> None:
    """Make the dossier a translation of another."""
    original = await write_post(desk)

    def link(session: Session) -> None:
        session.get_one(Post, UUID(post_id)).translated_from = UUID(original)

    await newsroom.db.write(link)


async def publish(newsroom: Newsroom, desk: Desk, post_id: str) -> None:
    """By an editor: contributors have nobody published by themselves."""
    editor = await newsroom.staff("editor")
    answer = await editor.put(f"/v1/editor/posts/{post_id}/publication", headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text


async def correct(newsroom: Newsroom, desk: Desk, post_id: str) -> str:
    await publish(newsroom, desk, post_id)
    editor, said = await newsroom.staff("editor"), {"kind": "correction", "text": "الرصيف بُني عام 1931."}
    answer = await editor.post(f"/v1/editor/posts/{post_id}/corrections", json=said)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def trash(newsroom: Newsroom, desk: Desk, post_id: str) -> None:
    editor = await newsroom.staff("editor")
    answer = await editor.delete(f"/v1/editor/posts/{post_id}", headers={"If-Match": "*"})
    assert answer.status_code == 204, answer.text


async def schedule(newsroom: Newsroom, desk: Desk, post_id: str) -> None:
    editor = await newsroom.staff("editor")
    answer = await editor.put(f"/v1/editor/posts/{post_id}/schedule", json=EMBARGOED, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text


async def withdraw(newsroom: Newsroom, desk: Desk, post_id: str) -> None:
    await publish(newsroom, desk, post_id)
    editor = await newsroom.staff("editor")
    answer = await editor.put(f"/v1/editor/posts/{post_id}/withdrawal", json=REASON)
    assert answer.status_code == 200, answer.text


EMBARGOED = {"publish_at": "2199-01-01T06:00:00+02:00", "embargoed": True}
REASON = {"reason": "طلب قانوني"}
ANYTHING: dict[str, Any] = {"headers": {"If-Match": "*"}}
DESK_OWN = dict.fromkeys("CAED", YES)
DESK_OTHERS = {"C": HIDDEN, "A": HIDDEN, "M": REFUSED, "E": YES, "D": YES}
PUBLISH_OWN = {"C": REFUSED, "A": YES, "E": YES, "D": YES}
PUBLISH_OTHERS = {"C": REFUSED, "A": HIDDEN, "M": REFUSED, "E": YES, "D": YES}
EDITORS_OWN = {"C": REFUSED, "A": REFUSED, "E": YES, "D": YES}
EDITORS_OTHERS = {"C": REFUSED, "A": REFUSED, "M": REFUSED, "E": YES, "D": YES}

POSTS: dict[Door, Owned] = {
    ("GET", "/v1/editor/posts/{post_id}"): Owned(DESK_OWN, DESK_OTHERS, {}),
    ("PATCH", "/v1/editor/posts/{post_id}"): Owned(DESK_OWN, DESK_OTHERS, ANYTHING | {"json": {"title": "العنوان"}}),
    ("DELETE", "/v1/editor/posts/{post_id}"): Owned(DESK_OWN, DESK_OTHERS, ANYTHING),
    ("POST", "/v1/editor/posts/{post_id}/restoration"): Owned(DESK_OWN, DESK_OTHERS, ANYTHING, trash),
    ("PUT", "/v1/editor/posts/{post_id}/publication"): Owned(PUBLISH_OWN, PUBLISH_OTHERS, ANYTHING),
    ("DELETE", "/v1/editor/posts/{post_id}/publication"): Owned(PUBLISH_OWN, PUBLISH_OTHERS, ANYTHING, publish),
    ("GET", "/v1/editor/posts/{post_id}/previews"): Owned(DESK_OWN, DESK_OTHERS, {}),
    ("POST", "/v1/editor/posts/{post_id}/previews"): Owned(DESK_OWN, DESK_OTHERS, ANYTHING | {"json": {}}),
    ("GET", "/v1/editor/posts/{post_id}/previews/{preview_id}"): Owned(DESK_OWN, DESK_OTHERS, {}, share),
    ("DELETE", "/v1/editor/posts/{post_id}/previews/{preview_id}"): Owned(DESK_OWN, DESK_OTHERS, ANYTHING, share),
    ("GET", "/v1/editor/posts/{post_id}/translations"): Owned(DESK_OWN, DESK_OTHERS, {}),
    ("POST", "/v1/editor/posts/{post_id}/translations"): Owned(
        DESK_OWN, DESK_OTHERS, ANYTHING | {"json": {"locale": "ar"}}
    ),
    ("PUT", "/v1/editor/posts/{post_id}/translated-revision"): Owned(DESK_OWN, DESK_OTHERS, ANYTHING, translate),
    ("GET", "/v1/editor/posts/{post_id}/corrections"): Owned(DESK_OWN, DESK_OTHERS, {}),
    ("POST", "/v1/editor/posts/{post_id}/corrections"): Owned(
        PUBLISH_OWN, PUBLISH_OTHERS, {"json": {"kind": "correction", "text": "الرصيف بُني عام 1931."}}, publish
    ),
    ("PATCH", "/v1/editor/posts/{post_id}/corrections/{correction_id}"): Owned(
        PUBLISH_OWN, PUBLISH_OTHERS, {"json": {"text": "الرصيف بُني عام 1932."}}, correct
    ),
    ("POST", "/v1/editor/posts/{post_id}/transitions"): Owned(
        DESK_OWN, DESK_OTHERS, {"json": {"action": "submit", "note": "جاهز"}}
    ),
    ("GET", "/v1/editor/posts/{post_id}/transitions"): Owned(DESK_OWN, DESK_OTHERS, {}),
    ("GET", "/v1/editor/posts/{post_id}/revisions"): Owned(DESK_OWN, DESK_OTHERS, {}),
    ("GET", "/v1/editor/posts/{post_id}/revisions/{number}"): Owned(DESK_OWN, DESK_OTHERS, {}),
    ("GET", "/v1/editor/posts/{post_id}/revisions/{number}/diff"): Owned(DESK_OWN, DESK_OTHERS, {}),
    ("POST", "/v1/editor/posts/{post_id}/revisions/{number}/restoration"): Owned(DESK_OWN, DESK_OTHERS, {}),
    ("PUT", "/v1/editor/posts/{post_id}/lock"): Owned(DESK_OWN, DESK_OTHERS, {}),
    ("DELETE", "/v1/editor/posts/{post_id}/lock"): Owned(DESK_OWN, DESK_OTHERS, {}),
    ("PUT", "/v1/editor/posts/{post_id}/schedule"): Owned(PUBLISH_OWN, PUBLISH_OTHERS, ANYTHING | {"json": EMBARGOED}),
    ("DELETE", "/v1/editor/posts/{post_id}/schedule"): Owned(PUBLISH_OWN, PUBLISH_OTHERS, ANYTHING, schedule),
    ("PUT", "/v1/editor/posts/{post_id}/withdrawal"): Owned(EDITORS_OWN, EDITORS_OTHERS, {"json": REASON}, publish),
    ("DELETE", "/v1/editor/posts/{post_id}/withdrawal"): Owned(EDITORS_OWN, EDITORS_OTHERS, {}, withdraw),
    ("GET", "/v1/editor/embargoes/{post_id}"): Owned(EDITORS_OWN, EDITORS_OTHERS, {}, schedule),
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


async def outcome(desk: Desk, door: Door, things: list[str], owned: Owned) -> str:
    method, path = door
    for thing in things:
        path = re.sub(r"{\w+}", thing, path, count=1)
    path = path.replace("{number}", "1")
    answer = await desk.request(method, path, **owned.request)
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
        others[letter] = await outcome(desk, door, await things_of(newsroom, door, owned, other), owned)
        if letter in owned.own:
            own[letter] = await outcome(desk, door, await things_of(newsroom, door, owned, desk), owned)
    assert own == owned.own
    assert others == owned.others


async def things_of(newsroom: Newsroom, door: Door, owned: Owned, maker: Desk) -> list[str]:
    """A new post of this person, or a comment below one, and what the path names beside it."""
    thing = await (write_comment(newsroom, maker) if door in COMMENTS else write_post(maker))
    more = await owned.before(newsroom, maker, thing) if owned.before is not None else None
    return [thing, more] if more else [thing]
