"""`replay`: messages that ended badly, once more."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

import typer

from gateway.cli.failures import RefusedError
from gateway.cli.installation import open_gateway
from gateway.cli.terminal import is_attended, operator, say, show
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

_STATES: Final = {"running": "bezig", "paused": "gepauzeerd", "finished": "klaar"}
_MOST_FAILURES: Final = 20


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
    causes: Annotated[
        list[str] | None,
        typer.Option("--cause", metavar="OORZAAK", help="Niet af te leveren om deze oorzaak, zoals in het log."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Alleen tonen wat het zou doen.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Na het tonen niet vragen of het door mag gaan.")] = False,
    pause: Annotated[UUID | None, typer.Option("--pause", metavar="TAAK", help="Laat een taak wachten.")] = None,
    resume: Annotated[UUID | None, typer.Option("--resume", metavar="TAAK", help="Ga verder met een taak.")] = None,
) -> None:
    """Probeer berichten opnieuw.

    Dat zijn berichten die mislukten (failed) of vervielen (expired): ze wachten weer op de ontvanger. Wat is
    afgewezen (rejected) of bij mensen ligt (manual) wordt opnieuw beoordeeld, naar de regels en routes van nu. Eerst
    komt te staan hoeveel het er zijn, wat ervan zou worden en welke bevindingen verschillen; in een terminal wordt dan
    gevraagd of het door mag gaan. Filters mogen vaker voorkomen en gelden samen; noem er minstens één. Na Ctrl+C doet
    de bezorger de rest. Het eindigt met 1 als een deel mislukte, niet kon, of nog wacht.
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
        causes=tuple(causes or ()),
    )
    if pause or resume:
        _only(wanted, pause, resume)
        whole = _go_on(pause, resume)
    else:
        _check(wanted)
        whole = _from_the_start(wanted, dry_run=dry_run, ask=not yes)
    raise typer.Exit(0 if whole else 1)


def _from_the_start(wanted: ReplayFilter, *, dry_run: bool, ask: bool) -> bool:
    """Show what would be done, and do it; says whether all that was asked for was done."""
    with open_gateway() as gateway:
        replaying = gateway.services.replaying
        found = replaying.dry_run(wanted)
        _preview(found)
        missing = max(len(set(wanted.ids)) - found.count, 0)
        if missing:
            say(f"Van de genoemde berichten kunnen er {missing} niet opnieuw, door de status of een ander filter.")
        if dry_run:
            say("Er is niets veranderd.")
            return True
        if not found.count or (ask and is_attended() and not typer.confirm("Doorgaan?", err=True)):
            say("Er is niets veranderd.")
            return not missing
        made = replaying.start(wanted, operator())
        if made.total < found.count:
            say(f"{found.count - made.total} daarvan zitten al in een andere taak, die nog niet klaar is.")
        return _run(replaying, made) and made.total == found.count and not missing


def _go_on(pause: UUID | None, resume: UUID | None) -> bool:
    with open_gateway() as gateway:
        replaying = gateway.services.replaying
        row = replaying.pause(pause or resume or UUID(int=0), operator(), paused=pause is not None)
        if row is None:
            raise RefusedError("Deze taak bestaat niet.")
        if pause:
            say(f"De taak is {_STATES[row.state]}: {row.done + row.failed} van de {row.total} berichten gedaan.")
            return True
        return _run(replaying, row)


def _only(wanted: ReplayFilter, pause: UUID | None, resume: UUID | None) -> None:
    from gateway.store.replays import ReplayFilter

    if wanted != ReplayFilter() or (pause and resume):
        raise RefusedError("Noem bij --pause of --resume alleen de taak.")


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
    differ = sum(each.codes_before != each.codes_now for each in found.sample)
    say(f"{found.count} berichten gaan opnieuw{f' ({counted})' if counted else ''}.")
    if differ:
        say(f"Van de {len(found.sample)} die hier staan krijgen er {differ} nu een ander oordeel.")


def _run(replaying: Replaying, started: ReplayRow) -> bool:
    """Do a replay, and tell of it; says whether all of it is done, and well."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    progress = Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())
    try:
        with progress:
            bar = progress.add_task("", total=started.total, completed=started.done + started.failed)
            for _ in replaying.steps(started.id):
                progress.advance(bar)
    except KeyboardInterrupt:
        say(f"Gestopt; de bezorger doet de rest. Te volgen met `ijw-gateway replay --resume {started.id}`.")
        raise typer.Exit(130) from None
    row = replaying.get(started.id) or started
    show(("afloop", "aantal"), [(_OUTCOMES[name], str(count)) for name, count in sorted(row.outcomes.items())])
    _tell_failures(replaying, row)
    say(f"{row.done} van de {row.total} berichten gedaan, {row.failed} mislukt.")
    if row.state != "finished":
        say(f"De taak is {_STATES[row.state]}; ga verder met `ijw-gateway replay --resume {row.id}`.")
    return row.state == "finished" and not row.failed


def _tell_failures(replaying: Replaying, row: ReplayRow) -> None:
    failed = replaying.failed(row.id, limit=_MOST_FAILURES) if row.failed else []
    for item in failed:
        say(f"Mislukt: {item.message_id}: {item.detail.get('reason') or ' '.join(item.detail.get('codes', ()))}")
    if row.failed > len(failed):
        say(f"Alle berichten staan op /v1/replays/{row.id}/messages, met wat ervan werd.")
