"""What the text of an element should be, and what is wrong with it, in plain Dutch and without the text itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Final, TypeAlias

from gateway.ijw.waarden import SPACES
from gateway.wire.model import TextModel
from gateway.wire.patterns import words

# Gives the meaning of a code of a list, by the name of its data type, where the reference lists know it.
Meaning: TypeAlias = Callable[[str, str], str | None]

# Longer lists than this are named, not written out.
_SHORT_LIST: Final = 24
_DATE = re.compile(r"(-?)([0-9]{4,})-([0-9]{2})-([0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2})?")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?")
_INTEGER = re.compile(r"[+-]?[0-9]+")
# More digits than any limit of the standard has; a number of millions of them is not worth computing.
_MANY_DIGITS: Final = 18


def should_be(model: TextModel, meaning: Meaning) -> str:
    """Say what is allowed, to be read after "moet zijn:"."""
    if model.enumeration:
        return _codes(model, meaning)
    if model.base == "date":
        return "een bestaande datum, geschreven als JJJJ-MM-DD, zonder tijdzone"
    if model.base == "time":
        return "een tijd, geschreven als UU:MM:SS, zonder tijdzone"
    rules = [words(pattern).rule for pattern in model.patterns]
    if rules and (rules[-1].startswith(("precies", "de vaste waarde")) or model.base != "string"):
        return rules[-1]  # It says the length and the limits too.
    if model.base == "integer":
        return _range(model)
    return ", ".join([*rules, *_length(model)]) or "tekst"


def wrong(model: TextModel, text: str) -> str | None:
    """Say what is wrong with a text, or nothing when it is allowed."""
    if model.base != "string":
        text = text.strip(SPACES)  # Other types than text leave white space around them out of account.
    if model.enumeration:
        fault = None if text in model.enumeration else _wrong_code(model, text)
    elif model.base == "string":
        fault = _wrong_length(model, text)
    else:
        fault = _VALUES[model.base](model, text) if text else "het element is leeg"
    return fault or _wrong_pattern(model, text)


def _wrong_code(model: TextModel, text: str) -> str:
    if not text:
        return "het element is leeg"
    around = text.strip(SPACES) in model.enumeration
    return "om de code staan spaties" if around else "de code staat niet in de lijst"


def _wrong_length(model: TextModel, text: str) -> str | None:
    if len(text) >= model.min_length and (model.max_length is None or len(text) <= model.max_length):
        return None
    return _count(text) if text else "het element is leeg"


def _wrong_pattern(model: TextModel, text: str) -> str | None:
    broken = [
        pattern
        for pattern, expression in zip(model.patterns, model.expressions, strict=True)
        if not expression.fullmatch(text)
    ]
    if not broken:
        return None
    if not text.strip(SPACES):
        return "er staan alleen spaties" if text else "het element is leeg"
    if "\n" in text or "\r" in text:
        return "er staat een regeleinde in"
    # Digits and nothing else, but not as many as there should be.
    return _count(text) if "[0-9]{" in broken[-1] and _only_digits(text) else words(broken[-1]).fault


def _only_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _count(text: str) -> str:
    return "er staat 1 teken" if len(text) == 1 else f"er staan {len(text)} tekens"


def _wrong_integer(model: TextModel, text: str) -> str | None:
    if not _INTEGER.fullmatch(text):
        return "er staat geen geheel getal"
    digits = text.lstrip("+-").lstrip("0")
    number = int(digits or "0") if len(digits) <= _MANY_DIGITS else 10**_MANY_DIGITS
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
    year = found[2]
    if not year.strip("0") or (len(year) > len("2026") and year.startswith("0")) or len(year) > _MANY_DIGITS:
        return "dit jaar bestaat niet"
    # The calendar repeats itself every 400 years, so a far year is judged by a near one that is alike.
    near = int(found[1] + year) % 400 + 2000
    try:
        date(near, int(found[3]), int(found[4]))
    except ValueError:
        return "deze datum bestaat niet"
    return "er staat een tijdzone bij" if found[5] else None


def _wrong_time(_: TextModel, text: str) -> str | None:
    found = _TIME.fullmatch(text)
    if not found:
        return "er staat geen tijd in die vorm"
    hour, minute, second = int(found[1]), int(found[2]), int(found[3])
    midnight = hour == 24 and minute == second == 0 and not (found[4] or "").strip(".0")  # noqa: PLR2004
    if not midnight and (hour > 23 or minute > 59 or second > 59):  # noqa: PLR2004 - the clock
        return "deze tijd bestaat niet"
    return "er staat een tijdzone bij" if found[5] else None


_VALUES: Final = {"integer": _wrong_integer, "date": _wrong_date, "time": _wrong_time}


def _codes(model: TextModel, meaning: Meaning) -> str:
    if len(model.enumeration) > _SHORT_LIST:
        example = ", ".join(model.enumeration[:3])
        return f"een van de {len(model.enumeration)} codes van {model.name.removeprefix('LDT_')} ({example}, …)"
    named = (_with_meaning(code, meaning(model.name, code)) for code in model.enumeration)
    return f"een van de codes {', '.join(named)}"


def _with_meaning(code: str, meaning: str | None) -> str:
    return f"{code} ({meaning})" if meaning else code


def _range(model: TextModel) -> str:
    low, high = (None if limit is None else f"{limit:,}".replace(",", ".") for limit in (model.minimum, model.maximum))
    if low and high:
        return f"een geheel getal van {low} tot en met {high}"
    return "een geheel getal" + (f" vanaf {low}" if low else "") + (f" tot en met {high}" if high else "")


def _length(model: TextModel) -> list[str]:
    low, high = model.min_length, model.max_length
    if high is None:
        # A pattern that asks for a character says it already.
        return ["minstens 1 teken"] if low and not model.patterns else []
    if low == high:
        return ["precies 1 teken" if low == 1 else f"precies {low} tekens"]
    return [f"van {low} tot en met {high} tekens" if low else f"hoogstens {high} tekens"]
