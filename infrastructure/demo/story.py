"""The demo month, scene by scene: shop, signups, rides, month end, and the dunning that follows.

Everything goes through the doors that the real thing has: HTTP for people, MQTT for bikes, the
clock for time.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final, Protocol

import stripe

from demo.api import Refused, connect
from demo.backoffice import BackOffice
from demo.cast import Paying, deal
from demo.devices import Bike, Fleet, make_key
from demo.people import FAILING_CARD, FRESH_CARD, App, Subscriber, readme_form
from demo.trips import Ride
from local.platform import STRIPE_KEY, Platform

OPENING: Final = datetime(2026, 8, 31, 8, tzinfo=UTC)
HAND_OVER: Final = datetime(2026, 8, 31, 22, tzinfo=UTC)  # midnight in Berlin: September begins
CARDS_CHANGE: Final = datetime(2026, 9, 30, 12, tzinfo=UTC)
FRESH_CARDS: Final = datetime(2026, 10, 12, 10, tzinfo=UTC)
CURTAIN: Final = datetime(2026, 12, 1, 0, tzinfo=UTC)
_FOR_GOOD: Final = 10_000


class Progress(Protocol):
    """Shows how far a scene has come."""

    def scene(self, title: str, steps: int) -> None: ...

    def step(self, note: str = "") -> None: ...


@dataclass
class Cast:
    """Who and what is on stage."""

    people: list[Subscriber] = field(default_factory=list)
    apps: dict[str, App] = field(default_factory=dict)
    bikes: dict[str, Bike] = field(default_factory=dict)
    """By the bike's number in the trips."""

    rides_reported: int = 0
    rides_refused: int = 0
    """Prepaid rides that could not start."""


class Story:
    """Plays on a running platform. The same bikes always give the same story."""

    def __init__(
        self, platform: Platform, rides: list[Ride], bikes: list[str], progress: Progress
    ) -> None:
        self._platform, self._cloud, self._progress = platform, platform.cloud, progress
        chosen = set(bikes)
        self._rides = [ride for ride in rides if ride.bike in chosen]
        # Nobody acts before all that the one before them caused has happened. In the cloud the two
        # would race; here the same bikes give the same events in the same order.
        self._http = connect(
            platform.cloud.http_url,
            before_each=platform.cloud.settle,
            wait=self._wait_a_second,
        )
        staff = platform.staff
        self._office = BackOffice(self._http, staff.username, staff.password)
        self._card_form = stripe.StripeClient(
            STRIPE_KEY,
            base_addresses={"api": platform.stripe.url},
            http_client=stripe.RequestsClient(timeout=8),
        )
        self.cast = Cast(people=[Subscriber(part) for part in deal(bikes)])
        self._keys = self._cloud.state_dir / "devices"
        self._fleet: Fleet | None = None

    def play(self) -> None:
        self.open_shop()
        self.sign_up()
        self.hand_over()
        self.ride()
        self.close_month()

    def close(self) -> None:
        if self._fleet is not None:
            self._fleet.close()
        self._http.close()

    def open_shop(self) -> None:
        """Plans on sale, a depot, and for each subscriber a bike that can speak."""
        people = self.cast.people
        self._progress.scene("Shop opens: plans, bikes, certificates", len(people) + 1)
        plans = self._office.open_shop(self._cloud.root / "catalog" / "plans.yaml")
        self._progress.step(f"{plans} plans")
        self._keys.mkdir(parents=True, exist_ok=True)
        (self._keys / "ca.pem").write_text(self._cloud.ca_pem)
        for who in people:
            key = make_key(f"controller-{who.part.bike}")
            asset, device, certificate = self._office.buy_bike(who.part, key)
            who.asset_id, who.device_id = asset, device
            self.cast.bikes[who.part.bike] = Bike(device, asset)
            self._write_secret(f"{device}.key", key.private_key_pem)
            (self._keys / f"{device}.pem").write_text(certificate)
            self._progress.step()
        self._cloud.settle()

    def sign_up(self) -> None:
        """Everybody signs up, orders, and leaves a card or an account; staff sets a bike aside."""
        self._progress.scene("Customers sign up and order", len(self.cast.people))
        for who in self.cast.people:
            app = App(self._http, self._card_form, who)
            self.cast.apps[who.part.bike] = app
            app.sign_up(readme_form(who.part) if who is self.cast.people[0] else None)
            app.give_address()
            app.order()
            app.add_first_method()
            if who.part.paying is Paying.PREPAID:
                app.top_up()
            self._office.reserve(who)
            self._progress.step(who.part.name)
        self._cloud.settle()

    def hand_over(self) -> None:
        """At midnight the bikes change hands and go on line."""
        people = self.cast.people
        self._progress.scene("Bikes handed over, connected over MQTT", len(people))
        self._cloud.move_to(HAND_OVER)
        self._office.hand_over(people)
        self._cloud.settle()
        self._fleet = Fleet(self._cloud.mqtt_host, self._cloud.mqtt_port, self._keys / "ca.pem")
        for who in people:
            bike = self.cast.bikes[who.part.bike]
            self._fleet.connect(
                bike, self._keys / f"{bike.device_id}.pem", self._keys / f"{bike.device_id}.key"
            )
            self._progress.step()

    def ride(self) -> None:
        """Each real trip is ridden; the bike reports it when it ends, within the hour."""
        prepaid = {who.part.bike for who in self.cast.people if who.part.paying is Paying.PREPAID}
        moments = list(_moments(self._rides, prepaid))
        self._progress.scene("September: rides reported by the bikes", len(self._rides))
        for moment in moments:
            if self._cloud.now() < CARDS_CHANGE <= moment.at:
                self._cloud.move_to(CARDS_CHANGE)
                self._change_cards()
            self._cloud.move_to(moment.at)
            self._report(moment.ended)
            for ride in moment.starting:
                self._start_prepaid(ride)

    def close_month(self) -> None:
        """The month ends, invoices appear, charges fail, dunning runs for two months."""
        days = (CURTAIN - self._cloud.now()).days + 1
        self._progress.scene("Month end, and the two months after", days)
        while self._cloud.now() < CURTAIN:
            tomorrow = min(self._cloud.now() + timedelta(days=1), CURTAIN)
            if self._cloud.now() < FRESH_CARDS <= tomorrow:
                self._cloud.move_to(FRESH_CARDS)
                self._bring_fresh_cards()
            self._cloud.move_to(tomorrow)
            self._progress.step(f"{self._cloud.now():%d %B}")

    def _report(self, rides: Iterable[Ride]) -> None:
        fleet = self._fleet
        assert fleet is not None, "bikes ride after they are handed over"  # noqa: S101
        ridden = 0
        for ride in rides:
            bike = self.cast.bikes[ride.bike]
            if bike.refused_ride_at == ride.starts_at:
                self.cast.rides_refused += 1
                self._progress.step()
                continue
            fleet.report(bike, [bike.finish(ride)])
            ridden += 1
            self._progress.step()
        if ridden:
            fleet.flush()
            self._cloud.settle()
            self.cast.rides_reported += ridden

    def _start_prepaid(self, ride: Ride) -> None:
        """Start a prepaid ride.

        The customer tops up when the wallet says no; then may be refused.
        """
        app = self.cast.apps[ride.bike]
        key = f"session-{ride.bike}-{ride.starts_at:%Y%m%d%H%M}"
        for attempt in ("first", "after-top-up"):
            try:
                app.start_session(f"{key}-{attempt}")
            except Refused as refused:
                if refused.code != "wallets.insufficient_balance":
                    break
                app.top_up()
                self._cloud.settle()
            else:
                self._cloud.settle()
                return
        self.cast.bikes[ride.bike].refused_ride_at = ride.starts_at

    def _change_cards(self) -> None:
        """On the last day of September some cards stop working."""
        control = self._platform.stripe.control
        for who in self.cast.people:
            match who.part.paying:
                case Paying.CARD_DECLINES_ONCE:
                    control.decline_next(who.stripe_customer, times=1)
                case Paying.CARD_DECLINES:
                    control.decline_next(who.stripe_customer, times=_FOR_GOOD)
                case Paying.CARD_DECLINES_THEN_NEW:
                    self.cast.apps[who.part.bike].add_method(card=FAILING_CARD)
                case Paying.SEPA_FAILS_LATER:
                    control.return_debits(who.stripe_customer, after_days=3, reason="AM04")
                case Paying.CARD | Paying.SEPA | Paying.PREPAID:
                    pass
        self._cloud.settle()

    def _bring_fresh_cards(self) -> None:
        for who in self.cast.people:
            if who.part.paying is Paying.CARD_DECLINES_THEN_NEW:
                app = self.cast.apps[who.part.bike]
                app.add_method(card=FRESH_CARD)
                app.pay_open_invoices(f"fresh-{who.part.number}")
        self._cloud.settle()

    def _wait_a_second(self) -> None:
        """The gateway admits so many requests a second, and time stands still between moves."""
        self._cloud.advance(timedelta(seconds=1))

    def _write_secret(self, name: str, text: str) -> None:
        path = self._keys / name
        path.touch(mode=0o600, exist_ok=True)
        path.write_text(text)


@dataclass(frozen=True)
class Moment:
    """Where the clock stops: rides that have ended by then, and prepaid rides that begin."""

    at: datetime
    ended: list[Ride]
    starting: list[Ride]


def _moments(rides: list[Ride], prepaid: set[str]) -> Iterator[Moment]:
    """Full hours, at which the bikes report.

    And the very minutes at which prepaid rides begin and end.
    """
    stops = [(_reported_at(ride, prepaid), 0, ride) for ride in rides]
    stops += [(ride.starts_at, 1, ride) for ride in rides if ride.bike in prepaid]
    stops.sort(key=lambda stop: (stop[0], stop[1], stop[2].ends_at, stop[2].bike))
    for at, group in groupby(stops, key=lambda stop: stop[0]):
        here = list(group)
        yield Moment(
            max(at, HAND_OVER),
            [ride for _, kind, ride in here if kind == 0],
            [ride for _, kind, ride in here if kind == 1],
        )


def _reported_at(ride: Ride, prepaid: set[str]) -> datetime:
    if ride.bike in prepaid:
        return ride.ends_at
    full_hour = ride.ends_at.replace(minute=0, second=0)
    return full_hour if full_hour == ride.ends_at else full_hour + timedelta(hours=1)
