"""How the gateway keeps to what the standard asks outside its rules: agreements that no message shows to be broken."""

from __future__ import annotations

from typing import Final

_HELE_BERICHT: Final = "Een bericht dat een regel in zichzelf schendt wordt in zijn geheel geweigerd, met 0001."
_ALLEEN_FOUT: Final = "Een antwoord dat de gateway zelf maakt, noemt alleen wat is afgekeurd."

# By code; a code that is not here asks something of the parties, and nothing of the gateway.
FOLLOWED: Final[dict[str, str]] = {
    "IV009": "CS139 toetst de datum die bij een onbekend deel hoort.",
    "IV028": "Zo maakt de gateway zijn retourberichten: de kop van het heenbericht, met een eigen kenmerk.",
    "IV032": "Wat een bericht in zichzelf schendt geeft 0001; wat daarbuiten ligt de eigen code, bij de klasse.",
    "IV033": "De gateway gebruikt geen stylesheets, en laat XsltVersie weg uit wat hij zelf schrijft.",
    "IV034": "Wat de gateway zelf schrijft heeft XsdVersie 1.0.0.",
    "IV046": "TR378 toetst of de gemeentecode bestaat.",
    "IV081": "TR346 rekent een tarief per minuut na vanuit een afgerond uurtarief.",
    "IV087": "Zo maakt de gateway een JW325.",
    "IV088": "Zo maakt de gateway een JW325.",
    "IV089": "CS337 toetst of een ProductPeriode binnen één kalendermaand ligt.",
    "IV095": "TR378 toetst of de gemeentecode bestaat.",
    "OP033x2": "CS058 toetst dit.",
    "OP047": _HELE_BERICHT,
    "OP065": _ALLEEN_FOUT,
    "OP079": "Het schema vraagt een Bsn, en CS002 toetst het.",
    "OP090": 'Met retour = "gateway" stuurt de gateway het retourbericht meteen bij het aannemen.',
    "OP090x4": 'Met declaration_answer = "gateway" stuurt de gateway de JW325 meteen bij het aannemen.',
    "OP179": "De gateway neemt geen bericht aan dat groter is dan 25 MB (BRS06).",
    "OP192": "De gateway neemt alleen leesbare XML in UTF-8 aan, zonder byte-order mark en zonder DTD.",
    "OP252": "CS139 toetst de datum die bij een onbekend deel hoort.",
    "OP254": "De gateway bezorgt op de AGB-code van de aanbieder en de CBS-code van de gemeente.",
    "OP280": "CS340 toetst of de DeclaratiePeriode één kalendermaand is.",
    "OP286": _HELE_BERICHT,
    "OP304": _ALLEEN_FOUT,
    "OP355": "Een JW325 op een declaratie die hier niet bekend is wordt geweigerd (BRS33).",
    "OP367": "CS337 toetst dit.",
}
