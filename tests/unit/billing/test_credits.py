"""What credit does to what is owed, and to the customer's balance."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.credit_fakes import AT, euros, invoice_over, owed_on
from umlauf.billing.credits import (
    CreditBalance,
    EntryKind,
    apply_credit,
    empty_balance,
    lower_open,
    take_overpayment,
)
from umlauf.billing.errors import CreditShort, OverCredited
from umlauf.billing.model import (
    AppliedCredit,
    ChargedFee,
    CreditSource,
    PriceBasis,
    Receivable,
    ReceivableStatus,
    Settlement,
    SettlementState,
)
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import Money


def owed(gross: int, *, paid: int = 0, fee: int = 0) -> Receivable:
    receivable = owed_on(invoice_over(gross, basis=PriceBasis.GROSS))
    if paid:
        receivable = receivable.settle(payment(paid))
    if fee:
        receivable = receivable.charge(ChargedFee("fee", euros(fee), AT))
    return receivable


def payment(minor: int, state: SettlementState = SettlementState.SUCCEEDED) -> Settlement:
    return Settlement("pay_1", state, euros(minor), AT)


def holding(minor: int) -> CreditBalance:
    balance = empty_balance("cus_ada", "umlauf-de", "EUR")
    return balance.move(EntryKind.PREPAYMENT, euros(minor), "bank", AT)[0] if minor else balance


@pytest.mark.parametrize(
    ("receivable", "note", "lowers", "excess", "open_after"),
    [
        pytest.param(owed(10_000, paid=3_000), 8_000, 7_000, 1_000, 0, id="part-paid"),
        pytest.param(owed(10_000), 1_000, 1_000, 0, 9_000, id="an item adjusted, unpaid"),
        pytest.param(owed(10_000, paid=10_000), 8_000, 0, 8_000, 0, id="paid"),
        pytest.param(owed(10_000, fee=500), 10_000, 10_000, 0, 500, id="fees stay owed"),
        pytest.param(
            owed(10_000, paid=10_000, fee=500), 2_000, 500, 1_500, 0, id="open fees are paid first"
        ),
    ],
)
def test_a_note_lowers_what_is_open_and_the_rest_is_the_customers(
    receivable: Receivable, note: int, lowers: int, excess: int, open_after: int
) -> None:
    (after,), effect = lower_open([receivable], euros(note), "crn_1", AT)
    assert [one.amount for one in effect.reductions] == ([euros(lowers)] if lowers else [])
    assert effect.to_balance == euros(excess)
    assert (after.open, after.overpaid) == (euros(open_after), euros(0))


def test_a_note_over_two_invoices_lowers_the_first_one_first() -> None:
    first, second = owed(5_000), replace(owed(5_000), id="inv_second")
    (one, other), effect = lower_open([first, second], euros(7_000), "crn_1", AT)
    assert (one.open, other.open, effect.to_balance) == (euros(0), euros(3_000), euros(0))


def test_a_note_that_leaves_nothing_to_pay_makes_the_invoice_paid() -> None:
    (after,), _ = lower_open([owed(10_000)], euros(10_000), "crn_1", AT)
    assert after.status is ReceivableStatus.PAID
    assert not after.is_overdue(after.due_on.replace(year=2027))


def test_a_debit_that_arrives_after_the_credit_goes_to_the_balance() -> None:
    waiting = owed(10_000).settle(payment(10_000, SettlementState.PROCESSING))
    (credited,), effect = lower_open([waiting], euros(4_000), "crn_1", AT)
    assert effect.to_balance == euros(0)

    paid = credited.settle(payment(10_000))
    balance, settled, entries = take_overpayment(holding(0), paid, AT)
    assert (balance.amount, settled.overpaid, settled.open) == (euros(4_000), euros(0), euros(0))
    assert [entry.kind for entry in entries] == [EntryKind.OVERPAYMENT]
    assert take_overpayment(balance, settled, AT) == (balance, settled, ())


def test_a_debit_that_goes_back_after_its_excess_was_moved_is_owed_again() -> None:
    paid = owed(10_000).settle(payment(12_000))
    _, settled, _ = take_overpayment(holding(0), paid, AT)
    returned = settled.settle(payment(12_000, SettlementState.RETURNED))
    assert returned.status is ReceivableStatus.OPEN
    assert returned.open == euros(12_000)


@pytest.mark.parametrize(
    ("credit", "gross", "paid_from_it", "left"),
    [
        pytest.param(2_000, 10_000, 2_000, 0, id="credit 20.00, charge 100.00"),
        pytest.param(23_382, 22_496, 22_496, 886, id="resumed after a pause"),
        pytest.param(1_500, 6_000, 1_500, 0, id="a last usage invoice"),
        pytest.param(0, 6_000, 0, 0, id="no credit"),
    ],
)
def test_the_balance_pays_as_far_as_it_goes(
    credit: int, gross: int, paid_from_it: int, left: int
) -> None:
    balance, receivable, entries = apply_credit(holding(credit), owed(gross), AT)
    assert receivable.from_balance == euros(paid_from_it)
    assert receivable.open == euros(gross - paid_from_it)
    assert balance.amount == euros(left)
    assert [entry.amount for entry in entries] == ([euros(-paid_from_it)] if paid_from_it else [])


def test_an_invoice_that_the_balance_covers_is_paid() -> None:
    _, receivable, _ = apply_credit(holding(10_000), owed(10_000), AT)
    assert receivable.status is ReceivableStatus.PAID


def test_staff_may_use_a_part_of_the_balance_only() -> None:
    balance, receivable, _ = apply_credit(holding(10_000), owed(10_000), AT, euros(2_500))
    assert (balance.amount, receivable.open) == (euros(7_500), euros(7_500))


def test_a_credit_that_is_known_counts_once() -> None:
    credit = AppliedCredit("crn_1", CreditSource.NOTE, euros(1_000), AT)
    once = owed(10_000).use_credit(credit)
    assert once.use_credit(credit) is once


@pytest.mark.parametrize(
    "credit",
    [
        pytest.param(AppliedCredit("a", CreditSource.NOTE, euros(10_001), AT), id="above what is"),
        pytest.param(AppliedCredit("a", CreditSource.BALANCE, euros(0), AT), id="nothing"),
        pytest.param(AppliedCredit("a", CreditSource.MOVED, euros(1), AT), id="not overpaid"),
    ],
)
def test_a_receivable_refuses_credit_that_does_not_fit(credit: AppliedCredit) -> None:
    with pytest.raises(OverCredited, match="at most"):
        owed(10_000).use_credit(credit)


def test_more_than_the_balance_holds_is_refused_with_what_it_holds() -> None:
    with pytest.raises(CreditShort, match=r"holds 5\.00 EUR") as refused:
        holding(500).move(EntryKind.PAID_OUT, euros(-501), "refund", AT)
    assert refused.value.field == "amount"


def test_a_movement_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidInput, match="more or less than zero"):
        holding(500).move(EntryKind.PREPAYMENT, euros(0), "bank", AT)


@given(st.lists(st.integers(-5_000, 5_000), max_size=20))
def test_a_balance_is_the_sum_of_its_entries_and_never_below_zero(moves: Sequence[int]) -> None:
    balance, entries = holding(0), []
    for minor in moves:
        try:
            balance, entry = balance.move(EntryKind.PREPAYMENT, euros(minor), "x", AT)
        except (CreditShort, InvalidInput):
            continue
        entries.append(entry)
        assert entry.balance == balance.amount >= euros(0)
    assert balance.amount == Money(sum(entry.amount.amount_minor for entry in entries), "EUR")
    assert [entry.number for entry in entries] == list(range(1, balance.entry_count + 1))


@given(
    gross=st.integers(1, 10_000),
    acts=st.lists(
        st.tuples(st.sampled_from(["note", "pay", "fee", "apply", "move"]), st.integers(1, 12_000)),
        max_size=8,
    ),
)
def test_money_is_neither_made_nor_lost_whatever_comes(
    gross: int, acts: Sequence[tuple[str, int]]
) -> None:
    """What is open less what is to the customer's credit is what was owed less what came in."""
    receivable, balance, expected = owed(gross), holding(0), gross
    for place, (act, minor) in enumerate(acts):
        match act:
            case "note":
                (receivable,), effect = lower_open([receivable], euros(minor), f"n{place}", AT)
                if effect.to_balance:
                    kind = EntryKind.CREDIT_NOTE
                    balance, _ = balance.move(kind, effect.to_balance, f"n{place}", AT)
                expected -= minor
            case "pay":
                news = replace(payment(minor), attempt_id=f"p{place}")
                receivable = receivable.settle(news)
                expected -= minor
            case "fee":
                receivable = receivable.charge(ChargedFee(f"f{place}", euros(minor), AT))
                expected += minor
            case "apply":
                balance, receivable, _ = apply_credit(balance, receivable, AT)
            case _:
                balance, receivable, _ = take_overpayment(balance, receivable, AT)
        owes = receivable.open - receivable.overpaid - balance.amount
        assert owes == euros(expected)
        assert not (receivable.open and receivable.overpaid)
