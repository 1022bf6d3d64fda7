"""Pages of the documentation as a reader uses them: blocks of bash, pasted in order, and what is shown under them."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_OUTPUT: Final = frozenset({"text", "json", "xml"})
# After each block the script prints the exit status of its last command between two of these.
_MARK: Final = "\x1e"
_SECONDS: Final = 90


@dataclass(frozen=True, slots=True)
class Block:
    """Commands to paste, and the output that the page shows under them, if any."""

    line: int
    commands: str
    shown: str | None = None


def blocks_of(text: str, first_line: int = 1) -> list[Block]:
    """Give the blocks of bash in a text, each with the block of output that follows it."""
    blocks: list[Block] = []
    for fence in _FENCE.finditer(text):
        language, content = fence[1], fence[2]
        if language == "bash":
            blocks.append(Block(first_line + text.count("\n", 0, fence.start()), content))
        elif blocks and blocks[-1].shown is None and language in _OUTPUT:
            last = blocks.pop()
            blocks.append(Block(last.line, last.commands, content))
    return blocks


def section(page: Path, title: str) -> tuple[str, int]:
    """Give the text under a heading, up to the next one of its level, and the line on which it begins."""
    text = page.read_text(encoding="utf-8")
    level = title.split(" ", 1)[0]
    begin = text.index(f"\n{title}\n") + 1
    end = text.find(f"\n{level} ", begin + len(title))
    return text[begin : end if end >= 0 else None], 1 + text.count("\n", 0, begin)


def paste(blocks: list[Block], folder: Path, environment: dict[str, str]) -> list[tuple[str, int]]:
    """Run the blocks in one shell, in a folder; gives what each printed, and how its last command ended."""
    script = "".join(f"{block.commands}\nprintf '{_MARK}%s{_MARK}' \"$?\"\n" for block in blocks)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    pieces = done.stdout.split(_MARK)
    return [(output, int(status)) for output, status in zip(pieces[::2], pieces[1::2], strict=False)]


def fits(shown: str, output: str) -> bool:
    """Say whether output is what a page shows; "…" there stands for anything."""
    pattern = ".*?".join(re.escape(piece) for piece in _unindented(shown).split("…"))
    return re.fullmatch(pattern, _unindented(output), re.DOTALL) is not None


def _unindented(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())
