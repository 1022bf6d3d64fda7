"""What an operator reads when the gateway itself cannot do its work."""

from __future__ import annotations

from inspect import cleandoc
from typing import Final

from gateway.errors import ConflictError, DatabaseUnavailableError, GatewayError, InvalidBerichtError

# For errors that say no more than what their class says; the ones nearest to the class come first.
_SENTENCES: Final[dict[type[GatewayError], str]] = {
    DatabaseUnavailableError: (
        "De database antwoordt niet; controleer IJW_DATABASE_URL, en of de server draait of het bestand te lezen is."
    ),
    ConflictError: "Dit strijdt met wat er al is opgeslagen.",
    InvalidBerichtError: "De gateway maakte een bericht dat niet aan het schema voldoet; meld dit aan de makers.",
}


class RefusedError(GatewayError):
    """The command cannot do what was asked."""


def in_dutch(error: GatewayError) -> str:
    """Give the sentence for an error: its own, or that of its kind."""
    if str(error) != cleandoc(type(error).__doc__ or ""):
        return str(error)
    for kind in type(error).__mro__:
        if kind in _SENTENCES:
            return _SENTENCES[kind]
    return f"De gateway kon dit niet uitvoeren ({type(error).__name__})."
