"""A newsroom with small doors of every kind planted in it."""

import pytest

from app.core.settings import Settings
from tests.core.http.planted import plant
from tests.newsroom import SECRET, Newsroom


@pytest.fixture
def settings(database_url: str) -> Settings:
    """One editor front end may call from a browser, one proxy is believed."""
    return Settings(
        _env_file=None,
        database_url=database_url,
        secret_key=SECRET,
        log="off",
        base_url="https://news.example",
        editor_origins="https://desk.example",
        trusted_proxies="10.0.0.0/8",
    )


@pytest.fixture
def doors(newsroom: Newsroom) -> Newsroom:
    plant(newsroom)
    return newsroom
