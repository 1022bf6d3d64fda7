"""The fourteen messages of iJw 3.2, by name."""

from __future__ import annotations

from typing import Final

from gateway.ijw.bericht import Bericht
from gateway.ijw.declaratie import JW323, JW325
from gateway.ijw.levering import JW305, JW306, JW307, JW308
from gateway.ijw.toewijzing import JW301, JW302
from gateway.ijw.verzoek import JW315, JW316, JW317, JW318, JW319, JW320

BERICHTEN: Final[dict[str, type[Bericht]]] = {
    bericht.TYPE: bericht
    for bericht in (
        JW301,
        JW302,
        JW305,
        JW306,
        JW307,
        JW308,
        JW315,
        JW316,
        JW317,
        JW318,
        JW319,
        JW320,
        JW323,
        JW325,
    )
}
BY_NAMESPACE: Final[dict[str, type[Bericht]]] = {bericht.namespace(): bericht for bericht in BERICHTEN.values()}
# What answers a heenbericht: JW301 → JW302, …, JW323 → JW325.
ANTWOORD_MET: Final[dict[str, type[Bericht]]] = {
    bericht.ANTWOORD_OP.TYPE: bericht for bericht in BERICHTEN.values() if bericht.ANTWOORD_OP
}
