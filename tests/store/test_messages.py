"""Writing messages and finding them again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs

from gateway.errors import ConflictError
from gateway.store import messages
from gateway.store.engine import Database
from gateway.store.identifiers import new_id
from gateway.store.messages import AlreadyAnswered, Duplicate, NewMessage, Outcome, Stored
from gateway.store.rows import MessageRow
from tests.store.samples import BSN, CONTENT, FINDING, MUNICIPALITY, NOW, PROVIDER, a_message, kinds, stored


def save(database: Database, *new: NewMessage) -> list[Outcome]:
    """Write messages in a transaction of their own."""
    with database.write() as conn:
        return messages.save(conn, database.keyring, new)


def get(database: Database, message: NewMessage) -> MessageRow:
    """Read a message that must be there."""
    with database.read() as conn:
        found = messages.get(conn, message.id)
    assert found is not None
    return found


def an_answer(answered: NewMessage, **changes: object) -> NewMessage:
    """Make the retourbericht of a message."""
    return a_message(type="JW316", sender=answered.recipient, recipient=answered.sender, answers=answered.id, **changes)


def test_what_is_saved_is_read_back(database: Database) -> None:
    """Every column of a message comes back as it was given."""
    answered = a_message()
    message = an_answer(
        answered,
        status="rejected",
        origin="gateway",
        findings=(
            FINDING,
            structs.replace(FINDING, source="history", path=None, paths=(), retourcode="9302", line=None),
        ),
        expires_at=NOW + timedelta(days=30),
    )
    stored(database, answered, message)
    row = get(database, message)
    for field in structs.fields(MessageRow):
        if hasattr(message, field.name):
            assert getattr(row, field.name) == getattr(message, field.name), field.name
    assert (row.failures, row.lease_id, row.lease_expires_at) == (0, None, None)
    assert hash(row) == hash(get(database, message))


def test_a_message_that_is_not_there_is_none(database: Database) -> None:
    """Asking for an unknown id gives nothing."""
    with database.read() as conn:
        assert messages.get(conn, new_id()) is None
        assert messages.events(conn, new_id()) == []
        assert messages.relations(conn, new_id()) == []
        assert messages.find_by_keys(conn, []) == {}
        assert messages.requests_for(conn, []) == {}


def test_nothing_can_be_saved(database: Database) -> None:
    """No messages give no outcomes."""
    assert save(database) == []


@pytest.mark.parametrize("count", [1, 7, 64, 150])
def test_any_number_is_saved_in_order(database: Database, count: int) -> None:
    """Every message gets its own outcome, in the order given, with everything that belongs to it."""
    new = [a_message(content=str(number).encode(), bsns=(BSN,)) for number in range(count)]
    assert save(database, *new) == [Stored(message.id) for message in new]
    with database.read() as conn:
        contents = [b"".join(messages.content_parts(conn, database.keyring, message.id)) for message in new]
        found = messages.search(
            conn, database.keyring, messages.MessageFilter(bsn=BSN), limit=1000, now=NOW + timedelta(hours=1)
        )
    assert contents == [str(number).encode() for number in range(count)]
    assert [row.id for row in found] == [message.id for message in reversed(new)]


def test_the_same_key_again_is_a_duplicate(database: Database) -> None:
    """A sender uses an identificatie once for a type; the second time nothing is written and the first is shown."""
    first = a_message(events=(("queued", {}),))
    again = replace(first, id=new_id(NOW), content=b"iets anders", size=11)
    stored(database, first)
    assert save(database, again) == [Duplicate(get(database, first))]
    assert kinds(database, first.id) == ["queued"]
    with database.read() as conn:
        assert messages.get(conn, again.id) is None
        assert b"".join(messages.content_parts(conn, database.keyring, first.id)) == CONTENT


def test_another_sender_or_type_is_no_duplicate(database: Database) -> None:
    """The same identificatie of another sender, or for another type, is another message."""
    first = a_message()
    stored(database, first, replace(first, id=new_id(NOW), sender="12345678"))
    stored(database, replace(first, id=new_id(NOW), type="JW317"))


def test_duplicates_within_a_batch_and_new_ones_beside_them(database: Database) -> None:
    """Of the same key in one batch the first is stored, and the others around it are not disturbed."""
    earlier = a_message()
    stored(database, earlier)
    first, other = a_message(bsns=(BSN,)), a_message(bsns=(BSN,))
    second = replace(first, id=new_id(NOW))
    outcomes = save(database, replace(earlier, id=new_id(NOW)), other, first, second)
    assert outcomes == [
        Duplicate(get(database, earlier)),
        Stored(other.id),
        Stored(first.id),
        Duplicate(get(database, first)),
    ]


def test_a_heenbericht_is_answered_once(database: Database) -> None:
    """A second answer is refused and changes nothing; the first one again is a duplicate."""
    question = a_message()
    first, second = an_answer(question), an_answer(question)
    stored(database, question)
    stored(database, first)
    assert save(database, second, replace(first, id=new_id(NOW))) == [
        AlreadyAnswered(),
        Duplicate(get(database, first)),
    ]
    assert kinds(database, question.id) == ["answered"]


def test_two_answers_in_a_batch(database: Database) -> None:
    """Of two answers in one batch one is stored, even when the question comes with them."""
    question = a_message()
    outcomes = save(database, question, an_answer(question), an_answer(question))
    assert outcomes[0] == Stored(question.id)
    assert [type(outcome) for outcome in outcomes[1:]] == [Stored, AlreadyAnswered]


def test_an_answer_shows_on_what_it_answers(database: Database) -> None:
    """The answered message gets an event that says by what and when it was answered."""
    question = a_message()
    answer = an_answer(question, received_at=NOW + timedelta(minutes=5))
    stored(database, question)
    stored(database, answer)
    with database.read() as conn:
        (event,) = messages.events(conn, question.id)
    assert (event.kind, event.detail) == ("answered", {"by": str(answer.id), "type": "JW316"})
    assert event.at == answer.received_at


def test_an_answer_to_nothing_is_a_conflict(database: Database) -> None:
    """What answers a message that is not there is refused whole."""
    with pytest.raises(ConflictError):
        save(database, an_answer(a_message()))


def test_a_relation_to_nothing_is_a_conflict(database: Database) -> None:
    """An error while the belongings are written takes the message back, and leaves the connection fit for use."""
    message = a_message(bsns=(BSN,), relations=((new_id(NOW), "request"),))
    with pytest.raises(ConflictError):
        save(database, message)
    with database.read() as conn:
        assert messages.get(conn, message.id) is None
    stored(database, replace(message, relations=()))


def test_a_reply_is_written_with_its_message(database: Database) -> None:
    """The retourbericht that the gateway makes is stored with the message, linked to it, with its own content."""
    message = a_message()
    reply = an_answer(message, origin="gateway", content=b"<Bericht>retour</Bericht>", events=(("queued", {}),))
    assert save(database, replace(message, reply=reply)) == [Stored(message.id)]
    assert get(database, reply).answers == message.id
    assert kinds(database, reply.id) == ["queued"]
    assert kinds(database, message.id) == ["answered"]
    with database.read() as conn:
        assert b"".join(messages.content_parts(conn, database.keyring, reply.id)) == b"<Bericht>retour</Bericht>"


def test_a_duplicate_gets_no_second_reply(database: Database) -> None:
    """The reply of a message that was there already is not written."""
    message = a_message()
    stored(database, replace(message, reply=an_answer(message)))
    again = replace(message, id=new_id(NOW))
    reply = an_answer(again)
    assert isinstance(save(database, replace(again, reply=reply))[0], Duplicate)
    with database.read() as conn:
        assert messages.get(conn, reply.id) is None


def test_a_reply_that_cannot_be_written_takes_its_message_back(database: Database) -> None:
    """A message whose reply would get lost is not taken either."""
    taken = a_message(type="JW316", sender=MUNICIPALITY)
    message = a_message()
    stored(database, taken)
    with pytest.raises(ConflictError):
        save(database, replace(message, reply=an_answer(message, identificatie=taken.identificatie)))
    with database.read() as conn:
        assert messages.get(conn, message.id) is None


def test_events_keep_their_order_and_detail(database: Database) -> None:
    """The timeline of a message is what was given, in order, at the moment of receipt."""
    events = tuple((f"kind-{number}", {"nummer": number, "naam": "één"}) for number in range(20))
    message = a_message(events=events)
    stored(database, message)
    with database.read() as conn:
        timeline = messages.events(conn, message.id)
    assert [(event.kind, event.detail) for event in timeline] == list(events)
    assert {(event.message_id, event.at) for event in timeline} == {(message.id, NOW)}


def test_what_is_named_twice_is_written_once(database: Database) -> None:
    """The same BSN, reference or relation twice in a message is no error."""
    other = a_message()
    message = a_message(
        bsns=(BSN, BSN),
        references=((PROVIDER, MUNICIPALITY, "VOT-1"),) * 2,
        relations=((other.id, "request"),) * 2,
    )
    stored(database, other, message)


def test_relations_are_seen_from_both_ends(database: Database) -> None:
    """A message shows its retourbericht or heenbericht, the request that it answers or the answers to it."""
    request = a_message()
    retour, answer = an_answer(request), a_message(type="JW301", relations=((request.id, "request"),))
    retour_of_answer = an_answer(answer)
    stored(database, request, retour, answer, retour_of_answer)
    with database.read() as conn:
        seen = {
            message.id: [(row.id, relation) for row, relation in messages.relations(conn, message.id)]
            for message in (request, retour, answer, retour_of_answer)
        }
    assert seen == {
        request.id: [(retour.id, "retourbericht"), (answer.id, "answer")],
        retour.id: [(request.id, "heenbericht")],
        answer.id: [(request.id, "request"), (retour_of_answer.id, "retourbericht")],
        retour_of_answer.id: [(answer.id, "heenbericht")],
    }


def test_messages_are_found_by_their_keys(database: Database) -> None:
    """Each key that was used gives its message; one that was not gives nothing."""
    first, second = a_message(), a_message(type="JW317")
    stored(database, first, second)
    unused = (PROVIDER, "JW317", first.identificatie)
    with database.read() as conn:
        found = messages.find_by_keys(conn, [first.key, unused, second.key])
        assert messages.find_by_key(conn, second.key) == found[second.key]
        assert messages.find_by_key(conn, unused) is None
    assert {key: row.id for key, row in found.items()} == {first.key: first.id, second.key: second.id}


def test_requests_are_found_by_their_reference(database: Database) -> None:
    """A reference gives every message that made the request, the newest first."""
    one, two = (PROVIDER, MUNICIPALITY, "VOT-1"), (PROVIDER, MUNICIPALITY, "VOT-2")
    rejected = a_message(references=(one,), status="rejected")
    corrected = a_message(references=(one, two))
    stored(database, rejected, corrected)
    with database.read() as conn:
        found = messages.requests_for(conn, [one, two, (PROVIDER, "0363", "VOT-1")])
    assert {key: [row.id for row in rows] for key, rows in found.items()} == {
        one: [corrected.id, rejected.id],
        two: [corrected.id],
    }


def test_an_id_of_another_time_is_refused(database: Database) -> None:
    """A message whose id tells another time than its receipt could not be found by period; that is our mistake."""
    with pytest.raises(ValueError, match="new_id"):
        save(database, replace(a_message(), id=new_id(NOW - timedelta(hours=2))))


def test_a_moment_without_a_time_zone_is_refused(database: Database) -> None:
    """A naive moment is never guessed at."""
    with pytest.raises(ValueError, match="time zone"):
        save(database, replace(a_message(), expires_at=NOW.replace(tzinfo=None)))


def test_a_new_message_does_not_show_what_it_says(database: Database) -> None:
    """What ends up in a log when a message is printed has no BSN and no content."""
    message = a_message(bsns=(BSN,))
    assert BSN not in repr(message)
    assert "staat" not in repr(message)


def test_what_is_taken_to_be_new_goes_in_one_go(database: Database) -> None:
    """New messages are written with all that belongs to them; one that is not new spoils the whole transaction."""
    first, third = a_message(bsns=(BSN,)), a_message()
    second = a_message(bsns=(BSN,), reply=None)
    with database.write() as conn:
        messages.add(conn, database.keyring, [first, second])
    with pytest.raises(ConflictError), database.write() as conn:
        messages.add(conn, database.keyring, [third, replace(second, id=new_id(second.received_at))])
    with database.read() as conn:
        kept = messages.find_by_keys(conn, [first.key, second.key, third.key])
        assert {row.id for row in kept.values()} == {first.id, second.id}
        assert b"".join(messages.content_parts(conn, database.keyring, first.id)) == CONTENT
