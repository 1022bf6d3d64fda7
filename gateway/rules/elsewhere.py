"""How the gateway keeps to what the standard asks outside its rules: agreements that no message shows to be broken."""

from __future__ import annotations

from typing import Final

_HELE_BERICHT: Final = "Een bericht dat een regel in zichzelf schendt wordt in zijn geheel geweigerd, met 0001."
_ALLEEN_FOUT: Final = "Een antwoord dat de gateway zelf maakt, noemt alleen wat is afgekeurd."

# By code; a code that is not here asks something of the parties, and nothing of the gateway.
FOLLOWED: Final[dict[str, str]] = {
    "IV008": "TR326 en TR413 tot en met TR415 tellen eerst wat een bericht verwijdert, en dan wat het meldt.",
    "IV009": "CS139 toetst de datum die bij een onbekend deel hoort.",
    "IV013": "Van een toewijzing geldt wat het laatst is vastgesteld, in welke volgorde de berichten ook kwamen.",
    "IV028": "Zo maakt de gateway zijn retourberichten: de kop van het heenbericht, met een eigen kenmerk.",
    "IV032": "Wat een bericht in zichzelf schendt geeft 0001; wat daarbuiten ligt de eigen code, bij de klasse.",
    "IV033": "De gateway gebruikt geen stylesheets, en laat XsltVersie weg uit wat hij zelf schrijft.",
    "IV034": "Wat de gateway zelf schrijft heeft XsdVersie 1.0.0.",
    "IV046": "TR378 toetst of de gemeentecode bestaat.",
    "IV066": "TR332 toetst of een ToewijzingNummer van één toewijzing is.",
    "IV077": "TR321 en TR322 tellen zo de weken.",
    "IV078": "TR321 en TR322 rekenen een gebroken week of maand als een hele.",
    "IV081": "TR346 rekent een tarief per minuut na vanuit een afgerond uurtarief, TR418 vanuit dat van het contract.",
    "IV085": "TR323 toetst of is toegekend wat een creditprestatie terugneemt.",
    "IV087": "Zo maakt de gateway een JW325.",
    "IV088": "Zo maakt de gateway een JW325.",
    "IV089": "CS337, TR387 en TR388 toetsen de dagen van een ProductPeriode.",
    "IV090": "TR318 toetst of een DeclaratiePeriode niet teruggaat.",
    "IV091": "TR323 vergelijkt een creditprestatie met de debetprestatie.",
    "IV092": "TR349 tot en met TR351, TR357, TR361 en TR373 toetsen dit.",
    "IV093": "TR379 toetst de ReferentieAanbieder van alles wat het verzoek noemt.",
    "IV095": "TR378 toetst of de gemeentecode bestaat.",
    "IV096": "TR326, TR382 en TR413 tot en met TR415 vergelijken op deze sleutel.",
    "IV097": "TR379 toetst dit.",
    "OP033": "TR063, TR071 en TR074 toetsen dit.",
    "OP033x2": "CS058 toetst dit.",
    "OP047": _HELE_BERICHT,
    "OP065": _ALLEEN_FOUT,
    "OP079": "Het schema vraagt een Bsn, en CS002 toetst het.",
    "OP080": "Wat eerder is gebeurd hangt af van wat de berichten zeggen, en niet van wanneer zij kwamen.",
    "OP087": "TR349 telt als actueel wat hier staat.",
    "OP090": 'Met retour = "gateway" stuurt de gateway het retourbericht meteen bij het aannemen.',
    "OP090x4": 'Met declaration_answer = "gateway" stuurt de gateway de JW325 meteen bij het aannemen.',
    "OP179": "De gateway neemt geen bericht aan dat groter is dan 25 MB (BRS06).",
    "OP192": "De gateway neemt alleen leesbare XML in UTF-8 aan, zonder byte-order mark en zonder DTD.",
    "OP252": "CS139 toetst de datum die bij een onbekend deel hoort.",
    "OP254": "De gateway bezorgt op de AGB-code van de aanbieder en de CBS-code van de gemeente.",
    "OP280": "CS340 toetst of de DeclaratiePeriode één kalendermaand is.",
    "OP286": _HELE_BERICHT,
    "OP304": _ALLEEN_FOUT,
    "OP350": "TR374 toetst dit.",
    "OP355": "Een JW325 op een declaratie die hier niet bekend is wordt geweigerd (BRS33).",
    "OP366": "TR322, TR369 en TR389 boeken eerst wat een bericht crediteert.",
    "OP367": "CS337 toetst dit.",
    "OP377": "TR382 en TR413 tot en met TR415 toetsen dit.",
    "OP378": "TR413 toetst dit.",
}
