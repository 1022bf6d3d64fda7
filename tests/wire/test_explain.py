"""Each kind of schema error: what is said of it, where, and on which line."""

from typing import Final

import pytest

from gateway.wire.explain import MAX_FINDINGS
from gateway.wire.refusal import Kind
from tests.facts import FACTS
from tests.wire.reading import finding, findings, read
from tests.xsd import document, example

# The smallest JW301 there is, an element a line; line 1 is the root's.
LINES: Final = document("JW301").replace(b"><", b">\n<")
NS: Final = "http://www.istandaarden.nl/ijw/3_2/jw301/schema"
NO_MESSAGE: Final = (
    "Dit is geen bericht van iJw 3.2: het hoofdelement moet Bericht zijn, in de namespace "
    "http://www.istandaarden.nl/ijw/3_2/jw301/schema (of jw302 … jw325)."
)


def change(old: str, new: str) -> bytes:
    """Change one thing in the smallest JW301; a stroke in what is written stands for `jw301:`."""
    before, after = (text.replace("|", "jw301:").encode() for text in (old, new))
    assert LINES.count(before) == 1
    return LINES.replace(before, after)


def line_of(text: str) -> int:
    """Give the line that an element begins on in the unchanged message."""
    return LINES[: LINES.index(text.replace("|", "jw301:").encode())].count(b"\n") + 1


# What stands in each of these elements in the smallest message, and what is said to be allowed there.
RULES: Final = {
    "Afzender": ("0384", "precies 4 cijfers"),
    "Ontvanger": ("65656055", "precies 8 cijfers"),
    "Bsn": ("999900006", "precies 9 cijfers"),
    "BerichtCode": ("436", "de vaste waarde 436"),
    "BerichtVersie": ("3", "de vaste waarde 3"),
    "Geslacht": ("0", "een van de codes 0 (Onbekend), 1 (Mannelijk), 2 (Vrouwelijk)"),
    "ToewijzingNummer": ("1", "een geheel getal van 0 tot en met 999.999.999"),
    "Toewijzingsdatum": ("2026-04-01", "een bestaande datum, geschreven als JJJJ-MM-DD, zonder tijdzone"),
    "Toewijzingstijd": ("10:00:00", "een tijd, geschreven als UU:MM:SS, zonder tijdzone"),
    "Achternaam": ("x", "tekst op één regel, met minstens één teken dat geen spatie is, van 1 tot en met 200 tekens"),
    "BerichtXsdVersie": ("1.0.0", "een versienummer van drie getallen, zoals 1.0.0"),
}
FAULTS: Final = [
    ("Afzender", "384", "er staan 3 tekens"),
    ("Afzender", "O384", "er staan andere tekens dan cijfers in"),
    ("Ontvanger", "6", "er staat 1 teken"),
    ("Bsn", "99990000", "er staan 8 tekens"),
    ("Bsn", "", "het element is leeg"),
    ("BerichtCode", "437", "er staat een andere waarde"),
    ("BerichtVersie", "4", "er staat een andere waarde"),
    ("Geslacht", "9", "de code staat niet in de lijst"),
    ("Geslacht", " 0", "om de code staan spaties"),
    ("Geslacht", "", "het element is leeg"),
    ("ToewijzingNummer", "een", "er staat geen geheel getal"),
    ("ToewijzingNummer", "1000000000", "het getal is te groot"),
    ("ToewijzingNummer", "-1", "het getal is te klein"),
    ("ToewijzingNummer", " ", "het element is leeg"),
    ("Toewijzingsdatum", "2026-06-31", "deze datum bestaat niet"),
    ("Toewijzingsdatum", "01-04-2026", "er staat geen datum in die vorm"),
    ("Toewijzingsdatum", "2026-04-01+02:00", "er staat een tijdzone bij"),
    ("Toewijzingsdatum", "0000-04-01", "dit jaar bestaat niet"),
    ("Toewijzingstijd", "10:00", "er staat geen tijd in die vorm"),
    ("Toewijzingstijd", "24:00:01", "deze tijd bestaat niet"),
    ("Toewijzingstijd", "10:00:00Z", "er staat een tijdzone bij"),
    ("Achternaam", "", "het element is leeg"),
    ("Achternaam", "  ", "er staan alleen spaties"),
    ("Achternaam", "x" * 201, "er staan 201 tekens"),
    ("Achternaam", "x&#10;y", "er staat een regeleinde in"),
    ("BerichtXsdVersie", "1.0", "er staat geen versienummer in die vorm"),
]


@pytest.mark.parametrize(("element", "text", "fault"), FAULTS)
def test_wrong_value(element: str, text: str, fault: str) -> None:
    """A wrong value: which element, what is allowed, what is wrong, and its line; never the value."""
    plain, rule = RULES[element]
    start = f":{element}>"
    found = finding(change(start + plain + "<", start + text + "<"))
    assert found.message == f"{element} moet zijn: {rule}; {fault}."
    assert (found.source, found.code, found.retourcode, found.paths) == ("xsd", "XSD", None, ())
    assert found.line == line_of(start)
    assert found.path is not None
    assert found.path.endswith(f"/{element}")


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (
            ("Client", "Contactgegevens", "Contact", "Adres", "LandCode"),
            "XX",
            "LandCode moet zijn: een van de 249 codes van LandCode (AD, AE, AF, …); de code staat niet in de lijst.",
        ),
        (
            ("Client", "Contactgegevens", "Contact", "Adres", "Huis", "Huisletter"),
            "xx",
            (
                "Huisletter moet zijn: tekst op één regel, met minstens één teken dat geen spatie is, precies 1 teken; "
                "er staan 2 tekens."
            ),
        ),
        (
            ("Client", "Contactgegevens", "Contact", "Telefoon", "Telefoon01", "Telefoonnummer"),
            "06-1",
            (
                "Telefoonnummer moet zijn: alleen cijfers, zonder spaties of streepjes, van 1 tot en met 15 tekens; "
                "er staan andere tekens dan cijfers in."
            ),
        ),
        (
            ("Client", "Naam", "Voorletters"),
            "A.B.",
            (
                "Voorletters moet zijn: alleen letters, aaneengesloten, zonder punten of spaties, "
                "van 1 tot en met 6 tekens; er staan andere tekens dan letters in."
            ),
        ),
        (
            ("Client", "Commentaar"),
            " \t ",
            "Commentaar moet zijn: tekst met minstens één teken dat geen spatie is; er staan alleen spaties.",
        ),
    ],
)
def test_wrong_value_of_other_types(place: tuple[str, ...], value: str, message: str) -> None:
    """The types that are not in the smallest message."""
    found = finding(document("JW301", place, value))
    assert (found.message, found.path) == (message, "/".join(["/Bericht", *place]))


@pytest.mark.parametrize(
    ("message_type", "place", "value", "message"),
    [
        (
            "JW323",
            ("Declaratie", "DeclaratieNummer"),
            "x" * 13,
            (
                "DeclaratieNummer moet zijn: alleen letters en cijfers, aaneengesloten, van 1 tot en met 12 tekens; "
                "er staan 13 tekens."
            ),
        ),
        (
            "JW323",
            ("Declaratie", "DeclaratieNummer"),
            "a b",
            (
                "DeclaratieNummer moet zijn: alleen letters en cijfers, aaneengesloten, van 1 tot en met 12 tekens; "
                "er staan andere tekens dan letters en cijfers in."
            ),
        ),
        (
            "JW323",
            ("Declaratie", "Clienten", "Client", "Prestaties", "Prestatie", "ProductReferentie", "ReferentieNummer"),
            "",
            "ReferentieNummer moet zijn: van 1 tot en met 20 tekens; het element is leeg.",
        ),
        (
            "JW302",
            ("Header", "RetourCodes", "RetourCode"),
            "9999",
            (
                "RetourCode moet zijn: een van de 59 codes van RetourCode (0001, 0200, 0233, …); "
                "de code staat niet in de lijst."
            ),
        ),
    ],
)
def test_wrong_value_in_other_messages(message_type: str, place: tuple[str, ...], value: str, message: str) -> None:
    """The types that are not in a JW301."""
    assert finding(document(message_type, place, value)).message == message


CLIENT_ELEMENTS: Final = (
    "Bsn, Geboortedatum, Geslacht, Naam, Communicatie, JuridischeStatus, WettelijkeVertegenwoordiging, Commentaar, "
    "Relaties, Contactgegevens, ToegewezenProducten"
)
STRUCTURE: Final = [
    (
        "<|Bsn>999900006</|Bsn>\n",
        "",
        "In Client ontbreekt het verplichte element Bsn; het hoort als eerste.",
        "/Bericht/Client",
        "<|Client>",
    ),
    (
        "<|Geslacht>0</|Geslacht>\n",
        "",
        "In Client ontbreekt het verplichte element Geslacht; het hoort na Geboortedatum.",
        "/Bericht/Client",
        "<|Client>",
    ),
    (
        "<|Geslacht>0</|Geslacht>",
        "<|Geslacht>0</|Geslacht><|Geslacht>1</|Geslacht>",
        "Element Geslacht mag in Client maar één keer voorkomen.",
        "/Bericht/Client/Geslacht[2]",
        "<|Geslacht>",
    ),
    (
        "<|Geslacht>0</|Geslacht>",
        "<|Geslacht>0</|Geslacht><|Geboortedatum><ijw:Datum>2026-04-01</ijw:Datum></|Geboortedatum>",
        "Element Geboortedatum mag in Client maar één keer voorkomen.",
        "/Bericht/Client/Geboortedatum[2]",
        "<|Geslacht>",
    ),
    (
        "<|Geslacht>0</|Geslacht>",
        "<|Geslacht>0</|Geslacht><|Einddatum>2026-04-01</|Einddatum>",
        f"Element Einddatum hoort niet in Client; daarin mag staan: {CLIENT_ELEMENTS}.",
        "/Bericht/Client/Einddatum",
        "<|Geslacht>",
    ),
    (
        "<|Geslacht>0</|Geslacht>",
        "<|Geslacht>0</|Geslacht><|Commentar>x</|Commentar>",
        (
            "In Client staat een element dat de standaard niet kent. Is Commentaar bedoeld? "
            f"Daarin mag staan: {CLIENT_ELEMENTS}."
        ),
        "/Bericht/Client",
        "<|Geslacht>",
    ),
    (
        "<|Geslacht>0</|Geslacht>",
        "<|Geslacht>0</|Geslacht><|Burgerlijke_staat/>",
        f"In Client staat een element dat de standaard niet kent. Daarin mag staan: {CLIENT_ELEMENTS}.",
        "/Bericht/Client",
        "<|Geslacht>",
    ),
    (
        "<|Geslacht>0</|Geslacht>",
        "<ijw:Geslacht>0</ijw:Geslacht>",
        f"Element Geslacht staat in de verkeerde namespace; het hoort in {NS}.",
        "/Bericht/Client/Geslacht",
        "<|Geslacht>",
    ),
    (
        "<|Geslacht>0</|Geslacht>",
        '<Geslacht xmlns="">0</Geslacht>',
        f"Element Geslacht staat in de verkeerde namespace; het hoort in {NS}.",
        "/Bericht/Client/Geslacht",
        "<|Geslacht>",
    ),
    (
        "<|Geslacht>0</|Geslacht>",
        '<|Geslacht soort="x">0</|Geslacht>',
        "Element Geslacht heeft een attribuut; elementen van de standaard hebben er geen.",
        "/Bericht/Client/Geslacht",
        "<|Geslacht>",
    ),
    (
        "<|Geslacht>0</|Geslacht>",
        "<|Geslacht>0<b/>1<i/></|Geslacht>",
        "Element Geslacht mag alleen tekst bevatten, geen andere elementen.",
        "/Bericht/Client/Geslacht",
        "<|Geslacht>",
    ),
    (
        "<|Client>",
        "<|Client>tekst",
        "In Client staat tekst; daarin mogen alleen elementen staan.",
        "/Bericht/Client",
        "<|Client>",
    ),
]


@pytest.mark.parametrize(("old", "new", "message", "path", "at"), STRUCTURE)
def test_wrong_structure(old: str, new: str, message: str, path: str, at: str) -> None:
    """What is missing, too many, unknown, or where it should not be: a sentence, the path and the line of it."""
    found = finding(change(old, new))
    assert (found.message, found.path, found.line) == (message, path, line_of(at))


@pytest.mark.parametrize("last", ["Geslacht", "ToegewezenProducten"])
def test_wrong_order(last: str) -> None:
    """An element that comes too late is told before which one it should be: the first that has to follow it."""
    end = f"</jw301:{last}>\n".encode()
    content = change("<|Bsn>999900006</|Bsn>\n", "").replace(end, end + b"<jw301:Bsn>999900006</jw301:Bsn>\n")
    found = finding(content)
    assert (found.message, found.path) == (
        "Element Bsn staat in Client verkeerd: zet het vóór Geboortedatum.",
        "/Bericht/Client/Bsn",
    )


def test_all_errors_at_once() -> None:
    """Each error is told, in the order of the document, with its own line."""
    content = change("<|Geslacht>0", "<|Geslacht>7").replace(b">436<", b"><").replace(b">10:00:00<", b">tien uur<")
    assert [(found.path, found.line) for found in findings(content)] == [
        ("/Bericht/Header/BerichtCode", line_of("<|BerichtCode>")),
        ("/Bericht/Client/Geslacht", line_of("<|Geslacht>")),
        (
            "/Bericht/Client/ToegewezenProducten/ToegewezenProduct/Toewijzingstijd",
            line_of("<|Toewijzingstijd>"),
        ),
    ]


def test_numbers_only_where_siblings_share_a_name() -> None:
    """A path has a number where the element has a sibling of the same name, before or after it."""
    start, end = (LINES.index(tag) for tag in (b"<jw301:ToegewezenProduct>", b"</jw301:ToegewezenProducten>"))
    product = LINES[start:end].replace(b">10:00:00<", b">x<")
    twice = LINES[:start] + product * 2 + LINES[end:]
    assert [found.path for found in findings(twice)] == [
        "/Bericht/Client/ToegewezenProducten/ToegewezenProduct[1]/Toewijzingstijd",
        "/Bericht/Client/ToegewezenProducten/ToegewezenProduct[2]/Toewijzingstijd",
    ]


def test_lines_are_counted_as_editors_do() -> None:
    """CR LF is one line end, a lone CR is one too, and a line end written as a reference is none."""
    content = change("<|Geslacht>0", "<|Geslacht>7")
    assert finding(content.replace(b"\n", b"\r\n")).line == line_of("<|Geslacht>")
    assert finding(content.replace(b"\n", b"\r")).line == line_of("<|Geslacht>")
    assert finding(content.replace(b"<jw301:Geslacht>", b"&#10;<jw301:Geslacht>")).line == line_of("<|Geslacht>")


def test_the_line_is_that_of_the_start() -> None:
    """A value that is wrong over several lines is told at the line that its element begins on."""
    assert finding(change("<|Afzender>0384", "<|Afzender>\n\n03\n84\n")).line == line_of("<|Afzender>")


def test_enough_is_enough() -> None:
    """Of a message with more errors than anyone reads, the first ones are told, and that there are more."""
    start, end = (LINES.index(tag) for tag in (b"<jw301:ToegewezenProduct>", b"</jw301:ToegewezenProducten>"))
    product = LINES[start:end].replace(b">10:00:00<", b">x<")
    exactly = LINES[:start] + product * MAX_FINDINGS + LINES[end:]
    assert len(findings(exactly)) == MAX_FINDINGS
    more = findings(LINES[:start] + product * (MAX_FINDINGS + 1) + LINES[end:])
    assert len(more) == MAX_FINDINGS + 1
    assert more[-1].message == "Er zijn meer dan 250 fouten tegen het schema; hier staan de eerste."


@pytest.mark.parametrize(
    ("root", "message"),
    [
        (
            '<Bericht xmlns="http://www.istandaarden.nl/ijw/3_1/jw301/schema"/>',
            "Dit is een bericht van iJw 3.1; de gateway neemt berichten van iJw 3.2.",
        ),
        (
            '<Bericht xmlns="http://www.istandaarden.nl/iwmo/3_2/wmo301/schema"/>',
            "Dit is een bericht van iWmo 3.2; de gateway neemt berichten van iJw 3.2.",
        ),
        (
            '<Berichten xmlns="http://www.istandaarden.nl/ijw/3_2/jw301/schema"/>',
            "Het hoofdelement moet Bericht heten.",
        ),
        ("<html/>", NO_MESSAGE),
        # Of this release, but no message of it: a name in capitals, a number that is not there, the basisschema.
        ('<Bericht xmlns="http://www.istandaarden.nl/ijw/3_2/JW301/schema"/>', NO_MESSAGE),
        ('<Bericht xmlns="http://www.istandaarden.nl/ijw/3_2/jw303/schema"/>', NO_MESSAGE),
        ('<Bericht xmlns="http://www.istandaarden.nl/ijw/3_2/basisschema/schema"/>', NO_MESSAGE),
        ('<Bericht xmlns="http://www.istandaarden.nl/ijw/999900006_2/jw301/schema"/>', NO_MESSAGE),
    ],
)
def test_another_message(root: str, message: str) -> None:
    """What is no message of iJw 3.2 is said to be what it seems to be."""
    reading = read(b"<!-- een regel eerder -->\n" + root.encode())
    assert reading.type is None
    assert reading.release is None
    assert reading.refusal is not None
    assert reading.refusal.kind is Kind.SCHEMA_INVALID
    (found,) = reading.findings
    assert (found.message, found.path, found.line) == (message, None, 2)


@pytest.mark.skipif(FACTS is None, reason="the published examples are not here")
def test_published_examples_that_are_wrong() -> None:
    """The JW315 has 31 June, twice; the JW318 a RetourCode without RetourCodes around it."""
    assert FACTS is not None
    first, second = findings(example(FACTS, "JW315"))
    product = "/Bericht/Client/AangevraagdeProducten/AangevraagdProduct"
    assert (first.path, first.line) == (f"{product}[1]/ToewijzingEinddatum", 44)
    assert (second.path, second.line) == (f"{product}[2]/ToewijzingEinddatum", 66)
    assert first.message.endswith("; deze datum bestaat niet.")
    stray = finding(example(FACTS, "JW318"))
    assert (stray.path, stray.line) == ("/Bericht/Client/Verzoek/RetourCode", 33)
    assert stray.message.startswith("Element RetourCode hoort niet in Verzoek;")
