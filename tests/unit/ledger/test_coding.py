"""Which postings each event makes, and that they add up whatever order they come in."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umlauf.billing.terms import ENTITIES, UMLAUF, UMLAUF_NL
from umlauf.kernel.money import Money
from umlauf.ledger.balances import trial_balance
from umlauf.ledger.books import books_for, books_of
from umlauf.ledger.chart import CHARTS, Chart
from umlauf.ledger.coding import code
from umlauf.ledger.errors import NoAccount, NoBooks, NoChart, UnbalancedEntry
from umlauf.ledger.facts import (
    FACTS,
    CodedLine,
    CreditNoteIssued,
    CreditPaidOut,
    Fact,
    FeeCharged,
    InvoiceIssued,
    PaymentFailed,
    PaymentReturned,
    PaymentSucceeded,
    PrepaymentRecorded,
    SessionSettled,
    TaxedAmount,
    ToppedUp,
    TopUpReturned,
)
from umlauf.ledger.model import JournalEntry, Posting, Side, require_balanced
from umlauf_adapters.kernel.documents import decode

SAMPLES = Path(__file__).parents[3] / "events" / "samples"
NOW = datetime(2026, 10, 1, 22, 30, tzinfo=UTC)  # already 2 October in Berlin
BOOKS = books_of(UMLAUF)


GERMAN = UMLAUF.id


def euros(amount: str) -> Money:
    return Money(int(Decimal(amount) * 100), "EUR")


def taxed(country: str, rate: int, net: str, tax: str, category: str = "standard") -> TaxedAmount:
    return TaxedAmount(country, category, Decimal(rate), euros(net), euros(tax))


def invoice(gross: str, *taxes: TaxedAmount) -> InvoiceIssued:
    day = date(2026, 10, 1)
    return InvoiceIssued("inv_1", "RE-2026-000001", GERMAN, "cus_1", euros(gross), taxes, day)


def note(gross: str, *taxes: TaxedAmount, kind: str = "credit_note") -> CreditNoteIssued:
    return CreditNoteIssued(
        "cn_1", "GS-2026-000001", kind, GERMAN, "cus_1", euros(gross), taxes, date(2026, 10, 1)
    )


SUCCEEDED = PaymentSucceeded("att_1", "invoice", "cus_1", euros("59.00"), NOW, GERMAN)
RETURNED = PaymentReturned("att_1", "invoice", "cus_1", euros("59.00"), euros("3.50"), NOW, GERMAN)
FAILED_FREE = PaymentFailed("att_1", "invoice", "cus_1", NOW, None)
FAILED = PaymentFailed("att_1", "invoice", "cus_1", NOW, euros("3.50"))
TOP_UP = PaymentSucceeded("att_2", "top_up", "cus_1", euros("20.00"), NOW)
TOP_UP_RETURNED = PaymentReturned("att_2", "top_up", "cus_1", euros("20.00"), euros("3.50"), NOW)
SETTLED = SessionSettled("ses_1", "cus_1", euros("2.52"), Decimal(19), "DE", NOW)


@pytest.mark.parametrize(
    ("fact", "postings"),
    [
        pytest.param(
            invoice("59.00", taxed("DE", 19, "49.58", "9.42")),
            ["1200 D 59.00", "4400 C 49.58", "3806 C 9.42"],
            id="invoice at 19 %",
        ),
        pytest.param(
            invoice("62.00", taxed("DE", 19, "49.58", "9.42"), taxed("DE", 7, "2.80", "0.20")),
            ["1200 D 62.00", "4400 C 49.58", "3806 C 9.42", "4300 C 2.80", "3801 C 0.20"],
            id="invoice with two rates",
        ),
        pytest.param(
            invoice("60.00", taxed("NL", 21, "49.59", "10.41")),
            ["1200 D 60.00", "4339 C 49.59", "3818 C 10.41"],
            id="invoice taxed in the Netherlands",
        ),
        pytest.param(
            invoice("100.00", taxed("NL", 0, "100.00", "0.00", "reverse_charge")),
            ["1200 D 100.00", "4336 C 100.00"],
            id="reverse charge",
        ),
        pytest.param(
            note("59.00", taxed("DE", 19, "49.58", "9.42")),
            ["4400 D 49.58", "3806 D 9.42", "1200 C 59.00"],
            id="credit note at 19 %",
        ),
        pytest.param(
            note("60.00", taxed("NL", 21, "49.59", "10.41"), kind="cancellation"),
            ["4339 D 49.59", "3818 D 10.41", "1200 C 60.00"],
            id="cancellation of what was taxed in the Netherlands",
        ),
        pytest.param(
            note("90.00", taxed("DE", 19, "-10.00", "-1.90"), taxed("DE", 7, "95.23", "6.67")),
            ["4400 C 10.00", "3806 C 1.90", "4300 D 95.23", "3801 D 6.67", "1200 C 90.00"],
            id="credit note with a new charge at another rate",
        ),
        pytest.param(
            replace(
                note("300.00", taxed("DE", 0, "300.00", "0.00", "not_subject")),
                lines=(CodedLine("deposit", euros("300.00")),),
            ),
            ["3550 D 300.00", "1200 C 300.00"],
            id="deposit given back",
        ),
        pytest.param(
            PrepaymentRecorded("bal_1", GERMAN, "cus_1", euros("20.00"), date(2026, 10, 1)),
            ["1800 D 20.00", "1200 C 20.00"],
            id="prepayment",
        ),
        pytest.param(
            CreditPaidOut("bal_1", GERMAN, "cus_1", euros("20.00"), date(2026, 10, 1)),
            ["1200 D 20.00", "1800 C 20.00"],
            id="credit paid out",
        ),
        pytest.param(
            invoice("54.00", taxed("FR", 20, "45.00", "9.00", "standard")),
            ["1200 D 54.00", "4339 C 45.00", "3818 C 9.00"],
            id="invoice taxed in France, through OSS too",
        ),
        pytest.param(
            invoice("100.00", taxed("NL", 0, "100.00", "0.00", "intra_community")),
            ["1200 D 100.00", "4125 C 100.00"],
            id="goods to a business in the EU",
        ),
        pytest.param(
            invoice("100.00", taxed("US", 0, "100.00", "0.00", "export")),
            ["1200 D 100.00", "4120 C 100.00"],
            id="goods that leave the EU",
        ),
        pytest.param(
            invoice("100.00", taxed("CH", 0, "100.00", "0.00", "outside_scope")),
            ["1200 D 100.00", "4338 C 100.00"],
            id="a service in a third country",
        ),
        pytest.param(
            invoice("100.00", taxed("DE", 0, "100.00", "0.00", "exempt")),
            ["1200 D 100.00", "4160 C 100.00"],
            id="exempt at home",
        ),
        pytest.param(
            replace(
                invoice("150.00", taxed("DE", 0, "150.00", "0.00", "not_subject")),
                lines=(CodedLine("deposit", euros("150.00")),),
            ),
            ["1200 D 150.00", "3550 C 150.00"],
            id="a deposit is owed back",
        ),
        pytest.param(
            replace(
                invoice("40.00", taxed("DE", 0, "40.00", "0.00", "not_subject")),
                lines=(CodedLine("one_off", euros("40.00")),),
            ),
            ["1200 D 40.00", "4970 C 40.00"],
            id="damages",
        ),
        pytest.param(
            invoice("5.00", taxed("DE", 19, "10.00", "1.90"), taxed("DE", 7, "-6.45", "-0.45")),
            ["1200 D 5.00", "4400 C 10.00", "3806 C 1.90", "4300 D 6.45", "3801 D 0.45"],
            id="a rate that gives money back",
        ),
        pytest.param(SUCCEEDED, ["1460 D 59.00", "1200 C 59.00"], id="payment"),
        pytest.param(TOP_UP, [], id="a top-up's payment is posted with the wallet"),
        pytest.param(FAILED_FREE, [], id="a failure moves nothing"),
        pytest.param(FAILED, ["6855 D 3.50", "1460 C 3.50"], id="a failure the bank charges for"),
        pytest.param(
            RETURNED,
            ["1200 D 59.00", "1460 C 59.00", "6855 D 3.50", "1460 C 3.50"],
            id="returned debit",
        ),
        pytest.param(
            TOP_UP_RETURNED,
            ["6855 D 3.50", "1460 C 3.50"],
            id="a top-up's return is posted with the wallet, but for the bank's charge",
        ),
        pytest.param(
            TopUpReturned("wal_1", "cus_1", euros("20.00"), euros("20.00"), euros("0.00")),
            ["3500 D 20.00", "1460 C 20.00"],
            id="returned top-up",
        ),
        pytest.param(
            TopUpReturned("wal_1", "cus_1", euros("20.00"), euros("12.50"), euros("7.50")),
            ["3500 D 12.50", "1300 D 7.50", "1460 C 20.00"],
            id="returned top-up that was spent in part",
        ),
        pytest.param(
            TopUpReturned("wal_1", "cus_1", euros("20.00"), euros("0.00"), euros("20.00")),
            ["1300 D 20.00", "1460 C 20.00"],
            id="returned top-up that was spent",
        ),
        pytest.param(
            FeeCharged("cas_1", "inv_1", GERMAN, "cus_1", euros("3.50")),
            ["1200 D 3.50", "4830 C 3.50"],
            id="dunning fee, without tax",
        ),
        pytest.param(
            ToppedUp("wal_1", "cus_1", euros("20.00"), "att_2"),
            ["1460 D 20.00", "3500 C 20.00"],
            id="top-up",
        ),
        pytest.param(SETTLED, ["3500 D 2.52", "4400 C 2.12", "3806 C 0.40"], id="prepaid session"),
    ],
)
def test_each_event_is_coded_by_the_chart(fact: Fact, postings: list[str]) -> None:
    coding = code(fact, NOW, BOOKS)
    assert [shown(posting) for posting in coding.postings] == postings
    if postings:
        require_balanced(coding.postings)


def shown(posting: Posting) -> str:
    side = "D" if posting.side is Side.DEBIT else "C"
    return f"{posting.account} {side} {Decimal(posting.amount.amount_minor) / 100:.2f}"


def test_entries_are_dated_by_the_calendar_of_the_books() -> None:
    assert code(SUCCEEDED, NOW, BOOKS).posted_on == date(2026, 10, 2)
    assert code(invoice("1.19", taxed("DE", 19, "1.00", "0.19")), NOW, BOOKS).posted_on == date(
        2026, 10, 1
    )


@pytest.mark.parametrize(
    "unknown",
    [
        pytest.param(taxed("DE", 16, "1.00", "0.16"), id="a rate of the past"),
        pytest.param(taxed("DE", 0, "1.00", "0.00", "zero"), id="a rate of zero"),
        pytest.param(taxed("NL", 0, "1.00", "0.00"), id="a rate of zero abroad"),
        pytest.param(taxed("DE", 19, "1.00", "0.19", "margin"), id="a category nobody knows"),
        pytest.param(taxed("NL", 21, "1.00", "0.21", "reverse_charge"), id="a contradiction"),
    ],
)
def test_what_has_no_account_is_refused_with_the_remedy(unknown: TaxedAmount) -> None:
    with pytest.raises(NoAccount) as refused:
        code(invoice("2.00", unknown), NOW, BOOKS)
    for named in ("SKR04", unknown.country, unknown.category, "add one"):
        assert named in refused.value.message


@pytest.mark.parametrize("order", list(permutations([SUCCEEDED, RETURNED, FAILED])))
def test_the_order_of_events_does_not_change_the_books(order: tuple[Fact, ...]) -> None:
    entries = [entry(f"event-{n}", fact) for n, fact in enumerate(order)]
    balances = trial_balance(entries)
    assert balances["1200", "EUR"] == euros("0.00")
    assert balances["1460", "EUR"] == euros("-7.00")


def entry(event_id: str, fact: Fact) -> JournalEntry:
    coding = code(fact, NOW, BOOKS)
    return JournalEntry(
        id=event_id,
        legal_entity=BOOKS.legal_entity,
        source_event_id=event_id,
        source_type="t",
        reference=coding.reference,
        text="x",
        posted_on=coding.posted_on,
        recorded_at=NOW,
        postings=coding.postings,
    )


@given(
    gross=st.integers(1, 1_000_000),
    rate=st.sampled_from([Decimal(19), Decimal(7)]),
)
def test_every_prepaid_session_balances_to_the_cent(gross: int, rate: Decimal) -> None:
    fact = SessionSettled("ses_1", "cus_1", Money(gross, "EUR"), rate, "DE", NOW)
    require_balanced(code(fact, NOW, BOOKS).postings)


@pytest.mark.parametrize(
    "postings",
    [
        pytest.param((), id="nothing"),
        pytest.param((Posting("1200", Side.DEBIT, euros("1.00")),), id="one side"),
        pytest.param(
            (
                Posting("1200", Side.DEBIT, euros("1.00")),
                Posting("4400", Side.CREDIT, Money(100, "USD")),
            ),
            id="balanced only across currencies",
        ),
        pytest.param(
            (
                Posting("1200", Side.DEBIT, euros("-1.00")),
                Posting("4400", Side.CREDIT, euros("-1.00")),
            ),
            id="negative amounts",
        ),
    ],
)
def test_an_entry_that_does_not_balance_cannot_exist(postings: tuple[Posting, ...]) -> None:
    with pytest.raises(UnbalancedEntry):
        JournalEntry("jnl_1", GERMAN, "e", "t", "r", "x", date(2026, 10, 1), NOW, postings)


@pytest.mark.parametrize("event_type", FACTS)
def test_the_ledger_can_read_and_code_the_published_sample(event_type: str) -> None:
    sample = json.loads((SAMPLES / f"{event_type}.json").read_text())
    fact = decode(FACTS[event_type], sample["data"])
    coding = code(fact, NOW, BOOKS)
    assert coding.customer_id == sample["data"]["customer_id"]
    assert coding.postings or event_type == "payments.payment_failed.v1"


DUTCH_BOOKS = books_of(UMLAUF_NL)


@pytest.mark.parametrize(
    ("fact", "postings"),
    [
        pytest.param(
            invoice("121.00", taxed("NL", 21, "100.00", "21.00")),
            ["1300 D 121.00", "8000 C 100.00", "1500 C 21.00"],
            id="at home",
        ),
        pytest.param(
            invoice("10.90", taxed("NL", 9, "10.00", "0.90", "reduced")),
            ["1300 D 10.90", "8010 C 10.00", "1510 C 0.90"],
            id="at home, reduced",
        ),
        pytest.param(
            invoice("119.00", taxed("DE", 19, "100.00", "19.00")),
            ["1300 D 119.00", "8050 C 100.00", "1530 C 19.00"],
            id="to a consumer in Germany, by OSS",
        ),
        pytest.param(
            invoice("100.00", taxed("DE", 0, "100.00", "0.00", "reverse_charge")),
            ["1300 D 100.00", "8060 C 100.00"],
            id="to a business in Germany",
        ),
        pytest.param(
            note("121.00", taxed("NL", 21, "100.00", "21.00")),
            ["8000 D 100.00", "1500 D 21.00", "1300 C 121.00"],
            id="a credit note",
        ),
        pytest.param(SUCCEEDED, ["2000 D 59.00", "1300 C 59.00"], id="a payment"),
        pytest.param(
            RETURNED,
            ["1300 D 59.00", "2000 C 59.00", "4750 D 3.50", "2000 C 3.50"],
            id="a returned debit",
        ),
        pytest.param(
            FeeCharged("cas_1", "inv_1", UMLAUF_NL.id, "cus_1", euros("40.00")),
            ["1300 D 40.00", "8900 C 40.00"],
            id="what the reminder cost",
        ),
    ],
)
def test_the_dutch_company_codes_by_its_own_chart(fact: Fact, postings: list[str]) -> None:
    coding = code(fact, NOW, DUTCH_BOOKS)
    assert [shown(one) for one in coding.postings] == postings


def test_a_rate_of_the_other_company_is_none_at_home() -> None:
    with pytest.raises(NoAccount, match="NL-DECIMAL"):
        code(invoice("1.19", taxed("NL", 19, "1.00", "0.19")), NOW, DUTCH_BOOKS)


@pytest.mark.parametrize("chart", CHARTS.values(), ids=lambda chart: chart.name)
def test_no_two_parts_of_a_chart_share_an_account(chart: Chart) -> None:
    parts = [
        chart.debtors,
        chart.payments_in_transit,
        chart.customer_credit,
        chart.top_up_shortfalls,
        chart.bank,
        chart.bank_charges,
        chart.dunning_fees,
        chart.deposits,
        chart.damages,
        *chart.untaxed_revenue.values(),
    ]
    for accounts in (*chart.domestic_revenue.values(), chart.revenue_abroad):
        assert accounts.tax is not None
        parts += [accounts.revenue, accounts.tax]
    numbers = [account.number for account in parts]
    assert len(numbers) == len(set(numbers))
    assert not {int(number) for number in numbers} & set(chart.debtor_numbers)


def test_every_company_has_a_chart_of_its_country() -> None:
    assert [books_of(one).chart.country for one in ENTITIES] == [one.country for one in ENTITIES]
    with pytest.raises(NoChart) as refused:
        books_of(replace(UMLAUF, chart="SKR99"))
    assert (refused.value.field, "SKR04, NL-DECIMAL" in refused.value.message) == ("chart", True)


@pytest.mark.parametrize(
    ("fact", "company"),
    [
        pytest.param(replace(SUCCEEDED, legal_entity=UMLAUF_NL.id), "umlauf-nl", id="a payment"),
        pytest.param(TOP_UP, "umlauf-de", id="money for a wallet"),
        pytest.param(SETTLED, "umlauf-de", id="a ride paid from a wallet"),
    ],
)
def test_a_fact_belongs_to_whom_it_is_owed_and_wallets_to_their_keeper(
    fact: Fact, company: str
) -> None:
    assert books_for(fact).legal_entity == company


def test_a_payment_of_an_invoice_that_nobody_is_owed_is_not_posted_on_a_guess() -> None:
    with pytest.raises(NoBooks) as refused:
        books_for(replace(SUCCEEDED, legal_entity=None))
    assert refused.value.field == "legal_entity"
