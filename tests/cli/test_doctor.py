"""`doctor`."""

import base64
import shutil
from collections import namedtuple
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from sqlalchemy import create_engine, text

from gateway.cli import database_examination, examination
from gateway.cli.diagnosis import Mark
from gateway.store.condition import Condition
from tests.cli.conftest import Run

_PASSWORD = "zeergeheim"
_KEY = "k1:" + "A" * 43 + "="


def _marks(lines: list[str]) -> dict[str, str]:
    """Give the mark of every subject."""
    found = [line.partition(":")[0].split(" ", 1) for line in lines if line[:1] in set(Mark)]
    return {subject: mark for mark, subject in found}


def test_before_the_first_start(run: Run, tmp_path: Path) -> None:
    """In an empty folder nothing is wrong yet; what will be made is said, and nothing is made by looking."""
    ran = run("doctor")
    assert ran.code == 0
    marks = _marks(ran.lines)
    assert (marks["Datamap"], marks["Sleutels"], marks["Database"]) == ("!", "!", "!")
    assert marks["Routetabellen"] == marks["Schema's en lijsten"] == "✓"
    assert list(tmp_path.iterdir()) == []


def test_after_the_first_start(run: Run) -> None:
    """A gateway that works has nothing but ticks."""
    run("migrate")
    run("party", "list")
    ran = run("doctor")
    assert ran.code == 0
    assert set(_marks(ran.lines).values()) == {"✓"}


def test_secrets_are_not_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a secret only is said that it is set."""
    monkeypatch.setenv(
        "IJW_DATABASE_URL", f"postgresql+psycopg://iemand:{_PASSWORD}@127.0.0.1:1/x?sslpassword={_PASSWORD}"
    )
    monkeypatch.setenv("IJW_SMTP_URL", f"smtps://iemand:{_PASSWORD}@mail.example")
    monkeypatch.setenv("IJW_ENCRYPTION_KEYS", _KEY)
    ran = run("doctor")
    shown = ran.out.decode() + ran.err
    assert _PASSWORD not in shown
    assert _KEY not in shown
    assert "postgresql+psycopg://iemand:***@127.0.0.1:1/x" in shown
    assert shown.count("  ingesteld") + shown.count(" ingesteld\n") >= 2
    assert (ran.code, _marks(ran.lines)["Database"]) == (1, "✗")


@pytest.mark.parametrize("rest", [f"iemand:{_PASSWORD}@server:poort/x", f"iemand:{_PASSWORD}@[/x"])
def test_a_url_that_cannot_be_read(run: Run, monkeypatch: pytest.MonkeyPatch, rest: str) -> None:
    """A URL with a slip in it is told without what it says."""
    monkeypatch.setenv("IJW_DATABASE_URL", f"postgresql+psycopg://{rest}")
    ran = run("doctor")
    assert (ran.code, _marks(ran.lines)["Database"]) == (1, "✗")
    assert _PASSWORD not in ran.out.decode() + ran.err


def test_wrong_settings(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting that cannot be read is a diagnosis, not a crash."""
    monkeypatch.setenv("IJW_LOG_FORMAT", "xml")
    ran = run("doctor")
    assert (ran.code, ran.lines) == (1, ["✗ Instellingen: IJW_LOG_FORMAT: verwacht console of json."])


def test_a_setting_that_does_not_exist(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slip in the name of a setting is noticed, with what was probably meant."""
    monkeypatch.setenv("IJW_DATABSE_URL", "sqlite:///x.db")
    ran = run("doctor")
    assert ran.code == 0
    assert "    → Bedoeld is misschien IJW_DATABASE_URL." in ran.lines


def test_a_key_that_others_can_read(run: Run, tmp_path: Path) -> None:
    """A key file that others can read is wrong, and the remedy is a command."""
    run("party", "list")
    key = tmp_path / "var" / "encryption-keys"
    key.chmod(0o644)
    ran = run("doctor")
    assert ran.code == 1
    assert f"    → Voer uit: chmod 600 {key}" in ran.lines


def test_a_key_that_is_gone(run: Run, tmp_path: Path) -> None:
    """Messages without the key that reads them are the worst that can be found."""
    assert run("demo").code == 0
    key = tmp_path / "var" / "encryption-keys"
    content = key.read_bytes()
    key.unlink()
    ran = run("doctor")
    assert (ran.code, _marks(ran.lines)["Inhoud"]) == (1, "✗")
    key.write_bytes(b"local-1:" + _KEY.encode().partition(b":")[2])
    key.chmod(0o600)
    assert run("doctor").code == 1
    key.write_bytes(content)
    assert run("doctor").code == 0


def test_broken_files(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of schemas or routes that is not there is told, and the rest is looked at all the same."""
    monkeypatch.setenv("IJW_SCHEMAS_DIR", str(tmp_path / "weg"))
    ran = run("doctor")
    assert ran.code == 1
    marks = _marks(ran.lines)
    assert marks["Schema's en lijsten"] == "✗"
    assert "Database" in marks


def test_a_database_of_before(run: Run, tmp_path: Path) -> None:
    """A database that was not migrated is wrong, with the command that does it."""
    (tmp_path / "var").mkdir()
    create_engine(f"sqlite:///{tmp_path / 'var' / 'gateway.db'}").connect().close()
    ran = run("doctor")
    assert ran.code == 1
    assert "    → Voer uit: ijw-gateway migrate" in ran.lines


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_postgresql(run: Run, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PostgreSQL that may forget commits in a power cut is wrong; one that does not is right."""
    monkeypatch.setenv("IJW_DATABASE_URL", database_url)
    monkeypatch.setenv("IJW_ENCRYPTION_KEYS", _KEY)
    run("migrate")
    assert _marks(run("doctor").lines)["Duurzaamheid"] == "✗"
    engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
    name = engine.url.database
    with engine.connect() as connection:
        connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = on'))
    try:
        ran = run("doctor")
        assert ran.code == 0
        assert set(_marks(ran.lines).values()) <= {"✓", "!"}
    finally:
        with engine.connect() as connection:
            connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
        engine.dispose()


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        ({}, {}),
        ({"server_version_num": "120019"}, {"PostgreSQL"}),
        ({"server_encoding": "SQL_ASCII"}, {"PostgreSQL"}),
        ({"fsync": "off"}, {"Duurzaamheid"}),
        ({"synchronous_commit": "remote_apply"}, {}),
    ],
)
def test_settings_of_postgresql(settings: dict[str, str], wrong: set[str]) -> None:
    """An old server, another encoding and a server that does not wait for its disk are wrong."""
    found = Condition(
        "postgresql",
        {
            "server_version_num": "150008",
            "fsync": "on",
            "full_page_writes": "on",
            "synchronous_commit": "on",
            "server_encoding": "UTF8",
            **settings,
        },
        datetime.now(UTC),
    )
    diagnoses = list(database_examination._postgresql(found))
    assert {each.subject for each in diagnoses if each.mark is Mark.WRONG} == set(wrong)


def test_a_clock_that_is_lost(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that thinks it is 1970 has lost its clock."""

    class Lost(datetime):
        @classmethod
        def now(cls, tz: object = None) -> "Lost":
            return cls(1970, 1, 1, tzinfo=UTC)

    monkeypatch.setattr(examination, "datetime", Lost)
    ran = run("doctor")
    assert (ran.code, _marks(ran.lines)["Klok"]) == (1, "✗")


@pytest.mark.parametrize(("free", "mark"), [(2 * 1024**3, "✓"), (500 * 1024**2, "!"), (1024**2, "✗")])
def test_a_disk_that_fills(run: Run, monkeypatch: pytest.MonkeyPatch, free: int, mark: str) -> None:
    """A disk that is nearly full asks for attention; one that is full is wrong."""
    usage = namedtuple("usage", "total used free")  # noqa: PYI024
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(0, 0, free))
    assert _marks(run("doctor").lines)["Schijfruimte"] == mark


def test_the_ggk(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A certificate is looked at before it has ended, and what is half set is told; a wrong file is wrong."""
    assert "GGk" not in _marks(run("doctor").lines)
    for days, mark in ((-1, "✗"), (10, "!"), (300, "✓")):
        path = tmp_path / "ggk.pem"
        path.write_bytes(_pem(days))
        monkeypatch.setenv("IJW_GGK_CERTIFICATE", str(path))
        assert _marks(run("doctor").lines)["GGk"] == mark
    path.write_text("niets")
    assert _marks(run("doctor").lines)["GGk"] == "✗"
    monkeypatch.delenv("IJW_GGK_CERTIFICATE")
    monkeypatch.setenv("IJW_GGK_FREEZE", "2020-01-01T00:00+01:00/2099-01-01T00:00+01:00")
    ran = run("doctor")
    assert _marks(ran.lines)["GGk"] == "!"
    assert "nu gaat er niets uit" in ran.out.decode()
    monkeypatch.setenv("IJW_GGK_FREEZE", "morgen")
    assert "IJW_GGK_FREEZE: verwacht twee momenten" in run("doctor").out.decode()
    monkeypatch.delenv("IJW_GGK_FREEZE")
    monkeypatch.setenv("IJW_CLIENT_CERTIFICATE_HEADER", "X-Client-Certificate")
    assert _marks(run("doctor").lines)["GGk"] == "!"
    monkeypatch.setenv("IJW_TRUSTED_PROXIES", "127.0.0.1")
    assert "GGk" not in _marks(run("doctor").lines)
    monkeypatch.setenv("IJW_TRUSTED_PROXIES", "ergens")
    assert "IJW_TRUSTED_PROXIES: verwacht adressen" in run("doctor").out.decode()


def _pem(days: int) -> bytes:
    """Make a certificate that is good for so many days more, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Proef")])
    now = datetime.now(UTC)
    begin, end = now - timedelta(days=400), now + timedelta(days=days)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, begin, end).sign(key, SHA256())
    return made.public_bytes(Encoding.PEM) + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_a_folder_that_others_can_enter(run: Run, tmp_path: Path) -> None:
    """What is kept is encrypted, but who writes to whom is nobody else's business."""
    run("migrate")
    assert _marks(run("doctor").lines)["Rechten"] == "✓"
    (tmp_path / "var").chmod(0o755)
    assert _marks(run("doctor").lines)["Rechten"] == "!"


@pytest.mark.parametrize(
    ("address", "mark"),
    [("https://gateway.example", "✓"), ("http://127.0.0.1:8080", "✓"), ("http://gateway.example", "!"), ("", "✓")],
)
def test_tls_in_front(run: Run, monkeypatch: pytest.MonkeyPatch, address: str, mark: str) -> None:
    """The address by which others know the gateway has TLS, or is on this machine; without one that is said."""
    monkeypatch.setenv("IJW_BASE_URL", address)
    assert _marks(run("doctor").lines)["TLS"] == mark


def test_keys_in_use(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """An old key with something under it waits for a rotation; one that is gone is wrong."""
    old, new = (
        f"{name}:" + base64.b64encode(bytes([number]) * 32).decode() for number, name in enumerate(("k1", "k2"))
    )
    monkeypatch.setenv("IJW_ENCRYPTION_KEYS", old)
    assert run("hold", "add", "--reason", "klacht", "--person", "-", stdin=b"999900006").code == 0
    assert "Sleutels in gebruik" not in _marks(run("doctor").lines)
    monkeypatch.setenv("IJW_ENCRYPTION_KEYS", f"{new},{old}")
    assert _marks(run("doctor").lines)["Sleutels in gebruik"] == "!"
    monkeypatch.setenv("IJW_ENCRYPTION_KEYS", new)
    ran = run("doctor")
    assert (ran.code, _marks(ran.lines)["Sleutels in gebruik"]) == (1, "✗")
    monkeypatch.setenv("IJW_ENCRYPTION_KEYS", f"{new},{old}")
    assert run("keys", "rotate").code == 0
    assert "Sleutels in gebruik" not in _marks(run("doctor").lines)
