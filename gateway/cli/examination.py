"""What `doctor` looks at. Nothing here changes anything: no folder, key or database is made."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from gateway.cli.database_examination import examine_database
from gateway.cli.diagnosis import Diagnosis, Mark
from gateway.cli.failures import in_dutch
from gateway.cli.ggk_examination import examine_ggk
from gateway.cli.trust_examination import examine_permissions, examine_tls
from gateway.composition import make_identity
from gateway.errors import GatewayError
from gateway.services.clock import dutch_day, utc_now
from gateway.services.routes import read_route_book
from gateway.settings import Settings
from gateway.store.vault import Keyring
from gateway.transport.mail import MailServer
from gateway.transport.mailbox import Mailbox
from gateway.wire.reference import read_codelijsten
from gateway.wire.schemas import Schemas

_GIBIBYTE: Final = 1024**3
# A day of declarations of a large region is some gigabytes; below a tenth of one, the next may not fit.
_LOW_SPACE, _NO_SPACE = _GIBIBYTE, _GIBIBYTE // 10
_FIRST_YEAR: Final = 2026  # of release 3.2; a machine that thinks otherwise has lost its clock
_LAST_YEAR: Final = 2100
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def examine(settings: Settings) -> Iterator[Diagnosis]:
    """Look at everything; what cannot be looked at is a diagnosis too."""
    yield from _look("Klok", lambda: [_clock()])
    yield from _look("Datamap", lambda: _data_dir(settings))
    yield from _look("Rechten", lambda: examine_permissions(settings))
    yield from _look("TLS", lambda: examine_tls(settings))
    yield from _look("Schijfruimte", lambda: [_disk(settings)])
    yield from _look("Sleutels", lambda: [_keys(settings)])
    yield from _look("Schema's en lijsten", lambda: [_schemas(settings)])
    yield from _look("Routetabellen", lambda: [_routes(settings)])
    yield from _look("Database", lambda: examine_database(settings))
    yield from _look("GGk", lambda: examine_ggk(settings))
    yield from _look("E-mail", lambda: _mail(settings))


def _look(subject: str, check: Callable[[], list[Diagnosis] | Iterator[Diagnosis]]) -> Iterator[Diagnosis]:
    try:
        yield from check()
    except GatewayError as error:
        yield Diagnosis(Mark.WRONG, subject, in_dutch(error))
    except OSError as error:
        yield Diagnosis(Mark.WRONG, subject, f"niet te lezen: {error.strerror} ({error.filename})")


def _clock() -> Diagnosis:
    now = datetime.now(UTC)
    says = f"{now:%Y-%m-%d %H:%M} UTC"
    if _FIRST_YEAR <= now.year < _LAST_YEAR:
        return Diagnosis(Mark.GOOD, "Klok", says)
    return Diagnosis(Mark.WRONG, "Klok", says, "Zet de klok van deze machine gelijk (NTP): termijnen hangen eraan.")


def _data_dir(settings: Settings) -> Iterator[Diagnosis]:
    folder = settings.data_dir.absolute()
    if not folder.exists():
        parent = _existing(folder)
        if os.access(parent, os.W_OK | os.X_OK):
            yield Diagnosis(Mark.ATTENTION, "Datamap", f"{folder} bestaat nog niet; wordt bij de eerste start gemaakt")
        else:
            yield Diagnosis(
                Mark.WRONG, "Datamap", f"{folder} bestaat niet en kan niet worden gemaakt", _writable_remedy(parent)
            )
    elif _is_writable(folder):
        yield Diagnosis(Mark.GOOD, "Datamap", f"{folder} is te schrijven")
    else:
        yield Diagnosis(Mark.WRONG, "Datamap", f"{folder} is niet te schrijven", _writable_remedy(folder))


def _writable_remedy(folder: Path) -> str:
    return f"Geef de gebruiker van de gateway schrijfrechten op {folder}, of wijs met IJW_DATA_DIR een andere map aan."


def _existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.exists())


def _is_writable(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _disk(settings: Settings) -> Diagnosis:
    free = shutil.disk_usage(_existing(settings.data_dir.absolute())).free
    says = f"{free / _GIBIBYTE:.1f} GiB vrij bij de datamap"
    if free >= _LOW_SPACE:
        return Diagnosis(Mark.GOOD, "Schijfruimte", says)
    mark = Mark.ATTENTION if free >= _NO_SPACE else Mark.WRONG
    return Diagnosis(mark, "Schijfruimte", says, "Maak ruimte: zonder ruimte neemt de gateway geen berichten aan.")


def _keys(settings: Settings) -> Diagnosis:

    if settings.encryption_keys is not None:
        Keyring.parse(settings.encryption_keys.get_secret_value())
        return Diagnosis(Mark.GOOD, "Sleutels", "ingesteld met IJW_ENCRYPTION_KEYS")
    path = settings.key_file.absolute()
    if not settings.embedded:
        return Diagnosis(
            Mark.ATTENTION,
            "Sleutels",
            f"niet ingesteld; elke machine gebruikt dan het eigen bestand {path}",
            "Stel IJW_ENCRYPTION_KEYS in, overal gelijk: een andere machine kan de berichten anders niet lezen.",
        )
    if not path.exists():
        return Diagnosis(Mark.ATTENTION, "Sleutels", f"{path} wordt bij de eerste start gemaakt")
    found = path.stat()
    if found.st_mode & _OTHERS:
        return Diagnosis(Mark.WRONG, "Sleutels", f"anderen kunnen {path} lezen", f"Voer uit: chmod 600 {path}")
    if found.st_uid != os.geteuid():
        return Diagnosis(
            Mark.WRONG, "Sleutels", f"{path} is van een andere gebruiker", f"Voer uit: chown {os.geteuid()} {path}"
        )
    Keyring.from_file_or_create(path)
    return Diagnosis(
        Mark.GOOD, "Sleutels", f"{path}, alleen leesbaar voor de eigenaar; bewaar een kopie buiten deze machine"
    )


def _schemas(settings: Settings) -> Diagnosis:

    Schemas(settings.schemas_dir)
    lists = read_codelijsten(settings.schemas_dir)
    says = (
        f"14 schema's, {len(lists.lijsten)} codelijsten, {len(lists.gemeenten)} gemeenten en "
        f"{len(lists.producten)} productcodes geladen"
    )
    return Diagnosis(Mark.GOOD, "Schema's en lijsten", says)


def _routes(settings: Settings) -> Diagnosis:

    table = read_route_book(settings.routes_dir, read_codelijsten(settings.schemas_dir)).on(dutch_day(utc_now()))
    regions = len({route.region for route in table})
    return Diagnosis(Mark.GOOD, "Routetabellen", f"{len(table)} gemeenten in {regions} regio's")


def _mail(settings: Settings) -> Iterator[Diagnosis]:
    if settings.smtp_url is None:
        says = "IJW_SMTP_URL is niet ingesteld: zaken die mensen afhandelen, wachten zonder mail in de lijst"
        yield Diagnosis(Mark.GOOD, "E-mail", says)
        return
    server = MailServer.parse(settings.smtp_url.get_secret_value())
    identity = make_identity(settings, server)
    says = f"via {server.host}:{server.port}, als {identity.sender}; wat niet aankomt naar {identity.return_address}"
    if server.is_safe:
        yield Diagnosis(Mark.GOOD, "E-mail", says)
    else:
        remedy = "Gebruik smtp+starttls:// of smtps://: mail en wachtwoord zijn nu onderweg te lezen."
        yield Diagnosis(Mark.ATTENTION, "E-mail", says, remedy)
    if settings.bounces_url is not None:
        mailbox = Mailbox.parse(settings.bounces_url.get_secret_value())
        yield Diagnosis(Mark.GOOD, "E-mail", f"wat terugkomt, wordt gelezen bij {mailbox.host}:{mailbox.port}")
    if settings.base_url is None:
        remedy = "Stel IJW_BASE_URL in op het adres van de gateway, zoals https://gateway.example."
        yield Diagnosis(Mark.ATTENTION, "E-mail", "in een mail over een zaak staat geen link", remedy)
