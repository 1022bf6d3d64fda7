"""The answers that refuse a message: with the general code, or with a code at every berichtklasse (IV028, IV087)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import accumulate
from typing import Any, Final, TypeVar

from msgspec.structs import replace

from gateway.exchange.retour import GOEDGEKEURD, NIET_BEOORDEELD, answer_header, declaration_header
from gateway.ijw.bericht import Bericht
from gateway.ijw.berichten import ANTWOORD_MET
from gateway.ijw.codes import CREDIT, DEBET
from gateway.ijw.declaratie import JW323, JW325
from gateway.ijw.finding import Finding
from gateway.ijw.klasse import Klasse, velden
from gateway.ijw.typen import TotaalBedragMetDC
from gateway.ijw.verzoek import JW317
from gateway.rules.rule import TECHNISCH_ONJUIST
from gateway.rules.table import RULES

_HEADER: Final = "/Bericht/Header"
_PRESTATIES: Final = "/Bericht/Declaratie/Clienten"
_ABOUT: Final = {rule.code: rule.about for rule in RULES}
_NIETS: Final = TotaalBedragMetDC(totaal_bedrag=0, debet_credit=DEBET)

K = TypeVar("K", bound=Klasse)


def technical_refusal(heen: Bericht, identificatie: str, dagtekening: date) -> Bericht | None:
    """Refuse a message that breaks a rule inside itself: a header with 0001; nothing for one that gets no answer."""
    return _header_only(heen, identificatie, dagtekening, (TECHNISCH_ONJUIST,))


def refusal_with_codes(
    heen: Bericht, identificatie: str, dagtekening: date, findings: Sequence[Finding]
) -> Bericht | None:
    """Refuse a message for what lies outside it: the code at the class concerned, 0200 at the others (IV028).

    A fault in the header is answered by the header alone. Of a JW323 only the Prestaties refused are sent back, and
    the others are granted; where the declaration itself is wrong, it is refused whole (IV087).
    """
    in_header = _codes(finding for finding in findings if _concerns_header(finding))
    if in_header:
        return _header_only(heen, identificatie, dagtekening, in_header)
    if isinstance(heen, JW323):
        return _declaration_answer(heen, identificatie, dagtekening, findings)
    header = answer_header(heen, identificatie, dagtekening, (GOEDGEKEURD,))
    if header is None:
        return None
    body = velden(type(heen))[1].field
    marked = _Marking(findings).mark(getattr(heen, body), f"/Bericht/{velden(type(heen))[1].name}")
    make: Callable[..., Bericht] = ANTWOORD_MET[heen.TYPE]
    return make(header=header, **{body: marked})


def wholly_refused(heen: Bericht, findings: Sequence[Finding]) -> bool:
    """Say whether findings that refuse a message refuse all of it; a JW323 stands while one Prestatie in it does.

    A JW325 is never refused: nothing answers it.
    """
    if isinstance(heen, JW325):
        return False
    if not findings or not isinstance(heen, JW323) or any(map(_concerns_header, findings)) or _declared(findings):
        return bool(findings)
    refused = _refused_clients(heen, findings)
    count = sum(len(client.prestaties) for client in refused)
    return count == sum(len(client.prestaties) for client in heen.declaratie.clienten)


def _header_only(heen: Bericht, identificatie: str, dagtekening: date, codes: tuple[str, ...]) -> Bericht | None:
    if isinstance(heen, JW323):
        return JW325(header=declaration_header(heen, identificatie, dagtekening, codes))
    header = answer_header(heen, identificatie, dagtekening, codes)
    if header is None:
        return None
    make: Callable[..., Bericht] = ANTWOORD_MET[heen.TYPE]
    return make(header=header)


def _declaration_answer(heen: JW323, identificatie: str, dagtekening: date, findings: Sequence[Finding]) -> JW325:
    own = _declared(findings)
    refused = () if own else _refused_clients(heen, findings)
    antwoord = JW325.DeclaratieAntwoord(
        declaratie_nummer=heen.declaratie.declaratie_nummer,
        totaal_ingediend_bedrag=heen.declaratie.totaal_ingediend_bedrag,
        totaal_toegekend_bedrag=_NIETS if own else _granted(heen, refused),
        clienten=refused,
        retour_codes=own or (GOEDGEKEURD,),
    )
    header = declaration_header(heen, identificatie, dagtekening, (GOEDGEKEURD,))
    return JW325(header=header, declaratie_antwoord=antwoord)


def _declared(findings: Sequence[Finding]) -> tuple[str, ...]:
    """Give the codes of what is wrong with a declaration itself, and not with a client or a Prestatie in it."""
    return _codes(
        finding
        for finding in findings
        if not all(path.startswith(_PRESTATIES) for path in finding.paths or (finding.path or "",))
    )


def _refused_clients(heen: JW323, findings: Sequence[Finding]) -> tuple[JW323.Client, ...]:
    """Give the Prestaties that are refused, with their clients; of a client that is wrong none was judged (IV087)."""
    refused: list[JW323.Client] = []
    for client in _Marking(findings).mark(heen.declaratie, "/Bericht/Declaratie").clienten:
        if client.retour_codes != (GOEDGEKEURD,):
            unjudged = (replace(prestatie, retour_codes=(NIET_BEOORDEELD,)) for prestatie in client.prestaties)
            refused.append(replace(client, prestaties=tuple(unjudged)))
        elif wrong := tuple(each for each in client.prestaties if each.retour_codes != (GOEDGEKEURD,)):
            refused.append(replace(client, prestaties=wrong))
    return tuple(refused)


def _granted(heen: JW323, refused: tuple[JW323.Client, ...]) -> TotaalBedragMetDC:
    total = _sum(heen.declaratie.clienten) - _sum(refused)
    return TotaalBedragMetDC(totaal_bedrag=abs(total), debet_credit=CREDIT if total < 0 else DEBET)


def _sum(clients: tuple[JW323.Client, ...]) -> int:
    amounts = (prestatie.ingediend_bedrag for client in clients for prestatie in client.prestaties)
    return sum(amount.bedrag if amount.debet_credit == DEBET else -amount.bedrag for amount in amounts)


def _concerns_header(finding: Finding) -> bool:
    return all(path == "/Bericht" or path.startswith(_HEADER) for path in finding.paths or (finding.path or "",))


def _codes(findings: Iterator[Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(finding.retourcode for finding in findings if finding.retourcode))


class _Marking:
    """Copies classes with a retourcode at each that can bear one."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self._findings = [(path, finding) for finding in findings for path in finding.paths or (finding.path or "",)]

    def mark(self, value: K, path: str) -> K:
        """Give a class with codes at it and at everything below it."""
        bearers = dict(_bearers(value, path))
        codes: dict[str, dict[str, None]] = {}
        for place, finding in self._findings:
            if finding.retourcode:
                codes.setdefault(_bearer(place, finding.code, bearers), {})[finding.retourcode] = None
        return _copy(value, path, {bearer: tuple(found) for bearer, found in codes.items()}, GOEDGEKEURD)


def _bearer(place: str, code: str, bearers: Mapping[str, type[Klasse]]) -> str:
    """Find the class that bears the code of a rule: the nearest one around a place, of those the rule is about."""
    about = _ABOUT.get(code, ())
    around = [path for path in accumulate(place.split("/"), "{}/{}".format) if path in bearers]
    named = [path for path in around if bearers[path] in about]
    return (named or around or [""])[-1]


def _copy(value: K, path: str, codes: Mapping[str, tuple[str, ...]], right: str) -> K:
    """Copy a class with its codes; `right` is the one for where nothing is wrong."""
    changes: dict[str, Any] = {}
    below = right
    if path in codes and isinstance(value, (JW317.Client, JW323.Client)):
        # The client is not known here; what is said of somebody unknown was not judged (TR304).
        below = NIET_BEOORDEELD
    for veld in velden(type(value)):
        content = getattr(value, veld.field)
        if veld.field == "retour_codes":
            changes[veld.field] = codes.get(path, (right,))
        elif isinstance(content, Klasse):
            changes[veld.field] = _copy(content, f"{path}/{veld.name}", codes, below)
        elif veld.item and veld.item.klasse:
            items = _items(value, path, veld.field)
            changes[veld.field] = tuple(_copy(item, place, codes, below) for item, place in items)
    return replace(value, **changes)


def _bearers(value: Klasse, path: str) -> Iterator[tuple[str, type[Klasse]]]:
    if "retour_codes" in value.__struct_fields__:
        yield path, type(value)
    for veld in velden(type(value)):
        content = getattr(value, veld.field)
        if isinstance(content, Klasse):
            yield from _bearers(content, f"{path}/{veld.name}")
        elif veld.item and veld.item.klasse:
            for item, place in _items(value, path, veld.field):
                yield from _bearers(item, place)


def _items(value: Klasse, path: str, field: str) -> Iterator[tuple[Any, str]]:
    veld = next(veld for veld in velden(type(value)) if veld.field == field)
    items = getattr(value, field)
    for number, item in enumerate(items, 1):
        name = veld.item.name if veld.item else ""
        yield item, f"{path}/{veld.name}/{name}" + (f"[{number}]" if len(items) > 1 else "")
