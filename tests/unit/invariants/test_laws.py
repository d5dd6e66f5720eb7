"""Each law finds what breaks it, and nothing in sound books."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from invariants.books import Books, DeadLetterQueue
from invariants.report import check
from umlauf.billing.charges import BilledCharge, RatedQuantity
from umlauf.billing.model import (
    ChargedFee,
    Invoice,
    InvoiceLine,
    LineKind,
    LineRef,
    PriceBasis,
    Receivable,
    Settlement,
    SettlementState,
    TaxAmount,
    TaxTreatment,
)
from umlauf.billing.numbering import DocumentNumber, NumberBlock, NumberUse, Series
from umlauf.catalog.model import Supply, TaxCategory
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.rating import Price
from umlauf.dunning.model import Case
from umlauf.fleet.model import Measure, Outcome, Reason, Restriction
from umlauf.inventory.model import Asset, Assignment
from umlauf.inventory.states import AssetState
from umlauf.kernel.calendar import Interval, IntervalUnit, Period
from umlauf.kernel.money import Money
from umlauf.ledger.chart import SKR04
from umlauf.ledger.model import Debtor, JournalEntry, Posting, Side
from umlauf.subscriptions.agreements import Agreement
from umlauf.subscriptions.model import Status, Subscription
from umlauf.usage.model import (
    Bucket,
    ChargedBy,
    DayUsage,
    MeterPoint,
    PlacedReading,
    Position,
    Reading,
    Registers,
)
from umlauf.wallets.model import EntryKind, Wallet, WalletEntry

NOW = datetime(2026, 10, 1, tzinfo=UTC)
SEPTEMBER = Period(date(2026, 9, 1), date(2026, 10, 1))
TEN, TAX = Money(1000, "EUR"), Money(190, "EUR")
TREATMENT = TaxTreatment("DE", "standard", Decimal(19))
LINE = InvoiceLine(
    1,
    "minutes",
    LineKind.USAGE,
    "Minutes",
    SEPTEMBER,
    Decimal(1),
    "minute",
    TEN,
    TEN,
    TREATMENT,
    charge_id="sub_1#minutes#2026-09-01#0",
    subscription_id="sub_1",
)
RATED = RatedQuantity(
    meter="ride_seconds",
    unit="minute",
    counted=Decimal(60),
    meter_units_per_unit=60,
    price=Price("EUR", PerUnit(Decimal(1000))),
    amount=TEN,
)
CHARGE = BilledCharge(
    id=LINE.charge_id,
    subscription_id="sub_1",
    customer_id="cus_1",
    item="minutes",
    kind=LineKind.USAGE,
    name="Minutes",
    plan_id="city-metered",
    plan_version=1,
    quantity=1,
    period=SEPTEMBER,
    full_period=SEPTEMBER,
    full_minor=Decimal(1000),
    amount=TEN,
    supply=Supply.SERVICE,
    tax_category=TaxCategory.STANDARD,
    treatment=TREATMENT,
    price_basis=PriceBasis.NET,
    invoice_id="inv_1",
    line=1,
    credited=Money(0, "EUR"),
    usage=RATED,
)
INVOICE = Invoice(
    id="inv_1",
    number="RE-2026-000001",
    legal_entity="umlauf-de",
    customer_id="cus_1",
    subscription_id="sub_1",
    currency="EUR",
    price_basis=PriceBasis.NET,
    is_business=False,
    lines=(LINE,),
    taxes=(TaxAmount(TREATMENT, TEN, TAX),),
    net=TEN,
    tax=TAX,
    gross=TEN + TAX,
    issued_on=date(2026, 10, 1),
    due_on=date(2026, 10, 15),
    issued_at=NOW,
)
RECEIVABLE = Receivable(
    id="inv_1",
    number="RE-2026-000001",
    legal_entity="umlauf-de",
    customer_id="cus_1",
    subscription_id="sub_1",
    amount=TEN + TAX,
    issued_on=date(2026, 10, 1),
    due_on=date(2026, 10, 15),
    time_zone="Europe/Berlin",
    watch_on=date(2026, 10, 16),
)
FEE = ChargedFee("dunning_case#cas_1:3.1", TAX, NOW)
PAID_TWICE = tuple(
    Settlement(attempt, SettlementState.SUCCEEDED, TEN + TAX, NOW) for attempt in ("att_1", "att_2")
)
NUMBERS = [DocumentNumber("RE-2026-000001", "b", NumberUse.ISSUED, "inv_1")]
READING = Reading("dev_1", Position(1, 1), NOW, Registers(60, 100, 1))
BUCKET = Bucket("sub_1", date(2026, 9, 3), ChargedBy.INVOICE)
SUBSCRIPTION = Subscription(
    id="sub_1",
    customer_id="cus_1",
    agreements=(
        Agreement(plan_id="city-metered", plan_version=1, interval=Interval(IntervalUnit.MONTH)),
    ),
    currency="EUR",
    time_zone="Europe/Berlin",
    ordered_at=NOW,
    status=Status.ACTIVE,
    asset_id="ast_1",
    next_due_at=NOW,
)
ASSET = Asset(
    id="ast_1",
    model="city",
    serial="1",
    station_id="sta_1",
    registered_at=NOW,
    state=AssetState.ON_RENT,
    holder=Assignment("sub_1", "cus_1", NOW),
)
CASE = Case(
    id="cas_1",
    invoice_id="inv_1",
    subscription_id="sub_1",
    customer_id="cus_1",
    number=1,
    plan_id="de-consumer",
    time_zone="Europe/Berlin",
    due_on=date(2026, 10, 15),
    reason="failed",
    opened_at=NOW,
)
RESTRICTION = Restriction(
    id="rst_1",
    request_id="cas_1",
    measure=Measure.NO_NEW_PREPAID_SESSION,
    reason=Reason.ARREARS,
    subscription_id="sub_1",
    customer_id="cus_1",
    asset_id=None,
    outcome=Outcome.ALLOWED,
    basis="policy",
    decided_at=NOW,
    expires_at=NOW + timedelta(days=30),
)
ENTRY = JournalEntry(
    id="jnl_1",
    legal_entity="umlauf-de",
    source_event_id="invoice#inv_1:1.0",
    source_type="billing.invoice_issued.v1",
    reference="inv_1",
    text="invoice",
    posted_on=date(2026, 10, 1),
    recorded_at=NOW,
    postings=(
        Posting(SKR04.debtors.number, Side.DEBIT, TEN + TAX),
        Posting("4400", Side.CREDIT, TEN),
        Posting("3806", Side.CREDIT, TAX),
    ),
    debtor="10000",
)
TOP_UP = JournalEntry(
    id="jnl_top_up",
    legal_entity="umlauf-de",
    source_event_id="wallet#wal_1:1.0",
    source_type="wallets.topped_up.v1",
    reference="wal_1",
    text="Top-up",
    posted_on=date(2026, 10, 1),
    recorded_at=NOW,
    postings=(
        Posting(SKR04.payments_in_transit.number, Side.DEBIT, TEN),
        Posting(SKR04.customer_credit.number, Side.CREDIT, TEN),
    ),
    debtor=None,
)


def sound_books() -> Books:
    return Books(
        {
            Invoice: [INVOICE],
            Receivable: [RECEIVABLE],
            Series: [Series("RE-2026", 1)],
            NumberBlock: [NumberBlock("b", "RE-2026", 1, 1)],
            DocumentNumber: list(NUMBERS),
            JournalEntry: [ENTRY, TOP_UP],
            Debtor: [Debtor("umlauf-de", "10000", "cus_1", (TEN + TAX,))],
            Wallet: [Wallet("wal_1", "cus_2", TEN, entry_count=1)],
            WalletEntry: [
                WalletEntry(
                    wallet_id="wal_1",
                    number=1,
                    entry_kind=EntryKind.TOP_UP,
                    amount=TEN,
                    balance_after=TEN,
                    reference="att_1",
                    booked_at=NOW,
                )
            ],
            BilledCharge: [CHARGE],
            DayUsage: [DayUsage("sub_1", date(2026, 9, 3), by_invoice=Registers(60, 100, 1))],
            PlacedReading: [PlacedReading(READING, BUCKET, Registers(60, 100, 1))],
            MeterPoint: [MeterPoint("dev_1", "ast_1", NOW, latest=READING)],
            Subscription: [SUBSCRIPTION],
            Asset: [ASSET],
            Case: [CASE],
            Restriction: [RESTRICTION],
        },
        frozenset({"cas_1"}),
        [DeadLetterQueue("readings", 0, is_watched=True)],
    )


def test_sound_books_keep_every_law() -> None:
    report = check(sound_books())
    assert [law.violations for law in report.laws] == [[]] * 7
    assert report.hold


def test_a_fee_is_owed_in_the_books_and_by_the_customer_or_not_at_all() -> None:
    books = sound_books()
    charged = _set(Receivable, RECEIVABLE.charge(FEE))(books)
    posted = JournalEntry(
        id="jnl_2",
        legal_entity="umlauf-de",
        source_event_id=FEE.id,
        source_type="dunning.fee_charged.v1",
        reference="inv_1",
        text="fee",
        posted_on=date(2026, 10, 30),
        recorded_at=NOW,
        postings=(
            Posting(SKR04.debtors.number, Side.DEBIT, TAX),
            Posting(SKR04.dunning_fees.number, Side.CREDIT, TAX),
        ),
        debtor="10000",
    )
    both = _set(JournalEntry, ENTRY, TOP_UP, posted)(charged)
    both = _set(Debtor, Debtor("umlauf-de", "10000", "cus_1", (TEN + TAX + TAX,)))(both)
    assert not check(charged).hold
    assert check(both).hold


def test_a_restriction_that_was_denied_outlives_nothing() -> None:
    denied = replace(RESTRICTION, request_id="cmd_1", outcome=Outcome.DENIED, expires_at=None)
    books = _set(Restriction, RESTRICTION, denied)(sound_books())
    assert check(books).hold


def _set(cls: type, *aggregates: object) -> Callable[[Books], Books]:
    return lambda books: replace(books, aggregates={**books.aggregates, cls: list(aggregates)})


@pytest.mark.parametrize(
    ("law", "breaking", "says"),
    [
        pytest.param(1, _set(Debtor), "differs from the journal", id="debtor forgot"),
        pytest.param(
            1,
            _set(Receivable, RECEIVABLE.charge(FEE)),
            "a balance of 11.90 EUR with umlauf-de, but 13.80 EUR is open",
            id="fee that was never posted",
        ),
        pytest.param(
            1,
            _set(Receivable, replace(RECEIVABLE, settlements=PAID_TWICE)),
            "but -11.90 EUR is open",
            id="money that was never posted",
        ),
        pytest.param(
            1,
            _set(Receivable, replace(RECEIVABLE, legal_entity="umlauf-nl")),
            "with umlauf-nl, but 11.90 EUR is open",
            id="owed to another company than the books say",
        ),
        pytest.param(
            1,
            _set(JournalEntry, ENTRY, TOP_UP, replace(TOP_UP, legal_entity="umlauf-nl")),
            "wal_1 stands in the books of umlauf-de and umlauf-nl",
            id="one wallet in two companies' books",
        ),
        pytest.param(1, _set(Receivable), "but 0.00 EUR is open", id="invoice nobody collects"),
        pytest.param(1, _set(WalletEntry), "its entries say", id="balance without entry"),
        pytest.param(
            1,
            _set(JournalEntry, ENTRY),
            "wallets hold 10.00 EUR, account 3500 says 0.00 EUR",
            id="prepaid money that was never posted",
        ),
        pytest.param(
            2,
            _set(BilledCharge, CHARGE, replace(CHARGE, id="sub_1#minutes#2026-09-01#1")),
            "charged twice",
            id="same month twice",
        ),
        pytest.param(2, _set(Invoice, replace(INVOICE, gross=TEN)), "net plus tax", id="odd cent"),
        pytest.param(2, _set(Invoice, replace(INVOICE, net=TAX)), "sum of its lines", id="sum"),
        pytest.param(
            2,
            _set(
                Invoice,
                replace(
                    INVOICE,
                    lines=(replace(LINE, amount=-TEN, corrects=LineRef("inv_0", 1)),),
                ),
            ),
            "line 1 of inv_0 was credited and never billed",
            id="credit without charge",
        ),
        pytest.param(3, _set(DocumentNumber), "never reserved", id="number out of nowhere"),
        pytest.param(
            3,
            _set(Invoice, replace(INVOICE, legal_entity="umlauf-nl")),
            "in no series of umlauf-nl",
            id="another company's number",
        ),
        pytest.param(
            3,
            _set(Subscription, replace(SUBSCRIPTION, legal_entity="umlauf-nl")),
            "of umlauf-de bills a contract of umlauf-nl",
            id="another company's contract",
        ),
        pytest.param(
            3,
            _set(NumberBlock, NumberBlock("b", "RE-2026", 1, 2)),
            "neither used nor voided",
            id="unexplained gap",
        ),
        pytest.param(3, _set(Series, Series("RE-2026", 5)), "reserved up to", id="lost block"),
        pytest.param(
            3, _set(Invoice, INVOICE, replace(INVOICE, id="x")), "on 2 documents", id="number twice"
        ),
        pytest.param(
            4,
            _set(Subscription, replace(SUBSCRIPTION, status=Status.ENDED)),
            "not active",
            id="asset with a dead contract",
        ),
        pytest.param(
            4, _set(Asset, ASSET, replace(ASSET, id="ast_2")), "2 assets", id="two assets"
        ),
        pytest.param(5, _set(PlacedReading), "readings say", id="usage from nothing"),
        pytest.param(5, _set(DayUsage), "metered only 0", id="billed, never metered"),
        pytest.param(5, _set(BilledCharge), "never rated", id="invoiced, never rated"),
        pytest.param(
            5,
            _set(BilledCharge, replace(CHARGE, usage=replace(RATED, amount=TEN + TAX))),
            "rated 1190, charged 1000",
            id="rated higher than charged",
        ),
        pytest.param(
            5,
            _set(BilledCharge, replace(CHARGE, credited=TAX)),
            "charged 810",
            id="given back without a note",
        ),
        pytest.param(
            5,
            _set(MeterPoint, MeterPoint("dev_1", "ast_1", NOW)),
            "counted",
            id="counted more than the device shows",
        ),
        pytest.param(
            6,
            lambda books: replace(books, running_executions=frozenset()),
            "nothing carries it on",
            id="case without execution",
        ),
        pytest.param(6, _set(Case), "outlives", id="restriction without case"),
        pytest.param(
            7,
            lambda books: replace(
                books, dead_letter_queues=[DeadLetterQueue("q", 1, is_watched=False)]
            ),
            "no alarm watches",
            id="unwatched",
        ),
    ],
)
def test_a_broken_law_is_found_by_its_number(
    law: int, breaking: Callable[[Books], Books], says: str
) -> None:
    report = check(breaking(sound_books()))
    assert not report.hold
    assert any(says in violation for violation in report.laws[law - 1].violations)
