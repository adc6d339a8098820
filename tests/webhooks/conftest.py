"""A newsroom that may call the loopback, and a receiver there."""

from collections.abc import Iterator

import pytest

from app.core.settings import Settings
from tests.newsroom import SECRET
from tests.receiver import Receiver, receiving


@pytest.fixture
def settings(database_url: str) -> Settings:
    """Settings of a server whose operator lets it call the machine that it runs on."""
    return Settings(
        _env_file=None,
        database_url=database_url,
        secret_key=SECRET,
        log="off",
        base_url="https://news.example",
        outgoing_allowed=("127.0.0.0/8",),
    )


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that hears of events; its paths answer 204 unless told otherwise."""
    with receiving() as server:
        yield server
