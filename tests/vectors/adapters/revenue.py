"""Deferred revenue: when an invoiced amount is earned, and what an early end does to it."""

import re
from calendar import month_abbr
from datetime import date, datetime
from typing import Any, Final

from tests.vectors.adapters.registry import adapter
from tests.vectors.adapters.taxes import taxed
from tests.vectors.cases import Case
from tests.vectors.shapes import Answer, FirstOf
from tests.vectors.words import amount, currency, day, day_after, moment, zone_of
from umlauf.billing.model import PriceBasis
from umlauf.billing.tax import rate_on
from umlauf.catalog.model import TaxCategory
from umlauf.kernel.calendar import Period
from umlauf.kernel.money import Money
from umlauf.ledger.deferral import (
    Deferral,
    Granularity,
    Service,
    monthly_movements,
    recognised_until,
    revenue_schedule,
)

AMOUNT = "(?:amount|invoice|net|price|total)(?:_cents)?"
MONTHS: Final = {name.lower(): number for number, name in enumerate(month_abbr) if name}
PAID: Final = re.compile(r"(?:cash|paid)_in_([a-z]{3})[a-z]*")


def service_of(case: Case) -> Service:
    """Between instants it ends at the second; dates are printed with the last day."""
    start, end = (moment(one) for one in case.get("service|period"))
    zone = zone_of(case)
    if isinstance(start, datetime) and isinstance(end, datetime):
        return Service(start, end, zone)
    first, last = (one for one in case.get("service|period"))
    return Service.of_days(Period(day(first), day_after(last)), zone)


def granularity_of(case: Case) -> Granularity:
    """The printed one, or the one the topic names; whole days where nothing is said."""
    words = str(case.get("granularity|method", case.topic)).lower()
    if "even" in words:
        return Granularity.EVEN_MONTHS
    is_by_time = any(word in words for word in ("second", "exact", "by time", "hour"))
    return Granularity.SECOND if is_by_time else Granularity.DAY


@adapter(AMOUNT, "service|period", may="granularity|method")
def schedule_by_month(case: Case) -> Any:
    parts = revenue_schedule(
        amount(case, "amount|invoice|net|price|total"), service_of(case), granularity_of(case)
    )
    revenue = [part.amount for part in parts]
    return Answer(
        revenue,
        revenue=FirstOf(revenue),
        deferred_change=FirstOf([part.deferred_change for part in parts]),
        deferred=FirstOf([part.deferred for part in parts]),
        deferred_end=parts[-1].deferred,
        **{month_abbr[part.month.month]: part.amount for part in parts},
        **{f"{part.month:%Y-%m}": part.amount for part in parts},
    )


@adapter("gross(?:_cents)?", "service|period", "balance_date", may="rate")
def deferred_at_year_end(case: Case) -> Any:
    """Net of tax; the balance sheet's day still counts as served."""
    service = service_of(case)
    rate = rate_on("DE", TaxCategory.STANDARD, service.days.start)
    document = taxed([(amount(case, "gross"), rate)], PriceBasis.GROSS, currency(case))
    cut = day_after(case.inputs["balance_date"])
    earned = recognised_until(document["net"], service, cut)
    running = Deferral(document["net"], earned, Money(0, currency(case)))
    year = day(case.inputs["balance_date"])
    return Answer(
        running.deferred,
        net=document["net"],
        vat_due_on_invoice=document["tax"],
        days_total=service.days.days,
        **{
            f"days_{year.year}": Period(service.days.start, cut).days,
            f"revenue_{year.year}": earned,
            f"prap_{year.isoformat().replace('-', '_')}": running.deferred,
        },
    )


@adapter(AMOUNT, "customer_balance(?:_cents)?", f"service|{PAID.pattern}", may="service|period")
def balance_pays_part(case: Case) -> Any:
    """By month; a payment is named by its month, in the service's years."""
    service = service_of(case)
    movements = monthly_movements(
        amount(case, "amount|invoice|net|price|total"),
        service,
        balance_used=amount(case, "customer_balance"),
        payments=_payments(case, service),
        granularity=granularity_of(case),
    )
    return Answer(
        **{
            month_abbr[one.month.month]: Answer(
                AR=one.receivable,
                CustomerBalance=one.customer_balance,
                Cash=one.cash,
                Revenue=one.revenue,
                Deferred=one.deferred,
            )
            for one in movements
        }
    )


def _payments(case: Case, service: Service) -> dict[date, Money]:
    first = service.days.start
    paid = {}
    for name in case.inputs:
        told = PAID.fullmatch(name)
        if told:
            paid[first.replace(month=MONTHS[told[1]], day=1)] = amount(case, name)
    return paid


@adapter(
    AMOUNT,
    "recognised_until_cancel(?:_cents)?|recognised(?:_cents)?|recognized(?:_cents)?",
    "(?:credit_note|credit|refund)(?:_cents)?",
)
def early_end_with_credit(case: Case) -> Any:
    """A credit beyond what is deferred takes back what was earned."""
    whole = amount(case, "amount|invoice|net|price|total")
    earned = amount(case, "recognised_until_cancel|recognised|recognized")
    running = Deferral(whole, earned, Money(0, whole.currency))
    after = running.credit(amount(case, "credit_note|credit|refund"))
    if after.deferred < Money(0, whole.currency):
        after = after.end()
    return Answer(
        after.deferred,
        deferred_before=running.deferred,
        deferred_after=after.deferred,
        recognised=after.recognised,
    )
