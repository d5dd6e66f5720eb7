"""Print what each operation costs DynamoDB, on the whole template in the local cloud.

Calls, read units and write units by the function that caused them, with everything that an
operation leads to: the events' relay, the functions that react, the webhooks that come back.
"""

import copy
import itertools
import os
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import stripe
import yaml

from demo.api import connect
from demo.backoffice import BackOffice
from demo.cast import Part, Paying
from demo.devices import make_key
from demo.people import FAILING_CARD, GOOD_CARD, App, Subscriber
from demo.story import HAND_OVER, OPENING
from local.platform import STRIPE_KEY, Platform
from tests.architecture.tree import ROOT
from tests.benchmarks.observing import COLUMNS, Observed, Observer
from tests.benchmarks.output import Cell, Table, arguments, tell
from tests.benchmarks.riders import Controller, deliver, settle_riders

DAILY = "bench-daily"
"""The metered plan by the day, so that an invoice with usage needs no month to pass."""

METERED_CUSTOMERS = 5
RIDERS = 100
"""As many as one batch of readings may come from."""

RIDE_MINUTES = 400
PAYING = ("collect_payments", "public_api", "settle_payments", "settle_receivables")
DUNNING = ("open_dunning_cases", "dunning_tasks")
DUNNING_HOURS = 30 * 24
DUNNING_STEPS = 2
PROFILE = "/v1/me"
STEP_TAKEN = "dunning.step_taken.v1"
TEXT = """\
DynamoDB calls and capacity units of one operation, by the function that caused them; transactions
and indexes at DynamoDB's own rates. Every figure is a count, the same in every run."""


def main() -> None:
    options = arguments(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        with Platform(ROOT, start=OPENING, state_dir=state / "state") as platform:
            os.environ["TABLE_PREFIX"] = platform.cloud.outputs["TablePrefix"]
            day = Day(platform, state)
            day.play()
    tell([Table("Operations", TEXT, COLUMNS, day.rows)], options.json)


class Day:
    """Each operation once, or for a few customers at a time, in the order of the circle."""

    def __init__(self, platform: Platform, folder: Path) -> None:
        self._cloud, self._folder = platform.cloud, folder
        # The gateway admits so many requests a second, and the clock stands still between moves.
        self._http = connect(
            self._cloud.http_url,
            before_each=self._cloud.settle,
            wait=lambda: self._cloud.advance(timedelta(seconds=1)),
        )
        staff = platform.staff
        self._office = BackOffice(self._http, staff.username, staff.password)
        self._card_form = stripe.StripeClient(
            STRIPE_KEY,
            base_addresses={"api": platform.stripe.url},
            http_client=stripe.RequestsClient(timeout=8),
        )
        self._observer = Observer(self._cloud)
        self._numbers = itertools.count(1)
        self.rows: list[list[Cell]] = []

    def play(self) -> None:
        self._office.open_shop(_catalog_with_a_daily_plan(self._folder))
        self._cloud.settle()
        debtor = self._sign_up("city-flat", Paying.CARD, is_shown=True)
        debtor.add_method(card=FAILING_CARD)
        rider = self._sign_up("city-prepaid", Paying.PREPAID)
        self._cloud.move_to(HAND_OVER)
        self._show("hand-over", self._hand_over(debtor))
        self._hand_over(rider)
        self._ride_prepaid(rider)
        idle = self._dun()
        self._bill(idle)
        self._read()
        self._http.close()

    def _show(self, operation: str, observed: Observed, count: int = 1) -> None:
        self.rows += observed.rows(operation, count)

    def _sign_up(self, plan_id: str, paying: Paying, *, is_shown: bool = False) -> App:
        """A customer with an order, a card and a bike set aside."""
        number = next(self._numbers)
        who = Subscriber(_part(number, plan_id, paying))
        app = App(self._http, self._card_form, who)
        acts: dict[str, Callable[[], object]] = {
            "signup": app.sign_up,
            "sign-in, own profile": lambda: app.api.get(PROFILE),
            "order": app.order,
            "payment method": lambda: app.add_method(card=GOOD_CARD),
            "bike and device": lambda: self._buy_bike(who),
            "reservation": lambda: self._office.reserve(who),
        }
        for operation, act in acts.items():
            observed = self._observer.watch(act)
            if is_shown:
                self._show(operation, observed)
        return app

    def _buy_bike(self, who: Subscriber) -> None:
        key = make_key(f"controller-{who.part.number}")
        who.asset_id, who.device_id, _ = self._office.buy_bike(who.part, key)

    def _hand_over(self, app: App) -> Observed:
        return self._observer.watch(lambda: self._office.hand_over([app.who]))

    def _ride_prepaid(self, rider: App) -> None:
        """Top up, start, ride, settle."""
        device = Controller(rider.who.device_id, self._cloud.now())
        rider.api.get(PROFILE)  # the clock has moved, and signs in again whoever comes first
        self._show("top-up, paid", self._observer.watch(rider.top_up))
        start = self._observer.watch(lambda: rider.start_session("the-session"))
        self._show("prepaid session, start", start)
        ride = device.ride()
        settled = self._observer.watch(lambda: deliver(self._cloud, [ride]))
        _require(settled, "wallets.session_settled.v1", 1)
        self._show("prepaid session, ride and settle", settled)

    def _dun(self) -> Observed:
        """The debtor's first charge fails, two steps are taken; gives an hour without any."""
        declined = self._observer.hour_of("payments.payment_failed.v1", within=2)
        self._show("declined charge, case opened", declined.of(*PAYING, *DUNNING))
        idle = self._observer.hour()
        self._show("billing run, nothing due", idle)
        for _ in range(DUNNING_STEPS):
            taken = self._observer.hour_of(STEP_TAKEN, within=DUNNING_HOURS)
            (step,) = (fact["step"].replace("_", " ") for fact in taken.happened(STEP_TAKEN))
            self._show(f"dunning step, {step}", taken.but("billing_tasks"))
        return idle

    def _bill(self, idle: Observed) -> None:
        """A first invoice of a base fee; the next day's one with usage too."""
        metered = [self._sign_up(DAILY, Paying.CARD) for _ in range(METERED_CUSTOMERS)]
        for app in metered:
            self._hand_over(app)
        self._observer.hour_of("billing.invoice_issued.v1", within=2)
        for app in metered:
            ride = Controller(app.who.device_id, self._cloud.now()).ride(RIDE_MINUTES)
            deliver(self._cloud, [ride])
        run = self._observer.hour_of("billing.invoice_issued.v1", within=25)
        _require(run, "billing.invoice_issued.v1", METERED_CUSTOMERS)
        _require(run, "payments.payment_succeeded.v1", METERED_CUSTOMERS)
        invoices = METERED_CUSTOMERS
        self._show("invoice", run.less(idle).of("billing_tasks"), invoices)
        self._show("payment", run.of(*PAYING), invoices)
        entries = run.happened("ledger.entry_posted.v1")
        self._show("journal entry", run.of("post_journal"), len(entries))
        mails = run.happened("notifications.message_sent.v1")
        self._show("message", run.of("send_messages"), len(mails))
        self._show("told of a paid invoice", run.of(*DUNNING), invoices)

    def _read(self) -> None:
        """Last, for these riders fall due as soon as the clock moves."""
        controllers = settle_riders(RIDERS, self._cloud.now() - timedelta(hours=3))
        deliver(self._cloud, [each.ride() for each in controllers])
        one = controllers[0]
        for count in (1, 10, 100):
            self._show_batch(f"{count} of one device", [one.ride() for _ in range(count)])
        for count in (10, 100):
            batch = [each.ride() for each in controllers[:count]]
            self._show_batch(f"{count} of {count} devices", batch)

    def _show_batch(self, what: str, batch: list[dict[str, Any]]) -> None:
        observed = self._observer.watch(lambda: deliver(self._cloud, batch))
        self._show(f"readings, {what}", observed)


def _require(observed: Observed, fact: str, count: int) -> None:
    if len(observed.happened(fact)) != count:
        raise AssertionError(f"{count} {fact} expected: {observed.events}")


def _catalog_with_a_daily_plan(folder: Path) -> Path:
    catalog = yaml.safe_load((ROOT / "catalog" / "plans.yaml").read_text(encoding="utf-8"))
    daily = copy.deepcopy(catalog["plans"]["city-metered"])
    catalog["plans"][DAILY] = daily | {"name": "City by the day", "interval": {"unit": "day"}}
    path = folder / "plans.yaml"
    path.write_text(yaml.safe_dump(catalog, sort_keys=False), encoding="utf-8")
    return path


def _part(number: int, plan_id: str, paying: Paying) -> Part:
    return Part(
        number=number,
        bike=str(number),
        name="Anna Becker",
        email=f"anna.{number}@example.com",
        country="DE",
        language="de",
        time_zone="Europe/Berlin",
        currency="EUR",
        plan_id=plan_id,
        addons=(),
        paying=paying,
    )


if __name__ == "__main__":
    main()
