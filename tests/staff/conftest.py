"""Hashes that let a test sign in a hundred times."""

from collections.abc import Iterator

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.staff import passwords
from tests import newsroom as module
from tests.newsroom import PASSWORD


@pytest.fixture
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The real algorithm at a cost that lets a test sign in a hundred times."""
    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    monkeypatch.setattr(passwords, "_hash", cheap)
    passwords._nobodys_hash.cache_clear()
    known = cheap.hash(PASSWORD)
    monkeypatch.setattr(module, "password_hash", lambda: known)
    yield
    passwords._nobodys_hash.cache_clear()
