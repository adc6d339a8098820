"""The newsroom's public keys: who publishes them, what sources see of them, how they go."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from app.core import sealing
from app.core.base64url import to_text
from app.core.tip_keys import lock
from app.events.models import Event
from app.sealing.models import SealingKey
from tests.contact.letters import NOON, everything
from tests.contact.seals import pem_of, private_pem_of, published, retire, text_of
from tests.newsroom import Newsroom

pytestmark = pytest.mark.anyio

KEYS = "/v1/contact/keys"
DESK = "/v1/editor/contact/keys"
NOBODYS = "0b7c1f0e-6a6d-4c55-9f3e-2f1d3a4b5c6d"


async def events(newsroom: Newsroom) -> list[tuple[str, dict[str, Any]]]:
    query = select(Event.name, Event.data).where(col(Event.name).startswith("sealing_key")).order_by(col(Event.at))
    return [(name, dict(data)) for name, data in await newsroom.stored(lambda session: session.exec(query).all())]


@pytest.mark.parametrize("spelling", [text_of, pem_of, lambda key: f"\n{pem_of(key)}\n"])
async def test_a_published_key_is_offered_to_everyone(newsroom: Newsroom, spelling: Any) -> None:
    newsroom.set_clock(NOON)
    admin = await newsroom.staff("admin")
    key = sealing.new_key()
    point = sealing.public_point(key)
    answer = await admin.post(DESK, json={"public_key": spelling(key), "label": "مكتب القاهرة"})
    offered = {
        "key_id": sealing.key_id(point).hex(),
        "public_key": text_of(key),
        "fingerprint": sealing.fingerprint(point),
        "created_at": "2026-11-22T12:00:00Z",
    }
    assert answer.status_code == 201
    made = answer.json()
    own = {"id": made["id"], "label": "مكتب القاهرة", "created_by": str(admin.user_id), "retired_at": None}
    assert made == offered | own
    assert (await admin.get(DESK)).json() == {"items": [made], "next": None}
    listed = await newsroom.reader.get(KEYS)
    assert (listed.status_code, listed.json()) == (200, {"items": [offered], "next": None})
    assert await events(newsroom) == [("sealing_key.published", {"key_id": offered["key_id"]})]


async def test_the_list_may_be_cached_and_asked_for_again(newsroom: Newsroom) -> None:
    first = await newsroom.reader.get(KEYS)
    assert first.json() == {"items": [], "next": None}
    assert "public" in first.headers["cache-control"]
    assert (first.headers["surrogate-key"], first.headers["cache-tag"]) == ("site", "site")
    again = {"If-None-Match": first.headers["etag"]}
    assert (await newsroom.reader.get(KEYS, headers=again)).status_code == 304
    await published(newsroom)
    assert (await newsroom.reader.get(KEYS, headers=again)).status_code == 200
    assert (await newsroom.reader.get(KEYS, params={"all": "1"})).status_code == 422
    assert (await newsroom.reader.get(f"{KEYS}/")).status_code == 404
    answer = await newsroom.reader.post(KEYS, json={})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


async def test_the_newest_comes_first_and_retired_ones_are_for_the_newsroom(newsroom: Newsroom) -> None:
    keys = await published(newsroom, 3)
    await retire(newsroom, keys[1], at=NOON + timedelta(hours=1))
    offered = [item["public_key"] for item in (await newsroom.reader.get(KEYS)).json()["items"]]
    assert offered == [text_of(keys[2]), text_of(keys[0])]
    moderator = await newsroom.staff("moderator")
    items = (await moderator.get(DESK)).json()["items"]
    assert [item["public_key"] for item in items] == [text_of(key) for key in reversed(keys)]
    assert [item["retired_at"] for item in items] == [None, "2026-11-22T13:00:00Z", None]


async def test_retiring_twice_is_retiring_once(newsroom: Newsroom) -> None:
    newsroom.set_clock(NOON)
    await published(newsroom)
    admin = await newsroom.staff("admin")
    (key,) = (await admin.get(DESK)).json()["items"]
    first = await admin.post(f"{DESK}/{key['id']}/retirement")
    newsroom.set_clock(NOON + timedelta(minutes=5))
    second = await admin.post(f"{DESK}/{key['id']}/retirement")
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json() == key | {"retired_at": "2026-11-22T12:00:00Z"}
    names = [name for name, _ in await events(newsroom)]
    assert sorted(names) == ["sealing_key.published", "sealing_key.retired"]
    assert (await admin.post(f"{DESK}/{NOBODYS}/retirement")).status_code == 404


SECRET = sealing.new_key()
REFUSED = {
    "private PEM": (private_pem_of(SECRET), "private key"),
    "private PEM of Windows": (private_pem_of(SECRET).replace("\n", "\r\n"), "private key"),
    "key file": (lock(SECRET, "five words of a passphrase"), "private key"),
    "nothing": ("", "04"),
    "words": ("not a key", "PEM"),
    "Arabic": ("ا" * 100, "PEM"),
    "cut off": (to_text(sealing.public_point(SECRET)[:-1]), "65 bytes"),
    "squeezed": (to_text(b"\x02" + sealing.public_point(SECRET)[1:33]), "65 bytes"),
    "padded": (text_of(SECRET) + "=", "base64url"),
    "off the curve": (f"B{text_of(SECRET)[1:-3]}AAA", "P-256"),
    "empty PEM": ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "PEM"),
    "too long": ("A" * 10_000, "longer"),
}


@pytest.mark.parametrize(("public_key", "told"), REFUSED.values(), ids=REFUSED)
async def test_what_is_no_public_key_is_refused_and_neither_kept_nor_echoed(
    newsroom: Newsroom, public_key: str, told: str
) -> None:
    admin = await newsroom.staff("admin")
    answer = await admin.post(DESK, json={"public_key": public_key}, headers={"Idempotency-Key": "once"})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"], told in error["detail"]) == ("/body/public_key", "not_a_public_key", True)
    rows = await everything(newsroom)
    assert rows["sealing_key"] == rows["kept_answer"] == []
    if len(public_key) > 45:
        assert public_key[30:45] not in answer.text


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/body/public_key"),
        ({"public_key": None}, "/body/public_key"),
        ({"public_key": text_of(SECRET), "label": "l" * 121}, "/body/label"),
        ({"public_key": text_of(SECRET), "retired_at": None}, "/body/retired_at"),
    ],
)
async def test_a_draft_has_key_and_label(newsroom: Newsroom, body: dict[str, Any], pointer: str) -> None:
    admin = await newsroom.staff("admin")
    answer = await admin.post(DESK, json=body)
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("retired", [False, True])
async def test_a_key_is_published_once(newsroom: Newsroom, retired: bool) -> None:
    (key,) = await published(newsroom)
    if retired:
        await retire(newsroom, key, at=NOON)
    admin = await newsroom.staff("admin")
    answer = await admin.post(DESK, json={"public_key": pem_of(key)})
    assert (answer.status_code, answer.json()["code"]) == (409, "duplicate")
    again = await admin.post(DESK, json={"public_key": text_of(SECRET)}, headers={"Idempotency-Key": "k"})
    same = await admin.post(DESK, json={"public_key": text_of(SECRET)}, headers={"Idempotency-Key": "k"})
    assert (again.status_code, same.status_code, same.json()) == (201, 201, again.json())


async def test_no_more_keys_are_offered_than_an_envelope_has_room_for(newsroom: Newsroom) -> None:
    """Else no browser could seal a tip at all; the last place goes to one of those who ask at once."""
    first, *_ = await published(newsroom, 7)
    admin = await newsroom.staff("admin")
    answers = await asyncio.gather(
        *(admin.post(DESK, json={"public_key": text_of(sealing.new_key())}) for _ in range(12))
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 11
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json()["code"] == "too_many_keys"
    await retire(newsroom, first, at=NOON)
    assert (await admin.post(DESK, json={"public_key": text_of(sealing.new_key())})).status_code == 201
    assert len((await newsroom.reader.get(KEYS)).json()["items"]) == sealing.MOST_RECIPIENTS


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("PATCH", DESK, 405, "GET, HEAD, POST"),
        ("DELETE", DESK, 405, "GET, HEAD, POST"),
        ("GET", f"{DESK}/{NOBODYS}", 404, None),
        ("GET", f"{DESK}/{NOBODYS}/retirement", 405, "POST"),
        ("POST", f"{DESK}/keys/retirement", 404, None),
        ("POST", f"{DESK}/notes", 404, None),
        ("GET", "/v1/editor/contact/key", 404, None),
    ],
)
async def test_keys_and_messages_do_not_stand_in_each_others_way(
    newsroom: Newsroom, method: str, path: str, status: int, allow: str | None
) -> None:
    admin = await newsroom.staff("admin")
    answer = await admin.request(method, path)
    assert (answer.status_code, answer.headers.get("allow")) == (status, allow)


async def test_what_stands_in_the_table(newsroom: Newsroom) -> None:
    (key,) = await published(newsroom)
    (row,) = await newsroom.stored(lambda session: session.exec(select(SealingKey)).all())
    assert (row.public_key, len(row.key_id), row.retired_at) == (text_of(key), 32, None)
