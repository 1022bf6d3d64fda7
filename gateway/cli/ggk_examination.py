"""What `doctor` looks at of the GGk: the certificates, the freeze, and who is believed about clients."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509

from gateway.cli.diagnosis import Diagnosis, Mark
from gateway.exchange.freeze import Freeze
from gateway.settings import Settings
from gateway.transport.ggk0210 import TlsFiles

_SUBJECT: Final = "GGk"
# A new certificate of PKIoverheid takes a week or two to get.
_SOON: Final = timedelta(days=30)


def examine_ggk(settings: Settings) -> Iterator[Diagnosis]:
    """Look at what is set for the GGk; nothing is said where nothing is."""
    now = datetime.now(UTC)
    if settings.ggk_certificate or settings.ggk_authorities or settings.ggk_key:
        TlsFiles(settings.ggk_certificate, settings.ggk_key, settings.ggk_authorities).context()
    if settings.ggk_certificate:
        yield _certificate(settings.ggk_certificate, now)
    if settings.ggk_freeze:
        yield _freeze(Freeze.parse(settings.ggk_freeze), now)
    if settings.client_certificate_header and not settings.trusted_proxies:
        yield Diagnosis(
            Mark.ATTENTION,
            _SUBJECT,
            "niemand komt met een certificaat binnen",
            "Stel ook IJW_TRUSTED_PROXIES in: de proxy die in IJW_CLIENT_CERTIFICATE_HEADER een certificaat doorgeeft.",
        )


def _certificate(path: Path, now: datetime) -> Diagnosis:
    until = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    says = f"certificaat geldig tot {until:%Y-%m-%d}"
    if until <= now:
        return Diagnosis(Mark.WRONG, _SUBJECT, says, "Vraag een nieuw certificaat aan: hiermee komt niets meer aan.")
    if until <= now + _SOON:
        return Diagnosis(Mark.ATTENTION, _SUBJECT, says, "Vraag op tijd een nieuw certificaat aan.")
    return Diagnosis(Mark.GOOD, _SUBJECT, says)


def _freeze(freeze: Freeze, now: datetime) -> Diagnosis:
    says = f"stilte van {freeze.begin:%Y-%m-%d %H:%M} tot {freeze.end:%Y-%m-%d %H:%M}"
    if freeze.holds(now):
        return Diagnosis(Mark.ATTENTION, _SUBJECT, f"{says}: nu gaat er niets uit")
    return Diagnosis(Mark.GOOD, _SUBJECT, says)
