"""Providers that post and parties that take over, who do what software should: try again until there is an answer."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx

# A lease that is lost with its answer comes back after this.
LEASE_SECONDS = 5
_PAUSE_SECONDS = 0.25
# Longer than anything stays away in the test.
_PATIENCE_SECONDS = 120.0
# How many of the messages a poller also looks at, before it takes them over.
_LOOKS_AT = 0.1


@dataclass
class Seen:
    """What the parties saw; the test holds it against what is stored."""

    accepted: dict[str, str] = field(default_factory=dict)  # by Identificatie, the id that was answered
    sent: dict[str, bytes] = field(default_factory=dict)
    acknowledged: Counter[str] = field(default_factory=Counter)  # by id of a message, leases that ended with 204
    lost: int = 0  # leases that were another's by the time of the acknowledgement
    answers: Counter[str] = field(default_factory=Counter)  # statuses, and errors of the connection
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class _Party:
    """Somebody with a token and one connection."""

    def __init__(self, url: str, token: str, seen: Seen) -> None:
        self._client = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
        self._seen = seen

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def ask(self, what: str, method: str, path: str, **content: object) -> httpx.Response | None:
        """Ask once; nothing when there was no answer, or one that says to come back later."""
        try:
            response = self._client.request(method, path, **content)  # type: ignore[arg-type]
        except httpx.TransportError as error:
            self._count(f"{what} {type(error).__name__}")
            return None
        self._count(f"{what} {response.status_code}")
        if response.status_code == 503:
            return None
        if response.status_code >= 500:
            self.complain(f"{what}: {response.status_code}")
            return None
        return response

    def insist(self, what: str, method: str, path: str, **content: object) -> httpx.Response:
        """Ask until there is an answer; raises TimeoutError when there is none for two minutes."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while (response := self.ask(what, method, path, **content)) is None:
            if time.monotonic() > until:
                raise TimeoutError(what)
            time.sleep(_PAUSE_SECONDS)
        return response

    def complain(self, fault: str) -> None:
        with self._seen.lock:
            self._seen.faults.append(fault)

    def _count(self, answer: str) -> None:
        with self._seen.lock:
            self._seen.answers[answer] += 1


class Poster(_Party):
    """Posts one message after another, each until it is known to be taken."""

    def run(self, posts: Iterator[tuple[str, bytes]], stop: threading.Event, pause: float) -> None:
        """Post until told to stop, with a pause (in seconds) after each."""
        while not stop.is_set():
            with self._seen.lock:
                mark, body = next(posts)
                self._seen.sent[mark] = body
            response = self.insist(
                "post", "POST", "/v1/messages", content=body, headers={"Content-Type": "application/xml"}
            )
            if response.status_code not in {200, 202}:
                self.complain(f"a good message was refused: {response.status_code}")
            else:
                with self._seen.lock:
                    self._seen.accepted[mark] = response.json()["id"]
            time.sleep(pause)


class Poller(_Party):
    """Takes over what waits for a party; several of them do so at once."""

    def run(self, party: str, stop: threading.Event, seed: int) -> None:
        """Poll until told to stop, and then until nothing is left for as long as a lease can last."""
        chance = random.Random(seed)
        empty_since = time.monotonic()
        rested: float | None = None
        while not stop.is_set() or time.monotonic() - empty_since < LEASE_SECONDS + 2:
            if stop.is_set():
                rested = rested or time.monotonic()
                if time.monotonic() - rested > _PATIENCE_SECONDS:
                    raise TimeoutError(party)
            wanted = {"limit": chance.randint(1, 20), "leaseSeconds": LEASE_SECONDS}
            response = self.ask("lease", "POST", f"/v1/queues/{party}/leases", json=wanted)
            leases = response.json()["leases"] if response is not None else []
            if leases or response is None:
                empty_since = time.monotonic()
            for lease in leases:
                self._take_over(lease["leaseId"], lease["message"]["id"], looks=chance.random() < _LOOKS_AT)
            if not leases:
                time.sleep(_PAUSE_SECONDS)

    def _take_over(self, lease: str, message: str, *, looks: bool) -> None:
        if looks:
            content = self.insist("content", "GET", f"/v1/messages/{message}/content")
            if content.status_code != 200:
                self.complain(f"the content of a leased message: {content.status_code}")
        status = self.insist("acknowledge", "PUT", f"/v1/leases/{lease}/acknowledgement").status_code
        with self._seen.lock:
            if status == 204:
                self._seen.acknowledged[message] += 1
            elif status == 409:
                self._seen.lost += 1
            else:
                self._seen.faults.append(f"an acknowledgement: {status}")
