"""Writes docs/rules.md anew from the table of rules and the list of the standard."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gateway.rules.manual import manual
from gateway.wire.standard import read_standard

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "rules.md"

if __name__ == "__main__":
    PAGE.write_text(manual(read_standard()), encoding="utf-8")
    print(f"{PAGE} is geschreven.")
