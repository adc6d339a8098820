"""Links in letters: they show on GET, act once on POST, and lead nowhere else; scanners change nothing."""

import json
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from app.core.http.layers import is_private
from app.correspondence.links import LINKS_PATH, UNSUBSCRIBE_PATH
from app.main import SILENT
from tests.comments.talk import NOON, decide, one, open_thread, set_policy
from tests.contact.letters import everything
from tests.correspondence.letters import (
    LEILA,
    SALMA,
    confirmed,
    expire,
    follow,
    letters,
    links_in,
    reader_key,
    write,
)
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio


async def every_letter(newsroom: Newsroom) -> list[str]:
    """One letter of each kind has gone out; the links of all of them."""
    await open_thread(newsroom)
    await set_policy(newsroom, moderation_mail="each")
    moderator = await newsroom.staff("moderator")
    comment = await confirmed(newsroom, "One", email=SALMA, notify="replies")
    await decide(moderator, comment["id"], "approve")
    reply = await write(newsroom, "Two", email=LEILA, notify="thread", parent_id=comment["id"])
    await decide(moderator, reply["id"], "approve")
    await write(newsroom, "Three")
    for kind in ("export", "erase"):
        await newsroom.reader.post("/v1/comments/data-requests", json={"email": SALMA, "kind": kind})
    await newsroom.night()
    return [path for letter in letters(newsroom) for path in links_in(letter)]


async def test_a_scanner_that_opens_every_link_of_every_letter_changes_nothing(newsroom: Newsroom) -> None:
    paths = await every_letter(newsroom)
    assert len({path.split("/")[2] for path in paths}) == 2
    assert len(paths) >= 1 + 2 + 3 + 1 + 1
    before = await everything(newsroom)
    for method in ("GET", "HEAD", "GET"):
        for path in paths:
            answer = await newsroom.reader.request(method, path)
            assert answer.status_code == 200, path
    assert await everything(newsroom) == before
    # … and what it left is still there to be followed
    for path in paths:
        assert (await follow(newsroom, path)).status_code in (200, 404, 409), path
    assert await everything(newsroom) != before


async def test_pages_behind_links_are_kept_and_told_nowhere(newsroom: Newsroom) -> None:
    for path in await every_letter(newsroom):
        answer = await newsroom.reader.get(path)
        headers = answer.headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert "noindex" in headers["x-robots-tag"]
        assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
        assert "script-src" not in headers["content-security-policy"]
        assert "<script" not in answer.text
        assert '<form method="post"><button>' in answer.text
        assert path.startswith(SILENT)
        assert not is_private(path)


NO_TOKENS = ["x", "A" * 55, "%D8%B3", "%27%3Cscript%3E", "a" * 5_000, "62446cf3-3895-4652-b195-2a1794189fe5"]


async def test_what_is_no_token_leads_nowhere(newsroom: Newsroom) -> None:
    for method, token, folder in product(("GET", "POST"), NO_TOKENS, (LINKS_PATH, UNSUBSCRIBE_PATH)):
        answer = await newsroom.reader.request(method, f"{folder}/{token}")
        assert (answer.status_code, "Nothing here" in answer.text) == (404, True), token
        assert "<script" not in answer.text


async def test_tokens_of_one_kind_open_no_door_of_another(newsroom: Newsroom) -> None:
    paths = await every_letter(newsroom)
    before = await everything(newsroom)
    for path in paths:
        token = path.rpartition("/")[2].partition("?")[0]
        folder = UNSUBSCRIBE_PATH if path.startswith(LINKS_PATH) else LINKS_PATH
        assert (await follow(newsroom, f"{folder}/{token}")).status_code == 404
    assert await everything(newsroom) == before


async def test_a_link_works_once(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    comment = await write(newsroom, "One", email=SALMA, headers=reader_key(newsroom))
    await newsroom.night()
    (path,) = links_in(letters(newsroom)[0])
    answers = [await follow(newsroom, path) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 410]
    assert "Done already" in answers[1].text
    assert "Done already" in (await newsroom.reader.get(path)).text
    stored = await one(newsroom, comment["id"])
    assert stored
    assert stored.verified


async def test_a_link_ends_after_three_days(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    comment = await write(newsroom, "One", email=SALMA, notify="replies")
    await newsroom.night()
    (path,) = links_in(letters(newsroom)[0])
    newsroom.set_clock(NOON + timedelta(hours=72, seconds=-1))
    assert (await newsroom.reader.get(path)).status_code == 200
    newsroom.set_clock(NOON + timedelta(hours=72))
    answers = [await newsroom.reader.get(path), await follow(newsroom, path)]
    assert [(answer.status_code, "Too late" in answer.text) for answer in answers] == [(410, True)] * 2
    stored = await one(newsroom, comment["id"])
    assert stored
    assert not stored.verified


async def test_links_that_are_long_over_are_swept(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    await write(newsroom, "One", email=SALMA, notify="replies")
    await newsroom.night()
    assert len((await everything(newsroom))["mail_link"]) == 1
    newsroom.set_clock(NOON + timedelta(days=34))
    await newsroom.night()
    assert (await everything(newsroom))["mail_link"] == []


async def test_no_token_is_written_down_once_the_letter_is_out(newsroom: Newsroom) -> None:
    tokens = [path.rpartition("/")[2].partition("?")[0] for path in await every_letter(newsroom)]
    stored = json.dumps(await everything(newsroom), default=str)
    assert [token for token in tokens if token in stored] == []


@pytest.mark.parametrize(("locale", "direction", "says"), [("en", "ltr", "Was it you?"), ("ar", "rtl", "هل أنت")])
async def test_pages_speak_the_language_of_the_letter(
    newsroom: Newsroom, locale: str, direction: str, says: str
) -> None:
    await open_thread(newsroom)
    await write(newsroom, "شكرًا" if locale == "ar" else "Thanks", email=SALMA, notify="thread", locale=locale)
    await newsroom.night()
    (letter,) = letters(newsroom)
    page = (await newsroom.reader.get(links_in(letter)[0])).text
    assert f'<html lang="{locale}" dir="{direction}">' in page
    assert says in page
    assert letter.locale == locale


async def test_hostile_hosts_do_not_change_where_links_lead(newsroom: Newsroom) -> None:
    await open_thread(newsroom)
    draft: dict[str, Any] = {"body": "One", "author_name": "S", "author_email": SALMA, "notify": "thread"}
    hostile = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    await newsroom.reader.post("/v1/posts/harbour/comments", json=draft, headers=hostile)
    await newsroom.night()
    (letter,) = letters(newsroom)
    assert "evil" not in letter.text
    assert links_in(letter)


async def test_expired_links_of_every_kind_say_so(newsroom: Newsroom) -> None:
    paths = [path for path in await every_letter(newsroom) if path.startswith(LINKS_PATH)]
    await expire(newsroom)
    assert {(await follow(newsroom, path)).status_code for path in paths} == {410}
