"""Coordinators over HTTP."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from gateway.composition import Gateway
from gateway.store.lifecycle_tables import allocation
from tests.api.client import Client
from tests.berichten import heenbericht, xml
from tests.gateways import PLAIN, token_for


@pytest.fixture
def municipality(gateway: Gateway) -> str:
    """Give the token of the municipality."""
    return token_for(gateway, PLAIN)


@pytest.fixture
def url(gateway: Gateway, client: Client, municipality: str) -> str:
    """Let the municipality allocate something; gives where its coordinator is named."""
    assert client.post(xml(heenbericht("JW301")), token=municipality).status_code == 202
    with gateway.database.read() as connection:
        found: UUID = connection.execute(select(allocation.c.id)).scalar_one()
    return f"/v1/allocations/{found}/coordinator"


def test_naming_a_coordinator(client: Client, url: str, municipality: str) -> None:
    """Named, shown to both sides, and taken back, which may be repeated."""
    told = {"name": "Wijkteam Noord", "email": "plan@wijkteam.example"}
    assert client.get(url, token=municipality).status_code == 404
    named = client.call("PUT", url, token=municipality, json=told)
    assert (named.status_code, named.json()) == (200, told)
    assert client.get(url).json() == told
    assert client.call("PUT", url, json=told).status_code == 404
    assert client.call("DELETE", url).status_code == 404
    for _ in range(2):
        assert client.call("DELETE", url, token=municipality).status_code == 204
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("told", [{"name": "x"}, {"name": " ", "email": "a@b.c"}, {"name": "x", "email": "geen adres"}])
def test_a_coordinator_that_is_wrong(client: Client, url: str, municipality: str, told: dict[str, str]) -> None:
    """Without a name or an address that mail can reach nothing is changed."""
    assert client.call("PUT", url, token=municipality, json=told).status_code == 400
    assert client.get(url).status_code == 404
