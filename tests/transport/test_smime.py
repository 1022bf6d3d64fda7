"""Mail that only its recipient can read, held against OpenSSL."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.errors import ConfigurationError
from gateway.transport.smime import Signer, enveloped, holds_at, read_certificate
from tests.certificates import certificate_of, key_of, rsa_key, write_pair

CONTENT = b"Content-Type: text/plain; charset=utf-8\r\n\r\nGeheim: Jos\xc3\xa9.\r\n"


@pytest.fixture
def recipient(tmp_path: Path) -> Path:
    """Give a file with the key and certificate of a municipality."""
    return write_pair(tmp_path / "gemeente.pem", rsa_key("gemeente"), "gemeente")


def opened(sealed: bytes, recipient: Path) -> bytes:
    """Decrypt as the recipient would."""
    command = ["openssl", "cms", "-decrypt", "-inform", "DER", "-recip", str(recipient), "-inkey", str(recipient)]
    return subprocess.run(command, input=sealed, capture_output=True, check=True).stdout


def test_only_the_recipient_reads_it(tmp_path: Path, recipient: Path) -> None:
    """What was sealed shows nothing, opens with the recipient's key, and with no other."""
    sealed = enveloped(CONTENT, read_certificate(recipient), None)
    assert b"Geheim" not in sealed
    assert opened(sealed, recipient) == CONTENT
    other = write_pair(tmp_path / "ander.pem", rsa_key("ander"), "ander")
    with pytest.raises(subprocess.CalledProcessError):
        opened(sealed, other)


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_signature_shows_who_sent_it(tmp_path: Path, recipient: Path, kind: str) -> None:
    """The recipient can check that the gateway wrote it, and that nothing was changed."""
    key = rsa_key("gateway") if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    file = write_pair(tmp_path / "gateway.pem", key, "gateway")
    signed = opened(enveloped(CONTENT, read_certificate(recipient), Signer.read(file)), recipient)
    command = ["openssl", "cms", "-verify", "-CAfile", str(file), "-purpose", "any"]
    verified = subprocess.run(command, input=signed, capture_output=True, check=True)
    assert verified.stdout == CONTENT
    with pytest.raises(subprocess.CalledProcessError):
        subprocess.run(command, input=signed.replace(b"Geheim", b"Anders"), capture_output=True, check=True)


def test_a_certificate_that_cannot_be_used(tmp_path: Path) -> None:
    """A file that is not there, no certificate, or without an RSA key is told as such."""
    file = tmp_path / "x.pem"
    with pytest.raises(ConfigurationError, match="FileNotFoundError"):
        read_certificate(file)
    file.write_text("geen certificaat")
    with pytest.raises(ConfigurationError, match="PEM"):
        read_certificate(file)
    file.write_bytes(certificate_of(ec.generate_private_key(ec.SECP256R1())))
    with pytest.raises(ConfigurationError, match="RSA"):
        read_certificate(file)


def test_a_signer_that_cannot_be_used(tmp_path: Path) -> None:
    """A key without its certificate, or beside another's, is told without a piece of the file."""
    file = tmp_path / "x.pem"
    for content in (b"", key_of(rsa_key()), certificate_of(rsa_key())):
        file.write_bytes(content)
        with pytest.raises(ConfigurationError, match="IJW_SMIME_FILE"):
            Signer.read(file)
    file.write_bytes(key_of(rsa_key("a")) + certificate_of(rsa_key("b")))
    with pytest.raises(ConfigurationError, match="hoort niet bij"):
        Signer.read(file)


def test_when_a_certificate_holds(tmp_path: Path) -> None:
    """A certificate holds between its two moments."""
    certificate = read_certificate(write_pair(tmp_path / "x.pem", rsa_key(), days=(-2, -1)))
    now = datetime.now(UTC)
    assert not holds_at(certificate, now)
    assert holds_at(certificate, now - timedelta(days=1.5))
