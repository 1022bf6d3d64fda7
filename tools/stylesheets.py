"""Writes gateway/console/static/nlds.css anew: the stylesheets of the NL Design System that the console uses.

They come from npm's packages by name and version, as the community publishes them (EUPL-1.2), and are kept in the
project, so that the console fetches nothing from elsewhere. Their design tokens are not taken along: those belong to
the municipality that made them, and the console has its own (tokens.css).
"""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Final

SHEET: Final = Path(__file__).resolve().parents[1] / "gateway" / "console" / "static" / "nlds.css"
PACKAGES: Final = {
    "root": "4.1.1",
    "document": "3.0.1",
    "surface": "3.0.1",
    "page": "3.0.1",
    "page-header": "3.0.2",
    "page-content": "3.0.1",
    "page-footer": "4.0.2",
    "skip-link": "3.0.1",
    "nav-bar": "3.2.1",
    "heading": "1.4.0",
    "paragraph": "4.0.1",
    "link": "3.0.1",
    "unordered-list": "3.1.1",
    "alert": "4.0.2",
    "badge-status": "2.0.1",
    "table": "3.0.1",
    "data-list": "3.0.1",
    "code": "3.0.1",
    "pagination": "3.0.1",
    "button": "4.0.1",
    "button-group": "3.0.1",
    "form-field": "3.0.1",
    "form-field-description": "3.0.1",
    "form-label": "3.0.1",
    "textbox": "4.0.1",
    "textarea": "4.0.1",
    "select": "3.0.1",
    "checkbox": "3.0.1",
}


def main() -> None:
    """Fetch the packages, and write their stylesheets one after another."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is not here")
    parts = ["/* NL Design System, stylesheets of the Utrecht component library. License: EUPL-1.2. */\n"]
    with tempfile.TemporaryDirectory() as folder:
        for name, version in PACKAGES.items():
            package = f"@utrecht/{name}-css@{version}"
            packed = subprocess.run(  # noqa: S603 - npm itself, with the names above
                [npm, "pack", "--silent", package], cwd=folder, capture_output=True, text=True, check=True
            )
            with tarfile.open(Path(folder) / packed.stdout.strip()) as archive:
                member = archive.extractfile("package/dist/index.css")
                if member is None:
                    raise SystemExit(f"{package} has no stylesheet")
                parts.append(f"\n/* {package} */\n{member.read().decode().strip()}\n")
    SHEET.write_text("".join(parts), encoding="utf-8")
    print(f"{SHEET} is geschreven.")


if __name__ == "__main__":
    main()
