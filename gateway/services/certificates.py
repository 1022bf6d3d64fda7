"""Callers who show a client certificate instead of a token, and organisations that send for others."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from gateway.errors import ConflictError
from gateway.ijw.berichten import BERICHTEN
from gateway.services.audit import COMMAND_LINE, Act, Audit
from gateway.services.caller import Caller, Scope
from gateway.services.clock import Clock
from gateway.store import access
from gateway.store import certificates as rows
from gateway.store.certificates import CertificateKind, CertificateRow, MandateRow
from gateway.store.engine import Database

Key = tuple[CertificateKind, str]

_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")
_OIN: Final = re.compile(r"[0-9]{20}")
# A certificate takes two kilobytes; with a chain behind it some more. Nobody shows a longer one with good intent.
_LONGEST: Final = 32 * 1024


def certificate_keys(shown: str) -> tuple[Key, ...]:
    """Give by what a certificate may be known here: its fingerprint, and the OIN of its holder if it is all there.

    Proxies pass a certificate on as its SHA-256 fingerprint in hexadecimal, as PEM (mostly with %-escapes), or as
    DER in base64 (RFC 9440 puts colons around that). What is none of these gives nothing.
    """
    if len(shown) > _LONGEST:
        return ()
    plain = shown.strip()
    fingerprint = plain.replace(":", "").lower()
    if _FINGERPRINT.fullmatch(fingerprint):
        return (("fingerprint", fingerprint),)
    try:
        found = _load(plain)
    except (ValueError, binascii.Error):
        return ()
    keys: list[Key] = [("fingerprint", found.fingerprint(SHA256()).hex())]
    numbers = (attribute.value for attribute in found.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER))
    keys += (("oin", number) for number in numbers if isinstance(number, str) and _OIN.fullmatch(number))
    return tuple(keys)


def oin_key(text: str) -> Key | None:
    """Give by what the holder of an OIN is known here; nothing for what is no OIN."""
    return ("oin", text) if _OIN.fullmatch(text) else None


def _load(shown: str) -> x509.Certificate:
    text = unquote(shown)
    if "-----BEGIN CERTIFICATE-----" in text:
        # A header is one line: what a proxy made of the line ends is a space or a tab.
        inner = text.partition("-----BEGIN CERTIFICATE-----")[2].partition("-----END CERTIFICATE-----")[0]
        return x509.load_der_x509_certificate(base64.b64decode("".join(inner.split()), validate=True))
    return x509.load_der_x509_certificate(base64.b64decode(shown.strip(":"), validate=True))


class Certificates:
    """Who shows which certificate, and who may send for whom."""

    def __init__(self, database: Database, audit: Audit, clock: Clock) -> None:
        """Work on this database, and write down who changed what."""
        self._database = database
        self._audit = audit
        self._clock = clock

    def identify(self, shown: str) -> Caller | None:
        """Tell who shows a certificate: the holder of the token that it stands for, as long as that holds."""
        keys = certificate_keys(shown)
        if not keys:
            return None
        with self._database.read() as connection:
            token_id = rows.token_of_certificate(connection, keys)
            token = access.get_token(connection, token_id) if token_id else None
        now = self._clock()
        if token is None or not token.is_valid_at(now):
            return None
        if token.wants_touch(now):
            with self._database.write() as connection:
                access.touch_token(connection, token.id, now=now)
        return Caller(token.id, frozenset(Scope(scope) for scope in token.scopes), frozenset(token.parties))

    def add(self, token_id: str, key: Key, actor: str = COMMAND_LINE) -> None:
        """Let a certificate stand for a token; raises ConflictError when it stands for one already, or there is none.

        The key is a fingerprint of 64 hexadecimal digits or an OIN of 20 digits.
        """
        with self._database.write() as connection:
            if access.get_token(connection, token_id) is None:
                raise ConflictError(f"Er is geen token {token_id}; `ijw-gateway token list` toont welke er zijn.")
            if not rows.add_certificate(connection, CertificateRow(*key, token_id, self._clock())):
                raise ConflictError("Dit certificaat hoort al bij een token; haal het daar eerst weg.")
            self._audit.add(connection, Act.CERTIFICATE_ADDED, actor, token=token_id, certificate=key[1])

    def remove(self, value: str, actor: str = COMMAND_LINE) -> bool:
        """Let a certificate, by its fingerprint or OIN, stand for nothing any more; says whether it did."""
        with self._database.write() as connection:
            removed = rows.remove_certificate(connection, value)
            if removed:
                self._audit.add(connection, Act.CERTIFICATE_REMOVED, actor, certificate=value)
        return removed

    def listed(self) -> list[CertificateRow]:
        """List the certificates."""
        with self._database.read() as connection:
            return rows.list_certificates(connection)

    def give_mandate(self, intermediary: str, party: str, types: frozenset[str], actor: str = COMMAND_LINE) -> None:
        """Let an organisation send for a party: messages of these types, or without types all of them.

        Raises ConflictError for a type that does not exist.
        """
        unknown = sorted(types - BERICHTEN.keys())
        if unknown:
            raise ConflictError(f"{', '.join(unknown)} is geen bericht van iJw 3.2.")
        with self._database.write() as connection:
            rows.add_mandate(connection, MandateRow(intermediary, party, tuple(sorted(types)), self._clock()))
            self._audit.add(
                connection, Act.MANDATE_GIVEN, actor, intermediary=intermediary, party=party, types=sorted(types)
            )

    def end_mandate(self, intermediary: str, party: str, actor: str = COMMAND_LINE) -> bool:
        """End a mandate; says whether there was one."""
        with self._database.write() as connection:
            ended = rows.remove_mandate(connection, intermediary, party)
            if ended:
                self._audit.add(connection, Act.MANDATE_ENDED, actor, intermediary=intermediary, party=party)
        return ended

    def mandates(self) -> list[MandateRow]:
        """List the mandates."""
        with self._database.read() as connection:
            return rows.list_mandates(connection)

    def mandated(self, caller: Caller, intermediary: str, message_type: str) -> Caller:
        """Give a caller together with the parties for which it may send this type on behalf of its organisation."""
        with self._database.read() as connection:
            more = rows.mandators(connection, intermediary, message_type)
        return Caller(caller.token_id, caller.scopes, caller.parties | more)
