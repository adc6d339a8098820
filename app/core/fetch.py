"""The one way to other servers: a name is looked up once, every address vetted, a vetted one called, within caps."""

import asyncio
import ipaddress
import re
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import httpx

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Networks = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]
LookUp = Callable[[str, int], Sequence[str]]

TOTAL_SECONDS, CONNECT_SECONDS = 15.0, 5.0
MOST_BODY = 64 * 1024
MOST_ADDRESSES = 3  # tried one after the other; a name with hundreds must not make us knock at hundreds of doors
LOOK_UPS_AT_ONCE = 8
_MOST_CHARACTERS, _MOST_NAME = 2000, 253
_WEB_PORTS = {"http": 80, "https": 443}

# re.ASCII: without it IGNORECASE takes the long s and the Kelvin sign for letters of a name
_PATH = r"[\w.~!$&'()*+,;=:@/-]|%[0-9a-f]{2}"
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f.]*:[0-9a-f.:]*\]|[0-9a-z.-]+)(?::(?P<port>[0-9]{1,5}))?"
    rf"(?P<path>(?:/(?:{_PATH})*)?)(?P<query>(?:\?(?:{_PATH}|\?)*)?)",
    re.ASCII | re.IGNORECASE,
)
_NUMERIC = re.compile(r"\[.*|(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
_LABEL = r"(?!-)[0-9a-z-]{1,63}(?<!-)"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_INSIDE_NAME = re.compile(r"[^.]*|.*\.(?:home\.arpa|internal|intranet|lan|local|localdomain|localhost)")

_HOW = (
    "must be written like https://hooks.example.org/path: http or https, no user, no fragment, at most "
    f"{_MOST_CHARACTERS} characters, all of them ASCII (a name as xn--…, other letters percent-encoded)"
)
_HOW_NUMERIC = "must write an address the usual way: 192.0.2.1 or [2001:db8::1]"
_HOW_NAME = "must name a host that everybody can look up, such as hooks.example.org"
_HOW_PORT = "must use port 80, 443 or one from 1024 to 65535"
_NOT_PUBLIC = "must lead to the public internet, not to an address inside a network"

# `is_global` is true for many of these in one version of Python or another (trap 8). IPv6 is judged the other way
# round: only global unicast is called, so that ::1, ::ffff:0:0/96, fc00::/7, fe80::/10, fec0::/10, ff00::/8 and what is
# invented next need no line. 6to4 and Teredo are refused whole instead of unwrapped: nobody is there to be called.
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_NEVER: Networks = (
    *map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",  # shared by providers; the metadata of one cloud too
            "127.0.0.0/8",
            "168.63.129.16",  # looks public, is the inside of another cloud
            "169.254.0.0/16",  # link local: the metadata of most clouds
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    ),
    *map(
        ipaddress.IPv6Network,
        (
            "2001::/23",  # protocols: Teredo, benchmarks, ORCHID
            "2001:db8::/32",
            "2002::/16",  # 6to4
            "2620:4f:8000::/48",
            "3ffe::/16",
            "3fff::/20",
        ),
    ),
)
# where hosts have IPv6 alone, every IPv4 server has such an address: the one inside it decides
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_ISATAP = (b"\x00\x00\x5e\xfe", b"\x02\x00\x5e\xfe")  # the middle of a tunnel's address, whatever its prefix


class Refused(ValueError):
    """This address must not be called, now or later; the message repeats nothing of the URL, which may be a secret."""


class Failed(Exception):
    """There was no whole answer: too slow, no connection, no valid certificate, no HTTP. Another try may succeed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said: any status, the headers by lower-case name, the beginning of the body as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Target(NamedTuple):
    scheme: str
    host: str
    port: int
    rest: str
    address: Address | None

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _WEB_PORTS[self.scheme] else f"{host}:{self.port}"


def check_url(url: str, allowed: Iterable[str] = ()) -> str:
    """The URL in its one spelling; raises Refused (a ValueError) for all that can be judged without a look-up."""
    target = _aim(url, _networks(allowed))
    return f"{target.scheme}://{target.authority}{target.rest}"


def _networks(texts: Iterable[str]) -> Networks:
    return tuple(ipaddress.ip_network(text) for text in texts)


def _aim(url: str, allowed: Networks) -> _Target:
    found = _URL.fullmatch(url) if len(url) <= _MOST_CHARACTERS else None
    if found is None:
        raise Refused(_HOW)
    scheme, host = found["scheme"].lower(), found["host"].lower()
    port = int(found["port"] or _WEB_PORTS[scheme])
    if port not in _WEB_PORTS.values() and not 1024 <= port <= 65535:
        raise Refused(_HOW_PORT)
    address = _literal(host)
    if address is None:
        _check_name(host, allowed)
    elif not _may_be_called(address, allowed):
        raise Refused(_NOT_PUBLIC)
    return _Target(scheme, str(address or host), port, (found["path"] or "/") + found["query"], address)


def _literal(host: str) -> Address | None:
    """What somebody may take for a number is one; it is read in its usual spelling only, not as 127.1 or 0x7f.1."""
    if not _NUMERIC.fullmatch(host):
        return None
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        raise Refused(_HOW_NUMERIC) from None


def _check_name(host: str, allowed: Networks) -> None:
    # where networks inside are allowed, names from inside pass: their addresses will be judged
    if len(host) > _MOST_NAME or not _NAME.fullmatch(host) or (_INSIDE_NAME.fullmatch(host) and not allowed):
        raise Refused(_HOW_NAME)


def _may_be_called(address: Address, allowed: Networks) -> bool:
    return _within(address, allowed) or _is_public(address)


def _is_public(address: Address) -> bool:
    if address in _NAT64:
        return _is_public(ipaddress.IPv4Address(address.packed[12:]))
    if address.version == 6 and (address not in _GLOBAL_UNICAST or address.packed[8:12] in _ISATAP):
        return False
    return address.is_global and not _within(address, _NEVER)


def _within(address: Address, networks: Networks) -> bool:
    return any(address in network for network in networks)


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a name as the system knows them; raises OSError when it knows none."""
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Fetcher:
    """Calls other servers, a new connection each time; made once a process. `allowed`: networks inside it may call."""

    def __init__(
        self,
        allowed: Iterable[str] = (),
        *,
        total: float = TOTAL_SECONDS,
        connect: float = CONNECT_SECONDS,
        most_body: int = MOST_BODY,
        tls: ssl.SSLContext | None = None,
        look_up: LookUp = look_up,
    ) -> None:
        self._allowed = _networks(allowed)
        self._total, self._connect, self._most_body = total, connect, most_body
        self._own_tls, self._look_up = tls, look_up
        # threads of its own: name servers that never answer must not hold up those who wait for the default ones
        self._resolvers = ThreadPoolExecutor(LOOK_UPS_AT_ONCE, thread_name_prefix="look-up")

    async def post(self, url: str, *, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send once and follow nothing: a redirect is an answer. Raises Refused (for good) or Failed (try later)."""
        target = _aim(url, self._allowed)
        try:
            async with asyncio.timeout(self._total):
                return await self._reach(target, body, headers)
        except TimeoutError as error:
            raise Failed(f"no whole answer within {self._total:g} seconds") from error

    async def close(self) -> None:
        """Look up no more names; the calls that are on their way end by themselves."""
        self._resolvers.shutdown(wait=False)

    async def _reach(self, target: _Target, body: bytes, headers: Mapping[str, str]) -> Answer:
        import httpx

        problem: Exception = Failed("the name has no address")
        for address in (await self._vetted(target))[:MOST_ADDRESSES]:
            try:
                return await self._exchange(target, address, body, headers)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:  # nothing was sent: another address may do
                problem = error
            except (httpx.TransportError, OSError) as error:  # TLS of a later moment comes as a bare ssl.SSLError
                raise Failed("the connection broke, or what came was not HTTP") from error
        raise Failed(f"no connection: {str(problem) or 'not in time'}") from problem

    async def _vetted(self, target: _Target) -> list[Address]:
        """One look-up decides: a name with one bad address is refused whole, and the name is never asked for again."""
        if target.address:
            return [target.address]
        loop = asyncio.get_running_loop()
        try:
            texts = await loop.run_in_executor(self._resolvers, self._look_up, target.host, target.port)
        except OSError as error:
            raise Failed("the name was not found") from error
        addresses = [ipaddress.ip_address(text.partition("%")[0]) for text in texts]  # a zone is not for URLs
        if not all(_may_be_called(address, self._allowed) for address in addresses):
            raise Refused(_NOT_PUBLIC)
        return addresses

    async def _exchange(self, target: _Target, address: Address, body: bytes, headers: Mapping[str, str]) -> Answer:
        import httpx

        sent = httpx.Headers({"User-Agent": "Masthead"})
        sent.update(headers)
        sent.update({"Host": target.authority, "Accept-Encoding": "identity", "Connection": "close"})
        host = f"[{address}]" if address.version == 6 else str(address)
        request = httpx.Request(
            "POST",
            f"{target.scheme}://{host}:{target.port}{target.rest}",
            headers=sent,
            content=body,
            # the certificate is the name's, not the address's
            extensions={"timeout": {"connect": self._connect}, "sni_hostname": target.host},
        )
        # httpx's client would read proxies from the environment, keep cookies, unpack bodies, write URLs into the log
        # and stumble over the Location of a redirect that it does not follow: its transport does none of this
        async with httpx.AsyncHTTPTransport(verify=self._tls) as transport:
            response = await transport.handle_async_request(request)
            fields = {name.decode("latin-1").lower(): text.decode("latin-1") for name, text in response.headers.raw}
            return Answer(response.status_code, fields, await self._beginning(response))

    async def _beginning(self, response: "httpx.Response") -> bytes:
        body = bytearray()
        async for chunk in response.aiter_raw():  # never unpacked: a bomb stays small
            body += chunk
            if len(body) >= self._most_body:
                break
            await asyncio.sleep(0)  # one read may hold ten thousand chunks of one byte
        return bytes(body[: self._most_body])

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        import httpx

        return self._own_tls or httpx.create_ssl_context(trust_env=False)
