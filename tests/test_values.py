"""The values that are passed around: what a struct cannot say for itself."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from msgspec import Struct

import gateway
from gateway.store.endpoints import EndpointRow
from gateway.store.messages import NewMessage
from gateway.transport.mail import MailServer


def _below(cls: type[Struct]) -> Iterator[type[Struct]]:
    for below in cls.__subclasses__():
        yield below
        yield from _below(below)


def structs() -> list[type[Struct]]:
    """Give every struct of the gateway."""
    for module in pkgutil.walk_packages(gateway.__path__, "gateway."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return [found for found in _below(Struct) if found.__module__.startswith("gateway.")]


def test_structs_are_frozen_and_have_no_field_of_a_dataclass() -> None:
    """Such a field, with what it says, would be taken for the default itself."""
    found = structs()
    assert len(found) > 200
    for struct in found:
        assert struct.__struct_config__.frozen, struct
        assert not any(isinstance(default, dataclasses.Field) for default in struct.__struct_defaults__), struct


@pytest.mark.parametrize(
    ("kind", "hidden"),
    [(EndpointRow, {"secret", "older_secret"}), (MailServer, {"password"}), (NewMessage, {"content", "bsns"})],
)
def test_what_is_secret_or_personal_stays_out_of_the_repr(kind: type, hidden: set[str]) -> None:
    """These are dataclasses, for a struct shows all that is in it."""
    assert {field.name for field in dataclasses.fields(kind) if not field.repr} == hidden
