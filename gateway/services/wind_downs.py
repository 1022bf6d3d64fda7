"""A provider that stops: the list of all that runs, what is agreed for each, and how far it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection

from gateway.exchange.wind_down import Difference, Elsewhere, Listed, Plan, Running, Task, differences, tasks
from gateway.services.audit import Act, Audit
from gateway.services.caller import Caller
from gateway.services.clock import Clock
from gateway.services.running_list import FileLine
from gateway.store import wind_downs
from gateway.store.engine import Database
from gateway.store.identifiers import new_id
from gateway.store.vault import Keyring
from gateway.store.wind_downs import ClientRow, LineRow, WindDownRow


class Line(Struct, frozen=True):
    """An allocation, what is agreed for it, and what has to happen, with whether it has."""

    client: ClientRow
    agreed: LineRow
    tasks: Mapping[Task, bool]

    @property
    def done(self) -> bool:
        """Say whether nothing is left to do."""
        return all(self.tasks.values())


class WindDown(Struct, frozen=True):
    """A provider that stops, with the lines that the caller may see."""

    row: WindDownRow
    lines: tuple[Line, ...]

    @property
    def clients(self) -> int:
        """Count whom the lines are about."""
        return len({line.client.allocation.dossier_id for line in self.lines})

    def line(self, allocation_id: UUID) -> Line | None:
        """Give the line of an allocation."""
        return next((line for line in self.lines if line.client.allocation.id == allocation_id), None)


class WindDowns:
    """All providers that stop; who saw of which clients that they are concerned, or did something, is written down."""

    def __init__(self, database: Database, keyring: Keyring, audit: Audit, clock: Clock) -> None:
        """Keep them in this database."""
        self._database = database
        self._audit = audit
        self._keyring = keyring
        self._clock = clock

    def begin(self, provider: str, municipalities: Sequence[str], stops_on: date, caller: Caller) -> WindDown | None:
        """Begin one; None for who is neither the provider, nor all of the municipalities, nor an administrator."""
        theirs = caller.acts_for(provider) or all(caller.acts_for(code) for code in municipalities)
        if not (caller.is_admin or theirs):
            return None
        now = self._clock()
        row = WindDownRow(new_id(now), provider, tuple(sorted(set(municipalities))), stops_on, now)
        with self._database.write() as connection:
            wind_downs.add(connection, row)
            found = WindDown(row, tuple(self._lines(connection, row, caller)))
            where: dict[str, Any] = {"provider": provider, "municipalities": list(row.municipalities)}
            self._write_down(connection, Act.WIND_DOWN_BEGUN, row.id, caller, clients=found.clients, **where)
        self._opted_out_seen(caller, found.lines)
        return found

    def _write_down(
        self, connection: Connection, act: Act, own: UUID, caller: Caller, about: Sequence[UUID] = (), **detail: Any
    ) -> None:
        self._audit.add(connection, act, caller.actor, messages=about, windDown=str(own), **detail)

    def _opted_out_seen(self, caller: Caller, lines: Iterable[Line]) -> None:
        about = (line.client.allocation.first_message for line in lines if line.client.opt_out)
        self._audit.opted_out_seen(caller, about)

    def listed(self, caller: Caller) -> list[WindDownRow]:
        """List those that concern the caller, newest first."""
        with self._database.read() as connection:
            return wind_downs.listed(connection, None if caller.is_admin else tuple(sorted(caller.parties)))

    def get(self, own: UUID, caller: Caller) -> WindDown | None:
        """Give one as it stands: a municipality sees its own lines, the provider and an administrator all.

        But what has an opt-out an administrator sees for a reason alone.
        """
        found = self._get(own, caller)
        if found and found.lines:
            self._opted_out_seen(caller, found.lines)
            about = [line.client.allocation.first_message for line in found.lines if line.agreed.note]
            self._audit.note(Act.WIND_DOWN_READ, caller.actor, messages=about, windDown=str(own), clients=found.clients)
        return found

    def _get(self, own: UUID, caller: Caller) -> WindDown | None:
        with self._database.read() as connection:
            row = wind_downs.get(connection, own)
            if row is None or not caller.may_read(row.provider, *row.municipalities):
                return None
            return WindDown(row, tuple(self._lines(connection, row, caller)))

    def _lines(self, connection: Connection, row: WindDownRow, caller: Caller | None = None) -> Iterator[Line]:
        """Give the lines as the caller may see them; without a caller all of them, whatever is kept from others."""
        agreed = wind_downs.lines(connection, self._keyring, row.id)
        codes = _seen(row, caller) if caller else row.municipalities
        there = wind_downs.allocations_of(connection, self._keyring, row.provider, codes, agreed.keys())
        found = [client for client in there if caller is None or _may_see(caller, client)]
        moved: dict[tuple[str, str], list[ClientRow]] = {}
        for client in found:
            line = agreed.get(client.allocation.id)
            if line and line.move_to:
                moved.setdefault((line.move_to, client.allocation.municipality), []).append(client)
        known = {
            key: wind_downs.known_at(
                connection,
                *key,
                {client.bsn_hash for client in clients},
                row.created_at,
                # What the other provider asked with an opt-out is between it and the municipality.
                with_opt_out=caller is None or caller.is_party(*key),
            )
            for key, clients in moved.items()
        }
        for client in found:
            own = client.allocation
            line = agreed.get(own.id) or LineRow(own.id, None, None, "")
            running = Running(own.state, own.latest.einddatum)
            if own.id not in agreed and not running.runs_after(row.stops_on):
                continue
            asked, given = known.get((line.move_to or "", own.municipality), (set(), set()))
            elsewhere = Elsewhere(client.bsn_hash in asked, client.bsn_hash in given)
            plan = Plan(line.plan) if line.plan else None
            yield Line(client, line, tasks(plan, running, row.stops_on, elsewhere))

    def agree(
        self, own: UUID, allocation_id: UUID, caller: Caller, *, plan: Plan, move_to: str | None, note: str
    ) -> Line | None:
        """Write down what is agreed for an allocation; None when it is not one of the list that the caller sees."""
        found = self._get(own, caller)
        line = found.line(allocation_id) if found else None
        if line is None:
            return None
        self._opted_out_seen(caller, [line])
        changed = LineRow(allocation_id, plan.value, move_to if plan is Plan.MOVE else None, note)
        if changed != line.agreed:
            about = [line.client.allocation.first_message]
            with self._database.write() as connection:
                wind_downs.save_lines(connection, self._keyring, own, [changed], now=self._clock())
                self._write_down(
                    connection, Act.WIND_DOWN_AGREED, own, caller, about, allocation=str(allocation_id), plan=plan.value
                )
        after = self._get(own, caller)
        return after.line(allocation_id) if after else None

    def compare(self, own: UUID, caller: Caller, file: Sequence[FileLine]) -> list[tuple[str, int, Difference]] | None:
        """Hold the provider's own list against the one here; None when the caller sees no such list."""
        found = self._get(own, caller)
        if found is None:
            return None
        self._opted_out_seen(caller, found.lines)
        self._audit.note(
            Act.WIND_DOWN_COMPARED, caller.actor, windDown=str(own), clients=found.clients, lines=len(file)
        )
        here = [
            Listed(
                line.client.allocation.municipality,
                line.client.allocation.toewijzing_nummer,
                line.client.allocation.latest.einddatum,
                line.client.bsn_hash,
            )
            for line in found.lines
        ]
        clients = {bytes(line.client or b"") for line in here}
        return differences(here, [self._line(line, clients) for line in file])

    def _line(self, line: FileLine, clients: set[bytes]) -> Listed:
        """Give a line of a file with the client as they are known here: by the hash under the key that fits."""
        client = None
        if line.bsn is not None:
            hashes = self._keyring.bsn_hashes(line.bsn)
            client = next((value for value in hashes if value in clients), hashes[0])
        return Listed(line.gemeente, line.toewijzing_nummer, line.einddatum, client, says_end=line.says_end)

    def close(self, own: UUID, caller: Caller) -> bool | None:
        """End it; False while something has to happen still, None when it is not the caller's to end.

        What the caller does not see (opt-out) has to be done as well.
        """
        with self._database.read() as connection:
            row = wind_downs.get(connection, own)
            if row is None or not caller.may_read(row.provider):
                return None
            if not all(line.done for line in self._lines(connection, row)):
                return False
        with self._database.write() as connection:
            if wind_downs.close(connection, own, now=self._clock()):
                self._write_down(connection, Act.WIND_DOWN_CLOSED, own, caller)
        return True


def _seen(row: WindDownRow, caller: Caller) -> Sequence[str]:
    if caller.is_admin or caller.acts_for(row.provider):
        return row.municipalities
    return [code for code in row.municipalities if caller.acts_for(code)]


def _may_see(caller: Caller, client: ClientRow) -> bool:
    return caller.may_read(client.allocation.provider, client.allocation.municipality, opt_out=client.opt_out)
