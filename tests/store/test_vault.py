"""Encryption and the fingerprints of BSNs."""

from __future__ import annotations

import base64
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.errors import KeyringError
from gateway.store.vault import Keyring

OLD = bytes(range(32))
NEW = bytes(range(100, 132))
SECRET = b"999990019 woont in Diemen"


def test_what_is_encrypted_is_read_back() -> None:
    """The same keyring and associated data give the same bytes back, which are nowhere in what is stored."""
    keyring = Keyring({"old": OLD})
    key_id, data = keyring.encrypt(SECRET, b"place")
    assert key_id == "old"
    assert SECRET not in data
    assert keyring.decrypt(key_id, data, b"place") == SECRET


def test_nothing_can_be_encrypted() -> None:
    """An empty content is a content too."""
    keyring = Keyring({"old": OLD})
    assert keyring.decrypt(*keyring.encrypt(b"", b"place"), b"place") == b""


def test_the_same_content_is_never_stored_the_same() -> None:
    """Two times the same bytes cannot be recognised."""
    keyring = Keyring({"old": OLD})
    assert len({keyring.encrypt(SECRET, b"place") for _ in range(100)}) == 100


def test_the_first_key_encrypts_and_old_keys_still_read() -> None:
    """After a new key was put first, what the old one encrypted stays readable."""
    key_id, data = Keyring({"old": OLD}).encrypt(SECRET, b"place")
    rotated = Keyring({"new": NEW, "old": OLD})
    assert rotated.encrypt(SECRET, b"place")[0] == "new"
    assert rotated.decrypt(key_id, data, b"place") == SECRET


@pytest.mark.parametrize(
    ("keyring", "change", "associated"),
    [
        pytest.param(Keyring({"old": NEW}), bytes, b"place", id="another key under the same id"),
        pytest.param(Keyring({"old": OLD}), bytes, b"elsewhere", id="moved to another place"),
        pytest.param(Keyring({"old": OLD}), lambda data: data[:-1] + bytes([data[-1] ^ 1]), b"place", id="changed"),
        pytest.param(Keyring({"old": OLD}), lambda data: data[:5], b"place", id="cut off"),
        pytest.param(Keyring({"new": NEW}), bytes, b"place", id="key is gone"),
    ],
)
def test_what_does_not_fit_is_told_without_repeating_it(
    keyring: Keyring, change: type[bytes], associated: bytes
) -> None:
    """A wrong key, another place or changed data is an error that names the key and no content."""
    key_id, data = Keyring({"old": OLD}).encrypt(SECRET, b"place")
    with pytest.raises(KeyringError, match="'old'") as caught:
        keyring.decrypt(key_id, change(data), associated)
    assert "999990019" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_bsn_is_found_under_every_key() -> None:
    """What was fingerprinted under an old key is among the fingerprints to search by."""
    key_id, old = Keyring({"old": OLD}).bsn_hash("999990019")
    rotated = Keyring({"new": NEW, "old": OLD})
    assert key_id == "old"
    assert rotated.bsn_hashes("999990019") == [rotated.bsn_hash("999990019")[1], old]
    assert rotated.bsn_hash("999990019") != rotated.bsn_hash("999990020")
    assert len(old) == 32


def test_a_keyring_does_not_show_its_keys() -> None:
    """Neither printing nor pickling a keyring gives a key away."""
    keyring = Keyring({"new": NEW, "old": OLD})
    assert repr(keyring) == str(keyring) == "Keyring(new, old)"
    with pytest.raises(TypeError):
        pickle.dumps(keyring)


def test_keys_are_read_in_order() -> None:
    """In `id:base64,id:base64` the first one encrypts."""
    text = f"new:{base64.b64encode(NEW).decode()}, old:{base64.b64encode(OLD).decode()}\n"
    assert repr(Keyring.parse(text)) == "Keyring(new, old)"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A" * 43 + "=",
        "k1:" + "*" * 44,
        "k1:AAAA",
        ":" + "A" * 43 + "=",
        "k 1:" + "A" * 43 + "=",
        "k1:" + "A" * 43 + "=,k1:" + "B" * 43 + "=",
        "k1:" + "é" * 44,
    ],
    ids=["nothing", "no id", "not base64", "too short", "empty id", "wrong id", "same id twice", "not ascii"],
)
def test_wrong_keys_are_told_without_repeating_them(text: str) -> None:
    """What is wrong with the keys is said without a piece of a key in it."""
    with pytest.raises(KeyringError) as caught:
        Keyring.parse(text)
    assert not any(piece in str(caught.value) for piece in ("AAAA", "****", "éé"))


def test_a_key_is_made_for_the_owner_alone(tmp_path: Path) -> None:
    """Without a key file one is made that only its owner can read, and it is found again the next time."""
    path = tmp_path / "var" / "keys"
    key_id, data = Keyring.from_file_or_create(path).encrypt(SECRET, b"place")
    assert path.stat().st_mode & 0o777 == 0o600
    assert Keyring.from_file_or_create(path).decrypt(key_id, data, b"place") == SECRET
    assert [file.name for file in path.parent.iterdir()] == ["keys"]


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """A key that others can read is no secret any more: the gateway says so and does not start."""
    path = tmp_path / "keys"
    Keyring.from_file_or_create(path)
    path.chmod(0o640)
    with pytest.raises(KeyringError, match="chmod 600"):
        Keyring.from_file_or_create(path)


def test_a_key_file_that_cannot_be_read_or_made_is_told(tmp_path: Path) -> None:
    """A folder in the place of the file, or a file in the place of its folder, is a clear error."""
    with pytest.raises(KeyringError, match="niet te lezen"):
        Keyring.from_file_or_create(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(KeyringError, match="niet te maken"):
        Keyring.from_file_or_create(tmp_path / "file" / "keys")


def test_processes_that_start_together_share_one_key(tmp_path: Path) -> None:
    """Whoever makes the key file first, everybody has the same key."""
    with ThreadPoolExecutor(16) as pool:
        keyrings = list(pool.map(Keyring.from_file_or_create, [tmp_path / "keys"] * 64))
    assert len({repr(keyring) for keyring in keyrings}) == 1
    assert len({keyring.bsn_hash("999990019") for keyring in keyrings}) == 1
