"""Which clients' dossiers are asked for along with the first question of a transaction, and which only later."""

from __future__ import annotations

from datetime import UTC, datetime
from unittest import mock

import pytest
from sqlalchemy import Connection

from gateway.ijw.berichten import BERICHTEN
from gateway.services.ledger import Ledger
from gateway.store.dossiers import ClientKey, Dossiers
from gateway.store.vault import Keyring
from tests.berichten import BSN, answer_to, heenbericht

HEEN = [name for name, kind in BERICHTEN.items() if kind.ANTWOORD_OP is None and name not in {"JW319", "JW325"}]


def expected(*types: str, answered: bool = False) -> list[ClientKey] | None:
    """Give whose dossiers a ledger asks for along, for messages or for the answers to them; None where it asks not."""
    berichten = [heenbericht(name) for name in types]
    ledger = Ledger(mock.Mock(Connection), Keyring({"first": bytes(32)}), datetime.now(UTC))
    with mock.patch.object(Dossiers, "expect") as expect:
        ledger.expect([answer_to(bericht) for bericht in berichten] if answered else berichten)
    return list(expect.call_args.args[0]) if expect.called else None


@pytest.mark.parametrize("name", HEEN)
def test_of_messages_that_start_something(name: str) -> None:
    """Their clients stand in them, each once."""
    assert [client.bsn for client in expected(name, name) or ()] == [BSN]


@pytest.mark.parametrize("name", HEEN)
def test_not_of_answers(name: str) -> None:
    """An answer may be about more clients than it names; all of them are locked in one order, so none beforehand."""
    assert expected(name, answered=True) is None
