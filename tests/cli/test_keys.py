"""`keys`."""

from __future__ import annotations

import base64

import pytest

from tests.cli.conftest import Run

OLD = "k1:" + base64.b64encode(bytes(32)).decode()
NEW = "k2:" + base64.b64encode(bytes(range(32))).decode()


@pytest.fixture(autouse=True)
def _something_under_the_old_key(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold a person, of whom the BSN is kept in two places; then put a new key in front."""
    monkeypatch.setenv("IJW_ENCRYPTION_KEYS", OLD)
    assert run("hold", "add", "--reason", "klacht", "--person", "-", stdin=b"999900006").code == 0
    monkeypatch.setenv("IJW_ENCRYPTION_KEYS", f"{NEW},{OLD}")


def test_a_rotation(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dry run counts, the run brings everything under the first key, and then the old key is used for nothing."""
    before = ["sleutel\tis\twaaronder bewaard", "k2\teerste\t-", "k1\toud\taudit_subject.sealed=1 legal_hold.sealed=1"]
    assert run("keys", "list").lines == before
    assert run("keys", "rotate", "--dry-run").lines == before
    assert run("keys", "list").lines == before
    ran = run("keys", "rotate")
    assert (ran.code, ran.out) == (0, b"")
    assert "Opnieuw versleuteld: 2; afdrukken opnieuw gemaakt: 0." in ran.err
    assert run("keys", "list").lines[2] == "k1\toud\t-"
    monkeypatch.setenv("IJW_ENCRYPTION_KEYS", NEW)
    assert run("audit", "verify").code == 0
    assert run("retention", "run").code == 0


def test_a_key_that_is_not_there(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named, and nothing is begun."""
    monkeypatch.setenv("IJW_ENCRYPTION_KEYS", NEW)
    assert run("keys", "list").lines[2].startswith("k1\tontbreekt\t")
    ran = run("keys", "rotate")
    assert ran.code == 1
    assert "k1" in ran.err
