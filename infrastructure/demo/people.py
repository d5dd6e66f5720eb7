"""What the demo's customers do, through the public API and their app's card form (Stripe's)."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import stripe

from demo.api import Api, Json
from demo.cast import HOMES, Part, Paying

README: Final = Path(__file__).resolve().parents[2] / "README.md"
PASSWORD: Final = "Rides-all-day-26"  # noqa: S105 - of customers that exist in the demo only
GOOD_CARD: Final = "pm_card_visa"
FRESH_CARD: Final = "pm_card_mastercard"
FAILING_CARD: Final = "pm_card_chargeCustomerFail"
"""Stripe's test card that can be kept on file but not charged."""

GOOD_IBAN: Final = "DE89370400440532013000"
TOP_UP_MINOR: Final = 2500


@dataclass
class Subscriber:
    """One customer with what the demo learns on the way."""

    part: Part
    customer_id: str = ""
    subscription_id: str = ""
    asset_id: str = ""
    device_id: str = ""
    stripe_customer: str = ""
    top_ups: int = 0


class App:
    """The app of one subscriber."""

    def __init__(
        self, http: httpx.Client, card_form: stripe.StripeClient, subscriber: Subscriber
    ) -> None:
        self._public, self._card_form, self.who = Api(http), card_form, subscriber
        self.api = Api(http, self._sign_in)

    def sign_up(self, form: dict[str, Any] | None = None) -> None:
        """Sign up with what the form says; without one, with what the part says."""
        part = self.who.part
        body = form or sign_up_body(part)
        answer = self._public.post("/v1/signups", body, key=f"signup-{part.number}")
        self.who.customer_id = answer["id"]

    def give_address(self) -> None:
        """Where invoices are addressed to: none over more than a small amount goes without."""
        self.api.replace("/v1/me/billing-details", {"address": address_of(self.who.part)})

    def order(self, **wanted: Any) -> None:
        """Order the part's plan; `wanted` is what else the order says."""
        part = self.who.part
        body = {
            "plan_id": part.plan_id,
            "currency": part.currency,
            "add_ons": list(part.addons),
            **wanted,
        }
        answer = self.api.post("/v1/subscriptions", body, key=f"order-{part.number}")
        self.who.subscription_id = answer["id"]

    def add_first_method(self) -> None:
        is_sepa = self.who.part.paying in {Paying.SEPA, Paying.SEPA_FAILS_LATER}
        self.add_method(iban=GOOD_IBAN) if is_sepa else self.add_method(card=GOOD_CARD)

    def add_method(self, *, card: str = "", iban: str = "") -> str:
        """Register a card or account the way an app does: set up, confirm with Stripe, tell us."""
        kind = "sepa_debit" if iban else "card"
        key = f"method-{self.who.part.number}-{card or iban}"
        setup = self.api.post("/v1/payment-methods/setup", {"kind": kind}, key=f"{key}-setup")
        confirmation: Any = {"payment_method": card}
        if iban:
            confirmation = self._sepa_confirmation(iban, key)
        intent = self._card_form.v1.setup_intents.confirm(
            setup["reference"], confirmation, {"idempotency_key": f"{key}-confirm"}
        )
        self.who.stripe_customer = str(intent.customer)
        reference = str(intent.payment_method)
        answer = self.api.post("/v1/payment-methods", {"reference": reference}, key=key)
        return str(answer["id"])

    def _sepa_confirmation(self, iban: str, key: str) -> dict[str, Any]:
        part = self.who.part
        method = self._card_form.v1.payment_methods.create(
            {
                "type": "sepa_debit",
                "sepa_debit": {"iban": iban},
                "billing_details": {"name": part.name, "email": part.email},
            },
            {"idempotency_key": f"{key}-method"},
        )
        acceptance = {
            "type": "online",
            "online": {"ip_address": "127.0.0.1", "user_agent": "umlauf-demo"},
        }
        return {
            "payment_method": method.id,
            "mandate_data": {"customer_acceptance": acceptance},
        }

    def top_up(self) -> None:
        self.who.top_ups += 1
        amount = {"amount_minor": TOP_UP_MINOR, "currency": self.who.part.currency}
        key = f"top-up-{self.who.part.number}-{self.who.top_ups}"
        self.api.post("/v1/wallet/top-ups", {"amount": amount}, key=key)

    def start_session(self, key: str) -> Json:
        body = {"subscription_id": self.who.subscription_id}
        return self.api.post("/v1/sessions", body, key=key)

    def pay_open_invoices(self, key: str) -> int:
        """Pay whatever is open with the default method; gives how many were paid."""
        paid = 0
        for invoice in self.api.get("/v1/invoices")["items"]:
            shown = self.api.get(f"/v1/invoices/{invoice['id']}")
            if shown["receivable"]["open"]["amount_minor"]:
                self.api.post(f"/v1/invoices/{invoice['id']}/payments", {}, key=f"{key}-{paid}")
                paid += 1
        return paid

    def _sign_in(self) -> str:
        login = {"email": self.who.part.email, "password": PASSWORD}
        return str(self._public.post("/v1/tokens", login)["id_token"])


def sign_up_body(part: Part) -> dict[str, Any]:
    """What a signup form sends."""
    return {
        "email": part.email,
        "password": PASSWORD,
        "name": part.name,
        "country": part.country,
        "language": part.language,
        "time_zone": part.time_zone,
        "consents": ["marketing_email"] if part.number % 2 else [],
    }


def address_of(part: Part) -> dict[str, str]:
    street, postal_code, city = HOMES[part.country]
    return {
        "street": f"{street} {part.number + 1}",
        "postal_code": postal_code,
        "city": city,
        "country": part.country,
    }


def readme_form(part: Part) -> dict[str, Any]:
    """The README's signup, but for the address: that one stays free for whoever tries it."""
    return {**readme_example(), "email": part.email}


def readme_example() -> dict[str, Any]:
    """The body of the README's curl example. Raises ValueError if there is none any more."""
    found = re.search(r"/v1/signups .*?-d '(\{.*?\})'", README.read_text("utf-8"), re.DOTALL)
    if found is None:
        raise ValueError("README.md shows no signup with curl any more")
    body: dict[str, Any] = json.loads(found[1])
    return body
