"""Passwords: argon2id in a bounded number of threads (64 MiB each), the same work whether the account exists or not."""

from functools import lru_cache

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from app.core.aside import Aside

MIN_LENGTH = 12
MAX_LENGTH = 256
AT_ONCE = 2

_hash = PasswordHash((Argon2Hasher(),))
_aside = Aside(AT_ONCE)


def hash_password(password: str) -> str:
    """An argon2id hash; raises ValueError for one that is too short, too long or nothing but one character."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH or len(set(password)) < 4:
        raise ValueError(f"a password has {MIN_LENGTH} to {MAX_LENGTH} characters, at least 4 of them different")
    return _hash.hash(password)


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _hash.hash("nobody has this password")


def _verify(password: str, stored: str | None) -> bool:
    try:
        matches = _hash.verify(password, stored or _nobodys_hash())
    except UnknownHashError:
        return False
    return matches and stored is not None


async def verify_password(password: str, stored: str | None) -> bool:
    """Whether the password is right; for an unknown account (None) as much work is done in vain."""
    return await _aside.do(_verify, password[: MAX_LENGTH + 1], stored)
