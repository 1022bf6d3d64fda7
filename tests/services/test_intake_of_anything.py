"""Any valid message can be taken, whatever it holds that is legal but unusual."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.composition import Gateway
from gateway.exchange.address import address_of
from gateway.exchange.refusal import Refusal, Refused
from gateway.ijw.berichten import BERICHTEN
from gateway.services.caller import Caller
from gateway.wire.document import Document
from tests.gateways import Clock, caller_for, content_of, open_gateway, post
from tests.strategies import berichten

EXPECTED = {
    Refused.RULES_VIOLATED,
    Refused.IDENTIFICATIE_USED,
    Refused.ANSWERED_UNKNOWN,
    Refused.ALREADY_ANSWERED,
}
messages_of_any_type = st.sampled_from(list(BERICHTEN)).flatmap(berichten)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def taking(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Gateway, Caller]]:
    """Give a gateway, and somebody who may act for whoever a message names."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    gateway = open_gateway(tmp_path_factory.mktemp("anything"), url, Clock())
    yield gateway, caller_for(gateway)
    gateway.close()


@settings(suppress_health_check=[*HealthCheck])
@given(messages_of_any_type)
def test_any_valid_message_is_taken_or_refused_for_a_reason(taking: tuple[Gateway, Caller], data: bytes) -> None:
    """No date, number, name or mark that the schema allows is too much for the database."""
    gateway, nobody = taking
    bericht = gateway.codec.read(Document(data)).bericht
    assert bericht is not None
    address = address_of(bericht)
    if not gateway.services.parties.exists(address.recipient):
        gateway.services.parties.add(address.recipient, "Iemand")
    caller = replace(nobody, parties=frozenset({address.sender, address.recipient}))
    result = post(gateway, caller, data)
    if isinstance(result, Refusal):
        assert result.kind in EXPECTED
        message_id = result.message_id
    else:
        message_id = result.message.id
        assert result.message.digest == hashlib.sha256(data).digest()
    if message_id is not None:
        assert content_of(gateway, message_id) == data
        detail = gateway.services.inquiry.detail(message_id, caller)
        assert detail is not None
        assert detail.message.identificatie == address.identificatie
        assert detail.message.dagtekening == address.dagtekening
