"""A town that rents bikes, on a running platform: a shop, staff, riders and their bikes.

Everybody uses the doors of the real thing: HTTP for people, MQTT with a certificate of its own for
a bike. Nothing here reaches into a table or calls a function.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import stripe

from demo.api import connect
from demo.backoffice import BackOffice
from demo.cast import Part, Paying
from demo.devices import Bike, Fleet, make_key
from demo.people import GOOD_CARD, PASSWORD, App, Subscriber
from demo.trips import Ride
from local.platform import STRIPE_KEY, Platform

Json = Any
METRES_PER_MINUTE = 250


@dataclass
class Rider:
    """A customer with one subscription, its bike, and the app they use."""

    who: Subscriber
    app: App
    bike: Bike

    @property
    def customer_id(self) -> str:
        return self.who.customer_id

    @property
    def subscription_id(self) -> str:
        return self.who.subscription_id

    def ride(self, minutes: int, ends_at: datetime, *, seconds: int = 0) -> Json:
        """Ride and give the reading that the bike would send of it."""
        whole = minutes * 60 + seconds
        starts_at = ends_at - timedelta(seconds=whole)
        metres = METRES_PER_MINUTE * minutes
        return self.bike.finish(Ride("", starts_at, ends_at, whole, metres, "sta_a", "sta_b"))

    def restart(self) -> None:
        """The bike's controller starts anew and has forgotten its registers."""
        self.bike.boot += 1
        self.bike.seq = 0
        self.bike.registers = dict.fromkeys(self.bike.registers, 0)

    def invoices(self) -> list[Json]:
        """With lines, taxes and receivable; the oldest first."""
        summaries = self.app.api.get("/v1/invoices")["items"]
        found = [self.app.api.get(f"/v1/invoices/{one['id']}") for one in reversed(summaries)]
        return [one for one in found if one["invoice"]["subscription_id"] == self.subscription_id]

    def wallet(self) -> dict[str, int]:
        """Balance, held and available, in cents."""
        shown = self.app.api.get("/v1/wallet")
        return {name: shown[name]["amount_minor"] for name in ("balance", "held", "available")}

    def start(self, key: str) -> Json:
        return self.app.start_session(f"{self.who.part.number}-{key.replace(' ', '-')}")


class Town:
    """The shop is open from the start; riders join one by one."""

    def __init__(self, platform: Platform) -> None:
        self.platform, self.cloud = platform, platform.cloud
        self.http = connect(platform.cloud.http_url)
        staff = platform.staff
        self.office = BackOffice(self.http, staff.username, staff.password)
        self.staff = self.office.api
        self._stripe_http: Any = stripe.RequestsClient(timeout=30)
        self._card_form = stripe.StripeClient(
            STRIPE_KEY,
            base_addresses={"api": platform.stripe.url},
            http_client=self._stripe_http,
        )
        self.keys = self.cloud.state_dir / "devices"
        self.keys.mkdir(parents=True)
        (self.keys / "ca.pem").write_text(self.cloud.ca_pem)
        self._fleet = Fleet(self.cloud.mqtt_host, self.cloud.mqtt_port, self.keys / "ca.pem")
        self._numbers, self._runs = count(), count()
        self.office.open_shop(self.cloud.root / "catalog" / "plans.yaml")

    def close(self) -> None:
        self._fleet.close()
        self._stripe_http.close()
        self.http.close()

    # --- people -------------------------------------------------------------------------------

    def sign_up(self, name: str, *, country: str = "DE", plan: str = "city-metered") -> Rider:
        """A customer who has not ordered anything yet, with a bike waiting in the depot."""
        number = next(self._numbers)
        zone = {"DE": "Europe/Berlin", "NL": "Europe/Amsterdam"}[country]
        part = Part(
            number=number,
            bike=str(number),
            name=name,
            email=f"{name}.{number}@example.com".lower(),
            country=country,
            language=country.lower(),
            time_zone=zone,
            currency="EUR",
            plan_id=plan,
            addons=(),
            paying=Paying.CARD,
        )
        rider = self._with_bike(Subscriber(part))
        rider.app.sign_up()
        rider.app.give_address()
        return rider

    def subscribe(
        self,
        name: str,
        *,
        country: str = "DE",
        plan: str = "city-metered",
        card: str = GOOD_CARD,
        iban: str = "",
    ) -> Rider:
        """A customer whose bike is set aside, ready to be handed over."""
        rider = self.sign_up(name, country=country, plan=plan)
        rider.app.order()
        rider.app.add_method(iban=iban) if iban else rider.app.add_method(card=card)
        self.office.reserve(rider.who)
        return rider

    def order_another(self, rider: Rider, *, plan: str) -> Rider:
        """The same customer's further subscription, with a bike of its own."""
        number = next(self._numbers)
        part = replace(rider.who.part, number=number, bike=str(number), plan_id=plan)
        other = self._with_bike(
            Subscriber(part, rider.customer_id, stripe_customer=rider.who.stripe_customer)
        )
        other.app.order()
        self.office.reserve(other.who)
        return other

    def hand_over(self, *riders: Rider) -> None:
        """The subscriptions are active from now on, and the bikes on line."""
        self.office.hand_over(rider.who for rider in riders)
        self.cloud.settle()
        for rider in riders:
            name = rider.bike.device_id
            self._fleet.connect(rider.bike, self.keys / f"{name}.pem", self.keys / f"{name}.key")

    def _with_bike(self, who: Subscriber) -> Rider:
        key = make_key(f"controller-{who.part.bike}")
        who.asset_id, who.device_id, certificate = self.office.buy_bike(who.part, key)
        (self.keys / f"{who.device_id}.pem").write_text(certificate)
        (self.keys / f"{who.device_id}.key").write_text(key.private_key_pem)
        app = App(self.http, self._card_form, who)
        return Rider(who, app, Bike(who.device_id, who.asset_id))

    def token(self, rider: Rider) -> str:
        """An ID token of the rider's, for requests that are made by hand."""
        return self._token("tokens", {"email": rider.who.part.email, "password": PASSWORD})

    def staff_token(self) -> str:
        login = self.platform.staff
        return self._token("staff-tokens", {"username": login.username, "password": login.password})

    def _token(self, path: str, login: Json) -> str:
        return str(self.http.post(f"/v1/{path}", json=login).json()["id_token"])

    # --- what happens -------------------------------------------------------------------------

    def bill(self) -> None:
        """Staff start a billing cycle by hand: what is due now is billed, and all that follows."""
        self.staff.post("/v1/operator/billing-runs", {}, key=f"bill-{next(self._runs)}")
        self.cloud.settle()

    def send(self, *bursts: tuple[Rider, Sequence[Json]]) -> None:
        """Each bike reports over MQTT, in this order; everything that follows from it happens."""
        for rider, readings in bursts:
            self._fleet.report(rider.bike, readings)
        self._fleet.flush()
        self.cloud.settle()

    def permit(self, rider: Rider) -> Json:
        """What the bike was last told about starting."""
        self.cloud.settle()
        self._fleet.listen(0.2)
        return rider.bike.may_start

    def cases(self, rider: Rider) -> list[Json]:
        """The customer's dunning cases, the oldest first."""
        cases = self.staff.get("/v1/operator/dunning-cases", customer_id=rider.customer_id)
        return list(reversed(cases["items"]))

    def events(self, *types: str) -> list[Json]:
        """What passed over the bus, of these types."""
        log = self.cloud.events.all()
        return [event for event in log if event["type"].rpartition(".v")[0] in types]

    def mails_to(self, rider: Rider) -> Sequence[str]:
        """The subjects of what was sent to a customer."""
        address = rider.who.part.email
        inbox = self.http.get("/_umlauf/inbox").json()["items"]
        return [mail["subject"] for mail in inbox if address in mail["to"]]
