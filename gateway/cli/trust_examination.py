"""What `doctor` looks at to know whether what is kept stays between those it is for."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from gateway.cli.diagnosis import Diagnosis, Mark
from gateway.settings import Settings
from gateway.store import rotation
from gateway.store.engine import Database
from gateway.store.vault import Keyring

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_HERE: Final = {"localhost", "127.0.0.1", "::1"}


def examine_permissions(settings: Settings) -> Iterator[Diagnosis]:
    """Look whether others on this machine can get into the data folder: who writes to whom stands in the database."""
    folder = settings.data_dir.absolute()
    if folder.exists() and folder.stat().st_mode & _OTHERS:
        says = f"anderen op deze machine kunnen in {folder}"
        yield Diagnosis(Mark.ATTENTION, "Rechten", says, f"Voer uit: chmod 700 {folder}")
    elif folder.exists():
        yield Diagnosis(Mark.GOOD, "Rechten", "alleen de eigenaar kan in de datamap")


def examine_tls(settings: Settings) -> Iterator[Diagnosis]:
    """Look whether the address by which others know the gateway is one with TLS: the gateway itself has none."""
    if settings.base_url is None:
        says = "IJW_BASE_URL is niet ingesteld: of er een proxy met TLS voor de gateway staat, is van hier niet te zien"
        yield Diagnosis(Mark.GOOD, "TLS", says)
        return
    address = urlsplit(settings.base_url)
    if address.scheme == "https" or address.hostname in _HERE:
        yield Diagnosis(Mark.GOOD, "TLS", f"anderen komen binnen via {settings.base_url}")
    else:
        remedy = "Zet een proxy met TLS voor de gateway, en IJW_BASE_URL op haar adres met https."
        yield Diagnosis(
            Mark.ATTENTION, "TLS", f"{settings.base_url} is zonder TLS: tokens en berichten zijn te lezen", remedy
        )


def examine_keys_in_use(database: Database, keyring: Keyring) -> Iterator[Diagnosis]:
    """Look under which keys things are kept: one that is not there is lost, an old one waits for `keys rotate`."""
    with database.read() as connection:
        used = {key_id for counts in rotation.usage(connection).values() for key_id in counts}
    missing, old = used - set(keyring.key_ids), used & set(keyring.key_ids[1:])
    if missing:
        names = ", ".join(sorted(missing))
        remedy = "Zet die sleutel achter de andere in IJW_ENCRYPTION_KEYS."
        yield Diagnosis(
            Mark.WRONG, "Sleutels in gebruik", f"er is iets bewaard onder {names}, en die is er niet", remedy
        )
    if old:
        says = f"er is nog iets bewaard onder {', '.join(sorted(old))}"
        yield Diagnosis(Mark.ATTENTION, "Sleutels in gebruik", says, "Voer uit: ijw-gateway keys rotate")
