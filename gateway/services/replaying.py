"""Replays: messages that ended badly are tried once more, as a task that can be paused and survives a crash."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection

from gateway.errors import ContentRemovedError, DatabaseUnavailableError, GatewayError
from gateway.exchange.refusal import Refusal
from gateway.exchange.replay import Outcome, outcome_of
from gateway.exchange.route import RouteTable
from gateway.logs import get_logger
from gateway.services.audit import WORKER, Act, Audit
from gateway.services.caller import Caller
from gateway.services.clock import Clock
from gateway.services.drafting import Candidate
from gateway.services.pushing import Pushing
from gateway.services.resettling import Resettling
from gateway.store import messages, outbox, replays, revival
from gateway.store.engine import Database
from gateway.store.identifiers import new_id
from gateway.store.raw import send_waiting
from gateway.store.replays import ItemRow, ReplayFilter, ReplayRow
from gateway.store.rows import MessageRow
from gateway.store.vault import Keyring
from gateway.wire.document import Document
from gateway.wire.refusal import Refusal as ReadRefusal

# What the worker does of them in one of its rounds: leases and deadlines do not wait for a whole replay.
_MESSAGES_A_ROUND: Final = 100
# As many as a person looks at; each refused one among them is judged again for it.
SAMPLE: Final = 20

_log = get_logger(__name__)


class _TakenBackError(GatewayError):
    """What a dry run did is not kept."""


class Preview(Struct, frozen=True):
    """A message as it is, and what a replay would make of it; the codes are those of the findings then and now."""

    message: MessageRow
    outcome: Outcome
    codes_before: tuple[str, ...]
    codes_now: tuple[str, ...]


class DryRun(Struct, frozen=True):
    """What a replay would take: how many by status, and of the oldest ones what would become of them."""

    statuses: dict[str, int]
    sample: tuple[Preview, ...]

    @property
    def count(self) -> int:
        """Give how many messages it would take."""
        return sum(self.statuses.values())


class Replaying:
    """Starts replays, and does them."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        resettling: Resettling,
        pushing: Pushing,
        routes: RouteTable,
        audit: Audit,
        clock: Clock,
    ) -> None:
        """Work on this database, judging as messages are judged that come in."""
        self._database = database
        self._keyring = keyring
        self._resettling = resettling
        self._pushing = pushing
        self._routes = routes
        self._audit = audit
        self._clock = clock

    def dry_run(self, wanted: ReplayFilter) -> DryRun:
        """Count what a replay would take, and judge the oldest ones; changes nothing.

        What is for the back-office alone (opt-out) is counted, and not shown.
        """
        with self._database.read() as connection:
            statuses = replays.count(connection, wanted)
            found = replays.sample(connection, wanted, SAMPLE)
        return DryRun(statuses, tuple(self._preview(message) for message in found))

    def _preview(self, message: MessageRow) -> Preview:
        before = _codes(message.findings)
        if message.status != "rejected":
            return Preview(message, self._by_route(message), before, before)
        try:
            outcome, now = self._tried(message)
        except DatabaseUnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - what the replay would count as failed is shown as that
            _log.warning("replay-preview-failed", message=str(message.id), reason=type(error).__name__)
            outcome, now = Outcome.FAILED, ()
        return Preview(message, outcome, before, now)

    def _tried(self, message: MessageRow) -> tuple[Outcome, tuple[str, ...]]:
        """Do what the replay would do, and take it back."""
        told: list[tuple[Outcome, tuple[str, ...]]] = []
        with closing(self._document(message.id)) as document, suppress(_TakenBackError):
            candidate = self._resettling.reconsider(document, message)
            with self._database.write() as connection:
                outcome, detail = self._take_after_all(connection, candidate, message, {})
                send_waiting(connection)
                told.append((outcome, tuple(detail.get("codes", ()))))
                raise _TakenBackError
        return told[0]

    def _by_route(self, message: MessageRow) -> Outcome:
        """Tell what becomes of a message that the rules let through before: people handle it, or it waits."""
        route = self._routes.get(message.recipient)
        by_hand = route is not None and route.handled_by_people(message.type) is not None
        return outcome_of(message.status, "manual" if by_hand else "queued")

    def start(self, wanted: ReplayFilter, actor: str) -> ReplayRow:
        """Start a replay of the messages that fit now; a worker does it."""
        now = self._clock()
        asked = {name: _plain(value) for name, value in asdict(wanted).items() if value}
        row = ReplayRow(new_id(now), now, actor, asked, "running", 0, None)
        with self._database.write() as connection:
            made = replays.create(connection, wanted, row)
            self._audit.add(connection, Act.REPLAY_STARTED, actor, replay=str(row.id), total=made.total, filter=asked)
        return made

    def get(self, replay_id: UUID) -> ReplayRow | None:
        """Give a replay, and how far it is."""
        with self._database.read() as connection:
            return replays.get(connection, replay_id)

    def listed(self, *, limit: int, after: UUID | None) -> tuple[list[ReplayRow], UUID | None]:
        """Give replays, newest first, and where the next page begins."""
        with self._database.read() as connection:
            found = replays.listed(connection, limit=limit + 1, after=after)
        return found[:limit], found[limit - 1].id if len(found) > limit else None

    def items(
        self, replay_id: UUID, caller: Caller, *, limit: int, after: UUID | None
    ) -> tuple[list[ItemRow], UUID | None]:
        """Give what became of each message of a replay that the caller may see, and where the next page begins."""
        with self._database.read() as connection:
            found = replays.items(
                connection, replay_id, limit=limit + 1, after=after, with_opt_out=caller.sees_opted_out
            )
        self._audit.opted_out_seen(caller, (item.message_id for item in found[:limit]))
        return found[:limit], found[limit - 1].message_id if len(found) > limit else None

    def failed(self, replay_id: UUID, *, limit: int) -> list[ItemRow]:
        """Give the first messages of a replay with which it did not succeed; what has an opt-out is counted alone."""
        with self._database.read() as connection:
            return replays.items(connection, replay_id, limit=limit, outcome=Outcome.FAILED, with_opt_out=False)

    def pause(self, replay_id: UUID, actor: str, *, paused: bool) -> ReplayRow | None:
        """Pause a replay after the message it is at, or let it go on; nothing when there is no such replay."""
        act = Act.REPLAY_PAUSED if paused else Act.REPLAY_RESUMED
        with self._database.write() as connection:
            if replays.set_state(connection, replay_id, "paused" if paused else "running"):
                self._audit.add(connection, act, actor, replay=str(replay_id))
        return self.get(replay_id)

    def round(self) -> int:
        """Do a part of what is running, oldest replay first; gives how many messages that were. For the worker."""
        with self._database.read() as connection:
            running = replays.unfinished(connection)
        done = 0
        for replay_id in running:
            for _ in self.steps(replay_id):
                done += 1
                if done >= _MESSAGES_A_ROUND:
                    return done
        return done

    def steps(self, replay_id: UUID) -> Iterator[None]:
        """Do a replay message by message, until nothing is left of it, or it is paused; others may do so meanwhile."""
        while True:
            with self._database.read() as connection:
                item = replays.first_pending(connection, replay_id)
            if item is None:
                break
            self._do(item)
            yield
        with self._database.write() as connection:
            if replays.finish(connection, replay_id, now=self._clock()):
                row = replays.get(connection, replay_id)
                self._audit.add(
                    connection, Act.REPLAY_FINISHED, WORKER, replay=str(replay_id), outcomes=row.outcomes if row else {}
                )

    def _do(self, item: ItemRow) -> None:
        try:
            if item.status == "rejected":
                self._judge_and_settle(item)
            else:
                self._settle(item, None)
        except DatabaseUnavailableError:
            raise  # nothing is known of this message yet: it stays the next one
        except Exception as error:  # noqa: BLE001 - one message must not keep all others waiting, and is told
            reason = _reason(error)
            _log.warning("replay-failed", replay=str(item.replay_id), message=str(item.message_id), reason=reason)
            self._end_badly(item, reason)

    def _judge_and_settle(self, item: ItemRow) -> None:
        with self._database.read() as connection:
            message = messages.get(connection, item.message_id)
        if message is None:
            self._settle(item, None)
            return
        with closing(self._document(message.id)) as document:
            self._settle(item, self._resettling.reconsider(document, message))

    def _settle(self, item: ItemRow, candidate: Candidate | ReadRefusal | None) -> None:
        now = self._clock()
        with self._database.write() as connection:
            if not replays.lock_item(connection, item):
                return  # another worker did it, or it was paused
            message = replays.locked_message(connection, item.message_id)
            if message is None or message.status != item.status:
                detail: dict[str, Any] = {"status": message.status if message else None}
                replays.end_item(connection, item, Outcome.SKIPPED, detail, now=now)
                return
            marked = {"replay": str(item.replay_id)}
            if candidate is None:
                outcome, detail = self._wait_again(connection, message, marked, now), {}
            else:
                outcome, detail = self._take_after_all(connection, candidate, message, marked)
            outbox.mark_replayed(connection, message.id, item.replay_id, since=now)
            replays.end_item(connection, item, outcome, detail, now=now)

    def _wait_again(
        self, connection: Connection, message: MessageRow, marked: dict[str, Any], now: datetime
    ) -> Outcome:
        outcome = self._by_route(message)
        if outcome is Outcome.MANUAL:
            with closing(self._document(message.id)) as document:
                self._resettling.to_people(connection, document, message, marked)
        elif outcome is not Outcome.UNCHANGED:
            revival.close_case(connection, self._keyring, message.id, now=now)
            revival.wait_again(connection, message, marked, expires_at=self._expiry(message, now), now=now)
            self._pushing.again(connection, message, now)
        return outcome

    def _take_after_all(
        self, connection: Connection, candidate: Candidate | ReadRefusal, message: MessageRow, marked: dict[str, Any]
    ) -> tuple[Outcome, dict[str, Any]]:
        if isinstance(candidate, ReadRefusal):
            return Outcome.FAILED, {"codes": list(_codes(candidate.findings))}
        found = self._resettling.again(connection, candidate, marked)
        if isinstance(found, Refusal):
            return Outcome.FAILED, {"codes": list(_codes(found.findings))}
        draft = found.draft.message
        outcome = outcome_of(message.status, draft.status)
        detail: dict[str, Any] = {"before": list(_codes(message.findings)), "codes": list(_codes(draft.findings))}
        if outcome is not Outcome.UNCHANGED:
            detail["senderWasTold"] = found.sender_was_told
        return outcome, detail

    def _end_badly(self, item: ItemRow, reason: str) -> None:
        with self._database.write() as connection:
            replays.end_item(connection, item, Outcome.FAILED, {"reason": reason}, now=self._clock())

    def _document(self, message_id: UUID) -> Document:
        with self._database.read() as connection:
            if not messages.has_content(connection, message_id):
                raise ContentRemovedError
            document = Document()
            try:
                for part in messages.content_parts(connection, self._keyring, message_id):
                    document.append(part)
            except BaseException:
                document.close()
                raise
        return document

    def _expiry(self, message: MessageRow, now: datetime) -> datetime | None:
        route = self._routes.get(message.recipient) or self._routes.get(message.sender)
        return now + timedelta(days=route.expire_days) if route and route.expire_days else None


def _codes(findings: Sequence[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(finding.code for finding in findings))


def _reason(error: Exception) -> str:
    if isinstance(error, ContentRemovedError):
        return "de inhoud is niet meer bewaard"
    return f"de gateway maakte zelf een fout ({type(error).__name__})"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return [str(each) for each in value]
