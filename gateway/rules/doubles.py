"""Finds what is in a message more than once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

T = TypeVar("T")


def doubles(items: Iterable[T], key: Callable[[T], Hashable]) -> list[list[T]]:
    """Give the items that share a key, in one list for every key that several have; an item with key None has none."""
    first: dict[Hashable, T] = {}
    found: dict[Hashable, list[T]] = {}
    for item in items:
        value = key(item)
        if value is None:
            continue
        # Nearly all keys are there once; only the others get a list.
        if value in first:
            found.setdefault(value, [first[value]]).append(item)
        else:
            first[value] = item
    return list(found.values())
