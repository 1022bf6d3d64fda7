"""Signed cookies, and the mark in a form that proves it came from a page of ours."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any, Final

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import Response

SESSION: Final = "ijw_console"
PATH: Final = "/console"


class Signer:
    """Signs what a browser keeps for us."""

    def __init__(self, secrets: tuple[bytes, ...], *, over_tls: bool = False) -> None:
        """Sign with the first secret, and believe what any of them signed; a proxy may do the TLS for us."""
        # The library signs with the last of its list.
        self._keys = list(reversed(secrets))
        self._secret = secrets[0]
        self._over_tls = over_tls

    def put(self, response: Response, request: Request, name: str, value: Any, *, seconds: int) -> None:
        """Give a browser a cookie that no script reads and no other site sends along with a form."""
        response.set_cookie(
            name,
            self._serializer(name).dumps(value),
            max_age=seconds,
            path=PATH,
            secure=self._over_tls or request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )

    def take(self, request: Request, name: str, *, seconds: int) -> Any:
        """Give what a cookie holds; nothing when it is not there, not ours, or too old."""
        try:
            return self._serializer(name).loads(request.cookies.get(name, ""), max_age=seconds)
        except BadSignature:
            return None

    @staticmethod
    def drop(response: Response, name: str) -> None:
        """Let a browser forget a cookie."""
        response.delete_cookie(name, path=PATH)

    def form_mark(self, session_id: str) -> str:
        """Give the mark that the forms of a session carry: another site cannot know it."""
        return hmac.new(self._secret, b"form " + session_id.encode(), hashlib.sha256).hexdigest()

    def is_form_mark(self, session_id: str, mark: str) -> bool:
        """Say whether a form carries the mark of its session."""
        return hmac.compare_digest(self.form_mark(session_id).encode(), mark.encode())

    def _serializer(self, name: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._keys, salt=name)
