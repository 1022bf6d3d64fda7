"""What a gateway does with its keys when it is put together."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from gateway.composition import make_gateway
from gateway.errors import KeyringError
from gateway.settings import Settings
from gateway.store import migrate
from tests.berichten import MUNICIPALITY, PROVIDER, post_of
from tests.gateways import accepted, caller_for


def test_a_lost_key_is_not_replaced(tmp_path: Path) -> None:
    """A gateway that keeps messages does not start with a new key; one that keeps nothing makes itself one."""
    settings = Settings(data_dir=tmp_path)
    gateway = make_gateway(settings)
    migrate.upgrade(gateway.database.engine)
    make_gateway(settings).close()
    gateway.services.parties.add(PROVIDER, "De Linde")
    gateway.services.parties.add(MUNICIPALITY, "Diemen")
    accepted(gateway, caller_for(gateway, PROVIDER), post_of("JW305"))
    gateway.close()
    settings.key_file.unlink()
    with pytest.raises(KeyringError, match="reservekopie"):
        make_gateway(settings)
    assert not settings.key_file.exists()
    own = SecretStr("eigen:" + "A" * 43 + "=")
    make_gateway(settings.model_copy(update={"encryption_keys": own})).close()
