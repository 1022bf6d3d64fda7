"""What a rule is: a small function over the elements of one class, and what the standard says about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from enum import Enum
from inspect import cleandoc
from types import UnionType
from typing import Any, Final, NamedTuple, TypeAlias, cast, get_args

from msgspec import Struct

from gateway.ijw.bericht import Bericht
from gateway.ijw.codelijsten import Codelijsten
from gateway.ijw.finding import Source
from gateway.ijw.klasse import Gegevenstype, Klasse

# The code by which a message is refused that breaks a rule inside itself.
TECHNISCH_ONJUIST: Final = "0001"
_WRONG, _RIGHT, _READING = "Fout:", "Goed:", "Lezing:"


class Level(Enum):
    """At which of the standard's levels a rule is checked (IV032)."""

    INHOUD = "bericht inhoud (xslt)"
    OVERSTIJGEND = "berichtoverstijgend"
    EXTERN = "externe bron"


_SOURCES: Final[dict[Level, Source]] = {
    Level.INHOUD: "rule",
    Level.OVERSTIJGEND: "history",
    Level.EXTERN: "reference",
}


class At(NamedTuple):
    """A field of an element; where the field is empty, the place is the element that it is missing from."""

    element: Klasse
    field: str


# What a rule yields: the element that breaks it, or all places that break it together.
Breach: TypeAlias = Klasse | Sequence[Klasse | At]
Breaches: TypeAlias = Iterator[Breach]


def at(element: Klasse, *fields: str) -> list[At]:
    """Point at fields of an element; the first is the one that has to change."""
    return [At(element, field) for field in fields]


class Context(Struct, frozen=True):
    """What a rule may know besides the element that it judges."""

    dagtekening: date


class OwnProduct(Struct, frozen=True):
    """A product code of a municipality's own; both days count, and None is without an end."""

    code: str
    category: str
    valid_from: date | None = None
    valid_until: date | None = None

    def exists_on(self, day: date) -> bool:
        """Tell whether the code is in use on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


class Reference(Struct, frozen=True):
    """What lies outside the messages: the day, the lists, and the product codes of the municipality concerned."""

    today: date
    lists: Codelijsten
    own_products: tuple[OwnProduct, ...] = ()


class ReferenceContext(Context, frozen=True):
    """What a rule against outside lists may know."""

    today: date
    lists: Codelijsten
    own_products: tuple[OwnProduct, ...]


class Rule(Struct, frozen=True):
    """One rule of the standard.

    `on` are the classes whose elements it judges, `messages` the types in which it does; `about` are the classes
    that the standard names it for, which may be below those. `message` says in one sentence what is required: it is
    what the user reads. `wrong` and `right` are examples; `reading` is how we read the standard where it leaves room.
    `absence` is a rule that concludes from a message not being known: one from before the history here would mend it.
    """

    code: str
    on: tuple[type[Klasse], ...]
    about: tuple[type[Klasse], ...]
    messages: frozenset[str]
    retourcode: str
    level: Level
    source: Source
    message: str
    wrong: str
    right: str
    reading: str
    absence: bool
    check: Callable[[Any, Any], Breaches]

    def judges(self, klasse: type[Klasse], message_type: str) -> bool:
        """Tell whether the rule is about the elements of a class in a type of message."""
        if klasse not in self.on:
            return False
        if self.messages:
            return message_type in self.messages
        # A data type is the same in every message; any other class is of one message, whose name it bears.
        return issubclass(klasse, Gegevenstype) or klasse.__qualname__.partition(".")[0] == message_type


def _classes(named: type[Klasse] | UnionType) -> tuple[type[Klasse], ...]:
    return get_args(named) or (cast("type[Klasse]", named),)


def rule(  # noqa: PLR0913 - a rule is made by name, and most have two of these
    code: str,
    *,
    on: type[Klasse] | UnionType,
    about: type[Klasse] | UnionType | None = None,
    retour: str = TECHNISCH_ONJUIST,
    level: Level = Level.INHOUD,
    messages: tuple[type[Bericht], ...] = (),
    absence: bool = False,
    source: Source | None = None,
) -> Callable[[Callable[[Any, Any], Breaches]], Rule]:
    """Make a rule of a function.

    Its docstring is what the user reads: one sentence, an example of wrong and right and, where the standard leaves
    room, how we read it.

    `messages` names the types for a class that several messages share; else the class itself tells. `about` names
    the elements that the rule is about where it has to see all of them together. `absence` says that a rule against
    earlier messages is broken because one is not known here. `source` is for a rule that the message alone tells,
    whatever its level.
    """

    def make(check: Callable[[Any, Any], Breaches]) -> Rule:
        sentence, _, examples = cleandoc(check.__doc__ or "").partition(f"\n\n{_WRONG}")
        wrong, _, rest = examples.partition(_RIGHT)
        right, _, reading = rest.partition(_READING)
        return Rule(
            code=code,
            on=_classes(on),
            about=_classes(about or on),
            messages=frozenset(message.TYPE for message in messages),
            retourcode=retour,
            level=level,
            source=source or _SOURCES[level],
            message=" ".join(sentence.split()),
            wrong=" ".join(wrong.split()),
            right=" ".join(right.split()),
            reading=" ".join(reading.split()),
            absence=absence,
            check=check,
        )

    return make
