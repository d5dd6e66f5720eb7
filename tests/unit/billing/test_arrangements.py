"""What a document announces of its payment follows from what is on file when it is issued."""

from dataclasses import replace
from datetime import date

import pytest

from tests.functions.render_documents.test_render_documents import INVOICE, eur
from umlauf.billing.arrangements import BY_TRANSFER, Arrangement, next_bank_day, payment_of
from umlauf.billing.documents import PaymentMeans
from umlauf.billing.terms import UMLAUF
from umlauf.kernel.money import Money

DEBIT = Arrangement(PaymentMeans.DIRECT_DEBIT, digits="3000", mandate="UML-1")
CARD = Arrangement(PaymentMeans.CARD, "visa", "4242")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(date(2026, 11, 2), date(2026, 11, 3), id="Monday"),
        pytest.param(date(2026, 11, 6), date(2026, 11, 9), id="Friday"),
        pytest.param(date(2026, 4, 2), date(2026, 4, 7), id="Easter: Friday to Monday"),
        pytest.param(date(2026, 4, 30), date(2026, 5, 4), id="Labour Day and a weekend"),
        pytest.param(date(2026, 12, 24), date(2026, 12, 28), id="Christmas"),
        pytest.param(date(2026, 12, 31), date(2027, 1, 4), id="New Year, in the year after"),
        pytest.param(date(2026, 10, 2), date(2026, 10, 5), id="a German holiday closes no bank"),
    ],
)
def test_a_debit_is_booked_on_the_banks_next_day(day: date, expected: date) -> None:
    assert next_bank_day(day) == expected


def test_a_debit_is_announced_with_its_day_mandate_and_creditor() -> None:
    payment = payment_of(INVOICE, DEBIT, UMLAUF, paid=eur(0))
    assert payment.collected_on == date(2026, 11, 3)
    assert (payment.mandate_id, payment.creditor_id) == ("UML-1", UMLAUF.creditor_id)


@pytest.mark.parametrize(
    ("arrangement", "creditor"), [(replace(DEBIT, mandate=""), "DE1"), (DEBIT, "")]
)
def test_a_mandate_is_named_with_its_creditor_or_not_at_all(
    arrangement: Arrangement, creditor: str
) -> None:
    entity = replace(UMLAUF, creditor_id=creditor)
    payment = payment_of(INVOICE, arrangement, entity, paid=eur(0))
    assert (payment.mandate_id, payment.creditor_id) == ("", "")


def test_what_is_owed_in_dollars_is_not_announced_as_a_debit() -> None:
    in_dollars = replace(INVOICE, currency="USD", gross=Money(7191, "USD"))
    payment = payment_of(in_dollars, DEBIT, UMLAUF, paid=Money(0, "USD"))
    assert (payment.means, payment.mandate_id) == (PaymentMeans.TRANSFER, "")


def test_a_card_is_charged_on_the_day_of_issue_and_names_no_creditor() -> None:
    payment = payment_of(INVOICE, CARD, UMLAUF, paid=eur(0))
    assert (payment.collected_on, payment.creditor_id) == (INVOICE.issued_on, "")


@pytest.mark.parametrize("arrangement", [BY_TRANSFER, DEBIT, CARD])
def test_nothing_is_asked_for_where_credit_paid_all(arrangement: Arrangement) -> None:
    payment = payment_of(INVOICE, arrangement, UMLAUF, paid=INVOICE.gross)
    assert (payment.means, payment.collected_on) == (PaymentMeans.NONE, None)
