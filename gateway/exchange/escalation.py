"""A disagreement about a request: which steps it takes, in which order, and how it may end.

Source: the escalation route of Amsterdam-Amstelland and Zaanstreek-Waterland (2018). First those who disagree talk;
then others are consulted; then an independent expert gives advice that binds both, within two weeks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

RULE: Final = "ESCALATIE"
"""How the source is called where other deadlines name a rule of the standard."""

_ADVICE_WITHIN: Final = timedelta(weeks=2)


class Step(StrEnum):
    """A step of an escalation; each may be taken more than once, and none after a later one."""

    DISCUSSION = "discussion"
    CONSULTATION = "consultation"
    EXPERT = "expert"


class Outcome(StrEnum):
    """How an escalation ends."""

    AGREED = "agreed"
    ADVICE = "advice"
    WITHDRAWN = "withdrawn"


_ORDER: Final = tuple(Step)


def may_follow(taken: Sequence[Step], step: Step) -> bool:
    """Tell whether a step may be taken now: the one taken last, or the next; the first one is a discussion."""
    place = _ORDER.index(step)
    last = max((_ORDER.index(each) for each in taken), default=-1)
    return last <= place <= last + 1


def may_end(taken: Sequence[Step], outcome: Outcome) -> bool:
    """Tell whether an escalation may end in this way: there is no advice without an expert."""
    return outcome is not Outcome.ADVICE or Step.EXPERT in taken


def advice_due(asked_on: date) -> date:
    """Give the last day for the advice of an expert who was asked on a day."""
    return asked_on + _ADVICE_WITHIN
