"""`endpoint`, `certificate` and `mandate`."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Run

PROVIDER = "65656055"


@pytest.fixture
def party(run: Run) -> str:
    """Give a provider."""
    run("party", "add", PROVIDER, "--name", "Proef")
    return PROVIDER


def cells(run: Run, *command: str) -> list[list[str]]:
    """Give the rows of a list."""
    return [line.split("\t") for line in run(*command).out.decode().splitlines()[1:]]


def test_an_endpoint(run: Run, party: str) -> None:
    """A GGk and a webhook are added, listed, paused, resumed, given a new secret, and removed."""
    ggk = run("endpoint", "add", party, "--ggk0210", "https://ggk.example/x").out.decode().strip()
    secret = run("endpoint", "add", party, "--webhook", "https://hook.example/x").out.decode().splitlines()[-1]
    assert secret.startswith("whsec_")
    rows = cells(run, "endpoint", "list")
    assert [row[2] for row in rows] == ["GGk", "webhook"]
    assert rows[0][0] == ggk
    hook = rows[1][0]
    assert run("endpoint", "rotate", hook).out.decode().startswith("whsec_")
    assert run("endpoint", "rotate", ggk).code == 1
    for command, state in (("pause", "gepauzeerd"), ("resume", "in gebruik")):
        assert run("endpoint", command, hook).code == 0
        assert cells(run, "endpoint", "list")[1][4] == state
    for row in (ggk, hook):
        assert run("endpoint", "remove", row).code == 0
        assert run("endpoint", "remove", row).code == 1
    assert cells(run, "endpoint", "list") == []


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--ggk0210", "https://a.example", "--webhook", "https://a.example"],
        ["--ggk0210", "http://a.example"],
        ["--webhook", "http://a.example"],
    ],
)
def test_an_endpoint_that_cannot_be(run: Run, party: str, options: list[str]) -> None:
    """One address, and a safe one."""
    ran = run("endpoint", "add", party, *options)
    assert ran.code == 1
    assert ran.err.startswith("Fout:")


def test_a_certificate(run: Run, party: str) -> None:
    """It is added to a token, listed and removed."""
    run("token", "create", "--party", party)
    token = cells(run, "token", "list")[0][0]
    assert run("certificate", "add", token, "--oin", "0" * 20).out.decode().strip() == "0" * 20
    assert run("certificate", "add", token, "--fingerprint", "AB" * 32).out.decode().strip() == "ab" * 32
    assert [row[:3] for row in cells(run, "certificate", "list")] == [
        ["OIN", "0" * 20, token],
        ["vingerafdruk", "ab" * 32, token],
    ]
    for wrong in (["--oin", "1"], ["--fingerprint", "zz"], [], ["--oin", "0" * 20, "--fingerprint", "ab" * 32]):
        assert run("certificate", "add", token, *wrong).code == 1
    assert run("certificate", "remove", "0" * 20).code == 0
    assert run("certificate", "remove", "0" * 20).code == 1


def test_a_mandate(run: Run, party: str) -> None:
    """It is given, listed and ended; for a party that is not there it is refused."""
    assert run("mandate", "give", "0193", party, "--type", "JW315", "--type", "JW305").code == 0
    assert cells(run, "mandate", "list")[0][:3] == ["0193", party, "JW305 JW315"]
    assert run("mandate", "give", "0193", "42420001").code == 1
    assert run("mandate", "give", "0193", party, "--type", "JW999").code == 1
    assert run("mandate", "end", "0193", party).code == 0
    assert run("mandate", "end", "0193", party).code == 1
