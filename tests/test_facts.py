"""The place of the facts."""

from tests import facts


def test_facts_are_a_folder_or_nothing() -> None:
    """A checkout without the facts is a checkout whose tests do without them."""
    assert facts.FACTS is None or (facts.FACTS / "ijw-3.2").is_dir()
