"""What `doctor` looks at in the database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from gateway.cli.diagnosis import Diagnosis, Mark
from gateway.cli.installation import existing_database
from gateway.cli.trust_examination import examine_keys_in_use
from gateway.composition import make_keyring
from gateway.services.clock import utc_now
from gateway.settings import Settings
from gateway.store import messages
from gateway.store.condition import Condition, condition, has_messages
from gateway.store.engine import Database
from gateway.store.messages import MessageFilter
from gateway.store.migrate import HEAD, is_current
from gateway.store.rebuilding import is_complete

_OLDEST_POSTGRESQL: Final = 13
_VERSIONS: Final = 10_000  # 150008 is 15.8
_MOST_SKEW_SECONDS: Final = 5
# What SQLite calls FULL; EXTRA is safer still.
_FULL: Final = {"2", "3"}
_ON: Final = "on"


def examine_database(settings: Settings) -> Iterator[Diagnosis]:
    """Look whether the database answers, is up to date, keeps what it is given, and can be read with the keys."""
    with existing_database(settings) as database:
        if database is None:
            yield Diagnosis(Mark.ATTENTION, "Database", "wordt bij de eerste start gemaakt")
            return
        with database.read() as connection:
            found = condition(connection)
        yield Diagnosis(Mark.GOOD, "Database", f"bereikbaar ({_name(found)})")
        yield from _sqlite(found) if found.kind == "sqlite" else _postgresql(found)
        yield from _contents(settings, database)


def _name(found: Condition) -> str:
    if found.kind == "sqlite":
        return "SQLite"
    major, minor = divmod(int(found.settings["server_version_num"]), _VERSIONS)
    return f"PostgreSQL {major}.{minor}"


def _sqlite(found: Condition) -> Iterator[Diagnosis]:
    mode, synchronous = found.settings["journal_mode"], found.settings["synchronous"]
    if mode == "wal" and synchronous in _FULL:
        yield Diagnosis(Mark.GOOD, "Duurzaamheid", "WAL, synchronous FULL")
    else:
        yield Diagnosis(
            Mark.WRONG,
            "Duurzaamheid",
            f"journal_mode {mode}, synchronous {synchronous}; verwacht WAL en FULL",
            "Zet de database op een lokale schijf; een netwerkschijf kan WAL niet aan.",
        )


def _postgresql(found: Condition) -> Iterator[Diagnosis]:
    settings = found.settings
    if int(settings["server_version_num"]) < _OLDEST_POSTGRESQL * _VERSIONS:
        remedy = f"Gebruik PostgreSQL {_OLDEST_POSTGRESQL} of nieuwer."
        yield Diagnosis(Mark.WRONG, "PostgreSQL", "deze versie is te oud", remedy)
    if settings["server_encoding"] != "UTF8":
        yield Diagnosis(
            Mark.WRONG, "PostgreSQL", f"codering {settings['server_encoding']}", "Maak de database met ENCODING 'UTF8'."
        )
    off = [name for name in ("fsync", "full_page_writes", "synchronous_commit") if settings[name] == "off"]
    if off:
        yield Diagnosis(
            Mark.WRONG,
            "Duurzaamheid",
            f"{', '.join(off)} staat uit; na stroomuitval kunnen aangenomen berichten weg zijn",
            "Zet dit aan in postgresql.conf, of met ALTER DATABASE … SET synchronous_commit = on.",
        )
    else:
        yield Diagnosis(Mark.GOOD, "Duurzaamheid", f"fsync aan, synchronous_commit {settings['synchronous_commit']}")
    skew = abs((datetime.now(UTC) - found.now).total_seconds())
    if skew > _MOST_SKEW_SECONDS:
        yield Diagnosis(
            Mark.ATTENTION,
            "Klok",
            f"de klok van de database loopt {skew:.0f} seconden uit de pas met die van deze machine",
            "Zet beide klokken gelijk (NTP).",
        )


def _contents(settings: Settings, database: Database) -> Iterator[Diagnosis]:

    if not is_current(database.engine):
        yield Diagnosis(
            Mark.WRONG, "Databaseschema", f"is niet het schema {HEAD} van deze versie", "Voer uit: ijw-gateway migrate"
        )
        return
    yield Diagnosis(Mark.GOOD, "Databaseschema", f"{HEAD}, het nieuwste")
    yield _readable(settings, database)
    if settings.encryption_keys is not None or settings.key_file.exists():
        yield from examine_keys_in_use(database, make_keyring(settings, database))
    yield from _complete(database)


def _readable(settings: Settings, database: Database) -> Diagnosis:
    """Try the keys on the message that came in last; a key that is another raises KeyringError."""
    with database.read() as connection:
        if not has_messages(connection):
            return Diagnosis(Mark.GOOD, "Inhoud", "er zijn nog geen berichten")
        if settings.encryption_keys is None and not settings.key_file.exists():
            remedy = f"Zet de kopie van {settings.key_file.absolute()} terug, of stel IJW_ENCRYPTION_KEYS in."
            return Diagnosis(Mark.WRONG, "Inhoud", "er zijn berichten, maar de sleutel ervan is er niet", remedy)
        keyring = make_keyring(settings, database)
        for last in messages.search(connection, keyring, MessageFilter(), limit=1, now=utc_now()):
            next(messages.content_parts(connection, keyring, last.id), b"")
    return Diagnosis(Mark.GOOD, "Inhoud", "het laatste bericht is met de sleutels te lezen")


def _complete(database: Database) -> Iterator[Diagnosis]:
    with database.read() as connection:
        if not is_complete(connection):
            yield Diagnosis(
                Mark.ATTENTION,
                "Verloop",
                "verzoeken en toewijzingen zijn nog niet (helemaal) uitgewerkt; berichten worden niet aan eerdere "
                "getoetst",
                "Voer uit: ijw-gateway rebuild",
            )
