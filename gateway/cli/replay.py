"""`replay`: messages that ended badly, once more."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

import typer

from gateway.cli.failures import RefusedError
from gateway.cli.installation import open_gateway
from gateway.cli.terminal import operator, say, show
from gateway.services.clock import DUTCH_TIME

if TYPE_CHECKING:
    from gateway.services.replaying import DryRun, Replaying
    from gateway.store.replays import ReplayFilter, ReplayRow

_TYPES: Final = "JW301 … JW325"
_OUTCOMES: Final = {
    "queued": "wacht weer op de ontvanger",
    "redelivered": "wacht opnieuw, na eerdere aflevering",
    "manual": "ligt nu bij mensen",
    "unchanged": "opnieuw beoordeeld, met hetzelfde oordeel",
    "skipped": "overgeslagen: intussen veranderd",
    "failed": "mislukt",
}


def _moment(text: str) -> datetime:
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("schrijf jjjj-mm-dd, of jjjj-mm-ddTuu:mm.") from None
    if len(text) <= len("jjjj-mm-dd"):
        given = datetime.combine(given.date(), time())
    return (given if given.tzinfo else given.replace(tzinfo=DUTCH_TIME)).astimezone(UTC)


def replay(
    *,
    ids: Annotated[
        list[UUID] | None, typer.Option("--id", metavar="ID", help="Dit bericht, ook als het is afgeleverd.")
    ] = None,
    types: Annotated[list[str] | None, typer.Option("--type", metavar="TYPE", help=_TYPES)] = None,
    statuses: Annotated[
        list[str] | None, typer.Option("--status", metavar="STATUS", help="failed, rejected, manual of expired.")
    ] = None,
    senders: Annotated[list[str] | None, typer.Option("--sender", metavar="CODE", help="Van deze partij.")] = None,
    recipients: Annotated[
        list[str] | None, typer.Option("--recipient", metavar="CODE", help="Aan deze partij.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option("--since", metavar="DATUM", parser=_moment, help="Ontvangen vanaf dan.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--until", metavar="DATUM", parser=_moment, help="Ontvangen vóór dan.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Alleen tonen wat het zou doen.")] = False,
) -> None:
    """Probeer berichten opnieuw.

    Dat zijn berichten die mislukten (failed) of vervielen (expired): ze wachten weer op de ontvanger. Wat is
    afgewezen (rejected) of bij mensen ligt (manual) wordt opnieuw beoordeeld, naar de regels en routes van nu;
    --dry-run toont het verschil. Filters mogen vaker voorkomen en gelden samen; noem er minstens één. Na Ctrl+C doet
    de bezorger de rest. Het eindigt met 1 als een deel mislukte.
    """
    from gateway.store.replays import ReplayFilter

    wanted = ReplayFilter(
        ids=tuple(ids or ()),
        types=tuple(types or ()),
        statuses=tuple(statuses or ()),
        senders=tuple(senders or ()),
        recipients=tuple(recipients or ()),
        since=since,
        until=until,
    )
    _check(wanted)
    with open_gateway() as gateway:
        replaying = gateway.services.replaying
        if dry_run:
            _preview(replaying.dry_run(wanted))
            return
        row = _run(replaying, replaying.start(wanted, operator()))
    raise typer.Exit(1 if row.failed else 0)


def _check(wanted: ReplayFilter) -> None:
    from gateway.exchange.replay import DELIVERED, REPLAYABLE
    from gateway.store.replays import ReplayFilter

    if wanted == ReplayFilter():
        raise RefusedError("Noem minstens één filter, bijvoorbeeld --status failed.")
    unknown = set(wanted.statuses) - REPLAYABLE - {DELIVERED}
    if unknown:
        raise RefusedError(f"{', '.join(sorted(unknown))}: opnieuw kan {', '.join(sorted(REPLAYABLE))}.")


def _preview(found: DryRun) -> None:
    show(
        ("bericht", "type", "van", "aan", "status", "wordt", "codes toen", "codes nu"),
        [
            (
                str(each.message.id),
                each.message.type,
                each.message.sender,
                each.message.recipient,
                each.message.status,
                each.outcome,
                " ".join(each.codes_before),
                " ".join(each.codes_now),
            )
            for each in found.sample
        ],
    )
    counted = ", ".join(f"{count} {status}" for status, count in sorted(found.statuses.items()))
    say(f"{found.count} berichten zouden opnieuw gaan{f' ({counted})' if counted else ''}; er is niets veranderd.")


def _run(replaying: Replaying, started: ReplayRow) -> ReplayRow:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    progress = Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())
    try:
        with progress:
            bar = progress.add_task("", total=started.total)
            for _ in replaying.steps(started.id):
                progress.advance(bar)
    except KeyboardInterrupt:
        say(f"Gestopt; de bezorger doet de rest. Te volgen op /v1/replays/{started.id}.")
        raise typer.Exit(130) from None
    row = replaying.get(started.id) or started
    show(("afloop", "aantal"), [(_OUTCOMES[name], str(count)) for name, count in sorted(row.outcomes.items())])
    say(f"{row.done} van de {row.total} berichten gedaan, {row.failed} mislukt.")
    return row
