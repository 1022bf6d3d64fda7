"""When to try again what could not be sent, and when to stop; what sends is elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from msgspec import Struct

# A mail server takes who comes back within a minute for a spammer. From the last delay on every time the same.
MAIL_DELAYS: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
)
# A web server that is started anew is back in seconds.
DELAYS: Final = (timedelta(seconds=5), timedelta(seconds=30), *MAIL_DELAYS)
LAST_AFTER: Final = timedelta(days=3)
# So much later at most, as a part of the wait: what failed together does not come back together.
_SPREAD: Final = 0.1


class Delivered(Struct, frozen=True):
    """It was taken over on the other side. `answer` is what that said, without personal data."""

    answer: str = ""


class Hiccup(Struct, frozen=True):
    """It was not taken now, and may be later; the other side may have asked for some patience (`Retry-After`)."""

    answer: str
    patience: timedelta | None = None


class RefusedForGood(Struct, frozen=True):
    """It will never be taken as it is; trying again would only annoy."""

    answer: str


Outcome: TypeAlias = Delivered | Hiccup | RefusedForGood


class Again(Struct, frozen=True):
    """Try once more at that moment."""

    at: datetime


class GiveUp(Struct, frozen=True):
    """Stop trying, for this cause; the same cause reads the same, so that what failed for it can be counted."""

    cause: str


def delays_of(kind: str) -> tuple[timedelta, ...]:
    """Give the delays between the attempts at a kind of sending."""
    return MAIL_DELAYS if kind == "mail" else DELAYS


def after_failure(
    outcome: Hiccup | RefusedForGood,
    *,
    delays: Sequence[timedelta],
    failures: int,
    first_at: datetime,
    now: datetime,
    jitter: float,
) -> Again | GiveUp:
    """Decide what follows a failed attempt.

    `failures` counts this one, `first_at` is when the first attempt was due, `jitter` lies between 0 and 1. A last
    attempt comes three days after the first; a patience that was asked for is kept, up to that last attempt.
    """
    last_at = first_at + LAST_AFTER
    if isinstance(outcome, RefusedForGood) or now >= last_at:
        return GiveUp(outcome.answer)
    delay = delays[min(failures, len(delays)) - 1]
    wait = max(delay, outcome.patience or timedelta())
    return Again(min(now + wait * (1 + _SPREAD * jitter), last_at))
