"""Reads how long messages are kept, from a TOML file that an operator writes."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gateway.errors import ConfigurationError
from gateway.exchange.retention import DEFAULT_TERMS, ENDED, Term, Terms
from gateway.ijw.berichten import BERICHTEN

# A century: over that somebody meant "for ever", which is said by leaving the number out.
_MOST_DAYS: Final = 36_525


class _TermTable(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    types: list[str] = []
    statuses: list[str] = []
    content_days: Annotated[int | None, Field(ge=1, le=_MOST_DAYS)] = None
    record_days: Annotated[int | None, Field(ge=1, le=_MOST_DAYS)] = None


class _TermFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    term: Annotated[list[_TermTable], Field(min_length=1)]


def read_terms(path: Path | None) -> Terms:
    """Read the terms of a file, or give the default ones without; raises ConfigurationError, in words for people."""
    if path is None:
        return DEFAULT_TERMS
    try:
        tables = _TermFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).term
    except OSError as error:
        raise ConfigurationError(f"{path}: niet te lezen ({error.strerror}); controleer IJW_RETENTION_FILE.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path}: dit is geen TOML ({error}).") from None
    except ValidationError as error:
        raise ConfigurationError("\n".join(_wrong(path, fault) for fault in error.errors())) from None
    return Terms(tuple(_term(path, number, table) for number, table in enumerate(tables, 1)))


def _wrong(path: Path, fault: Any) -> str:
    place = [str(part + 1) if isinstance(part, int) else part for part in fault["loc"]]
    return (
        f"{path}: {'.'.join(place)}: past niet; verwacht [[term]] met types, statuses (lijsten van teksten), "
        f"content_days en record_days (1 tot en met {_MOST_DAYS})."
    )


def _term(path: Path, number: int, table: _TermTable) -> Term:
    for name, given, known in (("types", table.types, set(BERICHTEN)), ("statuses", table.statuses, ENDED)):
        unknown = set(given) - known
        if unknown:
            listed = ", ".join(sorted(known))
            raise ConfigurationError(f"{path}: term.{number}.{name}: {', '.join(sorted(unknown))}; verwacht: {listed}.")
    if table.record_days is not None and (table.content_days is None or table.content_days > table.record_days):
        raise ConfigurationError(
            f"{path}: term.{number}: de inhoud kan niet langer blijven dan het bericht zelf; geef content_days, "
            "hoogstens gelijk aan record_days."
        )
    return Term(frozenset(table.types), frozenset(table.statuses), table.content_days, table.record_days)
