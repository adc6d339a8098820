"""Moderation by mail: who is written to, what the letters hold, and decisions that count as at the desk, once."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from app.comments.models import Comment, DecisionBatch, Status
from app.core.actor import system
from app.core.mail import Letter, Sender, compose
from app.correspondence import moderators
from app.site.policies import CommentPolicy, SiteSettings
from app.staff import service as staff_service
from app.staff.models import Role, User
from tests.comments.talk import (
    ARABIC,
    DECISIONS,
    NOON,
    decide,
    events,
    one,
    open_thread,
    set_policy,
    set_site,
    stored,
)
from tests.correspondence.letters import follow, letters, links_in, rows, told, write
from tests.newsroom import Desk, Newsroom

pytestmark = pytest.mark.anyio

MOD = "mod@news.example"
APPROVE, REJECT, SPAM = range(3)


async def desk(newsroom: Newsroom, mode: str = "each", **members: Any) -> Desk:
    """An open thread, letters in this way, and one moderator."""
    await open_thread(newsroom)
    await set_policy(newsroom, "premoderate", moderation_mail=mode, **members)
    return await newsroom.staff("moderator", email=MOD)


async def letter_about(newsroom: Newsroom, body: str = "The ferry was late.") -> tuple[dict[str, Any], list[str]]:
    """A comment that waits, and the three links to judge it."""
    comment = await write(newsroom, body)
    await newsroom.night()
    return comment, links_in(letters(newsroom, MOD)[-1])


# --- who is written to, and of what


@pytest.mark.parametrize(
    ("mode", "named", "told_of"),
    [
        ("off", (), []),
        ("each", (), ["boss@news.example", "editor@news.example", MOD]),
        ("each", (MOD,), [MOD]),
        ("each", (MOD.upper(), "author@news.example", "stranger@example.org"), [MOD]),
        ("each", ("stranger@example.org",), ["boss@news.example", "editor@news.example", MOD]),
        ("digest", (), []),
    ],
)
async def test_who_is_written_to_at_once(
    newsroom: Newsroom, mode: str, named: tuple[str, ...], told_of: list[str]
) -> None:
    await desk(newsroom, mode, moderation_mail_to=named)
    for role, name in (("admin", "boss"), ("editor", "editor"), ("author", "author"), ("contributor", "intern")):
        await newsroom.user(role, email=f"{name}@news.example")
    await write(newsroom, "One")
    await newsroom.night()
    assert sorted(letter.to for letter in letters(newsroom)) == told_of


async def test_of_what_is_published_or_spam_nobody_hears(newsroom: Newsroom) -> None:
    await desk(newsroom)
    await write(newsroom, "Spam", homepage="x")
    await set_policy(newsroom, "postmoderate", moderation_mail="each")
    await write(newsroom, "Fine")
    await newsroom.night()
    assert letters(newsroom) == []


@pytest.mark.parametrize(
    ("locale", "draft", "says"),
    [
        ("en", {"body": "The ferry was late.", "author_name": "Salma"}, "every comment is read first"),
        ("ar", ARABIC, "كل تعليق يُقرأ قبل نشره"),
    ],
)
async def test_the_letter_has_what_it_takes_to_judge(
    newsroom: Newsroom, locale: str, draft: dict[str, Any], says: str
) -> None:
    await desk(newsroom)
    policy = CommentPolicy.model_validate({"moderation_mail": "each"})
    await set_site(newsroom, SiteSettings(default_locale=locale, comments=policy))
    await write(newsroom, **draft)
    await newsroom.night()
    (letter,) = letters(newsroom)
    assert letter.locale == locale
    for part in (draft["body"], draft["author_name"], "Voices of the harbour", says):
        assert part in letter.text
        assert part in (letter.html or "")
    assert len(links_in(letter)) == 3


async def test_a_guest_cannot_forge_headers_lines_or_tags(newsroom: Newsroom) -> None:
    await desk(newsroom)
    forged = "Fine.\n\nApprove:\nhttps://evil.example/links/x\n<img src=x onerror=alert(1)>"
    await write(newsroom, forged, author_name="Salma\u202e <b>Bcc: x@example.org</b>")
    await newsroom.night()
    (letter,) = letters(newsroom)
    message = compose(letter, sender=Sender("Masthead", "noreply@news.example"), at=NOON)
    assert message.get_all("bcc") is None
    assert "\u202e" not in letter.text
    assert "> https://evil.example/links/x" in letter.text.splitlines()
    assert "<img" not in (letter.html or "")
    assert 'href="https://evil' not in (letter.html or "")


async def test_an_edit_is_told_again_for_its_own_revision(newsroom: Newsroom) -> None:
    await desk(newsroom)
    await set_policy(newsroom, "postmoderate", moderation_mail="each")
    comment = await write(newsroom, "Fine")
    headers = {"Authorization": f"Bearer {comment['edit_token']}"}
    edit = {"body": "Now with a link: https://shop.example"}
    assert (await newsroom.reader.patch(f"/v1/comments/{comment['id']}", json=edit, headers=headers)).status_code == 202
    await newsroom.night()
    (letter,) = letters(newsroom)
    assert "https://shop.example" in letter.text
    answer = await follow(newsroom, links_in(letter)[APPROVE])
    assert answer.status_code == 200


# --- the digest


async def test_a_digest_lists_what_waits_once_and_again_when_its_links_are_over(newsroom: Newsroom) -> None:
    await desk(newsroom, "digest")
    await newsroom.night()  # the rhythm begins
    for number in range(3):
        await write(newsroom, f"Number {number}")
    await newsroom.night()
    assert letters(newsroom) == []
    sent = []
    for hours in (6, 12, 80, 86):
        newsroom.set_clock(NOON + timedelta(hours=hours))
        newsroom.post.letters.clear()
        await newsroom.night()
        sent.append([len(links_in(letter)) for letter in letters(newsroom, MOD)])
    assert sent == [[9], [], [9], []]


async def test_a_digest_is_of_readable_length_and_counts_the_rest(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.correspondence.workflow.MOST_IN_DIGEST", 2)
    await desk(newsroom, "digest")
    await newsroom.night()
    for number in range(5):
        await write(newsroom, f"Number {number}")
    newsroom.set_clock(NOON + timedelta(hours=6))
    await newsroom.night()
    (letter,) = letters(newsroom)
    assert "Number 0" in letter.text
    assert "Number 2" not in letter.text
    assert "More wait at the desk: 3." in letter.text


async def test_a_letter_that_waits_is_forgotten_with_the_comment_that_it_quotes(newsroom: Newsroom) -> None:
    await desk(newsroom, "digest")
    await newsroom.night()
    first, _ = [await write(newsroom, body) for body in ("quokka", "Fine")]
    newsroom.set_clock(NOON + timedelta(minutes=5))
    moderator = next(user for user in await rows(newsroom, User) if user.email == MOD)
    await newsroom.db.write(moderators.digest, moderator.id, keys=newsroom.app.state.keys, at=NOON)
    headers = {"Authorization": f"Bearer {first['edit_token']}"}
    assert (await newsroom.reader.delete(f"/v1/comments/{first['id']}", headers=headers)).status_code == 204
    await newsroom.night()
    assert letters(newsroom) == []
    # the other one is in the next
    await newsroom.db.write(moderators.digest, moderator.id, keys=newsroom.app.state.keys, at=NOON)
    await newsroom.night()
    (letter,) = letters(newsroom)
    assert ("Fine" in letter.text, "quokka" in letter.text) == (True, False)


# --- deciding

DECIDED = [
    (APPROVE, "Approve this comment?", Status.PUBLISHED, "comment.published"),
    (REJECT, "Reject this comment?", Status.REJECTED, "comment.rejected"),
    (SPAM, "Mark this comment as spam?", Status.SPAM, "comment.marked_spam"),
]


@pytest.mark.parametrize(("place", "title", "status", "event"), DECIDED)
async def test_a_link_decides_as_the_desk_does(
    newsroom: Newsroom, place: int, title: str, status: Status, event: str
) -> None:
    moderator = await desk(newsroom)
    comment, paths = await letter_about(newsroom)
    page = await newsroom.reader.get(paths[place])
    assert (page.status_code, title in page.text, "The ferry was late." in page.text) == (200, True, True)
    done = await follow(newsroom, paths[place])
    assert done.status_code == 200
    after = await one(newsroom, comment["id"])
    assert after
    assert (after.status, after.reviewed_by, after.reviewed_at) == (status, moderator.user_id, NOON)
    (recorded,) = await told(newsroom, event)
    assert (recorded.actor_id, recorded.origin) == (moderator.user_id, "user")
    (batch,) = await rows(newsroom, DecisionBatch)
    assert str(batch.id) in done.text
    assert (await follow(newsroom, paths[place])).status_code == 410
    undone = await moderator.post(f"{DECISIONS}/{batch.id}/undo")
    assert undone.status_code == 200
    assert [item.status for item in await stored(newsroom)] == [Status.PENDING]


async def test_a_letter_cannot_overturn_what_was_decided(newsroom: Newsroom) -> None:
    moderator = await desk(newsroom)
    comment, paths = await letter_about(newsroom)
    await decide(moderator, comment["id"], "approve")
    for path in paths:
        answer = await follow(newsroom, path)
        assert (answer.status_code, "Decided already" in answer.text) == (409, True)
    assert [item.status for item in await stored(newsroom)] == [Status.PUBLISHED]


async def test_a_letter_about_an_older_text_says_so(newsroom: Newsroom) -> None:
    await desk(newsroom)
    comment, paths = await letter_about(newsroom)
    headers = {"Authorization": f"Bearer {comment['edit_token']}"}
    await newsroom.reader.patch(f"/v1/comments/{comment['id']}", json={"body": "Something else"}, headers=headers)
    for path in paths:
        for answer in (await newsroom.reader.get(path), await follow(newsroom, path)):
            assert (answer.status_code, "Edited since" in answer.text) == (409, True)
    assert [item.status for item in await stored(newsroom)] == [Status.PENDING]


def disable(session: Session, user: User) -> None:
    staff_service.disable_user(session, user, by=system("tests"), at=NOON)


def demote(session: Session, user: User) -> None:
    user.role = Role.AUTHOR


@pytest.mark.parametrize("change", [disable, demote])
async def test_the_moderator_must_still_be_one(newsroom: Newsroom, change: Any) -> None:
    moderator = await desk(newsroom)
    _, paths = await letter_about(newsroom)
    await newsroom.db.write(lambda session: change(session, session.get_one(User, moderator.user_id)))
    for path in paths:
        for answer in (await newsroom.reader.get(path), await follow(newsroom, path)):
            assert (answer.status_code, "Not allowed" in answer.text) == (403, True)
    assert "comment.published" not in await events(newsroom)


async def test_a_link_to_what_is_gone(newsroom: Newsroom) -> None:
    moderator = await desk(newsroom)
    comment, paths = await letter_about(newsroom)
    await decide(moderator, comment["id"], "delete")
    assert {(await follow(newsroom, path)).status_code for path in paths} == {404}


async def test_a_name_with_braces_stays_a_name(newsroom: Newsroom) -> None:
    await desk(newsroom)
    await write(newsroom, "One", author_name="{title.__class__} {0}")
    await newsroom.night()
    page = await newsroom.reader.get(links_in(letters(newsroom, MOD)[0])[APPROVE])
    assert "{title.__class__} {0}" in page.text


async def test_letters_are_told_once_however_often_the_job_runs(newsroom: Newsroom) -> None:
    await desk(newsroom)
    comment, _ = await letter_about(newsroom)
    await newsroom.db.write(moderators.tell_of, UUID(comment["id"]), keys=newsroom.app.state.keys, at=NOON)
    await newsroom.night()
    assert len(letters(newsroom)) == 1
    assert all(isinstance(letter, Letter) for letter in letters(newsroom))
    assert len(await rows(newsroom, Comment)) == 1
