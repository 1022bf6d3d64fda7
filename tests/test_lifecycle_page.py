"""The page with the pictures of the lifecycles."""

from __future__ import annotations

from tools.lifecycle import PAGE, written


def test_the_pictures_are_those_of_the_code() -> None:
    """The page has the tables as they are; `make lifecycle` writes it anew."""
    page = PAGE.read_text(encoding="utf-8")
    assert written(page) == page
    assert page.count("stateDiagram-v2") == 3
