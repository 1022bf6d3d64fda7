"""Writes the OpenAPI document that is committed: `python -m tools.openapi`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from gateway.api.application import make_api

DOCUMENT: Final = Path(__file__).parents[1] / "openapi" / "openapi.json"


def written() -> str:
    """Give the document as it should be in the file."""
    return json.dumps(make_api(None).openapi(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(written(), encoding="utf-8")
    print(f"Wrote {DOCUMENT}")
