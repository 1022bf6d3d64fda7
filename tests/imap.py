"""A mailbox on this machine, as far as the gateway talks to one."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class ImapServer:
    """One folder with mails, one user; `said` is what it was asked, without the mails."""

    mails: list[bytes] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    user: str = "bounces"
    password: str = "geheim"
    folder: str = "INBOX"
    said: list[str] = field(default_factory=list)
    port: int = 0

    def answer(self, tag: str, command: str) -> list[bytes]:
        """Answer a command."""
        self.said.append(command)
        done = [f"{tag} OK done".encode()]
        if command == "CAPABILITY":
            return [b"* CAPABILITY IMAP4rev1", *done]
        if command == f'LOGIN {self.user} "{self.password}"':
            return done
        if command == f'SELECT "{self.folder}"':
            return [f"* {len(self.mails)} EXISTS".encode(), *done]
        if command == "UID SEARCH UNSEEN":
            new = [str(number) for number in range(1, len(self.mails) + 1) if number not in self.seen]
            return [f"* SEARCH {' '.join(new)}".encode(), *done]
        if fetched := re.fullmatch(r"UID FETCH (\d+) \(BODY\.PEEK\[\]\)", command):
            mail = self.mails[int(fetched[1]) - 1]
            return [f"* 1 FETCH (UID {fetched[1]} BODY[] {{{len(mail)}}}".encode() + b"\r\n" + mail + b")", *done]
        return self.change(command, done) or [f"{tag} NO".encode()]

    def change(self, command: str, done: list[bytes]) -> list[bytes]:
        """Answer a command that changes something, or ends the talk."""
        if stored := re.fullmatch(r"UID STORE (\d+) \+FLAGS \(\\Seen\)", command):
            self.seen.add(int(stored[1]))
            return done
        return [b"* BYE", *done] if command == "LOGOUT" else []


@contextmanager
def imap_server() -> Iterator[ImapServer]:
    """Run a mailbox."""
    mailbox = ImapServer()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"* OK ready\r\n")
            while line := self.rfile.readline().decode().strip():
                tag, _, command = line.partition(" ")
                self.wfile.write(b"\r\n".join(mailbox.answer(tag, command)) + b"\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        mailbox.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield mailbox
        finally:
            server.shutdown()
            thread.join()
