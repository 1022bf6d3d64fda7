"""Hypothesis strategies that make valid messages from the schemas, by construction: nothing is thrown away.

What is legal but unusual comes along: `+5`, `05` and white space around numbers and dates, far years, midnight as
24:00:00, optional elements in and out, several items, names in any script, other prefixes, and white space,
comments and processing instructions between elements.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final
from xml.sax.saxutils import escape

from hypothesis import strategies as st

from tests.xsd import BASISSCHEMA, Field, TextType, fields_of, read_xsd, root_of, text_type

# Stand-ins in a text that is not XML yet; no XML document may hold these characters.
_OWN, _SHARED, _GAP = "\x01", "\x02", "\x03"

_XML_SPACE: Final = " \t\n\r"
_LINE_ENDS: Final = "\n\r"
# XML takes no control characters, and not the two that are no characters.
_ANY = st.characters(
    codec="utf-8",  # which knows no halves of surrogate pairs
    exclude_characters="\ufffe\uffff" + "".join(chr(i) for i in range(32) if chr(i) not in _XML_SPACE),
)
# Mostly what people are called; the rest of Unicode now and then.
_LETTERS = st.sampled_from("aeinrstdhlAZÉëïüßøŁşאжع李😀 '-.")
_CHARACTER = st.one_of(_LETTERS, _LETTERS, _ANY)
_IN_LINE = _CHARACTER.filter(lambda character: character not in _LINE_ENDS)
_VISIBLE = _CHARACTER.filter(lambda character: character not in _XML_SPACE)

_AROUND = st.sampled_from(["", "", "", " ", "\n\t", "\r\n "])
_MOST_ITEMS = 3
# Lengths without a limit in the standard, and those with a large one, are kept within a screen.
_SCREEN = 120


def _digits(least: int, most: int) -> st.SearchStrategy[str]:
    return st.text(st.sampled_from("0123456789"), min_size=least, max_size=most)


def _text(
    least: int, most: int, inside: st.SearchStrategy[str], needed: st.SearchStrategy[str]
) -> st.SearchStrategy[str]:
    """Make text with at least one character of a kind, at any place in it."""

    def place(parts: tuple[str, str, int]) -> str:
        rest, character, position = parts
        return rest[:position] + character + rest[position:]

    rest = st.text(inside, min_size=least - 1, max_size=min(most, _SCREEN) - 1)
    return st.tuples(rest, needed, st.integers(0, _SCREEN)).map(place)


_Maker = Callable[[int, int], st.SearchStrategy[str]]
_PATTERNS: Final[dict[str, _Maker]] = {
    "[0-9]{8}": lambda *_: _digits(8, 8),
    "[0-9]{9}": lambda *_: _digits(9, 9),
    "[0-9]{4}": lambda *_: _digits(4, 4),
    "[0-9]*": _digits,
    r".*[^\s].*": lambda least, most: _text(
        least, most, _IN_LINE, _VISIBLE.filter(lambda character: character not in _LINE_ENDS)
    ),
    r"([.\s]*\S+[.\s]*)+": lambda least, most: _text(least, most, _CHARACTER, _VISIBLE),
    "([a-zA-ZÀ-ỳ])+": lambda least, most: st.text(
        st.one_of(st.sampled_from("ABCdefÉĳ"), st.characters(min_codepoint=0xC0, max_codepoint=0x1EF3)),
        min_size=least,
        max_size=most,
    ),
    "([a-zA-Z0-9])+": lambda least, most: st.text(st.sampled_from("abcXYZ0189"), min_size=least, max_size=most),
    r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)": lambda *_: st.one_of(
        st.just((1, 0, 0)), st.tuples(*[st.integers(0, 10**9)] * 3)
    ).map(lambda numbers: ".".join(str(number) for number in numbers)),
}


def _integers(least: int, most: int) -> st.SearchStrategy[str]:
    spelling = st.sampled_from(["{}", "{}", "+{}", "0{}", "000{}", "+0{}"])
    number = st.tuples(spelling, st.integers(least, most)).map(lambda pair: pair[0].format(pair[1]))
    zero = st.sampled_from(["-0", "+0", "00"]) if least <= 0 <= most else number
    return _spaced(st.one_of(number, number, zero))


def _spaced(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Put white space around what collapses it: numbers, dates and times."""
    return st.tuples(_AROUND, values, _AROUND).map("".join)


def _dates() -> st.SearchStrategy[str]:
    near = st.dates(date(1990, 1, 1), date(2040, 12, 31)).map(date.isoformat)
    every = st.dates().map(date.isoformat)
    # Beyond Python's calendar; the end of a month is left out, for leap years before our era are another matter.
    year = st.one_of(st.integers(10_000, 99_999).map(str), st.integers(1, 9_999).map(lambda year: f"-{year:04}"))
    far = st.tuples(year, st.integers(1, 12), st.integers(1, 28)).map(
        lambda parts: f"{parts[0]}-{parts[1]:02}-{parts[2]:02}"
    )
    return _spaced(st.one_of(near, near, every, far))


def _times() -> st.SearchStrategy[str]:
    clock = st.tuples(st.integers(0, 23), st.integers(0, 59), st.integers(0, 59)).map(
        lambda parts: "{:02}:{:02}:{:02}".format(*parts)
    )
    fraction = st.tuples(clock, _digits(1, 9)).map(".".join)
    return _spaced(st.one_of(clock, clock, fraction, st.sampled_from(["24:00:00", "24:00:00.0"])))


def waarden(kind: TextType) -> st.SearchStrategy[str]:
    """Make values of a data type."""
    if kind.enumeration:
        return st.sampled_from(kind.enumeration)
    if kind.patterns and kind.patterns[-1].isdigit():
        literal = st.just(kind.patterns[-1])
        return _spaced(literal) if kind.base == "integer" else literal
    if kind.base == "integer":
        assert kind.minimum is not None
        assert kind.maximum is not None
        return _integers(kind.minimum, kind.maximum)
    if kind.base in ("date", "time"):
        return _dates() if kind.base == "date" else _times()
    most = _SCREEN if kind.max_length is None else kind.max_length
    if kind.patterns:
        return _PATTERNS[kind.patterns[-1]](kind.min_length, most)
    return st.text(_CHARACTER, min_size=kind.min_length, max_size=min(most, _SCREEN))


def _content(text: str) -> str:
    # A parser turns a bare carriage return into a line feed; as a reference it stays what it is.
    return escape(text).replace("\r", "&#13;")


def _element(message_type: str, field: Field, prefix: str) -> st.SearchStrategy[str]:
    """Make one element, with its tags."""
    opening, closing = f"<{prefix}{field.name}>", f"</{prefix}{field.name}>"
    inside = fields_of(message_type, field)
    if inside is None:
        return waarden(text_type(field.type)).map(lambda text: f"{opening}{_content(text)}{closing}")
    own = _SHARED if inside[0] == "ijw" else _OWN
    children = [_elements(message_type, child, own) for child in inside[1]]
    return st.tuples(*children).map(lambda parts: f"{opening}{''.join(parts)}{_GAP}{closing}")


def _elements(message_type: str, field: Field, prefix: str) -> st.SearchStrategy[str]:
    """Make an element as often as it may be there."""
    one = _element(message_type, field, prefix).map(lambda text: _GAP + text)
    if field.maximum == 1:
        return one if field.minimum else st.one_of(st.just(""), one)
    most = _MOST_ITEMS if field.maximum is None else field.maximum
    return st.lists(one, min_size=field.minimum, max_size=most).map("".join)


@dataclass(frozen=True)
class _Style:
    """How the same message may be written: the prefixes, and what is between the elements."""

    own: str
    shared: str
    gap: str

    def write(self, message_type: str, body: str) -> bytes:
        own, shared = (f"{prefix}:" if prefix else "" for prefix in (self.own, self.shared))
        text = body.replace(_OWN, own).replace(_SHARED, shared).replace(_GAP, self.gap)
        spaces = ((self.own, read_xsd(message_type).namespace), (self.shared, BASISSCHEMA))
        declared = "".join(f' xmlns{":" if prefix else ""}{prefix}="{namespace}"' for prefix, namespace in spaces)
        return text.replace(f"<{own}Bericht>", f"<{own}Bericht{declared}>", 1).encode()


def _styles(message_type: str) -> st.SearchStrategy[_Style]:
    prefixes = st.sampled_from(
        [(message_type.lower(), "ijw"), (message_type.lower(), "ijw"), ("", "ijw"), ("b", ""), ("ijw", "één")]
    )
    gaps = st.sampled_from(["", "\n  ", "\r\n\t", "<!-- tussen -->", "<?ga verder?> "])
    return st.tuples(prefixes, gaps).map(lambda parts: _Style(*parts[0], parts[1]))


@cache
def berichten(message_type: str) -> st.SearchStrategy[bytes]:
    """Make valid messages of a type, such as `JW301`, as UTF-8."""
    start = st.sampled_from(["", '<?xml version="1.0" encoding="UTF-8"?>\n', "<?xml version='1.0'?>"])
    body = _element(message_type, root_of(message_type), _OWN)
    return st.tuples(start, _styles(message_type), body).map(
        lambda parts: parts[0].encode() + parts[1].write(message_type, parts[2])
    )
