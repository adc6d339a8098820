"""Where one is signed in: one's own sessions only, and what ends them."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.staff.clients import describe
from tests.newsroom import Newsroom
from tests.staff.people import diary, sign_in

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("cheap_hashes")]

SESSIONS = "/v1/auth/sessions"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EMAIL = "leila@news.example"


async def listed(desk: httpx.AsyncClient) -> list[dict[str, Any]]:
    answer = await desk.get(SESSIONS)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_own_sessions_and_their_end(newsroom: Newsroom) -> None:
    leila, other = await newsroom.staff("contributor", email=EMAIL), await newsroom.staff("admin")
    phone = (await sign_in(newsroom, EMAIL, **{"User-Agent": FIREFOX})).json()
    newest, first = await listed(leila)
    assert set(newest) == {"id", "client", "created_at", "last_used_at", "expires_at", "current"}
    assert (newest["client"], newest["current"]) == ("Firefox on Linux", False)
    assert (first["client"], first["current"]) == ("", True)
    page = await leila.get(SESSIONS, params={"limit": 1, "count": "true"})
    rest = await leila.get(page.headers["Link"].partition(">")[0][1:])
    assert (page.json()["total"], rest.json()["items"]) == (2, [first])
    # of others nothing is seen and nothing ended
    assert {item["id"] for item in await listed(other)}.isdisjoint({newest["id"], first["id"]})
    assert (await other.delete(f"{SESSIONS}/{newest['id']}")).status_code == 404
    foreign = {"limit": 1, "cursor": page.json()["next"]}
    assert (await other.get(SESSIONS, params=foreign)).status_code == 422
    assert (await leila.delete(f"{SESSIONS}/{newest['id']}")).status_code == 204
    assert (await leila.delete(f"{SESSIONS}/{newest['id']}")).status_code == 404
    assert (await leila.delete(f"{SESSIONS}/{uuid4()}")).status_code == 404
    bearer = {"Authorization": f"Bearer {phone['access_token']}"}
    assert (await newsroom.reader.get("/v1/auth/me", headers=bearer)).status_code == 401
    form = {"grant_type": "refresh_token", "refresh_token": phone["refresh_token"]}
    assert (await newsroom.reader.post("/v1/auth/token", data=form)).status_code == 400
    assert await listed(leila) == [first]


async def test_log_out_everywhere(newsroom: Newsroom) -> None:
    leila, other = await newsroom.staff("author", email=EMAIL), await newsroom.staff("author")
    phone = (await sign_in(newsroom, EMAIL)).json()
    assert (await leila.delete(SESSIONS)).status_code == 204
    assert (await leila.get("/v1/auth/me")).status_code == 401
    bearer = {"Authorization": f"Bearer {phone['access_token']}"}
    assert (await newsroom.reader.get("/v1/auth/me", headers=bearer)).status_code == 401
    assert (await other.get("/v1/auth/me")).status_code == 200
    ended = [subject for name, subject, *_ in await diary(newsroom, "session.") if name == "session.ended"]
    assert ended == [leila.user_id] * 2


@pytest.mark.parametrize(
    ("user_agent", "said"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari on iOS"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/140 Safari/537 Edg/140", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit Chrome/140 Safari/537", "Chrome on Android"),
        ("curl/8.5.0", "curl"),
        ("", ""),
        ("<script>alert(1)</script>" * 1_000, ""),
        ("x" * 500 + FIREFOX, ""),
    ],
)
def test_clients_are_told_coarsely(user_agent: str, said: str) -> None:
    assert describe(user_agent) == said
