"""Certificates that stand for a token, and mandates by which one organisation sends for another."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final, Literal, TypeAlias

from msgspec import Struct
from sqlalchemy import Connection, delete, select

from gateway.store.bulk import BulkInsert
from gateway.store.ggk_tables import certificate, mandate

CertificateKind: TypeAlias = Literal["fingerprint", "oin"]

_CERTIFICATES: Final = BulkInsert(certificate, "kind", "value", "token_id", "created_at", or_skip=True)
_MANDATES: Final = BulkInsert(mandate, "intermediary", "party", "types", "created_at", or_skip=True)


class CertificateRow(Struct, frozen=True):
    """A certificate by its SHA-256 fingerprint in hexadecimal, or by the OIN of its holder, and its token."""

    kind: CertificateKind
    value: str
    token_id: str
    created_at: datetime


class MandateRow(Struct, frozen=True):
    """`intermediary` may send messages of which `party` is the Afzender: of these types, or without types of all."""

    intermediary: str
    party: str
    types: tuple[str, ...]
    created_at: datetime


def add_certificate(conn: Connection, row: CertificateRow) -> bool:
    """Let a certificate stand for a token; says whether it did not stand for one already."""
    return bool(_CERTIFICATES.run(conn, [(row.kind, row.value, row.token_id, row.created_at)]))


def remove_certificate(conn: Connection, value: str) -> bool:
    """Let a certificate stand for nothing any more; says whether it did."""
    return bool(conn.execute(delete(certificate).where(certificate.c.value == value)).rowcount)


def list_certificates(conn: Connection) -> list[CertificateRow]:
    """Give all certificates, oldest first."""
    query = select(certificate).order_by(certificate.c.created_at, certificate.c.value)
    return [CertificateRow(row.kind, row.value, row.token_id, row.created_at) for row in conn.execute(query)]


def token_of_certificate(conn: Connection, keys: Collection[tuple[CertificateKind, str]]) -> str | None:
    """Give the token that the first of these keys to be known stands for: a fingerprint says more than an OIN."""
    for kind, value in keys:
        query = select(certificate.c.token_id).where(certificate.c.kind == kind, certificate.c.value == value)
        token: str | None = conn.scalar(query)
        if token is not None:
            return token
    return None


def add_mandate(conn: Connection, row: MandateRow) -> None:
    """Write a mandate down; one between the same two takes the place of the earlier one."""
    remove_mandate(conn, row.intermediary, row.party)
    _MANDATES.run(conn, [(row.intermediary, row.party, list(row.types), row.created_at)])


def remove_mandate(conn: Connection, intermediary: str, party: str) -> bool:
    """End a mandate; says whether there was one."""
    where = (mandate.c.intermediary == intermediary, mandate.c.party == party)
    return bool(conn.execute(delete(mandate).where(*where)).rowcount)


def list_mandates(conn: Connection) -> list[MandateRow]:
    """Give all mandates."""
    query = select(mandate).order_by(mandate.c.intermediary, mandate.c.party)
    return [MandateRow(row.intermediary, row.party, tuple(row.types), row.created_at) for row in conn.execute(query)]


def mandators(conn: Connection, intermediary: str, message_type: str) -> frozenset[str]:
    """Give the parties for which an organisation may send messages of a type."""
    query = select(mandate.c.party, mandate.c.types).where(mandate.c.intermediary == intermediary)
    return frozenset(row.party for row in conn.execute(query) if not row.types or message_type in row.types)
