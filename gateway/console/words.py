"""What things are called on the pages."""

from __future__ import annotations

from typing import Final

TYPES: Final = {
    "JW301": "Toewijzing",
    "JW302": "Retour op toewijzing",
    "JW305": "Startbericht",
    "JW306": "Retour op startbericht",
    "JW307": "Stopbericht",
    "JW308": "Retour op stopbericht",
    "JW315": "Verzoek om toewijzing",
    "JW316": "Retour op verzoek om toewijzing",
    "JW317": "Verzoek om wijziging",
    "JW318": "Retour op verzoek om wijziging",
    "JW319": "Antwoord op verzoek",
    "JW320": "Retour op antwoord",
    "JW323": "Declaratie",
    "JW325": "Declaratie-antwoord",
}
STATUSES: Final = {
    "accepted": "aangenomen",
    "queued": "wacht",
    "leased": "wordt opgehaald",
    "delivered": "afgeleverd",
    "rejected": "afgekeurd",
    "manual": "mensenwerk",
    "handled": "afgehandeld",
    "failed": "niet af te leveren",
    "expired": "verlopen",
}
# How much something needs attention, for the colour of its badge; the words beside it say the same.
STATES: Final = {
    "accepted": "neutral",
    "queued": "warning",
    "leased": "warning",
    "delivered": "safe",
    "rejected": "danger",
    "manual": "warning",
    "handled": "safe",
    "failed": "danger",
    "expired": "danger",
    "running": "warning",
    "paused": "warning",
    "finished": "safe",
    "open": "warning",
    "allocated": "safe",
    "underInvestigation": "warning",
    "started": "safe",
    "interrupted": "warning",
    "stopped": "neutral",
    "withdrawn": "neutral",
    "removed": "neutral",
    "pass": "safe",
    "warn": "warning",
    "fail": "danger",
}
ALLOCATION_STATES: Final = {
    "allocated": "toegewezen",
    "started": "gestart",
    "interrupted": "onderbroken",
    "stopped": "gestopt",
    "withdrawn": "ingetrokken",
    "removed": "verwijderd",
}
REQUEST_STATES: Final = {
    "open": "open",
    "underInvestigation": "in onderzoek",
    "allocated": "toegewezen",
    "rejected": "afgewezen",
    "manual": "mensenwerk",
}
# What a municipality may decide: what a person chooses, what follows, and in which message it goes out.
DECISIONS: Final = {
    "underInvestigation": {
        "label": "In onderzoek nemen",
        "says": "Het besluit volgt later, binnen acht weken na het verzoek",
        "message": "JW319",
    },
    "rejected": {"label": "Afwijzen", "says": "De aanbieder krijgt de reden", "message": "JW319"},
    "allocated": {"label": "Toewijzen", "says": "De aanbieder krijgt de toewijzing", "message": "JW301"},
}
MOMENTS: Final = {
    "allocated": "toegewezen",
    "repeated": "herhaald, zonder verandering",
    "changed": "toewijzing gewijzigd",
    "prolonged": "toewijzing verlengd",
    "shortened": "toewijzing ingekort",
    "withdrawn": "toewijzing ingetrokken",
    "removed": "toewijzing verwijderd",
    "started": "levering gestart",
    "startRemoved": "start verwijderd",
    "interrupted": "levering onderbroken",
    "stopped": "levering gestopt",
    "stopRemoved": "stop verwijderd",
    "declared": "gedeclareerd",
    "credited": "gecrediteerd",
    "requested": "gevraagd",
    "manual": "gevraagd, aan mensen gegeven",
    "underInvestigation": "in onderzoek genomen",
    "rejected": "afgewezen",
}
EVENTS: Final = {
    "accepted": "aangenomen",
    "queued": "in de wachtrij gezet",
    "leased": "opgehaald",
    "lease-expired": "ophaaltermijn voorbij, wacht weer",
    "released": "teruggegeven",
    "failed": "poging mislukt",
    "dead-letter": "opgegeven na te veel pogingen",
    "delivered": "overgenomen door de ontvanger",
    "answered": "beantwoord",
    "rejected": "afgekeurd",
    "manual": "aan mensen gegeven",
    "handled": "door mensen afgehandeld",
    "expired": "verlopen: te lang gewacht",
    "deadline-overdue": "termijn verstreken",
    "replayed": "opnieuw aangeboden",
}
REPLAY_STATES: Final = {"running": "loopt", "paused": "stilgelegd", "finished": "klaar"}
OUTCOMES: Final = {
    "queued": "wacht weer op de ontvanger",
    "redelivered": "wacht weer, al had de ontvanger het al",
    "manual": "naar mensen",
    "unchanged": "blijft zoals het is",
    "skipped": "overgeslagen: het was intussen anders",
    "failed": "niet gelukt",
}
WAYS: Final = {"mail": "e-mail", "webhook": "webhook", "ggk0210": "GGk"}
SENDING_STATES: Final = {
    "due": "wacht",
    "sending": "wordt verstuurd",
    "sent": "verstuurd",
    "failed": "opgegeven",
    "dropped": "niet meer nodig",
}
ENDINGS: Final = {
    "acknowledged": "overgenomen",
    "failed": "mislukt",
    "released": "teruggegeven",
    "expired": "ophaaltermijn voorbij",
    "delivered": "bezorgd",
    "hiccup": "mislukt, wordt opnieuw geprobeerd",
    "refused": "voorgoed geweigerd",
    "lost": "onderbroken, afloop onbekend",
    "dropped": "niet meer nodig",
}
RELATIONS: Final = {
    "retourbericht": "retourbericht",
    "heenbericht": "bericht waarop dit antwoord geeft",
    "request": "verzoek waarop dit antwoord geeft",
    "answer": "antwoord op dit verzoek",
}
SOURCES: Final = {
    "xml": "leesbaarheid",
    "xsd": "schema",
    "rule": "regel van de standaard",
    "history": "eerdere berichten",
    "reference": "lijsten",
    "gateway": "afspraken en verzending",
}
ROLES: Final = {
    "viewer": "kijker",
    "handler": "behandelaar",
    "administrator": "beheerder",
    "auditor": "toezichthouder",
}
SCOPES: Final = {"exchange": "uitwisselen", "admin": "beheren", "monitor": "bewaken"}
HEALTH_PARTS: Final = {
    "database": "Database",
    "schemas": "Schema's",
    "routes": "Routes",
    "worker": "Achtergrondwerk",
    "queues": "Wachtrijen",
    "lifecycle": "Dossiers",
}
DEADLINE_STATES: Final = {"overdue": "te laat", "open": "open", "met": "gehaald", "dropped": "vervallen"}
DEADLINE_KINDS: Final = {
    "retour": "retourbericht",
    "declaration": "antwoord op een declaratie",
    "answer": "antwoord op een verzoek",
    "investigation": "besluit na onderzoek",
    "woonplaatsbeginsel": "afwijzing om het woonplaatsbeginsel",
    "start": "startbericht",
    "stop": "stopbericht",
    "advice": "bindend advies van de deskundige",
}
ACTS: Final = {
    "content-read": "inhoud bekeken",
    "person-searched": "op een persoon gezocht",
    "opt-out-seen": "bericht met opt-out bekeken",
    "messages-leased": "berichten opgehaald",
    "person-exported": "sporen van een persoon opgevraagd",
    "case-closed": "zaak gesloten",
    "request-decided": "op een verzoek beslist",
    "case-read": "toelichting bij een zaak gelezen",
    "escalation-read": "escalatie gelezen",
    "escalation-opened": "escalatie geopend",
    "escalation-step-taken": "stap van een escalatie vastgelegd",
    "escalation-ended": "escalatie afgesloten",
    "wind-down-read": "lijst van een afbouw gelezen",
    "wind-down-compared": "lijst van een aanbieder vergeleken",
    "wind-down-begun": "afbouw begonnen",
    "wind-down-agreed": "afspraak bij een afbouw vastgelegd",
    "wind-down-closed": "afbouw afgesloten",
    "coordinator-named": "coördinator genoemd",
    "coordinator-removed": "coördinator weggehaald",
    "hold-added": "bewaarplicht ingesteld",
    "hold-ended": "bewaarplicht beëindigd",
    "keys-rotated": "opnieuw versleuteld",
    "content-removed": "inhoud verwijderd",
    "signed-in": "aangemeld",
    "sign-in-link-made": "aanmeldlink gemaakt",
    "party-added": "partij toegevoegd",
    "token-created": "token gemaakt",
    "token-revoked": "token ingetrokken",
    "backup-restored": "reservekopie teruggezet",
    "replay-started": "opnieuw proberen gestart",
    "replay-paused": "opnieuw proberen stilgelegd",
    "replay-resumed": "opnieuw proberen hervat",
    "replay-finished": "opnieuw proberen klaar",
    "certificate-added": "certificaat toegevoegd",
    "certificate-removed": "certificaat verwijderd",
    "mandate-given": "mandaat gegeven",
    "mandate-ended": "mandaat beëindigd",
    "endpoint-added": "bezorgadres toegevoegd",
    "endpoint-changed": "bezorgadres gewijzigd",
    "endpoint-removed": "bezorgadres verwijderd",
}
