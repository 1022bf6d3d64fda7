"""Messages in words."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from msgspec.structs import replace

from gateway.exchange.readable import Fact, Readable, Section, day_in_words, euro, readable
from gateway.ijw.bericht import Bericht
from gateway.ijw.dossier import Dossier, Feit
from gateway.ijw.toewijzing import JW301
from gateway.ijw.typen import Omvang, Product
from gateway.ijw.verzoek import JW315, JW317
from gateway.wire.readable_html import readable_page
from gateway.wire.reference import read_codelijsten
from tests.berichten import BSN, HEENBERICHTEN, PROVIDER, SURNAME, answer_to, heenbericht

LISTS = read_codelijsten()
NOTHING_KNOWN = Dossier()
AMBULANT = "Jeugdhulp ambulant regulier: inspanningsgericht (45A04)"


def known(*changes: JW301.ToegewezenProduct) -> Dossier:
    """Make a dossier in which these allocations are known."""
    return Dossier(toewijzingen=tuple(Feit(uuid4(), date(2026, 4, 1), str(n), one) for n, one in enumerate(changes)))


def allocated() -> JW301.ToegewezenProduct:
    """Give the allocation that the JW317 of the tests changes: 2 hours a week until 14 July."""
    bericht = heenbericht("JW301")
    assert isinstance(bericht, JW301)
    return bericht.client.toegewezen_producten[0]


def jw317(**changes: object) -> JW317:
    """Make a request for change with this in it."""
    bericht = heenbericht("JW317")
    assert isinstance(bericht, JW317)
    verzoek = replace(bericht.client.verzoek, **changes)
    return replace(bericht, client=replace(bericht.client, verzoek=verzoek))


def section(found: Readable, title: str) -> Section:
    """Give a section of a message in words."""
    (one,) = [one for one in found.sections if one.title == title]
    return one


def test_what_changes_from_what_to_what() -> None:
    """Each allocation that changes says what it was, what it would be, and what stays as it is."""
    found = readable(jw317(), known(allocated()), LISTS)
    assert found.title == "Verzoek om wijziging"
    assert Fact("Reden", "Verandering clientsituatie") in found.facts
    assert Fact("BSN", BSN) in found.facts
    (item,) = section(found, "Wat verandert").items
    assert item.title == f"Toewijzing 300201: {AMBULANT}"
    assert item.facts == (
        Fact("Gewenste ingangsdatum", "1 april 2026"),
        Fact("Einddatum", "31 december 2026", "14 juli 2026"),
        Fact("Omvang", "2 uur per week", "2 uur per week"),
    )
    assert [fact.changes for fact in item.facts] == [False, True, False]


def test_the_latest_version_is_what_it_was() -> None:
    """Of several versions of an allocation the one that the municipality settled last counts."""
    later = replace(
        allocated(),
        toewijzingsdatum=date(2026, 5, 1),
        einddatum=date(2026, 9, 30),
        omvang=Omvang(volume=90, eenheid="01", frequentie="4"),
        budget=800_000,
    )
    (item,) = section(readable(jw317(), known(later, allocated()), LISTS), "Wat verandert").items
    assert item.facts[1:] == (
        Fact("Einddatum", "31 december 2026", "30 september 2026"),
        Fact("Omvang", "2 uur per week", "90 minuut per maand"),
        Fact("Budget", "niet opgegeven", "€ 8.000,00"),
    )


def test_an_allocation_that_is_not_known_here() -> None:
    """Whoever handles it is told to look elsewhere, rather than that nothing was there."""
    (item,) = section(readable(jw317(), NOTHING_KNOWN, LISTS), "Wat verandert").items
    assert item.title == "Toewijzing 300201: hier niet bekend, zie uw eigen administratie"
    assert item.facts[1] == Fact("Einddatum", "31 december 2026", "hier niet bekend")


def test_what_is_new_and_what_stays() -> None:
    """New products and allocations that stay have a section of their own, and only where there are any."""
    new = JW317.NieuwProduct(
        product=Product(categorie="45"), gewenste_ingangsdatum=date(2026, 5, 1), budget=123_456, omvang=None
    )
    stays = (JW317.OngewijzigdProduct(toewijzing_nummer=300201), JW317.OngewijzigdProduct(toewijzing_nummer=2))
    bericht = jw317(te_wijzigen_producten=(), nieuwe_producten=(new,), ongewijzigde_producten=stays)
    found = readable(bericht, known(replace(allocated(), einddatum=None, budget=100)), LISTS)
    assert [one.title for one in found.sections] == ["Wat nieuw is", "Wat blijft zoals het is"]
    (item,) = found.sections[0].items
    assert item.title.endswith("(categorie 45)")
    assert item.facts == (
        Fact("Gewenste ingangsdatum", "1 mei 2026"),
        Fact("Einddatum", "zonder einde"),
        Fact("Omvang", "niet opgegeven"),
        Fact("Budget", "€ 1.234,56"),
    )
    first, second = found.sections[1].items
    assert first.title == f"Toewijzing 300201: {AMBULANT}"
    assert Fact("Einddatum", "zonder einde") in first.facts
    assert Fact("Budget", "€ 1,00") in first.facts
    assert (second.title, second.facts) == ("Toewijzing 2: hier niet bekend, zie uw eigen administratie", ())


def test_what_a_new_request_asks() -> None:
    """A JW315 says for whom, which product, how much, since when, and who referred."""
    bericht = heenbericht("JW315")
    assert isinstance(bericht, JW315)
    found = readable(bericht, NOTHING_KNOWN, LISTS)
    assert Fact("Naam", f"Tom {SURNAME}") in found.facts
    assert Fact("Geboortedatum", "14 februari 2010") in found.facts
    assert Fact("Aanbieder", PROVIDER) in found.facts
    (item,) = section(found, "Wat gevraagd wordt").items
    assert item.title == AMBULANT
    assert Fact("Omvang", "2 uur per week") in item.facts
    assert Fact("Verwijzer", "Gemeente: lokaal team") in item.facts


def everything(found: Readable) -> str:
    """Give all that a message in words says."""
    facts = [*found.facts, *(fact for one in found.sections for item in one.items for fact in item.facts)]
    titles = [item.title for one in found.sections for item in one.items]
    return " | ".join([*titles, *(fact.value for fact in facts)])


@pytest.mark.parametrize("name", ["JW301", "JW305", "JW307", "JW323"])
def test_any_message_can_be_told(name: str) -> None:
    """What nobody made a text of is told in the words of the standard, codes with their meaning."""
    said = everything(readable(heenbericht(name), NOTHING_KNOWN, LISTS))
    assert "300201" in said
    assert BSN in said
    if name in {"JW305", "JW307"}:
        assert "3 april 2026" in said
    if name == "JW323":
        assert "€ 240,00" in said


@pytest.mark.parametrize("bericht", [answer_to(heenbericht(name)) for name in HEENBERICHTEN if name != "JW323"])
def test_an_answer_can_be_told(bericht: Bericht) -> None:
    """A retourbericht goes the other way than its header says."""
    found = readable(bericht, NOTHING_KNOWN, LISTS)
    assert (found.facts[0].value, found.facts[1].value) == (bericht.header.ontvanger, bericht.header.afzender)


def test_amounts_and_days() -> None:
    """Amounts and days are written as people write them."""
    assert [euro(cents) for cents in (0, 5, 100_000, 123_456_789, -250)] == [
        "€ 0,00",
        "€ 0,05",
        "€ 1.000,00",
        "€ 1.234.567,89",
        "-€ 2,50",
    ]
    assert day_in_words(date(2026, 12, 3)) == "3 december 2026"


def test_the_page_says_it_and_does_nothing() -> None:
    """The page shows what changes, and what came from outside is shown as text, whatever it is."""
    bericht = jw317(referentie_aanbieder="<script>alert(1)</script>")
    page = readable_page(readable(bericht, known(allocated()), LISTS), "Z-1A2B3C4D")
    assert 'van 14 juli 2026 naar <span class="new">31 december 2026</span>' in page
    assert "blijft 2 uur per week" in page
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert 'lang="nl"' in page
    assert "Z-1A2B3C4D" in page
    assert "default-src 'none'" in page.replace("&#x27;", "'")
