"""Passwords: argon2id in a bounded number of threads (64 MiB each), the same work whether the account exists or not."""

import asyncio
import re
from collections.abc import Sequence
from functools import lru_cache

from anyio import CapacityLimiter, to_thread
from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from app.core.errors import wrong

MIN_LENGTH = 12
MAX_LENGTH = 256
AT_ONCE = 2
GUESSES = 8  # a hundred million, as a power of ten: years at the rate that the entrance lets through
JUDGED = 32  # letters: hostile longer ones take seconds to judge
FEWEST_OWN = 8  # letters beside the words that everybody knows of this person

_WORDS = re.compile(r"\w+")

_hash = PasswordHash((Argon2Hasher(),))


def hash_password(password: str, known: Sequence[str] = ()) -> str:
    """An argon2id hash; raises ValueError for a password that is too short, too long or soon guessed: by lists of
    common ones, rows of keys, repetitions, or from what is `known` of its owner.
    """
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH or len(set(password)) < 4:
        raise ValueError(f"a password has {MIN_LENGTH} to {MAX_LENGTH} characters, at least 4 of them different")
    if _is_soon_guessed(password, known):
        raise ValueError("this password is soon guessed: take some words that have nothing to do with one another")
    return _hash.hash(password)


def _is_soon_guessed(password: str, known: Sequence[str]) -> bool:
    """What stands in the list or follows from what is known counts as nothing; the rest has to carry the password."""
    from zxcvbn import zxcvbn  # late: its lists take 16 MB, and passwords are rarely chosen

    words = [part for text in known for part in (text, *_WORDS.findall(text)) if len(part) > 2]
    rest = password.casefold()
    for word in sorted({word.casefold() for word in words}, key=len, reverse=True):
        rest = rest.replace(word, "")
    return len(rest) < FEWEST_OWN or float(zxcvbn(password[:JUDGED], user_inputs=words)["guesses_log10"]) < GUESSES


async def choose_password(password: str, known: Sequence[str]) -> str:
    """The hash of a new password, made where few are made at once. Raises Invalid."""
    loop = asyncio.get_running_loop()
    try:
        return await to_thread.run_sync(hash_password, password, known, limiter=_limiter(loop))
    except ValueError as error:
        raise wrong("password", "weak_password", str(error)) from None


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _hash.hash("nobody has this password")


@lru_cache(maxsize=4)
def _limiter(_loop: asyncio.AbstractEventLoop) -> CapacityLimiter:
    return CapacityLimiter(AT_ONCE)


def _verify(password: str, stored: str | None) -> bool:
    try:
        matches = _hash.verify(password, stored or _nobodys_hash())
    except UnknownHashError:
        return False
    return matches and stored is not None


async def verify_password(password: str, stored: str | None) -> bool:
    """Whether the password is right; for an unknown account (None) as much work is done in vain."""
    loop = asyncio.get_running_loop()
    return await to_thread.run_sync(_verify, password[: MAX_LENGTH + 1], stored, limiter=_limiter(loop))
