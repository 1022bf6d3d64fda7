"""The form of a route table: every key that a file in the routes folder may have, and what is expected of it.

The descriptions are what an administrator reads when a value is wrong.
"""

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field, StringConstraints

from gateway.exchange.mail_address import MAIL_ADDRESS, MAIL_ADDRESS_LENGTH
from gateway.services.agreement_file import AnyAgreement
from gateway.services.ggk_table import GgkTable
from gateway.services.toml_lines import Place
from gateway.services.toml_table import DatedTable, Table, Text

_Email = Annotated[str, StringConstraints(pattern=MAIL_ADDRESS, max_length=MAIL_ADDRESS_LENGTH)]
_FromProvider = Literal["JW305", "JW307", "JW315", "JW317", "JW323"]


class ManualTable(DatedTable):
    """`[municipality.manual]`: the messages that people handle."""

    types: Annotated[list[_FromProvider], Field(min_length=1)] = Field(
        description='een lijst van berichten die mensen afhandelen: een of meer van "JW305", "JW307", "JW315",'
        ' "JW317" en "JW323", bijvoorbeeld ["JW317"]'
    )
    reason: Annotated[Text, Field(max_length=500)] = Field(
        description="in één zin, van hoogstens 500 tekens, waarom mensen het bericht afhandelen"
    )
    email: _Email | None = Field(default=None, description="het e-mailadres van de gemeente voor deze gevallen")
    escalation_email: _Email | None = Field(
        default=None, description="het e-mailadres dat bericht krijgt van een geval dat te lang duurt"
    )
    content: Literal["none", "encrypted"] = Field(
        default="none",
        description='of de mail ook het verzoek bevat: "none", of "encrypted" voor alleen de gemeente leesbaar',
    )
    certificate: Text | None = Field(
        default=None,
        description="het bestand met het S/MIME-certificaat van de gemeente (PEM, RSA), gezien vanaf deze tabel",
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


class TariffTable(DatedTable):
    """`[[municipality.tariff]]`: a tariff of the contract with a provider (TR418)."""

    provider: Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")] = Field(
        description='de AGB-code van de aanbieder: acht cijfers tussen aanhalingstekens, zoals "65656055"'
    )
    code: Annotated[str, StringConstraints(pattern=r"^\S{1,5}$")] = Field(
        description='de productcode: hoogstens vijf tekens tussen aanhalingstekens, zoals "45A04"'
    )
    unit: Literal["01", "04", "14", "16", "82", "84"] = Field(
        description='de eenheid: "01", "04", "14", "16", "82" of "84"; euro\'s (83) hebben geen tarief'
    )
    amount: int = Field(ge=0, description="het tarief van één eenheid: een geheel getal, in eurocent")


class _SettingsTable(Table):
    """How messages of a municipality are treated; what is left out stays as it is."""

    delivery: Literal["queue", "ggk0210", "webhook", "email"] | None = Field(
        default=None, description='hoe berichten de gemeente bereiken: "queue", "ggk0210", "webhook" of "email"'
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
    name: Text = Field(description="de naam van de gemeente")
    source: Text | None = Field(
        default=None, description="waar het staat; een opmerking met # achter een waarde mag ook"
    )
    agreement_categories: list[Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]] | None = Field(
        default=None,
        description='voor welke categorieën de afspraken van de regio gelden, zoals ["43", "44"]; weglaten is alle',
    )
    manual: ManualTable | None = Field(
        default=None, description="een tabel [municipality.manual] met types, reason en zo nodig email"
    )
    product: list[ProductTable] = Field(
        default_factory=list, description="een tabel [[municipality.product]] voor elke eigen productcode"
    )
    tariff: list[TariffTable] = Field(
        default_factory=list,
        description="een tabel [[municipality.tariff]] voor elk tarief van een contract; zonder is TR418 uit",
    )
    limits: LimitsTable | None = Field(
        default=None, description="een tabel [municipality.limits] met medical_referral_budget"
    )
    ggk0210: GgkTable | None = Field(
        default=None, description="een tabel [municipality.ggk0210] met endpoint en zo nodig application en texts"
    )
    change: list[ChangeTable] = Field(
        default_factory=list,
        description="een tabel [[municipality.change]] voor instellingen die vanaf of tot een dag anders zijn",
    )

    def dated(self) -> Iterator[tuple[Place, DatedTable]]:
        """Give the tables within it that have days of their own, with their places in it."""
        if self.manual:
            yield ("manual",), self.manual
        if self.limits:
            yield ("limits",), self.limits
        if self.ggk0210:
            yield ("ggk0210",), self.ggk0210
        yield from ((("product", number), product) for number, product in enumerate(self.product))
        yield from ((("tariff", number), tariff) for number, tariff in enumerate(self.tariff))
        yield from ((("change", number), change) for number, change in enumerate(self.change))


class RouteFile(Table):
    """One file: a region, and its municipalities."""

    region: Text | None = Field(default=None, description="de naam van de regio; weglaten is de bestandsnaam")
    municipality: Annotated[list[MunicipalityTable], Field(min_length=1)] = Field(
        description="minstens één tabel [[municipality]]"
    )
    agreement: list[AnyAgreement] = Field(
        default_factory=list, description="een tabel [[agreement]] voor elke afspraak van de regio"
    )


TABLES: Final[dict[tuple[str, ...], type[BaseModel]]] = {
    (): RouteFile,
    ("municipality",): MunicipalityTable,
    ("municipality", "manual"): ManualTable,
    ("municipality", "limits"): LimitsTable,
    ("municipality", "product"): ProductTable,
    ("municipality", "ggk0210"): GgkTable,
    ("municipality", "tariff"): TariffTable,
    ("municipality", "change"): ChangeTable,
}


def expectation(names: tuple[str, ...]) -> str:
    """Say what is expected of a key, by the names on the way to it: `("municipality", "code")`."""
    return TABLES[names[:-1]].model_fields[names[-1]].description or ""
