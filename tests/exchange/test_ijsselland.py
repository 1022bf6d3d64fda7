"""Regionaal Toegangsprotocol RSJ IJsselland 2.0: each of its agreements, broken and just not.

What the protocol gives no product codes for sleeps in the tables that ship; here those agreements get a code.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from gateway.ijw.dossier import Dossier
from gateway.ijw.typen import Product, Verwijzer
from gateway.ijw.verzoek import JW315, JW317
from gateway.services.route_explained import sleeping as told_to_sleep
from tests.exchange.agreed import awake, book, broken, code_of, known, omvang, route_of
from tests.rules.builders import (
    AANGEVRAAGD,
    BERICHTEN,
    CATEGORY,
    DAY,
    GESTOPT,
    MUNICIPALITY,
    NIEUW,
    PRODUCT,
    TE_WIJZIGEN,
    TOEGEWEZEN,
    add,
    change,
    copy,
)

_JW315, _JW317, _JW301, _JW323 = (BERICHTEN[name] for name in ("JW315", "JW317", "JW301", "JW323"))
_BEGIN = date(2026, 6, 1)


def request(**fields: Any) -> JW315:
    """Make a JW315 for one product; fields of it are set."""
    made: JW315 = change(_JW315, "client", aangevraagde_producten=(copy(AANGEVRAAGD, **fields),))  # type: ignore[assignment]
    return made


def budget(cents: int, **fields: Any) -> JW315:
    """Make a JW315 for a budget."""
    return request(**{"omvang": None, "budget": cents, "product": CATEGORY, **fields})


def change_request(**fields: Any) -> JW317:
    """Make a JW317 that changes one allocation; fields of the change are set."""
    changes = {"te_wijzigen_producten": (copy(TE_WIJZIGEN, **fields),), "nieuwe_producten": ()}
    made: JW317 = change(_JW317, "client.verzoek", **changes)  # type: ignore[assignment]
    return made


@pytest.mark.parametrize("euro", [1_000, 2_000, 3_000, 5_000, 8_000, 12_000, 15_000, 20_000, 20_000.01, 25_000])
def test_standard_budgets(euro: float) -> None:
    """The eight standard budgets are right, and so is any offerte above them."""
    assert not broken("IJSSELLAND-STANDAARDBUDGET", budget(round(euro * 100)))


@pytest.mark.parametrize("cents", [1, 99_999, 100_001, 400_000, 799_999, 1_999_999])
def test_rounding_up(cents: int) -> None:
    """A budget between two standard budgets should have been rounded up, in a request and in a change."""
    (finding,) = broken("IJSSELLAND-STANDAARDBUDGET", budget(cents))
    assert finding.path == "/Bericht/Client/AangevraagdeProducten/AangevraagdProduct/Budget"
    assert (finding.source, finding.retourcode) == ("gateway", None)
    changed = change_request(omvang=None, budget=cents)
    assert broken("IJSSELLAND-STANDAARDBUDGET", changed)
    new = add(change_request(), "client.verzoek.nieuwe_producten", copy(NIEUW, omvang=None, budget=cents))
    assert broken("IJSSELLAND-STANDAARDBUDGET", new)
    assert not broken("IJSSELLAND-STANDAARDBUDGET", _JW315)


@pytest.mark.parametrize("verwijzer", ["02", "03", "05"])
def test_doctor_up_to_budget_5(verwijzer: str) -> None:
    """A GP, youth doctor or specialist refers up to 8,000 euros, a cent more is a point to raise."""
    referral = Verwijzer(type=verwijzer, zorgverlener_code="01234567")
    assert not broken("IJSSELLAND-BUDGET-5", budget(800_000, verwijzer=referral))
    (finding,) = broken("IJSSELLAND-BUDGET-5", budget(800_001, verwijzer=referral))
    assert finding.path == "/Bericht/Client/AangevraagdeProducten/AangevraagdProduct/Budget"


@pytest.mark.parametrize("verwijzer", ["01", "04", "06", "08"])
def test_others_above_budget_5(verwijzer: str) -> None:
    """Who is no doctor, or asks for no budget, has no such limit."""
    assert not broken("IJSSELLAND-BUDGET-5", budget(2_000_000, verwijzer=Verwijzer(type=verwijzer, naam="team")))
    assert not broken("IJSSELLAND-BUDGET-5", request())


@pytest.mark.parametrize(("days", "late"), [(56, False), (55, True), (1, True), (0, False), (-1, False)])
def test_change_eight_weeks_ahead_by_the_day_asked_for(days: int, late: bool) -> None:
    """Without knowing the allocation, a change that should begin within eight weeks comes late."""
    found = broken("IJSSELLAND-WIJZIGING-8-WEKEN", change_request(gewenste_ingangsdatum=DAY + timedelta(days)))
    assert [finding.path for finding in found] == (
        ["/Bericht/Client/Verzoek/TeWijzigenProducten/TeWijzigenProduct/GewensteIngangsdatum"] if late else []
    )


@pytest.mark.parametrize(("days", "late"), [(56, False), (55, True), (-1, True)])
def test_change_eight_weeks_ahead_of_the_end(days: int, late: bool) -> None:
    """Where the allocation is known, its own end date tells."""
    allocated = known(copy(TOEGEWEZEN, einddatum=DAY + timedelta(days)), field="toewijzingen")
    found = broken("IJSSELLAND-WIJZIGING-8-WEKEN", change_request(), dossier=allocated)
    assert [finding.path for finding in found] == (
        ["/Bericht/Client/Verzoek/TeWijzigenProducten/TeWijzigenProduct/ToewijzingNummer"] if late else []
    )
    open_ended = known(copy(TOEGEWEZEN, einddatum=None), field="toewijzingen")
    assert not broken("IJSSELLAND-WIJZIGING-8-WEKEN", change_request(gewenste_ingangsdatum=DAY), dossier=open_ended)


@pytest.mark.parametrize(("end", "long"), [(date(2028, 5, 31), False), (date(2028, 6, 1), True), (None, True)])
def test_herstel_two_years(end: date | None, long: bool) -> None:
    """A budget for more than two years fits neither herstel nor duurzaam; care in hours has no such limit."""
    message = budget(800_000, toewijzing_ingangsdatum=_BEGIN, toewijzing_einddatum=end)
    assert bool(broken("IJSSELLAND-HERSTEL-2-JAAR", message)) is long
    assert not broken("IJSSELLAND-HERSTEL-2-JAAR", request(toewijzing_ingangsdatum=_BEGIN, toewijzing_einddatum=end))


def test_herstel_two_years_from_a_leap_day() -> None:
    """Two years from 29 February end on 27 February: the day before the day that is not there."""
    for end, long in ((date(2030, 2, 27), False), (date(2030, 2, 28), True)):
        message = budget(800_000, toewijzing_ingangsdatum=date(2028, 2, 29), toewijzing_einddatum=end)
        assert bool(broken("IJSSELLAND-HERSTEL-2-JAAR", message)) is long


@pytest.mark.parametrize(("end", "long"), [(date(2027, 5, 31), False), (date(2027, 6, 1), True)])
def test_duurzaam_a_budget_a_year(tmp_path: Path, end: date, long: bool) -> None:
    """Once its products are known, a duurzaam budget is for a year."""
    tables = awake(tmp_path, IJSSELLAND_DUURZAAM_1_JAAR="45")
    message = budget(800_000, toewijzing_ingangsdatum=_BEGIN, toewijzing_einddatum=end)
    assert bool(broken("IJSSELLAND-DUURZAAM-1-JAAR", message, tables=tables)) is long
    other = change(message, "client.aangevraagde_producten.0", product=Product(categorie="46"))
    assert not broken("IJSSELLAND-DUURZAAM-1-JAAR", other, tables=tables)


@pytest.mark.parametrize("code", ["46B01", "46A04", "46A05"])
def test_crisis_within_five_working_days(code: str) -> None:
    """Five working days back from Wednesday is the Wednesday before; a holiday between makes it a day more."""
    on_time, late = DAY - timedelta(7), DAY - timedelta(8)
    for begin, expected in ((on_time, 0), (late, 1)):
        message = request(product=code_of(code), toewijzing_ingangsdatum=begin)
        assert len(broken("IJSSELLAND-CRISIS-5-WERKDAGEN", message)) == expected
    holiday = {DAY - timedelta(1)}
    assert not broken(
        "IJSSELLAND-CRISIS-5-WERKDAGEN",
        request(product=code_of(code), toewijzing_ingangsdatum=late),
        feestdagen=holiday,
    )
    assert not broken("IJSSELLAND-CRISIS-5-WERKDAGEN", request(toewijzing_ingangsdatum=DAY - timedelta(90)))


@pytest.mark.parametrize(
    ("agreement", "code", "right", "wrong"),
    [
        ("IJSSELLAND-CRISIS-STUKS", "46B01", "82", "14"),
        ("IJSSELLAND-CRISIS-STUKS", "46B01", "84", "04"),
        ("IJSSELLAND-CRISIS-ETMAAL", "46A04", "14", "82"),
        ("IJSSELLAND-CRISIS-ETMAAL", "46A05", "14", "16"),
    ],
)
def test_units_of_crisis_care(agreement: str, code: str, right: str, wrong: str) -> None:
    """46B01 goes in pieces, crisis stay and crisis foster care in days."""
    assert not broken(agreement, request(product=code_of(code), omvang=omvang(4, right)))
    (finding,) = broken(agreement, request(product=code_of(code), omvang=omvang(4, wrong)))
    assert finding.path == "/Bericht/Client/AangevraagdeProducten/AangevraagdProduct/Omvang"
    assert not broken(agreement, request(omvang=omvang(4, wrong)))


@pytest.mark.parametrize(
    ("agreement", "code", "days"),
    [("IJSSELLAND-CRISIS-28-DAGEN", "46A04", 28), ("IJSSELLAND-CRISISPLEEGZORG-90-DAGEN", "46A05", 90)],
)
def test_longest_crisis_care(agreement: str, code: str, days: int) -> None:
    """Crisis stay lasts 28 days and crisis foster care 90, the first and last day included."""
    for more, expected in ((-1, 0), (0, 1)):
        end = _BEGIN + timedelta(days + more)
        message = request(product=code_of(code), toewijzing_ingangsdatum=_BEGIN, toewijzing_einddatum=end)
        assert len(broken(agreement, message)) == expected
    assert broken(agreement, request(product=code_of(code), toewijzing_einddatum=None))


@pytest.mark.parametrize(
    ("agreement", "minutes"),
    [("IJSSELLAND-DYSLEXIE-DIAGNOSTIEK", 900), ("IJSSELLAND-DYSLEXIE-BEHANDELING", 3_900)],
)
def test_dyslexia_minutes(tmp_path: Path, agreement: str, minutes: int) -> None:
    """Diagnostics take 900 minutes in all and treatment 3,900, also when asked for in hours or by the week."""
    tables = awake(tmp_path, **{agreement.replace("-", "_"): "45A04"})
    four_weeks = {"toewijzing_ingangsdatum": _BEGIN, "toewijzing_einddatum": _BEGIN + timedelta(27)}
    for amount, expected in (
        (omvang(minutes, "01"), 0),
        (omvang(minutes + 1, "01"), 1),
        (omvang(minutes // 60, "04"), 0),
        (omvang(minutes // 60 + 1, "04"), 1),
        (omvang(minutes // 4, "01", "2"), 0),
        (omvang(minutes // 4 + 1, "01", "2"), 1),
        (omvang(minutes, "01", "4"), 0),
        (omvang(minutes + 1, "01", "4"), 1),
        (omvang(minutes // 28 + 1, "01", "1"), 1),
        (omvang(9_999, "14"), 0),
    ):
        message = request(omvang=amount, **four_weeks)
        assert len(broken(agreement, message, tables=tables)) == expected, amount
    endless = request(omvang=omvang(9_999, "01", "2"), toewijzing_einddatum=None)
    assert not broken(agreement, endless, tables=tables)


@pytest.mark.parametrize(("euro", "wrong"), [(1_000, False), (2_000, False), (3_000, True), (25_000, True)])
def test_medication_checks(tmp_path: Path, euro: int, wrong: bool) -> None:
    """Medication checks alone are budget 1 or 2, and no offerte."""
    tables = awake(tmp_path, IJSSELLAND_MEDICATIECONTROLE="45")
    assert bool(broken("IJSSELLAND-MEDICATIECONTROLE", budget(euro * 100), tables=tables)) is wrong


def _foster(begin: date, end: date | None, days: int, code: str, frequentie: str = "2") -> Any:
    return copy(
        AANGEVRAAGD,
        product=code_of(code),
        toewijzing_ingangsdatum=begin,
        toewijzing_einddatum=end,
        omvang=omvang(days, "14", frequentie),
    )


@pytest.mark.parametrize(
    ("first", "second", "places"),
    [
        (_foster(_BEGIN, None, 7, "43A09"), _foster(_BEGIN, None, 2, "43A08"), 0),
        (_foster(_BEGIN, None, 7, "43A09"), _foster(_BEGIN, None, 3, "43A08"), 2),
        (_foster(_BEGIN, None, 1, "43A09", "1"), _foster(_BEGIN, None, 3, "43A08"), 2),
        (_foster(_BEGIN, _BEGIN, 7, "43A09"), _foster(_BEGIN + timedelta(1), None, 3, "43A08"), 0),
        (_foster(_BEGIN, _BEGIN, 7, "43A09"), _foster(_BEGIN, None, 3, "43A08"), 2),
        (_foster(_BEGIN, None, 7, "43A09"), _foster(_BEGIN, None, 3, "45A04"), 0),
    ],
)
def test_nine_days_a_week(first: Any, second: Any, places: int) -> None:
    """Foster care with part-time foster care or short stay is nine days a week on any day that they overlap."""
    found = broken("IJSSELLAND-PLEEGZORG-9-DAGEN", change(_JW315, "client", aangevraagde_producten=(first, second)))
    assert [len(finding.paths) for finding in found] == ([places] if places else [])


def test_nine_days_a_week_with_what_is_allocated() -> None:
    """What was allocated before counts, unless the message itself changes it."""
    allocated = copy(TOEGEWEZEN, product=code_of("43A09"), einddatum=None, omvang=omvang(7, "14", "2"))
    dossier = known(allocated, field="toewijzingen")
    for days, expected in ((2, 0), (3, 1)):
        message = change(_JW315, "client", aangevraagde_producten=(_foster(_BEGIN, None, days, "43A08"),))
        assert len(broken("IJSSELLAND-PLEEGZORG-9-DAGEN", message, dossier=dossier)) == expected
    alone = change(_JW315, "client", aangevraagde_producten=())
    assert not broken("IJSSELLAND-PLEEGZORG-9-DAGEN", alone, dossier=dossier)
    new = copy(NIEUW, product=code_of("43A08"), einddatum=None, omvang=omvang(3, "14", "2"))
    for days, expected in ((6, 0), (7, 1)):
        changed = add(
            change_request(omvang=omvang(days, "14", "2"), gewenste_ingangsdatum=_BEGIN, einddatum=None),
            "client.verzoek.nieuwe_producten",
            new,
        )
        assert len(broken("IJSSELLAND-PLEEGZORG-9-DAGEN", changed, dossier=dossier)) == expected
    both = change(_JW301, "client", toegewezen_producten=(allocated, copy(allocated, toewijzing_nummer=2)))
    assert len(broken("IJSSELLAND-PLEEGZORG-9-DAGEN", both, dossier=dossier)) == 1


@pytest.mark.parametrize(
    ("agreement", "end"),
    [("IJSSELLAND-MULTISYSTEEM-6-MAANDEN", date(2026, 11, 30)), ("IJSSELLAND-TRAUMA-3-MAANDEN", date(2026, 8, 31))],
)
def test_therapies(tmp_path: Path, agreement: str, end: date) -> None:
    """Multi-system therapy lasts six months, intensive trauma treatment three."""
    tables = awake(tmp_path, **{agreement.replace("-", "_"): "45A04"})
    for more, expected in ((0, 0), (1, 1)):
        message = request(toewijzing_ingangsdatum=_BEGIN, toewijzing_einddatum=end + timedelta(more))
        assert len(broken(agreement, message, tables=tables)) == expected


def test_consultation_is_never_declared(tmp_path: Path) -> None:
    """A Prestatie for consultation has no place in a JW323; any other has."""
    tables = awake(tmp_path, IJSSELLAND_CONSULTATIE="45A04")
    found = broken("IJSSELLAND-CONSULTATIE", _JW323, tables=tables)
    assert [finding.path for finding in found] == [
        f"/Bericht/Declaratie/Clienten/Client[{number}]/Prestaties/Prestatie/ProductCode" for number in (1, 2)
    ]
    assert not broken("IJSSELLAND-CONSULTATIE", _JW323, tables=awake(tmp_path, IJSSELLAND_CONSULTATIE="45A03"))


_ALLOCATED = copy(TOEGEWEZEN, omvang=None, budget=500_000, ingangsdatum=date(2026, 4, 1), einddatum=date(2026, 6, 1))
_STOP = copy(GESTOPT, toewijzing_nummer=_ALLOCATED.toewijzing_nummer, einddatum=date(2026, 5, 31))


@pytest.mark.parametrize(
    ("allocated", "stop", "expected"),
    [
        (_ALLOCATED, None, 1),
        (copy(_ALLOCATED, einddatum=date(2026, 5, 31)), None, 0),
        (copy(_ALLOCATED, einddatum=None), None, 1),
        (copy(_ALLOCATED, ingangsdatum=date(2027, 1, 1), einddatum=None), None, 0),
        (copy(_ALLOCATED, budget=400_000), None, 0),
        (TOEGEWEZEN, None, 0),
        (copy(_ALLOCATED, reden_wijziging="13", einddatum=_ALLOCATED.ingangsdatum), None, 0),
        (_ALLOCATED, _STOP, 0),
        (_ALLOCATED, copy(_STOP, einddatum=date(2026, 6, 1)), 1),
        (_ALLOCATED, copy(_STOP, reden_beeindiging="20"), 1),
    ],
)
def test_no_two_standard_budgets_at_two_providers(allocated: Any, stop: Any, expected: int) -> None:
    """A standard budget at another provider on the same days is for the municipality to agree to, and to see alone."""
    other = known(allocated, field="toewijzingen")
    if stop:
        other = replace(other, stops=known(stop, field="stops").stops)
    asked = budget(800_000, toewijzing_ingangsdatum=_BEGIN, toewijzing_einddatum=date(2026, 12, 31))
    found = broken("IJSSELLAND-EEN-STANDAARDBUDGET", asked, elsewhere=(Dossier(), other))
    assert [finding.only_for for finding in found] == [MUNICIPALITY] * expected
    assert not broken("IJSSELLAND-EEN-STANDAARDBUDGET", asked)
    assert not broken("IJSSELLAND-EEN-STANDAARDBUDGET", budget(2_500_000), elsewhere=(other,))


def test_what_has_no_codes_sleeps() -> None:
    """As they ship, the agreements without product codes find nothing in any message."""
    route = route_of("0150")
    sleeping = {one.partition(": ")[2].partition(" ")[0] for one in told_to_sleep(book())}
    assert sleeping <= {one.code for one in route.agreements}
    assert sleeping == {
        "IJSSELLAND-DUURZAAM-1-JAAR",
        "IJSSELLAND-DYSLEXIE-DIAGNOSTIEK",
        "IJSSELLAND-DYSLEXIE-BEHANDELING",
        "IJSSELLAND-MEDICATIECONTROLE",
        "IJSSELLAND-MULTISYSTEEM-6-MAANDEN",
        "IJSSELLAND-TRAUMA-3-MAANDEN",
        "IJSSELLAND-CONSULTATIE",
    }
    assert not [one for code in sleeping for message in BERICHTEN.values() for one in broken(code, message)]


def test_hardenberg_residential_care_only() -> None:
    """In Hardenberg the agreements are about residential care; of other care nothing is said."""
    stay = code_of("43A09")
    for product, expected in ((stay, 1), (PRODUCT, 0), (None, 0)):
        message = budget(400_000, product=product)
        assert len(broken("IJSSELLAND-STANDAARDBUDGET", message, municipality="0160")) == expected
    allocated = known(copy(TOEGEWEZEN, product=stay), field="toewijzingen")
    changed = change_request(omvang=None, budget=400_000)
    assert not broken("IJSSELLAND-STANDAARDBUDGET", changed, municipality="0160")
    assert broken("IJSSELLAND-STANDAARDBUDGET", changed, municipality="0160", dossier=allocated)


def test_who_handles_a_jw317_by_hand() -> None:
    """Deventer, Olst-Wijhe and Raalte cannot take a JW317; the eight others can, and all take a JW315."""
    region = [route for route in book().on(DAY) if route.region == "IJsselland"]
    assert {route.name for route in region if route.handled_by_people("JW317")} == {"Deventer", "Olst-Wijhe", "Raalte"}
    assert len(region) == 11
    assert not any(route.handled_by_people("JW315") for route in region)
