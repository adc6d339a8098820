"""Passwords: which are taken, and that guessing whether an account exists costs the same work either way."""

import asyncio
import threading
from collections.abc import Iterator
from uuid import UUID

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlmodel import Session

from app.core.errors import Invalid
from app.staff import passwords
from app.staff.models import User
from tests.newsroom import PASSWORD, Newsroom


class Counting(Argon2Hasher):
    """The real hasher at a small cost, which counts its work."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=64, parallelism=1)
        self.verified: list[str] = []
        self.running = self.most_at_once = 0
        self._lock = threading.Lock()

    def verify(self, password: str | bytes, hash: str | bytes) -> bool:
        with self._lock:
            self.verified.append(str(hash))
            self.running += 1
            self.most_at_once = max(self.most_at_once, self.running)
        try:
            return super().verify(password, hash)
        finally:
            with self._lock:
                self.running -= 1


@pytest.fixture
def hasher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counting]:
    counting = Counting()
    monkeypatch.setattr(passwords, "_hash", PasswordHash((counting,)))
    passwords._nobodys_hash.cache_clear()
    yield counting
    passwords._nobodys_hash.cache_clear()


def reset(session: Session, id: UUID, password_hash: str, *, disabled: bool) -> None:
    user = session.get_one(User, id)
    user.password_hash = password_hash
    user.disabled_at = user.created_at if disabled else None


LONGEST = ("seven violet kites over Zürich, " * 8)[:256]


@pytest.mark.parametrize(
    ("password", "taken"),
    [
        ("correct horse battery staple", True),
        (LONGEST, True),
        ("كلمة سر طويلة جدا", True),
        ("🐎🔋📎✅🌊🧭🪁🥁🧵🫖🪟🎏", True),
        ("abcd" * 3, False),
        ("abcd" * 64, False),
        ("password1234", False),
        ("            a b", False),
        ("abcdefghijk", False),
        ("", False),
        ("a" * 12, False),
        ("abc" * 4, False),
        (LONGEST + "e", False),
        ("x" * 100_000, False),
    ],
    ids=lambda value: repr(value[:16]) if isinstance(value, str) else None,
)
@pytest.mark.anyio
async def test_which_passwords_are_taken(hasher: Counting, password: str, taken: bool) -> None:
    if not taken:
        with pytest.raises(Invalid, match=r"12 to 256 characters|soon guessed"):
            await passwords.choose_password(password, ())
        return
    stored = await passwords.choose_password(password, ())
    assert stored.startswith("$argon2id$")
    assert password not in stored
    assert await passwords.verify_password(password, stored)
    assert not await passwords.verify_password(password + " ", stored)


def test_the_cost_in_earnest() -> None:
    assert "$m=65536,t=3,p=4$" in passwords.hash_password(PASSWORD)


@pytest.mark.anyio
async def test_two_hashes_of_one_password_differ(hasher: Counting) -> None:
    first, second = passwords.hash_password(PASSWORD), passwords.hash_password(PASSWORD)
    assert first != second
    assert await passwords.verify_password(PASSWORD, second)


@pytest.mark.anyio
async def test_a_longer_password_is_not_cut_to_one_that_fits(hasher: Counting) -> None:
    stored = passwords.hash_password(LONGEST)
    assert not await passwords.verify_password(LONGEST + "e", stored)
    assert not await passwords.verify_password(LONGEST + "e" * 10_000, stored)


@pytest.mark.parametrize("stored", ["", "!", "plain text", "$2b$12$abcdefghijklmnopqrstuv"])
@pytest.mark.anyio
async def test_what_is_no_hash_of_ours_matches_nothing(hasher: Counting, stored: str) -> None:
    assert not await passwords.verify_password(PASSWORD, stored)
    assert not await passwords.verify_password(stored, stored)


@pytest.mark.anyio
async def test_nobody_has_the_password_of_nobody(hasher: Counting) -> None:
    assert not await passwords.verify_password("nobody has this password", None)
    assert len(hasher.verified) == 1


@pytest.mark.anyio
async def test_at_most_two_at_once(hasher: Counting) -> None:
    stored = passwords.hash_password(PASSWORD)
    await asyncio.gather(*(passwords.verify_password(PASSWORD, stored) for _ in range(20)))
    assert len(hasher.verified) == 20
    assert hasher.most_at_once <= passwords.AT_ONCE


@pytest.mark.anyio
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_kind_of_refusal_does_the_same_work(newsroom: Newsroom, hasher: Counting) -> None:
    """Known, unknown and disabled: one verification each, at the same cost."""
    for name, disabled in (("known", False), ("disabled", True)):
        user = await newsroom.user("editor", email=f"{name}@news.example")
        await newsroom.db.write(reset, user.id, passwords.hash_password(PASSWORD), disabled=disabled)
    work = {}
    for email, password in (
        ("known@news.example", "wrong wrong wrong"),
        ("disabled@news.example", PASSWORD),
        ("disabled@news.example", "wrong wrong wrong"),
        ("unknown@news.example", PASSWORD),
    ):
        hasher.verified.clear()
        form = {"grant_type": "password", "username": email, "password": password}
        assert (await newsroom.reader.post("/v1/auth/token", data=form)).status_code == 400
        work[email, password] = [stored.rsplit("$", 2)[0] for stored in hasher.verified]
    assert len({tuple(done) for done in work.values()}) == 1
    assert len(next(iter(work.values()))) == 1
