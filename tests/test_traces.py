"""Traces, as a collector of OpenTelemetry receives them."""

from __future__ import annotations

import gzip
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from gateway.api.application import make_application
from gateway.composition import Gateway
from gateway.errors import ConfigurationError
from gateway.traces import NoTraces, make_traces
from tests.api.client import Client
from tests.berichten import BSN, PROVIDER, SURNAME, post_of
from tests.gateways import PLAIN, open_gateway, token_for

TRACE = "0af7651916cd43dd8448eb211c80319c"


@dataclass
class Collector:
    """Takes what is sent by OTLP over HTTP; it also answers the webhooks of the test."""

    port: int = 0
    bodies: list[bytes] = field(default_factory=list)
    hooked: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Give its address."""
        return f"http://127.0.0.1:{self.port}"

    def spans(self) -> dict[str, Any]:
        """Give the spans by their names; of the same name the last."""
        requests = map(ExportTraceServiceRequest.FromString, self.bodies)
        return {
            span.name: span
            for request in requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        }


@pytest.fixture
def collector() -> Iterator[Collector]:
    """Start a collector."""
    given = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/v1/traces":
                given.bodies.append(gzip.decompress(body) if self.headers["Content-Encoding"] else body)
            else:
                given.hooked.set()
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        given.port = server.server_port
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield given
        server.shutdown()
        thread.join()


def attributes(span: Any) -> dict[str, str | int]:
    """Read the attributes of a span."""
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


def call_all(gateway: Gateway, collector: Collector) -> None:
    """Post a message, look at it, ask what is not there; and go a worker's round, which sends a webhook."""
    application = gateway.traces.application(make_application(gateway.services, lifespan=pytest.fail))
    with Client(application, token_for(gateway, PROVIDER)) as client:
        parent = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01", "X-Request-Id": "vraag-0001"}
        posted = client.call(
            "POST", "/v1/messages", body=post_of("JW305"), content_type="application/xml", headers=parent
        )
        assert posted.status_code == 202
        assert client.get(f"/v1/messages/{posted.json()['id']}").status_code == 200
        assert client.get(f"/v1/messages/{BSN}").status_code == 400
        assert client.get(f"/nergens/{BSN}").status_code == 404
    rounds = threading.Thread(target=gateway.upkeep.run)
    rounds.start()
    assert collector.hooked.wait(20)
    gateway.upkeep.stop()
    rounds.join()


def test_what_a_collector_receives(tmp_path: Path, collector: Collector) -> None:
    """A request, a batch, a round and an attempt are spans, each with how it ended; none holds what is personal."""
    gateway = open_gateway(tmp_path, otlp_endpoint=collector.url, webhook_networks="127.0.0.0/8")
    gateway.services.endpoints.add_webhook(PLAIN, f"{collector.url}/hook/geheim")
    call_all(gateway, collector)
    gateway.close()
    spans = collector.spans()
    assert set(spans) == {
        "POST /v1/messages",
        "GET /v1/messages/{id}",
        "GET",
        "settle batch",
        "worker round",
        "attempt webhook",
    }
    post = spans["POST /v1/messages"]
    assert post.trace_id.hex() == TRACE
    assert attributes(post) == {
        "http.request.method": "POST",
        "http.route": "/v1/messages",
        "http.response.status_code": 202,
        "ijw.request_id": "vraag-0001",
    }
    assert attributes(spans["GET"])["http.response.status_code"] == 404
    assert attributes(spans["settle batch"]) == {"ijw.batch.size": 1}
    assert attributes(spans["attempt webhook"]) == {"ijw.channel": "webhook", "ijw.outcome": "delivered"}
    assert spans["attempt webhook"].parent_span_id == spans["worker round"].span_id
    sent = b"".join(collector.bodies)
    for personal in (BSN, SURNAME, PROVIDER, PLAIN, "geheim", str(tmp_path)):
        assert personal.encode() not in sent


def test_a_failure_is_told_by_its_kind(collector: Collector) -> None:
    """What an error says stays here, for it may be personal."""
    traces = make_traces(collector.url)

    def fail(_: object) -> list[object]:
        raise ValueError(BSN)

    with pytest.raises(ValueError, match=BSN):
        traces.settling(fail)([1, 2])
    traces.close()
    span = collector.spans()["settle batch"]
    assert attributes(span) == {"ijw.batch.size": 2, "error.type": "ValueError"}
    assert span.status.code == 2
    assert BSN.encode() not in b"".join(collector.bodies)


def test_without_an_address_nothing_is_loaded(tmp_path: Path) -> None:
    """A gateway that sends no traces does not know OpenTelemetry."""
    code = (
        "import sys; from gateway.composition import make_gateway; from gateway.settings import Settings;"
        f"make_gateway(Settings(data_dir={str(tmp_path)!r})).close();"
        "sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert isinstance(make_traces(None), NoTraces)


def test_the_extra_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """With an address, but without OpenTelemetry, the gateway says what to install."""
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(ConfigurationError, match="traces"):
        make_traces("http://127.0.0.1:4318")
