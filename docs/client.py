"""A client of the iJw-gateway: post a message, and take over what waits.

Copy it and make it yours; it needs Python 3.11 and httpx.

    export GATEWAY=https://gateway.example TOKEN=ijw_…
    python client.py post verzoek.xml          0: taken, 1: refused, 2: the gateway could not be reached
    python client.py poll 0193 inbox           takes over what waits for a party, and goes on waiting
    python client.py poll 0193 inbox --once    the same, and stops when nothing waits
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

# Seconds before each next try of a call that the gateway did not answer, or could not carry out.
WAITS = (1.0, 5.0, 15.0, 60.0)
POLL_EVERY = 10.0
LEASE_SECONDS = 300


class RefusedError(Exception):
    """The gateway says no (4xx): trying the same again gives the same answer."""

    def __init__(self, problem: dict[str, Any]) -> None:
        """Keep the problem document."""
        super().__init__(problem["detail"])
        self.problem = problem


class UnavailableError(Exception):
    """The gateway could not be reached, or failed (5xx), also after several tries."""


@dataclass(frozen=True)
class Lease:
    """A message that is ours for a while."""

    id: str
    message_id: str
    message_type: str


class Gateway:
    """The calls that a party needs."""

    def __init__(self, address: str, token: str, transport: httpx.BaseTransport | None = None) -> None:
        """Call a gateway with a token; `transport` is for tests."""
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=address, headers=headers, timeout=60, transport=transport)

    def post(self, content: bytes) -> dict[str, Any]:
        """Post a message and give its receipt.

        An answer that got lost leaves us not knowing whether the message was taken. Posting the same bytes again is
        safe: the gateway knows them, and gives the first receipt (200 instead of 202).
        """
        answer = self._call("POST", "/v1/messages", content=content, headers={"Content-Type": "application/xml"})
        receipt: dict[str, Any] = answer.json()
        return receipt

    def lease(self, party: str, limit: int = 10) -> list[Lease]:
        """Ask for the oldest messages of a party. What we do not acknowledge in time waits again, in its place."""
        asked = {"limit": limit, "leaseSeconds": LEASE_SECONDS}
        leases = self._call("POST", f"/v1/queues/{party}/leases", json=asked).json()["leases"]
        return [Lease(each["leaseId"], each["message"]["id"], each["message"]["type"]) for each in leases]

    def content(self, message_id: str) -> bytes:
        """Give the exact bytes of a message."""
        return self._call("GET", f"/v1/messages/{message_id}/content").content

    def acknowledge(self, lease: Lease) -> bool:
        """Take a message over for good; False when our time was over and somebody else has it now."""
        try:
            self._call("PUT", f"/v1/leases/{lease.id}/acknowledgement")
        except RefusedError as error:
            if error.problem["status"] != httpx.codes.CONFLICT:
                raise
            return False
        return True

    def fail(self, lease: Lease, reason: str) -> None:
        """Say that we could not handle a message. After five times (by default) it is a dead letter."""
        self._call("PUT", f"/v1/leases/{lease.id}/failure", json={"reason": reason})

    def _call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Call, again and again while the fault is not ours; every call of this API may be repeated."""
        reason = ""
        for wait in (0.0, *WAITS):
            time.sleep(wait)
            try:
                answer = self._http.request(method, path, **options)
            except httpx.TransportError as error:
                reason = f"no answer ({type(error).__name__})"
                continue
            if answer.is_success:
                return answer
            if answer.status_code < httpx.codes.INTERNAL_SERVER_ERROR:
                raise RefusedError(problem_of(answer))
            reason = f"status {answer.status_code}"
        raise UnavailableError(reason)


def problem_of(answer: httpx.Response) -> dict[str, Any]:
    """Read the problem document of an answer; a proxy on the way may say no without one."""
    if answer.headers.get("content-type", "").startswith("application/problem+json"):
        problem: dict[str, Any] = answer.json()
        return problem
    return {"status": answer.status_code, "title": answer.reason_phrase, "detail": answer.reason_phrase}


def post(gateway: Gateway, path: Path) -> int:
    """Post a file, and tell what became of it."""
    try:
        receipt = gateway.post(path.read_bytes())
    except RefusedError as error:
        problem = error.problem
        print(f"refused: {problem['status']} {problem.get('code', '')} {problem['title']}")
        for finding in problem.get("findings", []):
            print(f"  line {finding['line']}, {finding['path']}: {finding['message']}")
        return 1
    print(f"taken: {receipt['id']} {receipt['type']} for {receipt['recipient']}, {receipt['status']}")
    return 0


def poll(gateway: Gateway, party: str, inbox: Path, *, once: bool) -> int:
    """Take over what waits for a party, into a folder, until stopped."""
    inbox.mkdir(parents=True, exist_ok=True)
    while True:
        leases = gateway.lease(party)
        for lease in leases:
            take_over(gateway, lease, inbox)
        if leases:
            continue
        if once:
            return 0
        time.sleep(POLL_EVERY)


def take_over(gateway: Gateway, lease: Lease, inbox: Path) -> None:
    """Keep a message first, and only then acknowledge it.

    Should we stop between the two, the message comes again under the same id, and lands in the same file.
    """
    try:
        keep(inbox / f"{lease.message_id}.xml", gateway.content(lease.message_id))
    except OSError as error:
        gateway.fail(lease, f"could not be kept: {error.strerror}")
        raise
    if gateway.acknowledge(lease):
        print(f"took over: {lease.message_id} {lease.message_type}")


def keep(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all, and is on disk when this returns."""
    draft = path.with_suffix(".part")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def main() -> int:
    """Read the command line, and do it."""
    parser = argparse.ArgumentParser(description="Post a message to the iJw-gateway, or take over what waits.")
    commands = parser.add_subparsers(dest="command", required=True)
    posting = commands.add_parser("post")
    posting.add_argument("file", type=Path)
    polling = commands.add_parser("poll")
    polling.add_argument("party")
    polling.add_argument("inbox", type=Path)
    polling.add_argument("--once", action="store_true")
    wanted = parser.parse_args()
    gateway = Gateway(os.environ["GATEWAY"], os.environ["TOKEN"])
    try:
        if wanted.command == "post":
            return post(gateway, wanted.file)
        return poll(gateway, wanted.party, wanted.inbox, once=wanted.once)
    except RefusedError as error:
        print(f"refused: {error.problem['status']} {error}", file=sys.stderr)
        return 1
    except UnavailableError as error:
        print(f"the gateway cannot be reached: {error}; the same may be tried again", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
