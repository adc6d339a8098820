"""Forgotten, reset and changed passwords: nobody learns who has an account, and no session outlives its password."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select as plain_select
from sqlmodel import Session, select

from app import tables
from app.core.actor import system
from app.core.clock import now
from app.main import SILENT
from app.site import service as site_service
from app.site.policies import SiteSettings
from app.staff.resets_models import PasswordReset
from tests.counting import counted_statements
from tests.newsroom import PASSWORD, Desk, Newsroom
from tests.staff.people import BETTER, change_user, diary, link_in, sign_in, token_in

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("cheap_hashes")]

FORGOT, RESET, CHANGE = (f"/v1/auth/password/{name}" for name in ("forgot", "reset", "change"))
EMAIL = "leila@news.example"


async def forget(newsroom: Newsroom, email: str = EMAIL, **headers: str) -> httpx.Response:
    return await newsroom.reader.post(FORGOT, json={"email": email}, headers=headers)


async def reset(newsroom: Newsroom, token: str, password: str = BETTER) -> httpx.Response:
    return await newsroom.reader.post(RESET, json={"token": token, "password": password})


async def letter_token(newsroom: Newsroom) -> str:
    assert (await forget(newsroom)).status_code == 202
    await newsroom.night()
    return token_in(newsroom.post.letters[-1])


async def test_a_new_password_by_a_letter_to_the_stored_address(newsroom: Newsroom) -> None:
    leila = await newsroom.staff("editor", email="kleila@news.example")
    hostile = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    answer = await forget(newsroom, "\u212aleila@News.example", **hostile)  # a Kelvin sign folds to a k
    assert (answer.status_code, answer.json()) == (202, {"link_valid_minutes": 60})
    await newsroom.night()
    (letter,) = newsroom.post.letters
    assert letter.to == "kleila@news.example"
    assert link_in(letter).startswith("https://news.example/staff/passwords/")
    assert (await reset(newsroom, token_in(letter))).status_code == 204
    assert (await leila.get("/v1/auth/me")).status_code == 401
    assert (await sign_in(newsroom, "kleila@news.example")).status_code == 400
    assert (await sign_in(newsroom, "kleila@news.example", BETTER)).status_code == 200
    assert (await reset(newsroom, token_in(letter))).status_code == 400
    assert ("password.reset", leila.user_id, "guest", {}) in await diary(newsroom, "password.")


async def test_known_unknown_and_disabled_are_answered_alike(newsroom: Newsroom) -> None:
    newsroom.set_clock(now())
    admin, gone = await newsroom.staff("admin", email=EMAIL), await newsroom.user("author", email="gone@news.example")
    assert (await change_user(admin, gone.id, disabled=True)).status_code == 200
    seen, work = set(), []
    for email in ("warm@news.example", EMAIL, "gone@news.example", "nobody@news.example"):
        with counted_statements() as statements:
            answer = await forget(newsroom, email)
        names = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
        seen.add((answer.status_code, answer.text, json.dumps(names)))
        work.append(list(statements))
    assert len(seen) == 1
    assert work[1] == work[2] == work[3]  # the first made the key of the day
    await newsroom.night()
    assert [letter.to for letter in newsroom.post.letters] == [EMAIL]

    def kept(session: Session) -> list[str | None]:
        return list(session.exec(select(PasswordReset.email)))

    assert await newsroom.stored(kept) == [None]  # what strangers typed is forgotten


async def test_letters_are_limited_by_address_and_network(newsroom: Newsroom) -> None:
    newsroom.set_clock(now().replace(minute=1, second=0))
    for email in (EMAIL, EMAIL.upper(), EMAIL.title()):
        assert (await forget(newsroom, email)).status_code == 202
    refused = await forget(newsroom, EMAIL, **{"X-Forwarded-For": "198.51.100.7"})
    assert (refused.status_code, refused.headers["RateLimit-Policy"]) == (429, '"password-forgotten";q=3;w=3600')
    others = [(await forget(newsroom, f"p{number}@news.example")).status_code for number in range(20)]
    assert others == [202] * 16 + [429] * 4


async def test_fifty_resets_at_once_have_one_winner(newsroom: Newsroom) -> None:
    await newsroom.staff("editor", email=EMAIL)
    token = await letter_token(newsroom)
    passwords = [f"{BETTER} {number}" for number in range(50)]
    answers = await asyncio.gather(*(reset(newsroom, token, password) for password in passwords))
    assert sorted(answer.status_code for answer in answers) == [204] + [400] * 49
    won = [password for password, answer in zip(passwords, answers, strict=True) if answer.status_code == 204]
    assert (await sign_in(newsroom, EMAIL, won[0])).status_code == 200


@pytest.mark.parametrize("change", [{"disabled": True}, {"email": "other@news.example"}, {"role": "author"}])
async def test_what_ends_sessions_ends_links(newsroom: Newsroom, change: dict[str, Any]) -> None:
    admin, leila = await newsroom.staff("admin"), await newsroom.staff("editor", email=EMAIL)
    token = await letter_token(newsroom)
    assert (await change_user(admin, leila.user_id, **change)).status_code == 200
    refused = await reset(newsroom, token)
    assert (refused.status_code, refused.json()["type"]) == (400, "/problems/link-refused")


async def test_links_run_out_and_each_is_good_at_its_own_door_only(newsroom: Newsroom) -> None:
    start = now()
    newsroom.set_clock(start)
    leila = await newsroom.staff("editor", email=EMAIL)
    token = await letter_token(newsroom)
    for door in ("/v1/auth/me", "/v1/editor/posts"):
        headers = {"Authorization": f"Bearer {token}"}
        assert (await newsroom.reader.get(door, headers=headers)).status_code == 401
    accept = {"token": token, "password": BETTER, "name": "x"}
    assert (await newsroom.reader.post("/v1/auth/invitations/accept", json=accept)).status_code == 400
    form = {"grant_type": "refresh_token", "refresh_token": token}
    assert (await newsroom.reader.post("/v1/auth/token", data=form)).status_code == 400
    access = leila.headers["Authorization"].removeprefix("Bearer ")
    assert (await reset(newsroom, access)).status_code == 400 or len(access) > 200
    newsroom.set_clock(start + timedelta(hours=1))
    assert (await reset(newsroom, token)).status_code == 400
    newsroom.set_clock(start + timedelta(minutes=59))
    assert (await reset(newsroom, token)).status_code == 204


async def change(desk: Desk, current: str = PASSWORD, password: str = BETTER) -> httpx.Response:
    return await desk.post(CHANGE, json={"current_password": current, "password": password})


async def test_changing_ends_every_session(newsroom: Newsroom) -> None:
    leila = await newsroom.staff("contributor", email=EMAIL)
    other = (await sign_in(newsroom, EMAIL)).json()["refresh_token"]
    wrong = await change(leila, "not the password")
    assert (wrong.status_code, wrong.json()["type"]) == (400, "/problems/wrong-password")
    weak = await change(leila, password="leila@news.example")
    assert (weak.status_code, weak.json()["errors"][0]["code"]) == (422, "weak_password")
    assert (await leila.get("/v1/auth/me")).status_code == 200
    assert (await change(leila)).status_code == 204
    assert (await leila.get("/v1/auth/me")).status_code == 401
    form = {"grant_type": "refresh_token", "refresh_token": other}
    assert (await newsroom.reader.post("/v1/auth/token", data=form)).status_code == 400
    assert (await sign_in(newsroom, EMAIL, BETTER)).status_code == 200
    assert [name for name, *_ in await diary(newsroom, "login.", "password.")] == ["login.failed", "password.changed"]


async def test_guessing_the_present_password_ends_after_ten(newsroom: Newsroom) -> None:
    newsroom.set_clock(now().replace(minute=1, second=0))
    leila = await newsroom.staff("contributor", email=EMAIL)
    statuses = [(await change(leila, "guess")).status_code for _ in range(11)]
    assert statuses == [400] * 10 + [429]


@pytest.mark.parametrize("locale", ["en", "ar"])
async def test_the_page_behind_the_link_needs_no_script(newsroom: Newsroom, locale: str) -> None:
    settings = SiteSettings(default_locale=locale)
    await newsroom.db.write(site_service.configure, settings, by=system("tests"), at=now())
    admin = await newsroom.staff("admin", email=EMAIL)
    invited = {"email": "omar@news.example", "role": "author", "name": "<b>عمر</b>"}
    assert (await admin.post("/v1/editor/invitations", json=invited)).status_code == 201
    await forget(newsroom)
    await newsroom.night()
    pages = {letter.to: link_in(letter).removeprefix("https://news.example") for letter in newsroom.post.letters}
    for path in pages.values():
        assert path.startswith(SILENT)  # the log does not tell what opens an account
        shown = [await newsroom.reader.get(path) for _ in range(2)][1]  # looking spends nothing
        assert shown.status_code == 200
        assert f'lang="{locale}"' in shown.text
        assert (shown.headers["Cache-Control"], shown.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
        assert "<b>" not in shown.text
        weak = await newsroom.reader.post(path, data={"name": "Omar <i>", "password": "passwordpassword"})
        if "name" not in shown.text:
            weak = await newsroom.reader.post(path, data={"password": "passwordpassword"})
        assert weak.status_code == 422
        assert "passwordpassword" not in weak.text
        assert "<i>" not in weak.text
        good = {"password": BETTER} | ({"name": "عمر"} if "invitations" in path else {})
        assert (await newsroom.reader.post(path, data=good)).status_code == 200
        assert (await newsroom.reader.post(path, data=good)).status_code == 404
        assert (await newsroom.reader.get(path)).status_code == 404
    assert (await sign_in(newsroom, EMAIL, BETTER)).status_code == 200
    assert (await sign_in(newsroom, "omar@news.example", BETTER)).status_code == 200


async def test_no_table_holds_a_link_or_a_password(newsroom: Newsroom) -> None:
    """Neither before the letter goes out nor after: a thief of the database opens nothing."""
    admin = await newsroom.staff("admin", email=EMAIL)
    invited = {"email": "omar@news.example", "role": "author", "name": "عمر"}
    made = (await admin.post("/v1/editor/invitations", json=invited, headers={"Idempotency-Key": "one"})).json()
    await forget(newsroom)
    secrets = {BETTER, newsroom.app.state.keys.token("invitation", UUID(made["id"]))}
    await check_dump(newsroom, secrets)
    await newsroom.night()
    secrets |= {token_in(letter) for letter in newsroom.post.letters}
    assert len(secrets) == 3
    for letter in newsroom.post.letters:
        await (reset(newsroom, token_in(letter)) if letter.to == EMAIL else accept(newsroom, token_in(letter)))
    await check_dump(newsroom, secrets)


async def accept(newsroom: Newsroom, token: str) -> httpx.Response:
    return await newsroom.reader.post("/v1/auth/invitations/accept", json={"token": token, "password": BETTER})


async def check_dump(newsroom: Newsroom, secrets: set[str]) -> None:
    def dump(session: Session) -> str:
        return "\n".join(
            str([*row]) for table in tables.metadata.sorted_tables for row in session.execute(plain_select(table))
        )

    everything = await newsroom.stored(dump)
    assert len(everything) > 1_000
    assert [secret for secret in secrets if secret in everything] == []


async def test_a_sign_in_that_a_new_password_overtakes_begins_no_session(newsroom: Newsroom) -> None:
    from app.staff import queries, service
    from app.staff.errors import InvalidGrant

    leila = await newsroom.staff("editor", email=EMAIL)
    known = await newsroom.stored(lambda session: queries.find_credentials(session, EMAIL))
    assert known is not None
    assert (await change(leila)).status_code == 204
    facts: dict[str, Any] = {"proved": known[1], "request_id": "", "at": now()}
    with pytest.raises(InvalidGrant):
        await newsroom.db.write(service.start_session, newsroom.app.state.keys, known[0], **facts)


async def test_a_stranger_locks_nobody_out(newsroom: Newsroom) -> None:
    """Guesses from elsewhere are limited there; an editor at her own desk is let in."""
    newsroom.set_clock(now().replace(minute=1, second=0))
    await newsroom.user("editor", email=EMAIL)
    transport = httpx.ASGITransport(newsroom.app, client=("203.0.113.9", 1))
    async with httpx.AsyncClient(transport=transport, base_url="https://news.example") as stranger:
        form = {"grant_type": "password", "username": EMAIL, "password": "guess"}
        statuses = [(await stranger.post("/v1/auth/token", data=form)).status_code for _ in range(60)]
    assert statuses == [400] * 10 + [429] * 50
    assert (await sign_in(newsroom, EMAIL)).status_code == 200
