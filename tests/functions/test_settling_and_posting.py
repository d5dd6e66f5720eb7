"""The reactors of billing and ledger: one message at a time, twice, late, broken."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.credit_fakes import invoice_over
from tests.functions.loading import LambdaContext, failed_messages, loaded, sqs_event
from umlauf.billing.credits import EntryKind, empty_balance
from umlauf.billing.events import (
    CreditNoteIssued,
    CreditPaidOut,
    InvoiceIssued,
    IssuedTax,
    PrepaymentRecorded,
)
from umlauf.billing.model import PriceBasis, Receivable, ReceivableStatus
from umlauf.dunning.events import FeeCharged
from umlauf.dunning.model import Case, Dossier
from umlauf.kernel.events import Event, EventEnvelope
from umlauf.kernel.money import Money
from umlauf.kernel.work import Work
from umlauf.ledger.balances import is_balanced, sub_ledger_gaps, trial_balance
from umlauf.ledger.chart import NL_DECIMAL, SKR04
from umlauf.payments.events import (
    PaymentFailed,
    PaymentProcessing,
    PaymentReturned,
    PaymentSucceeded,
)
from umlauf.payments.model import Purpose
from umlauf.payments.reasons import Retry
from umlauf_adapters.billing.credits import DynamoCreditBalances
from umlauf_adapters.billing.invoices import DynamoReceivables
from umlauf_adapters.kernel.documents import encode
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.kernel.event_intake import to_entry
from umlauf_adapters.kernel.items import EventItem
from umlauf_adapters.ledger.layouts import DEBTORS, JOURNAL_ENTRIES

pytestmark = pytest.mark.usefixtures("tables")

NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
FIFTY_NINE = Money(5900, "EUR")
SUCCEEDED = PaymentSucceeded(
    attempt_id="att_1",
    purpose=Purpose.INVOICE,
    customer_id="cus_1",
    amount=FIFTY_NINE,
    provider_reference="pi_1",
    settled_at=NOW,
    invoice_id="inv_1",
    legal_entity="umlauf-de",
)
PROCESSING = PaymentProcessing(
    "att_1", Purpose.INVOICE, "cus_1", FIFTY_NINE, "pi_1", invoice_id="inv_1"
)
RETURNED = PaymentReturned(
    attempt_id="att_1",
    purpose=Purpose.INVOICE,
    customer_id="cus_1",
    payment_method_id="pmt_1",
    amount=FIFTY_NINE,
    reason_code="AM04",
    bank_fee=Money(350, "EUR"),
    is_customer_fault=True,
    retry=Retry.LATER,
    returned_at=NOW,
    invoice_id="inv_1",
    legal_entity="umlauf-de",
)
ISSUED = InvoiceIssued(
    invoice_id="inv_1",
    number="RE-2026-000001",
    legal_entity="umlauf-de",
    customer_id="cus_1",
    subscription_id="sub_1",
    currency="EUR",
    net=Money(4958, "EUR"),
    tax=Money(942, "EUR"),
    gross=FIFTY_NINE,
    taxes=(IssuedTax("DE", "standard", Decimal(19), Money(4958, "EUR"), Money(942, "EUR")),),
    lines=(),
    issued_on=date(2026, 10, 1),
    due_on=date(2026, 10, 15),
    is_business=False,
)
NOTED = CreditNoteIssued(
    credit_note_id="cn_1",
    number="GS-2026-000001",
    kind="credit_note",
    legal_entity="umlauf-de",
    customer_id="cus_1",
    subscription_id="sub_1",
    currency="EUR",
    net=ISSUED.net,
    tax=ISSUED.tax,
    gross=ISSUED.gross,
    taxes=ISSUED.taxes,
    lines=(),
    lowered=(),
    to_balance=ISSUED.gross,
    issued_on=date(2026, 10, 5),
    is_business=False,
)
PREPAID = PrepaymentRecorded(
    balance_id="cus_1.umlauf-de.EUR",
    entry_id="cus_1.umlauf-de.EUR.000001",
    customer_id="cus_1",
    legal_entity="umlauf-de",
    amount=Money(2000, "EUR"),
    reference="bank",
    received_on=date(2026, 10, 6),
)
PAID_OUT = CreditPaidOut(
    balance_id="cus_1.umlauf-de.EUR",
    entry_id="cus_1.umlauf-de.EUR.000002",
    customer_id="cus_1",
    legal_entity="umlauf-de",
    amount=Money(1500, "EUR"),
    reference="refund",
    paid_on=date(2026, 10, 7),
)
COST = Money(350, "EUR")
FEE = FeeCharged("cas_1", "inv_1", "umlauf-de", "cus_1", COST, COST, "returned")
TOP_UP = replace(
    SUCCEEDED, purpose=Purpose.TOP_UP, invoice_id=None, top_up_id="top_1", legal_entity=None
)


def message(event: Event, event_id: str) -> str:
    """As the bus puts it into a queue."""
    aggregate = event_id.partition(":")[0]
    envelope = EventEnvelope(event_id, event.TYPE, aggregate, 1, NOW, encode(event))
    entry = to_entry(envelope, "bus")
    return json.dumps({"detail-type": event.TYPE, "detail": json.loads(entry["Detail"])})


OWED = Receivable(
    id="inv_1",
    number="RE-2026-000001",
    legal_entity="umlauf-de",
    customer_id="cus_1",
    subscription_id="sub_1",
    amount=FIFTY_NINE,
    issued_on=date(2026, 10, 1),
    due_on=date(2026, 10, 15),
    time_zone="Europe/Berlin",
    watch_on=date(2026, 10, 16),
)
CASE = Case(
    id="",
    invoice_id="inv_1",
    subscription_id="sub_1",
    customer_id="cus_1",
    number=1,
    plan_id="de-consumer",
    time_zone="Europe/Berlin",
    due_on=date(2026, 10, 15),
    reason="overdue",
    opened_at=NOW,
)
FAILED = PaymentFailed(
    attempt_id="att_1",
    purpose=Purpose.INVOICE,
    customer_id="cus_1",
    payment_method_id="pmt_1",
    amount=FIFTY_NINE,
    reason_code="AM04",
    retry=Retry.LATER,
    is_customer_fault=False,
    failed_at=NOW,
    invoice_id="inv_1",
)


def put(*aggregates: Any) -> None:
    work = Work(NOW)
    for one in aggregates:
        work.put(one)
    DynamoWorks().commit(work)


def put_owed(invoice_id: str, due_on: date) -> None:
    """An invoice over 59.00 with all of it open."""
    invoice = invoice_over(5900, basis=PriceBasis.GROSS)
    owed = replace(OWED, id=invoice_id, number=invoice_id, due_on=due_on)
    put(owed, replace(invoice, id=invoice_id, customer_id="cus_1"))


def put_credit(minor: int, customer_id: str = "cus_1", legal_entity: str = "umlauf-de") -> str:
    """Money that was paid in; gives the message that tells of it."""
    empty = empty_balance(customer_id, legal_entity, "EUR")
    balance, entry = empty.move(EntryKind.PREPAYMENT, Money(minor, "EUR"), "bank", NOW)
    put(balance, entry)
    return message(replace(PREPAID, balance_id=balance.id, customer_id=customer_id), "p:1.0")


def credit() -> int:
    return sum(one.amount.amount_minor for one in DynamoCreditBalances().of_customer("cus_1"))


def from_balance(invoice_id: str) -> int:
    receivable = DynamoReceivables().get(invoice_id)
    assert receivable is not None
    return receivable.from_balance.amount_minor


class Reactors:
    """Both functions, in one environment each."""

    def __init__(self) -> None:
        self._handlers: dict[str, Any] = {}
        for name in ("settle_receivables", "post_journal"):
            with loaded(name) as app:
                self._handlers[name] = app.handle

    def settle(self, *bodies: str) -> list[str]:
        return self._call("settle_receivables", bodies)

    def post(self, *bodies: str) -> list[str]:
        return self._call("post_journal", bodies)

    def _call(self, name: str, bodies: tuple[str, ...]) -> list[str]:
        return failed_messages(self._handlers[name](sqs_event(*bodies), LambdaContext()))


@pytest.fixture
def reactors(tables: None) -> Reactors:
    put(OWED, replace(invoice_over(5900, basis=PriceBasis.GROSS), id="inv_1", customer_id="cus_1"))
    return Reactors()


def status() -> ReceivableStatus:
    receivable = DynamoReceivables().get("inv_1")
    assert receivable is not None
    return receivable.status


def told() -> list[str]:
    return sorted(item.type for item in EventItem.scan(consistent_read=True))


def test_a_payment_told_twice_in_one_batch_pays_once(reactors: Reactors) -> None:
    assert reactors.settle(message(SUCCEEDED, "a:1.0"), message(SUCCEEDED, "a:1.0")) == []
    assert status() is ReceivableStatus.PAID
    assert told() == ["billing.invoice_paid.v1"]


def test_processing_that_comes_after_success_changes_nothing(reactors: Reactors) -> None:
    assert reactors.settle(message(SUCCEEDED, "a:2.0"), message(PROCESSING, "a:1.0")) == []
    assert status() is ReceivableStatus.PAID


def test_a_return_reopens_and_tells_why(reactors: Reactors) -> None:
    reactors.settle(message(SUCCEEDED, "a:1.0"), message(RETURNED, "a:2.0"))
    assert status() is ReceivableStatus.OPEN
    assert told() == ["billing.invoice_paid.v1", "billing.invoice_reopened.v1"]


def test_what_is_paid_too_much_is_kept_as_credit_until_it_goes_back(reactors: Reactors) -> None:
    """Both attempts arrive; the balance keeps the second until the bank takes it back."""
    second = replace(SUCCEEDED, attempt_id="att_2")
    assert reactors.settle(message(SUCCEEDED, "a:1.0"), message(second, "b:1.0")) == []
    (balance,) = DynamoCreditBalances().of_customer("cus_1")
    assert balance.amount == FIFTY_NINE
    assert reactors.settle(message(replace(RETURNED, attempt_id="att_2"), "b:2.0")) == []
    assert status() is ReceivableStatus.PAID
    (balance,) = DynamoCreditBalances().of_customer("cus_1")
    assert balance.amount == Money(0, "EUR")
    assert told() == [
        "billing.credit_applied.v1",
        "billing.invoice_paid.v1",
        "billing.overpayment_credited.v1",
    ]


def test_only_the_broken_messages_go_back(reactors: Reactors) -> None:
    """The malformed one, an event that settles nothing, and an invoice that is not there yet."""
    unknown = replace(SUCCEEDED, invoice_id="inv_none")
    failed = reactors.settle(
        "{not json",
        message(ISSUED, "i:1.0"),
        message(SUCCEEDED, "a:1.0"),
        message(unknown, "b:1.0"),
    )
    assert failed == ["0", "1", "3"]
    assert status() is ReceivableStatus.PAID


def test_a_fee_told_twice_in_any_order_is_owed_once(reactors: Reactors) -> None:
    fee, other = message(FEE, "f:1.0"), message(FEE, "f:2.0")
    assert reactors.settle(fee, message(SUCCEEDED, "a:1.0"), fee) == []
    assert reactors.settle(message(RETURNED, "a:2.0"), fee, other) == []
    owed = DynamoReceivables().get("inv_1")
    assert owed is not None
    assert (owed.fees, owed.open) == (Money(700, "EUR"), Money(5900 + 700, "EUR"))
    assert told() == ["billing.invoice_paid.v1", "billing.invoice_reopened.v1"]


def test_a_fee_for_no_invoice_comes_again(reactors: Reactors) -> None:
    early = replace(FEE, invoice_id="inv_none")
    assert reactors.settle(message(early, "f:1.0"), message(FEE, "f:2.0")) == ["0"]


def test_a_top_up_settles_no_invoice(reactors: Reactors) -> None:
    assert reactors.settle(message(TOP_UP, "t:1.0")) == []
    assert status() is ReceivableStatus.OPEN


class TestCreditThatArises:
    """20.00 were paid in for no invoice in particular; 59.00 are open."""

    def test_pays_what_is_open_already_and_once(self, reactors: Reactors) -> None:
        told_of = put_credit(2_000)
        assert reactors.settle(told_of, told_of) == []
        assert (from_balance("inv_1"), credit()) == (2_000, 0)
        assert told() == ["billing.credit_applied.v1"]

    def test_pays_the_oldest_due_first_and_the_rest_waits(self, reactors: Reactors) -> None:
        put_owed("inv_0", due_on=date(2026, 9, 15))
        assert reactors.settle(put_credit(5_900 + 1_000)) == []
        assert [from_balance(one) for one in ("inv_0", "inv_1")] == [5_900, 1_000]
        assert told().count("billing.invoice_paid.v1") == 1

    def test_pays_nothing_that_a_payment_under_way_may_pay_until_it_failed(
        self, reactors: Reactors
    ) -> None:
        reactors.settle(message(PROCESSING, "a:1.0"))
        assert reactors.settle(put_credit(2_000)) == []
        assert (from_balance("inv_1"), credit()) == (0, 2_000)
        assert reactors.settle(message(FAILED, "a:2.0"), message(FAILED, "a:2.0")) == []
        assert (from_balance("inv_1"), credit()) == (2_000, 0)

    def test_pays_what_a_returned_debit_reopens(self, reactors: Reactors) -> None:
        """Who sends the money because the debit will bounce is not dunned when it does."""
        reactors.settle(message(SUCCEEDED, "a:1.0"), put_credit(2_000))
        assert (from_balance("inv_1"), credit()) == (0, 2_000)
        returned = message(RETURNED, "a:2.0")
        assert reactors.settle(returned, returned) == []
        assert (from_balance("inv_1"), credit()) == (2_000, 0)

    @pytest.mark.parametrize(("cancelled_by", "paid"), [("", 0), ("cn_1", 2_000)])
    def test_pays_nothing_that_was_taken_back_as_contested_unless_it_is_cancelled(
        self, reactors: Reactors, cancelled_by: str, paid: int
    ) -> None:
        owed = DynamoReceivables().get("inv_1")
        assert owed is not None
        put(replace(owed, cancelled_by=cancelled_by))
        reactors.settle(message(SUCCEEDED, "a:1.0"), put_credit(2_000))
        contested = replace(RETURNED, reason_code="MD06", retry=Retry.NEVER)
        assert reactors.settle(message(contested, "a:2.0")) == []
        assert (from_balance("inv_1"), credit()) == (paid, 2_000 - paid)

    def test_pays_a_fee_that_is_told_after_it_arose(self, reactors: Reactors) -> None:
        reactors.settle(message(SUCCEEDED, "a:1.0"), put_credit(2_000))
        fee = message(FEE, "f:1.0")
        assert reactors.settle(fee, fee) == []
        assert credit() == 2_000 - COST.amount_minor

    def test_pays_nothing_that_is_disputed(self, reactors: Reactors) -> None:
        dossier = Dossier("inv_1").with_new_case()
        assert dossier.open_case_id is not None
        put(dossier, replace(CASE, id=dossier.open_case_id).frozen(NOW))
        assert reactors.settle(put_credit(2_000)) == []
        assert (from_balance("inv_1"), credit()) == (0, 2_000)

    def test_of_a_note_that_left_nothing_over_asks_for_nothing(self, reactors: Reactors) -> None:
        put_credit(2_000)
        nothing = replace(NOTED, to_balance=Money(0, "EUR"))
        assert reactors.settle(message(nothing, "n:1.0")) == []
        assert credit() == 2_000

    @pytest.mark.parametrize("other", [{"customer_id": "cus_2"}, {"legal_entity": "umlauf-nl"}])
    def test_pays_for_nobody_else_and_to_nobody_else(
        self, reactors: Reactors, other: dict[str, str]
    ) -> None:
        assert reactors.settle(put_credit(2_000, **other)) == []
        assert from_balance("inv_1") == 0


def test_a_whole_story_is_posted_once_and_balances(reactors: Reactors) -> None:
    """Backwards and twice: the books do not mind."""
    story = [
        message(ISSUED, "i:1.0"),
        message(SUCCEEDED, "a:1.0"),
        message(RETURNED, "a:2.0"),
        message(FEE, "f:1.0"),
        message(NOTED, "n:1.0"),
        message(PREPAID, "c:1.0"),
        message(PAID_OUT, "c:2.0"),
    ]
    assert reactors.post(*reversed(story)) == []
    assert reactors.post(*story) == []
    entries = list(JOURNAL_ENTRIES.scan())
    assert len(entries) == len(story)
    balances = trial_balance(entries)
    assert is_balanced(balances)
    assert balances[SKR04.debtors.number, "EUR"] == Money(350 - 500, "EUR")
    assert balances["4400", "EUR"] == Money(0, "EUR")
    assert sub_ledger_gaps(entries, DEBTORS.scan(), SKR04.debtors.number) == {}


def test_what_is_owed_to_the_dutch_company_stands_in_its_books_alone(reactors: Reactors) -> None:
    """The same customer owes both: an account, a chart and a balance for each."""
    (tax,) = ISSUED.taxes
    at_home = replace(tax, country="NL", rate=Decimal(21), net=Money(4876, "EUR"))
    dutch = replace(
        ISSUED,
        invoice_id="inv_2",
        legal_entity="umlauf-nl",
        net=at_home.net,
        tax=Money(1024, "EUR"),
        taxes=(replace(at_home, tax=Money(1024, "EUR")),),
    )
    paid, returned = (
        replace(one, attempt_id="att_2", invoice_id="inv_2", legal_entity="umlauf-nl")
        for one in (SUCCEEDED, RETURNED)
    )
    fee = replace(FEE, case_id="cas_2", invoice_id="inv_2", legal_entity="umlauf-nl")
    events = {"i": dutch, "p": paid, "r": returned, "f": fee, "o": ISSUED}
    assert reactors.post(*(message(one, f"{id_}:1.0") for id_, one in events.items())) == []
    (owed_in_germany,) = [one for one in DEBTORS.scan() if one.legal_entity == "umlauf-de"]
    (owed,) = [one for one in DEBTORS.scan() if one.legal_entity == "umlauf-nl"]
    assert owed.balance("EUR") == Money(5900 + 350, "EUR")
    assert owed_in_germany.balance("EUR") == FIFTY_NINE
    own = [one for one in JOURNAL_ENTRIES.scan() if one.legal_entity == "umlauf-nl"]
    balances = trial_balance(own)
    assert is_balanced(balances)
    assert {account: sum_.amount_minor for (account, _), sum_ in balances.items()} == {
        "1300": 6250,
        "1500": -1024,
        "2000": -350,
        "4750": 350,
        "8000": -4876,
        "8900": -350,
    }
    assert sub_ledger_gaps(own, [owed], NL_DECIMAL.debtors.number) == {}


def test_a_payment_that_is_owed_to_nobody_known_goes_back(reactors: Reactors) -> None:
    lost, unknown = (replace(SUCCEEDED, legal_entity=name) for name in (None, "umlauf-xx"))
    assert reactors.post(message(lost, "a:1.0"), message(unknown, "a:2.0")) == ["0", "1"]
    assert not list(JOURNAL_ENTRIES.scan())


def test_what_the_ledger_cannot_code_goes_back_alone(reactors: Reactors) -> None:
    """A rate without account, an event without rule; a top-up's payment just moves nothing."""
    (tax,) = ISSUED.taxes
    odd = replace(ISSUED, taxes=(replace(tax, rate=Decimal(16)),))
    failed = reactors.post(
        message(odd, "o:1.0"),
        message(PROCESSING, "p:1.0"),
        message(ISSUED, "i:1.0"),
        message(TOP_UP, "t:1.0"),
    )
    assert failed == ["0", "1"]
    assert [entry.source_event_id for entry in JOURNAL_ENTRIES.scan()] == ["i:1.0"]
