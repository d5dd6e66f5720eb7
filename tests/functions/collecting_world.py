"""Collecting without the rest: the functions that charge, settle, dun and tell, over moto.

Events go from the events table to the functions that the template's rules name; Stripe is the
stand-in, under the same clock.
"""

import json
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from types import ModuleType
from typing import Any, Final, TypeVar, cast

import pytest
import time_machine
import yaml
from moto import mock_aws
from moto.ses.models import ses_backends

from invariants.books import Books
from invariants.laws import books_balance
from tests.collect_fakes import CUSTOMER, INVOICE, PRICE, SUBSCRIPTION, a_customer, a_receivable
from tests.conftest import ROOT, create_tables, read_template
from tests.functions.deployed import CONTEXT, deliver, load_function
from tests.local.stripe_standin.world import API_KEY, SECRET, START, running_world
from tests.local.stripe_standin.world import World as StripeWorld
from umlauf.billing.events import InvoiceIssued, IssuedTax
from umlauf.billing.model import Receivable
from umlauf.dunning.model import Case
from umlauf.kernel.events import EventEnvelope
from umlauf.kernel.money import Money
from umlauf.kernel.work import Aggregate, Work
from umlauf.ledger.model import Debtor, JournalEntry
from umlauf.payments.enrolling import begin_method_setup, enroll_method
from umlauf.payments.model import MethodKind, PaymentAttempt, PaymentOrder, Purpose
from umlauf.payments.taking import Taken, take_payment
from umlauf_adapters.kernel.aws_clients import client
from umlauf_adapters.kernel.documents import encode_instant
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.kernel.event_intake import envelope_of_item, to_entry
from umlauf_adapters.kernel.items import EventItem
from umlauf_adapters.kernel.layouts import layout_of

T = TypeVar("T")
SENDER: Final = "billing@umlauf.example"
MAX_RECEIVES: Final = 5
MAX_MESSAGES: Final = 500
FUNCTIONS: Final = (
    "collect_payments",
    "settle_payments",
    "settle_receivables",
    "open_dunning_cases",
    "dunning_tasks",
    "send_messages",
    "post_journal",
)


@cache
def routes() -> dict[str, list[str]]:
    """Which functions each event type goes to, by the template's rules."""
    found: dict[str, list[str]] = {}
    for resource in read_template()["Resources"].values():
        if resource["Type"] != "AWS::Events::Rule":
            continue
        for target in resource["Properties"]["Targets"]:
            queue = target["Arn"].get("Fn::GetAtt", [""])[0]
            name = "".join(f"_{c.lower()}" if c.isupper() else c for c in queue)
            function = name.removeprefix("_").removesuffix("_queue")
            for kind in resource["Properties"]["EventPattern"]["detail-type"]:
                found.setdefault(kind, []).append(function)
    return found


def sent_messages() -> list[Any]:
    return list(ses_backends["123456789012"]["eu-central-1"].sent_messages)


def body_of(envelope: EventEnvelope) -> str:
    entry = to_entry(envelope, "bus")
    return json.dumps({"detail-type": entry["DetailType"], "detail": json.loads(entry["Detail"])})


@dataclass
class CollectingWorld:
    stripe: StripeWorld
    clock: time_machine.Traveller
    functions: dict[str, ModuleType]
    state_machine: str
    routes: dict[str, list[str]] = field(default_factory=routes)
    relayed: set[tuple[str, str]] = field(default_factory=set)
    webhooks: int = 0
    dead: list[str] = field(default_factory=list)
    mails_before: int = field(default_factory=lambda: len(sent_messages()))

    # --- The clock --------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        return self.stripe.clock.time

    def advance(self, delta: timedelta) -> None:
        """Move on; what Stripe has to do meanwhile, it does."""
        self.stripe.advance(delta)
        self.clock.move_to(self.now)

    # --- What is there ----------------------------------------------------------------------------

    def put(self, *aggregates: Aggregate, event: Any = None) -> None:
        work = Work(self.now)
        for aggregate in aggregates:
            work.put(aggregate, *([event] if event else []))
        DynamoWorks().commit(work)

    def all(self, cls: type[T]) -> list[T]:
        return list(layout_of(cls).scan())

    def one(self, cls: type[T]) -> T:
        (found,) = self.all(cls)
        return found

    def broken_books(self) -> list[str]:
        """Where the journal, its debtors and what they owe differ."""
        kinds: tuple[type[Any], ...] = (JournalEntry, Debtor, Receivable)
        return list(books_balance(Books({kind: self.all(kind) for kind in kinds})))

    def events(self) -> list[str]:
        items = sorted(EventItem.scan(), key=lambda item: (item.occurred_at, item.pk, item.sk))
        return [item.type for item in items]

    def mails(self) -> list[str]:
        """The subjects of what was sent in this world, oldest first."""
        return [message.subject for message in sent_messages()[self.mails_before :]]

    def execution(self, case_id: str) -> str:
        arn = self.state_machine.replace(":stateMachine:", ":execution:") + f":{case_id}"
        return str(client("stepfunctions").describe_execution(executionArn=arn)["status"])

    # --- What happens -----------------------------------------------------------------------------

    def sign_up(self, method: str = "pm_card_visa") -> str:
        """A customer with a method on file; gives their id at Stripe."""
        self.put(a_customer())
        return self.add_method(method)

    def add_method(self, method: str) -> str:
        desk = self.functions["dunning_tasks"].ports().payment_desk
        kind = MethodKind.CARD if method.startswith("pm_") else MethodKind.SEPA_DEBIT
        begin_method_setup(CUSTOMER, kind, key=method, desk=desk, now=self.now)
        payer = str(desk.payers.get(CUSTOMER).provider_customer_id)
        save = self.stripe.saved_card if kind is MethodKind.CARD else self.stripe.saved_account
        enroll_method(CUSTOMER, save(payer, method), desk=desk, now=self.now)
        return payer

    def issue(self) -> None:
        self.put(
            a_receivable(),
            event=InvoiceIssued(
                invoice_id=INVOICE,
                number="2026-000001",
                legal_entity="umlauf-de",
                customer_id=CUSTOMER,
                subscription_id=SUBSCRIPTION,
                currency="EUR",
                net=Money(5900, "EUR"),
                tax=Money(1121, "EUR"),
                gross=PRICE,
                taxes=(
                    IssuedTax(
                        "DE", "standard", Decimal(19), Money(5900, "EUR"), Money(1121, "EUR")
                    ),
                ),
                lines=(),
                issued_on=self.now.date(),
                due_on=self.now.date() + timedelta(days=7),
                is_business=False,
            ),
        )

    def pay_now(self, key: str) -> Taken:
        """As the customer's app does, with the default method."""
        receivable = self.one(Receivable)
        order = PaymentOrder(
            purpose=Purpose.INVOICE,
            subject_id=INVOICE,
            customer_id=CUSTOMER,
            amount=receivable.open,
            paid=receivable.paid,
            act=key,
            is_customer_present=True,
            legal_entity=receivable.legal_entity,
        )
        desk = self.functions["dunning_tasks"].ports().payment_desk
        return take_payment(order, desk=desk, now=self.now)

    def task(self, **payload: str) -> dict[str, Any]:
        answer = self.functions["dunning_tasks"].handle(payload, CONTEXT)
        return cast("dict[str, Any]", answer)

    def dun(self, *, until: str) -> dict[str, int]:
        """Follow the plan as the state machine does; the day on which each step was taken."""
        case = self.one(Case)
        days: dict[str, int] = {}
        for _ in range(20):  # a plan of five steps needs a wait and a step for each
            found = self.task(task="assess", case_id=case.id)
            if found["next"] == "wait":
                self.advance(datetime.fromisoformat(found["due_at"]) - self.now)
                continue
            self.task(task="take_step", case_id=case.id, step=found["step"])
            self.drain()
            days[found["step"]] = (self.now.date() - case.opened_at.date()).days
            if found["step"] == until:
                return days
        raise AssertionError(f"{until} never came")

    # --- The bus ----------------------------------------------------------------------------------

    def drain(self, *, copies: int = 1, backwards: bool = False) -> None:
        """Deliver events and webhooks until nothing is on its way; what fails comes again."""
        waiting: deque[tuple[str, str, int]] = deque()
        for _ in range(MAX_MESSAGES):
            waiting.extend(
                (function, body, 0)
                for function, body in self._arrivals(backwards=backwards)
                for _ in range(copies)
            )
            if not waiting:
                return
            function, body, received = waiting.popleft()
            if deliver(self.functions[function], body):
                if received + 1 < MAX_RECEIVES:
                    waiting.append((function, body, received + 1))
                else:
                    self.dead.append(body)
        raise AssertionError("the messages do not come to an end")

    def _arrivals(self, *, backwards: bool) -> list[tuple[str, str]]:
        self.stripe.settle()
        received = self.stripe.endpoint.received[self.webhooks :]
        self.webhooks += len(received)
        found = [("settle_payments", webhook.body.decode()) for webhook in received]
        items = sorted(EventItem.scan(), key=lambda item: (item.occurred_at, item.pk, item.sk))
        for item in items:
            if (item.pk, item.sk) in self.relayed:
                continue
            self.relayed.add((item.pk, item.sk))
            envelope = envelope_of_item(
                {name: getattr(item, name) for name in ("pk", "sk", "type", "occurred_at", "data")}
            )
            targets = [to for to in self.routes.get(item.type, []) if to in self.functions]
            found.extend((function, body_of(envelope)) for function in targets)
        return found[::-1] if backwards else found

    def body(self, kind: str, **data: str) -> str:
        """The first event of a type (and with such data), as a queue message."""
        (item, *_) = [
            item
            for item in EventItem.scan()
            if item.type == kind and all(item.data[name] == value for name, value in data.items())
        ]
        return body_of(
            envelope_of_item(
                {name: getattr(item, name) for name in ("pk", "sk", "type", "occurred_at", "data")}
            )
        )


@dataclass
class Account:
    """The AWS account of a test module, and the functions deployed to it.

    Making it costs seconds.
    """

    functions: dict[str, ModuleType]
    worlds: int = 0

    def make_state_machine(self) -> str:
        """A machine for each world: their cases have the same names."""
        self.worlds += 1
        definition = yaml.safe_load((ROOT / "statemachines" / "dunning.asl.yaml").read_text())
        machine = client("stepfunctions").create_state_machine(
            name=f"umlauf-test-dunning-{self.worlds}",
            definition=json.dumps(definition),
            roleArn="arn:aws:iam::123456789012:role/any",
        )
        return str(machine["stateMachineArn"])

    def empty(self) -> None:
        """Forget all items and what the functions' environments kept."""
        dynamodb = client("dynamodb")
        for table in dynamodb.list_tables()["TableNames"]:
            keys = [key["AttributeName"] for key in _key_schema(table)]
            for item in dynamodb.scan(TableName=table)["Items"]:
                dynamodb.delete_item(TableName=table, Key={key: item[key] for key in keys})
        for function in self.functions.values():
            for wiring in ("ports", "desk"):
                if hasattr(function, wiring):
                    getattr(function, wiring).cache_clear()


def _key_schema(table: str) -> list[dict[str, str]]:
    schema = client("dynamodb").describe_table(TableName=table)["Table"]["KeySchema"]
    return cast("list[dict[str, str]]", schema)


@contextmanager
def collecting_account() -> Iterator[Account]:
    with mock_aws():
        client.cache_clear()
        create_tables()
        for name, value in (("api_key", API_KEY), ("webhook_secret", SECRET)):
            path = f"/umlauf/test/stripe/{name}"
            client("ssm").put_parameter(Name=path, Value=value, Type="SecureString")
        client("sesv2").create_email_identity(EmailIdentity=SENDER)
        yield Account({name: load_function(name) for name in FUNCTIONS})
    client.cache_clear()


@contextmanager
def collecting_world(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> Iterator[CollectingWorld]:
    """The world on the stand-in's first day."""
    account.empty()
    state_machine = account.make_state_machine()
    with running_world() as stripe, time_machine.travel(START, tick=False) as clock:
        monkeypatch.setenv("STRIPE_API_BASE", stripe.standin.url)
        monkeypatch.setenv("STRIPE_PARAMETERS_PATH", "/umlauf/test/stripe")
        monkeypatch.setenv("DUNNING_STATE_MACHINE_ARN", state_machine)
        monkeypatch.setenv("SENDER_ADDRESS", SENDER)
        yield CollectingWorld(stripe, clock, account.functions, state_machine)


def describe_attempts(world: CollectingWorld) -> list[tuple[str, str | None]]:
    attempts = sorted(world.all(PaymentAttempt), key=lambda one: encode_instant(one.created_at))
    return [(attempt.state.value, attempt.reason_code) for attempt in attempts]
