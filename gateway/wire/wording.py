"""What the text of an element should be, and what is wrong with it, in plain Dutch and without the text itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import TypeAlias

from gateway.wire.model import TextModel

# Gives the meaning of a code of a list, by the name of its data type, where the reference lists know it.
Meaning: TypeAlias = Callable[[str, str], str | None]

# Longer lists than this are named, not written out.
_SHORT_LIST = 24
_SPACES = " \t\n\r"
_DATE = re.compile(r"(-?[0-9]{4,})-([0-9]{2})-([0-9]{2})(Z|[+-][0-9:]+)?")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]+)?(Z|[+-][0-9:]+)?")
_INTEGER = re.compile(r"[+-]?[0-9]+")

_PATTERNS: dict[str, str] = {
    "[0-9]{4}": "precies 4 cijfers",
    "[0-9]{8}": "precies 8 cijfers",
    "[0-9]{9}": "precies 9 cijfers",
    "[0-9]*": "alleen cijfers, zonder spaties of streepjes",
    ".*[^\\s].*": "tekst op één regel, met minstens één teken dat geen spatie is",
    "([.\\s]*\\S+[.\\s]*)+": "tekst met minstens één teken dat geen spatie is",
    "([a-zA-Z0-9])+": "alleen letters en cijfers, aaneengesloten",
    "([a-zA-ZÀ-ỳ])+": "alleen letters, aaneengesloten, zonder punten of spaties",
    "(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)": "een versienummer van drie getallen, zoals 1.0.0",
}
_LITERAL = re.compile(r"[A-Za-z0-9]+")


def is_valid(model: TextModel, text: str) -> bool:
    """Judge a text as the schema does (a second opinion beside libxml2's)."""
    return wrong(model, text) is None


def should_be(model: TextModel, meaning: Meaning) -> str:
    """Say what is allowed, to be read after "moet zijn:"."""
    if model.enumeration:
        return _codes(model, meaning)
    words = [_PATTERNS.get(pattern) or _pattern_in_words(pattern) for pattern in model.patterns]
    if model.base == "date":
        return "een bestaande datum, geschreven als JJJJ-MM-DD, zonder tijdzone"
    if model.base == "time":
        return "een tijd, geschreven als UU:MM:SS, zonder tijdzone"
    literal = next((pattern for pattern in model.patterns if _LITERAL.fullmatch(pattern)), None)
    if literal:
        return f"de vaste waarde {literal}"
    if model.base == "integer":
        return f"een geheel getal van {_number(model.minimum)} tot en met {_number(model.maximum)}"
    length = _length(model, words)
    return ", ".join(part for part in (*words, length) if part) or "tekst"


def wrong(model: TextModel, text: str) -> str | None:
    """Say what is wrong with a text, or nothing when it is allowed."""
    if model.base != "string":
        text = text.strip(_SPACES)  # Other types than text leave white space around them out of account.
    return _wrong_value(model, text) or _wrong_form(model, text)


def _wrong_value(model: TextModel, text: str) -> str | None:
    if not text.strip(_SPACES) and (model.base != "string" or model.patterns or model.min_length):
        return "het element is leeg" if not text else _blank(model, text)
    check = {"integer": _wrong_integer, "date": _wrong_date, "time": _wrong_time}.get(model.base)
    return check(model, text) if check else None


def _blank(model: TextModel, text: str) -> str | None:
    return "er staan alleen spaties" if _wrong_form(model, text) or model.base != "string" else None


def _wrong_form(model: TextModel, text: str) -> str | None:
    if model.enumeration and text not in model.enumeration:
        around = text.strip(_SPACES) in model.enumeration
        return "om de code staan spaties" if around else "de code staat niet in de lijst"
    if model.base == "string":
        if model.max_length is not None and len(text) > model.max_length:
            return f"er staan {len(text)} tekens"
        if len(text) < model.min_length:
            return f"er staan {len(text)} tekens"
    if all(expression.fullmatch(text) for expression in model.expressions):
        return None
    if "\n" in text or "\r" in text:
        return "er staat een regeleinde in"
    digits = any("[0-9]{" in pattern for pattern in model.patterns)
    return f"er staan {len(text)} tekens" if digits and text.isdigit() else "er staat iets anders"


def _wrong_integer(model: TextModel, text: str) -> str | None:
    if not _INTEGER.fullmatch(text):
        return "er staat geen geheel getal"
    # A number of thousands of digits is not worth computing: how long it is decides.
    digits = text.lstrip("+-").lstrip("0")
    number = int(digits or "0") if len(digits) <= 24 else 10**24  # noqa: PLR2004 - more digits than any limit has
    number = -number if text.startswith("-") else number
    if model.minimum is not None and number < model.minimum:
        return "het getal is te klein"
    if model.maximum is not None and number > model.maximum:
        return "het getal is te groot"
    return None


def _wrong_date(_: TextModel, text: str) -> str | None:
    found = _DATE.fullmatch(text)
    if not found:
        return "er staat geen datum in die vorm"
    if found[4]:
        return "er staat een tijdzone bij"
    if (len(found[1].lstrip("-")) > 4 and found[1].lstrip("-").startswith("0")) or int(found[1]) == 0:  # noqa: PLR2004
        return "dit jaar bestaat niet"
    # The calendar repeats itself every 400 years, so a far year is judged by a near one that is alike.
    year = int(found[1]) % 400 + 2000
    try:
        date(year, int(found[2]), int(found[3]))
    except ValueError:
        return "deze datum bestaat niet"
    return None


def _wrong_time(_: TextModel, text: str) -> str | None:
    found = _TIME.fullmatch(text)
    if not found:
        return "er staat geen tijd in die vorm"
    if found[5]:
        return "er staat een tijdzone bij"
    hour, minute, second = int(found[1]), int(found[2]), int(found[3])
    midnight = hour == 24 and minute == second == 0 and not (found[4] or "").strip(".0")  # noqa: PLR2004
    if midnight or (hour < 24 and minute < 60 and second < 60):  # noqa: PLR2004 - the clock
        return None
    return "deze tijd bestaat niet"


def _codes(model: TextModel, meaning: Meaning) -> str:
    if len(model.enumeration) > _SHORT_LIST:
        example = ", ".join(model.enumeration[:3])
        return f"een van de {len(model.enumeration)} codes van {model.name.removeprefix('LDT_')} ({example}, …)"
    named = (_with_meaning(code, meaning(model.name, code)) for code in model.enumeration)
    return f"een van deze codes: {', '.join(named)}"


def _with_meaning(code: str, meaning: str | None) -> str:
    return f"{code} ({meaning})" if meaning else code


def _pattern_in_words(pattern: str) -> str:
    return f"tekst volgens het patroon {pattern}"


def _length(model: TextModel, words: list[str]) -> str:
    if any("precies" in word for word in words) or model.max_length is None:
        return ""
    low = max(model.min_length, 0)
    return f"van {low} tot en met {model.max_length} tekens" if low else f"hoogstens {model.max_length} tekens"


def _number(value: int | None) -> str:
    return "onbeperkt" if value is None else f"{value:,}".replace(",", ".")
