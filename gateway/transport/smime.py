"""Mail that only its recipient can read, and that shows who sent it: S/MIME (RFC 8551)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs7 import (
    PKCS7EnvelopeBuilder,
    PKCS7Options,
    PKCS7SignatureBuilder,
)
from cryptography.x509 import Certificate, load_pem_x509_certificate, load_pem_x509_certificates

from gateway.errors import ConfigurationError

PARAMETERS: Final = {"smime-type": "enveloped-data", "name": "smime.p7m"}
"""What stands behind the media type `application/pkcs7-mime` of what `enveloped` gives."""


@dataclass(frozen=True, slots=True)
class Signer:
    """The gateway's own certificate with its key, and those that vouch for it."""

    certificate: Certificate
    key: RSAPrivateKey | EllipticCurvePrivateKey = field(repr=False)
    chain: tuple[Certificate, ...] = ()

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a PEM file with the key and the certificates, our own first; raises ConfigurationError."""
        try:
            data = path.read_bytes()
            key = load_pem_private_key(data, None)
            own, *chain = load_pem_x509_certificates(data)
        except (OSError, ValueError, TypeError) as error:
            # The text of an error may hold a piece of the file.
            raise ConfigurationError(
                f"Het bestand {path} is niet te lezen als sleutel en certificaat in PEM, zonder wachtwoord "
                f"({type(error).__name__}); controleer IJW_SMIME_FILE."
            ) from None
        if not isinstance(key, (RSAPrivateKey, EllipticCurvePrivateKey)) or own.public_key() != key.public_key():
            raise ConfigurationError(f"De sleutel in {path} hoort niet bij het certificaat; controleer IJW_SMIME_FILE.")
        return cls(own, key, tuple(chain))


def read_certificate(path: Path) -> Certificate:
    """Read the certificate of somebody who gets mail; raises ConfigurationError for one that cannot be used."""
    try:
        certificate = load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} is niet te lezen als certificaat in PEM ({type(error).__name__})") from None
    if not isinstance(certificate.public_key(), RSAPublicKey):
        raise ConfigurationError(f"{path} heeft geen RSA-sleutel, en daarmee is mail niet te versleutelen")
    return certificate


def holds_at(certificate: Certificate, moment: datetime) -> bool:
    """Say whether a certificate is valid at a moment."""
    return certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc


def enveloped(content: bytes, recipient: Certificate, signer: Signer | None) -> bytes:
    """Sign a MIME entity, where there is something to sign with, and encrypt it for one recipient; gives the DER."""
    if signer is not None:
        signing = PKCS7SignatureBuilder().set_data(content).add_signer(signer.certificate, signer.key, SHA256())
        for certificate in signer.chain:
            signing = signing.add_certificate(certificate)
        content = signing.sign(Encoding.SMIME, [PKCS7Options.DetachedSignature])
    envelope = PKCS7EnvelopeBuilder().set_data(content).add_recipient(recipient)
    return envelope.set_content_encryption_algorithm(AES256).encrypt(Encoding.DER, [PKCS7Options.Binary])
