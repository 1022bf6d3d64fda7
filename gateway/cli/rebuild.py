"""`rebuild`: making anew, from the messages, what follows from them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.installation import open_gateway
from gateway.cli.terminal import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.services.rebuild import RebuildReport


def rebuild(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Alleen tellen; er verandert niets.")] = False,
) -> None:
    """Werk alle verzoeken, toewijzingen en declaraties opnieuw uit, uit de berichten die er zijn.

    Nodig na een upgrade van een gateway die al berichten had; `doctor` zegt het. Het kan terwijl de gateway draait:
    berichten worden aangenomen, maar tot het klaar is niet aan eerdere getoetst. Het kan op elk moment worden gestopt
    (Ctrl+C); een volgende keer gaat het verder.
    """
    with open_gateway() as gateway:
        if dry_run:
            say(f"{gateway.rebuild.count()} berichten zouden opnieuw worden doorgenomen; er is niets veranderd.")
            say("Het is nodig." if gateway.rebuild.needed() else "Het is niet nodig: alles is er.")
            return
        _run(gateway.rebuild.run())


def _run(steps: Iterator[RebuildReport]) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    progress = Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )
    report = None
    try:
        with progress:
            bar = progress.add_task("")
            for report in steps:
                progress.update(bar, total=report.total, completed=report.done)
    except KeyboardInterrupt:
        say("Gestopt; de volgende keer gaat het verder.")
        raise typer.Exit(130) from None
    if report is not None:
        say(f"{report.done} berichten doorgenomen.")
        if report.without_content:
            say(f"Van {report.without_content} daarvan is de inhoud al opgeruimd; wat die zeiden telt niet meer mee.")
