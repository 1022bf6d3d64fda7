"""The page about the route tables."""

from tools.routes import PAGE, page


def test_the_page_is_the_one_that_the_code_gives() -> None:
    """docs/routes.md is up to date; `make tables` writes it."""
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make tables`, and look at what changed"


def test_every_key_says_what_it_may_be() -> None:
    """No key of a table is without its description."""
    assert "| None |" not in page()
