"""The patterns of the standard: in words for people, and in a form that a machine reads in one go."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from msgspec import Struct


class Words(Struct, frozen=True):
    """What a pattern asks for, to be read after "moet zijn:", and what is wrong with text that is otherwise."""

    rule: str
    fault: str


_DIGITS: Final = "er staan andere tekens dan cijfers in"
_NOT_BLANK: Final = "er staat geen leesbaar teken"

WORDS: Final[dict[str, Words]] = {
    "[0-9]{4}": Words("precies 4 cijfers", _DIGITS),
    "[0-9]{8}": Words("precies 8 cijfers", _DIGITS),
    "[0-9]{9}": Words("precies 9 cijfers", _DIGITS),
    "[0-9]*": Words("alleen cijfers, zonder spaties of streepjes", _DIGITS),
    r".*[^\s].*": Words("tekst op één regel, met minstens één teken dat geen spatie is", _NOT_BLANK),
    r"([.\s]*\S+[.\s]*)+": Words("tekst met minstens één teken dat geen spatie is", _NOT_BLANK),
    "([a-zA-Z0-9])+": Words(
        "alleen letters en cijfers, aaneengesloten", "er staan andere tekens dan letters en cijfers in"
    ),
    "([a-zA-ZÀ-ỳ])+": Words(
        "alleen letters, aaneengesloten, zonder punten of spaties", "er staan andere tekens dan letters in"
    ),
    r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)": Words(
        "een versienummer van drie getallen, zoals 1.0.0", "er staat geen versienummer in die vorm"
    ),
}
_FIXED: Final = re.compile("[A-Za-z0-9]+")


def words(pattern: str) -> Words:
    """Say a pattern in words; one that the standard does not use is shown as it is."""
    if pattern in WORDS:
        return WORDS[pattern]
    if _FIXED.fullmatch(pattern):
        return Words(f"de vaste waarde {pattern}", "er staat een andere waarde")
    return Words(f"tekst volgens het patroon {pattern}", "er staat iets anders")


# How libxml2 should have three of them; they say the same, and a test holds them against each other. In two it is left
# open which part matches a character, and libxml2 then tries all ways: a text of 100,000 letters with a line end
# after it takes it 45 seconds, one of ten million letters is more than it can remember. The hyphen in the third one,
# which keeps the time zone out, it does not see.
FOR_LIBXML2: Final[dict[str, str]] = {
    r".*[^\s].*": r"[ \t]*\S.*",
    r"([.\s]*\S+[.\s]*)+": r"\s*\S[\s\S]*",
    "[^Z+-]+": r"[^Z+\-]+",
}

# XSD knows four characters of white space, and a dot is any character but a line end.
_IN_PYTHON: Final = {"\\s": "[ \\t\\n\\r]", "\\S": "[^ \\t\\n\\r]", ".": "[^\\n\\r]"}
_IN_CLASS: Final = {"\\s": " \\t\\n\\r", "\\S": "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f!-\\U0010ffff"}


@cache
def expression(pattern: str) -> re.Pattern[str]:
    """Give the pattern of a schema as Python reads it, for `fullmatch`."""
    inside = False
    parts: list[str] = []
    for piece in re.findall(r"\\.|[^\\]", FOR_LIBXML2.get(pattern, pattern)):
        if piece in {"[", "]"}:
            inside = piece == "["
        parts.append((_IN_CLASS if inside else _IN_PYTHON).get(piece, piece))
    return re.compile("".join(parts))
