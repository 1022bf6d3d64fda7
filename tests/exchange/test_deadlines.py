"""What is due, from the messages that are known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.exchange.deadlines import (
    Between,
    Deadline,
    Kind,
    Reckoning,
    State,
    answer_deadline,
    toewijzing_deadlines,
    verzoek_deadlines,
)
from gateway.ijw.dossier import Dossier, Feit, Verzoek
from gateway.ijw.levering import JW305, JW307
from gateway.ijw.toewijzing import JW301
from gateway.ijw.typen import Verwijzer
from gateway.ijw.verzoek import JW315, JW317, JW319

BETWEEN = Between("0384", "65656055")
NUMMER = 300201
FRIDAY = date(2026, 9, 4)
MONDAY = FRIDAY + timedelta(days=3)
WEEK = timedelta(days=7)
AGAIN = FRIDAY + 2 * WEEK
SENT = date(2026, 9, 2)
END = date(2026, 12, 18)  # a Friday
DAYS_OFF = {date(2026, 12, 25)}


def reckoning(**received: date) -> Reckoning:
    """Count with these days of receipt, by the message's number; a message is received on a Friday otherwise."""
    days = {UUID(int=int(name[1:])): day for name, day in received.items()}
    return Reckoning(DAYS_OFF, lambda message: days.get(message, FRIDAY))


def feit(message: int, klasse: Any, day: date = SENT) -> Feit[Any]:
    """Make a fact of a message."""
    return Feit(UUID(int=message), day, f"{message:012}", klasse)


def product(message: int = 1) -> Feit[Any]:
    """Ask for a product."""
    asked = JW315.AangevraagdProduct(
        referentie_aanbieder="R1", toewijzing_ingangsdatum=FRIDAY, verwijzer=Verwijzer(type="01")
    )
    return feit(message, asked)


def wijziging(message: int = 1) -> Feit[Any]:
    """Ask for a change."""
    return feit(message, JW317.Verzoek(referentie_aanbieder="R1", reden_verzoek="1"))


def antwoord(message: int, verzoek_antwoord: str, reden: str | None = None) -> Feit[Any]:
    """Answer a request."""
    answer = JW319.Antwoord(referentie_aanbieder="R1", verzoek_antwoord=verzoek_antwoord, reden_afwijzing_verzoek=reden)
    return feit(message, answer, SENT + timedelta(days=message))


def version(message: int, **changes: Any) -> Feit[Any]:
    """Make a version of an allocation; that of a later message was settled on a later day."""
    day = SENT + timedelta(days=message)
    fields: dict[str, Any] = {
        "toewijzing_nummer": NUMMER,
        "referentie_aanbieder": "R1",
        "toewijzingsdatum": day,
        "toewijzingstijd": time(12),
        "ingangsdatum": FRIDAY,
    }
    return feit(message, JW301.ToegewezenProduct(**fields | changes), day)


def start(message: int, begindatum: date = MONDAY, status: str = "1") -> Feit[Any]:
    """Report a start."""
    begun = JW305.StartProduct(toewijzing_nummer=NUMMER, begindatum=begindatum, status_aanlevering=status)
    return feit(message, begun, SENT + timedelta(days=message))


def stop(message: int, reden: str = "31", begindatum: date = MONDAY, einddatum: date = END) -> Feit[Any]:
    """Report a stop."""
    ended = JW307.StopProduct(
        toewijzing_nummer=NUMMER,
        begindatum=begindatum,
        einddatum=einddatum,
        reden_beeindiging=reden,
        status_aanlevering="1",
    )
    return feit(message, ended, SENT + timedelta(days=message))


def verzoek(*feiten: Feit[Any]) -> Verzoek:
    """Gather what is known of a request, in the order given."""
    return Verzoek(
        referentie_aanbieder="R1",
        gemeente="0384",
        gevraagd=tuple(f for f in feiten if isinstance(f.klasse, (JW315.AangevraagdProduct, JW317.Verzoek))),
        toegewezen=tuple(f for f in feiten if isinstance(f.klasse, JW301.ToegewezenProduct)),
        antwoorden=tuple(f for f in feiten if isinstance(f.klasse, JW319.Antwoord)),
    )


def dossier(*feiten: Feit[Any], refused: Sequence[int] = ()) -> Dossier:
    """Gather what is known of a client, in the order given."""
    return Dossier(
        toewijzingen=tuple(f for f in feiten if isinstance(f.klasse, JW301.ToegewezenProduct)),
        starts=tuple(f for f in feiten if isinstance(f.klasse, JW305.StartProduct)),
        stops=tuple(f for f in feiten if isinstance(f.klasse, JW307.StopProduct)),
        geweigerd=frozenset(UUID(int=message) for message in refused),
    )


def of_request(*feiten: Feit[Any], refused: Sequence[int] = (), **received: date) -> dict[Kind, Deadline]:
    """Give the deadlines of a request by their kind."""
    numbers = {UUID(int=message) for message in refused}
    found = verzoek_deadlines(verzoek(*feiten), BETWEEN, numbers, reckoning(**received))
    assert len({deadline.kind for deadline in found}) == len(found)
    return {deadline.kind: deadline for deadline in found}


def of_allocation(*feiten: Feit[Any], refused: Sequence[int] = (), **received: date) -> dict[Kind, Deadline]:
    """Give the deadlines of an allocation by their kind."""
    found = toewijzing_deadlines(dossier(*feiten, refused=refused), NUMMER, BETWEEN, reckoning(**received))
    assert len({deadline.kind for deadline in found}) == len(found)
    return {deadline.kind: deadline for deadline in found}


def how(deadline: Deadline) -> tuple[str, int | None]:
    """Tell how a deadline stands, and the number of the message that closed it."""
    return deadline.state.value, deadline.closed_by.int if deadline.closed_by else None


@pytest.mark.parametrize(
    ("name", "rule", "owner", "waits_for", "due"),
    [
        ("JW301", "OP090", "65656055", "JW302", FRIDAY + timedelta(days=5)),
        ("JW305", "OP090", "0384", "JW306", FRIDAY + timedelta(days=5)),
        ("JW307", "OP090", "0384", "JW308", FRIDAY + timedelta(days=5)),
        ("JW315", "OP090", "0384", "JW316", FRIDAY + timedelta(days=5)),
        ("JW317", "OP090", "0384", "JW318", FRIDAY + timedelta(days=5)),
        ("JW319", "OP090", "65656055", "JW320", FRIDAY + timedelta(days=5)),
        ("JW323", "OP090x4", "0384", "JW325", FRIDAY + 2 * WEEK),
    ],
)
def test_a_message_is_to_be_answered(name: str, rule: str, owner: str, waits_for: str, due: date) -> None:
    """By whoever received it: three working days for a retourbericht, ten for a JW325."""
    deadline = answer_deadline(name, UUID(int=1), BETWEEN, None, reckoning())
    assert deadline is not None
    assert (deadline.rule, deadline.owner, deadline.waits_for, deadline.due) == (rule, owner, (waits_for,), due)
    assert how(deadline) == ("open", None)
    answered = answer_deadline(name, UUID(int=1), BETWEEN, UUID(int=2), reckoning())
    assert answered is not None
    assert how(answered) == ("met", 2)


@pytest.mark.parametrize("name", ["JW302", "JW306", "JW308", "JW316", "JW318", "JW320", "JW325"])
def test_an_answer_is_answered_by_nothing(name: str) -> None:
    """A retourbericht has no retourbericht, and a JW325 neither."""
    assert answer_deadline(name, UUID(int=1), BETWEEN, None, reckoning()) is None


def test_a_holiday_is_no_working_day() -> None:
    """A term that spans Christmas is longer."""
    received = Reckoning(DAYS_OFF, lambda _: date(2026, 12, 23))
    deadline = answer_deadline("JW305", UUID(int=1), BETWEEN, None, received)
    assert deadline is not None
    assert deadline.due == date(2026, 12, 29)


@pytest.mark.parametrize(("asked", "rule"), [(product, "OP274"), (wijziging, "OP346")])
def test_a_request_is_to_be_answered(asked: Any, rule: str) -> None:
    """Within five working days after receipt, by the municipality."""
    answer = of_request(asked())[Kind.ANSWER]
    assert (answer.rule, answer.owner, answer.subject, answer.message.int) == (rule, "0384", "R1", 1)
    assert answer.waits_for == ("JW301", "JW319")
    assert answer.due == FRIDAY + WEEK
    assert how(answer) == ("open", None)


@pytest.mark.parametrize(
    ("answers", "answer", "investigation", "woonplaats"),
    [
        ([], ("open", None), None, ("open", None)),
        ([version(2)], ("met", 2), None, ("dropped", 2)),
        ([antwoord(2, "1", "7")], ("met", 2), None, ("dropped", 2)),
        ([antwoord(2, "1", "8")], ("met", 2), None, ("met", 2)),
        ([antwoord(2, "2")], ("met", 2), ("open", None), ("open", None)),
        ([antwoord(2, "2"), version(3)], ("met", 2), ("met", 3), ("dropped", 3)),
        ([antwoord(2, "2"), antwoord(3, "1", "4")], ("met", 2), ("met", 3), ("dropped", 3)),
        ([antwoord(2, "2"), antwoord(3, "1", "8")], ("met", 2), ("met", 3), ("met", 3)),
    ],
)
def test_an_answer_meets_what_waits_for_it(
    answers: list[Feit[Any]], answer: Any, investigation: Any, woonplaats: Any
) -> None:
    """Any answer meets the first term, only a decision the eight weeks, only that refusal the two weeks."""
    for order in (answers, answers[::-1]):
        found = {kind: how(deadline) for kind, deadline in of_request(*order, product()).items()}
        expected = {Kind.ANSWER: answer, Kind.INVESTIGATION: investigation, Kind.WOONPLAATSBEGINSEL: woonplaats}
        assert found == {kind: state for kind, state in expected.items() if state}


def test_the_longer_terms_count_in_weeks() -> None:
    """Eight weeks from the Dagtekening of the request, two from its receipt; the latter for a JW315 alone."""
    found = of_request(product(), antwoord(2, "2"))
    assert (found[Kind.INVESTIGATION].rule, found[Kind.INVESTIGATION].due) == ("OP274", SENT + 8 * WEEK)
    woonplaats = found[Kind.WOONPLAATSBEGINSEL]
    assert (woonplaats.rule, woonplaats.waits_for, woonplaats.due) == ("OP359", ("JW319",), FRIDAY + 2 * WEEK)
    changed = of_request(wijziging(), antwoord(2, "2"))
    assert set(changed) == {Kind.ANSWER, Kind.INVESTIGATION}
    assert changed[Kind.INVESTIGATION].rule == "OP346"


def test_an_answer_without_its_request_waits() -> None:
    """What was asked is not known yet, so nothing is due; a request opens and meets it at once."""
    assert of_request(antwoord(2, "2")) == {}
    assert how(of_request(antwoord(2, "2"), product())[Kind.ANSWER]) == ("met", 2)


def test_a_refused_answer_is_no_answer() -> None:
    """What a retourbericht refused met nothing, and what it opened is dropped."""
    found = of_request(product(), antwoord(2, "2"), refused=[2])
    assert {kind: how(deadline) for kind, deadline in found.items()} == {
        Kind.ANSWER: ("open", None),
        Kind.INVESTIGATION: ("dropped", None),
        Kind.WOONPLAATSBEGINSEL: ("open", None),
    }
    assert how(of_request(product(), antwoord(2, "2"), antwoord(3, "2"), refused=[2])[Kind.INVESTIGATION])[0] == "open"


def test_a_refused_request_asks_nothing() -> None:
    """What a refused request opened is dropped; the corrected one under the same reference counts instead."""
    assert {how(deadline) for deadline in of_request(product(), refused=[1]).values()} == {("dropped", None)}
    again = of_request(product(), product(9), refused=[1], m9=MONDAY)[Kind.ANSWER]
    assert (again.message.int, again.due, how(again)) == (9, MONDAY + WEEK, ("open", None))


def test_what_people_handled_is_due_no_more() -> None:
    """Unless the municipality answered in the exchange after all."""
    by_hand = replace(verzoek(product()), afgehandeld=True)
    found = verzoek_deadlines(by_hand, BETWEEN, (), reckoning())
    assert {how(deadline) for deadline in found} == {("dropped", None)}
    answered = replace(verzoek(product(), antwoord(2, "2")), afgehandeld=True)
    states = {deadline.kind: how(deadline) for deadline in verzoek_deadlines(answered, BETWEEN, (), reckoning())}
    assert (states[Kind.ANSWER], states[Kind.INVESTIGATION]) == (("met", 2), ("open", None))


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (FRIDAY - WEEK, FRIDAY + WEEK),  # in time: after the first day of the allocation
        (FRIDAY, FRIDAY + WEEK),
        (MONDAY + WEEK, MONDAY + 2 * WEEK),  # with retroactive effect: after receipt
    ],
)
def test_a_start_is_due(received: date, due: date) -> None:
    """Within five working days after the first day, or after receipt of the allocation where that was later."""
    deadline = of_allocation(version(1), m1=received)[Kind.START]
    assert (deadline.rule, deadline.owner, deadline.subject) == ("OP271", "65656055", str(NUMMER))
    assert (deadline.waits_for, deadline.due, how(deadline)) == (("JW305",), due, ("open", None))


def test_a_repeated_allocation_moves_no_start() -> None:
    """Every JW301 repeats what stands: the start is due after the first one that was received."""
    found = of_allocation(version(1), version(2), m1=MONDAY, m2=MONDAY + 2 * WEEK)[Kind.START]
    assert (found.message.int, found.due) == (1, MONDAY + WEEK)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ([start(3)], ("met", 3)),
        ([start(3), start(4, status="3")], ("open", None)),
        ([start(3, date(2026, 9, 1)), start(4, date(2026, 9, 1), "3"), start(4)], ("met", 4)),
        ([stop(5)], ("dropped", 5)),
        ([start(3), stop(5)], ("met", 3)),
        ([version(4, einddatum=FRIDAY, reden_wijziging="13")], ("dropped", 4)),
        ([version(4, einddatum=FRIDAY, reden_wijziging="01")], ("dropped", 4)),
        ([version(4, einddatum=FRIDAY)], ("dropped", 4)),
        ([version(4, einddatum=END)], ("open", None)),
        ([version(4, einddatum=END), version(5, einddatum=END + WEEK)], ("open", None)),
    ],
)
def test_a_start_is_met_or_dropped(after: list[Feit[Any]], expected: Any) -> None:
    """By a start that stands; dropped by a removal, by an end brought forward to the past, or by a stop."""
    for order in ([version(1), *after], [*after[::-1], version(1)]):
        assert how(of_allocation(*order)[Kind.START]) == expected


def test_a_stop_is_due_after_the_end_of_what_has_started() -> None:
    """Within five working days after the Einddatum; nothing is due for care without an end, or not begun."""
    assert set(of_allocation(version(1), start(3))) == {Kind.START}
    assert set(of_allocation(version(1, einddatum=END))) == {Kind.START}
    found = of_allocation(version(1, einddatum=END), start(3))[Kind.STOP]
    assert (found.rule, found.owner, found.waits_for) == ("OP272", "65656055", ("JW307",))
    assert (found.due, how(found)) == (date(2026, 12, 28), ("open", None))  # over Christmas


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ([stop(6)], ("met", 6)),
        ([stop(6, "20")], ("dropped", 6)),
        ([stop(6, "20"), stop(7)], ("dropped", 6)),
        ([stop(6, "20", einddatum=FRIDAY + WEEK), start(7, AGAIN)], ("open", None)),
        (
            [
                stop(6, "20", einddatum=FRIDAY + WEEK),
                start(7, FRIDAY + 2 * WEEK),
                stop(8, begindatum=FRIDAY + 2 * WEEK),
            ],
            ("met", 8),
        ),
        ([start(7, status="3")], ("dropped", None)),
        ([version(7, einddatum=FRIDAY, reden_wijziging="13")], ("dropped", 7)),
        ([version(7)], ("dropped", 7)),
    ],
)
def test_a_stop_is_met_or_dropped(after: list[Feit[Any]], expected: Any) -> None:
    """By a stop for good; dropped while the care is interrupted, and when there is nothing to stop any more."""
    given = [version(1, einddatum=END), start(3), *after]
    for order in (given, given[::-1]):
        assert how(of_allocation(*order)[Kind.STOP]) == expected


def test_the_end_moves_the_stop() -> None:
    """A prolonged allocation is to be stopped later; an end in the past counts from when it was heard of."""
    longer = of_allocation(version(1, einddatum=END - WEEK), start(3), version(4, einddatum=END))[Kind.STOP]
    assert (longer.due, longer.message.int) == (date(2026, 12, 28), 4)
    told = MONDAY + 2 * WEEK
    withdrawn = of_allocation(version(1), start(3), version(9, einddatum=FRIDAY), m9=told)[Kind.STOP]
    assert (withdrawn.due, how(withdrawn)) == (told + WEEK, ("open", None))


def test_a_refused_allocation_is_to_be_started_by_nobody() -> None:
    """What was refused is dropped; one of two versions counts on."""
    assert how(of_allocation(version(1), refused=[1])[Kind.START]) == ("dropped", None)
    assert how(of_allocation(version(1), version(2), refused=[2])[Kind.START]) == ("open", None)
    assert of_allocation(start(3)) == {}


@pytest.mark.parametrize("day", [date.max, date(9999, 1, 1), date(9998, 12, 31)])
def test_the_end_of_the_calendar_is_a_day_too(day: date) -> None:
    """A message may name the last days that there are, and is no failure for it."""
    found = of_allocation(version(1, ingangsdatum=day, einddatum=day), start(3))
    assert all(deadline.due >= day for deadline in found.values())
    asked = Verzoek("R1", "0384", (feit(1, product().klasse, day),), (), (antwoord(2, "2"),))
    assert all(deadline.due for deadline in verzoek_deadlines(asked, BETWEEN, (), reckoning()))


FACTS = st.lists(
    st.one_of(
        st.builds(version, st.integers(1, 4), einddatum=st.sampled_from([None, FRIDAY, END])),
        st.builds(start, st.integers(3, 8), st.sampled_from([MONDAY, MONDAY + WEEK]), st.sampled_from("13")),
        st.builds(stop, st.integers(3, 8), st.sampled_from(["20", "31"]), st.sampled_from([MONDAY, MONDAY + WEEK])),
        st.builds(antwoord, st.integers(2, 8), st.sampled_from("12"), st.sampled_from([None, "7", "8"])),
        st.builds(product, st.integers(1, 2)),
    ),
    max_size=9,
    unique_by=lambda one: (type(one.klasse), one.bericht),  # no message says two things of the same
)


@given(FACTS, st.randoms(use_true_random=False), st.lists(st.integers(1, 8), max_size=3))
@settings(max_examples=100)
def test_the_order_of_arrival_means_nothing(facts: list[Feit[Any]], random: Any, refused: list[int]) -> None:
    """The same messages, shuffled, give the same deadlines (OP080)."""
    shuffled = facts.copy()
    random.shuffle(shuffled)
    for deadlines in (of_request, of_allocation):
        assert deadlines(*facts, refused=refused) == deadlines(*shuffled, refused=refused)


@given(FACTS, st.lists(st.integers(1, 8), max_size=3))
@settings(max_examples=50)
def test_a_deadline_that_was_there_stays_known(facts: list[Feit[Any]], refused: list[int]) -> None:
    """Whatever arrives, a deadline that was opened is met or dropped, and never forgotten."""
    for deadlines in (of_request, of_allocation):
        known: set[Kind] = set()
        for count in range(len(facts) + 1):
            found = set(deadlines(*facts[:count], refused=refused if count == len(facts) else ()))
            assert known <= found
            known = found


def test_states_are_those_of_the_contract() -> None:
    """Open, met, overdue and dropped."""
    assert [state.value for state in State] == ["open", "met", "overdue", "dropped"]
