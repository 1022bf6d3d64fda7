"""What every table of a TOML file has in common."""

import json
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Table(BaseModel):
    """A TOML table: keys that are not named here are refused, and a value is not bent into another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class DatedTable(Table):
    """A table that may hold from or until a day, and says where it comes from; both days count."""

    source: Text | None = Field(
        default=None, description="waar het staat; een opmerking met # achter een waarde mag ook"
    )
    valid_from: date | None = Field(
        default=None, description="de eerste dag waarop het geldt, zonder aanhalingstekens: 2027-01-01"
    )
    valid_until: date | None = Field(
        default=None, description="de laatste dag waarop het geldt, zonder aanhalingstekens: 2026-12-31"
    )

    def says(self) -> str:
        """Give what the table sets, in one line for people: each key with its value, without source and days."""
        told = self.model_dump(exclude=set(DatedTable.model_fields), exclude_unset=True, mode="json")
        return "; ".join(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in told.items())

    def holds_on(self, day: date) -> bool:
        """Tell whether it holds on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )
