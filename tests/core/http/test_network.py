"""Where a request comes from: X-Forwarded-For is believed from named proxies alone."""

import pytest

from app.core.http.network import client_address, network_of

NONE: tuple[str, ...] = ()
ONE = ("10.0.0.0/8",)
TWO = ("10.0.0.0/8", "2001:db8:ffff::/48")


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "address"),
    [
        ("203.0.113.7", [], NONE, "203.0.113.7"),
        # nobody is trusted: whatever is claimed counts for nothing
        ("203.0.113.7", ["198.51.100.1"], NONE, "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], ONE, "203.0.113.7"),
        ("10.0.0.1", ["198.51.100.1"], NONE, "10.0.0.1"),
        # one proxy: the last entry is what it saw, those before it are the client's own claims
        ("10.0.0.1", ["198.51.100.1"], ONE, "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.66, 198.51.100.1"], ONE, "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.66", "198.51.100.1"], ONE, "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.66, 127.0.0.1, 198.51.100.1"], ONE, "198.51.100.1"),
        # a chain of our own: the nearest stranger counts
        ("10.0.0.1", ["198.51.100.1, 10.9.9.9"], ONE, "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.66, 198.51.100.1, 10.9.9.9, 10.8.8.8"], ONE, "198.51.100.1"),
        ("2001:db8:ffff::1", ["192.0.2.66, 2001:db8:1::5, 10.1.1.1"], TWO, "2001:db8:1::5"),
        # everyone is ours
        ("10.0.0.1", ["10.0.0.2, 10.0.0.3"], ONE, "10.0.0.2"),
        ("10.0.0.1", [], ONE, "10.0.0.1"),
        # one address has one spelling
        ("::ffff:203.0.113.7", [], NONE, "203.0.113.7"),
        ("::ffff:10.0.0.1", ["::ffff:198.51.100.1"], ONE, "198.51.100.1"),
        ("10.0.0.1", ["[2001:db8::9]"], ONE, "2001:db8::9"),
        ("10.0.0.1", ["2001:0DB8:0:0::9"], ONE, "2001:db8::9"),
        # garbage: nobody beyond it is believed
        ("10.0.0.1", ["garbage"], ONE, "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1, garbage"], ONE, "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1, , "], ONE, "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1, unknown, 10.9.9.9"], ONE, "10.9.9.9"),
        ("10.0.0.1", ["1.2.3.4.5"], ONE, "10.0.0.1"),
        ("10.0.0.1", ["١٩٢.٠.٢.١"], ONE, "10.0.0.1"),
        ("10.0.0.1", ["192.0.2.1\x00"], ONE, "10.0.0.1"),
        ("10.0.0.1", [",".join(["192.0.2.66"] * 10_000) + ",198.51.100.1"], ONE, "198.51.100.1"),
        ("10.0.0.1", [",".join(["10.0.0.9"] * 10_000)], ONE, "10.0.0.9"),
        ("", ["198.51.100.1"], ONE, None),
        ("testclient", ["198.51.100.1"], ONE, None),
    ],
)
def test_client_address(peer: str, forwarded: list[str], trusted: tuple[str, ...], address: str | None) -> None:
    found = client_address(peer, forwarded, trusted)
    assert (None if found is None else str(found)) == address


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("203.0.113.255", "203.0.113.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("2001:db8:1:ffff::", "2001:db8:1::/48"),
        ("::ffff:203.0.113.7", "203.0.113.0/24"),
        ("fe80::1%eth0", "fe80::/48"),
        ("fe80::1%eth1", "fe80::/48"),
        ("", "unknown"),
    ],
)
def test_networks_are_what_one_household_has(address: str, network: str) -> None:
    assert network_of(client_address(address, (), ())) == network
