"""The overview of what is kept about one person, as a text that the person can read (AVG, article 15)."""

from __future__ import annotations

from typing import Final

from gateway.cli.terminal import moment
from gateway.console.words import ACTS
from gateway.services.audit import PersonFile
from gateway.store.audit import EntryRow
from gateway.store.rows import MessageRow

# What a person reads of an act says a little more than a page for people who know the gateway.
_SAYS: Final = {
    **ACTS,
    "content-read": "inhoud van een bericht ingezien",
    "opt-out-seen": "door een beheerder bekeken, met een reden",
    "person-searched": "op deze persoon gezocht",
    "messages-leased": "berichten uitgegeven aan de ontvanger",
    "person-exported": "overzicht voor een inzageverzoek gemaakt",
}


def lines(found: PersonFile) -> list[str]:
    """Give the lines of the overview; the BSN itself does not stand in it."""
    return [
        "Overzicht voor een inzageverzoek",
        f"Gemaakt op {moment(found.made_at)}",
        "",
        "Dit is wat de gateway van het berichtenverkeer voor jeugdhulp over de persoon heeft vastgelegd naar wie is",
        "gevraagd. De inhoud van de berichten is er versleuteld bewaard; wie die wil inzien, vraagt dat aan de",
        "aanbieder of de gemeente, die er de verwerkingsverantwoordelijke voor is.",
        "",
        f"Berichten ({len(found.messages)})",
        *(line for message in found.messages for line in _message(message)),
        "",
        f"Inzagen en andere handelingen ({len(found.entries)})",
        *(line for entry in found.entries for line in _entry(entry)),
    ]


def _message(message: MessageRow) -> list[str]:
    parties = f"van {message.sender} aan {message.recipient}"
    return [
        f"- {moment(message.received_at)}  {message.type} {parties}, kenmerk {message.identificatie}",
        f"    status {message.status}, id {message.id}",
    ]


def _entry(entry: EntryRow) -> list[str]:
    return [
        f"- {moment(entry.at)}  {_SAYS.get(entry.kind, entry.kind)}, door {entry.actor} (regel {entry.number})",
        *(f"    bericht {message}" for message in entry.messages),
    ]
