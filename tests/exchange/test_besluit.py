"""What a decision becomes: the JW319, and the JW301 as IV093 and IV094 say."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.exchange.besluit import (
    Aanvraag,
    Bekend,
    Stamp,
    antwoord,
    contains,
    merged,
    nummer_of,
    toewijzing,
    unknown_in,
)

TODAY = date(2026, 6, 2)
PER_WEEK = {"volume": 3, "eenheid": "04", "frequentie": "2"}
MORE = {**PER_WEEK, "volume": 6}
IN_ALL = {"volume": 40, "eenheid": "04", "frequentie": "6"}
BEFORE = {"toewijzingsdatum": "2026-01-02", "toewijzingstijd": "09:00:00"}
NOW = {"toewijzingsdatum": "2026-06-02", "toewijzingstijd": "10:11:12"}
BSN = "999900006"


def stamp() -> Stamp:
    """Settle on a day of June; new allocations are numbered from 900."""
    return Stamp(TODAY, "10:11:12", count(900))


def product(nummer: int, **changes: Any) -> dict[str, Any]:
    """Make an allocation of this year, as it was sent."""
    fields: dict[str, Any] = {
        "toewijzingNummer": nummer,
        "product": {"categorie": "45", "code": "45A04"},
        **BEFORE,
        "ingangsdatum": "2026-01-01",
        "einddatum": "2026-12-31",
        "omvang": PER_WEEK,
    }
    return {name: value for name, value in {**fields, **changes}.items() if value is not None}


def granted(*current: dict[str, Any], verzoek: dict[str, Any], chosen: Any = ()) -> list[dict[str, Any]]:
    """Grant a JW317."""
    aanvraag = Aanvraag("A001", {"bsn": BSN, "verzoek": {"referentieAanbieder": "A001", **verzoek}})
    client = toewijzing(aanvraag, Bekend({"bsn": BSN}, current), {}, chosen, stamp())
    producten: list[dict[str, Any]] = client["toegewezenProducten"]
    assert {one["referentieAanbieder"] for one in producten} == {"A001"}
    return [{name: value for name, value in one.items() if name != "referentieAanbieder"} for one in producten]


def change(nummer: int, begin: str = "2026-06-12", **wanted: Any) -> dict[str, Any]:
    """Ask to change an allocation."""
    return {"toewijzingNummer": nummer, "gewensteIngangsdatum": begin, **wanted}


def test_an_answer() -> None:
    """Without a reason the request is looked into; with one it is refused, and for one it is somebody else's."""
    assert antwoord("R1") == {"referentieAanbieder": "R1", "verzoekAntwoord": "2"}
    refused = {"referentieAanbieder": "R1", "verzoekAntwoord": "1", "redenAfwijzingVerzoek": "8"}
    assert antwoord("R1", "8") == refused
    assert antwoord("R1", "8", "0384") == {**refused, "woonplaatsbeginsel": {"gemeente": "0384"}}


def test_a_longer_term_is_changed_in_place() -> None:
    """Only the last day moves: the same number, with the provider as the reason (OP380)."""
    was = product(1, redenWijziging="04")
    asked = {"teWijzigenProducten": [change(1, "2026-01-01", einddatum="2027-06-30", omvang=PER_WEEK)]}
    assert granted(was, verzoek=asked) == [product(1, einddatum="2027-06-30", redenWijziging="12", **NOW)]


def test_another_volume_is_a_new_allocation() -> None:
    """The present one ends on the day before, the new one has a number of its own and no reason (OP257)."""
    asked = {"teWijzigenProducten": [change(1, einddatum="2026-12-31", omvang=MORE)]}
    assert granted(product(1), verzoek=asked) == [
        product(1, einddatum="2026-06-11", redenWijziging="12", **NOW),
        product(900, ingangsdatum="2026-06-12", omvang=MORE, **NOW),
    ]


@pytest.mark.parametrize(
    ("how_much", "more"),
    [({"omvang": IN_ALL}, {"omvang": {**IN_ALL, "volume": 60}}), ({"omvang": None, "budget": 100}, {"budget": 200})],
)
def test_a_budget_is_changed_in_place(how_much: Any, more: Any) -> None:
    """So is a volume for the whole period: from the first day, whatever day was asked."""
    asked = {"teWijzigenProducten": [change(1, einddatum="2026-12-31", **more)]}
    assert granted(product(1, **how_much), verzoek=asked) == [
        product(1, **{**how_much, **more, **NOW, "redenWijziging": "12"})
    ]


def test_what_would_never_begin_is_removed() -> None:
    """A change from the first day, or from before it, leaves nothing of the present allocation (OP033x1)."""
    asked = {"teWijzigenProducten": [change(1, "2026-07-01", einddatum="2026-12-31", omvang=MORE)]}
    was = product(1, ingangsdatum="2026-07-01")
    removed, new = granted(was, verzoek=asked)
    assert (removed["einddatum"], removed["redenWijziging"]) == ("2026-07-01", "13")
    assert (new["toewijzingNummer"], new["ingangsdatum"], new["omvang"]) == (900, "2026-07-01", MORE)


def test_what_has_ended_is_not_stretched() -> None:
    """It stays as it is; a new one takes its place (OP380)."""
    asked = {"teWijzigenProducten": [change(1, einddatum="2026-12-31", omvang=PER_WEEK)]}
    (new, old) = granted(product(1, einddatum="2026-05-31"), verzoek=asked)
    assert (new["toewijzingNummer"], new["ingangsdatum"], new["einddatum"]) == (900, "2026-06-12", "2026-12-31")
    assert old == product(1, einddatum="2026-05-31")


def test_what_is_repeated_did_not_change() -> None:
    """Beside a new allocation the others have no request, and no reason to have changed (IV094, IV099)."""
    aanvraag = Aanvraag("A001", {"bsn": BSN}, {"product": {"categorie": "45"}, "toewijzingIngangsdatum": "2026-07-01"})
    was = product(2, redenWijziging="12", referentieAanbieder="A000", commentaar="x")
    client = toewijzing(aanvraag, Bekend({"bsn": BSN}, [was]), {}, (), stamp())
    assert client["toegewezenProducten"][1] == product(2, commentaar="x")


def test_a_request_for_change_is_granted_as_a_whole() -> None:
    """New products beside those that stay; all of them of the request, and those that stay without a reason."""
    asked = {
        "ongewijzigdeProducten": [{"toewijzingNummer": 2}],
        "nieuweProducten": [
            {"product": {"categorie": "46"}, "gewensteIngangsdatum": "2026-07-01", "budget": 5000},
        ],
    }
    new, same = granted(product(2, redenWijziging="04", commentaar="x"), verzoek=asked)
    assert new == {
        "toewijzingNummer": 900,
        "product": {"categorie": "46"},
        "budget": 5000,
        "ingangsdatum": "2026-07-01",
        **NOW,
    }
    assert same == product(2, commentaar="x")


def test_what_is_not_known_is_told() -> None:
    """An allocation that a JW317 names and that is not current cannot be changed, nor repeated."""
    verzoek = {"teWijzigenProducten": [change(3), change(1)], "ongewijzigdeProducten": [{"toewijzingNummer": 2}]}
    aanvraag = Aanvraag("A001", {"bsn": BSN, "verzoek": verzoek})
    assert unknown_in(aanvraag, Bekend({}, (product(1),))) == [2, 3]
    assert unknown_in(Aanvraag("R1", {"bsn": BSN}, {}), Bekend({})) == []


def test_the_municipality_may_choose_other_days() -> None:
    """It names allocations by their numbers, and says what is different; what is not different is not settled anew."""
    chosen = [{"toewijzingNummer": 1, "einddatum": "2026-05-23"}, {"toewijzingNummer": 2}, {"budget": 7}]
    first, second, third = granted(product(1), product(2), verzoek={}, chosen=chosen)
    assert first == product(1, einddatum="2026-05-23", redenWijziging="12", **NOW)
    assert second == product(2)
    assert third == {"budget": 7, "toewijzingNummer": 900, **NOW}
    (own,) = granted(product(1), verzoek={}, chosen=[{"toewijzingNummer": 1, "budget": 7, "redenWijziging": "03"}])
    assert own["redenWijziging"] == "03"


def test_a_client_is_known_better_by_the_municipality() -> None:
    """Its own message goes before the request, and what it says now before both; a partner's name stays."""
    asked: dict[str, Any] = {
        "bsn": BSN,
        "geslacht": "1",
        "naam": {"geslachtsnaam": {"achternaam": "A"}, "voornamen": "T"},
    }
    aanvraag = Aanvraag("R1", {**asked, "gezagsdragerBekend": "1", "commentaar": "x"}, {"budget": 5})
    known = {"bsn": BSN, "naam": {"geslachtsnaam": {"achternaam": "B"}, "naamGebruik": "3"}, "commentaar": "oud"}
    client = toewijzing(aanvraag, Bekend(known), {"geslacht": "2", "naam": {"voornamen": None}}, [], stamp())
    assert {name: client[name] for name in ("bsn", "geslacht", "naam")} == {
        "bsn": BSN,
        "geslacht": "2",
        "naam": {"geslachtsnaam": {"achternaam": "B"}, "naamGebruik": "3"},
    }
    assert set(client) == {"bsn", "geslacht", "naam", "toegewezenProducten"}
    alone = toewijzing(aanvraag, Bekend({}), {}, [], stamp())
    assert alone["naam"] == {**asked["naam"], "naamGebruik": "1"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from("abc"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["bsn", "naam", "toewijzingNummer", "product", "einddatum", "x"]), inner)
    ),
    max_leaves=12,
)
OBJECT = st.dictionaries(st.sampled_from(["bsn", "naam", "toewijzingNummer", "product", "einddatum", "omvang"]), JSON)


@given(OBJECT, st.lists(OBJECT, max_size=3), st.booleans())
def test_whatever_is_said_makes_something(client: Any, chosen: Any, vot: bool) -> None:
    """Nonsense becomes a message that the schema refuses, and never a failure."""
    asked = {"bsn": BSN, "verzoek": {}}
    aanvraag = Aanvraag("R1", asked, {"product": {"categorie": "45"}} if vot else None)
    made = toewijzing(aanvraag, Bekend({}, (product(1), product(2))), client, chosen, stamp())
    assert len(made["toegewezenProducten"]) >= 2


@given(OBJECT, OBJECT)
def test_what_is_laid_over_is_in_it(base: Any, over: Any) -> None:
    """A decision that was filled in contains what was decided, and nothing of what was left out there."""
    assert contains(merged(base, over), over)
    assert merged(base, {}) == base


def test_containing() -> None:
    """Lists are equal in length and order, absent is what null says."""
    assert contains({"a": 1, "b": [1, {"c": 2}]}, {"b": [1, {}]})
    assert not contains({"b": [1, 2]}, {"b": [1]})
    assert not contains({"a": 1}, {"a": None})
    assert contains({}, {"a": None, "b": []})
    assert contains({"a": 100}, {"a": "100"})
    assert not contains({}, {"a": {}})


def test_a_number_is_a_number() -> None:
    """Anything else is for the schema to tell of."""
    assert [nummer_of({"toewijzingNummer": value}) for value in (1, "1", [1], None)] == [1, None, None, None]
