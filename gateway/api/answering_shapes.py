"""The shapes of decisions and reports. Inside them are fields of the typed form, which the schema judges."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from gateway.api.shapes import Shape
from gateway.services.deciding import Decision, DecisionOutcome
from gateway.services.reporting import Report, ReportType

# The typed form is half as deep.
_DEEPEST: Final = 12


def _shallow(value: Any, depth: int = 0) -> Any:
    """Refuse what is deeper than any message: it would only be taken apart to be refused."""
    if depth > _DEEPEST:
        raise ValueError("deeper than any message")
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        _shallow(one, depth + 1)
    return value


Fields: TypeAlias = Annotated[dict[str, Any], BeforeValidator(_shallow)]
# As many as no client has, and no more than an answer can show.
_MOST: Final = 100

_ABOUT: Final = {
    "underInvestigation": frozenset[str](),
    "rejected": frozenset({"reden_afwijzing_verzoek", "gemeente"}),
    "allocated": frozenset({"client", "toegewezen_producten"}),
}


class DecisionShape(Shape):
    """Wat een gemeente op een verzoek beslist."""

    outcome: Literal["underInvestigation", "rejected", "allocated"]
    reden_afwijzing_verzoek: Annotated[
        str | None,
        Field(min_length=1, max_length=3, description="Bij rejected: waarom", examples=["8"]),
    ] = None
    gemeente: Annotated[
        str | None,
        Field(pattern="^[0-9]{4}$", description="Bij reden 8 (woonplaatsbeginsel): welke gemeente het wel is"),
    ] = None
    client: Annotated[
        Fields | None,
        Field(description="Bij allocated: velden van Client in de JW301, voor zover het verzoek ze niet al bevat"),
    ] = None
    toegewezen_producten: Annotated[
        list[Fields] | None,
        Field(
            max_length=_MOST,
            description="Bij allocated: velden van ToegewezenProduct; zonder wordt toegewezen wat er is gevraagd",
        ),
    ] = None

    @property
    def foreign(self) -> list[str]:
        """Give the fields that were filled in and belong to another outcome, by their names outside."""
        given = self.model_fields_set - {"outcome"} - _ABOUT[self.outcome]
        fields = type(self).model_fields
        return sorted(fields[name].alias or name for name in given if getattr(self, name) is not None)

    def decision(self) -> Decision:
        """Give the decision."""
        return Decision(
            outcome=DecisionOutcome(self.outcome),
            reden=self.reden_afwijzing_verzoek,
            gemeente=self.gemeente,
            client=self.client or {},
            producten=tuple(self.toegewezen_producten or ()),
        )


class _Delivery(Shape):
    begindatum: str | None = None
    product: Fields | None = None
    status_aanlevering: Annotated[
        Literal["1", "3"] | None, Field(description="3 verwijdert een eerdere melding (IV008)")
    ] = None


class StartReport(_Delivery):
    """Een start (JW305)."""

    type: Literal["start"]
    begindatum: str


class StopReport(_Delivery):
    """Een stop (JW307); zonder begindatum is het de laatste start die stopt."""

    type: Literal["stop"]
    einddatum: str
    reden_beeindiging: Annotated[str, Field(description="20 is een tijdelijke stop", examples=["31"])]


class ChangeReport(Shape):
    """Een verzoek om wijziging (JW317); wat niet wordt genoemd, blijft zoals het is."""

    type: Literal["change"]
    reden_verzoek: str
    referentie_aanbieder: str | None = None
    gewenste_ingangsdatum: str | None = None
    einddatum: str | None = None
    omvang: Fields | None = None
    budget: int | None = None


ReportShape: TypeAlias = Annotated[StartReport | StopReport | ChangeReport, Field(discriminator="type")]


def report_of(told: StartReport | StopReport | ChangeReport) -> Report:
    """Give the report: its fields as the typed form calls them, null where one is to be left empty."""
    given = told.model_dump(by_alias=True, exclude_unset=True, exclude={"type"})
    return Report(ReportType(told.type), given)
