"""The answers that refuse a message, with codes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from msgspec.structs import replace

from benchmarks import samples
from gateway.exchange.afwijzing import refusal_with_codes, technical_refusal, wholly_refused
from gateway.ijw.bericht import Bericht
from gateway.ijw.berichten import ANTWOORD_MET
from gateway.ijw.codelijsten import Codelijsten
from gateway.ijw.declaratie import JW323, JW325
from gateway.ijw.finding import Finding
from gateway.ijw.levering import JW306
from gateway.ijw.toewijzing import JW302
from gateway.ijw.verzoek import JW317, JW318
from gateway.resources import schemas_dir
from gateway.wire.codec import Codec
from gateway.wire.reference import read_codelijsten
from gateway.wire.schemas import Schemas
from tests.rules.builders import JW317_

_DAY = date(2026, 5, 7)
_MARK = ("GW0000000001", _DAY)
_HEADER = "/Bericht/Header/BerichtIdentificatie/Dagtekening"


@pytest.fixture(scope="module")
def lists() -> Codelijsten:
    """Load the code lists."""
    return read_codelijsten(schemas_dir())


@pytest.fixture(scope="module")
def codec(lists: Codelijsten) -> Codec:
    """Load the schemas: every answer has to fit them."""
    return Codec(Schemas(schemas_dir()), lists.meaning)


def _found(code: str, *paths: str) -> Finding:
    return Finding("reference", "TR000", "Zo niet.", paths[0], paths, retourcode=code)


@pytest.mark.parametrize("make", [samples.toewijzing, samples.start, samples.wijziging, samples.declaratie])
def test_technical_refusal(make: Callable[[], Bericht], codec: Codec) -> None:
    """A message that breaks a rule inside itself is answered by a header with 0001, and without a stylesheet."""
    heen = make()
    answer = technical_refusal(heen, *_MARK)
    assert isinstance(answer, ANTWOORD_MET[heen.TYPE])
    assert codec.read(codec.write(answer)).bericht == answer
    assert getattr(answer.header, "retour_codes", None) == ("0001",)
    assert getattr(answer.header, "xslt_versie", None) is None
    assert getattr(answer, "client", None) is None


def test_no_answer_to_an_answer() -> None:
    """A JW325 gets no retourbericht."""
    answer = technical_refusal(samples.declaratie(), *_MARK)
    assert answer is not None
    assert technical_refusal(answer, *_MARK) is None


def test_fault_in_the_header(codec: Codec) -> None:
    """A fault in the header is answered by the header alone, with the code of the rule."""
    answer = refusal_with_codes(samples.start(), *_MARK, [_found("8848", _HEADER)])
    assert isinstance(answer, JW306)
    assert (answer.header.retour_codes, answer.client) == (("8848",), None)
    codec.write(answer)


def test_code_at_its_class(codec: Codec) -> None:
    """The code stands at the class that is wrong; all others of the client say that they are right."""
    path = "/Bericht/Client/ToegewezenProducten/ToegewezenProduct[2]/Product/Code"
    answer = refusal_with_codes(samples.toewijzing(), *_MARK, [_found("S329", path)])
    assert isinstance(answer, JW302)
    assert answer.client is not None
    assert answer.header.retour_codes == ("0200",)
    assert answer.client.retour_codes == ("0200",)
    assert [product.retour_codes for product in answer.client.toegewezen_producten] == [("0200",), ("S329",)]
    assert [contact.retour_codes for contact in answer.client.contactgegevens] == [("0200",), ("0200",)]
    codec.write(answer)


def _against(rule: str, code: str, *paths: str) -> Finding:
    return Finding("history", rule, "Zo niet.", paths[0], paths, retourcode=code)


def _codes_below(verzoek: JW317.Verzoek) -> set[tuple[str, ...]]:
    stays, changes = verzoek.ongewijzigde_producten, verzoek.te_wijzigen_producten
    return {*(one.retour_codes for one in stays), *(one.retour_codes for one in changes)} | {
        one.retour_codes for one in verzoek.nieuwe_producten
    }


def test_code_at_the_class_that_the_rule_is_about(codec: Codec) -> None:
    """A rule about a request as a whole is told there, though its places are the products in it (TR361)."""
    verzoek = "/Bericht/Client/Verzoek"
    places = (f"{verzoek}/OngewijzigdeProducten/OngewijzigdProduct", f"{verzoek}/NieuweProducten/NieuwProduct")
    answer = refusal_with_codes(JW317_, *_MARK, [_against("TR361", "9361", *places)])
    assert isinstance(answer, JW318)
    assert answer.client is not None
    whole = answer.client.verzoek
    assert (answer.client.retour_codes, whole.retour_codes) == (("0200",), ("9361",))
    assert _codes_below(whole) == {("0200",)}
    codec.write(answer)


def test_below_an_unknown_client_nothing_was_judged(codec: Codec) -> None:
    """A client that is not known here has the code; all below it say that they were not judged (IV028)."""
    answer = refusal_with_codes(JW317_, *_MARK, [_against("TR304", "8187", "/Bericht/Client/Bsn")])
    assert isinstance(answer, JW318)
    assert answer.client is not None
    assert (answer.header.retour_codes, answer.client.retour_codes) == (("0200",), ("8187",))
    whole = answer.client.verzoek
    assert {whole.retour_codes} | _codes_below(whole) == {("0233",)}
    codec.write(answer)


def test_a_request_as_a_whole_is_refused_in_the_header(codec: Codec) -> None:
    """What is wrong with the message and none of its classes is told in the header alone (TR374)."""
    answer = refusal_with_codes(JW317_, *_MARK, [_against("TR374", "9374", "/Bericht")])
    assert isinstance(answer, JW318)
    assert (answer.header.retour_codes, answer.client) == (("9374",), None)
    codec.write(answer)


def _prestatie(number: int, of: int) -> str:
    index = f"[{number}]" if of > 1 else ""
    return f"/Bericht/Declaratie/Clienten/Client/Prestaties/Prestatie{index}/IngediendBedrag/Bedrag"


def test_declaration_stands_while_a_prestatie_does() -> None:
    """A JW323 is refused only where nothing else stands in it; any other message for one finding."""
    heen = samples.declaratie(2)
    assert not wholly_refused(heen, [])
    assert not wholly_refused(heen, [_found("9346", _prestatie(1, 2))])
    assert wholly_refused(heen, [_found("9346", _prestatie(1, 2)), _found("S329", _prestatie(2, 2))])
    assert wholly_refused(heen, [_found("8848", _HEADER)])
    assert wholly_refused(samples.start(), [_found("S329", "/Bericht/Client/StartProducten/StartProduct[1]/Product")])
    assert not wholly_refused(samples.start(), [])


def test_refused_declaration(codec: Codec) -> None:
    """A JW323 of which nothing stands is answered with nothing granted and every Prestatie with its code (TR342)."""
    heen = samples.declaratie(1)
    answer = refusal_with_codes(heen, *_MARK, [_found("9346", _prestatie(1, 1))])
    assert isinstance(answer, JW325)
    body = answer.declaratie_antwoord
    assert body is not None
    assert (answer.header.retour_codes, body.retour_codes) == (("0200",), ("0200",))
    assert body.totaal_toegekend_bedrag.totaal_bedrag == 0
    assert body.clienten[0].retour_codes == ("0200",)
    assert body.clienten[0].prestaties[0].retour_codes == ("9346",)
    codec.write(answer)


def test_refused_header_of_a_declaration(codec: Codec) -> None:
    """A fault in the header of a JW323 is answered by the header of a JW325 alone."""
    heen: JW323 = replace(samples.declaratie(1))
    answer = refusal_with_codes(heen, *_MARK, [_found("S300", "/Bericht/Header/Ontvanger")])
    assert isinstance(answer, JW325)
    assert (answer.header.retour_codes, answer.declaratie_antwoord) == (("S300",), None)
    codec.write(answer)
