"""Addresses of mail servers: what each means, and that no error and no repr shows a secret."""

from pathlib import Path
from typing import Any

import pytest

from app.core.smtp_url import SmtpServer, parse_smtp_url


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", SmtpServer("mail.example.org", 587, "required")),
        ("smtp://mail.example.org/", SmtpServer("mail.example.org", 587, "required")),
        ("smtps://mail.example.org", SmtpServer("mail.example.org", 465, "implicit")),
        ("smtp://Mail.Example.org:2525", SmtpServer("mail.example.org", 2525, "required")),
        ("smtp://mailpit:1025?starttls=off", SmtpServer("mailpit", 1025, "off")),
        ("smtp://mail_pit:1025?starttls=optional", SmtpServer("mail_pit", 1025, "optional")),
        ("smtp://localhost", SmtpServer("localhost", 587, "optional", loopback=True)),
        ("smtp://127.0.0.1:25", SmtpServer("127.0.0.1", 25, "optional", loopback=True)),
        ("smtp://[::1]:25", SmtpServer("::1", 25, "optional", loopback=True)),
        ("smtp://localhost?starttls=required", SmtpServer("localhost", 587, "required", loopback=True)),
        ("smtp://192.0.2.7", SmtpServer("192.0.2.7", 587, "required")),
        ("smtp://localhost.example.org", SmtpServer("localhost.example.org", 587, "required")),
        ("smtp://بريد.example", SmtpServer("xn--ngbof4h.example", 587, "required")),
        (
            "smtp://desk:p%40ss%3A%2F%D9%85@mail.example.org:587?starttls=required&ca=/etc/ssl/own%20ca.pem",
            SmtpServer("mail.example.org", 587, "required", "desk", "p@ss:/م", Path("/etc/ssl/own ca.pem")),
        ),
        (
            "smtps://desk%40x.example:p+w@mail.example",
            SmtpServer("mail.example", 465, "implicit", "desk@x.example", "p+w"),
        ),
        ("smtp://u:p@127.0.0.1?starttls=off", SmtpServer("127.0.0.1", 587, "off", "u", "p", loopback=True)),
    ],
)
def test_what_an_address_means(url: str, server: SmtpServer) -> None:
    assert parse_smtp_url(url) == server


SHAPE = "must look like smtp://"
REFUSED = {
    "mail.example.org": SHAPE,
    "http://mail.example.org": SHAPE,
    "smtp:mail.example.org": SHAPE,
    "smtp://": SHAPE,
    "smtp://:587": SHAPE,
    "smtp://mail.example.org:smtp": SHAPE,
    "smtp://mail.example.org:0": SHAPE,
    "smtp://mail.example.org:99999": SHAPE,
    "smtp://mail.example.org/inbox": SHAPE,
    "smtp://mail.example.org#top": SHAPE,
    "smtp://mail.example.org?starttls": SHAPE,
    "smtp://mail.example.org\n": SHAPE,
    "smtp://mail.exa\r\nmple.org": SHAPE,
    "smtp://mail.example.org ": SHAPE,
    "smtp://mail<.example.org": SHAPE,
    "smtp://-mail.example.org": SHAPE,
    "smtp://mail.example.org%0d%0a": SHAPE,
    "smtp://[::1": SHAPE,
    "smtp://" + "a" * 64 + ".example": SHAPE,
    "smtp://mail.example.org?starttls=yes": "required, optional or off",
    "smtp://mail.example.org?starttls=": "required, optional or off",
    "smtps://mail.example.org?starttls=off": "TLS from the first byte",
    "smtp://mail.example.org?verify=off": "always verified",
    "smtp://mail.example.org?timeout=3": "knows only",
    "smtp://mail.example.org?starttls=required&starttls=off": "knows only",
    "smtp://mail.example.org?ca=ca.pem": "absolute path",
    "smtp://mail.example.org?ca=": "absolute path",
    "smtp://mail.example.org?starttls=off&ca=/ca.pem": "needs TLS",
}


@pytest.mark.parametrize(("url", "complaint"), REFUSED.items())
def test_what_is_no_address(url: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_smtp_url(url)


SECRETS = {
    "smtp://canary:ca#nary@mail.example.org": SHAPE,
    "smtp://canary:ca/nary@mail.example.org": SHAPE,
    "smtp://canary:12/canary@mail.example.org": SHAPE,
    "smtp://canary:ca?nary@mail.example.org": SHAPE,
    "smtp://canary:25?canary@mail.example.org": SHAPE,
    "smtp://canary:25?canary=x@mail.example.org": "knows only",
    "smtp://canary:25?starttls=canary@mail.example.org": "required, optional or off",
    "smtp://canary:ca nary@mail.example.org": SHAPE,
    "smtp://canary:canary@[mail.example.org": SHAPE,
    "smtp://canary:canary%ff@mail.example.org": SHAPE,
    "smtp://canary:canary%0d%0a@mail.example.org": "control characters",
    "smtp://canary:canary%00@mail.example.org": "control characters",
    "smtp://canary@mail.example.org": "a user and a password",
    "smtp://:canary@mail.example.org": "a user and a password",
    "smtp://canary:canary@mail.example.org?starttls=off": "not sent without TLS",
    "smtp://canary:canary@mail.example.org:canary": SHAPE,
    "canary": SHAPE,
}


@pytest.mark.parametrize(("url", "complaint"), SECRETS.items())
def test_no_error_shows_a_secret(url: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint) as caught:
        parse_smtp_url(url)
    shown: list[Any] = [caught.value, caught.value.__cause__]
    assert "nary" not in repr(shown)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_nor_does_a_repr() -> None:
    shown = repr(parse_smtp_url("smtp://canary:canary@mail.example.org"))
    assert "canary" not in shown
    assert "mail.example.org" in shown
