"""A month in which everything happens that a bill may have to say, due on 1 October.

Beside the plain contracts: late and corrected usage, a change of plan, an add-on and a pause inside
a paid period, a Storno, coupons, a deposit with a setup fee, a yearly plan, and a customer who
wants one invoice for all.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from tests.billing_fakes import BillingWorld
from tests.functions.billing_world import OCTOBER, STARTED, change, ride, write
from tests.offer_fakes import CITY_FLAT, CITY_METERED, euros
from umlauf.billing.numbering import DocumentNumber, NumberBlock, Series
from umlauf.billing.runs import RunCursor
from umlauf.catalog.coupons import Coupon
from umlauf.catalog.model import Deposit, OneOffFee, Plan
from umlauf.kernel.calendar import Interval, IntervalUnit, start_of_day
from umlauf.kernel.money import Money
from umlauf.subscriptions.agreements import AddAddOn, BeginPause, Change, ChangePlan
from umlauf.subscriptions.applying import with_coupon
from umlauf.subscriptions.changing import apply_change
from umlauf.subscriptions.ending import voided
from umlauf.subscriptions.model import Subscription

AUGUST: Final = start_of_day(date(2026, 8, 1), "Europe/Berlin")
LAST_YEAR: Final = start_of_day(date(2025, 10, 1), "Europe/Berlin")
LATE: Final = OCTOBER - timedelta(minutes=30)
"""When September's changes became known: after the last run, and before the one that is tried."""

YEARLY: Final = replace(
    CITY_FLAT, plan_id="city-yearly", interval=Interval(IntervalUnit.YEAR), add_ons=()
)
SECURED: Final = replace(
    CITY_FLAT,
    plan_id="city-secured",
    items=(
        *CITY_FLAT.items,
        OneOffFee(id="setup", name="Setup", prices=euros("29.00", usd="32.00")),
        Deposit(id="deposit", name="Deposit", prices=euros("200.00", usd="220.00")),
    ),
)
TWENTY_OFF: Final = Coupon(id="twenty-off", name="A fifth off", percent=Decimal(20), periods=3)
WELCOME: Final = Coupon(
    id="welcome", name="Welcome", amounts=(Money(7000, "EUR"),), is_once_amount=True
)
MIDDLE: Final = date(2026, 9, 16)
PARTS: Final = ("plain", "changed", "reduced", "used", "together")


class EventfulMonth:
    """The contracts as they stand when the run of 1 October begins, in memory and then stored."""

    def __init__(self) -> None:
        self.world = BillingWorld()
        self.plans = {plan.plan_id: self.world.publish(plan) for plan in (CITY_FLAT, CITY_METERED)}

    def store(self, parts: Iterable[str] = PARTS) -> None:
        """Store all of it, or the contracts of some parts."""
        world = self.world
        makers = {
            "plain": self._plain_contracts,
            "changed": self._changed_contracts,
            "reduced": self._reduced_contracts,
            "used": self._usage,
            "together": self._contracts_together,
        }
        for part in parts:
            makers[part]()
        change(world, RunCursor().completed(OCTOBER - timedelta(minutes=10)))
        used = sum(1 for one in world.store.all(DocumentNumber) if one.id.startswith("RE-2026-"))
        if used:
            change(world, Series("RE-2026", used))
            change(world, NumberBlock("block", "RE-2026", 1, used))
        write(world.store.aggregates)

    def _plain_contracts(self) -> None:
        self._running(CITY_FLAT, "ada")
        bad = self.world.customers.get(self._running(CITY_FLAT, "nick").customer_id)
        change(self.world, replace(bad, country="NL", is_business=True))
        yearly = self.world.active_subscription(YEARLY, name="year", now=LAST_YEAR)
        self.world.bill(yearly, now=LAST_YEAR)

    def _changed_contracts(self) -> None:
        flat = self.plans[CITY_FLAT.plan_id]
        upgrade = ChangePlan(plan_id=flat.plan_id, plan_version=flat.plan_version)
        self._changed(self._running(CITY_METERED, "up"), upgrade, MIDDLE)
        self._changed(self._running(CITY_FLAT, "more"), AddAddOn("theft-cover"), MIDDLE)
        pause = BeginPause(date(2026, 9, 26))
        self._changed(self._running(CITY_FLAT, "rest"), pause, MIDDLE)
        change(self.world, voided(self._running(CITY_FLAT, "never"), LATE))

    def _reduced_contracts(self) -> None:
        for name, coupon in (("fifth", TWENTY_OFF), ("gift", WELCOME)):
            running = self._running(CITY_FLAT, name)
            plan_of = self.world.plans.get
            change(self.world, with_coupon(running, coupon, None, plan_of=plan_of, now=LATE))

    def _usage(self) -> None:
        """August's use grew after it was billed for `late`, and shrank for `less`."""
        cem = self._running(CITY_METERED, "cem")
        ride(cem.id, date(2026, 9, 10), 400 * 60)
        for name, more in (("late", 30), ("less", -350)):
            metered = self.world.active_subscription(CITY_METERED, name=name, now=AUGUST)
            self.world.bill(metered, now=AUGUST)
            self.world.rollups.ride(metered.id, date(2026, 8, 10), 700 * 60)
            self.world.bill(metered, now=STARTED)
            ride(metered.id, date(2026, 8, 10), (700 + more) * 60)

    def _contracts_together(self) -> None:
        self._running(CITY_FLAT, "con")
        self._running(CITY_FLAT, "con", key="two", add_ons=("theft-cover",))
        customer = self.world.sign_up("con")
        billing = replace(customer.billing, wants_consolidated_invoices=True)
        change(self.world, replace(customer, billing=billing))
        just_now = OCTOBER - timedelta(minutes=1)
        self.world.active_subscription(SECURED, name="sec", now=just_now)

    def _running(
        self, plan: Plan, name: str, *, key: str = "", add_ons: tuple[str, ...] = ()
    ) -> Subscription:
        """Since 1 September, its first fees billed."""
        started = self.world.active_subscription(
            plan, name=name, key=key, add_ons=add_ons, now=STARTED
        )
        self.world.bill(started, now=STARTED)
        return self.world.subscriptions.get(started.id)

    def _changed(self, subscription: Subscription, wanted: Change, day: date) -> None:
        changed = apply_change(subscription, wanted, day, plan_of=self.world.plans.get, now=LATE)
        change(self.world, changed)
