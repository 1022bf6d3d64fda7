"""Certificates for the tests, made on the spot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@cache
def rsa_key(_: str = "") -> rsa.RSAPrivateKey:
    """Make a key; each name has one."""
    return rsa.generate_private_key(65537, 2048)


def certificate_of(key: Key, name: str = "proef", days: tuple[float, float] = (-1, 1)) -> bytes:
    """Make a certificate of a key that vouches for itself, valid between so many days from now, in PEM."""
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    return made.public_bytes(Encoding.PEM)


def key_of(key: Key) -> bytes:
    """Write a key in PEM."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def write_pair(path: Path, key: Key, name: str = "proef", days: tuple[float, float] = (-1, 1)) -> Path:
    """Write a key and its certificate into one file."""
    path.write_bytes(key_of(key) + certificate_of(key, name, days))
    return path
