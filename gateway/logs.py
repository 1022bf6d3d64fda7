"""How the gateway logs: structured, for people on a terminal or as JSON, and never with content of a message."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from gateway.errors import GatewayError


@contextmanager
def _without(name: str) -> Iterator[None]:
    """Let a module that is not loaded yet be absent for a while, as the import system itself writes that down."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]


# Structlog loads rich when it is there, for tracebacks that it never makes here: a twentieth of the start. So it is
# loaded here, and the rest of the gateway takes from here what it needs of it.
with _without("rich"):
    import structlog
    from structlog import contextvars

__all__ = ["configure_logs", "contextvars", "get_logger"]

get_logger = structlog.get_logger


def configure_logs(*, as_json: bool) -> None:
    """Set up logging for this process, libraries included; everything goes to standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[structlog.typing.Processor] = (
        [
            structlog.processors.ExceptionRenderer(_as_data),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
        if as_json
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=_as_text)]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # It tells of every plug-in that it sets up.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # It tells of every request where it went, and an address may have a secret in it.
    logging.getLogger("httpx").setLevel(logging.WARNING)


# What is told of an error is the place and the kind. Its text may hold the value that it stumbled over, and that may
# be personal: "invalid literal for int(): '999900006'". Only our own errors, and those of the system, say more.


def _as_data(exc_info: structlog.typing.ExcInfo) -> list[dict[str, Any]]:
    return [
        {
            "type": type(error).__name__,
            "says": _says(error),
            "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in _frames(error)],
        }
        for error in _chain(exc_info[1])
    ]


def _as_text(sio: TextIO, exc_info: structlog.typing.ExcInfo) -> None:
    for error in _chain(exc_info[1]):
        sio.write("\nTraceback (most recent call last):\n")
        sio.writelines(_frames(error).format())
        sio.write(f"{type(error).__name__}: {_says(error)}")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Give an error and what caused it, that first: as Python itself shows them."""
    if error is not None:
        yield from _chain(error.__cause__ or (None if error.__suppress_context__ else error.__context__))
        yield error


def _frames(error: BaseException) -> traceback.StackSummary:
    return traceback.extract_tb(error.__traceback__)


def _says(error: BaseException) -> str:
    if isinstance(error, GatewayError):
        return str(error)
    return error.strerror or "" if isinstance(error, OSError) else ""
