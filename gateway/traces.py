"""Traces by OpenTelemetry, for who asks for them: what the gateway did, when and for how long, and about nobody.

Nothing of OpenTelemetry is loaded without `IJW_OTLP_ENDPOINT`. A span says which route and which kind of thing, never
an address as it was called, an id of a party, or content: those may lead to a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, TypeVar

from msgspec import Struct
from sqlalchemy import Connection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import __version__
from gateway.errors import ConfigurationError
from gateway.exchange.attempts import Outcome
from gateway.services.sending import Channel
from gateway.store.outbox import OutboxRow
from gateway.transport.transport import Transport

if TYPE_CHECKING:
    from opentelemetry.trace import Span

_PATH: Final = "/v1/traces"
# What is not sent by then is let go, so that a collector that is away holds up no stop.
_PATIENCE_SECONDS: Final = 2
_POSTS: Final = "/v1/messages"
_FAILED: Final = 500

Item = TypeVar("Item")
Result = TypeVar("Result")
Settle: TypeAlias = Callable[[Sequence[Item]], Sequence[Result]]


class Traces(Protocol):
    """Puts spans around what the gateway does."""

    def application(self, application: ASGIApp) -> ASGIApp:
        """Give an application in which each request is a span."""
        ...

    def settling(self, settle: Settle[Item, Result]) -> Settle[Item, Result]:
        """Give a function in which each batch that is settled is a span."""
        ...

    def round(self) -> AbstractContextManager[object]:
        """Give the span of a round of the worker."""
        ...

    def channels(self, channels: Mapping[str, Channel[Any]]) -> Mapping[str, Channel[Any]]:
        """Give channels by which each attempt is a span."""
        ...

    def close(self) -> None:
        """Send what is still to be sent, for two seconds at most."""
        ...


class NoTraces:
    """What is there when nobody asked for traces: everything stays as it is."""

    def application(self, application: ASGIApp) -> ASGIApp:
        """Give the application itself."""
        return application

    def settling(self, settle: Settle[Item, Result]) -> Settle[Item, Result]:
        """Give the function itself."""
        return settle

    def round(self) -> AbstractContextManager[object]:
        """Give nothing."""
        return nullcontext()

    def channels(self, channels: Mapping[str, Channel[Any]]) -> Mapping[str, Channel[Any]]:
        """Give the channels themselves."""
        return channels

    def close(self) -> None:
        """Do nothing."""


def make_traces(endpoint: str | None) -> Traces:
    """Give traces that go to a collector (OTLP over HTTP), or none; raises ConfigurationError without the extra."""
    if endpoint is None:
        return NoTraces()
    try:
        return SentTraces(endpoint.rstrip("/") + _PATH)
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            "IJW_OTLP_ENDPOINT is gezet, maar OpenTelemetry is niet geïnstalleerd; "
            "doe `pip install 'ijw-gateway[traces]'`, of haal de instelling weg."
        ) from error


class SentTraces:
    """Spans that are sent in the background, to one address."""

    def __init__(self, address: str) -> None:
        """Send to this address; raises ModuleNotFoundError when OpenTelemetry is not installed."""
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - an extra
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - the same
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - the same
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - the same

        resource = Resource.create({"service.name": "ijw-gateway", "service.version": __version__})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        exporter = OTLPSpanExporter(endpoint=address, timeout=_PATIENCE_SECONDS)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("gateway", __version__)

    def application(self, application: ASGIApp) -> ASGIApp:
        """Give an application in which each request is a span, of the caller's trace where it sends `traceparent`."""
        return _TracedApplication(application, self._request)

    def settling(self, settle: Settle[Item, Result]) -> Settle[Item, Result]:
        """Give a function in which each batch that is settled is a span."""

        def settled(items: Sequence[Item]) -> Sequence[Result]:
            with self._span("settle batch", {"ijw.batch.size": len(items)}):
                return settle(items)

        return settled

    def round(self) -> AbstractContextManager[object]:
        """Give the span of a round of the worker."""
        return self._span("worker round", {})

    def channels(self, channels: Mapping[str, Channel[Any]]) -> Mapping[str, Channel[Any]]:
        """Give channels by which each attempt is a span."""
        return {kind: self._channel(kind, channel) for kind, channel in channels.items()}

    def _channel(self, kind: str, channel: Channel[Any]) -> _TracedChannel:
        def span() -> AbstractContextManager[Span]:
            return self._span(f"attempt {kind}", {"ijw.channel": kind})

        return _TracedChannel(_TracedTransport(channel.transport, span), channel.pack, channel.sent, channel.given_up)

    def close(self) -> None:
        """Send what is still to be sent, for two seconds at most."""
        self._provider.shutdown()

    @contextmanager
    def _span(self, name: str, attributes: dict[str, str | int]) -> Iterator[Span]:
        from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415 - an extra

        # What an error says may hold what it stumbled over; only its kind goes along.
        with self._tracer.start_as_current_span(
            name, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except BaseException as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(Status(StatusCode.ERROR))
                raise

    @contextmanager
    def _request(self, scope: Scope) -> Iterator[Span]:
        from opentelemetry import context  # noqa: PLC0415 - an extra
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

        sent = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"] if key in _CONTEXT}
        token = context.attach(TraceContextTextMapPropagator().extract(sent))
        try:
            with self._span(scope["method"], {"http.request.method": scope["method"]}) as span:
                yield span
        finally:
            context.detach(token)


_CONTEXT: Final = frozenset({b"traceparent", b"tracestate"})


class _TracedApplication:
    def __init__(self, application: ASGIApp, request: Callable[[Scope], AbstractContextManager[Span]]) -> None:
        self._application = application
        self._request = request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, within a span."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        with self._request(scope) as span:

            async def noted(message: Message) -> None:
                if message["type"] == "http.response.start":
                    _note(span, scope, message)
                await send(message)

            await self._application(scope, receive, noted)


def _note(span: Span, scope: Scope, answer: Message) -> None:
    """Write down how a request was answered; its route is known only by now."""
    from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415 - an extra

    route = _route(scope)
    if route:
        span.update_name(f"{scope['method']} {route}")
        span.set_attribute("http.route", route)
    span.set_attribute("http.response.status_code", answer["status"])
    for key, value in answer["headers"]:
        if key == b"x-request-id":
            span.set_attribute("ijw.request_id", value.decode("latin-1"))
    if answer["status"] >= _FAILED:
        span.set_status(Status(StatusCode.ERROR))


def _route(scope: Scope) -> str | None:
    """Give the route of a request as a template; what was filled in may be anything, a BSN by mistake too."""
    if scope["path"] == _POSTS:
        return _POSTS
    route: Any = scope.get("route")
    if route is not None:
        return f"{scope.get('root_path', '')}{route.path_format}"
    return getattr(scope.get("endpoint"), "__name__", None)


class _TracedTransport:
    def __init__(self, transport: Transport[Any], span: Callable[[], AbstractContextManager[Span]]) -> None:
        self._transport = transport
        self._span = span

    async def send(self, parcel: Any) -> Outcome:
        """Send within a span, which says how that ended."""
        with self._span() as span:
            outcome = await self._transport.send(parcel)
            span.set_attribute("ijw.outcome", type(outcome).__name__.lower())
            return outcome


class _TracedChannel(Struct, frozen=True):
    """A channel as it was, but for the way outside."""

    transport: Transport[Any]
    pack: Callable[[Connection, OutboxRow], Any]
    sent: Callable[[Connection, OutboxRow], None]
    given_up: Callable[[Connection, OutboxRow, str], None]
