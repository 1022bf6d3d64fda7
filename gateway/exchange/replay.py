"""What a replay does with a message: let it wait again, judge it anew, or leave it alone."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

JUDGED_AGAIN: Final = frozenset({"rejected", "manual"})
"""These are where they are by what rules, lists and routes said of them: today's may say something else."""

REPLAYABLE: Final = JUDGED_AGAIN | {"failed", "expired"}
"""The statuses that a replay takes by a filter. What was delivered it takes only when it is named."""

DELIVERED: Final = "delivered"


class Outcome(StrEnum):
    """What a replay did with a message."""

    QUEUED = "queued"  # it waits for its recipient again
    REDELIVERED = "redelivered"  # the same, though its recipient had it before
    MANUAL = "manual"  # it was refused, and is now for people to handle
    UNCHANGED = "unchanged"  # judged again, with the same end
    SKIPPED = "skipped"  # it is no longer as it was when the replay was asked for
    FAILED = "failed"  # the gateway could not do it


def outcome_of(status: str, verdict: str | None) -> Outcome:
    """Decide what becomes of a message in a status; `verdict` is the status that judging it again gives."""
    if status == DELIVERED:
        return Outcome.REDELIVERED
    if status not in JUDGED_AGAIN:
        return Outcome.QUEUED if status in REPLAYABLE else Outcome.SKIPPED
    if verdict == "queued":
        return Outcome.QUEUED
    return Outcome.MANUAL if verdict == "manual" and status == "rejected" else Outcome.UNCHANGED
