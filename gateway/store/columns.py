"""The column type that the tables share."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import DateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, always aware and in UTC, also on SQLite, which forgets time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @staticmethod
    def in_utc(value: datetime) -> datetime:
        """Give the moment in UTC, and refuse a naive one: what it meant would be a guess."""
        if value.tzinfo is None:
            raise ValueError("a moment in the store needs a time zone")
        return value if value.tzinfo is UTC else value.astimezone(UTC)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Hand a moment to the driver."""
        if value is None:
            return None
        moment = self.in_utc(value)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Take a moment from the driver."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)
