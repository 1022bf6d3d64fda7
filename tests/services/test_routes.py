"""Route tables: those that ship, those that are right, and everything that may be wrong with one."""

from datetime import date
from pathlib import Path

import pytest

from gateway import resources
from gateway.errors import RouteTableError
from gateway.exchange.agreement import Agreement
from gateway.exchange.agreement_checks import AllowedBudgets, MedicalReferral, Pause
from gateway.exchange.route import Answerer, Delivery, GgkDoor, HistoryChecks, Manual, Route, RouteTable
from gateway.ijw.codelijsten import Codelijsten
from gateway.rules.history import Tarief
from gateway.rules.rule import OwnProduct
from gateway.services.route_explained import without_source
from gateway.services.routes import read_route_book
from gateway.wire.reference import read_codelijsten
from tests.certificates import certificate_of, rsa_key

TODAY = date(2026, 11, 26)
DIEMEN = '[[municipality]]\ncode = "0384"\nname = "Diemen"\n'


@pytest.fixture(scope="module")
def lists() -> Codelijsten:
    """Give the reference lists that ship."""
    return read_codelijsten()


def read_route_table(folder: Path, lists: Codelijsten, day: date = TODAY) -> RouteTable:
    """Read a folder, and give what holds on a day."""
    return read_route_book(folder, lists).on(day)


def problems(folder: Path, lists: Codelijsten) -> list[str]:
    """Read a folder that is wrong; give what is told of it, a line each."""
    with pytest.raises(RouteTableError) as caught:
        read_route_table(folder, lists)
    return str(caught.value).splitlines()


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


AGREED = '[[agreement]]\ncode = "REGIO-EEN"\ntext = "Zo is het."\nsource = "Stuk 1"\n'


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


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("", 4, "agreement.check: verwacht het soort afspraak, een van: budget, medical_referral, "),
        ('check = "iets"', 4, "agreement.check: verwacht het soort afspraak"),
        ('check = "pause"', 4, "agreement.weeks: ontbreekt; verwacht hoeveel weken"),
        ('check = "pause"\nweeks = 0', 9, "agreement.weeks: deze waarde past niet; verwacht hoeveel weken"),
        (
            'check = "pause"\nweeks = 8\nproducts = []',
            10,
            "agreement.products: deze sleutel is onbekend; bekend zijn: ",
        ),
        ('check = "budget"\namounts = [1000, "x"]', 9, "agreement.amounts: deze waarde past niet"),
        ('check = "budget"\namounts = [1000]\nrefuse = true', 10, "agreement.refuse: vraagt ook een retourcode"),
        ('check = "budget"\namounts = [1000]\nretourcode = "0001"', 10, "agreement.retourcode: hoort bij refuse"),
        (
            'check = "pause"\nweeks = 8\nrefuse = true\nretourcode = "ZZZZ"',
            11,
            "agreement.retourcode: ZZZZ staat niet in de lijst van retourcodes",
        ),
        ('check = "pause"\nweeks = 8\nmunicipalities = ["0150"]', 10, "0150 staat niet in dit bestand"),
        ('check = "request_in_time"\nworking_days = 5\nproducts = ["46A99"]', 10, "46A99 staat niet in de landelijke"),
        ('check = "longest_period"', 4, "agreement.months: ontbreekt; verwacht months of days"),
        ('check = "units"\nunits = ["99"]\nproducts = []', 9, "agreement.units: 99 staat niet in de lijst"),
        ('check = "largest_volume"\nvolume = 9\nunit = "99"\nproducts = []', 10, "agreement.unit: 99 staat niet"),
        (
            'check = "pause"\nweeks = 8\nrefuse = true\nretourcode = "0001"\nprivate = true',
            12,
            "agreement.private: een weigering ziet de afzender ook",
        ),
        ('check = "one_provider"\namounts = [1]\nprivate = false', 10, "agreement.private: deze waarde past niet"),
        (
            'check = "pause"\nweeks = 8\nvalid_from = 2026-01-02\nvalid_until = 2026-01-01',
            11,
            "agreement.valid_until: ligt voor valid_from",
        ),
        ('check = "pause"\nweeks = 8\n' + AGREED + 'check = "pause"\nweeks = 8', 11, "REGIO-EEN staat ook in "),
    ],
)
def test_wrong_agreement_is_told(tmp_path: Path, lists: Codelijsten, text: str, line: int, told: str) -> None:
    """What is wrong with an agreement is told with its line, its key, and what was expected."""
    path = tmp_path / "regio.toml"
    path.write_text(f"{DIEMEN}{AGREED}{text}\n")
    (problem,) = problems(tmp_path, lists)
    assert problem.startswith(f"{path}, regel {line}: agreement.")
    assert told in problem


@pytest.mark.parametrize("code", ["REGIO", "regio-een", "REGIO-", "TR302", "REGIO-EÉN"])
def test_a_code_of_an_agreement_is_no_rule_of_the_standard(tmp_path: Path, lists: Codelijsten, code: str) -> None:
    """It has a hyphen, so that nobody takes it for one."""
    text = AGREED.replace("REGIO-EEN", code) + 'check = "pause"\nweeks = 8\n'
    (tmp_path / "a.toml").write_text(DIEMEN + text, encoding="utf-8")
    (problem,) = problems(tmp_path, lists)
    assert "agreement.code: deze waarde past niet" in problem


def test_limits_are_kept(tmp_path: Path, lists: Codelijsten) -> None:
    """The limits of a region's agreements are read, and refuse nothing."""
    (tmp_path / "a.toml").write_text(f"{DIEMEN}[municipality.limits]\nmedical_referral_budget = 8000\n")
    route = read_route_table(tmp_path, lists).get("0384")
    assert route is not None
    assert route.medical_referral_budget == 8000


@pytest.mark.parametrize(
    ("extra", "line", "told"),
    [
        ('codes = "0384"', 4, "municipality.codes: deze sleutel is onbekend; bekend zijn: "),
        ('delivery = "fax"', 4, "municipality.delivery: deze waarde past niet"),
        ('delivery = "ggk0210"', 4, 'municipality.delivery: bij "ggk0210" hoort [municipality.ggk0210]'),
        ('delivery = "ggk0210"\n[municipality.ggk0210]\nendpoint = "http://ggk.example"', 6, "het https-adres"),
        ('delivery = "email"', 4, 'bij "email" hoort [municipality.manual] met email'),
        ('[municipality.limits]\nmedical_referral_budget = "veel"', 5, "in euro"),
        (
            '[[municipality.tariff]]\nprovider = "65656055"\ncode = "45A04"\nunit = "83"\namount = 1',
            7,
            "euro's (83) hebben geen tarief",
        ),
        ('[[municipality.tariff]]\nprovider = "0384"\ncode = "45A04"\nunit = "04"\namount = 1', 5, "acht cijfers"),
        ('[[municipality.product]]\ncode = "123456"\ncategory = "49"', 5, "hoogstens vijf tekens"),
        ('[[municipality.product]]\ncode = "49383"', 4, "municipality.product.category: ontbreekt"),
        ('[[municipality.product]]\ncode = "49383"\ncategory = "99"', 6, "99 is geen landelijke categorie"),
        ('[[municipality.product]]\ncode = "1"\ncategory = "49"\nvalid_from = "2024"', 7, "zonder aanhalingstekens"),
        (
            '[[municipality.product]]\ncode = "1"\ncategory = "49"\nvalid_from = 2024-01-02\nvalid_until = 2024-01-01',
            8,
            "municipality.product.valid_until: ligt voor valid_from",
        ),
        ('[[municipality.change]]\ndelivery = "fax"', 5, "municipality.change.delivery: deze waarde past niet"),
        ('[[municipality.change]]\ndelivery = "email"', 5, 'change.delivery: bij "email" hoort [municipality.manual]'),
        (
            "[[municipality.change]]\nvalid_from = 2024-01-02\nvalid_until = 2024-01-01",
            6,
            "municipality.change.valid_until: ligt voor valid_from",
        ),
        ("limits = 3", 4, "municipality.limits: deze waarde past niet; verwacht een tabel"),
        ('history_checks = "on"', 4, '"off", "advise" of "enforce"'),
        ("history_checks = true", 4, '"off", "advise" of "enforce"'),
        ('retour = "Gateway"', 4, '"recipient" of "gateway"'),
        ('declaration_answer = ""', 4, '"recipient" of "gateway"'),
        ("max_attempts = 0", 4, "1 tot en met 100"),
        ("max_attempts = 101", 4, "1 tot en met 100"),
        ('max_attempts = "5"', 4, "1 tot en met 100"),
        ("max_attempts = 5.0", 4, "1 tot en met 100"),
        ("max_attempts = true", 4, "1 tot en met 100"),
        ("expire_days = 0", 4, "1 tot en met 3650"),
        ("manual = true", 4, "municipality.manual: deze waarde past niet; verwacht een tabel"),
        ('[municipality.manual]\nreason = "x"', 4, "municipality.manual.types: ontbreekt; verwacht een lijst"),
        ('[municipality.manual]\ntypes = ["JW317"]', 4, "municipality.manual.reason: ontbreekt"),
        ('[municipality.manual]\nreason = "x"\ntypes = []', 6, "municipality.manual.types: deze waarde"),
        ('[municipality.manual]\nreason = "x"\ntypes = ["JW318"]', 6, "municipality.manual.types: deze waarde"),
        ('[municipality.manual]\nreason = " "\ntypes = ["JW317"]', 5, "municipality.manual.reason: deze"),
        ('[municipality.manual]\nreason = "x"\nmail = "a@b"\ntypes = ["JW317"]', 6, "types, reason, email"),
        ('[municipality.manual]\nreason = "x"\ntypes = ["JW317"]\nemail = "a"', 7, "het e-mailadres"),
        ("max_attempts = 05", 4, "dit is geen TOML"),
        ('name = "Diemen"', 4, "dit is geen TOML"),
        ('retour = "gateway', 4, "dit is geen TOML"),
    ],
)
def test_wrong_key_is_told(tmp_path: Path, lists: Codelijsten, extra: str, line: int, told: str) -> None:
    """A wrong value is told with the file, the line, the key, and what was expected."""
    path = tmp_path / "regio.toml"
    path.write_text(f"{DIEMEN}{extra}\n")
    (problem,) = problems(tmp_path, lists)
    assert problem.startswith(f"{path}, regel {line}: ")
    assert told in problem


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ('[[municipality]]\nname = "Diemen"', 1, "municipality.code: ontbreekt; verwacht de CBS-code"),
        ('[[municipality]]\ncode = "0384"', 1, "municipality.name: ontbreekt; verwacht de naam"),
        ('[[municipality]]\ncode = "0384"\nname = ""', 3, "municipality.name: deze waarde past niet"),
        ('[[municipality]]\nname = "X"\ncode = 384', 3, "municipality.code: deze waarde past niet"),
        ('[[municipality]]\nname = "X"\ncode = "384"', 3, "vier cijfers tussen aanhalingstekens"),
        ('[[municipality]]\nname = "X"\ncode = "0384\\n"', 3, "vier cijfers"),
        ('[[municipality]]\nname = "X"\ncode = "٠٣٨٤"', 3, "vier cijfers"),
        ('[[municipality]]\nname = "X"\ncode = "65656055"', 3, "65656055 lijkt een AGB-code"),
        ('[[municipality]]\nname = "X"\ncode = "9999"', 3, "9999 is geen bekende gemeente"),
        ("[[municipality]]\ncode = 0384", 2, "dit is geen TOML"),
        ("", 1, "municipality: ontbreekt; verwacht minstens één tabel [[municipality]]"),
        ('region = "Leeg"\nmunicipality = []', 2, "municipality: deze waarde past niet"),
        ("municipality = [1]", 1, "minstens één tabel [[municipality]]"),
        (f'region = ""\n{DIEMEN}', 1, "region: deze waarde past niet; verwacht de naam van de regio"),
        (f'regio = "X"\n{DIEMEN}', 1, "regio: deze sleutel is onbekend; bekend zijn: region, municipality"),
        ("a = " + "[" * 5000, 1, "niet te lezen"),
    ],
)
def test_wrong_file_is_told(tmp_path: Path, lists: Codelijsten, text: str, line: int, told: str) -> None:
    """A municipality needs its code and name, and a file its municipalities."""
    path = tmp_path / "regio.toml"
    path.write_text(text)
    (problem,) = problems(tmp_path, lists)
    assert problem.startswith(f"{path}, regel {line}: ")
    assert told in problem


def test_everything_wrong_is_told_at_once(tmp_path: Path, lists: Codelijsten) -> None:
    """One look at the message is enough to repair all files."""
    (tmp_path / "a.toml").write_text(f"{DIEMEN}retour = 1\nexpire_days = -1\n")
    (tmp_path / "b.toml").write_text('[[municipality]]\ncode = "9999"\nname = "X"\ndelivery = "email"\n')
    (tmp_path / "c.toml").write_text("=")
    told = problems(tmp_path, lists)
    places = ["a.toml, regel 4", "a.toml, regel 5", "b.toml, regel 2", "b.toml, regel 4", "c.toml, regel 1"]
    assert len(told) == len(places)
    assert all(place in line for place, line in zip(places, told, strict=True))


def test_municipality_twice_is_told(tmp_path: Path, lists: Codelijsten) -> None:
    """A code that stands in two files, or twice in one, is told with both places."""
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(DIEMEN)
    (problem,) = problems(tmp_path, lists)
    assert problem.startswith(f"{tmp_path / 'b.toml'}, regel 2: municipality.code: 0384 staat ook in ")
    assert f"{tmp_path / 'a.toml'}, regel 2" in problem


def test_file_that_is_not_utf8_is_told(tmp_path: Path, lists: Codelijsten) -> None:
    """Another encoding is told with the line of the first wrong byte."""
    (tmp_path / "a.toml").write_bytes(b'region = "x"\n# Zuid-Holland \xeb\n')
    (problem,) = problems(tmp_path, lists)
    assert "regel 2: het bestand is niet in UTF-8" in problem


def test_file_that_cannot_be_read_is_told(tmp_path: Path, lists: Codelijsten) -> None:
    """A folder with the name of a table is no table."""
    (tmp_path / "a.toml").mkdir()
    (problem,) = problems(tmp_path, lists)
    assert "niet te lezen" in problem


def test_empty_and_missing_folder_are_told(tmp_path: Path, lists: Codelijsten) -> None:
    """Without any table nothing could be delivered; that is a wrong setting."""
    assert "is leeg" in problems(tmp_path, lists)[0]
    assert "IJW_ROUTES_DIR" in problems(tmp_path / "weg", lists)[0]


ENCRYPTED = """
[municipality.manual]
types = ["JW317"]
reason = "Kan niet"
content = "encrypted"
"""


def test_encrypted_mail_names_its_certificate(tmp_path: Path, lists: Codelijsten) -> None:
    """The certificate lies beside the table, and is looked at when the table is read."""
    (tmp_path / "gemeente.pem").write_bytes(certificate_of(rsa_key()))
    more = 'email = "a@b.example"\ncertificate = "gemeente.pem"\n'
    (tmp_path / "a.toml").write_text(DIEMEN + ENCRYPTED + more)
    route = read_route_table(tmp_path, lists, date(2026, 4, 1)).get("0384")
    assert route is not None
    assert route.manual is not None
    assert route.manual.certificate == str(tmp_path / "gemeente.pem")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("", "municipality.manual.email: ontbreekt"),
        ('email = "a@b.example"\n', "municipality.manual.certificate: ontbreekt"),
        ('email = "a@b.example"\ncertificate = "weg.pem"\n', "weg.pem is niet te lezen als certificaat"),
    ],
)
def test_encrypted_mail_that_cannot_be_sent(tmp_path: Path, lists: Codelijsten, more: str, told: str) -> None:
    """Encrypted mail to nobody, or without a certificate, is told with the line."""
    (tmp_path / "a.toml").write_text(DIEMEN + ENCRYPTED + more)
    found = problems(tmp_path, lists)
    assert any(told in line and "regel" in line for line in found)


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
