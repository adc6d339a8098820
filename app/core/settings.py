"""Settings from the environment (prefix MASTHEAD_), checked at the start: a weak secret never serves."""

import base64
import binascii
import ipaddress
import os
import secrets
from contextlib import suppress
from email.utils import parseaddr
from functools import cached_property
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.core.fetch import check_url
from app.core.mail import Sender
from app.core.postmen import CONSOLE, NOWHERE, check_mail_url

VAR = Path("var")
SECRET_BYTES = 32
CHECK_SECRET_BYTES = 24

Switch = Literal["on", "off"]


def _origin(value: str) -> str:
    scheme, _, rest = value.rstrip("/").partition("://")
    if scheme not in ("http", "https") or not rest or any(character in rest for character in "/?#@ \\"):
        raise ValueError("must be an origin such as https://example.org, without a path")
    return f"{scheme}://{rest.lower()}"


def _base_url(value: str) -> str:
    scheme, _, rest = value.partition("://")
    if scheme not in ("http", "https") or not rest or any(character in rest for character in "?#@ \\"):
        raise ValueError("must be an http or https address without user, query or fragment")
    return value.rstrip("/")


def _own_address() -> str:
    """What a browser beside the server asks, on the port that its command line was given."""
    return f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"


def _sender(value: str) -> str:
    name, address = parseaddr(value)
    Sender(name, address)
    return value


class Settings(BaseSettings):
    """Every knob of the server; `.env.example` lists them with their defaults."""

    # an error must not print the secret key that it is about
    model_config = SettingsConfigDict(
        env_prefix="MASTHEAD_", env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    env: Literal["development", "production"] = Field(
        default="development", description="production refuses a missing or weak secret key"
    )
    database_url: str = Field(
        default="sqlite:///var/masthead.sqlite3",
        repr=False,
        description="a SQLite file, or postgresql://user:password@host/name",
    )
    secret_key: str = Field(
        default="",
        repr=False,
        description="at least 32 random bytes as base64 or hex; made and kept in var/ during development",
    )
    base_url: Annotated[str, AfterValidator(_base_url)] = Field(
        default_factory=_own_address, description="the address of this API; links are built from it, never from Host"
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="networks whose X-Forwarded-For is believed, with commas: 10.0.0.0/8"
    )
    editor_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="origins of editor front ends that may call the API from a browser, with commas"
    )
    smtp_url: Annotated[str, AfterValidator(check_mail_url)] = Field(
        default="",
        repr=False,
        description="smtp://user:password@host:587 or smtps://…; empty: mail is printed (in production: not sent)",
    )
    mail_from: Annotated[str, AfterValidator(_sender)] = Field(
        default="Masthead <noreply@masthead.invalid>", description="who mail comes from, as name and address"
    )
    mail_templates: str = Field(default="", description="a folder whose templates stand in for ours of the same name")
    jobs: Switch = Field(
        default="on", description="off: `masthead serve` answers requests only, and `masthead work` does the rest"
    )
    outgoing_allowed: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="private networks that webhooks may reach all the same, with commas: 10.1.2.0/24"
    )
    comment_check_url: str = Field(
        default="", description="a service that is asked about each comment (see docs/comments.md); empty: none"
    )
    comment_check_secret: str = Field(
        default="", repr=False, description="signs what that service is asked: whsec_ and at least 24 bytes as base64"
    )
    cache: Switch = Field(default="on", description="off: for measuring the cold read path")
    limits: Switch = Field(default="on", description="off: for measuring; never in public")
    log: Literal["json", "off"] = Field(default="json", description="one line of JSON a request on standard output")

    @field_validator("trusted_proxies", "editor_origins", "outgoing_allowed", mode="before")
    @classmethod
    def _commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("trusted_proxies", "outgoing_allowed")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(ipaddress.ip_network(part, strict=False)) for part in value)

    @field_validator("editor_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_origin(part) for part in value)

    @model_validator(mode="after")
    def _refuse_unsigned_check(self) -> "Settings":
        if self.comment_check_url:
            check_url(self.comment_check_url, self.outgoing_allowed)
            encoded = self.comment_check_secret.removeprefix("whsec_")
            if encoded == self.comment_check_secret or len(_from_base64(encoded)) < CHECK_SECRET_BYTES:
                raise ValueError("MASTHEAD_COMMENT_CHECK_SECRET must be whsec_ and at least 24 random bytes as base64")
        return self

    @model_validator(mode="after")
    def _refuse_weak_secret(self) -> "Settings":
        if self.secret_key:
            _decode_secret(self.secret_key)
        elif self.env == "production":
            raise ValueError("MASTHEAD_SECRET_KEY is required in production: " + _HOW)
        return self

    @cached_property
    def sender(self) -> Sender:
        """Who mail comes from."""
        return Sender(*parseaddr(self.mail_from))

    @cached_property
    def mail_url(self) -> str:
        """Where mail goes: without a server it is printed in development, and refused in production."""
        return self.smtp_url or (CONSOLE if self.env == "development" else NOWHERE)

    @cached_property
    def secret(self) -> bytes:
        """The root key (at least 32 bytes), from which every other key is derived."""
        return _decode_secret(self.secret_key or _kept_secret(VAR / "secret_key"))

    @cached_property
    def sync_database_url(self) -> str:
        """The address with the one driver that serves sync, async and Alembic alike."""
        for plain in ("postgresql://", "postgres://"):
            if self.database_url.startswith(plain):
                return "postgresql+psycopg://" + self.database_url.removeprefix(plain)
        return self.database_url


_HOW = "make one with: python -c 'import secrets; print(secrets.token_hex(32))'"


def _decode_secret(text: str) -> bytes:
    """Hex or base64 of at least 32 bytes that do not repeat themselves; anything else is refused."""
    for decode in (bytes.fromhex, _from_base64):
        try:
            key = decode(text)
        except (ValueError, binascii.Error):
            continue
        if len(key) >= SECRET_BYTES and len(set(key)) > SECRET_BYTES // 4:
            return key
        break  # all hex is base64 too, in which a weak key looks stronger
    raise ValueError(f"MASTHEAD_SECRET_KEY must be at least {SECRET_BYTES} random bytes as hex or base64: {_HOW}")


def _from_base64(text: str) -> bytes:
    standard = text.rstrip("=").replace("-", "+").replace("_", "/")
    return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)


def _kept_secret(path: Path) -> str:
    """The development key, made once; it appears whole or not at all, so that processes which start together agree."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        with NamedTemporaryFile("w", dir=path.parent, prefix=".") as file:  # readable by its owner alone
            file.write(secrets.token_hex(SECRET_BYTES))
            file.flush()
            with suppress(FileExistsError):
                path.hardlink_to(file.name)
    return path.read_text().strip()
