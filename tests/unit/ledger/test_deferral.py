"""Revenue is earned by the day of service; what is deferred ends at zero."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umlauf.kernel.calendar import Period
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import Money, total
from umlauf.ledger.deferral import (
    Deferral,
    Granularity,
    Service,
    monthly_movements,
    recognised_until,
    revenue_schedule,
)

BERLIN = "Europe/Berlin"
NOTHING = Money(0, "EUR")
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
SERVICES = st.builds(
    lambda start, seconds: Service(start, start + timedelta(seconds=seconds), BERLIN),
    INSTANTS,
    st.integers(1, 3 * 366 * 86_400),
)


def euros(amount: str) -> Money:
    return Money(int(Decimal(amount) * 100), "EUR")


def days(start: str, end: str) -> Service:
    return Service.of_days(Period(date.fromisoformat(start), date.fromisoformat(end)), BERLIN)


def test_an_annual_invoice_leaves_at_year_end_what_the_next_year_earns() -> None:
    """805.71 net from 15 October: 78 of 365 days belong to this year."""
    year = days("2026-10-15", "2027-10-15")
    assert recognised_until(euros("805.71"), year, date(2027, 1, 1)) == euros("172.18")
    december = revenue_schedule(euros("805.71"), year)[2]
    assert (december.month, december.deferred) == (date(2026, 12, 1), euros("633.53"))


def test_a_month_with_a_missing_hour_earns_as_many_days_as_any() -> None:
    schedule = revenue_schedule(euros("61.00"), days("2026-03-01", "2026-05-01"))
    assert [part.amount for part in schedule] == [euros("31.00"), euros("30.00")]


def test_before_the_service_nothing_is_earned_and_after_it_everything() -> None:
    year = days("2026-10-15", "2027-10-15")
    assert recognised_until(euros("1.00"), year, date(2026, 10, 15)) == NOTHING
    assert recognised_until(euros("1.00"), year, date(2030, 1, 1)) == euros("1.00")


@pytest.mark.parametrize("granularity", Granularity)
def test_a_service_inside_one_month_is_earned_in_it(granularity: Granularity) -> None:
    noon = datetime(2026, 6, 15, 12, tzinfo=UTC)
    for length in (timedelta(hours=1), timedelta(days=3)):
        schedule = revenue_schedule(
            euros("9.99"), Service(noon, noon + length, BERLIN), granularity
        )
        assert [part.amount for part in schedule] == [euros("9.99")]


def test_an_early_end_earns_what_is_not_credited_and_takes_back_what_is_credited_beyond() -> None:
    running = Deferral(euros("100"), recognised=euros("30"), credited=NOTHING)
    assert running.end().recognised == euros("100")
    assert running.credit(euros("80")).deferred == euros("-10")
    assert running.credit(euros("80")).end().recognised == euros("20")


@pytest.mark.parametrize("credit", ["-0.01", "60.01"])
def test_a_credit_beyond_what_is_left_of_the_invoice_is_refused(credit: str) -> None:
    with pytest.raises(InvalidInput, match="cannot be credited"):
        Deferral(euros("100"), euros("30"), credited=euros("40")).credit(euros(credit))


def test_a_balance_that_pays_a_part_moves_no_revenue() -> None:
    service = days("2026-01-15", "2026-02-15")
    paid = {date(2026, 3, 2): euros("20.00")}
    january, february, march = monthly_movements(
        euros("31.00"), service, balance_used=euros("11.00"), payments=paid
    )
    assert (january.receivable, january.customer_balance) == (euros("20.00"), euros("-11.00"))
    assert (january.revenue, january.deferred) == (euros("17.00"), euros("14.00"))
    assert (february.revenue, february.deferred) == (euros("14.00"), euros("-14.00"))
    assert (march.receivable, march.cash) == (euros("-20.00"), euros("20.00"))


@pytest.mark.parametrize(
    ("balance", "paid_on"), [("31.01", "2026-02-01"), ("-0.01", "2026-02-01"), ("0", "2025-12-31")]
)
def test_more_balance_than_invoice_and_money_before_it_are_refused(
    balance: str, paid_on: str
) -> None:
    paid = {date.fromisoformat(paid_on): euros("1.00")}
    with pytest.raises(InvalidInput):
        monthly_movements(
            euros("31.00"),
            days("2026-01-15", "2026-02-15"),
            balance_used=euros(balance),
            payments=paid,
        )


@given(minor=st.integers(0, 10**6), service=SERVICES, data=st.data())
def test_every_month_balances_and_in_the_end_only_money_and_revenue_are_left(
    minor: int, service: Service, data: st.DataObject
) -> None:
    invoice, used = Money(minor, "EUR"), Money(data.draw(st.integers(0, minor)), "EUR")
    paid = {service.days.start + timedelta(days=data.draw(st.integers(0, 400))): invoice - used}
    movements = monthly_movements(invoice, service, balance_used=used, payments=paid)
    assert all(one.is_balanced for one in movements)
    assert total((one.receivable for one in movements), "EUR") == NOTHING
    assert total((one.deferred for one in movements), "EUR") == NOTHING
    assert total((one.revenue for one in movements), "EUR") == invoice


def test_a_service_without_length_is_refused() -> None:
    noon = datetime(2026, 6, 15, 12, tzinfo=UTC)
    with pytest.raises(InvalidInput, match="end after it starts"):
        Service(noon, noon, BERLIN)


@given(
    minor=st.integers(-(10**7), 10**7), service=SERVICES, granularity=st.sampled_from(Granularity)
)
def test_a_schedule_sums_exactly_follows_the_months_and_ends_at_zero(
    minor: int, service: Service, granularity: Granularity
) -> None:
    amount = Money(minor, "EUR")
    schedule = revenue_schedule(amount, service, granularity)
    assert total((part.amount for part in schedule), "EUR") == amount
    assert schedule[-1].deferred == NOTHING
    assert all(
        (one.month + timedelta(days=31)).replace(day=1) == following.month
        for one, following in pairwise(schedule)
    )
    assert all(part.amount.amount_minor * minor >= 0 for part in schedule)


@given(minor=st.integers(0, 10**7), service=SERVICES, data=st.data())
def test_earned_and_credited_make_up_the_invoice_and_nothing_stays_deferred(
    minor: int, service: Service, data: st.DataObject
) -> None:
    amount = Money(minor, "EUR")
    ends_on = service.days.start + timedelta(days=data.draw(st.integers(0, service.days.days)))
    running = Deferral(amount, recognised_until(amount, service, ends_on), NOTHING)
    ended = running.credit(Money(data.draw(st.integers(0, minor)), "EUR")).end()
    assert ended.recognised + ended.credited == amount
    assert ended.deferred == NOTHING
