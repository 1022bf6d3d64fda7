"""Where the facts of the standard are, for the tests that hold the project against them.

The facts (rule report, data types, published examples) are not part of the project. Every test passes
without them; with them, more is checked. This module alone knows where they may be.
"""

import os
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]


def _find() -> Path | None:
    named = os.environ.get("IJW_FACTS_DIR")
    folder = Path(named) if named else _ROOT.parent / "shared"
    return folder if (folder / "ijw-3.2" / "rules.csv").is_file() else None


FACTS: Path | None = _find()
