"""Settings: what starts a server and what never does."""

import base64
import secrets
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app.core import settings as module
from app.core.settings import Settings

STRONG = "5f0c1c8e2f6b4a3d9e7f8a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d"
STRONG_BYTES = bytes.fromhex(STRONG)


def make(**values: Any) -> Settings:
    return Settings(_env_file=None, **({"secret_key": STRONG} | values))


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"MASTHEAD_{name.upper()}", raising=False)


@pytest.mark.parametrize(
    "weak",
    [
        "secret",
        "changeme",
        "x" * 64,
        STRONG[:-2],
        STRONG + " and more",
        "00" * 32,
        "ab" * 32,
        "0123456789abcdef" * 4,
        base64.b64encode(STRONG_BYTES[:31]).decode(),
        base64.b64encode(b"\x00" * 32).decode(),
        base64.b64encode(b"password" * 4).decode(),
        '["' + STRONG[:32] + '","' + STRONG[32:] + '"]',
        "مفتاح سري طويل جدا ولكنه ليس بايتات عشوائية",
    ],
)
@pytest.mark.parametrize("env", ["development", "production"])
def test_weak_secrets_never_start(weak: str, env: str) -> None:
    with pytest.raises(ValidationError, match="32 random bytes") as caught:
        make(secret_key=weak, env=env)
    assert "token_hex" in str(caught.value)


@pytest.mark.parametrize(
    "strong",
    [
        STRONG,
        STRONG.upper(),
        base64.b64encode(STRONG_BYTES).decode(),
        base64.urlsafe_b64encode(STRONG_BYTES).decode(),
        base64.urlsafe_b64encode(STRONG_BYTES).decode().rstrip("="),
    ],
)
def test_spellings_of_one_strong_secret(strong: str) -> None:
    assert make(secret_key=strong, env="production").secret == STRONG_BYTES


def test_what_the_message_recommends_is_accepted() -> None:
    for _ in range(100):
        assert len(make(secret_key=secrets.token_hex(32)).secret) == 32
        assert len(make(secret_key=secrets.token_urlsafe(32)).secret) == 32


def test_production_needs_a_secret() -> None:
    with pytest.raises(ValidationError, match="MASTHEAD_SECRET_KEY is required in production"):
        make(env="production", secret_key="")


def test_development_makes_one_and_keeps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "VAR", tmp_path / "var")
    first = make(secret_key="").secret
    assert make(secret_key="").secret == first
    assert len(first) == 32
    kept = tmp_path / "var" / "secret_key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in kept.parent.iterdir()] == ["secret_key"]


def test_processes_that_start_together_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for turn in range(20):
        monkeypatch.setattr(module, "VAR", tmp_path / str(turn))
        with ThreadPoolExecutor(8) as starters:
            found = set(starters.map(lambda _: make(secret_key="").secret, range(8)))
        assert len(found) == 1


@pytest.mark.parametrize(
    ("given", "origins"),
    [
        ("", ()),
        ("https://desk.example", ("https://desk.example",)),
        ("https://desk.example/", ("https://desk.example",)),
        (" https://Desk.Example , http://localhost:5173 ", ("https://desk.example", "http://localhost:5173")),
        (("https://desk.example",), ("https://desk.example",)),
    ],
)
def test_editor_origins(given: object, origins: tuple[str, ...]) -> None:
    assert make(editor_origins=given).editor_origins == origins


@pytest.mark.parametrize(
    "given",
    [
        "*",
        "null",
        "desk.example",
        "ftp://desk.example",
        "https://",
        "https://desk.example/path",
        "https://desk.example?x",
        "https://desk.example#x",
        "https://user@desk.example",
        "https://desk.example\\@evil.example",
        "https://desk.example https://evil.example",
    ],
)
def test_what_is_no_origin_is_refused(given: str) -> None:
    with pytest.raises(ValidationError, match="must be an origin"):
        make(editor_origins=given)


@pytest.mark.parametrize(
    ("given", "proxies"),
    [
        ("", ()),
        ("10.0.0.0/8, 2001:db8::/32", ("10.0.0.0/8", "2001:db8::/32")),
        ("127.0.0.1", ("127.0.0.1/32",)),
        ("192.168.7.9/16", ("192.168.0.0/16",)),
    ],
)
def test_trusted_proxies(given: str, proxies: tuple[str, ...]) -> None:
    assert make(trusted_proxies=given).trusted_proxies == proxies


@pytest.mark.parametrize("given", ["*", "all", "10.0.0.0/33", "proxy.example", "10.0.0.1-10.0.0.9"])
def test_what_is_no_network_is_refused(given: str) -> None:
    with pytest.raises(ValidationError):
        make(trusted_proxies=given)


@pytest.mark.parametrize(
    ("given", "kept"),
    [("https://news.example/", "https://news.example"), ("http://127.0.0.1:8000/api", "http://127.0.0.1:8000/api")],
)
def test_base_url(given: str, kept: str) -> None:
    assert make(base_url=given).base_url == kept


@pytest.mark.parametrize(
    "given", ["news.example", "javascript:alert(1)", "https://a@b", "https://a?b", "https://a#b", "https://"]
)
def test_what_is_no_base_url_is_refused(given: str) -> None:
    with pytest.raises(ValidationError, match="http or https"):
        make(base_url=given)


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("postgresql://u:p@host/name", "postgresql+psycopg://u:p@host/name"),
        ("postgres://host/name", "postgresql+psycopg://host/name"),
        ("postgresql+psycopg://host/name", "postgresql+psycopg://host/name"),
        ("sqlite:///var/news.sqlite3", "sqlite:///var/news.sqlite3"),
    ],
)
def test_database_addresses(given: str, address: str) -> None:
    assert make(database_url=given).sync_database_url == address


@pytest.mark.parametrize(
    ("name", "value"),
    [("env", "staging"), ("cache", "yes"), ("limits", "false"), ("log", "text")],
)
def test_words_outside_the_list_are_refused(name: str, value: str) -> None:
    with pytest.raises(ValidationError):
        make(**{name: value})


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASTHEAD_EDITOR_ORIGINS", "https://desk.example,https://مثال.example")
    monkeypatch.setenv("MASTHEAD_TRUSTED_PROXIES", "10.0.0.0/8")
    monkeypatch.setenv("MASTHEAD_LIMITS", "off")
    settings = make()
    assert settings.editor_origins == ("https://desk.example", "https://مثال.example")
    assert (settings.trusted_proxies, settings.limits) == (("10.0.0.0/8",), "off")


@pytest.mark.parametrize(
    "values", [{"cache": "maybe"}, {"secret_key": STRONG[:48]}, {"env": "x", "secret_key": "x" * 64}]
)
def test_errors_do_not_show_the_secret(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        make(**values)
    assert STRONG[:6] not in str(caught.value)
    assert "xxxxxx" not in str(caught.value)


def test_secrets_do_not_stand_in_a_log_of_the_settings() -> None:
    shown = repr(make(database_url="postgresql://masthead:geheim@db.example/news"))
    assert STRONG not in shown
    assert "geheim" not in shown
    assert "base_url" in shown


def test_links_lead_to_the_port_that_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MASTHEAD_BASE_URL", raising=False)
    monkeypatch.setenv("PORT", "9000")
    assert Settings(_env_file=None).base_url == "http://127.0.0.1:9000"
    monkeypatch.setenv("MASTHEAD_BASE_URL", "https://api.news.example")
    assert Settings(_env_file=None).base_url == "https://api.news.example"
