"""What a provider's report becomes."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.exchange.melding import change, start, stop

CLIENT: dict[str, Any] = {
    "bsn": "999900006",
    "geboortedatum": {"datum": "2010-02-14"},
    "geslacht": "1",
    "naam": {
        "geslachtsnaam": {"achternaam": "Wittemans"},
        "partnernaam": {"achternaam": "Ander"},
        "voornamen": "Tom",
        "naamGebruik": "3",
    },
    "contactgegevens": [{"soort": "03"}],
}
PRODUCT: dict[str, Any] = {
    "toewijzingNummer": 7,
    "product": {"categorie": "45", "code": "45A04"},
    "ingangsdatum": "2026-01-01",
    "einddatum": "2026-12-31",
    "omvang": {"volume": 3, "eenheid": "04", "frequentie": "2"},
}
OWN = {
    "toewijzingNummer": 7,
    "product": PRODUCT["product"],
    "toewijzingIngangsdatum": "2026-01-01",
    "statusAanlevering": "1",
}


def test_a_start() -> None:
    """The key of the allocation, the day, and the client as a start describes one: without partner and address."""
    made = start(CLIENT, PRODUCT, None, {"begindatum": "2026-01-05"})
    assert made == {
        "bsn": CLIENT["bsn"],
        "geboortedatum": CLIENT["geboortedatum"],
        "geslacht": "1",
        "naam": {"geslachtsnaam": {"achternaam": "Wittemans"}, "voornamen": "Tom"},
        "startProducten": [{**OWN, "begindatum": "2026-01-05"}],
    }


def test_a_generic_allocation_has_no_product_of_its_own() -> None:
    """The provider says which one it delivers."""
    generic = {name: value for name, value in PRODUCT.items() if name != "product"}
    (made,) = start(CLIENT, generic, None, {"begindatum": "2026-01-05"})["startProducten"]
    assert "product" not in made
    told = {"begindatum": "2026-01-05", "product": {"categorie": "46"}}
    assert start(CLIENT, generic, None, told)["startProducten"][0]["product"] == {"categorie": "46"}


@pytest.mark.parametrize(("own", "day"), [({}, "2026-01-05"), ({"begindatum": "2026-02-01"}, "2026-02-01")])
def test_a_stop(own: dict[str, str], day: str) -> None:
    """It refers to the latest start, unless the provider names another one (OP155)."""
    told = {"einddatum": "2026-03-01", "redenBeeindiging": "20", **own}
    begun = {**OWN, "begindatum": "2026-01-05"}
    (made,) = stop(CLIENT, PRODUCT, begun, told)["stopProducten"]
    assert made == {**OWN, "begindatum": day, "einddatum": "2026-03-01", "redenBeeindiging": "20"}
    (without,) = stop(CLIENT, PRODUCT, None, {"einddatum": "2026-03-01"})["stopProducten"]
    assert "begindatum" not in without


@pytest.mark.parametrize("product", [{"categorie": "45", "code": "45A53"}, {"categorie": "45"}, None])
def test_a_stop_has_the_product_of_its_start(product: dict[str, str] | None) -> None:
    """Its key is that of the start, whatever the allocation says by now (TR382); so is that of what removes a start."""
    own = {name: value for name, value in OWN.items() if name != "product"}
    own |= {"begindatum": "2026-01-05", **({"product": product} if product else {})}
    told = {"einddatum": "2026-03-01", "redenBeeindiging": "31"}
    assert stop(CLIENT, PRODUCT, own, told)["stopProducten"] == [{**own, **told}]
    removal = {"begindatum": "2026-01-05", "statusAanlevering": "3"}
    assert start(CLIENT, PRODUCT, own, removal)["startProducten"] == [{**own, **removal}]


def test_a_change() -> None:
    """All that is current stands in it, and what is not named stays as it is (TR349)."""
    told = {"redenVerzoek": "1", "gewensteIngangsdatum": "2026-06-01", "einddatum": "2027-06-30"}
    assert change(CLIENT, PRODUCT, [{"toewijzingNummer": 8}], "GW1", told) == {
        "bsn": CLIENT["bsn"],
        "verzoek": {
            "referentieAanbieder": "GW1",
            "redenVerzoek": "1",
            "ongewijzigdeProducten": [{"toewijzingNummer": 8}],
            "teWijzigenProducten": [
                {
                    "toewijzingNummer": 7,
                    "gewensteIngangsdatum": "2026-06-01",
                    "einddatum": "2027-06-30",
                    "omvang": PRODUCT["omvang"],
                }
            ],
        },
    }


def test_a_change_of_a_budget_holds_from_the_first_day() -> None:
    """The provider need not name it (TR373); a reference of its own goes before the one that is made."""
    budget = {"toewijzingNummer": 7, "ingangsdatum": "2026-01-01", "budget": 100}
    verzoek = change(CLIENT, budget, [], "GW1", {"budget": 200, "referentieAanbieder": "R9"})["verzoek"]
    assert verzoek["referentieAanbieder"] == "R9"
    assert verzoek["teWijzigenProducten"] == [
        {"toewijzingNummer": 7, "gewensteIngangsdatum": "2026-01-01", "budget": 200}
    ]
