"""The three API functions over moto and the Stripe stand-in, with people to use them."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import httpx
import yaml

from local.stripe_standin.server import StripeStandIn
from tests.conftest import read_template
from tests.credit_fakes import charge_of
from tests.functions.gateway import Gateway, Reply, customer_claims, staff_claims
from umlauf.billing.model import (
    ChargedFee,
    Invoice,
    InvoiceLine,
    LineKind,
    PriceBasis,
    Receivable,
    TaxAmount,
    TaxTreatment,
)
from umlauf.billing.ports import SettlementDesk
from umlauf.billing.tax import tax_in
from umlauf.billing.use_cases.add_fee import add_fee
from umlauf.kernel.calendar import Period
from umlauf.kernel.money import Money
from umlauf.kernel.work import Work, carry_out
from umlauf.wallets.use_cases.credit_top_up import ArrivedPayment, credit_top_up
from umlauf_adapters.billing.credits import DynamoCreditBalances
from umlauf_adapters.billing.invoices import DynamoInvoices, DynamoReceivables
from umlauf_adapters.kernel.aws_clients import client
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.wallets.wallets import DynamoTopUps, DynamoWallets
from umlauf_http.application import Application
from umlauf_http.openapi import FUNCTIONS, load_application

ROOT: Final = Path(__file__).resolve().parents[2]
START: Final = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
WEBHOOK_SECRET: Final = "whsec_test"
API_KEY: Final = "sk_test_umlauf"
PASSWORD: Final = "Fahrrad2026x"
SETTLEMENT: Final = SettlementDesk(DynamoInvoices(), DynamoReceivables(), DynamoCreditBalances())

_STATES: Final = "arn:aws:states:eu-central-1:123456789012"


@dataclass
class World:
    apps: Mapping[str, Application]
    customer_pool_id: str
    staff_pool_id: str
    queue_url: str
    now: datetime = START
    keys: int = 0
    names: int = 0
    public: Gateway = field(init=False)
    admin: Gateway = field(init=False)

    def __post_init__(self) -> None:
        for app in self.apps.values():
            app.wiring = replace(app.wiring, clock=lambda: self.now)
        self.public = Gateway(tuple(self.apps.values()))
        self.admin = self.staff("admins")

    def staff(self, *groups: str) -> Gateway:
        return self.public.as_(staff_claims(*groups, pool_id=self.staff_pool_id))

    def customer(self, customer_id: str) -> Gateway:
        return self.public.as_(customer_claims(customer_id, self.customer_pool_id))

    def key(self) -> str:
        self.keys += 1
        return f"key-{self.keys}"

    def act(self, gateway: Gateway, path: str, body: Any = None) -> Any:
        """POST with a fresh key; fails unless it went well."""
        reply = gateway.post(path, body, key=self.key())
        assert 200 <= reply.status < 300, reply.text
        return reply.json

    def look(self, gateway: Gateway, path: str) -> Any:
        reply = gateway.get(path)
        assert reply.status == 200, reply.text
        return reply.json

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)

    def issue_invoice(self, customer_id: str, subscription_id: str, gross_minor: int) -> str:
        """An invoice with one line, as a billing run would leave it."""
        self.names += 1
        invoice_id = f"inv_{self.names}"
        gross, treatment = Money(gross_minor, "EUR"), TaxTreatment("DE", "standard", Decimal(19))
        tax = tax_in(gross, treatment.rate, PriceBasis.GROSS)
        today = self.now.date()
        line = InvoiceLine(
            number=1,
            item="base-fee",
            kind=LineKind.BASE_FEE,
            name="Bike",
            service_period=Period(today, today + timedelta(days=30)),
            quantity=Decimal(1),
            unit="period",
            amount=gross,
            net=gross - tax,
            treatment=treatment,
            charge_id=f"{subscription_id}#{invoice_id}",
            subscription_id=subscription_id,
        )
        invoice = Invoice(
            id=invoice_id,
            number=f"RE-{self.names}",
            legal_entity="umlauf-de",
            customer_id=customer_id,
            subscription_id=subscription_id,
            currency="EUR",
            price_basis=PriceBasis.GROSS,
            is_business=False,
            lines=(line,),
            taxes=(TaxAmount(treatment, gross - tax, tax),),
            net=gross - tax,
            tax=tax,
            gross=gross,
            issued_on=today,
            due_on=today + timedelta(days=14),
            issued_at=self.now,
        )
        receivable = Receivable(
            id=invoice_id,
            number=invoice.number,
            legal_entity=invoice.legal_entity,
            customer_id=customer_id,
            subscription_id=subscription_id,
            amount=gross,
            issued_on=invoice.issued_on,
            due_on=invoice.due_on,
            time_zone="Europe/Berlin",
            watch_on=invoice.due_on + timedelta(days=1),
        )
        work = Work(self.now)
        work.put(invoice)
        work.put(receivable)
        work.put(charge_of(line, invoice))
        DynamoWorks().commit(work)
        return invoice_id

    def charge_fee(self, invoice_id: str, amount_minor: int) -> None:
        """As billing adds it when dunning has charged it."""
        fee = ChargedFee(f"dunning_case#{invoice_id}:1.1", Money(amount_minor, "EUR"), self.now)
        carry_out(
            lambda work: add_fee(invoice_id, fee, work=work, desk=SETTLEMENT),
            works=DynamoWorks(),
            now=self.now,
        )

    # What most stories begin with

    def publish_catalog(self) -> None:
        catalog = yaml.safe_load((ROOT / "catalog" / "plans.yaml").read_text())
        self.act(self.admin, "/v1/operator/plans", catalog)

    def a_name(self) -> str:
        """A name nobody had: the tests of a module share one world."""
        self.names += 1
        return f"rider{self.names}"

    def sign_up(self, name: str | None = None, **change: Any) -> tuple[str, Gateway]:
        """The customer's id and their gateway."""
        reply = self.sign_up_reply(name or self.a_name(), **change)
        assert reply.status == 201, reply.text
        customer_id = str(reply.json["id"])
        return customer_id, self.customer(customer_id)

    def sign_up_reply(self, name: str, key: str | None = None, **change: Any) -> Reply:
        body = {
            "email": f"{name}@example.org",
            "password": PASSWORD,
            "name": name.title(),
            "country": "DE",
            "language": "de",
            **change,
        }
        return self.public.post("/v1/signups", body, key=key or self.key())

    def add_card(self, customer: Gateway, card: str = "tok_visa") -> str:
        added = self.act(
            customer, "/v1/payment-methods", {"reference": self.confirm_card(customer, card)}
        )
        return str(added["id"])

    def confirm_card(self, customer: Gateway, card: str = "tok_visa") -> str:
        """What the customer's app does: begin with us, confirm with Stripe."""
        setup = self.act(customer, "/v1/payment-methods/setup", {"kind": "card"})
        method = self._ask_stripe("payment_methods", {"type": "card", "card[token]": card})
        self._ask_stripe(
            f"setup_intents/{setup['reference']}/confirm", {"payment_method": method["id"]}
        )
        return str(method["id"])

    def top_up(self, customer: Gateway, amount_minor: int) -> None:
        body = {"amount": {"amount_minor": amount_minor, "currency": "EUR"}}
        self.credit(self.act(customer, "/v1/wallet/top-ups", body))

    def credit(self, top_up: Mapping[str, Any]) -> None:
        """What credit_wallets does when it hears that the payment succeeded."""
        payment = top_up["payment"]
        assert payment["state"] == "succeeded", payment
        arrived = ArrivedPayment(
            payment["id"], top_up["wallet_id"], Money(**payment["amount"]), top_up["id"]
        )
        work = Work(self.now)
        credit_top_up(arrived, work=work, wallets=DynamoWallets(), top_ups=DynamoTopUps())
        DynamoWorks().commit(work)

    def _ask_stripe(self, path: str, form: dict[str, str]) -> Any:
        address = f"{os.environ['STRIPE_API_BASE']}/v1/{path}"
        answer = httpx.post(address, data=form, auth=(API_KEY, ""))
        assert answer.is_success, answer.text
        return answer.json()

    def order(self, customer: Gateway, plan_id: str = "city-flat") -> str:
        body = {"plan_id": plan_id, "currency": "EUR"}
        return str(self.act(customer, "/v1/subscriptions", body)["id"])

    def add_bike(self) -> str:
        station = {"id": "sta_hbf", "name": "Hbf", "country": "DE", "time_zone": "Europe/Berlin"}
        self.act(self.admin, "/v1/operator/stations", station)
        bike = {"serial": self.a_name(), "model": "city-bike", "station_id": "sta_hbf"}
        return str(self.act(self.admin, "/v1/operator/assets", bike)["id"])

    def hand_over(self, subscription_id: str, asset_id: str) -> Any:
        self.act(
            self.admin,
            "/v1/operator/reservations",
            {"subscription_id": subscription_id, "asset_id": asset_id},
        )
        return self.act(self.admin, "/v1/operator/hand-overs", {"subscription_id": subscription_id})

    def rider(self, plan_id: str) -> tuple[str, str, Gateway]:
        """A customer with a card who has a bike: customer id, subscription id, gateway."""
        customer_id, customer = self.sign_up()
        self.add_card(customer)
        subscription_id = self.order(customer, plan_id)
        self.hand_over(subscription_id, self.add_bike())
        return customer_id, subscription_id, customer


@contextmanager
def build_world() -> Iterator[World]:
    """Needs the tables in moto already."""
    cognito, sqs, ssm = client("cognito-idp"), client("sqs"), client("ssm")
    pool = read_template()["Resources"]["CustomerPool"]["Properties"]
    pool_id = cognito.create_user_pool(
        PoolName="customers",
        AliasAttributes=pool["AliasAttributes"],
        Policies=pool["Policies"],
    )["UserPool"]["Id"]
    staff_pool_id = cognito.create_user_pool(PoolName="staff")["UserPool"]["Id"]
    queue_url = sqs.create_queue(QueueName="webhooks")["QueueUrl"]
    for name, value in (("api_key", API_KEY), ("webhook_secret", WEBHOOK_SECRET)):
        ssm.put_parameter(Name=f"/umlauf/test/stripe/{name}", Value=value, Type="SecureString")
    environment = {
        "CUSTOMER_POOL_ID": pool_id,
        "CUSTOMER_CLIENT_ID": _client_of(pool_id),
        "STAFF_POOL_ID": staff_pool_id,
        "STAFF_CLIENT_ID": _client_of(staff_pool_id),
        "WEBHOOK_QUEUE_URL": queue_url,
        "STRIPE_PARAMETERS_PATH": "/umlauf/test/stripe",
        "DEVICE_POLICY_NAME": "umlauf-device",
        "PORTAL_ORIGIN": "https://app.umlauf.example",
        "BILLING_STATE_MACHINE_ARN": f"{_STATES}:stateMachine:billing-cycle",
    }
    before = {name: os.environ.get(name) for name in (*environment, "STRIPE_API_BASE")}
    os.environ.update(environment)
    standin = StripeStandIn(api_key=API_KEY, webhook_secret=WEBHOOK_SECRET, now=lambda: world.now)
    try:
        apps = {name: load_application(ROOT / "functions" / name) for name in FUNCTIONS}
        world = World(apps, pool_id, staff_pool_id, queue_url)
        with standin:
            os.environ["STRIPE_API_BASE"] = standin.url
            yield world
    finally:
        for name, earlier in before.items():
            if earlier is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = earlier


def _client_of(pool_id: str) -> str:
    made = client("cognito-idp").create_user_pool_client(
        UserPoolId=pool_id,
        ClientName="app",
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )
    return str(made["UserPoolClient"]["ClientId"])
