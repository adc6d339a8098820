"""Nobody makes the server call what is inside its network, whatever the spelling, the name server or the redirect."""

import asyncio
import ipaddress
from typing import Any

import pytest

from app.core.fetch import Failed, Fetcher, Refused, check_url, look_up
from tests.core.receiver import NAME, OK, PUBLIC, Names, Wire, floods, post, receiving, says

pytestmark = pytest.mark.anyio

INSIDE = {
    "this host": "0.0.0.0 0.1.2.3 127.0.0.1 127.0.0.2 127.255.255.254 :: ::1",
    "private": "10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 192.168.255.255 fc00::1 fd12:3456::1",
    "shared by a provider": "100.64.0.1 100.127.255.255",
    "link local, site local": "169.254.0.1 fe80::1 fec0::1",
    "metadata of clouds": "169.254.169.254 169.254.170.2 100.100.100.200 168.63.129.16 192.0.0.192 fd00:ec2::254 "
    "fd20:ce::254",
    "protocols": "192.0.0.1 192.31.196.1 192.52.193.1 192.88.99.1 192.175.48.1 2001::1 2001:10::1 2001:20::1 "
    "2620:4f:8000::1",
    "benchmarks": "198.18.0.1 198.19.255.255 2001:2::1",
    "documentation": "192.0.2.1 198.51.100.7 203.0.113.9 2001:db8::1 3fff::1",
    "many at once": "224.0.0.1 239.255.255.255 255.255.255.255 ff02::1 ff0e::1",
    "nobody's": "240.0.0.1 100::1 3ffe::1 4000::1 5f00::1",
    "compatible": "::127.0.0.1 ::a00:1",
    "mapped": "::ffff:127.0.0.1 ::ffff:a9fe:a9fe ::ffff:10.0.0.1 ::ffff:93.184.215.14 ::ffff:0:127.0.0.1",
    "NAT64": "64:ff9b::7f00:1 64:ff9b::10.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b::168.63.129.16 64:ff9b:1::7f00:1 "
    "64:ff9b:1::5db8:d70e",
    "6to4": "2002:7f00:1:: 2002:a9fe:a9fe::1 2002:5db8:d70e::1",
    "Teredo": "2001:0:4136:e378:8000:63bf:80ff:fffe",
    "ISATAP": "fe80::5efe:7f00:1 2606:4700::5efe:a00:1 2606:4700::200:5efe:a00:1",
}
OUTSIDE = {
    "plain": "93.184.215.14 2606:4700::1111 2001:4860:4860::8888 2a00:1450::1",
    "beside one inside": "1.0.0.1 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1 "
    "168.63.129.15 169.253.255.255 172.15.255.255 172.32.0.1 192.0.3.1 192.167.255.255 192.169.0.1 198.17.255.255 "
    "198.20.0.1 223.255.255.254 2001:200::1",
    "NAT64": "64:ff9b::5db8:d70e",
}


def each(table: dict[str, str]) -> list[str]:
    return [address for line in table.values() for address in line.split()]


def literal(address: str) -> str:
    return f"http://[{address}]/hook" if ":" in address else f"http://{address}/hook"


# addresses


def test_there_are_enough_hostile_addresses() -> None:
    assert len(set(each(INSIDE))) >= 60


@pytest.mark.parametrize("address", each(INSIDE))
async def test_an_address_inside_gets_no_connection(wire: Wire, address: str) -> None:
    url = literal(address)
    with pytest.raises(Refused, match="public"):
        check_url(url)
    with pytest.raises(Refused, match="public"):
        await post(Fetcher(), url)
    for answers in ([address], [PUBLIC, address], [address, PUBLIC], [PUBLIC] * 9 + [address]):
        with pytest.raises(Refused, match="public"):
            await post(Fetcher(look_up=Names(answers)), f"https://{NAME}/hook")
    assert (wire.called, wire.receiver.connections) == ([], 0)


@pytest.mark.parametrize("address", each(OUTSIDE))
async def test_an_address_outside_is_called_itself(wire: Wire, address: str) -> None:
    assert (await post(Fetcher(), literal(address))).body == b"ok"
    names = Names([address])
    assert (await post(Fetcher(look_up=names), f"http://{NAME}:8080/hook")).body == b"ok"
    assert wire.called == [(address, 80), (address, 8080)]
    assert names.asked == [NAME]


@pytest.mark.parametrize("address", each(INSIDE))
def test_the_list_needs_no_help_from_python(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    for version in (ipaddress.IPv4Address, ipaddress.IPv6Address):
        monkeypatch.setattr(version, "is_global", True)
    with pytest.raises(Refused):
        check_url(literal(address))


@pytest.mark.parametrize("address", each(OUTSIDE))
def test_what_python_knows_beyond_the_list_counts(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    for version in (ipaddress.IPv4Address, ipaddress.IPv6Address):
        monkeypatch.setattr(version, "is_global", False)
    with pytest.raises(Refused):
        check_url(literal(address))


@pytest.mark.parametrize("answer", ["fe80::1%lo", "::1%1", "127.0.0.1%25"])
async def test_a_zone_hides_nothing(wire: Wire, answer: str) -> None:
    with pytest.raises(Refused):
        await post(Fetcher(look_up=Names([answer])), f"http://{NAME}/")
    assert wire.called == []
    assert (await post(Fetcher(["fe80::/10"], look_up=Names(["fe80::1%lo"])), f"http://{NAME}/")).body == b"ok"


async def test_a_name_that_changes_sides_is_asked_once_a_call(wire: Wire) -> None:
    names = Names([PUBLIC], ["127.0.0.1"])
    fetcher = Fetcher(look_up=names)
    assert (await fetcher.post(f"http://{NAME}/", body=b"", headers={})).status == 200
    assert (wire.called, names.asked) == ([(PUBLIC, 80)], [NAME])
    with pytest.raises(Refused):
        await post(fetcher, f"http://{NAME}/")
    assert wire.receiver.connections == 1


async def test_the_next_address_is_tried_but_not_every_one(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []

    async def nobody(factory: Any, host: str, port: int, **options: Any) -> Any:
        called.append(host)
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", nobody)
    addresses = [f"93.184.215.{last}" for last in range(200)]
    with pytest.raises(Failed, match="no connection"):
        await post(Fetcher(look_up=Names(addresses)), f"http://{NAME}/")
    assert called == addresses[:3]


@pytest.mark.parametrize(
    "location", ["http://127.0.0.1/", "http://169.254.169.254/latest", "//[::1]/", "http://[", "\xff"]
)
async def test_a_redirect_is_an_answer(wire: Wire, location: str) -> None:
    wire.receiver.script = says(f"HTTP/1.1 307 Over there\r\nLocation: {location}\r\n\r\n".encode("latin-1"))
    answer = await post(Fetcher(), literal(PUBLIC))
    assert (answer.status, answer.headers["location"], wire.receiver.connections) == (307, location, 1)


# spellings


@pytest.mark.parametrize(
    "url",
    [
        *(
            f"http://{host}/"
            for host in ("127.1", "127.0.1", "0", "0x7f.1", "0x7f000001", "2130706433", "017700000001")
        ),
        *(f"http://{host}/" for host in ("0177.0.0.1", "127.0.0.01", "0x7f.0x0.0x0.0x1", "127.0.0.0x1", "1.2.3.4.5")),
        *(
            f"http://{host}/"
            for host in ("256.1.1.1", "93.184.215.014", "x.0x", "a.1", "[1::2::3]", "[:]", "[::1.2.3]")
        ),
    ],
)
def test_numbers_are_written_the_usual_way(url: str) -> None:
    with pytest.raises(Refused, match="usual way"):
        check_url(url, ["0.0.0.0/0", "::/0"])


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST", "intranet", "metadata", "db.localhost", "localhost.localdomain", "printer.local"),
        *("metadata.google.internal", "nas.lan", "wiki.intranet", "router.home.arpa"),
        *("localhost.", "hooks.example.org.", "127.0.0.1.", ".", "..", "a..b", ".example.org"),
        *("-a.example.org", "a-.example.org", "a" * 64 + ".example.org", "a." * 127 + "org"),
    ],
)
def test_names_are_public_ones(host: str) -> None:
    with pytest.raises(Refused, match="everybody"):
        check_url(f"http://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "hooks.example.org",
            "//hooks.example.org/",
            "http:hooks.example.org",
            "http:/hooks.example.org/",
            "http://",
        ),
        *("ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "unix:///run/docker.sock", "data:,x"),
        *("javascript:1", "http+unix://example.org/", "httpſ://example.org/", " http://example.org/"),
        *("http://example.org/ ", "http://example.org/\n", "http://exa\tmple.org/", "http://example.org/a b"),
        *("http://user@example.org/", "http://user:pass@example.org/", "http://@example.org/", "http://:@example.org/"),
        *("http://example.org@127.0.0.1/", "http://127.0.0.1#@example.org/", "http://example.org\\@127.0.0.1/"),
        *("http://example.org#x", "http://example.org/#x", "http:\\\\example.org\\", "http://example.org;x/"),
        *(
            "http://exam%70le.org/",
            "http://127%2e0.0.1/",
            "http://[::1%25lo]/",
            "http://[fe80::1%eth0]/",
            "http://[::1/",
        ),
        *(
            "http://::1/",
            "http://[127.0.0.1]/",
            "http://[::1]x/",
            "http://[example.org]/",
            "http://[v1.x:y]/",
            "http://[]/",
        ),
        *(
            "http://ⓛocalhost/",
            "http://１２７.0.0.1/",
            "http://example。org/",
            "http://ˡocalhost/",
            "http://شبكة.example/",
        ),
        *(
            "http://fa\u212aebook.example/",
            "http://a_b.example.org/",
            "http://*.example.org/",
            "http://a,b.example.org/",
        ),
        *("http://example.org:/", "http://example.org:x/", "http://example.org:-1/", "http://example.org:123456/"),
        *("http://example.org:٨٠/", "http://example.org:80:80/", "http://example.org:+80/", "http://example.org:8_0/"),
        *("http://example.org/خبر", "http://example.org/%", "http://example.org/%zz", "http://example.org/\x00"),
        *(
            "http://example.org/<>",
            "http://example.org/?[a]",
            "http://example.org/\ud800",
            "http://example.org/" + "a" * 2000,
        ),
    ],
)
async def test_whatever_two_readers_could_read_differently_is_refused(wire: Wire, url: str) -> None:
    with pytest.raises(Refused, match="must be written like"):
        check_url(url)
    with pytest.raises(Refused):
        await post(Fetcher(look_up=Names([PUBLIC])), url)
    assert wire.receiver.connections == 0


@pytest.mark.parametrize("port", [0, 1, 22, 25, 79, 81, 110, 442, 444, 587, 1023, 65536, 99999])
def test_other_services_are_not_called(port: int) -> None:
    with pytest.raises(Refused, match="port"):
        check_url(f"https://{NAME}:{port}/")


@pytest.mark.parametrize(
    ("url", "spelled"),
    [
        ("HTTPS://Hooks.Example.ORG", "https://hooks.example.org/"),
        ("https://hooks.example.org:443/Path/?Q=%D8%AE&r=a/b?c", "https://hooks.example.org/Path/?Q=%D8%AE&r=a/b?c"),
        ("http://hooks.example.org:0080?q", "http://hooks.example.org/?q"),
        ("http://hooks.example.org:443/", "http://hooks.example.org:443/"),
        ("https://xn--mgberp4a5d4ar.example:8443/x", "https://xn--mgberp4a5d4ar.example:8443/x"),
        ("http://[2606:4700:0::1111]:1024/", "http://[2606:4700::1111]:1024/"),
        ("http://93.184.215.14:65535/~a/;b=(c)'", "http://93.184.215.14:65535/~a/;b=(c)'"),
        ("http://127.0.0.1.nip.example/", "http://127.0.0.1.nip.example/"),
    ],
)
def test_a_url_has_one_spelling(url: str, spelled: str) -> None:
    assert check_url(url) == check_url(spelled) == spelled


def test_a_refusal_repeats_nothing_of_the_url() -> None:
    for url in ("http://10.0.0.1/s3cret", "http://u:s3cret@example.org/", "http://s3cret/", "ftp://x/s3cret"):
        with pytest.raises(Refused) as refusal:
            check_url(url)
        assert "s3cret" not in str(refusal.value)


# allowed networks


async def test_an_allowed_network_is_reached_and_no_other(wire: Wire) -> None:
    allowed = ["10.1.0.0/16", "fd12::/16"]
    names = Names(
        ["10.1.2.3"], ["fd12::1", PUBLIC], ["10.1.2.3", "10.2.0.1"], ["::ffff:10.1.2.3"], ["64:ff9b::10.1.2.3"]
    )
    fetcher = Fetcher(allowed, look_up=names)
    assert check_url("http://index.internal/", allowed) == "http://index.internal/"
    for _ in range(2):
        assert (await fetcher.post("http://index.internal/", body=b"", headers={})).status == 200
    for _ in range(3):
        with pytest.raises(Refused):
            await fetcher.post("http://search:9200/", body=b"", headers={})
    with pytest.raises(Refused):
        await post(fetcher, "http://10.2.0.1/")
    assert wire.called == [("10.1.2.3", 80), ("fd12::1", 80)]


async def test_the_system_looks_up_names_by_itself() -> None:
    async with receiving(says(OK)) as receiver:
        fetcher = Fetcher(["127.0.0.0/8", "::1/128"])
        assert "127.0.0.1" in look_up("localhost", receiver.port)
        assert (await post(fetcher, f"http://localhost:{receiver.port}/")).body == b"ok"


@pytest.mark.parametrize("network", ["127.0.0.1/8", "localhost", "", "10.0.0.0/33"])
def test_a_network_that_is_none_stops_the_start(network: str) -> None:
    with pytest.raises(ValueError, match=r"network|bits"):
        Fetcher([network])


# what is sent


async def test_what_is_sent_names_the_host_and_is_ours(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving(says(OK)) as proxy:
        for variable in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(variable, f"http://127.0.0.1:{proxy.port}")
        names = Names([PUBLIC])
        mine = {"webhook-id": "msg_1", "Host": "evil.example", "accept-encoding": "gzip", "User-Agent": "Tester"}
        await post(Fetcher(look_up=names), f"http://{NAME}:8080/a/b%20?c=%2f", "خبر".encode(), **mine)
        await post(Fetcher(), "http://[2606:4700::1111]")
        assert proxy.connections == 0
    first, second = wire.receiver.requests
    head, _, body = first.partition(b"\r\n\r\n")
    line, *fields = head.decode().split("\r\n")
    assert (line, body) == ("POST /a/b%20?c=%2f HTTP/1.1", "خبر".encode())
    assert sorted(field.lower() for field in fields) == [
        "accept-encoding: identity",
        "connection: close",
        "content-length: 6",
        "host: hooks.example.org:8080",
        "user-agent: tester",
        "webhook-id: msg_1",
    ]
    assert second.startswith(b"POST / HTTP/1.1\r\n")
    assert b"Host: [2606:4700::1111]\r\n" in second
    assert b"User-Agent: Masthead\r\n" in second


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\x00b"])
async def test_a_header_cannot_be_split(wire: Wire, value: str) -> None:
    with pytest.raises(Failed):
        await post(Fetcher(), literal(PUBLIC), note=value)
    assert wire.receiver.requests == []


async def test_every_call_has_a_connection_of_its_own(wire: Wire) -> None:
    wire.receiver.script = floods(OK, b"")
    fetcher = Fetcher()
    for _ in range(3):
        assert (await fetcher.post(literal(PUBLIC), body=b"", headers={})).body == b"ok"
    await fetcher.close()
    assert wire.receiver.connections == 3
