"""The laws on credit: no more than was billed, counted once, and all of it somewhere."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from invariants.billing import charges_happen_once, credit_is_where_documents_say
from invariants.books import Books
from tests.credit_fakes import AT, charges_of, euros, invoice_over, owed_on, updated
from umlauf.billing.charges import BilledCharge
from umlauf.billing.credit_notes import CreditNote, PartOf, Reduction, credit_invoice, issue_note
from umlauf.billing.credits import (
    CreditBalance,
    CreditEntry,
    EntryKind,
    empty_balance,
    lower_open,
)
from umlauf.billing.model import Invoice, LineRef, Receivable, Settlement, SettlementState
from umlauf.kernel.calendar import local_date

INVOICE = invoice_over(1000, 2000, 3000)
PROPOSAL = credit_invoice(INVOICE, charges_of(INVOICE), PartOf(euros(3000)), "goodwill")
PAID = owed_on(INVOICE).settle(Settlement("p", SettlementState.SUCCEEDED, euros(5140), AT))
LOWERED, EFFECT = lower_open([PAID], PROPOSAL.draft.gross, "cn_1", AT)
BALANCE, ENTRY = empty_balance("cus_ada", "umlauf-de", "EUR").move(
    EntryKind.CREDIT_NOTE, EFFECT.to_balance, "cn_1", AT
)
NOTE = issue_note(
    PROPOSAL.draft,
    EFFECT,
    note_id="cn_1",
    number="GS-2026-000001",
    issued_on=local_date(AT, "Europe/Berlin"),
    now=AT,
)
CHARGES = updated(charges_of(INVOICE), PROPOSAL.charges)


def sound_books() -> Books:
    """30.00 net given back of an invoice that was paid but for 20.00."""
    return Books(
        {
            Invoice: [INVOICE],
            Receivable: list(LOWERED),
            BilledCharge: CHARGES,
            CreditNote: [NOTE],
            CreditBalance: [BALANCE],
            CreditEntry: [ENTRY],
        }
    )


def violations(books: Books) -> Iterator[str]:
    yield from charges_happen_once(books)
    yield from credit_is_where_documents_say(books)


def _set(cls: type, *aggregates: object) -> Callable[[Books], Books]:
    return lambda books: replace(books, aggregates={**books.aggregates, cls: list(aggregates)})


def _first_line(**changes: object) -> CreditNote:
    first, *others = NOTE.lines
    return replace(NOTE, lines=(replace(first, **changes), *others))  # type: ignore[arg-type]


def test_what_was_given_back_by_the_rules_keeps_every_law() -> None:
    assert EFFECT.reductions == (Reduction(INVOICE.id, euros(2000)),)
    assert EFFECT.to_balance == euros(1570)
    assert list(violations(sound_books())) == []


@pytest.mark.parametrize(
    ("breaking", "says"),
    [
        pytest.param(_set(CreditNote), "documents say 0", id="a counter without a note"),
        pytest.param(
            _set(BilledCharge, *charges_of(INVOICE)), "documents say 500", id="a note not counted"
        ),
        pytest.param(
            _set(BilledCharge, replace(CHARGES[0], credited=euros(1001)), *CHARGES[1:]),
            "10.01 EUR was credited of 10.00 EUR",
            id="more than was billed",
        ),
        pytest.param(
            _set(CreditNote, _first_line(corrects=LineRef("inv_none", 1))),
            "line 1 of inv_none was credited and never billed",
            id="a credit of nothing",
        ),
        pytest.param(
            _set(CreditNote, _first_line(corrects=None)),
            "which stands elsewhere",
            id="a line that points nowhere",
        ),
        pytest.param(
            _set(CreditNote, replace(NOTE, to_balance=euros(1569))),
            "is over 35.70 EUR, but 35.69 EUR went somewhere",
            id="a cent that went nowhere",
        ),
        pytest.param(
            _set(Receivable, PAID), "is lowered by 0, credit notes say 2000", id="still owed"
        ),
        pytest.param(_set(CreditEntry), "holds 15.70 EUR, its entries say 0.00 EUR", id="no entry"),
        pytest.param(_set(CreditBalance), "have no balance", id="no balance"),
        pytest.param(
            _set(CreditEntry, replace(ENTRY, reference="cn_2")),
            "cn_1 left 1570, balances got 0",
            id="credit of another note",
        ),
        pytest.param(
            _set(CreditEntry, replace(ENTRY, kind=EntryKind.OVERPAYMENT, reference=INVOICE.id)),
            "was overpaid by 0, balance entries say otherwise",
            id="an overpayment nobody made",
        ),
        pytest.param(
            _set(
                CreditEntry,
                replace(ENTRY, kind=EntryKind.APPLIED, amount=euros(-1570), reference=INVOICE.id),
            ),
            "was paid 0 from a balance, whose entries say otherwise",
            id="a payment nobody got",
        ),
    ],
)
def test_what_breaks_a_law_on_credit_is_found(
    breaking: Callable[[Books], Books], says: str
) -> None:
    assert any(says in violation for violation in violations(breaking(sound_books())))
