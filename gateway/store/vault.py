"""Encryption of what the messages say, and the fingerprints by which a BSN is found without being stored.

AES-256-GCM with a random nonce of 96 bits: after a thousand million parts under one key the chance that a nonce
was ever used twice is still below one in 10^11, and a new key starts the count anew.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import re
import secrets
import stat
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.errors import KeyringError

_KEY_BYTES = 32
_NONCE_BYTES = 12
_KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,32}")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Keyring:
    """The encryption keys by id. The first one encrypts; all of them decrypt and search."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        if not keys:
            raise KeyringError("Er is geen sleutel om berichten mee te versleutelen.")
        for key_id, key in keys.items():
            if not _KEY_ID.fullmatch(key_id):
                raise KeyringError(
                    "Het id van een sleutel is 1 tot en met 32 letters, cijfers, punten en streepjes lang."
                )
            if len(key) != _KEY_BYTES:
                raise KeyringError(f"De sleutel {key_id!r} is niet {_KEY_BYTES} bytes lang.")
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._bsn_keys = {key_id: _derive(key, b"bsn") for key_id, key in keys.items()}
        self._cookie_keys = tuple(_derive(key, b"cookies") for key in keys.values())
        self._first = next(iter(keys))

    def __repr__(self) -> str:
        return f"Keyring({', '.join(self._ciphers)})"

    def __reduce__(self) -> str:
        raise TypeError("a keyring is not written down")

    @property
    def count(self) -> int:
        """Give how many keys there are: so many fingerprints a BSN has."""
        return len(self._ciphers)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `id:base64,id:base64`; each key on a line of its own is fine too."""
        keys: dict[str, bytes] = {}
        for entry in filter(None, (part.strip() for part in re.split(r"[,\n]", text))):
            key_id, colon, encoded = entry.partition(":")
            # What is wrong is told without repeating it: a key in a wrong form is still a key.
            if not colon:
                raise KeyringError("Een sleutel wordt geschreven als id:base64.")
            if key_id in keys:
                raise KeyringError("Twee sleutels hebben hetzelfde id.")
            try:
                keys[key_id] = base64.b64decode(encoded, validate=True)
            except (binascii.Error, ValueError):
                raise KeyringError("Een sleutel is niet in base64 geschreven.") from None
        return cls(keys)

    @classmethod
    def from_file_or_create(cls, path: Path) -> Self:
        """Read the keys of a file that its owner alone can read, and make it with a new key where there is none."""
        if not path.exists():
            _create(path)
        try:
            with path.open(encoding="ascii") as file:
                mode = os.fstat(file.fileno()).st_mode
                text = file.read()
        except (OSError, UnicodeDecodeError) as error:
            raise KeyringError(f"Het sleutelbestand {path} is niet te lezen ({type(error).__name__}).") from None
        if mode & _OTHERS:
            raise KeyringError(
                f"Anderen kunnen het sleutelbestand {path} lezen; alleen de eigenaar mag dat: chmod 600 {path}"
            )
        return cls.parse(text)

    @property
    def first(self) -> str:
        """Give the id of the key that encrypts."""
        return self._first

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Give the ids of all keys, the first one first."""
        return tuple(self._ciphers)

    def encrypt(self, plain: bytes, associated: bytes) -> tuple[str, bytes]:
        """Encrypt with the first key; the same `associated` is needed to decrypt. Gives the key's id and the data."""
        nonce = os.urandom(_NONCE_BYTES)
        return self._first, nonce + self._ciphers[self._first].encrypt(nonce, plain, associated)

    def decrypt(self, key_id: str, data: bytes, associated: bytes) -> bytes:
        """Decrypt what `encrypt` gave."""
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise KeyringError(f"De sleutel {key_id!r}, waarmee dit is versleuteld, is er niet.")
        try:
            return cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], associated)
        except (InvalidTag, ValueError):
            raise KeyringError(
                f"Wat er staat, past niet bij de sleutel {key_id!r}: die is een andere, of de gegevens zijn veranderd."
            ) from None

    @property
    def cookie_secrets(self) -> tuple[bytes, ...]:
        """Give secrets to sign cookies with, one for each key; the first one signs."""
        return self._cookie_keys

    def bsn_hash(self, bsn: str) -> tuple[str, bytes]:
        """Give the fingerprint of a BSN under the first key, with the key's id."""
        return self._first, hmac.digest(self._bsn_keys[self._first], bsn.encode(), "sha256")

    def bsn_hash_under(self, key_id: str, bsn: str) -> bytes | None:
        """Give the fingerprint of a BSN under one of the keys, or nothing when that key is not there."""
        key = self._bsn_keys.get(key_id)
        return None if key is None else hmac.digest(key, bsn.encode(), "sha256")

    def bsn_hashes(self, bsn: str) -> list[bytes]:
        """Give the fingerprints of a BSN under every key, to search by: old messages keep those of old keys."""
        return [hmac.digest(key, bsn.encode(), "sha256") for key in self._bsn_keys.values()]


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), _KEY_BYTES, salt=None, info=b"ijw-gateway " + purpose).derive(key)


def _create(path: Path) -> None:
    # An id of its own, so that data of a file that got lost is told apart from data that was tampered with.
    line = f"local-{secrets.token_hex(4)}:{base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()}\n"
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(draft, "x", encoding="ascii", opener=_owner_only) as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        try:
            # A link is there whole or not at all, and never replaces the file of a process that was quicker.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    except OSError as error:
        raise KeyringError(f"Het sleutelbestand {path} is niet te maken ({type(error).__name__}).") from None


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
