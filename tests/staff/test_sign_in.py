"""The staff entrance through its door: who gets in, what a guesser learns, and how a session ends."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlmodel import Session, col, select

from app.core.actor import system
from app.core.clock import now
from app.events.models import Event
from app.staff import service
from app.staff.models import StaffSession, User
from tests.newsroom import PASSWORD, Newsroom

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("cheap_hashes")]
no_matter_which_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

EMAIL = "leila@news.example"


@pytest.fixture
async def leila(newsroom: Newsroom) -> User:
    return await newsroom.user("editor", email=EMAIL, name="ليلى")


async def token(newsroom: Newsroom, headers: dict[str, str] | None = None, **form: Any) -> httpx.Response:
    return await newsroom.reader.post("/v1/auth/token", data=form, headers=headers)


async def sign_in(newsroom: Newsroom, email: str = EMAIL, password: str = PASSWORD, **headers: str) -> httpx.Response:
    return await token(newsroom, headers, grant_type="password", username=email, password=password)


async def refresh(newsroom: Newsroom, text: str) -> httpx.Response:
    return await token(newsroom, grant_type="refresh_token", refresh_token=text)


async def revoke(newsroom: Newsroom, text: str) -> int:
    return (await newsroom.reader.post("/v1/auth/revocation", data={"token": text})).status_code


async def me(newsroom: Newsroom, grant: dict[str, Any]) -> int:
    headers = {"Authorization": f"Bearer {grant['access_token']}"}
    return (await newsroom.reader.get("/v1/auth/me", headers=headers)).status_code


async def disable(newsroom: Newsroom, id: UUID) -> None:
    def verb(session: Session) -> None:
        service.disable_user(session, session.get_one(User, id), by=system("tests"), at=now())

    await newsroom.db.write(verb)


def is_invalid_grant(answer: httpx.Response) -> bool:
    return (answer.status_code, answer.json().get("error")) == (400, "invalid_grant")


# --- signing in


async def test_the_right_password_opens(newsroom: Newsroom, leila: User) -> None:
    answer = await sign_in(newsroom)
    grant = answer.json()
    assert answer.status_code == 200
    assert set(grant) == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}
    assert (grant["token_type"], grant["expires_in"]) == ("bearer", 600)
    assert answer.headers["cache-control"] == "no-store"
    headers = {"Authorization": f"bearer {grant['access_token']}"}
    known = (await newsroom.reader.get("/v1/auth/me", headers=headers)).json()
    assert known["id"] == str(leila.id)
    assert known["name"] == "ليلى"
    assert known["permissions"] == grant["scope"].split(" ")


async def test_wrong_unknown_and_disabled_look_the_same(newsroom: Newsroom, leila: User) -> None:
    gone = await newsroom.user("editor", email="gone@news.example")
    await disable(newsroom, gone.id)
    answers = [
        await sign_in(newsroom, email, password, **{"X-Request-Id": "same-for-all"})
        for email, password in (
            (EMAIL, "not the password"),
            (EMAIL, PASSWORD.upper()),
            (EMAIL, PASSWORD + " "),
            (EMAIL, "x" * 4000),
            ("nobody@news.example", PASSWORD),
            ("gone@news.example", PASSWORD),
            ("gone@news.example", "not the password"),
            ("no e-mail at all", PASSWORD),
            ("' OR 1=1 --", PASSWORD),
            ("ليلى@news.example", PASSWORD),
            (EMAIL + ".", PASSWORD),
        )
    ]
    assert {is_invalid_grant(answer) for answer in answers} == {True}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers.multi_items())) for answer in answers}) == 1


@pytest.mark.parametrize("email", [EMAIL.upper(), "Leila@News.Example", f"  {EMAIL} "])
@no_matter_which_database
async def test_addresses_compare_without_case(newsroom: Newsroom, leila: User, email: str) -> None:
    assert (await sign_in(newsroom, email)).status_code == 200


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "Password", "username": EMAIL, "password": PASSWORD}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "code": "x"}, "unsupported_grant_type"),
        ({"grant_type": "password"}, "invalid_request"),
        ({"grant_type": "password", "username": EMAIL}, "invalid_request"),
        ({"grant_type": "password", "password": PASSWORD}, "invalid_request"),
        ({"grant_type": "password", "username": EMAIL, "password": ""}, "invalid_request"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": ""}, "invalid_request"),
        ({"grant_type": "refresh_token", "username": EMAIL, "password": PASSWORD}, "invalid_request"),
    ],
)
@no_matter_which_database
async def test_forms_that_lack_something(newsroom: Newsroom, leila: User, form: dict[str, str], error: str) -> None:
    answer = await newsroom.reader.post(
        "/v1/auth/token",
        content=httpx.QueryParams(form).__str__(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"/problems/{error.replace('_', '-')}"
    assert answer.json()["error_description"]


@no_matter_which_database
async def test_what_it_does_not_know_is_ignored(newsroom: Newsroom, leila: User) -> None:
    extra: dict[str, Any] = {"client_id": "desk", "client_secret": "x", "scope": "site.write", "colour": "أحمر"}
    answer = await token(newsroom, grant_type="password", username=EMAIL, password=PASSWORD, **extra)
    assert answer.status_code == 200
    assert "site.write" not in answer.json()["scope"].split()


@pytest.mark.parametrize("path", ["/v1/auth/token", "/v1/auth/revocation"])
@no_matter_which_database
async def test_forms_only(newsroom: Newsroom, leila: User, path: str) -> None:
    body = {"grant_type": "password", "username": EMAIL, "password": PASSWORD, "token": "x"}
    assert (await newsroom.reader.post(path, json=body)).status_code == 415
    assert (await newsroom.reader.post(path, files={"token": b"x"})).status_code == 415
    assert (await newsroom.reader.get(path, params=body)).status_code == 405


@pytest.mark.parametrize("name", ["username", "password", "grant_type", "refresh_token"])
@pytest.mark.parametrize(
    ("value", "status"), [("%00", 400), ("a%00b", 400), ("%ff", 400), ("x" * 4097, 422), ("x" * 900_000, 422)]
)
@no_matter_which_database
async def test_hostile_members(newsroom: Newsroom, leila: User, name: str, value: str, status: int) -> None:
    form = {"grant_type": "password", "username": EMAIL, "password": PASSWORD, "refresh_token": "x"} | {name: value}
    body = "&".join(f"{key}={text.replace(' ', '+')}" for key, text in form.items())
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await newsroom.reader.post("/v1/auth/token", content=body, headers=headers)
    assert answer.status_code == status
    assert PASSWORD not in answer.text


async def test_the_diary_tells_what_happened(newsroom: Newsroom, leila: User) -> None:
    await sign_in(newsroom, password="not the password")
    await sign_in(newsroom, "nobody@news.example")
    grant = (await sign_in(newsroom)).json()
    await revoke(newsroom, grant["refresh_token"])

    def diary(session: Session) -> list[tuple[str, UUID | None, str, dict[str, Any]]]:
        rows = session.exec(select(Event).order_by(col(Event.id)))
        return [(row.name, row.subject_id, row.origin, row.data) for row in rows]

    assert await newsroom.stored(diary) == [
        ("user.joined", leila.id, "system", {"role": "editor"}),
        ("login.failed", leila.id, "guest", {}),
        ("login.failed", None, "guest", {}),
        ("session.started", leila.id, "user", {}),
        ("session.ended", leila.id, "user", {}),
    ]


# --- throttling


def start_of_window() -> datetime:
    """A moment at which a window of fifteen minutes begins: the tests below count within one."""
    seconds = 15 * 60
    moment = now()
    return moment - timedelta(seconds=moment.timestamp() % seconds - seconds)


async def test_guessing_at_one_account_ends_after_ten(newsroom: Newsroom, leila: User) -> None:
    start = start_of_window()
    newsroom.set_clock(start)
    spellings = [EMAIL, EMAIL.upper(), f" {EMAIL}", "Leila@news.example", EMAIL.title()] * 2
    for number, email in enumerate(spellings):
        forged = {"X-Forwarded-For": f"198.51.{number}.7", "Forwarded": f"for=198.51.{number}.7"}
        assert is_invalid_grant(await sign_in(newsroom, email, "guess", **forged))

    refused = await sign_in(newsroom, **{"X-Forwarded-For": "203.0.113.9"})  # with the right password
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "900"
    assert refused.headers["ratelimit"] == '"sign-in-account";r=0;t=900'
    assert refused.headers["ratelimit-policy"] == '"sign-in-account";q=10;w=900'
    assert refused.headers["cache-control"] == "no-store"

    newsroom.set_clock(start + timedelta(seconds=899))
    assert (await sign_in(newsroom)).status_code == 429
    newsroom.set_clock(start + timedelta(seconds=900))
    assert (await sign_in(newsroom)).status_code == 200


async def test_unknown_accounts_are_throttled_alike(newsroom: Newsroom) -> None:
    newsroom.set_clock(start_of_window())
    statuses = [(await sign_in(newsroom, "nobody@news.example")).status_code for _ in range(12)]
    assert statuses == [400] * 10 + [429] * 2


async def test_one_network_may_not_try_account_after_account(newsroom: Newsroom, leila: User) -> None:
    newsroom.set_clock(start_of_window())
    statuses = [(await sign_in(newsroom, f"guess{number}@news.example")).status_code for number in range(60)]
    assert set(statuses) == {400}
    refused = await sign_in(newsroom)
    assert (refused.status_code, refused.headers["ratelimit-policy"]) == (429, '"sign-in-network";q=60;w=900')
    assert refused.json()["detail"].startswith("at most 60 per 15 minutes are allowed")


async def test_twenty_guesses_at_once_are_ten(newsroom: Newsroom, leila: User) -> None:
    newsroom.set_clock(start_of_window())
    answers = await asyncio.gather(*(sign_in(newsroom, password="guess") for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [400] * 10 + [429] * 10


# --- refreshing


async def sessions(newsroom: Newsroom) -> list[tuple[int, bool]]:
    """Generation of each family, and whether it lives."""

    def query(session: Session) -> list[tuple[int, bool]]:
        rows = session.exec(select(StaffSession).order_by(col(StaffSession.id)))
        return [(row.generation, row.ended_at is None) for row in rows]

    return await newsroom.stored(query)


async def test_each_refresh_is_a_new_pair(newsroom: Newsroom, leila: User) -> None:
    grant = (await sign_in(newsroom)).json()
    seen = {grant["refresh_token"]}
    for _ in range(3):
        answer = await refresh(newsroom, grant["refresh_token"])
        assert answer.status_code == 200
        grant = answer.json()
        assert await me(newsroom, grant) == 200
        seen.add(grant["refresh_token"])
    assert len(seen) == 4
    assert await sessions(newsroom) == [(3, True)]


@pytest.mark.parametrize(("seconds", "lives"), [(0, True), (9.999, True), (10, True), (10.001, False), (3600, False)])
async def test_the_same_successor_for_ten_seconds_then_the_family_ends(
    newsroom: Newsroom, leila: User, seconds: float, lives: bool
) -> None:
    start = now()
    newsroom.set_clock(start)
    first = (await sign_in(newsroom)).json()
    second = (await refresh(newsroom, first["refresh_token"])).json()
    newsroom.set_clock(start + timedelta(seconds=seconds))
    again = await refresh(newsroom, first["refresh_token"])
    if lives:
        assert again.json()["refresh_token"] == second["refresh_token"]
        assert (await refresh(newsroom, second["refresh_token"])).status_code == 200
        return
    assert is_invalid_grant(again)
    assert is_invalid_grant(await refresh(newsroom, second["refresh_token"]))
    assert [await me(newsroom, grant) for grant in (first, second)] == [401, 401]
    assert await sessions(newsroom) == [(1, False)]


async def test_a_token_before_the_last_ends_the_family_at_once(newsroom: Newsroom, leila: User) -> None:
    newsroom.set_clock(now())
    first = (await sign_in(newsroom)).json()
    second = (await refresh(newsroom, first["refresh_token"])).json()
    third = (await refresh(newsroom, second["refresh_token"])).json()
    assert is_invalid_grant(await refresh(newsroom, first["refresh_token"]))
    assert await me(newsroom, third) == 401
    assert is_invalid_grant(await refresh(newsroom, third["refresh_token"]))


async def test_fifty_at_once_leave_one_living_family(newsroom: Newsroom, leila: User) -> None:
    newsroom.set_clock(now())
    first = (await sign_in(newsroom)).json()
    answers = await asyncio.gather(*(refresh(newsroom, first["refresh_token"]) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    successors = {answer.json()["refresh_token"] for answer in answers}
    assert len(successors) == 1
    assert await sessions(newsroom) == [(1, True)]
    assert (await refresh(newsroom, successors.pop())).status_code == 200


async def test_fifty_replays_at_once_leave_none(newsroom: Newsroom, leila: User) -> None:
    start = now()
    newsroom.set_clock(start)
    first = (await sign_in(newsroom)).json()
    await refresh(newsroom, first["refresh_token"])
    newsroom.set_clock(start + timedelta(seconds=11))
    answers = await asyncio.gather(*(refresh(newsroom, first["refresh_token"]) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {400}
    assert await sessions(newsroom) == [(1, False)]

    def replays(session: Session) -> int:
        return len(session.exec(select(Event.id).where(col(Event.name) == "session.replayed")).all())

    assert await newsroom.stored(replays) == 1


async def test_one_persons_sessions_are_apart(newsroom: Newsroom, leila: User) -> None:
    phone, desk = (await sign_in(newsroom)).json(), (await sign_in(newsroom)).json()
    assert await revoke(newsroom, phone["refresh_token"]) == 200
    assert [await me(newsroom, grant) for grant in (phone, desk)] == [401, 200]
    assert (await refresh(newsroom, desk["refresh_token"])).status_code == 200


async def test_what_is_no_refresh_token_refreshes_nothing(newsroom: Newsroom, leila: User) -> None:
    grant = (await sign_in(newsroom)).json()
    good = grant["refresh_token"]
    other = "A" if good[-1] != "A" else "B"
    for text in (
        "x",
        "null",
        good[:-1],
        good + "A",
        good + "=",
        good[:-1] + other,
        grant["access_token"],
        "A" * len(good),
        "ء",
    ):
        assert is_invalid_grant(await refresh(newsroom, text))
    assert (await refresh(newsroom, good)).status_code == 200


async def test_a_session_is_over_after_thirty_days(newsroom: Newsroom, leila: User) -> None:
    start = now()
    newsroom.set_clock(start)
    grant = (await sign_in(newsroom)).json()
    newsroom.set_clock(start + service.SESSION_LIFE - timedelta(seconds=1))
    renewed = await refresh(newsroom, grant["refresh_token"])
    assert renewed.status_code == 200
    newsroom.set_clock(start + service.SESSION_LIFE)
    assert is_invalid_grant(await refresh(newsroom, renewed.json()["refresh_token"]))
    assert await me(newsroom, renewed.json()) == 401


# --- ending a session


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
async def test_log_out_ends_the_session_with_the_next_request(newsroom: Newsroom, leila: User, kind: str) -> None:
    first = (await sign_in(newsroom)).json()
    grant = (await refresh(newsroom, first["refresh_token"])).json()
    assert await me(newsroom, first) == await me(newsroom, grant) == 200
    assert await revoke(newsroom, grant[kind]) == 200
    assert [await me(newsroom, old) for old in (first, grant)] == [401, 401]
    assert is_invalid_grant(await refresh(newsroom, grant["refresh_token"]))
    assert await revoke(newsroom, grant[kind]) == 200


async def test_log_out_by_an_older_refresh_token_ends_it_too(newsroom: Newsroom, leila: User) -> None:
    first = (await sign_in(newsroom)).json()
    grant = (await refresh(newsroom, first["refresh_token"])).json()
    assert await revoke(newsroom, first["refresh_token"]) == 200
    assert await me(newsroom, grant) == 401


@pytest.mark.parametrize("text", ["", "x", "null", "a.b.c", "ء", "A" * 4096, "." * 100, "eyJhbGciOiJub25lIn0.e30."])
@no_matter_which_database
async def test_revoking_what_is_no_token_is_done_already(newsroom: Newsroom, leila: User, text: str) -> None:
    grant = (await sign_in(newsroom)).json()
    assert await revoke(newsroom, text) == 200
    assert await me(newsroom, grant) == 200


async def test_revocation_ignores_a_forged_token(newsroom: Newsroom, leila: User) -> None:
    grant = (await sign_in(newsroom)).json()
    for kind in ("access_token", "refresh_token"):
        text = grant[kind]
        middle = "A" if text[-8] != "A" else "B"
        assert await revoke(newsroom, text[:-8] + middle + text[-7:]) == 200
    assert await me(newsroom, grant) == 200


async def test_a_disabled_person_is_out_at_once(newsroom: Newsroom, leila: User) -> None:
    phone, desk = (await sign_in(newsroom)).json(), (await sign_in(newsroom)).json()
    await disable(newsroom, leila.id)
    assert [await me(newsroom, grant) for grant in (phone, desk)] == [401, 401]
    assert is_invalid_grant(await refresh(newsroom, phone["refresh_token"]))
    assert is_invalid_grant(await sign_in(newsroom))
    assert await sessions(newsroom) == [(0, False), (0, False)]
