"""The form of `[[agreement]]` in a route table: one model for each kind of check, with its figures.

The descriptions are what an administrator reads when a value is wrong.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, TypeAlias, get_args

from pydantic import Field, StringConstraints

from gateway.exchange import agreement_checks as checks
from gateway.exchange.agreement import Agreement, Check
from gateway.services.toml_table import DatedTable, Text

_Amount = Annotated[int, Field(ge=1)]
_Count = Annotated[int, Field(ge=1, le=10_000)]
_Code = Annotated[str, StringConstraints(pattern=r"^\S{1,5}$")]
_Products = list[_Code]
_Categories = list[Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]]
_AMOUNTS: Final = "een lijst van bedragen in hele euro's, zoals [1000, 2000]"
_CATEGORIES: Final = 'een lijst van categorieën, zoals ["54"]; een lege lijst zet de afspraak stil'
_PRODUCTS: Final = 'een lijst van productcodes, zoals ["46A04"]; een lege lijst zet de afspraak stil'


def _codes(products: list[str] | None) -> frozenset[str] | None:
    return None if products is None else frozenset(products)


class AgreementTable(DatedTable):
    """What every agreement has."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]+(-[A-Z0-9]+)+$", max_length=40)] = Field(
        description='de code in een bevinding: hoofdletters en cijfers met streepjes, zoals "IJSSELLAND-BUDGET-5"'
    )
    text: Text = Field(description="de zin die de gebruiker leest: wat er is afgesproken; zonder gegevens van mensen")
    source: Text = Field(description="uit welk stuk de afspraak komt")
    municipalities: list[Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]] | None = Field(
        default=None, description='voor welke gemeenten: een lijst van CBS-codes, zoals ["0150"]; weglaten is alle'
    )
    refuse: bool = Field(default=False, description="true als een bericht wordt geweigerd; anders is het advies")
    retourcode: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{4}$")] | None = Field(
        default=None, description='bij refuse = true: de code in het retourbericht, zoals "0001"'
    )

    private: bool = Field(
        default=False, description="true als alleen de gemeente de bevinding ziet, en de aanbieder niet"
    )

    @property
    def kind(self) -> Check:
        """Give the check."""
        raise NotImplementedError

    @property
    def agreement(self) -> Agreement:
        """Give the agreement as the gateway works with it."""
        retourcode = self.retourcode if self.refuse else None
        return Agreement(self.code, self.text, self.source, self.kind, retourcode, self.private)

    @property
    def sleeps(self) -> bool:
        """Tell whether it is about no product at all, because its source names no codes or categories."""
        named = [getattr(self, key, None) for key in ("products", "categories")]
        return any(codes is not None for codes in named) and not any(named)


class BudgetTable(AgreementTable):
    """`check = "budget"`: a budget is one of these amounts."""

    check: Literal["budget"]
    amounts: Annotated[list[_Amount], Field(min_length=1)] = Field(description=_AMOUNTS)
    above: bool = Field(default=False, description="true als ook elk hoger bedrag mag (een offerte)")
    categories: _Categories | None = Field(default=None, description=f"{_CATEGORIES}; weglaten is elk product")

    @property
    def kind(self) -> Check:
        """Give the check."""
        return checks.AllowedBudgets(tuple(self.amounts), self.above, _codes(self.categories))


class MedicalReferralTable(AgreementTable):
    """`check = "medical_referral"`: a budget after a doctor's referral is at most so many euros."""

    check: Literal["medical_referral"]
    budget: _Amount | None = Field(
        default=None, description="het hoogste bedrag in euro; weglaten is medical_referral_budget van de gemeente"
    )

    @property
    def kind(self) -> Check:
        """Give the check."""
        return checks.MedicalReferral(self.budget)


class NoticeTable(AgreementTable):
    """`check = "notice_of_change"`: a change is asked for so many weeks ahead."""

    check: Literal["notice_of_change"]
    weeks: _Count = Field(description="hoeveel weken vooraf: een geheel getal")

    @property
    def kind(self) -> Check:
        """Give the check."""
        return checks.NoticeOfChange(self.weeks)


class PeriodTable(AgreementTable):
    """`check = "longest_period"`: a product lasts at most so long."""

    check: Literal["longest_period"]
    months: _Count | None = Field(default=None, description="hoeveel maanden: een geheel getal")
    days: _Count | None = Field(default=None, description="hoeveel dagen: een geheel getal")
    budgets: bool = Field(default=False, description="true als het alleen gaat om wat een budget heeft")
    products: _Products | None = Field(default=None, description=f"{_PRODUCTS}; weglaten is elk product")
    categories: _Categories | None = Field(default=None, description=f"{_CATEGORIES}; weglaten is elk product")

    @property
    def kind(self) -> Check:
        """Give the check."""
        products, categories = _codes(self.products), _codes(self.categories)
        return checks.LongestPeriod(self.months or 0, self.days or 0, self.budgets, products, categories)


class VolumeTable(AgreementTable):
    """`check = "largest_volume"`: a product is at most so many units in all."""

    check: Literal["largest_volume"]
    volume: _Count = Field(description="hoeveel in totaal: een geheel getal")
    unit: Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")] = Field(
        description='de eenheid: twee cijfers, zoals "01" (minuut) of "14" (etmaal)'
    )
    products: _Products = Field(description=_PRODUCTS)

    @property
    def kind(self) -> Check:
        """Give the check."""
        return checks.LargestVolume(self.volume, self.unit, _codes(self.products))


class UnitsTable(AgreementTable):
    """`check = "units"`: a product is asked for in one of these units."""

    check: Literal["units"]
    units: Annotated[list[Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]], Field(min_length=1)] = Field(
        description='een lijst van eenheden van twee cijfers, zoals ["14"]'
    )
    products: _Products = Field(description=_PRODUCTS)

    @property
    def kind(self) -> Check:
        """Give the check."""
        return checks.Units(frozenset(self.units), _codes(self.products))


class InTimeTable(AgreementTable):
    """`check = "request_in_time"`: a product is asked for within so many working days after its first day."""

    check: Literal["request_in_time"]
    working_days: _Count = Field(description="hoeveel werkdagen: een geheel getal")
    products: _Products = Field(description=_PRODUCTS)

    @property
    def kind(self) -> Check:
        """Give the check."""
        return checks.RequestInTime(self.working_days, _codes(self.products))


class DaysTable(AgreementTable):
    """`check = "days_a_week"`: products that go together are at most so many days a week in all."""

    check: Literal["days_a_week"]
    days: _Count = Field(description="hoeveel etmalen per week in totaal: een geheel getal")
    products: _Products = Field(description=_PRODUCTS)

    @property
    def kind(self) -> Check:
        """Give the check."""
        return checks.DaysAWeek(self.days, _codes(self.products))


class PauseTable(AgreementTable):
    """`check = "pause"`: after a temporary stop care starts again within so many weeks."""

    check: Literal["pause"]
    weeks: _Count = Field(description="hoeveel weken: een geheel getal")

    @property
    def kind(self) -> Check:
        """Give the check."""
        return checks.Pause(self.weeks)


class NotDeclaredTable(AgreementTable):
    """`check = "not_declared"`: a product is never in a declaration."""

    check: Literal["not_declared"]
    products: _Products = Field(description=_PRODUCTS)

    @property
    def kind(self) -> Check:
        """Give the check."""
        return checks.NotDeclared(_codes(self.products))


class OneProviderTable(AgreementTable):
    """`check = "one_provider"`: one of these budgets is at one provider at a time."""

    check: Literal["one_provider"]
    amounts: Annotated[list[_Amount], Field(min_length=1)] = Field(description=_AMOUNTS)
    private: Literal[True] = Field(
        default=True, description="altijd true: wat een andere aanbieder doet is niet aan de afzender"
    )

    @property
    def kind(self) -> Check:
        """Give the check."""
        return checks.OneProvider(tuple(self.amounts))


AnyAgreement: TypeAlias = Annotated[
    BudgetTable
    | MedicalReferralTable
    | NoticeTable
    | PeriodTable
    | VolumeTable
    | UnitsTable
    | InTimeTable
    | DaysTable
    | PauseTable
    | OneProviderTable
    | NotDeclaredTable,
    Field(discriminator="check"),
]


def _named(model: type[AgreementTable]) -> str:
    annotation: Any = model.model_fields["check"].annotation
    return str(get_args(annotation)[0])


# By what a table says in `check`.
KINDS: Final[dict[str, type[AgreementTable]]] = {_named(model): model for model in get_args(get_args(AnyAgreement)[0])}
