"""Staff and customers find documents by whatever they know of them, each once, newest first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from moto import mock_aws

from tests.conftest import create_tables
from tests.credit_fakes import euros, invoice_over, owed_on
from umlauf.billing.credit_notes import CreditNote, NoteKind
from umlauf.billing.documents import DocumentKind
from umlauf.billing.finding import DocumentSearch, InvoiceSearch, InvoiceState, kind_of
from umlauf.billing.model import Invoice, LineKind, Receivable, Settlement, SettlementState
from umlauf.kernel.work import Page, Work
from umlauf_adapters.billing.registers import DynamoCreditNoteRegister, DynamoInvoiceRegister
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.kernel.layouts import BadCursor
from umlauf_adapters.kernel.spread_lists import SpreadList

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
FIRST = date(2026, 10, 15)
COUNT = 30
INVOICES, NOTES = DynamoInvoiceRegister(), DynamoCreditNoteRegister()
NUMBERS = range(COUNT)


@dataclass(frozen=True)
class Issued:
    invoice: Invoice
    receivable: Receivable
    note: CreditNote


def issued(number: int) -> Issued:
    """One a day. Every 2nd is Ada's, every 3rd is Dutch, every 5th a deposit; states go round."""
    day = FIRST + timedelta(days=number)
    template = invoice_over(1000)
    customer = "cus_ada" if number % 2 == 0 else f"cus_{number}"
    subscription = f"sub_{number % 4}"
    line = replace(template.lines[0], subscription_id=f"sub_line_{number % 6}")
    invoice = replace(
        template,
        id=f"inv_{number}",
        number=f"RE-2026-{number:06d}",
        customer_id=customer,
        subscription_id=subscription,
        legal_entity="umlauf-nl" if number % 3 == 0 else "umlauf-de",
        lines=(replace(line, kind=LineKind.DEPOSIT) if number % 5 == 0 else line,),
        issued_on=day,
        due_on=day + timedelta(days=14),
    )
    return Issued(invoice, _owed(invoice, number), _note(invoice, number))


def _owed(invoice: Invoice, number: int) -> Receivable:
    owed = replace(owed_on(invoice), due_on=invoice.due_on)
    match number % 4:
        case 0:
            return owed
        case 1:
            return owed.settle(_payment(SettlementState.SUCCEEDED, invoice))
        case 2:
            return owed.settle(_payment(SettlementState.PROCESSING, invoice))
        case _:
            paid = owed.settle(_payment(SettlementState.SUCCEEDED, invoice))
            return replace(paid, cancelled_by="cn_x")


def _payment(state: SettlementState, invoice: Invoice) -> Settlement:
    return Settlement("att", state, invoice.gross, NOW)


def _note(invoice: Invoice, number: int) -> CreditNote:
    return CreditNote(
        id=f"cn_{number}",
        number=f"GS-2026-{number:06d}",
        kind=NoteKind.CANCELLATION if number % 5 == 0 else NoteKind.CREDIT_NOTE,
        reason="goodwill",
        legal_entity=invoice.legal_entity,
        customer_id=invoice.customer_id,
        subscription_id=invoice.subscription_id,
        currency="EUR",
        price_basis=invoice.price_basis,
        is_business=False,
        corrects=(),
        lines=invoice.lines,
        taxes=(),
        net=euros(1000),
        tax=euros(0),
        gross=euros(1000),
        reductions=(),
        to_balance=euros(1000),
        issued_on=invoice.issued_on,
        issued_at=NOW,
    )


ALL = [issued(number) for number in NUMBERS]


@pytest.fixture(scope="module")
def register() -> Iterator[None]:
    with mock_aws():
        create_tables()
        for one in ALL:
            store(one.invoice, one.receivable, one.note)
        yield


def store(*aggregates: Any) -> None:
    work = Work(NOW)
    for aggregate in aggregates:
        work.put(aggregate)
    DynamoWorks().commit(work)


def read_all(page_of: Callable[[str | None], Page[Any]], limit: int) -> list[Any]:
    """Every page is full but the last, and no page is empty unless there is nothing at all."""
    found: list[Any] = []
    cursor = None
    for _ in range(COUNT + 1):
        page = page_of(cursor)
        found.extend(page.items)
        cursor = page.next_cursor
        if cursor is None:
            assert page.items or not found
            return found
        assert len(page.items) == limit
    raise AssertionError("the list never ends")


STATES = {
    0: {InvoiceState.OPEN, InvoiceState.OVERDUE},
    1: {InvoiceState.PAID},
    2: {InvoiceState.PROCESSING},
    3: {InvoiceState.CANCELLED},
}


def is_overdue(number: int) -> bool:
    return number % 4 == 0 and FIRST + timedelta(days=number + 14) < NOW.date()


def stands(state: InvoiceState, number: int) -> bool:
    if state is InvoiceState.OVERDUE:
        return is_overdue(number)
    return state in STATES[number % 4]


PARTS: dict[str, tuple[dict[str, Any], Callable[[int], bool]]] = {
    "nothing": ({}, lambda _: True),
    "customer": ({"customer_id": "cus_ada"}, lambda n: n % 2 == 0),
    "entity": ({"legal_entity": "umlauf-nl"}, lambda n: n % 3 == 0),
    "from": ({"issued_from": FIRST + timedelta(days=9)}, lambda n: n >= 9),
    "before": ({"issued_before": FIRST + timedelta(days=25)}, lambda n: n < 25),
    "subscription": ({"subscription_id": "sub_0"}, lambda n: n % 4 == 0),
    "line's subscription": ({"subscription_id": "sub_line_0"}, lambda n: n % 6 == 0),
}
COMBINATIONS = [
    *((name,) for name in PARTS),
    ("entity", "from"),
    ("customer", "entity", "from", "before", "line's subscription"),
]
STATED = [("nothing",), ("entity", "from"), ("customer", "before")]


def expected(parts: tuple[str, ...], also: Callable[[int], bool]) -> list[int]:
    wanted = (n for n in NUMBERS if also(n) and all(PARTS[part][1](n) for part in parts))
    return sorted(wanted, reverse=True)


def wishes(parts: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for part in parts for name, value in PARTS[part][0].items()}


@pytest.mark.parametrize(
    ("parts", "state"),
    [
        *((parts, None) for parts in COMBINATIONS),
        *((parts, state) for parts in STATED for state in InvoiceState),
    ],
)
def test_invoices_are_found_by_any_combination(
    register: None, parts: tuple[str, ...], state: InvoiceState | None
) -> None:
    search = InvoiceSearch(**wishes(parts), state=state)
    found = read_all(lambda at: INVOICES.find(search, now=NOW, limit=4, cursor=at), 4)
    wanted = expected(parts, lambda n: state is None or stands(state, n))
    assert [one.invoice.id for one in found] == [f"inv_{n}" for n in wanted]
    assert all(one.receivable.id == one.invoice.id for one in found)


@pytest.mark.parametrize("limit", [1, 3, 30, 100])
@pytest.mark.parametrize("kind", [DocumentKind.INVOICE, DocumentKind.DEPOSIT_REQUEST])
def test_invoices_are_found_by_kind_whatever_the_page(
    register: None, kind: DocumentKind, limit: int
) -> None:
    search = InvoiceSearch(kind=kind)
    found = read_all(lambda at: INVOICES.find(search, now=NOW, limit=limit, cursor=at), limit)
    wanted = expected((), lambda n: (n % 5 == 0) is (kind is DocumentKind.DEPOSIT_REQUEST))
    assert [one.invoice.id for one in found] == [f"inv_{n}" for n in wanted]
    assert {kind_of(one.invoice) for one in found} <= {kind}


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        *((parts, None) for parts in COMBINATIONS),
        *((parts, DocumentKind.CREDIT_NOTE) for parts in STATED),
        *((parts, DocumentKind.CANCELLATION) for parts in STATED),
    ],
)
def test_notes_are_found_by_any_combination(
    register: None, parts: tuple[str, ...], kind: DocumentKind | None
) -> None:
    search = DocumentSearch(**wishes(parts), kind=kind)
    found = read_all(lambda at: NOTES.find(search, limit=4, cursor=at), 4)
    is_wanted = DocumentKind.CANCELLATION is kind
    wanted = expected(parts, lambda n: kind is None or (n % 5 == 0) is is_wanted)
    assert [one.id for one in found] == [f"cn_{n}" for n in wanted]


def test_a_cursor_opens_only_the_list_it_came_from(register: None) -> None:
    everything, adas = InvoiceSearch(), InvoiceSearch(customer_id="cus_ada")
    cursor = INVOICES.find(everything, now=NOW, limit=1).next_cursor
    with pytest.raises(BadCursor):
        INVOICES.find(adas, now=NOW, limit=1, cursor=cursor)
    with pytest.raises(BadCursor):
        NOTES.find(DocumentSearch(), limit=1, cursor=cursor)
    with pytest.raises(BadCursor):
        NOTES.find(DocumentSearch(), limit=1, cursor="nonsense")


def test_a_search_that_looks_at_too_much_stops_and_can_go_on(
    register: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Short pages, but none without a way on, and in the end every row."""
    fields = SpreadList.__init__.__defaults__
    assert fields is not None
    monkeypatch.setattr(SpreadList.__init__, "__defaults__", (*fields[:-1], 5))
    search = InvoiceSearch(kind=DocumentKind.DEPOSIT_REQUEST)
    found: list[str] = []
    cursor = None
    for _ in range(COUNT):
        page = INVOICES.find(search, now=NOW, limit=20, cursor=cursor)
        found.extend(one.invoice.id for one in page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == [f"inv_{n}" for n in reversed(NUMBERS) if n % 5 == 0]
