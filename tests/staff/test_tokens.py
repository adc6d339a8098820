"""Access tokens: python-jose's gaps row by row. Whatever is not exactly ours and still good is 401."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from jose import jwt

from app.core.clock import now
from app.core.keys import Keys
from app.staff import tokens
from tests.newsroom import SECRET, Desk, Newsroom

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

KEYS = Keys(bytes.fromhex(SECRET))
KEY = KEYS.derive("access-token").hex().encode()
HEADER = {"alg": "HS256", "typ": "at+jwt", "kid": "1"}
DIGESTS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}

Claims = dict[str, Any]


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(header: object, claims: object, *, key: bytes = KEY, alg: str = "HS256") -> str:
    """A token signed by hand, so that nothing stops us from writing nonsense; bytes are taken as they are."""
    parts = [b64(part if isinstance(part, bytes) else json.dumps(part).encode()) for part in (header, claims)]
    text = ".".join(parts)
    return f"{text}.{b64(hmac.digest(key, text.encode(), DIGESTS[alg]))}"


def token_of(desk: Desk) -> str:
    return desk.headers["Authorization"].removeprefix("Bearer ")


def claims_of(desk: Desk) -> Claims:
    payload = token_of(desk).split(".")[1]
    claims: Claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return claims


def with_header(**members: object) -> Callable[[Claims], str]:
    return lambda claims: signed(HEADER | members, claims)


def without(member: str) -> Callable[[Claims], str]:
    return lambda claims: signed(HEADER, {name: value for name, value in claims.items() if name != member})


def with_claim(member: str, value: object) -> Callable[[Claims], str]:
    return lambda claims: signed(HEADER, claims | {member: value})


def with_raw(old: str, new: str) -> Callable[[Claims], str]:
    """The claims as JSON text, with one spelling replaced."""

    def make(claims: Claims) -> str:
        text = json.dumps(claims)
        assert old in text
        return signed(HEADER, text.replace(old, new, 1).encode("utf-8", "surrogatepass"))

    return make


def unsigned(header: object) -> Callable[[Claims], str]:
    return lambda claims: f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}."


PAST, FUTURE = int(now().timestamp()) - 1, int(now().timestamp()) + 3600

REFUSED: dict[str, Callable[[Claims], str]] = {
    # algorithms
    "alg none, unsigned": unsigned({"alg": "none", "typ": "at+jwt", "kid": "1"}),
    "alg None, unsigned": unsigned({"alg": "None", "typ": "at+jwt", "kid": "1"}),
    "alg HS256, unsigned": unsigned(HEADER),
    "alg none, signed": with_header(alg="none"),
    "alg HS512 with our key": lambda claims: signed(HEADER | {"alg": "HS512"}, claims, alg="HS512"),
    "alg HS384 with our key": lambda claims: signed(HEADER | {"alg": "HS384"}, claims, alg="HS384"),
    "alg RS256 over our key": with_header(alg="RS256"),
    "alg empty": with_header(alg=""),
    "alg null": with_header(alg=None),
    "alg a list": with_header(alg=["HS256"]),
    "alg in lower case": with_header(alg="hs256"),
    # keys
    "signed by another key": lambda claims: signed(HEADER, claims, key=b"x" * 64),
    "signed by an empty key": lambda claims: signed(HEADER, claims, key=b""),
    "signed by the key's bytes": lambda claims: signed(HEADER, claims, key=KEYS.derive("access-token")),
    "signed by the root": lambda claims: signed(HEADER, claims, key=SECRET.encode()),
    "signed by the key of refresh tokens": lambda claims: signed(
        HEADER, claims, key=KEYS.derive("refresh-token").hex().encode()
    ),
    "kid of another key": with_header(kid="2"),
    "kid a number": with_header(kid=1),
    "kid a path": with_header(kid="../../dev/null"),
    "kid missing": lambda claims: signed({"alg": "HS256", "typ": "at+jwt"}, claims),
    # header
    "typ JWT": with_header(typ="JWT"),
    "typ of another case": with_header(typ="AT+JWT"),
    "typ missing": lambda claims: signed({"alg": "HS256", "kid": "1"}, claims),
    "crit": with_header(crit=["exp"]),
    "jwk brought along": with_header(jwk={"kty": "oct", "k": b64(b"x" * 32)}),
    "jku": with_header(jku="https://evil.example/keys"),
    "x5u": with_header(x5u="https://evil.example/cert"),
    "header a list": lambda claims: signed(["HS256"], claims),
    "header null": lambda claims: signed(None, claims),
    "header of 991 nested brackets": lambda claims: signed(b"[" * 991, claims),
    "header of deep objects": lambda claims: signed(b'{"a":' * 500 + b"1" + b"}" * 500, claims),
    "header not UTF-8": lambda claims: signed(b'{"alg":"HS256\xff"}', claims),
    # missing claims
    **{f"no {name}": without(name) for name in ("exp", "iat", "sub", "aud", "iss", "jti", "sid", "use")},
    # claims of the wrong kind
    "exp null": with_claim("exp", None),
    "exp a list": with_claim("exp", [FUTURE]),
    "exp an object": with_claim("exp", {"a": 1}),
    "exp text": with_claim("exp", str(FUTURE)),
    "exp true": with_claim("exp", True),
    "exp a fraction": with_claim("exp", FUTURE + 0.5),
    "exp 1e999": lambda claims: with_raw(f'"exp": {claims["exp"]}', '"exp": 1e999')(claims),
    "exp NaN": lambda claims: with_raw(f'"exp": {claims["exp"]}', '"exp": NaN')(claims),
    "exp past": with_claim("exp", PAST),
    "exp negative": with_claim("exp", -FUTURE),
    "iat null": with_claim("iat", None),
    "iat text": with_claim("iat", "yesterday"),
    "iat 1e999": lambda claims: with_raw(f'"iat": {claims["iat"]}', '"iat": 1e999')(claims),
    "nbf later": with_claim("nbf", FUTURE),
    "nbf a list": with_claim("nbf", []),
    "aud of another server": with_claim("aud", "masthead:readers"),
    "aud null": with_claim("aud", None),
    "aud a number": with_claim("aud", 1),
    "iss another": with_claim("iss", "masthead2"),
    "iss null": with_claim("iss", None),
    "sub nobody": with_claim("sub", str(uuid4())),
    "sub no id": with_claim("sub", "admin"),
    "sub a number": with_claim("sub", 1),
    "sub a lone surrogate": lambda claims: with_raw(claims["sub"], "\\ud800")(claims),
    "sub a raw surrogate": lambda claims: with_raw(claims["sub"], "\ud800")(claims),
    "sub in braces": lambda claims: signed(HEADER, claims | {"sub": "{" + claims["sub"] + "}"}),
    "sid unknown": with_claim("sid", str(uuid4())),
    "sid null": with_claim("sid", None),
    "sid of the person": lambda claims: signed(HEADER, claims | {"sid": claims["sub"]}),
    "jti a number": with_claim("jti", 1),
    "use refresh": with_claim("use", "refresh"),
    "use preview": with_claim("use", "preview"),
    "use null": with_claim("use", None),
    "use a list": with_claim("use", ["access"]),
    "claims a list": lambda claims: signed(HEADER, [claims]),
    "claims null": lambda claims: signed(HEADER, None),
    "claims of deep brackets": lambda claims: signed(HEADER, b"[" * 1500),
    "claims not UTF-8": lambda claims: signed(HEADER, b'{"sub":"\xff"}'),
    # shape
    "over 4 kB": with_claim("scope", "x" * 4096),
    "one part": lambda claims: signed(HEADER, claims).split(".")[0],
    "two parts": lambda claims: ".".join(signed(HEADER, claims).split(".")[:2]),
    "four parts": lambda claims: signed(HEADER, claims) + ".x",
    "no signature": lambda claims: ".".join(signed(HEADER, claims).split(".")[:2]) + ".",
    "half a signature": lambda claims: signed(HEADER, claims)[:-20],
    "changed claims": lambda claims: signed(HEADER, claims).replace(".", ".e", 1),
    "only dots": lambda claims: "...",
    "latin letters": lambda claims: "é" * 20,
    "a refresh token": lambda claims: tokens.make_refresh(KEYS, uuid4(), b"0" * 16, 0),
    "a capability token": lambda claims: KEYS.token("comment-edit", uuid4()),
}


async def ask(newsroom: Newsroom, token: str) -> int:
    answer = await newsroom.reader.get("/v1/auth/me", headers={b"Authorization": f"Bearer {token}".encode("latin-1")})
    if answer.status_code == 401:
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    return answer.status_code


async def test_the_row_from_which_all_others_differ(newsroom: Newsroom) -> None:
    editor = await newsroom.staff("editor")
    claims = claims_of(editor)
    assert await ask(newsroom, signed(HEADER, claims)) == 200
    assert await ask(newsroom, token_of(editor)) == 200
    assert set(claims) == {"iss", "aud", "sub", "sid", "jti", "iat", "exp", "use", "scope"}
    assert claims["exp"] - claims["iat"] == 600


@pytest.mark.parametrize("row", REFUSED)
async def test_refused(newsroom: Newsroom, row: str) -> None:
    editor = await newsroom.staff("editor")
    assert await ask(newsroom, REFUSED[row](claims_of(editor))) == 401
    assert await ask(newsroom, token_of(editor)) == 200


async def test_a_refresh_token_of_this_session_opens_no_door(newsroom: Newsroom) -> None:
    await newsroom.user("editor", email="leila@news.example")
    form = {"grant_type": "password", "username": "leila@news.example", "password": "correct horse battery staple"}
    grant = (await newsroom.reader.post("/v1/auth/token", data=form)).json()
    assert await ask(newsroom, grant["refresh_token"]) == 401
    assert await ask(newsroom, grant["access_token"]) == 200


@pytest.mark.parametrize(
    ("age", "status"), [(timedelta(minutes=9, seconds=50), 200), (timedelta(minutes=10, seconds=1), 401)]
)
async def test_ten_minutes(newsroom: Newsroom, age: timedelta, status: int) -> None:
    editor = await newsroom.staff("editor")
    claims = tokens.read_access(KEYS, token_of(editor))
    assert await ask(newsroom, tokens.make_access(KEYS, claims, "", at=now() - age)) == status


async def test_the_scope_in_the_token_grants_nothing(newsroom: Newsroom) -> None:
    contributor = await newsroom.staff("contributor")
    forged = signed(
        HEADER, claims_of(contributor) | {"scope": "site.write", "role": "admin", "permissions": ["site.write"]}
    )
    answer = await newsroom.reader.get("/v1/auth/me", headers={"Authorization": f"Bearer {forged}"})
    assert answer.json()["role"] == "contributor"
    assert "site.write" not in answer.json()["permissions"]


async def test_the_library_itself_would_take_some_of_these(newsroom: Newsroom) -> None:
    """The reason for our own checks: without them the library says yes."""
    editor = await newsroom.staff("editor")
    for row in ("typ JWT", "crit", "kid of another key", "no jti", "no exp", "use refresh"):
        claims = jwt.decode(REFUSED[row](claims_of(editor)), KEY.decode(), "HS256", audience="masthead:editor")
        assert claims["sub"] == str(editor.user_id)
