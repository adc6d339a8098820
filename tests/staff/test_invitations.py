"""A colleague is invited by a letter, comes in once, and brings nobody along."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlmodel import Session, col, func, select

from app.core.clock import now
from app.staff.models import User
from tests.newsroom import PASSWORD, Newsroom
from tests.staff.people import BETTER, change_user, diary, link_in, sign_in, token_in

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("cheap_hashes")]
no_matter_which_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

INVITATIONS, ACCEPT = "/v1/editor/invitations", "/v1/auth/invitations/accept"
OMAR = {"email": "Omar@News.example", "role": "author", "name": "عمر"}


async def invite(desk: httpx.AsyncClient, **members: Any) -> dict[str, Any]:
    answer = await desk.post(INVITATIONS, json=OMAR | members)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def accept(newsroom: Newsroom, token: str, **members: Any) -> httpx.Response:
    return await newsroom.reader.post(ACCEPT, json={"token": token, "password": BETTER} | members)


async def test_invite_accept_sign_in(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin", name="ليلى")
    made = await admin.post(INVITATIONS, json=OMAR)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    shown = await admin.get(made.headers["Location"])
    assert (shown.json(), shown.headers["ETag"]) == (made.json(), '"1"')
    assert (made.json()["email"], made.json()["status"]) == ("omar@news.example", "open")
    await newsroom.night()
    (letter,) = newsroom.post.letters
    assert letter.to == "omar@news.example"
    assert "ليلى" in letter.text
    assert link_in(letter).startswith("https://news.example/staff/invitations/")
    answer = await accept(newsroom, token_in(letter))
    assert (answer.status_code, answer.headers["Cache-Control"]) == (201, "no-store")
    assert (answer.json()["name"], answer.json()["role"]) == ("عمر", "author")
    assert (await sign_in(newsroom, "OMAR@news.example", BETTER)).status_code == 200
    again = await accept(newsroom, token_in(letter))
    assert (again.status_code, again.json()["type"]) == (400, "/problems/link-refused")
    assert (await admin.get(INVITATIONS, params={"status": "accepted", "count": "true"})).json()["total"] == 1
    assert (await admin.get(INVITATIONS, params={"status": "open"})).json()["items"] == []
    revoked = await admin.delete(made.headers["Location"])
    assert (revoked.status_code, revoked.json()["code"]) == (409, "invitation_accepted")
    assert [(name, str(subject)) for name, subject, *_ in await diary(newsroom, "user.")][1:] == [
        ("user.invited", made.json()["id"]),
        ("user.joined", answer.json()["id"]),
    ]


async def test_every_link_that_opens_nothing_is_refused_alike(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    keys = newsroom.app.state.keys

    def token(invitation: dict[str, Any]) -> str:
        return str(keys.token("invitation", UUID(invitation["id"])))

    replaced = await invite(admin)
    revoked = await invite(admin, email="b@news.example")
    for _ in range(2):
        assert (await admin.delete(f"{INVITATIONS}/{revoked['id']}")).status_code == 204
    known = await invite(admin, email="c@news.example")
    await newsroom.user("editor", email="c@news.example")
    live = await invite(admin)
    late = await invite(admin, email="d@news.example")
    wrong_kinds = [keys.token(kind, UUID(live["id"])) for kind in ("password-reset", "mail-link", "api-key")]
    refused = [token(replaced), token(revoked), token(known), *wrong_kinds, "", "x", token(live)[:-1], "ء"]
    answers = [await accept(newsroom, text) for text in refused]
    newsroom.set_clock(now() + timedelta(hours=72, seconds=1))
    answers.append(await accept(newsroom, token(late)))
    assert {answer.status_code for answer in answers} == {400}
    assert len({answer.text.replace(answer.headers["X-Request-Id"], "") for answer in answers}) == 1
    newsroom.set_clock(now())
    assert (await accept(newsroom, token(live))).status_code == 201


async def test_fifty_accepts_at_once_open_one_account(newsroom: Newsroom) -> None:
    newsroom.set_clock(now())
    admin = await newsroom.staff("admin")
    made = await invite(admin)
    token = newsroom.app.state.keys.token("invitation", UUID(made["id"]))
    answers = await asyncio.gather(*(accept(newsroom, token, name=f"Omar {number}") for number in range(50)))
    assert sorted(answer.status_code for answer in answers) == [201] + [400] * 49

    def count(session: Session) -> int:
        return session.exec(select(func.count()).where(col(User.email) == "omar@news.example")).one()

    assert await newsroom.stored(count) == 1


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"password": "short"}, "/body/password"),
        ({"password": "x" * 257}, "/body/password"),
        ({"password": "aaaaaaaaaaaaaaaa"}, "/body/password"),
        ({"password": "passwordpassword"}, "/body/password"),
        ({"password": "qwertyuiop1234"}, "/body/password"),
        ({"password": "omar@news.example"}, "/body/password"),
        ({"password": "Masthead2026!!"}, "/body/password"),
        ({"password": "ترويسةعمر1234"}, "/body/password"),
        ({"password": None}, "/body/password"),
        ({"name": "x" * 121}, "/body/name"),
        ({"role": "admin"}, "/body/role"),
        ({"email": "other@news.example"}, "/body/email"),
    ],
)
@no_matter_which_database
async def test_what_is_not_taken(newsroom: Newsroom, said: dict[str, Any], pointer: str) -> None:
    made = await invite(await newsroom.staff("admin"))
    token = newsroom.app.state.keys.token("invitation", UUID(made["id"]))
    answer = await accept(newsroom, token, **said)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert str(said.get("password")) not in answer.text or said["password"] is None
    assert (await accept(newsroom, token)).status_code == 201


@no_matter_which_database
async def test_long_phrases_in_any_script_are_taken_as_they_are(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    for number, password in enumerate(
        (BETTER, "correct horse battery staple", " kite  Zürich–lantern ", "قهوة7éميناء3!")
    ):
        made = await invite(admin, email=f"p{number}@news.example")
        token = newsroom.app.state.keys.token("invitation", UUID(made["id"]))
        answer = await accept(newsroom, token, password=password)
        assert answer.status_code == 201, (password, answer.text)
        assert (await sign_in(newsroom, f"p{number}@news.example", password)).status_code == 200
        assert (await sign_in(newsroom, f"p{number}@news.example", password.strip() + "x")).status_code == 400


@no_matter_which_database
async def test_a_name_is_needed_unless_proposed(newsroom: Newsroom) -> None:
    made = await invite(await newsroom.staff("admin"), name=None)
    token = newsroom.app.state.keys.token("invitation", UUID(made["id"]))
    assert (await accept(newsroom, token)).json()["errors"][0]["code"] == "missing"
    assert (await accept(newsroom, token, name=" سلمى ")).json()["name"] == "سلمى"


@no_matter_which_database
async def test_inviting_is_repeated_safely_and_never_over_an_account(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin", email="admin@news.example")
    key = {"Idempotency-Key": "one-omar"}
    first, second = [await admin.post(INVITATIONS, json=OMAR, headers=key) for _ in range(2)]
    assert (first.json(), second.headers["Idempotent-Replayed"]) == (second.json(), "true")
    taken = await admin.post(INVITATIONS, json=OMAR | {"email": "ADMIN@news.example"})
    assert (taken.status_code, taken.json()["code"]) == (409, "email_taken")
    for wrong in ({"email": "x"}, {"role": "king"}, {"role": None}, {"token": "x"}, {"expires_at": "2027-01-01"}):
        assert (await admin.post(INVITATIONS, json=OMAR | wrong)).status_code == 422, wrong
    url = f"{INVITATIONS}/{first.json()['id']}"
    assert (await admin.delete(url, headers={"If-Match": '"7"'})).status_code == 412
    assert (await admin.delete(url, headers={"If-Match": '"1"'})).status_code == 204
    assert (await admin.get(url)).json()["status"] == "revoked"
    assert (await admin.get(f"{INVITATIONS}/{uuid4()}")).status_code == 404
    await newsroom.night()
    assert newsroom.post.letters == []  # taken back before it went out


async def test_what_a_closed_host_invited_still_opens(newsroom: Newsroom) -> None:
    admin, other = await newsroom.staff("admin"), await newsroom.staff("admin")
    made = await invite(other)
    assert (await change_user(admin, other.user_id, disabled=True)).status_code == 200
    token = newsroom.app.state.keys.token("invitation", UUID(made["id"]))
    assert (await accept(newsroom, token, password=PASSWORD)).status_code == 201
