"""Notes and balances in DynamoDB: what is stored comes back, once, and nothing by halves."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from tests.credit_fakes import AT, charges_of, euros, invoice_over, owed_on
from umlauf.billing.charges import BilledCharge
from umlauf.billing.credit_notes import ByLine, CreditNote, PartOf
from umlauf.billing.credits import EntryKind, balance_id, empty_balance
from umlauf.billing.errors import OverCredited
from umlauf.billing.finding import DocumentSearch
from umlauf.billing.giving_back import CreditOrder
from umlauf.billing.model import Invoice, Settlement, SettlementState
from umlauf.billing.ports import CreditDesk
from umlauf.billing.use_cases.issue_credit_note import issue_credit_note
from umlauf.kernel.errors import Transient
from umlauf.kernel.work import AlreadyClaimed, Claim, StaleVersion, Work, carry_out
from umlauf_adapters.billing.credits import DynamoCreditBalances, DynamoCreditNotes
from umlauf_adapters.billing.invoices import (
    DynamoBilledCharges,
    DynamoInvoices,
    DynamoReceivables,
)
from umlauf_adapters.billing.registers import DynamoCreditNoteRegister
from umlauf_adapters.billing.runs import DynamoNumbers
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.subscriptions.subscriptions import DynamoSubscriptions

pytestmark = pytest.mark.usefixtures("tables")

WORKS, NOTES, BALANCES = DynamoWorks(), DynamoCreditNotes(), DynamoCreditBalances()
DESK = CreditDesk(
    invoices=DynamoInvoices(),
    receivables=DynamoReceivables(),
    charges=DynamoBilledCharges(),
    balances=BALANCES,
    notes=NOTES,
    numbers=DynamoNumbers(),
    subscriptions=DynamoSubscriptions(),
)
REGISTER = DynamoCreditNoteRegister()
OF_ADA = DocumentSearch(customer_id="cus_ada")
ADAS = balance_id("cus_ada", "umlauf-de", "EUR")


def store(*aggregates: Any) -> None:
    work = Work(AT)
    for aggregate in aggregates:
        work.put(aggregate)
    WORKS.commit(work)


@pytest.fixture
def invoice() -> Invoice:
    issued = invoice_over(1000, 2000, 3000)
    paid = Settlement("pay_1", SettlementState.SUCCEEDED, issued.gross, AT)
    store(issued, owed_on(issued).settle(paid), *charges_of(issued))
    return issued


def credit(
    invoice: Invoice, line: int, minor: int, *, command: str, at: datetime = AT
) -> CreditNote:
    order = CreditOrder(
        invoice_id=invoice.id, wanted=ByLine({line: euros(minor)}), reason="goodwill"
    )

    def decide(work: Work) -> CreditNote:
        work.claim(Claim(f"COMMAND#{command}"))
        return issue_credit_note(order, command_id=command, work=work, desk=DESK)

    return carry_out(decide, works=WORKS, now=at)


def test_a_note_comes_back_as_it_was_issued(invoice: Invoice) -> None:
    issued = credit(invoice, 2, 700, command="cmd_1")
    found = NOTES.get(issued.id)
    assert found is not None
    assert found.version == 1
    assert (found.lines, found.taxes, found.corrects) == (
        issued.lines,
        issued.taxes,
        issued.corrects,
    )
    assert NOTES.get("cn_none") is None


def test_a_customers_notes_are_listed_newest_first(invoice: Invoice) -> None:
    for place in range(3):
        credit(invoice, 1, 10, command=f"cmd_{place}", at=AT + timedelta(days=place))
    page = REGISTER.find(OF_ADA, limit=2)
    rest = REGISTER.find(OF_ADA, limit=2, cursor=page.next_cursor)
    numbers = [note.number for note in (*page.items, *rest.items)]
    assert numbers == ["GS-2026-000003", "GS-2026-000002", "GS-2026-000001"]
    assert REGISTER.find(DocumentSearch(customer_id="cus_bob")).items == []


def test_a_balance_is_found_with_its_entries_newest_first(invoice: Invoice) -> None:
    credit(invoice, 1, 100, command="cmd_1")
    credit(invoice, 1, 200, command="cmd_2")
    (balance,) = BALANCES.of_customer("cus_ada")
    assert balance == BALANCES.get(ADAS)
    assert balance.amount == euros(357)
    page = BALANCES.entries(ADAS, limit=1)
    (newest,) = page.items
    (oldest,) = BALANCES.entries(ADAS, cursor=page.next_cursor).items
    assert (newest.kind, newest.amount, newest.balance) == (
        EntryKind.CREDIT_NOTE,
        euros(238),
        euros(357),
    )
    assert oldest.number == 1
    assert BALANCES.get("cus_bob.umlauf-de.EUR") is None


def test_an_entry_is_written_once() -> None:
    balance, entry = empty_balance("cus_ada", "umlauf-de", "EUR").move(
        EntryKind.PREPAYMENT, euros(100), "bank", datetime(2026, 11, 2, tzinfo=UTC)
    )
    store(balance, entry)
    with pytest.raises(StaleVersion):
        store(entry)


def test_the_counters_of_a_charge_survive_being_stored(invoice: Invoice) -> None:
    credit(invoice, 3, 1234, command="cmd_1")
    by_line = {charge.line: charge for charge in DESK.charges.of_document(invoice)}
    assert by_line[3].credited == euros(1234)
    assert by_line[3].creditable == euros(1766)
    with pytest.raises(OverCredited):
        credit(invoice, 3, 1767, command="cmd_2")


class LostAnswers:
    """Cuts a commit off: before it arrives, or after it was carried out."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._commit = DynamoWorks.commit
        self._monkeypatch = monkeypatch

    def cut(self, *, is_carried_out: bool) -> None:
        commit = self._commit

        def broken(works: DynamoWorks, work: Work) -> None:
            if is_carried_out:
                commit(works, work)
            self._monkeypatch.setattr(DynamoWorks, "commit", commit)
            raise Transient("the line went dead")

        self._monkeypatch.setattr(DynamoWorks, "commit", broken)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> LostAnswers:
    return LostAnswers(monkeypatch)


@pytest.mark.parametrize("is_carried_out", [False, True])
def test_a_note_that_is_cut_off_and_asked_for_again_is_one_note(
    invoice: Invoice,
    answers: LostAnswers,
    is_carried_out: bool,  # noqa: FBT001 - a table
) -> None:
    answers.cut(is_carried_out=is_carried_out)
    with pytest.raises(Transient):
        credit(invoice, 1, 500, command="cmd_1")
    assert len(REGISTER.find(OF_ADA).items) == int(is_carried_out)
    if is_carried_out:
        with pytest.raises(AlreadyClaimed):
            credit(invoice, 1, 500, command="cmd_1")
    else:
        credit(invoice, 1, 500, command="cmd_1")
    (note,) = REGISTER.find(OF_ADA).items
    assert note.number == "GS-2026-000001"
    charges: list[BilledCharge] = list(DESK.charges.of_document(invoice))
    assert sum(charge.credited.amount_minor for charge in charges) == 500
    (balance,) = BALANCES.of_customer("cus_ada")
    assert balance.amount == euros(595)


@pytest.mark.parametrize("place", range(11))
def test_a_refused_write_of_a_note_leaves_nothing_of_it(
    invoice: Invoice, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    """Whichever of its writes the store refuses, none of the others is there."""
    saves = 0
    save = TransactWrite.save

    def refuse_one(transaction: Any, item: Any, **options: Any) -> None:
        nonlocal saves
        saves += 1
        if saves == place + 1:
            options["condition"] = type(item).pk == "never"
        save(transaction, item, **options)

    monkeypatch.setattr(TransactWrite, "save", refuse_one)
    order = CreditOrder(invoice_id=invoice.id, wanted=PartOf(euros(600)), reason="goodwill")
    work = Work(AT)
    issue_credit_note(order, command_id="cmd_1", work=work, desk=DESK)
    assert work.size == 11
    with pytest.raises((StaleVersion, TransactWriteError)):
        WORKS.commit(work)
    assert REGISTER.find(OF_ADA).items == []
    assert BALANCES.get(ADAS) is None
    assert not any(charge.credited for charge in DESK.charges.of_document(invoice))
    assert DESK.numbers.series("GS-2026") is None
