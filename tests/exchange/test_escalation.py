"""The steps of an escalation, and the plans of a provider that stops."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.exchange.escalation import Outcome, Step, advice_due, may_end, may_follow
from gateway.exchange.wind_down import (
    Difference,
    Elsewhere,
    Listed,
    Plan,
    Running,
    Task,
    differences,
    latest_finish,
    tasks,
)

STOPS = date(2026, 6, 30)


def test_steps_follow_each_other() -> None:
    """It begins with a discussion, each step may be repeated, none is skipped, and none comes back."""
    for length in range(4):
        for taken in product(Step, repeat=length):
            whole = all(may_follow(taken[:place], step) for place, step in enumerate(taken))
            order = [list(Step).index(step) for step in taken]
            rises = order == sorted(order) and set(order) == set(range(max(order, default=-1) + 1))
            assert whole is rises


def test_no_advice_without_an_expert() -> None:
    """An escalation may end in agreement at any time, by advice only when an expert was asked."""
    assert may_end((Step.DISCUSSION,), Outcome.AGREED)
    assert not may_end((Step.DISCUSSION, Step.CONSULTATION), Outcome.ADVICE)
    assert may_end(tuple(Step), Outcome.ADVICE)


def test_amsterdam_escalatieroute_advice_within_two_weeks() -> None:
    """Escalatieroute 2018: the advice of the independent expert comes within two weeks."""
    assert advice_due(date(2026, 2, 20)) == date(2026, 3, 6)


def test_ijsselland_protocol_finish_within_twelve_months() -> None:
    """Regionaal Toegangsprotocol 2.0: who finishes does so within the allocation, for at most twelve months."""
    assert latest_finish(STOPS) == date(2027, 6, 30)
    assert latest_finish(date(2028, 2, 29)) == date(2029, 2, 28)
    nobody = Elsewhere(requested=False, allocated=False)
    on_the_day = Running("started", date(2027, 6, 30))
    a_day_later = Running("started", date(2027, 7, 1))
    assert tasks(Plan.FINISH, on_the_day, STOPS, nobody) == {Task.END: True, Task.STOP: False}
    assert tasks(Plan.FINISH, a_day_later, STOPS, nobody) == {Task.END: False, Task.STOP: False}
    assert all(tasks(Plan.FINISH, Running("stopped", None), STOPS, nobody).values())


def test_ijsselland_protocol_move_to_another_provider() -> None:
    """Regionaal Toegangsprotocol 2.0: stop message, end date changed, new request, new allocation."""
    running = Running("started", None)
    nobody = Elsewhere(requested=False, allocated=False)
    assert tasks(Plan.MOVE, running, STOPS, nobody) == dict.fromkeys(
        (Task.END, Task.STOP, Task.REQUEST, Task.ALLOCATION), False
    )
    asked = Elsewhere(requested=True, allocated=False)
    shortened = Running("started", STOPS)
    assert tasks(Plan.MOVE, shortened, STOPS, asked)[Task.END]
    assert tasks(Plan.MOVE, shortened, STOPS, asked)[Task.REQUEST]
    assert not tasks(Plan.MOVE, shortened, STOPS, asked)[Task.ALLOCATION]
    # A municipality may allocate without being asked.
    assert all(tasks(Plan.MOVE, Running("stopped", STOPS), STOPS, Elsewhere(requested=False, allocated=True)).values())


def test_nothing_is_agreed_yet() -> None:
    """As long as nothing is agreed that is what has to happen, unless the care ended by itself."""
    nobody = Elsewhere(requested=False, allocated=False)
    assert tasks(None, Running("allocated", None), STOPS, nobody) == {Task.AGREE: False}
    assert tasks(None, Running("removed", None), STOPS, nobody) == {Task.AGREE: True}


@pytest.mark.parametrize(
    ("state", "einddatum", "runs"),
    [
        ("started", None, True),
        ("started", date(2026, 7, 1), True),
        ("started", STOPS, False),
        ("stopped", None, False),
    ],
)
def test_what_runs_on(state: str, einddatum: date | None, runs: bool) -> None:
    """What ends on the day that the provider stops, or ended before, is no concern."""
    assert Running(state, einddatum).runs_after(STOPS) is runs


def test_lists_differ() -> None:
    """What is on one list alone is told, and where a line says otherwise; what a list does not say is no difference."""
    here = [
        Listed("0150", 1, None, b"a"),
        Listed("0150", 2, STOPS, b"b"),
        Listed("0150", 3, STOPS, b"c"),
        Listed("0193", 1, STOPS, b"d"),
    ]
    there = [
        Listed("0150", 2, None, b"b"),
        Listed("0150", 3, STOPS, b"x"),
        Listed("0193", 1, None, None, says_end=False),
        Listed("0193", 9, STOPS),
    ]
    assert differences(here, there) == [
        ("0150", 1, Difference.ONLY_HERE),
        ("0150", 2, Difference.END_DATE),
        ("0150", 3, Difference.CLIENT),
        ("0193", 9, Difference.ONLY_THERE),
    ]


_LINES = st.builds(
    Listed,
    st.sampled_from(["0150", "0193"]),
    st.integers(1, 5),
    st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 3)),
    st.sampled_from([b"a", b"b"]),
)


@given(st.lists(_LINES, unique_by=lambda line: (line.gemeente, line.toewijzing_nummer)))
def test_a_list_equals_itself(lines: list[Listed]) -> None:
    """A list does not differ from itself, in whatever order."""
    assert differences(lines, lines[::-1]) == []
