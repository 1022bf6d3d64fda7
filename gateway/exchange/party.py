"""Who takes part: providers, known by an AGB code, and municipalities, known by a CBS code."""

from __future__ import annotations

import re
from enum import Enum

_AGB = re.compile(r"[0-9]{8}")
_CBS = re.compile(r"[0-9]{4}")


class PartyKind(Enum):
    """The two kinds of party."""

    PROVIDER = "provider"
    MUNICIPALITY = "municipality"


def kind_of(code: str) -> PartyKind | None:
    """Tell from its code what kind of party it is: eight digits a provider, four a municipality, else nothing."""
    if _AGB.fullmatch(code):
        return PartyKind.PROVIDER
    if _CBS.fullmatch(code):
        return PartyKind.MUNICIPALITY
    return None
