"""From whom a message comes, for whom it is, and what it answers."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from msgspec import Struct

from gateway.ijw.bericht import AntwoordHeader, Bericht, Kant, Retourbericht, RetourHeader
from gateway.ijw.declaratie import JW323, JW325
from gateway.ijw.toewijzing import JW301
from gateway.ijw.verzoek import JW315, JW317, JW319


class MessageKey(NamedTuple):
    """What makes a message unique: its sender, its type and the sender's Identificatie."""

    sender: str
    type: str
    identificatie: str


class RequestKey(NamedTuple):
    """What makes a request unique: who asked whom, and the asker's ReferentieAanbieder."""

    provider: str
    municipality: str
    reference: str


class Address(Struct, frozen=True):
    """The outside of a message.

    A retourbericht keeps Afzender and Ontvanger of the message that it answers (IV028); `sender` and `recipient`
    are who really sends and gets it, `identificatie` and `dagtekening` its own. `answers` is the heenbericht that a
    retourbericht or a JW325 belongs to.
    """

    type: str
    sender: str
    recipient: str
    identificatie: str
    dagtekening: date
    answers: MessageKey | None = None

    @property
    def key(self) -> MessageKey:
        """Give what makes the message unique."""
        return MessageKey(self.sender, self.type, self.identificatie)


def address_of(bericht: Bericht) -> Address:
    """Read the outside of a message from its header."""
    header = bericht.header
    own = header.bericht_identificatie
    if isinstance(header, RetourHeader):
        answered = bericht.ANTWOORD_OP.TYPE if bericht.ANTWOORD_OP else ""
        return Address(
            type=bericht.TYPE,
            sender=header.ontvanger,
            recipient=header.afzender,
            identificatie=header.identificatie_retour,
            dagtekening=header.dagtekening_retour,
            answers=MessageKey(header.afzender, answered, own.identificatie),
        )
    answers = None
    if isinstance(header, AntwoordHeader):
        answers = MessageKey(header.ontvanger, JW323.TYPE, header.declaratie_identificatie.identificatie)
    return Address(
        type=bericht.TYPE,
        sender=header.afzender,
        recipient=header.ontvanger,
        identificatie=own.identificatie,
        dagtekening=own.dagtekening,
        answers=answers,
    )


def parties_of(bericht: Bericht) -> tuple[str, str]:
    """Give the municipality and the provider that a message goes between, whichever of the two sent it.

    A retourbericht has the header of the heenbericht that it answers (IV028).
    """
    headed = bericht.ANTWOORD_OP if isinstance(bericht, Retourbericht) else bericht
    by_municipality = headed is not None and headed.AFZENDER is Kant.GEMEENTE
    header = bericht.header
    return (header.afzender, header.ontvanger) if by_municipality else (header.ontvanger, header.afzender)


def municipality_of(bericht: Bericht) -> str:
    """Give the municipality that a message is from or for, by its CBS code."""
    return parties_of(bericht)[0]


def requests_in(bericht: Bericht) -> tuple[RequestKey, ...]:
    """Give the requests that a message makes: each product of a JW315, the one request of a JW317."""
    if isinstance(bericht, JW315):
        references = [product.referentie_aanbieder for product in bericht.client.aangevraagde_producten]
    elif isinstance(bericht, JW317):
        references = [bericht.client.verzoek.referentie_aanbieder]
    else:
        return ()
    return _keys(bericht.header.afzender, bericht.header.ontvanger, references)


def requests_answered_by(bericht: Bericht) -> tuple[RequestKey, ...]:
    """Give the requests that a message answers: a JW319 does, and a JW301 by the ReferentieAanbieder it names."""
    if isinstance(bericht, JW301):
        references = [product.referentie_aanbieder or "" for product in bericht.client.toegewezen_producten]
    elif isinstance(bericht, JW319):
        references = [bericht.antwoord.referentie_aanbieder]
    else:
        return ()
    return _keys(bericht.header.ontvanger, bericht.header.afzender, references)


def _keys(provider: str, municipality: str, references: list[str]) -> tuple[RequestKey, ...]:
    return tuple(RequestKey(provider, municipality, reference) for reference in dict.fromkeys(references) if reference)


def subjects_of(bericht: Bericht) -> tuple[str, ...]:
    """Give the BSNs that a message is about, each once."""
    if isinstance(bericht, JW323):
        clients = list(bericht.declaratie.clienten)
    elif isinstance(bericht, JW325):
        clients = list(bericht.declaratie_antwoord.clienten) if bericht.declaratie_antwoord else []
    else:
        client = getattr(bericht, "client", None)
        return (client.bsn,) if client else ()
    return tuple(dict.fromkeys(client.bsn for client in clients))
