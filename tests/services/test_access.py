"""Tokens and parties: who may come in, and as whom."""

from __future__ import annotations

import base64
import hmac
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.composition import Gateway
from gateway.errors import ConflictError
from gateway.exchange.party import PartyKind
from gateway.services.caller import Caller, Scope
from gateway.store import access as rows
from tests.berichten import OTHER_PROVIDER, PROVIDER
from tests.gateways import ANSWERING, PLAIN, UNROUTED, Clock, caller_for, token_for


def test_a_token_holds_256_random_bits(embedded: Gateway) -> None:
    """Behind the id of twelve letters and digits stand 32 random bytes, other ones every time."""
    tokens = {token_for(embedded, PROVIDER) for _ in range(20)}
    assert len(tokens) == 20
    for token in tokens:
        assert token.startswith("ijw_")
        secret = token.removeprefix("ijw_")[12:]
        assert len(base64.urlsafe_b64decode(secret + "=")) == 32
        assert token.removeprefix("ijw_")[:12].isalnum()


def test_of_a_token_only_the_hash_is_kept(embedded: Gateway, tmp_path: Path) -> None:
    """Neither the token nor its secret part is anywhere in the database."""
    token = token_for(embedded, PROVIDER)
    embedded.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("gateway.db*"))
    assert token[4:16].encode() in kept
    assert token[16:].encode() not in kept
    assert base64.urlsafe_b64decode(token[16:] + "=") not in kept


def test_a_token_tells_who_holds_it(gateway: Gateway) -> None:
    """The holder has the parties and the scopes that the token was made with."""
    caller = gateway.services.access.identify(token_for(gateway, PROVIDER, PLAIN))
    assert caller is not None
    assert caller.parties == {PROVIDER, PLAIN}
    assert caller.acts_for(PLAIN)
    assert not caller.acts_for(OTHER_PROVIDER)
    assert not caller.is_admin


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: token[:16],
        lambda token: token.replace("ijw_", "ijw-"),
        lambda token: token.removeprefix("ijw_"),
        lambda token: "ijw_" + "A" * 12 + token[16:],
        lambda token: token.swapcase(),
        lambda token: "",
        lambda token: "ijw_",
        lambda token: "ijw_\x00é" + token,
    ],
)
def test_no_other_token_comes_in(embedded: Gateway, spoil: object) -> None:
    """A token that differs in anything is nobody's, whether or not the good one was used a moment ago."""
    token = token_for(embedded, PROVIDER)
    assert callable(spoil)
    assert embedded.services.access.identify(token) is not None
    assert embedded.services.access.identify(spoil(token)) is None
    assert embedded.services.access.recently_known(spoil(token)) is None


def test_the_secret_of_another_token_does_not_fit(embedded: Gateway) -> None:
    """The id of one token with the secret of another is nobody."""
    one, other = token_for(embedded, PROVIDER), token_for(embedded, OTHER_PROVIDER)
    embedded.services.access.identify(one)
    assert embedded.services.access.identify(one[:16] + other[16:]) is None
    assert embedded.services.access.recently_known(one[:16] + other[16:]) is None


def test_tokens_are_compared_in_constant_time(embedded: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every comparison goes through the one function that takes as long for a wrong token as for a right one."""
    compared: list[tuple[bytes, bytes]] = []
    constant = hmac.compare_digest

    def compare(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return constant(one, other)

    monkeypatch.setattr("gateway.services.access.hmac.compare_digest", compare)
    token = token_for(embedded, PROVIDER)
    access = embedded.services.access
    access.identify(token)
    access.recently_known(token)
    access.identify("ijw_" + "A" * 12 + token[16:])
    assert [len(part) for pair in compared for part in pair] == [32] * 6


def test_a_token_ends_at_its_moment(gateway: Gateway, clock: Clock) -> None:
    """A token with an end is good until that very moment, and not at it."""
    access = gateway.services.access
    token = access.create_token(
        label="",
        scopes=frozenset({Scope.EXCHANGE}),
        parties=frozenset({PROVIDER}),
        expires_at=clock.now + timedelta(hours=1),
    )
    clock.forward(minutes=59, seconds=59)
    assert access.identify(token) is not None
    clock.forward(seconds=1)
    assert access.identify(token) is None


def test_a_revoked_token_is_nobody_at_once(gateway: Gateway) -> None:
    """Revoking holds from the next question on, and may be repeated."""
    access = gateway.services.access
    token = token_for(gateway, PROVIDER)
    assert access.identify(token) is not None
    assert access.revoke(token[4:16])
    assert access.identify(token) is None
    assert access.recently_known(token) is None
    assert access.revoke(token[4:16])
    assert not access.revoke("nobodys00000")


def test_what_was_known_a_moment_ago_is_soon_forgotten(embedded: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process may have revoked a token: without asking, it is believed for two seconds at most."""
    access = embedded.services.access
    token = token_for(embedded, PROVIDER)
    assert access.recently_known(token) is None
    now = 1000.0
    monkeypatch.setattr("gateway.services.access.time.monotonic", lambda: now)
    access.identify(token)
    now += 1.9
    assert access.recently_known(token) is not None
    now += 0.2
    assert access.recently_known(token) is None


def test_the_last_use_is_written_once_a_minute(gateway: Gateway, clock: Clock) -> None:
    """The first use is written down, and then one a minute: every question would be a write otherwise."""
    access = gateway.services.access
    token = token_for(gateway, PROVIDER)
    (row,) = access.tokens()
    assert row.last_used_at is None
    first = clock.now
    for seconds in (0, 30, 29.9):
        clock.forward(seconds=seconds)
        access.identify(token)
        assert access.tokens()[0].last_used_at == first
    clock.forward(seconds=0.1)
    access.identify(token)
    assert access.tokens()[0].last_used_at == clock.now


def test_what_a_scope_allows() -> None:
    """An administrator reads everything and acts for nobody; exchange acts and reads for its parties alone."""
    parties = frozenset({PROVIDER})
    exchange, admin, monitor = (Caller("id", frozenset({scope}), parties) for scope in Scope)
    assert exchange.acts_for(PROVIDER)
    assert exchange.may_read(OTHER_PROVIDER, PROVIDER)
    assert not exchange.may_read(OTHER_PROVIDER, PLAIN)
    assert admin.may_read(OTHER_PROVIDER)
    assert not admin.acts_for(PROVIDER)
    assert not monitor.may_read(PROVIDER)
    assert not monitor.acts_for(PROVIDER)


def test_tokens_are_listed_without_their_secrets(embedded: Gateway) -> None:
    """A list shows what a token is for, and a hash where the secret was."""
    token = token_for(embedded, PLAIN, PROVIDER)
    (row,) = embedded.services.access.tokens()
    assert (row.parties, row.scopes, row.label) == ((PLAIN, PROVIDER), ("exchange",), "proef")
    assert token[16:] not in repr(row)


def test_parties_are_those_added_and_those_routed(gateway: Gateway) -> None:
    """A municipality of a route table takes part by itself, anybody else once added."""
    parties = gateway.services.parties
    listed = {party.code: party for party in parties.listed()}
    assert list(listed) == sorted(listed)
    assert {PLAIN, ANSWERING, PROVIDER, UNROUTED} <= set(listed)
    assert listed[PLAIN].kind is listed[UNROUTED].kind is PartyKind.MUNICIPALITY
    assert listed[PROVIDER].kind is PartyKind.PROVIDER
    assert all(parties.exists(code) for code in listed)
    assert not parties.exists("99999999")


def test_adding_a_party_again_changes_nothing(gateway: Gateway) -> None:
    """The same party again is fine; with another name, or with a code that is nobody's, it is not."""
    parties = gateway.services.parties
    before = parties.listed()
    parties.add(PROVIDER, "Aanbieder Linde")
    for code, name in ((PROVIDER, "Iemand anders"), ("123", "Kort"), ("abcdefgh", "Letters"), ("", "Niemand")):
        with pytest.raises(ConflictError):
            parties.add(code, name)
    assert parties.listed() == before


def test_a_use_is_touched_in_the_store_once(gateway: Gateway, clock: Clock) -> None:
    """Two processes that see a stale token at once write one moment, not two."""
    caller = caller_for(gateway, PROVIDER)
    with gateway.database.write() as connection:
        rows.touch_token(connection, caller.token_id, now=clock.now + timedelta(seconds=30))
    assert gateway.services.access.tokens()[0].last_used_at == clock.now
