"""Writes the pictures in docs/lifecycle.md anew, from the tables in the code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

from gateway.exchange.lifecycle import DELIVERY, REQUEST, VALIDITY, Delivery, Event, RequestState, Validity

PAGE: Final = Path(__file__).parents[1] / "docs" / "lifecycle.md"
S = TypeVar("S", bound=StrEnum)


def diagram(table: Mapping[tuple[S, Event], S], first: S) -> str:
    """Give a table as the text of a Mermaid state diagram."""
    return "\n".join(["```mermaid", "stateDiagram-v2", f"    [*] --> {first}", *_edges(table), "```"])


def _edges(table: Mapping[tuple[S, Event], S]) -> Iterator[str]:
    for (state, event), then in table.items():
        yield f"    {state} --> {then}: {event}"


DIAGRAMS: Final = {
    "request": diagram(REQUEST, RequestState.OPEN),
    "delivery": diagram(DELIVERY, Delivery.ALLOCATED),
    "validity": diagram(VALIDITY, Validity.CURRENT),
}


def written(page: str) -> str:
    """Give the page with its pictures as the tables have them; each stands between two marks."""
    for name, text in DIAGRAMS.items():
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, _, rest = page.partition(begin)
        _, _, after = rest.partition(end)
        page = f"{before}{begin}\n{text}\n{end}{after}"
    return page


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"{PAGE} is geschreven.")
