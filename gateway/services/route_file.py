"""The form of a route table: every key that a file in the routes folder may have, and what is expected of it.

The descriptions are what an administrator reads when a value is wrong.
"""

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Email = Annotated[str, StringConstraints(pattern=r"^[!-?A-~]+@[!-?A-~]+$", max_length=254)]
_FromProvider = Literal["JW305", "JW307", "JW315", "JW317", "JW323"]


class _Table(BaseModel):
    """A TOML table: keys that are not named here are refused, and a value is not bent into another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class DatedTable(_Table):
    """A table that may hold from or until a day, and says where it comes from; both days count."""

    source: _Text | None = Field(
        default=None, description="waar het staat; een opmerking met # achter een waarde mag ook"
    )
    valid_from: date | None = Field(
        default=None, description="de eerste dag waarop het geldt, zonder aanhalingstekens: 2027-01-01"
    )
    valid_until: date | None = Field(
        default=None, description="de laatste dag waarop het geldt, zonder aanhalingstekens: 2026-12-31"
    )

    def holds_on(self, day: date) -> bool:
        """Tell whether it holds on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


class ManualTable(DatedTable):
    """`[municipality.manual]`: the messages that people handle."""

    types: Annotated[list[_FromProvider], Field(min_length=1)] = Field(
        description='een lijst van berichten die mensen afhandelen: een of meer van "JW305", "JW307", "JW315",'
        ' "JW317" en "JW323", bijvoorbeeld ["JW317"]'
    )
    reason: Annotated[_Text, Field(max_length=500)] = Field(
        description="in één zin, van hoogstens 500 tekens, waarom mensen het bericht afhandelen"
    )
    email: _Email | None = Field(default=None, description="het e-mailadres van de gemeente voor deze gevallen")
    escalation_email: _Email | None = Field(
        default=None, description="het e-mailadres dat bericht krijgt van een geval dat te lang duurt"
    )


class LimitsTable(DatedTable):
    """`[municipality.limits]`: what a region agreed in figures."""

    medical_referral_budget: int | None = Field(
        default=None, ge=0, description="tot welk budget een arts zelf mag verwijzen: een geheel getal, in euro"
    )


class ProductTable(DatedTable):
    """`[[municipality.product]]`: a product code of the municipality's own."""

    code: Annotated[str, StringConstraints(pattern=r"^\S{1,5}$")] = Field(
        description='de eigen productcode: hoogstens vijf tekens tussen aanhalingstekens, zoals "49383"'
    )
    category: Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")] = Field(
        description='de landelijke categorie waar de code in valt: twee cijfers, zoals "49"'
    )


class _SettingsTable(_Table):
    """How messages of a municipality are treated; what is left out stays as it is."""

    delivery: Literal["queue", "ggk0210", "webhook", "email"] | None = Field(
        default=None, description='hoe berichten de gemeente bereiken: "queue"'
    )
    history_checks: Literal["off", "advise", "enforce"] | None = Field(
        default=None,
        description='wat controles tegen eerdere berichten en lijsten doen: "off", "advise" of "enforce"',
    )
    retour: Literal["recipient", "gateway"] | None = Field(
        default=None, description='wie het positieve retourbericht stuurt: "recipient" of "gateway"'
    )
    declaration_answer: Literal["recipient", "gateway"] | None = Field(
        default=None, description='wie een JW323 met een JW325 beantwoordt: "recipient" of "gateway"'
    )
    max_attempts: int | None = Field(
        default=None, ge=1, le=100, description="na hoeveel mislukte pogingen het ophoudt: 1 tot en met 100"
    )
    expire_days: int | None = Field(
        default=None,
        ge=1,
        le=3650,
        description="na hoeveel dagen wachten een bericht verloopt: 1 tot en met 3650; weglaten is nooit",
    )

    @property
    def settings(self) -> dict[str, str | int]:
        """Give what is set, by key."""
        return self.model_dump(include=set(_SettingsTable.model_fields), exclude_none=True)


class ChangeTable(_SettingsTable, DatedTable):
    """`[[municipality.change]]`: settings that are otherwise from or until a day."""


class MunicipalityTable(_SettingsTable):
    """`[[municipality]]`: what is agreed with one municipality."""

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")] = Field(
        description='de CBS-code van de gemeente: vier cijfers tussen aanhalingstekens, zoals "0150"'
    )
    name: _Text = Field(description="de naam van de gemeente")
    source: _Text | None = Field(
        default=None, description="waar het staat; een opmerking met # achter een waarde mag ook"
    )
    manual: ManualTable | None = Field(
        default=None, description="een tabel [municipality.manual] met types, reason en zo nodig email"
    )
    product: list[ProductTable] = Field(
        default_factory=list, description="een tabel [[municipality.product]] voor elke eigen productcode"
    )
    limits: LimitsTable | None = Field(
        default=None, description="een tabel [municipality.limits] met medical_referral_budget"
    )
    change: list[ChangeTable] = Field(
        default_factory=list,
        description="een tabel [[municipality.change]] voor instellingen die vanaf of tot een dag anders zijn",
    )


class RouteFile(_Table):
    """One file: a region, and its municipalities."""

    region: _Text | None = Field(default=None, description="de naam van de regio; weglaten is de bestandsnaam")
    municipality: Annotated[list[MunicipalityTable], Field(min_length=1)] = Field(
        description="minstens één tabel [[municipality]]"
    )


TABLES: Final[dict[tuple[str, ...], type[BaseModel]]] = {
    (): RouteFile,
    ("municipality",): MunicipalityTable,
    ("municipality", "manual"): ManualTable,
    ("municipality", "limits"): LimitsTable,
    ("municipality", "product"): ProductTable,
    ("municipality", "change"): ChangeTable,
}


def expectation(names: tuple[str, ...]) -> str:
    """Say what is expected of a key, by the names on the way to it: `("municipality", "code")`."""
    return TABLES[names[:-1]].model_fields[names[-1]].description or ""


def known_keys(names: tuple[str, ...]) -> list[str]:
    """List the keys of a table, by the names on the way to it."""
    return list(TABLES[names].model_fields)
