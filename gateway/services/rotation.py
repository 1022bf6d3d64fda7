"""A new key: what was kept under another one is encrypted and fingerprinted anew, while the gateway goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from gateway.errors import KeyringError
from gateway.services.audit import Act, Audit
from gateway.store import rotation
from gateway.store.engine import Database
from gateway.store.rotation import SEALED, SealedColumn
from gateway.store.vault import Keyring

# Small batches, so that no transaction holds up a post for long: a part of a content is at most 1 MiB.
_BATCH: Final = 16


@dataclass(slots=True)
class RotationReport:
    """How far it is: values encrypted and fingerprints made anew, out of how many; `left` when it is over."""

    total: int
    resealed: int = 0
    refingerprinted: int = 0
    left: int = 0

    @property
    def done(self) -> int:
        """Give how many of the total are done."""
        return self.resealed + self.refingerprinted


class Rotation:
    """Makes everything anew under the first key. It can be broken off at any moment and begun again."""

    def __init__(self, database: Database, keyring: Keyring, audit: Audit) -> None:
        """Work on this database."""
        self._database = database
        self._keyring = keyring
        self._audit = audit

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Give the ids of the keys, the first one first."""
        return self._keyring.key_ids

    def usage(self) -> dict[str, dict[str, int]]:
        """Count the values of each key, by table and column."""
        with self._database.read() as connection:
            return rotation.usage(connection)

    def run(self, actor: str) -> Iterator[RotationReport]:
        """Go batch by batch, and tell after each how far it is; raises KeyringError when an old key is not there."""
        used = self.usage()
        missing = {key_id for keys in used.values() for key_id in keys} - set(self.key_ids)
        if missing:
            names = ", ".join(sorted(missing))
            raise KeyringError(f"Er is iets bewaard onder {names}, maar die sleutel is er niet; zet hem erachter.")
        report = RotationReport(sum(self._old(keys) for keys in used.values()))
        yield report
        for column in SEALED:
            for count in self._reseal(column):
                report.resealed += count
                yield report
        for count in self._refingerprint():
            report.refingerprinted += count
            yield report
        report.left = sum(self._old(keys) for keys in self.usage().values())
        if report.done:
            self._audit.note(
                Act.KEYS_ROTATED,
                actor,
                key=self._keyring.first,
                resealed=report.resealed,
                refingerprinted=report.refingerprinted,
                left=report.left,
            )
        yield report

    def _old(self, keys: dict[str, int]) -> int:
        return sum(count for key_id, count in keys.items() if key_id != self._keyring.first)

    def _reseal(self, column: SealedColumn) -> Iterator[int]:
        after: Sequence[Any] | None = None
        while True:
            with self._database.write() as connection:
                count, after = rotation.reseal(connection, self._keyring, column, after=after, limit=_BATCH)
            yield count
            if after is None:
                return

    def _refingerprint(self) -> Iterator[int]:
        """Find the BSN of each fingerprint in the contents of messages: there is no way back from it to the BSN.

        First in the messages that are known to be about these people, which is nearly always all it takes.
        """
        with self._database.read() as connection:
            wanted = rotation.old_fingerprints(connection, self._keyring)
        for of_old_subjects in (True, False):
            after: UUID | None = None
            while any(wanted.values()):
                with self._database.read() as connection:
                    batch = rotation.messages_to_search(
                        connection, self._keyring, of_old_subjects=of_old_subjects, after=after, limit=_BATCH
                    )
                for message_id in batch:
                    yield self._refingerprint_those_in(message_id, wanted)
                if len(batch) < _BATCH:
                    break
                after = batch[-1]

    def _refingerprint_those_in(self, message_id: UUID, wanted: dict[str, set[bytes]]) -> int:
        with self._database.read() as connection:
            numbers = rotation.numbers_in(connection, self._keyring, message_id)
        found = [
            (key_id, number, bsn_hash)
            for key_id, hashes in wanted.items()
            for number in numbers
            if (bsn_hash := self._keyring.bsn_hash_under(key_id, number)) in hashes
        ]
        changed = 0
        for key_id, bsn, bsn_hash in found:
            with self._database.write() as connection:
                changed += rotation.refingerprint(connection, self._keyring, key_id, bsn)
            wanted[key_id].discard(bsn_hash or b"")
        return changed
