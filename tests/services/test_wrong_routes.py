"""Everything that may be wrong with a route table, and what is told of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.errors import RouteTableError
from gateway.ijw.codelijsten import Codelijsten
from gateway.wire.reference import read_codelijsten
from tests.services.route_tables import AGREED, DIEMEN, ENCRYPTED, read_route_table


@pytest.fixture(scope="module")
def lists() -> Codelijsten:
    """Give the reference lists that ship."""
    return read_codelijsten()


def problems(folder: Path, lists: Codelijsten) -> list[str]:
    """Read a folder that is wrong; give what is told of it, a line each."""
    with pytest.raises(RouteTableError) as caught:
        read_route_table(folder, lists)
    return str(caught.value).splitlines()


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
