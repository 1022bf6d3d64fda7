"""Writes docs/rules.md anew from the table of rules."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gateway.rules.manual import manual

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "rules.md"

if __name__ == "__main__":
    PAGE.write_text(manual(), encoding="utf-8")
    print(f"{PAGE} is geschreven.")
