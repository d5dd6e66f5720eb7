"""Charge, settle, dun, tell: the functions together, as the template wires them."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from tests.collect_fakes import INVOICE, Crash
from tests.functions.collecting_world import (
    Account,
    CollectingWorld,
    collecting_account,
    collecting_world,
    describe_attempts,
)
from tests.functions.deployed import CONTEXT, deliver, event_body
from tests.local.stripe_standin.world import IBAN_PAYS_LATER
from umlauf.billing.events import InvoicePaid, InvoiceReopened
from umlauf.billing.model import Receivable, ReceivableStatus
from umlauf.dunning.model import Case, CaseState
from umlauf.kernel.errors import InvalidInput, NotFound
from umlauf.kernel.money import Money
from umlauf.payments.model import LivePayment, PaymentAttempt

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    with collecting_account() as account:
        yield account


@pytest.fixture
def world(account: Account, monkeypatch: pytest.MonkeyPatch) -> Iterator[CollectingWorld]:
    with collecting_world(account, monkeypatch) as world:
        yield world


def test_an_issued_invoice_is_charged_and_paid(world: CollectingWorld) -> None:
    world.sign_up()
    world.issue()
    world.drain()

    assert describe_attempts(world) == [("succeeded", None)]
    assert world.one(Receivable).status is ReceivableStatus.PAID
    assert world.all(Case) == []
    assert world.dead == []


@pytest.mark.parametrize("backwards", [False, True])
def test_every_message_three_times_in_any_order_is_one_charge(
    world: CollectingWorld, *, backwards: bool
) -> None:
    world.sign_up()
    world.issue()
    world.drain(copies=3, backwards=backwards)

    assert describe_attempts(world) == [("succeeded", None)]
    assert sorted(world.events()) == [
        "billing.invoice_issued.v1",
        "billing.invoice_paid.v1",
        "ledger.entry_posted.v1",
        "ledger.entry_posted.v1",
        "notifications.message_sent.v1",
        "payments.method_added.v1",
        "payments.payment_succeeded.v1",
    ]


def test_a_decline_opens_a_case_and_a_fresh_card_closes_it_at_once(
    world: CollectingWorld,
) -> None:
    payer = world.sign_up("pm_card_visa")
    world.stripe.standin.control.decline_next(payer, times=2, decline_code="insufficient_funds")
    world.issue()
    world.drain()
    case = world.one(Case)
    assert (case.state, world.execution(case.id)) == (CaseState.OPEN, "RUNNING")

    days = world.dun(until="no_new_sessions")
    # Due on day 11: until then only the card is tried again.
    assert days == {
        "second_attempt": 7,
        "first_reminder": 14,
        "letter": 25,
        "no_new_sessions": 32,
    }
    assert describe_attempts(world) == [("failed", "insufficient_funds")] * 2

    world.add_method("pm_card_mastercard")
    world.pay_now("key-1")
    world.drain()

    closed = world.one(Case)
    assert (closed.state, closed.restrictions) == (CaseState.CLOSED, ())
    assert world.execution(case.id) == "ABORTED"
    told = [kind for kind in world.events() if kind.startswith("dunning.")]
    assert sorted(told[-2:]) == ["dunning.case_closed.v1", "dunning.restriction_released.v1"]
    assert [subject.split(":")[0] for subject in world.mails()] == [
        "Ihre Zahlung zur Rechnung 2026-000001 hat nicht geklappt",
        "Ihre Zahlung zur Rechnung 2026-000001 hat nicht geklappt",
        "Erinnerung",
        "[letter to cus_ada] Mahnung",
        "Danke",
    ]
    # The letter's cost was charged when it went out, and paid with the invoice.
    assert world.one(LivePayment).collected == Money(7021 + 110, "EUR")
    owed = world.one(Receivable)
    assert (owed.fees, owed.open) == (Money(110, "EUR"), Money(0, "EUR"))
    assert world.broken_books() == []
    assert world.dead == []


def _letter_is_written(world: CollectingWorld) -> None:
    """The step is taken, and nobody has heard of it yet."""
    payer = world.sign_up()
    world.stripe.standin.control.decline_next(payer, times=2)
    world.issue()
    world.drain()
    world.dun(until="first_reminder")
    case = world.one(Case)
    wait = world.task(task="assess", case_id=case.id)
    world.advance(datetime.fromisoformat(wait["due_at"]) - world.now)
    world.task(task="take_step", case_id=case.id, step="letter")


@pytest.mark.parametrize("backwards", [False, True])
def test_a_letters_cost_that_is_overtaken_by_the_payment_stays_owed(
    world: CollectingWorld, *, backwards: bool
) -> None:
    _letter_is_written(world)
    before = world.one(Receivable)
    told = world.body("dunning.step_taken.v1", step="letter")
    assert deliver(world.functions["send_messages"], told) == []  # it is in the post ...
    world.pay_now("key-1")  # ... when the customer pays what the app shows
    world.drain(copies=2, backwards=backwards)

    owed = world.one(Receivable)
    assert before.open == owed.paid == Money(7021, "EUR")
    assert (owed.status, owed.open) == (ReceivableStatus.PAID, Money(110, "EUR"))
    assert world.one(Case).state is CaseState.CLOSED
    assert world.broken_books() == []

    world.pay_now("key-2")
    world.drain()
    assert world.one(Receivable).open == Money(0, "EUR")
    assert world.broken_books() == []
    assert world.dead == []


def test_a_letter_that_the_payment_overtook_is_neither_sent_nor_charged(
    world: CollectingWorld,
) -> None:
    _letter_is_written(world)
    world.pay_now("key-1")
    world.drain()

    assert not [subject for subject in world.mails() if "Mahnung" in subject]
    assert world.one(Receivable).fees == Money(0, "EUR")
    assert "dunning.fee_charged.v1" not in world.events()


def test_a_debit_that_fails_days_later_was_never_unpaid_before(world: CollectingWorld) -> None:
    payer = world.sign_up(IBAN_PAYS_LATER)
    world.stripe.standin.control.return_debits(payer, after_days=5, reason="AM04")
    world.issue()
    world.drain()
    assert world.one(Receivable).status is ReceivableStatus.PROCESSING
    assert world.all(Case) == []

    world.advance(6 * DAY)
    world.drain(copies=2, backwards=True)
    assert describe_attempts(world) == [("failed", "AM04")]
    assert world.one(Case).state is CaseState.OPEN
    assert len([kind for kind in world.events() if kind == "payments.payment_failed.v1"]) == 1
    assert world.dead == []


def test_webhooks_repeated_reordered_or_older_than_the_answer_change_nothing(
    world: CollectingWorld,
) -> None:
    world.sign_up(IBAN_PAYS_LATER)
    world.stripe.standin.control.trouble_webhooks("repeat", deliveries=20)
    world.issue()
    world.drain()
    world.advance(timedelta(hours=1))
    world.drain(copies=2, backwards=True)
    assert describe_attempts(world) == [("succeeded", None)]

    old = [webhook.body.decode() for webhook in world.stripe.endpoint.received]
    assert deliver(world.functions["settle_payments"], *old[::-1]) == []
    kinds = [kind for kind in world.events() if kind.startswith("payments.payment")]
    assert sorted(kinds) == ["payments.payment_processing.v1", "payments.payment_succeeded.v1"]


def test_a_customer_without_a_method_is_left_to_dunning(world: CollectingWorld) -> None:
    world.issue()
    world.drain()
    assert world.all(PaymentAttempt) == []
    assert world.dead == []


def test_a_debit_whose_webhooks_are_lost_is_looked_after(world: CollectingWorld) -> None:
    payer = world.sign_up(IBAN_PAYS_LATER)
    world.stripe.standin.control.return_debits(payer, after_days=5, reason="AM04")
    world.stripe.standin.control.trouble_webhooks("drop", deliveries=50)
    world.issue()
    world.drain()
    settle = world.functions["settle_payments"]

    world.advance(2 * DAY)
    look = {"task": "look_after_unsettled"}
    assert settle.handle(look, CONTEXT) == {"looked_after": 0, "failed": 0}
    world.advance(4 * DAY)
    assert settle.handle(look, CONTEXT) == {"looked_after": 1, "failed": 0}
    world.drain()
    assert describe_attempts(world) == [("failed", "AM04")]
    assert world.one(Case).state is CaseState.OPEN
    assert settle.handle(look, CONTEXT) == {"looked_after": 0, "failed": 0}


class TestACrashBesideTheStateMachine:
    """The case is committed, then the state machine is called: a crash may fall in between."""

    def declined(self, world: CollectingWorld) -> None:
        payer = world.sign_up()
        world.stripe.standin.control.decline_next(payer)
        world.issue()

    def test_starts_the_execution_when_the_message_comes_again(
        self, world: CollectingWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _dies_once(world, "start", monkeypatch)
        self.declined(world)
        world.drain()
        assert world.execution(world.one(Case).id) == "RUNNING"
        assert world.dead == []

    def test_stops_the_execution_when_the_message_comes_again(
        self, world: CollectingWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.declined(world)
        world.drain()
        _dies_once(world, "stop", monkeypatch)
        world.add_method("pm_card_mastercard")
        world.pay_now("key-1")
        world.drain()
        case = world.one(Case)
        assert (case.state, world.execution(case.id)) == (CaseState.CLOSED, "ABORTED")
        assert world.events().count("dunning.case_closed.v1") == 1


def test_an_open_case_whose_execution_died_is_handed_to_people_by_the_next_news(
    world: CollectingWorld,
) -> None:
    payer = world.sign_up()
    world.stripe.standin.control.decline_next(payer)
    world.issue()
    world.drain()
    case = world.one(Case)
    executions = world.functions["open_dunning_cases"].ports().executions
    executions.stop(case.id, "by a slip of somebody's hand")
    assert (world.one(Case).state, world.execution(case.id)) == (CaseState.OPEN, "ABORTED")

    news = world.body("payments.payment_failed.v1")
    assert deliver(world.functions["open_dunning_cases"], news, news) == []

    assert world.one(Case).state is CaseState.WITH_PEOPLE
    assert world.events().count("dunning.handed_to_people.v1") == 1


def _dies_once(world: CollectingWorld, call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    executions = world.functions["open_dunning_cases"].ports().executions
    works = getattr(executions, call)
    lives = iter([False])

    def die_first(*arguments: str) -> object:
        if not next(lives, True):
            raise Crash
        return works(*arguments)

    monkeypatch.setattr(executions, call, die_first)


class TestWhatNeverParses:
    def test_comes_again_alone_and_the_others_go_through(self, world: CollectingWorld) -> None:
        world.sign_up()
        world.issue()
        issued = world.body("billing.invoice_issued.v1")
        assert deliver(world.functions["collect_payments"], "{", issued, "[]") == [0, 2]
        assert describe_attempts(world) == [("succeeded", None)]

    @pytest.mark.parametrize("function", ["settle_payments", "open_dunning_cases", "send_messages"])
    def test_is_never_acknowledged(self, world: CollectingWorld, function: str) -> None:
        assert deliver(world.functions[function], "not json", "{}") == [0, 1]

    def test_a_payment_of_an_attempt_nobody_began_is_not_lost(self, world: CollectingWorld) -> None:
        customer = world.stripe.customer()
        intent = world.stripe.client.v1.payment_intents.create(
            {
                "amount": 100,
                "currency": "eur",
                "customer": customer,
                "metadata": {"attempt_id": "att_strange"},
            }
        )
        ours = json.dumps(_webhook("payment_intent", intent.id))
        assert deliver(world.functions["settle_payments"], ours) == [0]

    def test_what_is_not_ours_or_not_known_is_acknowledged(self, world: CollectingWorld) -> None:
        intent = world.stripe.client.v1.payment_intents.create(
            {"amount": 100, "currency": "eur", "customer": world.stripe.customer()}
        )
        bodies = [
            json.dumps(_webhook("payment_intent", intent.id)),
            json.dumps(_webhook("novelty", "x_1")),
        ]
        assert deliver(world.functions["settle_payments"], *bodies) == []


def _webhook(kind: str, thing_id: str) -> dict[str, object]:
    thing = {"object": kind, "id": thing_id}
    return {"id": f"evt_{thing_id}", "type": f"{kind}.any", "data": {"object": thing}}


class TestDunningTasks:
    @pytest.mark.parametrize(
        ("payload", "kind"),
        [
            ({"task": "assess", "case_id": "cas_nobody"}, NotFound),
            ({"task": "take_step", "case_id": "cas_nobody", "step": "letter"}, NotFound),
            ({"task": "dance", "case_id": "cas_nobody"}, InvalidInput),
            ({"task": "assess", "case_id": "7", "step": ["x"]}, NotFound),
            ({}, InvalidInput),
        ],
    )
    def test_fail_by_the_exact_name_a_state_machine_retries_or_catches(
        self, world: CollectingWorld, payload: dict[str, str], kind: type[Exception]
    ) -> None:
        with pytest.raises(kind) as failure:
            world.task(**payload)
        assert type(failure.value) is kind

    def test_leave_a_case_to_people_on_record(self, world: CollectingWorld) -> None:
        payer = world.sign_up()
        world.stripe.standin.control.decline_next(payer)
        world.issue()
        world.drain()
        case = world.one(Case)
        world.task(task="hand_to_people", case_id=case.id, reason="step_failed:Conflict")
        assert world.task(task="assess", case_id=case.id)["next"] == "people"


def test_an_old_paid_message_and_a_reopened_invoice_find_the_state_as_it_is(
    world: CollectingWorld,
) -> None:
    payer = world.sign_up()
    world.stripe.standin.control.decline_next(payer)
    world.issue()
    world.drain()
    receivable = world.one(Receivable)
    paid = InvoicePaid(
        INVOICE,
        receivable.number,
        receivable.customer_id,
        receivable.subscription_id,
        receivable.amount,
        world.now,
    )
    reopened = InvoiceReopened(
        INVOICE,
        receivable.number,
        receivable.customer_id,
        receivable.subscription_id,
        receivable.amount,
        "MD06",
    )
    bodies = [event_body(paid), event_body(reopened)]
    assert deliver(world.functions["open_dunning_cases"], *bodies) == []
    assert world.one(Case).state is CaseState.OPEN
