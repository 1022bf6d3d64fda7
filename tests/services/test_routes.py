"""Route tables: those that ship, and what is read from those that are right."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gateway import resources
from gateway.exchange.agreement import Agreement
from gateway.exchange.agreement_checks import AllowedBudgets, MedicalReferral, Pause
from gateway.exchange.route import Answerer, Delivery, GgkDoor, HistoryChecks, Manual, Route
from gateway.ijw.codelijsten import Codelijsten
from gateway.rules.history import Tarief
from gateway.rules.rule import OwnProduct
from gateway.services.route_explained import without_source
from gateway.services.routes import read_route_book
from gateway.wire.reference import read_codelijsten
from tests.certificates import certificate_of, rsa_key
from tests.services.route_tables import AGREED, DIEMEN, ENCRYPTED, read_route_table


@pytest.fixture(scope="module")
def lists() -> Codelijsten:
    """Give the reference lists that ship."""
    return read_codelijsten()


def test_shipped_tables_are_right(lists: Codelijsten) -> None:
    """The tables that ship can be read, and name each municipality as the CBS does."""
    table = read_route_table(resources.routes_dir(), lists)
    assert {route.region for route in table} == {
        "IJsselland",
        "Rijnmond",
        "Haaglanden",
        "Amsterdam-Amstelland en Zaanstreek-Waterland",
        "Midden-Holland",
    }
    for route in table:
        gemeente = lists.gemeente(route.code)
        assert gemeente is not None
        assert route.name == gemeente.name


def test_shipped_ijsselland_is_complete(lists: Codelijsten) -> None:
    """The municipalities that the region's own protocol names are all there."""
    table = read_route_table(resources.routes_dir(), lists)
    codes = sorted(route.code for route in table if route.region == "IJsselland")
    assert codes == ["0148", "0150", "0160", "0166", "0175", "0177", "0180", "0193", "1708", "1773", "1896"]


def test_shipped_values_name_their_source(lists: Codelijsten) -> None:
    """Each value that ships says where it comes from; each file says where the region does."""
    assert not list(without_source(read_route_book(resources.routes_dir(), lists)))
    for path in resources.routes_dir().glob("*.toml"):
        assert "\n# Bron van de regio: " in path.read_text(encoding="utf-8")


def test_table_with_every_key(tmp_path: Path, lists: Codelijsten) -> None:
    """Every key that the gateway acts upon ends up in the route."""
    (tmp_path / "regio.toml").write_text(
        """
        region = "Voorbeeldregio"
        [[municipality]]
        code = "0150"
        name = "Deventer"
        delivery = "queue"
        history_checks = "enforce"
        retour = "gateway"
        declaration_answer = "gateway"
        max_attempts = 9
        expire_days = 30
        [municipality.manual]
        types = ["JW317", "JW315"]
        reason = "De applicatie keurt JW317 direct af"
        email = "jeugd@deventer.example"
        """
    )
    assert read_route_table(tmp_path, lists).get("0150") == Route(
        code="0150",
        name="Deventer",
        region="Voorbeeldregio",
        delivery=Delivery.QUEUE,
        history_checks=HistoryChecks.ENFORCE,
        retour=Answerer.GATEWAY,
        declaration_answer=Answerer.GATEWAY,
        max_attempts=9,
        expire_days=30,
        manual=Manual(frozenset({"JW315", "JW317"}), "De applicatie keurt JW317 direct af", "jeugd@deventer.example"),
    )


def test_table_with_few_keys(tmp_path: Path, lists: Codelijsten) -> None:
    """Code and name are enough; a region without a name is called after its file."""
    (tmp_path / "voorbeeld.toml").write_text(DIEMEN)
    (tmp_path / "readme.txt").write_text("geen tabel")
    assert list(read_route_table(tmp_path, lists)) == [Route("0384", "Diemen", "voorbeeld")]


def test_manual_without_email(tmp_path: Path, lists: Codelijsten) -> None:
    """Where no address is known, the case waits for people all the same."""
    (tmp_path / "a.toml").write_text(f'{DIEMEN}manual = {{types = ["JW317"], reason = "Kan niet"}}\n')
    route = read_route_table(tmp_path, lists).get("0384")
    assert route is not None
    assert route.manual == Manual(frozenset({"JW317"}), "Kan niet")


def test_own_products(tmp_path: Path, lists: Codelijsten) -> None:
    """A municipality has product codes of its own, each from and until a day, or without an end."""
    text = """
        [[municipality.product]]
        code = "49383"
        category = "49"
        [[municipality.product]]
        code = "49386"
        category = "49"
        valid_from = 2024-01-01
        valid_until = 2026-12-31
    """
    (tmp_path / "a.toml").write_text(DIEMEN + text)
    route = read_route_table(tmp_path, lists).get("0384")
    assert route is not None
    assert route.own_products == (
        OwnProduct("49383", "49"),
        OwnProduct("49386", "49", date(2024, 1, 1), date(2026, 12, 31)),
    )


def test_tariffs(tmp_path: Path, lists: Codelijsten) -> None:
    """A contract's tariffs are those of one provider; who has none has no table."""
    text = """
        [[municipality.tariff]]
        provider = "65656055"
        code = "45A04"
        unit = "04"
        amount = 1500
        valid_until = 2026-06-30
        [[municipality.tariff]]
        provider = "65656055"
        code = "45A04"
        unit = "04"
        amount = 1550
        valid_from = 2026-07-01
    """
    (tmp_path / "a.toml").write_text(DIEMEN + text)
    route = read_route_table(tmp_path, lists).get("0384")
    assert route is not None
    assert route.tarieven_of("65656055") == (
        Tarief("45A04", "04", 1500, None, date(2026, 6, 30)),
        Tarief("45A04", "04", 1550, date(2026, 7, 1), None),
    )
    assert route.tarieven_of("42420001") is None


def test_shipped_own_products_are_those_of_the_source(lists: Codelijsten) -> None:
    """Den Haag has the three codes that its Productenboek gives, from 2024, and nobody else has any."""
    table = read_route_table(resources.routes_dir(), lists)
    own = {route.name: route.own_products for route in table if route.own_products}
    codes = ("49383", "49385", "49386")
    assert own == {"'s-Gravenhage": tuple(OwnProduct(code, "49", date(2024, 1, 1)) for code in codes)}
    assert not any(lists.product(code) for code in codes)


@pytest.mark.parametrize(
    ("day", "manual"), [("2026-12-31", True), ("2027-01-01", False), ("2026-03-01", True), ("2026-02-28", False)]
)
def test_manual_until_the_new_application_arrives(tmp_path: Path, lists: Codelijsten, day: str, manual: bool) -> None:
    """A value holds from and until its days, both of which count; one line ends it."""
    text = """
        [municipality.manual]
        types = ["JW317"]
        reason = "Kan niet"
        valid_from = 2026-03-01
        valid_until = 2026-12-31  # tot de nieuwe applicatie er is
    """
    (tmp_path / "a.toml").write_text(DIEMEN + text)
    route = read_route_table(tmp_path, lists, date.fromisoformat(day)).get("0384")
    assert route is not None
    assert (route.handled_by_people("JW317") is not None) is manual


def test_settings_that_change(tmp_path: Path, lists: Codelijsten) -> None:
    """A change holds on its days, what it leaves out stays; of two on one day the later in the file counts."""
    text = """
        retour = "gateway"
        max_attempts = 3
        [[municipality.change]]
        valid_from = 2027-01-01
        history_checks = "enforce"
        max_attempts = 9
        [[municipality.change]]
        valid_from = 2027-06-01
        valid_until = 2027-06-30
        history_checks = "off"
    """
    (tmp_path / "a.toml").write_text(DIEMEN + text)
    found = {
        day: (route.history_checks.value, route.max_attempts, route.retour.value)
        for day in ("2026-12-31", "2027-01-01", "2027-06-30", "2027-07-01")
        if (route := read_route_table(tmp_path, lists, date.fromisoformat(day)).get("0384"))
    }
    assert found == {
        "2026-12-31": ("advise", 3, "gateway"),
        "2027-01-01": ("enforce", 9, "gateway"),
        "2027-06-30": ("off", 9, "gateway"),
        "2027-07-01": ("enforce", 9, "gateway"),
    }


def test_agreements(tmp_path: Path, lists: Codelijsten) -> None:
    """An agreement is of all municipalities in the file or of those it names, from and until its days."""
    zwolle = '[[municipality]]\ncode = "0193"\nname = "Zwolle"\nagreement_categories = ["43"]\n'
    text = f"""
{DIEMEN}{zwolle}
{AGREED}check = "pause"
weeks = 8
valid_until = 2026-12-31
{AGREED.replace("EEN", "TWEE")}check = "budget"
amounts = [1000]
municipalities = ["0193"]
refuse = true
retourcode = "9349"
    """
    (tmp_path / "a.toml").write_text(text)
    pause = Agreement("REGIO-EEN", "Zo is het.", "Stuk 1", Pause(8))
    budget = Agreement("REGIO-TWEE", "Zo is het.", "Stuk 1", AllowedBudgets((1000,)), "9349")
    table = read_route_table(tmp_path, lists)
    assert table.routes["0384"].agreements == (pause,)
    assert table.routes["0193"].agreements == (pause, budget)
    assert table.routes["0193"].agreement_categories == frozenset({"43"})
    assert read_route_table(tmp_path, lists, date(2027, 1, 1)).routes["0384"].agreements == ()


def test_a_limit_is_an_agreement(tmp_path: Path, lists: Codelijsten) -> None:
    """A limit for doctors is advice by itself, under the name of the region; an agreement about it takes its place."""
    limit = "[municipality.limits]\nmedical_referral_budget = 8000\n"
    (tmp_path / "mijn-regio.toml").write_text(DIEMEN + limit)
    (agreement,) = read_route_table(tmp_path, lists).routes["0384"].agreements
    assert (agreement.code, agreement.refuses) == ("MIJN-REGIO-VERWIJSBUDGET", False)
    assert agreement.check == MedicalReferral()
    (tmp_path / "mijn-regio.toml").write_text(DIEMEN + limit + AGREED + 'check = "medical_referral"\n')
    (agreement,) = read_route_table(tmp_path, lists).routes["0384"].agreements
    assert agreement.code == "REGIO-EEN"


def test_limits_are_kept(tmp_path: Path, lists: Codelijsten) -> None:
    """The limits of a region's agreements are read, and refuse nothing."""
    (tmp_path / "a.toml").write_text(f"{DIEMEN}[municipality.limits]\nmedical_referral_budget = 8000\n")
    route = read_route_table(tmp_path, lists).get("0384")
    assert route is not None
    assert route.medical_referral_budget == 8000


def test_encrypted_mail_names_its_certificate(tmp_path: Path, lists: Codelijsten) -> None:
    """The certificate lies beside the table, and is looked at when the table is read."""
    (tmp_path / "gemeente.pem").write_bytes(certificate_of(rsa_key()))
    more = 'email = "a@b.example"\ncertificate = "gemeente.pem"\n'
    (tmp_path / "a.toml").write_text(DIEMEN + ENCRYPTED + more)
    route = read_route_table(tmp_path, lists, date(2026, 4, 1)).get("0384")
    assert route is not None
    assert route.manual is not None
    assert route.manual.certificate == str(tmp_path / "gemeente.pem")


def test_a_certificate_alone_encrypts_nothing(tmp_path: Path, lists: Codelijsten) -> None:
    """Without `content = "encrypted"` a mail has nothing about a person, whatever lies beside it."""
    table = ENCRYPTED.replace("encrypted", "none") + 'certificate = "weg.pem"\n'
    (tmp_path / "a.toml").write_text(DIEMEN + table)
    route = read_route_table(tmp_path, lists, date(2026, 4, 1)).get("0384")
    assert route is not None
    assert route.manual is not None
    assert route.manual.certificate is None


def test_a_municipality_with_a_ggk(tmp_path: Path, lists: Codelijsten) -> None:
    """Its address and application are read; on this machine itself the address may be plain HTTP."""
    (tmp_path / "regio.toml").write_text(
        f'{DIEMEN}delivery = "ggk0210"\n[municipality.ggk0210]\nendpoint = "http://127.0.0.1:8000/stuf"\ntexts = true\n'
    )
    route = read_route_book(tmp_path, lists).on(date(2026, 8, 1)).get("0384")
    assert route is not None
    assert (route.delivery, route.ggk) == (Delivery.GGK0210, GgkDoor("http://127.0.0.1:8000/stuf", "GGk", texts=True))
