"""`make audit`: looks whether a dependency of the lock has a known weakness, and never takes silence for a no.

pip-audit ends with 0 as well when it got to hear nothing about a package, and with 1 both for a weakness and for a
service that is away. Here those are three different ends: nothing is known (0), a weakness is known (1), and it could
not be asked. The last is said loudly and ends with 0, since a machine without a way out should still be able to check
the rest; with AUDIT=required it ends with 2.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

# Holds requirements.lock, the extras, and what tests and builds the gateway.
LOCK: Final = Path(__file__).parents[1] / "requirements-dev.lock"
_PIP_AUDIT: Final = Path(sys.executable).with_name("pip-audit")
_PATIENCE_SECONDS: Final = 600
_MOST_NAMES: Final = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What was heard: about how many packages, of which ones nothing, and which weaknesses; or why nothing at all."""

    heard: int = 0
    unheard: tuple[str, ...] = ()
    weaknesses: tuple[str, ...] = ()
    silence: str = ""

    @property
    def missing(self) -> str:
        """Say what was not heard; nothing when all was."""
        if self.unheard:
            named = ", ".join(self.unheard[:_MOST_NAMES])
            return f"nothing was heard about {len(self.unheard)} packages, such as {named}"
        return self.silence


class BrokenError(Exception):
    """The lock can not be read, so that there is nothing to ask about."""


def ask(lock: Path, options: Sequence[str] = ()) -> Answer:
    """Ask about everything in a lock; `options` go to pip-audit."""
    # Without asking anybody first: what goes wrong here is our own fault, and no silence.
    read = _run(lock, [*options, "--dry-run"])
    if read.returncode:
        raise BrokenError(_last_line(read.stderr))
    asked = _run(lock, options)
    try:
        report = json.loads(asked.stdout)
    except ValueError:
        return Answer(silence=_last_line(asked.stderr))
    if not report["dependencies"]:
        raise BrokenError("nothing is in it")
    return _answer(report["dependencies"])


def _run(lock: Path, options: Sequence[str]) -> subprocess.CompletedProcess[str]:
    command = [str(_PIP_AUDIT), "--requirement", str(lock), "--require-hashes", "--disable-pip"]
    quiet = ["--progress-spinner", "off", "--format", "json", "--desc", "off"]
    return subprocess.run(  # noqa: S603 - the tool beside this Python, with options of whoever starts it
        [*command, *quiet, *options], capture_output=True, text=True, check=False, timeout=_PATIENCE_SECONDS
    )


def _last_line(text: str) -> str:
    return next((line for line in reversed(text.splitlines()) if line.strip()), "it said nothing")


def _answer(dependencies: Sequence[Mapping[str, Any]]) -> Answer:
    heard = [one for one in dependencies if "skip_reason" not in one]
    return Answer(
        heard=len(heard),
        unheard=tuple(one["name"] for one in dependencies if "skip_reason" in one),
        weaknesses=tuple(
            f"{one['name']} {one['version']}: {weakness['id']}, repaired in {weakness['fix_versions'] or 'no version'}"
            for one in heard
            for weakness in one["vulns"]
        ),
    )


def tell(answer: Answer, *, required: bool) -> int:
    """Say what was heard, and give the status to end with."""
    for weakness in answer.weaknesses:
        print(f"KNOWN WEAKNESS: {weakness}")
    if answer.missing:
        print(f"NOT AUDITED: {answer.missing}\nThat is no sign that all is well. AUDIT=required makes this fail.")
    else:
        print(f"Heard about {answer.heard} packages; {len(answer.weaknesses)} known weaknesses.")
    if answer.weaknesses:
        return 1
    return 2 if required and answer.missing else 0


def main(options: Sequence[str], lock: Path = LOCK) -> int:
    """Look, tell, and give the status to end with."""
    try:
        answer = ask(lock, options)
    except BrokenError as error:
        print(f"NOT AUDITED: the lock can not be read: {error}")
        return 2
    return tell(answer, required=os.environ.get("AUDIT") == "required")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
