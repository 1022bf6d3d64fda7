"""The chain's own envelope, StUF-GGk 2.1: who sends what to whom, and why something is not taken."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from gateway.exchange.party import PartyKind, kind_of
from gateway.exchange.refusal import Refusal, Refused
from gateway.ijw.berichten import BERICHTEN

HEEN: Final = "Di01"
RETOUR: Final = "Du01"
# iJw 3.2 as the envelope writes it: four digits each.
FUNCTIE_VERSIE: Final = ("0003", "0002")

_LONGEST_TEXT: Final = 200
_MOST_FINDINGS: Final = 50


class Systeem(Struct, frozen=True):
    """Who sends or receives an envelope: an organisation, by its AGB or CBS code, and its application."""

    organisatie: str
    applicatie: str
    administratie: str | None = None
    gebruiker: str | None = None


class Envelop(Struct, frozen=True):
    """The outside of a heenbericht or a retourbericht, without its content.

    `functie` names the message (`JW315`), `functie_versie` and `applicatie_versie` are a version and a subversion of
    four digits each. `cross_refnummer` is there in a retourbericht only: the envelope that it answers. A text has a
    `bestandsnaam`, a message in XML has none.
    """

    berichtcode: str
    zender: Systeem
    ontvanger: Systeem
    referentienummer: str
    tijdstip: str
    functie: str
    functie_versie: tuple[str, str]
    applicatie_versie: tuple[str, str]
    cross_refnummer: str | None = None
    bestandsnaam: str | None = None

    @property
    def names_function(self) -> str:
        """Name the function with its version, as the details of a fault do: `JW315-00030002`."""
        return f"{self.functie}-{''.join(self.functie_versie)}"


class Fault(Struct, frozen=True):
    """Why an envelope or its content is not taken: the code, one sentence, and the findings behind it.

    `at_client` says that the sender is to mend it; else the fault is ours, and the same may be sent again.
    """

    code: str
    text: str
    findings: tuple[tuple[str, str, str], ...] = ()
    at_client: bool = True


class Foutbericht(Struct, frozen=True):
    """A Fo01 that came in: which envelope it is about, and what is wrong with that."""

    zender: Systeem
    ontvanger: Systeem
    referentienummer: str
    cross_refnummer: str
    code: str
    omschrijving: str
    details: str | None = None


class AnswerHead(Struct, frozen=True):
    """The head of an answer to an envelope: from whom to whom, and by `cross_refnummer` to which envelope."""

    zender: Systeem
    ontvanger: Systeem
    referentienummer: str
    tijdstip: str
    cross_refnummer: str


def berichtcode_of(message_type: str) -> str:
    """Tell in which envelope a message travels: what answers another message does so in a Du01."""
    return RETOUR if BERICHTEN[message_type].ANTWOORD_OP else HEEN


def fault_of_envelope(envelop: Envelop) -> Fault | None:
    """Say what is wrong with an envelope that fits its schema: a function that is not known here, or in its place."""
    if envelop.functie not in BERICHTEN:
        return Fault("IB004", "De functie in de envelop wordt hier niet ondersteund; verwacht JW301 tot en met JW325.")
    expected = berichtcode_of(envelop.functie)
    if envelop.berichtcode != expected:
        return Fault("IB006", f"Een {envelop.functie} hoort in een {expected}, niet in een {envelop.berichtcode}.")
    return None


_CODES: Final = {
    Refused.TOKEN_ENDED: "IB002",
    Refused.NOT_WELL_FORMED: "StUF055",
    Refused.SCHEMA_INVALID: "StUF055",
    Refused.ENCODING: "StUF055",
    Refused.RULES_VIOLATED: "IB014",
    Refused.SENDER_NOT_ALLOWED: "IB009",
    Refused.ANSWERED_UNKNOWN: "IB021",
    Refused.ALREADY_ANSWERED: "IB016",
    Refused.IDENTIFICATIE_USED: "IB016",
    Refused.TOO_LARGE: "IB012",
}


def fault_of_refusal(refusal: Refusal, recipient: str) -> Fault:
    """Say in the codes of the chain why a message is not taken; `recipient` is the organisation of the envelope."""
    if refusal.kind is Refused.RECIPIENT_UNKNOWN:
        code = "IB005" if kind_of(recipient) is PartyKind.MUNICIPALITY else "IB010"
    elif refusal.code == "IB019":  # A second answer to a declaration has its own code in the chain already.
        code = refusal.code
    else:
        code = _CODES.get(refusal.kind, "StUF055")
    first = refusal.findings[0].message if refusal.findings else "Het bericht wordt niet aangenomen."
    listed = tuple((finding.code, finding.path or "", finding.message) for finding in refusal.findings)
    return Fault(code, clipped(first), listed[:_MOST_FINDINGS])


def clipped(text: str, longest: int = _LONGEST_TEXT) -> str:
    """Shorten a text to what an element of a fault may hold."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
