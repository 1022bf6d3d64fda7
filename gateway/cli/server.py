"""`serve`, `worker` and `migrate`: the gateway as a running process."""

from __future__ import annotations

import errno
import gc
import os
import signal
import socket
import sys
import threading
from typing import TYPE_CHECKING, Annotated, Final, NoReturn, TypeAlias

import typer

from gateway.cli.failures import RefusedError
from gateway.cli.installation import load_settings, make_sign_in_link, open_gateway
from gateway.cli.installation import migrate as bring_up_to_date
from gateway.cli.terminal import say
from gateway.errors import GatewayError

if TYPE_CHECKING:
    from uvicorn import Config

    from gateway.settings import Settings

# The application reads it in every process that uvicorn starts (gateway.app.WORKER_SWITCH; a test compares).
WORKER_SWITCH: Final = "IJW_SERVE_WORKER"

DEFAULT_PORT: Final = 8080
_MOST_WORKERS: Final = 64
_BACKLOG: Final = 2048
# Docker kills ten seconds after it asked to stop: by then every post in progress has had its answer.
_GRACE_SECONDS: Final = 8
# Longer than the minute that proxies keep a connection open, so that it is they who close it, never we under a post.
_KEEP_ALIVE_SECONDS: Final = 75


class StartError(GatewayError):
    """Een van de processen van de gateway kon niet starten."""


Host: TypeAlias = Annotated[str, typer.Option("--host", metavar="ADRES", help="Op welk adres wordt geluisterd.")]
Port: TypeAlias = Annotated[
    int, typer.Option("--port", metavar="POORT", min=0, max=65535, help="Op welke poort; 0 kiest een vrije.")
]
Workers: TypeAlias = Annotated[
    int, typer.Option("--workers", metavar="AANTAL", min=1, max=_MOST_WORKERS, help="Hoeveel processen het werk delen.")
]
NoWorker: TypeAlias = Annotated[
    bool, typer.Option("--no-worker", help="Zonder bezorger; start die dan apart met `ijw-gateway worker`.")
]


def serve(
    host: Host = "127.0.0.1", port: Port = DEFAULT_PORT, workers: Workers = 1, no_worker: NoWorker = False
) -> None:
    """Start de gateway.

    Dat is de API, met de bezorger die wachtrijen en termijnen bijhoudt. De database wordt eerst bijgewerkt. Zonder
    instellingen staat die, met de sleutel waarmee berichten worden versleuteld, in de map var. Bij Ctrl+C of
    SIGTERM wordt afgemaakt wat bezig is.
    """
    # What is loaded now stays for good: to look for garbage in it would take a fifth of the start, and of every
    # collection after it.
    gc.disable()
    from gateway.logs import configure_logs

    settings = load_settings()
    configure_logs(as_json=settings.logs_as_json)
    bring_up_to_date(settings)
    with _listen(host, port) as listener:
        os.environ[WORKER_SWITCH] = "0" if no_worker else "1"
        config = _configure(workers)
        if workers == 1:
            config.load()
        else:
            _try_out(settings)
        gc.freeze()
        gc.enable()
        # Uvicorn finishes what is in progress, and then sends itself the signal once more.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _end)
        _announce(settings, host, listener)
        _run(config, listener)


def _configure(workers: int) -> Config:
    import uvicorn

    from gateway.cli.protocol import Protocol

    return uvicorn.Config(
        "gateway.app:create",
        factory=True,
        workers=workers,
        loop=_loop(workers),
        http=Protocol,
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        # Who calls decides whether a certificate in a header is believed; another header must not change that.
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


def _loop(workers: int) -> str:
    if sys.platform == "win32":
        return "auto"
    return "uvloop" if workers == 1 else "gateway.cli.sharing:SharingLoop"


def _listen(host: str, port: int) -> socket.socket:
    """Take the address; who connects from now on waits until the gateway is ready."""
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=_BACKLOG
        )
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise RefusedError(f"Poort {port} op {host} is al in gebruik; kies een andere met --port.") from None
        if error.errno == errno.EACCES:
            raise RefusedError(f"Poort {port} mag niet zonder extra rechten; kies er een boven 1023.") from None
        raise RefusedError(f"Luisteren op {host}, poort {port}, lukt niet: {error.strerror}.") from None


def _try_out(settings: Settings) -> None:
    """Find out here what is wrong with the settings: a process that fails at its start would be started anew."""
    from gateway.composition import make_gateway

    make_gateway(settings).close()


def _announce(settings: Settings, host: str, listener: socket.socket) -> None:
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{listener.getsockname()[1]}"
    if settings.log_format == "json":
        from gateway.logs import get_logger

        get_logger(__name__).info("listening", url=address)
        return
    say(f"De gateway luistert op {address} (stoppen: Ctrl+C)")
    if settings.embedded and settings.oidc_issuer is None:
        secret = make_sign_in_link(settings)
        say(f"De console, één keer en binnen een kwartier: {address}/console/aanmelden/link/{secret}")


def _run(config: Config, listener: socket.socket) -> None:
    from uvicorn import Server

    if config.workers == 1:
        Server(config).run(sockets=[listener])
        return
    from uvicorn.config import STARTUP_FAILURE
    from uvicorn.supervisors.multiprocess import Multiprocess

    together = Multiprocess(config, sockets=[listener])
    together.run()
    if any(process.exitcode == STARTUP_FAILURE for process in together.processes):
        raise StartError


def _end(*_: object) -> NoReturn:
    raise SystemExit(0)


def worker() -> None:
    """Start alleen de bezorger.

    Er mogen er meer draaien op één PostgreSQL. De bezorger geeft berichten vrij waarvan de ophaaltermijn voorbij
    is, en laat berichten vervallen die te lang wachten. Bij Ctrl+C of SIGTERM maakt hij af waarmee hij bezig is.
    """
    from gateway.composition import warn_of
    from gateway.logs import configure_logs

    with open_gateway() as gateway:
        configure_logs(as_json=gateway.settings.logs_as_json)
        warn_of(gateway.settings)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _interrupt)
        rounds = threading.Thread(target=gateway.upkeep.run, name="upkeep")
        try:
            rounds.start()
            say("De bezorger draait (stoppen: Ctrl+C)")
            with gateway.routes.watched():
                rounds.join()
        except KeyboardInterrupt:
            gateway.upkeep.stop()
            rounds.join()
        else:
            raise StartError("De bezorger is onverwacht gestopt.")


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def migrate() -> None:
    """Werk de database bij.

    Ze krijgt het schema van deze versie van de gateway; is ze al bij, dan gebeurt er niets.
    """
    from gateway.store.migrate import HEAD

    if bring_up_to_date(load_settings()):
        say(f"De database is bijgewerkt naar schema {HEAD}.")
    else:
        say(f"De database heeft al het nieuwste schema ({HEAD}).")
