"""The tree of exceptions."""

import pytest

from gateway import errors
from gateway.errors import ConfigurationError, GatewayError, RouteTableError

CLASSES = [value for value in vars(errors).values() if isinstance(value, type)]
TREE = [value for value in CLASSES if issubclass(value, GatewayError)]


@pytest.mark.parametrize("error", TREE)
def test_docstring_is_the_message(error: type[GatewayError]) -> None:
    """An error that is raised without words says its docstring."""
    assert str(error()) == error.__doc__
    assert str(error()).endswith(".")


def test_detail_replaces_the_docstring() -> None:
    """An error that is raised with words says those."""
    assert str(RouteTableError("routes/utrecht.toml, line 3")) == "routes/utrecht.toml, line 3"


def test_a_subclass_without_docstring_still_says_something() -> None:
    """A class that forgot its docstring says what the root of the tree says."""
    silent = type("Silent", (GatewayError,), {})
    assert str(silent()) == GatewayError.__doc__


def test_a_wrong_route_table_is_a_wrong_configuration() -> None:
    """What an operator set up wrongly can be caught as one kind."""
    assert issubclass(RouteTableError, ConfigurationError)
