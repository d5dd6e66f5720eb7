"""Contracts that run elsewhere, on the wire: rows to import, and what became of each."""

import json
from datetime import date
from typing import Annotated, Any

from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails

from umlauf.billing.forecasting import ForecastTotal
from umlauf.billing.use_cases.shadow_run import ShadowRow
from umlauf.catalog.coupons import MOST_PERIODS
from umlauf.kernel.errors import UmlaufError
from umlauf.subscriptions.agreements import Pause
from umlauf.subscriptions.applying import MOST_COUPONS
from umlauf.subscriptions.errors import BadImport
from umlauf.subscriptions.importing import RunningContract, RunningCoupon
from umlauf.subscriptions.use_cases.import_subscriptions import ImportedRow
from umlauf_http.representations.changes import MOST_ADD_ONS, ChosenAmounts, Quantity
from umlauf_http.representations.forecasts import ForecastBillOut
from umlauf_http.representations.intervals import IntervalIn
from umlauf_http.wire import MAX_AMOUNT_MINOR, Currency, Day, Identifier, In, MoneyOut, Out

MOST_ROWS = 100


class RanPauseIn(In):
    """Half-open; without an end it lasts until it is resumed."""

    starts_on: Day
    ends_on: Day | None = None
    stops_clock: bool = True

    def pause(self) -> Pause:
        return Pause(self.starts_on, self.ends_on, stops_clock=self.stops_clock)


class RunningCouponIn(In):
    """`periods_left` of one that lasts for some periods, `left_minor` of a once-amount."""

    coupon_id: Identifier
    periods_left: int | None = Field(None, ge=1, le=MOST_PERIODS)
    left_minor: int | None = Field(None, ge=1, le=MAX_AMOUNT_MINOR)


class RunningContractIn(In):
    """`external_id` is its number elsewhere: the same one is imported once.

    `billed_through` is the first day that is not billed there, a billing boundary; coupons take
    effect from then on. `anchor` decides the boundaries; without it, the first day. `agreed_on`
    selects the prices; without it, the first day too. `asset_id` is an asset in stock: the import
    hands it over.
    """

    external_id: Identifier
    customer_id: Identifier
    plan_id: Identifier
    plan_version: int = Field(ge=1, le=1_000_000)
    currency: Currency
    starts_on: Day
    billed_through: Day
    anchor: Day | None = None
    agreed_on: Day | None = None
    site: Identifier | None = None
    quantity: Quantity = 1
    add_ons: list[Identifier] = Field([], max_length=MOST_ADD_ONS)
    add_on_quantities: dict[Identifier, Quantity] = Field({}, max_length=MOST_ADD_ONS)
    chosen_minor: ChosenAmounts = Field({})
    term: IntervalIn | None = None
    term_starts_on: Day | None = None
    pauses: list[RanPauseIn] = Field([], max_length=200)
    coupons: list[RunningCouponIn] = Field([], max_length=MOST_COUPONS)
    asset_id: Identifier | None = None
    ends_on: Day | None = None

    def contract(self) -> RunningContract:
        """Raises InvalidInput for a pause that ends before it starts, BadPlan for a long term."""
        return RunningContract(
            external_id=self.external_id,
            customer_id=self.customer_id,
            plan_id=self.plan_id,
            plan_version=self.plan_version,
            currency=self.currency,
            starts_on=self.starts_on,
            billed_through=self.billed_through,
            anchor=self.anchor,
            agreed_on=self.agreed_on,
            site=self.site,
            quantity=self.quantity,
            add_ons=tuple(self.add_ons),
            add_on_quantities=self.add_on_quantities,
            chosen_minor=self.chosen_minor,
            term=None if self.term is None else self.term.to_interval(),
            term_starts_on=self.term_starts_on,
            pauses=tuple(pause.pause() for pause in self.pauses),
            coupons=tuple(
                RunningCoupon(one.coupon_id, one.periods_left, one.left_minor)
                for one in self.coupons
            ),
            asset_id=self.asset_id,
            ends_on=self.ends_on,
        )


AnyRowIn = Annotated[RunningContractIn | dict[str, Any], Field(union_mode="left_to_right")]
"""A row that cannot be read is taken as it is: it is refused for itself, and stops no other."""


def read_row(row: AnyRowIn) -> tuple[str, RunningContract | UmlaufError]:
    """The number elsewhere, and the contract or why it cannot be read."""
    name = (
        row.external_id if isinstance(row, RunningContractIn) else str(row.get("external_id", ""))
    )
    try:
        if isinstance(row, dict):
            row = RunningContractIn.model_validate_json(json.dumps(row))
        return name, row.contract()
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        return name, BadImport(remedy("contract", first), field=field or None)
    except UmlaufError as refusal:
        return name, refusal


def remedy(what: str, error: ErrorDetails) -> str:
    """What to do about the shape of one of many in a request: `what` is a contract, an event."""
    match error["type"]:
        case "extra_forbidden":
            return f"no {what} has such a field; correct its name, or leave it out"
        case "missing":
            return f"it is missing; every {what} needs it"
        case _:
            return error["msg"][:1].lower() + error["msg"][1:]


class RowProblemOut(Out):
    """Why a row is refused: what client code may branch on, the field, and the remedy."""

    code: str
    field: str | None
    detail: str

    @classmethod
    def of(cls, refusal: UmlaufError) -> "RowProblemOut":
        return cls(code=refusal.code, field=refusal.field, detail=refusal.message)


def row_problem(refusal: UmlaufError | None) -> RowProblemOut | None:
    return None if refusal is None else RowProblemOut.of(refusal)


class ImportedRowOut(Out):
    """`row` counts those sent from 1; `outcome` is imported, already_there or refused.

    `notes` say what will never be billed or given back here.
    """

    row: int
    external_id: str
    outcome: str
    subscription_id: str | None
    problem: RowProblemOut | None
    notes: list[str]

    @classmethod
    def of(cls, number: int, external_id: str, row: ImportedRow) -> "ImportedRowOut":
        return cls(
            row=number,
            external_id=external_id,
            outcome=row.outcome.value,
            subscription_id=row.subscription.id if row.subscription else None,
            problem=row_problem(row.refusal),
            notes=list(row.notes),
        )


class ImportedOut(Out):
    """One for each row, in their order."""

    rows: list[ImportedRowOut]


class ShadowRowOut(Out):
    """`outcome` is what the import would be; the bills are what would follow."""

    row: int
    external_id: str
    outcome: str
    problem: RowProblemOut | None
    notes: list[str]
    bills: list[ForecastBillOut]

    @classmethod
    def of(cls, number: int, external_id: str, row: ShadowRow) -> "ShadowRowOut":
        bills = row.forecast.bills if row.forecast else ()
        return cls(
            row=number,
            external_id=external_id,
            outcome=row.row.outcome.value,
            problem=row_problem(row.row.refusal),
            notes=list(row.row.notes),
            bills=[ForecastBillOut.of(bill) for bill in bills],
        )


class ShadowTotalOut(Out):
    documents: int
    net: MoneyOut
    tax: MoneyOut
    gross: MoneyOut

    @classmethod
    def of(cls, total: ForecastTotal) -> "ShadowTotalOut":
        return cls(
            documents=total.documents,
            net=MoneyOut.of(total.net),
            tax=MoneyOut.of(total.tax),
            gross=MoneyOut.of(total.gross),
        )


class ShadowRunOut(Out):
    """Nothing was stored. `totals` has one entry for each currency."""

    until: date
    rows: list[ShadowRowOut]
    totals: list[ShadowTotalOut]
