"""Proof of work: asked while much comes in, done once, bound to one form; whoever does none is held, never refused."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from altcha import v1 as altcha
from sqlmodel import select

from app.abuse.models import SpentChallenge
from app.site.policies import CommentPolicy, Moderation, ProofOfWork, SiteSettings
from tests.abuse.work import CHALLENGE, Crowd, fill_in, solve
from tests.comments.talk import NOON, SLUG, THREAD, open_thread, say, set_site, shown, stored
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio
QUERY = {"form": "comment", "post": SLUG}


async def open_site(newsroom: Newsroom, mode: ProofOfWork) -> None:
    """A site that publishes at once, with a story and one more."""
    await open_thread(newsroom)
    await open_thread(newsroom, "elsewhere")
    await set_site(newsroom, SiteSettings(proof_of_work=mode, comments=CommentPolicy(policy=Moderation.POSTMODERATE)))


async def ask(newsroom: Newsroom, **query: str) -> dict[str, Any]:
    """A challenge for the comment form of the story, unless said otherwise."""
    made: dict[str, Any] = (await newsroom.reader.get(CHALLENGE, params=query or QUERY)).json()["challenge"]
    return made


async def found(newsroom: Newsroom) -> list[str]:
    """What moderators see of the newest comment."""
    return [seen["detail"] for seen in (await stored(newsroom))[-1].evidence]


async def test_the_wire_format_is_the_one_of_altcha(newsroom: Newsroom) -> None:
    await open_site(newsroom, ProofOfWork.ALWAYS)
    answer = await newsroom.reader.get(CHALLENGE, params=QUERY)
    made = answer.json()["challenge"]
    assert set(made) == {"algorithm", "challenge", "maxnumber", "salt", "signature"}
    assert (made["algorithm"], made["maxnumber"]) == ("SHA-256", 40_000)
    assert (answer.json()["expires_at"], answer.headers["cache-control"]) == ("2026-11-22T13:00:00Z", "no-store")
    theirs = altcha.Challenge(made["algorithm"], made["challenge"], made["maxnumber"], made["salt"], made["signature"])
    number = altcha.solve_challenge(theirs).number  # type: ignore[union-attr]
    sent = altcha.Payload("SHA-256", made["challenge"], number, made["salt"], made["signature"]).to_base64()
    assert (await say(newsroom, altcha=sent)).status_code == 201


async def test_work_serves_once(newsroom: Newsroom) -> None:
    await open_site(newsroom, ProofOfWork.ALWAYS)
    work = solve(await ask(newsroom))
    first, again = [await say(newsroom, f"Number {n}.", altcha=work) for n in range(2)]
    assert (first.status_code, again.status_code, again.json()["hold_reasons"]) == (201, 202, ["check_missing"])
    assert await found(newsroom) == ["the work was used before"]
    (spent,) = await newsroom.stored(lambda session: session.exec(select(SpentChallenge)).all())
    assert spent.until.isoformat() == "2026-11-24T00:00:00+00:00"  # the hour would tell when a tip was written


async def test_work_is_for_one_form_and_for_an_hour(newsroom: Newsroom) -> None:
    await open_site(newsroom, ProofOfWork.ALWAYS)
    works = [
        solve(await ask(newsroom, form="comment", post="elsewhere")),
        solve(await ask(newsroom, form="contact")),
    ]
    for number, work in enumerate(works):
        answer = await say(newsroom, f"Number {number}.", altcha=work)
        assert (answer.status_code, answer.json()["hold_reasons"]) == (202, ["check_missing"])
    early, late = solve(await ask(newsroom)), solve(await ask(newsroom))
    newsroom.set_clock(NOON + timedelta(hours=1))
    assert (await say(newsroom, "In time.", altcha=early)).status_code == 201
    newsroom.set_clock(NOON + timedelta(hours=1, seconds=1))
    assert (await say(newsroom, "Too late.", altcha=late)).status_code == 202


def spoiled(challenge: dict[str, Any]) -> list[str | None]:
    """Answers that are none."""
    right = json.loads(base64.b64decode(solve(challenge)))
    later = challenge["salt"].replace("expires=", "expires=9")
    changes: list[dict[str, Any]] = [
        {"number": right["number"] + 1},
        {"number": str(right["number"])},
        {"number": True},
        {"number": None},
        {"number": 10**400},
        {"number": -1},
        {"algorithm": "SHA-1"},
        {"algorithm": "none"},
        {"salt": later},
        {"salt": challenge["salt"].replace("&", "&expires=99999999999&")},
        {"salt": "?expires=" + "9" * 5_000},
        {"salt": 7},
        {"signature": "0" * 64},
        {"signature": "ü"},
        {"challenge": right["challenge"].upper()},
    ]
    rest = ["", "x", "W10=", "bnVsbA==", "=" * 100, "١٢٣", base64.b64encode(b"[" * 9_000).decode()]
    return [None, *rest, *(base64.b64encode(json.dumps(right | change).encode()).decode() for change in changes)]


async def test_what_is_no_work_is_held(newsroom: Newsroom) -> None:
    await open_site(newsroom, ProofOfWork.ALWAYS)
    crowd = Crowd(newsroom)
    for number, answer in enumerate(spoiled(await ask(newsroom))):
        draft = {"body": f"Number {number}.", "author_name": "S", "altcha": answer, "render_token": shown(newsroom)}
        told = await crowd.reader(number).post(THREAD, json=draft)
        assert (told.status_code, told.json()["hold_reasons"]) == (202, ["check_missing"]), answer


async def test_nobody_is_asked_where_the_site_never_asks(newsroom: Newsroom) -> None:
    await open_site(newsroom, ProofOfWork.NEVER)
    for number in range(6):
        assert (await say(newsroom, f"Number {number}.")).status_code == 201
    assert await ask(newsroom) is None


async def test_a_network_that_writes_much_is_asked(newsroom: Newsroom) -> None:
    await open_site(newsroom, ProofOfWork.AUTO)
    crowd = Crowd(newsroom)
    codes = []
    for number in range(6):
        draft = {"body": f"Number {number}.", "author_name": "Salma", "render_token": shown(newsroom)}
        codes.append((await crowd.reader(1).post(THREAD, json=draft)).status_code)
    assert codes == [201] * 4 + [202] * 2
    members = await fill_in(crowd.reader(1), THREAD)
    newsroom.set_clock(NOON + timedelta(seconds=5))
    draft = {"body": "I am a person.", "author_name": "Salma"} | members
    assert "altcha" in members
    assert (await crowd.reader(1).post(THREAD, json=draft)).status_code == 201
    assert (await crowd.reader(2).get(CHALLENGE, params=QUERY)).json()["challenge"] is None
    newsroom.set_clock(NOON + timedelta(minutes=2))
    assert (await crowd.reader(1).get(CHALLENGE, params=QUERY)).json()["challenge"] is None


async def test_a_busy_site_asks_everyone_and_calms_down(newsroom: Newsroom) -> None:
    await open_site(newsroom, ProofOfWork.AUTO)
    crowd = Crowd(newsroom)
    for number in range(30):
        draft = {"body": f"Number {number}.", "author_name": "Salma", "render_token": shown(newsroom)}
        assert (await crowd.reader(number).post(THREAD, json=draft)).status_code == 201
    assert (await crowd.reader(77).get(CHALLENGE, params=QUERY)).json()["challenge"]["maxnumber"] == 40_000
    newsroom.set_clock(NOON + timedelta(minutes=5))
    assert (await crowd.reader(77).get(CHALLENGE, params=QUERY)).json()["challenge"] is None


async def test_an_edit_needs_no_work(newsroom: Newsroom) -> None:
    await open_site(newsroom, ProofOfWork.ALWAYS)
    told = (await say(newsroom, altcha=solve(await ask(newsroom)))).json()
    changed = await newsroom.reader.patch(
        f"/v1/comments/{told['comment']['id']}",
        json={"body": "Changed."},
        headers={"Authorization": f"Bearer {told['edit_token']}"},
    )
    assert changed.status_code == 200
