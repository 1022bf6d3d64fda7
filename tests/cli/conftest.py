"""Fixtures of the command line: run a command in this process or as the real program, and messages to give it."""

import io
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Protocol

import pytest
import structlog

from gateway import resources
from gateway.cli import main
from gateway.cli.demo_berichten import Cast, Script
from gateway.ijw.bericht import Bericht
from gateway.wire.codec import Codec
from gateway.wire.reference import read_codelijsten
from gateway.wire.schemas import Schemas

TODAY: Final = date(2026, 11, 20)


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended, and what it wrote."""

    code: int
    out: bytes
    err: str

    @property
    def lines(self) -> list[str]:
        """Give the lines of standard output."""
        return self.out.decode().splitlines()


class Run(Protocol):
    """Runs a command; `stdin` is what it reads there."""

    def __call__(self, *arguments: str | Path, stdin: bytes = b"") -> Ran:
        """Run it."""
        ...


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Work in an empty folder, with no settings, and leave the logging of the tests as it was."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith("IJW_"):
            monkeypatch.delenv(name)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process."""

    def run(*arguments: str | Path, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        code = ended.value.code
        assert isinstance(code, int)
        captured = capfdbinary.readouterr()
        return Ran(code, captured.out, captured.err.decode())

    return run


@pytest.fixture(scope="session")
def program() -> str:
    """Give the path of the installed program."""
    return str(Path(sys.executable).with_name("ijw-gateway"))


@pytest.fixture
def run_program(program: str) -> Run:
    """Run the real program, in a process of its own."""

    def run(*arguments: str | Path, stdin: bytes = b"") -> Ran:
        done = subprocess.run([program, *arguments], input=stdin, capture_output=True, timeout=60, check=False)
        return Ran(done.returncode, done.stdout, done.stderr.decode())

    return run


@pytest.fixture(scope="session")
def codec() -> Codec:
    """Give the codec of the schemas that ship."""
    return Codec(Schemas(resources.schemas_dir()), read_codelijsten().meaning)


@pytest.fixture(scope="session")
def berichten() -> list[Bericht]:
    """Give the messages of the demo, as they are on a fixed day."""
    cast = Cast("65656055", "42420001", "0384", "Diemen")
    return [scene.bericht for scene in Script(cast, TODAY).scenes()]


@pytest.fixture(scope="session")
def xml(codec: Codec, berichten: list[Bericht]) -> bytes:
    """Give a valid JW315."""
    return codec.write(berichten[0]).content()


@pytest.fixture
def good(tmp_path: Path, xml: bytes) -> Path:
    """Give a file with a valid JW315."""
    path = tmp_path / "goed.xml"
    path.write_bytes(xml)
    return path


@pytest.fixture
def bad(tmp_path: Path, xml: bytes) -> Path:
    """Give a file with a JW315 whose Geslacht, on a known line, is in no code list."""
    path = tmp_path / "fout.xml"
    path.write_bytes(xml.replace(b"Geslacht>1<", b"Geslacht>7<"))
    return path
