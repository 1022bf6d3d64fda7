"""Ids in the order of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.store.identifiers import earliest_id, made_at, new_id

NOW = datetime(2026, 3, 2, 9, 30, 15, 123456, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


def test_ids_are_in_the_order_they_were_made() -> None:
    """The id made later is the later one, also within a millisecond."""
    now = [new_id() for _ in range(1000)]
    of_one_moment = [new_id(NOW) for _ in range(1000)]
    assert now == sorted(set(now))
    assert of_one_moment == sorted(set(of_one_moment))


def test_ids_are_version_7() -> None:
    """An id is a UUID of version 7, whichever way it was made."""
    assert [identifier.version for identifier in (new_id(), new_id(NOW), earliest_id(NOW))] == [7, 7, 7]


@given(MOMENTS)
def test_an_id_tells_its_moment(moment: datetime) -> None:
    """The moment is read back to the millisecond, and the earliest id of it precedes it."""
    identifier = new_id(moment)
    assert timedelta(0) <= moment - made_at(identifier) < timedelta(milliseconds=1)
    assert earliest_id(moment) <= identifier < earliest_id(moment + timedelta(milliseconds=1))
