"""The stylesheets of the pages."""

from __future__ import annotations

import re
from pathlib import Path

import gateway.console

_CONSOLE = Path(gateway.console.__file__).parent


def test_every_component_has_its_stylesheet() -> None:
    """A class of NL Design System that a page uses is in the stylesheet that is served with it."""
    served = set(re.findall(r"\.(utrecht-[a-z0-9_-]+)", (_CONSOLE / "static" / "nlds.css").read_text()))
    pages = (path.read_text() for path in (_CONSOLE / "templates").glob("*.html"))
    used = {name for page in pages for name in re.findall(r"(?<![\w-])utrecht-[a-z0-9_-]+", page)}
    # What a macro completes is checked by its beginning.
    assert {name for name in used if not any(one.startswith(name) for one in served)} == set()
