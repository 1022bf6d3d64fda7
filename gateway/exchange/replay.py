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
    MANUAL = "manual"  # it is now for people to handle
    UNCHANGED = "unchanged"  # judged again, with the same end
    SKIPPED = "skipped"  # it is no longer as it was when the replay was asked for
    FAILED = "failed"  # the gateway could not do it


def outcome_of(status: str, verdict: str | None) -> Outcome:
    """Decide what becomes of a message in a status; `verdict` is what rules and routes of today make of it."""
    if status == DELIVERED:
        return Outcome.REDELIVERED
    if status not in REPLAYABLE:
        return Outcome.SKIPPED
    if verdict == "manual" and status != "manual":
        return Outcome.MANUAL
    # What was taken before is not refused any more: its sender may have been told that it was in order.
    return Outcome.QUEUED if verdict == "queued" or status not in JUDGED_AGAIN else Outcome.UNCHANGED
