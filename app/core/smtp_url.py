"""Where the mail server is: smtp:// and smtps:// addresses, read strictly; no error and no repr shows a secret."""

import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast, get_args
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

StartTls = Literal["required", "optional", "off"]

_PORTS = {"smtp": 587, "smtps": 465}
_SHAPE = (
    "must look like smtp://user:password@mail.example.org:587 or smtps://user:password@mail.example.org,"
    " with other characters than letters and digits of user and password as %XX"
)
_HOST = re.compile("[a-z0-9]([a-z0-9_.-]*[a-z0-9])?")
_NOT_IN_SECRETS = re.compile("[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server and how to speak to it; `tls` is `implicit` for smtps, else what is asked of STARTTLS."""

    host: str
    port: int
    tls: Literal["implicit"] | StartTls
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    ca: Path | None = None  # the only authority to trust; else those of the system
    loopback: bool = False  # it is this machine: a password may go there without TLS


def parse_smtp_url(url: str) -> SmtpServer:
    """`smtp://user:pass@host:587?starttls=required&ca=/path.pem` or `smtps://…`; raises ValueError in plain words."""
    parts, port = _split(url)
    host = _host(parts)
    loopback = _is_loopback(host)
    options = _options(parts.query)
    tls: Literal["implicit"] | StartTls = "implicit"
    if parts.scheme == "smtp":
        tls = _starttls(options.get("starttls", "optional" if loopback else "required"))
    elif "starttls" in options:
        raise ValueError("smtps:// is TLS from the first byte: leave starttls= out, or write smtp://")
    user, password = _credentials(parts)
    if user and tls == "off" and not loopback:
        raise ValueError("a password is not sent without TLS: leave starttls=off out")
    ca = Path(options["ca"]) if "ca" in options else None
    if ca and (tls == "off" or not ca.is_absolute()):
        raise ValueError("ca= must be the absolute path of a PEM file, and needs TLS")
    return SmtpServer(host, port, tls, user, password, ca, loopback)


def _split(url: str) -> tuple[SplitResult, int]:
    if any(char <= " " or char == "\x7f" for char in url):  # urlsplit would drop some in silence
        raise ValueError(_SHAPE)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # its text may have a piece of the password
        raise ValueError(_SHAPE) from None
    if parts.scheme not in _PORTS or parts.path not in ("", "/") or parts.fragment or port == 0:
        raise ValueError(_SHAPE)
    return parts, port or _PORTS[parts.scheme]


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if ":" in host:
        return host  # urlsplit takes only addresses between brackets; connecting says what is wrong with them
    try:
        host = host.encode("idna").decode()
    except UnicodeError:
        raise ValueError(_SHAPE) from None
    if not _HOST.fullmatch(host):
        raise ValueError(_SHAPE)
    return host


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _options(query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, errors="strict") if query else []
    except ValueError:
        raise ValueError(_SHAPE) from None
    options = dict(pairs)
    if "verify" in options:
        raise ValueError("certificates are always verified; name your own authority with ca=/path.pem")
    if len(options) < len(pairs) or not options.keys() <= {"starttls", "ca"}:
        raise ValueError("knows only the options starttls= and ca=, each once")
    return options


def _starttls(value: str) -> StartTls:
    if value not in get_args(StartTls):
        raise ValueError("starttls= must be required, optional or off")
    return cast(StartTls, value)


def _credentials(parts: SplitResult) -> tuple[str, str]:
    try:
        user, password = (unquote(part or "", errors="strict") for part in (parts.username, parts.password))
    except UnicodeDecodeError:
        raise ValueError(_SHAPE) from None
    if _NOT_IN_SECRETS.search(user + password):
        raise ValueError("user and password must not have control characters")
    if bool(user) != bool(password):
        raise ValueError("needs a user and a password, or neither")
    return user, password
