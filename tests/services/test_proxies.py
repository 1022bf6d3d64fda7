"""Whom the gateway takes somebody for who comes by way of a proxy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.services.proxies import Proxies

OURS = Proxies("127.0.0.1, 10.0.0.0/8, 2001:db8:1::/48", None)
ADDRESSES = st.ip_addresses().map(str)


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", ["198.51.100.7"], "192.0.2.1"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", ["203.0.113.9, 198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", ["203.0.113.9", "198.51.100.7, 10.1.2.3"], "198.51.100.7"),
        ("127.0.0.1", ["203.0.113.9, geen adres, 10.1.2.3"], "10.1.2.3"),
        ("127.0.0.1", ["10.9.9.9,10.1.2.3"], "10.9.9.9"),
        ("127.0.0.1", [""], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.7:50123"], "198.51.100.7"),
        ("127.0.0.1", ["[2001:db8:9::1]:50123"], "2001:db8:9::1"),
        ("127.0.0.1", ["2001:db8:9::1"], "2001:db8:9::1"),
        ("2001:db8:1::5", ["198.51.100.7"], "198.51.100.7"),
        ("::ffff:127.0.0.1", ["::ffff:198.51.100.7"], "198.51.100.7"),
        ("testclient", ["198.51.100.7"], "testclient"),
        ("", ["198.51.100.7"], ""),
    ],
)
def test_the_client_is_who_our_own_proxies_spoke_with(peer: str, forwarded: list[str], client: str) -> None:
    """From the back, up to the first address that is none of a proxy of ours; the rest may be made up."""
    assert OURS.client_of(peer, forwarded) == client


@pytest.mark.parametrize("trusted", ["10.0.0.0/8", "::ffff:10.0.0.0/104", "::ffff:10.1.2.3"])
@pytest.mark.parametrize("peer", ["10.1.2.3", "::ffff:10.1.2.3"])
def test_an_address_of_ipv4_is_the_same_inside_one_of_ipv6(trusted: str, peer: str) -> None:
    """A process that listens on both sees the one, and an operator may write the other."""
    assert Proxies(trusted, None).client_of(peer, ["192.0.2.7"]) == "192.0.2.7"
    assert Proxies(trusted, None).client_of("::ffff:172.16.0.1", ["192.0.2.7"]) == "172.16.0.1"


@given(st.lists(st.text() | ADDRESSES), ADDRESSES.filter(lambda one: OURS.client_of(one, ["192.0.2.9"]) == one))
def test_what_somebody_puts_before_their_own_address_changes_nothing(made_up: list[str], client: str) -> None:
    """The header that a client sends along is not believed, whatever is in it."""
    alone = OURS.client_of("10.0.0.1", [client])
    assert OURS.client_of("10.0.0.1", [*made_up, client]) == alone
    assert OURS.client_of("10.0.0.1", [", ".join([*made_up, client])]) == alone


@given(st.text() | ADDRESSES, st.lists(st.text()))
def test_without_proxies_only_the_connection_says_who_it_is(peer: str, forwarded: list[str]) -> None:
    """As long as none are set, the header is anybody's."""
    assert Proxies("", None).client_of(peer, forwarded) == Proxies("", None).client_of(peer, [])
