"""Passwords: argon2id in a bounded number of threads (64 MiB each), the same work whether the account exists or not."""

import re
from collections.abc import Sequence
from functools import lru_cache

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from app.core.aside import Aside
from app.core.errors import wrong

MIN_LENGTH = 12
MAX_LENGTH = 256
AT_ONCE = 2
GUESSES = 8  # a hundred million, as a power of ten: years at the rate that the entrance lets through
JUDGED = 32  # letters: hostile longer ones take seconds to judge
FEWEST_OWN = 8  # letters beside the words that everybody knows of this person

SOON_GUESSED = "this password is soon guessed: take some words that have nothing to do with one another"

_WORDS = re.compile(r"\w+")

_hash = PasswordHash((Argon2Hasher(),))
_aside = Aside(AT_ONCE)


def hash_password(password: str) -> str:
    """An argon2id hash; raises ValueError for one that is too short, too long or nothing but three characters."""
    _measure(password)
    return _hash.hash(password)


def _measure(password: str) -> None:
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH or len(set(password)) < 4:
        raise ValueError(f"a password has {MIN_LENGTH} to {MAX_LENGTH} characters, at least 4 of them different")


def is_soon_guessed(password: str, known: Sequence[str]) -> bool:
    """Whether lists of common ones, rows of keys, repetitions or what is `known` of its owner lead to it: what follows
    from these counts as nothing, and the rest has to carry the password.
    """
    from zxcvbn import zxcvbn  # late: its lists take 16 MB, and passwords are rarely chosen

    words = [part for text in known for part in (text, *_WORDS.findall(text)) if len(part) > 2]
    rest = password.casefold()
    for word in sorted({word.casefold() for word in words}, key=len, reverse=True):
        rest = rest.replace(word, "")
    return len(rest) < FEWEST_OWN or float(zxcvbn(password[:JUDGED], user_inputs=words)["guesses_log10"]) < GUESSES


async def choose_password(password: str, known: Sequence[str]) -> str:
    """The hash of a new password, made where few are made at once. Raises Invalid, also when it is soon guessed."""
    try:
        return await _aside.do(_hash_a_good_one, password, known)
    except ValueError as error:
        raise wrong("password", "weak_password", str(error)) from None


def _hash_a_good_one(password: str, known: Sequence[str]) -> str:
    _measure(password)
    if is_soon_guessed(password, known):
        raise ValueError(SOON_GUESSED)
    return hash_password(password)


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
