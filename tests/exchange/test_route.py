"""Routes as values."""

from msgspec.structs import replace

from gateway.exchange.route import Answerer, Delivery, HistoryChecks, Manual, Route, RouteTable

DIEMEN = Route("0384", "Diemen", "Voorbeeldregio")
DEVENTER = Route("0150", "Deventer", "IJsselland", manual=Manual(frozenset({"JW317"}), "Kan niet anders"))


def test_defaults() -> None:
    """What a table does not say is what the contract says."""
    assert DIEMEN.delivery is Delivery.QUEUE
    assert DIEMEN.history_checks is HistoryChecks.ADVISE
    assert DIEMEN.retour is DIEMEN.declaration_answer is Answerer.RECIPIENT
    assert DIEMEN.max_attempts == 5
    assert DIEMEN.expire_days is None


def test_manual_messages() -> None:
    """People handle only the types that the route names."""
    assert DEVENTER.handled_by_people("JW317") is DEVENTER.manual
    assert DEVENTER.handled_by_people("JW315") is None
    assert DIEMEN.handled_by_people("JW317") is None


def test_table_looks_up_by_code() -> None:
    """A municipality is found by its code, or is not known here."""
    table = RouteTable.of([DIEMEN, DEVENTER])
    assert table.get("0150") is DEVENTER
    assert table.get("9999") is None
    assert "0384" in table
    assert "9999" not in table
    assert list(table) == [DIEMEN, DEVENTER]
    assert len(table) == 2


def test_a_municipality_that_is_reached_by_mail() -> None:
    """People handle everything that starts something; a retourbericht waits, for it asks nothing."""
    route = replace(DEVENTER, delivery=Delivery.EMAIL)
    for message_type in ("JW305", "JW307", "JW315", "JW317", "JW323"):
        assert route.handled_by_people(message_type) is DEVENTER.manual
    assert route.handled_by_people("JW302") is None
