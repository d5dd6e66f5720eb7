"""Plans of every kind, and subscriptions that run under them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from tests.offer_fakes import CITY_PREPAID, MONTHLY, euros, pending_under
from umlauf.catalog.errors import UnknownPlan
from umlauf.catalog.model import AddOn, BaseFee, Delivery, Plan, Terms
from umlauf.catalog.policies import ChangePolicy, CreditPolicy, PausePolicy, Phase
from umlauf.catalog.price_models.chosen_amount import ChosenAmount
from umlauf.catalog.price_models.rating import Price
from umlauf.kernel.calendar import Interval, IntervalUnit
from umlauf.subscriptions.lifecycle import mark_billed, started
from umlauf.subscriptions.model import Subscription

YEARLY: Final = Interval(IntervalUnit.YEAR)
TWO_WEEKS: Final = Interval(IntervalUnit.DAY, 14)
ONE_YEAR: Final = Interval(IntervalUnit.MONTH, 12)
TWO_YEARS: Final = Interval(IntervalUnit.MONTH, 24)

THEFT_COVER: Final = AddOn(
    "theft-cover",
    "Theft cover",
    (BaseFee(id="theft-cover", name="Theft cover", prices=euros("4.90")),),
)
HELMET: Final = AddOn(
    "helmet", "Helmet", (BaseFee(id="helmet", name="Helmet", prices=euros("2.00")),)
)


def _flat(plan_id: str, amount: str, *, usd: str | None = None) -> Plan:
    return Plan(
        plan_id=plan_id,
        name=plan_id,
        interval=MONTHLY,
        items=(BaseFee(id="base-fee", name="Bike", prices=euros(amount, usd=usd)),),
        add_ons=(HELMET, THEFT_COVER),
        plan_version=1,
    )


CITY: Final = _flat("city", "59.00", usd="64.00")
PLUS: Final = _flat("plus", "79.00")
LITE: Final = replace(_flat("lite", "39.00"), add_ons=(THEFT_COVER,))
ANNUAL: Final = replace(_flat("annual", "590.00"), interval=YEARLY)
CITY_2: Final = replace(CITY, plan_version=2)
ON_THE_LAST: Final = replace(CITY, plan_id="on-the-last", anchor_day=31)
ON_THE_FIRST: Final = replace(CITY, plan_id="on-the-first", anchor_day=1)
BOUND: Final = replace(CITY, plan_id="bound", terms=Terms(minimum_term=ONE_YEAR, notice=MONTHLY))
UNSTOPPED: Final = replace(
    BOUND,
    plan_id="unstopped",
    pauses=PausePolicy(most_days=30, stops_clock=False, credit=CreditPolicy.NONE, notice_days=7),
)
UNPAUSED: Final = replace(CITY, plan_id="unpaused", pauses=None)
GENEROUS: Final = replace(CITY, plan_id="generous", changes=ChangePolicy(credit=CreditPolicy.FULL))
TERMED: Final = replace(
    CITY,
    plan_id="termed",
    terms=Terms(term_options=(ONE_YEAR, TWO_YEARS)),
    items=(
        BaseFee(
            id="base-fee",
            name="Bike",
            prices=tuple(
                replace(price, term=term)
                for term, amount in ((ONE_YEAR, "59.00"), (TWO_YEARS, "49.00"))
                for price in euros(amount)
            ),
        ),
    ),
)
TRIED: Final = replace(
    CITY,
    plan_id="tried",
    phases=(Phase("trial", TWO_WEEKS, is_free=True), Phase("regular")),
)
BOX: Final = replace(
    CITY,
    plan_id="box",
    items=(Delivery(id="box", name="Surprise box", prices=euros("25.00"), skip_notice_days=3),),
)
GIFT: Final = replace(
    CITY,
    plan_id="gift",
    items=(
        BaseFee(
            id="gift", name="Gift", prices=(Price("EUR", ChosenAmount(Decimal(900), Decimal(500))),)
        ),
    ),
)
PREPAID: Final = replace(CITY_PREPAID, plan_id="prepaid", plan_version=1, add_ons=(THEFT_COVER,))

PLANS: Final = {
    (plan.plan_id, plan.plan_version): plan
    for plan in (
        CITY,
        CITY_2,
        PLUS,
        LITE,
        ANNUAL,
        ON_THE_LAST,
        ON_THE_FIRST,
        BOUND,
        UNSTOPPED,
        UNPAUSED,
        GENEROUS,
        TERMED,
        TRIED,
        BOX,
        GIFT,
        PREPAID,
    )
}


def plan_of(plan_id: str, plan_version: int) -> Plan:
    try:
        return PLANS[plan_id, plan_version]
    except KeyError:
        raise UnknownPlan(plan_id) from None


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def running(
    plan: Plan = CITY,
    since: date = date(2026, 9, 1),
    *,
    add_ons: tuple[str, ...] = (),
    term: Interval | None = None,
) -> Subscription:
    """Handed over that day, nothing billed yet."""
    pending = pending_under(plan, add_ons)
    agreement = replace(pending.current, term=term, agreed_on=since)
    ordered = replace(pending, agreements=(agreement,), ordered_at=noon(since))
    return started(ordered, plan, noon(since))


def billed(subscription: Subscription, until: date) -> Subscription:
    """Billed at every day that falls due up to and including that one."""
    for _ in range(1_000):
        due_on = subscription.due_on
        if due_on is None or due_on > until:
            return subscription
        subscription, _ = mark_billed(subscription, due_on, noon(due_on))
    raise AssertionError("a thousand days due")
