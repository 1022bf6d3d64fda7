"""Callers with a client certificate."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from gateway.composition import Gateway
from gateway.errors import ConflictError
from gateway.services.certificates import certificate_keys
from gateway.services.proxies import Proxies
from tests.berichten import PROVIDER
from tests.gateways import Clock, token_for

OIN = "00000001802327497000"


@pytest.fixture(scope="module")
def shown() -> x509.Certificate:
    """Make a certificate with an OIN."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, "Zwolle"), x509.NameAttribute(NameOID.SERIAL_NUMBER, OIN)]
    )
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    return builder.sign(key, SHA256())


def test_every_form_in_which_proxies_pass_it_on(shown: x509.Certificate) -> None:
    """A fingerprint, PEM on one line or escaped, DER with and without colons: the same certificate."""
    pem = shown.public_bytes(Encoding.PEM).decode()
    der = base64.b64encode(shown.public_bytes(Encoding.DER)).decode()
    fingerprint = shown.fingerprint(SHA256()).hex()
    whole = (("fingerprint", fingerprint), ("oin", OIN))
    for form in (pem, quote(pem), pem.replace("\n", " "), pem.replace("\n", "\t"), der, f":{der}:"):
        assert certificate_keys(form) == whole
    colons = ":".join(fingerprint[at : at + 2] for at in range(0, 64, 2)).upper()
    for form in (fingerprint, colons):
        assert certificate_keys(form) == (("fingerprint", fingerprint),)


@pytest.mark.parametrize(
    "form", ["", "x", "AAAA", "a" * 63, "-----BEGIN CERTIFICATE-----", "%ff%fe", "é", "A" * 40_000, "(null)"]
)
def test_what_is_no_certificate(form: str) -> None:
    """Whatever stands in the header, it is nobody."""
    assert certificate_keys(form) == ()


def test_it_stands_for_a_token(embedded: Gateway, shown: x509.Certificate, clock: Clock) -> None:
    """Known by its fingerprint or its OIN, as long as its token holds and it was not removed."""
    certificates = embedded.services.certificates
    form = quote(shown.public_bytes(Encoding.PEM).decode())
    assert certificates.identify(form) is None
    token = token_for(embedded, PROVIDER)[4:16]
    certificates.add(token, ("oin", OIN))
    caller = certificates.identify(form)
    assert caller is not None
    assert caller.acts_for(PROVIDER)
    with pytest.raises(ConflictError):
        certificates.add(token, ("oin", OIN))
    with pytest.raises(ConflictError):
        certificates.add("onbekend", ("oin", "0" * 20))
    assert certificates.remove(OIN)
    assert not certificates.remove(OIN)
    assert certificates.identify(form) is None
    certificates.add(token, ("fingerprint", shown.fingerprint(SHA256()).hex()))
    assert certificates.identify(form) is not None
    embedded.services.access.revoke(token)
    assert certificates.identify(form) is None


def test_only_a_trusted_proxy_is_believed() -> None:
    """And only about the header that was named."""
    proxies = Proxies("127.0.0.1, 10.0.0.0/8", "X-Client")
    headers = {"X-Client": "iets"}
    assert proxies.certificate_of("10.1.2.3", headers) == "iets"
    for peer in ("192.0.2.1", "", "testclient"):
        assert proxies.certificate_of(peer, headers) is None
    assert proxies.certificate_of("10.1.2.3", {}) is None
    assert Proxies("10.0.0.0/8", None).certificate_of("10.1.2.3", headers) is None
