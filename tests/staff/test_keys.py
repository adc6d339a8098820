"""A program comes in with a key: within what the key lists, what its maker may do, and only while both stand."""

import asyncio
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import update
from sqlmodel import Session, col, select

from app.core.clock import now, wire_time
from app.core.http.access import AccessLog
from app.core.http.layers import Envelope
from app.core.keys import Keys
from app.staff.keys_models import ApiKey
from app.staff.models import Role, User
from app.tables import metadata
from tests.counting import counted_statements
from tests.newsroom import BASE, SECRET, Newsroom
from tests.staff.people import BETTER, change_user, diary

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("cheap_hashes")]
no_matter_which_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

KEYS, POSTS = "/v1/editor/api-keys", "/v1/editor/posts"
BUILDER: dict[str, Any] = {"name": "مولّد الموقع", "permissions": ["posts.read.any", "events.read"]}
DRAFT = {"title": "أصوات الميناء", "locale": "ar", "body": "قبل الفجر."}
ROOT = Keys(bytes.fromhex(SECRET))


async def make(admin: httpx.AsyncClient, **members: Any) -> dict[str, Any]:
    answer = await admin.post(KEYS, json=BUILDER | members)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def ask(newsroom: Newsroom, secret: str, path: str = POSTS, method: str = "GET", **sent: Any) -> httpx.Response:
    """Through the door with this as the Bearer."""
    headers = {b"Authorization": f"Bearer {secret}".encode("latin-1")}
    return await newsroom.reader.request(method, path, headers=headers, **sent)


async def test_make_use_look_revoke(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    repeat = {"Idempotency-Key": "builder"}
    made, again = [await admin.post(KEYS, json=BUILDER, headers=repeat) for _ in range(2)]
    assert (made.status_code, made.headers["ETag"], made.headers["Cache-Control"]) == (201, '"1"', "no-store")
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (made.json(), "true")
    key, url = made.json(), made.headers["Location"]
    secret = key.pop("secret")
    assert secret.startswith("mh_")
    shown = await admin.get(url)
    assert (shown.json(), shown.headers["ETag"]) == (key, '"1"')
    assert (await admin.head(url)).headers["ETag"] == '"1"'
    assert (key["state"], key["created_by"], key["last_used_on"]) == ("active", str(admin.user_id), None)
    assert key["permissions"] == BUILDER["permissions"]
    assert (await ask(newsroom, secret)).status_code == 200
    assert (await admin.get(KEYS)).json()["items"] == [key | {"last_used_on": now().date().isoformat()}]
    assert (await admin.delete(url, headers={"If-Match": '"9"'})).status_code == 412
    for _ in range(2):
        assert (await admin.delete(url)).status_code == 204
    assert (await ask(newsroom, secret)).status_code == 401
    ended = await admin.get(url)
    assert (ended.json()["state"], ended.headers["ETag"]) == ("revoked", '"2"')
    assert await diary(newsroom, "key.") == [
        ("key.created", UUID(key["id"]), "user", {}),
        ("key.revoked", UUID(key["id"]), "user", {}),
    ]
    changed = await admin.patch(url, json={"name": "x"})
    assert (changed.status_code, changed.headers["Allow"]) == (405, "DELETE, GET, HEAD")
    for method in ("GET", "DELETE"):
        assert (await admin.request(method, f"{KEYS}/{uuid4()}")).status_code == 404


@no_matter_which_database
async def test_the_list_and_its_states(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    until = wire_time(now() + timedelta(days=1))
    names = ["القديم", "المنتهي", "Live"]
    old, late, live = [await make(admin, name=name, expires_at=until if name == "المنتهي" else None) for name in names]
    assert late["expires_at"] == until
    await admin.delete(f"{KEYS}/{old['id']}")
    page = await admin.get(KEYS, params={"limit": 2, "count": "true"})
    assert ([key["name"] for key in page.json()["items"]], page.json()["total"]) == (["Live", "المنتهي"], 3)
    rest = await admin.get(page.headers["Link"].partition(">")[0][1:])
    assert [key["name"] for key in rest.json()["items"]] == ["القديم"]
    newsroom.set_clock(now() + timedelta(days=1))
    admin = await newsroom.staff("admin")  # the former session's access token is as old as the day
    for state, key in {"revoked": old, "expired": late, "active": live}.items():
        found = (await admin.get(KEYS, params={"state": state})).json()["items"]
        assert [(one["id"], one["state"]) for one in found] == [(key["id"], state)]
        assert (await ask(newsroom, key["secret"])).status_code == (200 if state == "active" else 401)
    cursor = page.json()["next"]
    for wrong in ({"colour": "red"}, {"state": "lost"}, {"cursor": "x"}, {"cursor": cursor, "state": "active"}):
        assert (await admin.get(KEYS, params=wrong)).status_code == 422, wrong


@pytest.mark.parametrize(
    ("members", "pointer", "code"),
    [
        ({"name": ""}, "/body/name", None),
        ({"name": "x" * 121}, "/body/name", None),
        ({"name": "a\nb"}, "/body/name", None),
        ({"name": None}, "/body/name", None),
        ({"permissions": []}, "/body/permissions", None),
        ({"permissions": None}, "/body/permissions", None),
        ({"permissions": "posts.read.any"}, "/body/permissions", None),
        ({"permissions": ["events.read"] * 42}, "/body/permissions", None),
        ({"permissions": ["events.read", "posts.*"]}, "/body/permissions/1", None),
        ({"permissions": ["events.read", "account.self"]}, "/body/permissions/1", "not_for_keys"),
        ({"permissions": ["keys.manage"]}, "/body/permissions/0", "not_for_keys"),
        ({"permissions": ["contact.open_sealed"]}, "/body/permissions/0", "not_for_keys"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "/body/expires_at", "past"),
        ({"expires_at": "2199-01-01T00:00:00"}, "/body/expires_at", None),
        ({"secret": "mh_mine"}, "/body/secret", None),
        ({"created_by": str(uuid4())}, "/body/created_by", None),
    ],
)
@no_matter_which_database
async def test_what_is_not_taken(newsroom: Newsroom, members: dict[str, Any], pointer: str, code: str | None) -> None:
    admin = await newsroom.staff("admin")
    answer = await admin.post(KEYS, json=BUILDER | members)
    assert answer.status_code == 422, answer.text
    (error, *_) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert code in (None, error["code"])
    assert (await admin.get(KEYS)).json()["items"] == []


def changed(secret: str) -> str:
    return secret[:-1] + ("A" if secret[-1] != "A" else "B")


# what is not a key of ours, made from the secret of one that is
ALTERED: dict[str, Callable[[str], str]] = {
    "last letter": changed,
    "first letter": lambda secret: "mh_B" + secret[4:],
    "shorter": lambda secret: secret[:-1],
    "longer": lambda secret: secret + "A",
    "padded": lambda secret: secret + "=",
    "without its prefix": lambda secret: secret.removeprefix("mh_"),
    "prefix twice": lambda secret: "mh_" + secret,
    "prefix in capitals": lambda secret: "MH_" + secret[3:],
    "other letters": lambda secret: "mh_" + "é" * 55,
    "prefix alone": lambda secret: "mh_",
    "very long": lambda secret: secret + "A" * 20_000,
    "two of them": lambda secret: f"{secret} {secret}",
    "the id of nothing": lambda secret: "mh_" + ROOT.token("api-key", uuid4()),
    "by another server": lambda secret: "mh_" + Keys(b"x" * 32).token("api-key", id_of(secret)),
    **{
        f"the id for {purpose}": lambda secret, purpose=purpose: "mh_" + ROOT.token(purpose, id_of(secret))  # type: ignore[misc]
        for purpose in ("comment-edit", "contact-receipt", "reader", "preview", "invitation", "refresh-token")
    },
}


def id_of(secret: str) -> UUID:
    found = ROOT.subject("api-key", secret.removeprefix("mh_"))
    assert found is not None
    return found


@no_matter_which_database
async def test_whatever_is_no_living_key_is_refused_alike(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    secret = (await make(admin))["secret"]
    refused = {row: await ask(newsroom, alter(secret)) for row, alter in ALTERED.items()}
    assert {row: answer.status_code for row, answer in refused.items()} == dict.fromkeys(ALTERED, 401)
    ended = await make(admin)
    await admin.delete(f"{KEYS}/{ended['id']}")
    answers = [await ask(newsroom, ended["secret"]), refused["last letter"], refused["the id of nothing"]]
    assert len({answer.text.replace(answer.headers["X-Request-Id"], "") for answer in answers}) == 1
    assert {answer.headers["WWW-Authenticate"] for answer in answers} == {
        'Bearer realm="masthead", error="invalid_token"'
    }
    twice = [("Authorization", f"Bearer {secret}")] * 2
    assert (await newsroom.reader.get(POSTS, headers=twice)).status_code == 401
    assert (await ask(newsroom, secret)).status_code == 200


async def set_user(newsroom: Newsroom, user_id: UUID, **facts: Any) -> None:
    """Past every door: nothing else ends with it."""
    changing = update(User).where(col(User.id) == user_id).values(facts)
    await newsroom.db.write(lambda session: session.execute(changing) and None)


async def test_a_key_is_worth_what_its_maker_is_now(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    program = await newsroom.program(admin, "posts.read.any", "activity.read")
    assert (await program.get("/v1/editor/activity")).status_code == 200
    await set_user(newsroom, admin.user_id, role=Role.EDITOR)
    assert (await program.get("/v1/editor/activity")).status_code == 403
    assert (await program.get(POSTS)).status_code == 200
    await set_user(newsroom, admin.user_id, role=Role.AUTHOR)
    assert (await program.get(POSTS)).status_code == 403
    await set_user(newsroom, admin.user_id, role=Role.ADMIN, disabled_at=now())
    assert (await program.get(POSTS)).status_code == 401


async def test_what_ends_keys_and_what_does_not(newsroom: Newsroom) -> None:
    boss = await newsroom.staff("admin")
    makers = {what: await newsroom.staff("admin", email=f"{what}@news.example") for what in ("role", "closed", "pass")}
    programs = {what: await newsroom.program(maker, "posts.read.any") for what, maker in makers.items()}
    done = {"current_password": "correct horse battery staple", "password": BETTER}
    assert (await makers["pass"].post("/v1/auth/password/change", json=done)).status_code == 204
    for members in ({"name": "سلمى"}, {"email": "other@news.example"}):
        assert (await change_user(boss, makers["pass"].user_id, **members)).status_code == 200
    there_and_back: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "role": ({"role": "editor"}, {"role": "admin"}),
        "closed": ({"disabled": True}, {"disabled": False}),
    }
    for what, changes in there_and_back.items():
        for members in changes:
            assert (await change_user(boss, makers[what].user_id, **members)).status_code == 200
    statuses = {what: (await program.get(POSTS)).status_code for what, program in programs.items()}
    assert statuses == {"role": 401, "closed": 401, "pass": 200}
    assert [name for name, *_ in await diary(newsroom, "key.revoked")] == ["key.revoked"] * 2


async def test_no_key_is_made_past_the_closing_of_its_maker(newsroom: Newsroom) -> None:
    boss, maker = await newsroom.staff("admin"), await newsroom.staff("admin")
    racing = [maker.post(KEYS, json=BUILDER) for _ in range(12)]
    racing.insert(6, change_user(boss, maker.user_id, disabled=True))
    answers = await asyncio.gather(*racing)
    assert {answer.status_code for answer in answers} <= {200, 201, 401, 403}
    assert (await boss.get(KEYS, params={"state": "active"})).json()["items"] == []


async def test_what_a_program_does_is_its_makers(newsroom: Newsroom) -> None:
    admin, editor = await newsroom.staff("admin", name="ليلى"), await newsroom.staff("editor")
    program = await newsroom.program(admin, "posts.read.own", "posts.write.own", "posts.publish.own")
    others = (await editor.post(POSTS, json=DRAFT)).json()["id"]
    made = await program.post(POSTS, json=DRAFT)
    assert (made.status_code, made.json()["created_by"]) == (201, str(admin.user_id))
    mine = made.json()["id"]
    assert [post["id"] for post in (await program.get(POSTS)).json()["items"]] == [mine]
    assert (await program.get(f"{POSTS}/{others}")).status_code == 404
    lock = await program.put(f"{POSTS}/{mine}/lock")
    assert lock.json()["holder"]["name"] == "ليلى"
    match = {"headers": {"If-Match": "*"}}
    assert (await program.put(f"{POSTS}/{mine}/publication", **match)).status_code == 200  # type: ignore[arg-type]
    assert (await program.delete(f"{POSTS}/{mine}", **match)).status_code == 403  # type: ignore[arg-type]
    origins = {name: origin for name, _, origin, _ in await diary(newsroom, "post.")}
    assert origins["post.published"] == "key"
    seen = (await admin.get("/v1/editor/activity", params={"name": "post.published"})).json()["items"][0]
    assert (seen["origin"], seen["actor"]) == ("key", {"id": str(admin.user_id), "name": "ليلى"})


async def test_order_of_checks_and_paths_that_are_nothing(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    reader, jobs = [await newsroom.program(admin, name) for name in ("posts.read.any", "jobs.manage")]
    nothing, broken = f"{POSTS}/{uuid4()}", {"content": b"{", "headers": {"Content-Type": "text/plain"}}
    assert (await jobs.get(nothing)).status_code == 403
    assert (await reader.get(nothing)).status_code == 404
    assert (await reader.patch(nothing, **broken)).status_code == 403  # type: ignore[arg-type]
    for path in ("/v1/editor/nothing", "/v1/editor/posts/"):
        for program in (reader, jobs):
            assert {(await program.request(method, path)).status_code for method in ("GET", "POST")} == {404}
        assert (await newsroom.reader.get(path, headers={"Authorization": "Bearer mh_x"})).status_code == 401
    assert (await jobs.get("/v1/editor/jobs")).status_code == 200
    assert (await jobs.head("/v1/editor/jobs")).status_code == 200
    assert (await jobs.post(f"/v1/editor/jobs/{uuid4()}/retry")).status_code == 403
    for method, path in (("GET", "/v1/auth/me"), ("DELETE", "/v1/auth/sessions"), ("GET", "/v1/auth/sessions")):
        assert (await reader.request(method, path)).status_code == 401
    wanted = {"current_password": "correct horse battery staple", "password": BETTER}
    assert (await reader.post("/v1/auth/password/change", json=wanted)).status_code == 401
    secret = reader.headers["Authorization"].removeprefix("Bearer ")
    assert (await newsroom.reader.post("/v1/auth/revocation", data={"token": secret})).status_code == 200
    assert (await reader.get(POSTS)).status_code == 200  # logging out is for people


async def test_one_read_a_request_and_one_write_a_day(newsroom: Newsroom) -> None:
    at = now().replace(hour=23, minute=59)
    newsroom.set_clock(at)
    admin = await newsroom.staff("admin")
    key = await make(admin)

    async def asked(count: int) -> list[str]:
        with counted_statements() as seen:
            answers = await asyncio.gather(*(ask(newsroom, key["secret"], "/v1/editor/nothing") for _ in range(count)))
        assert {answer.status_code for answer in answers} == {404}
        return [statement for statement in seen if "api_key" in statement]

    first = await asked(1)
    assert [statement.split()[0] for statement in first] == ["SELECT", "UPDATE"]
    assert [statement.split()[0] for statement in await asked(3)] == ["SELECT"] * 3

    def last(session: Session) -> Any:
        return session.exec(select(ApiKey)).one().last_used_on

    assert await newsroom.stored(last) == at.date()
    newsroom.set_clock(at + timedelta(minutes=1))
    assert (await ask(newsroom, "mh_" + ROOT.token("api-key", uuid4()))).status_code == 401
    assert await newsroom.stored(last) == at.date()
    await asked(1)
    assert await newsroom.stored(last) == (at + timedelta(minutes=1)).date()


@no_matter_which_database
async def test_kinds_of_token_do_not_open_each_others_doors(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    secret = (await make(admin, permissions=["posts.read.any", "comments.moderate.any", "contact.read"]))["secret"]
    post_id = (await admin.post(POSTS, json=DRAFT | {"slug": "harbour"})).json()["id"]
    await admin.put(f"{POSTS}/{post_id}/publication", headers={"If-Match": "*"})
    said = await newsroom.reader.post("/v1/posts/harbour/comments", json={"body": "شكرا", "author_name": "سلمى"})
    wrote = await newsroom.reader.post("/v1/contact", json={"body": "مرحبا", "email": "salma@news.example"})
    preview = (await admin.post(f"{POSTS}/{post_id}/previews", json={})).json()
    reader_key = (await newsroom.reader.post("/v1/readers")).json()["reader_key"]
    comment = f"/v1/comments/{said.json()['comment']['id']}"
    conversation, recommendation = "/v1/contact/conversation", f"{comment}/recommendation"
    doors: list[tuple[str, str, dict[str, Any], int]] = [
        ("PATCH", comment, {"json": {"body": "x"}}, 401),
        ("DELETE", comment, {}, 401),
        ("GET", comment, {}, 401),
        ("GET", conversation, {}, 401),
        ("POST", conversation, {"json": {"body": "x"}}, 401),
    ]
    for bare in (secret, secret.removeprefix("mh_")):
        for method, path, sent, status in doors:
            assert (await ask(newsroom, bare, path, method, **sent)).status_code == status, (method, path)
        answer = await newsroom.reader.put(recommendation, headers={"Reader-Key": bare})
        assert answer.status_code == 400
        assert (await newsroom.reader.get(f"/v1/previews/{bare}")).status_code == 404
    others = [said.json()["edit_token"], wrote.json()["receipt"], preview["token"], reader_key]
    for token in (*others, *(f"mh_{token}" for token in others)):
        for path in (POSTS, "/v1/editor/comments", "/v1/editor/contact", "/v1/editor/nothing", "/v1/auth/me"):
            assert (await ask(newsroom, token, path)).status_code == 401, path


async def test_the_secret_stands_nowhere(newsroom: Newsroom) -> None:
    admin = await newsroom.staff("admin")
    answer = await admin.post(KEYS, json=BUILDER, headers={"Idempotency-Key": "k"})
    secret = answer.json()["secret"]
    lines = io.StringIO()
    log = AccessLog(lines)
    logged = Envelope(newsroom.app, editor_origins=(), access_log=log)
    headers = {"Authorization": f"Bearer {secret}"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(logged), base_url=BASE, headers=headers) as client:
        assert (await client.get(POSTS)).status_code == 200
        assert (await client.get("/v1/auth/me")).status_code == 401
    log.flush()
    await newsroom.night()

    def everything(session: Session) -> str:
        rows = {name: session.execute(select(table)).all() for name, table in metadata.tables.items()}  # type: ignore[call-overload]
        return json.dumps({name: [list(row) for row in found] for name, found in rows.items()}, default=repr)

    kept = await newsroom.stored(everything)
    assert answer.json()["id"] in kept or UUID(answer.json()["id"]).hex in kept
    assert POSTS in lines.getvalue()
    for text in (kept, lines.getvalue(), (await admin.get(KEYS)).text, (await admin.get("/v1/editor/activity")).text):
        assert secret not in text
        assert secret[40:] not in text  # the part that proves something
