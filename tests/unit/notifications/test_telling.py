"""A customer is told once, and only what is still true."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.collect_fakes import (
    CARD,
    CUSTOMER,
    INVOICE,
    NOW,
    PRICE,
    SUBSCRIPTION,
    Crash,
    FakePost,
    a_customer,
    a_receivable,
    a_settlement,
    an_attempt,
    message_desk,
    put,
)
from tests.fakes import MemoryStore
from umlauf.billing.accounts import told
from umlauf.billing.announcing import issued
from umlauf.billing.arrangements import BY_TRANSFER, Arrangement
from umlauf.billing.credit_notes import CorrectedInvoice, CreditNote, NoteKind
from umlauf.billing.documents import PaymentMeans
from umlauf.billing.events import InvoicePaid, IssuedLine
from umlauf.billing.model import (
    AppliedCredit,
    ChargedFee,
    CreditSource,
    Invoice,
    LineKind,
    PriceBasis,
    SettlementState,
)
from umlauf.customers.events import CustomerSignedUp
from umlauf.customers.model import CustomerStatus, Language
from umlauf.dunning.events import CaseClosed, StepTaken
from umlauf.dunning.model import Case, CaseState, Dossier, Outcome, StepKind, StepOutcome
from umlauf.dunning.model import Channel as StepChannel
from umlauf.kernel.calendar import Interval, IntervalUnit
from umlauf.kernel.events import Event
from umlauf.kernel.money import Money
from umlauf.kernel.work import Work
from umlauf.notifications.errors import BeingSent, PostRefused, PostSilent, PostUnavailable
from umlauf.notifications.events import MessageSent
from umlauf.notifications.model import (
    MAX_ATTEMPTS,
    Channel,
    Message,
    MessageState,
    Template,
    Wish,
)
from umlauf.notifications.occasions import wish_for
from umlauf.notifications.telling import Told, tell
from umlauf.payments.events import PaymentFailed, PaymentReturned
from umlauf.payments.model import AttemptState, LivePayment, Purpose
from umlauf.payments.reasons import Retry
from umlauf.subscriptions.agreements import Agreement
from umlauf.subscriptions.events import SubscriptionActivated
from umlauf.subscriptions.model import Status, Subscription
from umlauf.wallets.events import ToppedUp

NONE = Money(0, "EUR")
LATER = NOW + timedelta(minutes=3)

FAILED = PaymentFailed(
    attempt_id="att_one",
    purpose=Purpose.INVOICE,
    customer_id=CUSTOMER,
    payment_method_id=CARD,
    amount=PRICE,
    reason_code="insufficient_funds",
    retry=Retry.LATER,
    is_customer_fault=False,
    failed_at=NOW,
    invoice_id=INVOICE,
)
RETURNED = PaymentReturned(
    attempt_id="att_one",
    purpose=Purpose.INVOICE,
    customer_id=CUSTOMER,
    payment_method_id=CARD,
    amount=PRICE,
    reason_code="AC04",
    bank_fee=NONE,
    is_customer_fault=True,
    retry=Retry.NEW_METHOD,
    returned_at=NOW,
    invoice_id=INVOICE,
)
REMINDED = StepTaken(
    case_id="cas_one",
    invoice_id=INVOICE,
    customer_id=CUSTOMER,
    step="first_reminder",
    step_number=1,
    kind=StepKind.SEND_REMINDER,
    outcome=StepOutcome.TAKEN,
    channel=StepChannel.EMAIL,
)
WRITTEN = replace(
    REMINDED, step="letter", step_number=3, kind=StepKind.SEND_LETTER, channel=StepChannel.LETTER
)
CLOSED = CaseClosed("cas_one", INVOICE, SUBSCRIPTION, CUSTOMER, Outcome.PAID)
SIGNED_UP = CustomerSignedUp(CUSTOMER, "DE", Language.GERMAN)
STARTED = SubscriptionActivated(
    subscription_id=SUBSCRIPTION,
    customer_id=CUSTOMER,
    plan_id="city-flat",
    plan_version=1,
    asset_id=None,
    currency="EUR",
    anchor=NOW.date(),
    time_zone="Europe/Berlin",
    next_due_at=NOW,
)
ARRIVED = InvoicePaid(INVOICE, "2026-000001", CUSTOMER, SUBSCRIPTION, PRICE, NOW)
TOPPED_UP = ToppedUp("wal_one", CUSTOMER, Money(2000, "EUR"), "att_top")

NOTE = CreditNote(
    id="cn_one",
    number="GS-2026-000007",
    kind=NoteKind.CREDIT_NOTE,
    reason="goodwill",
    legal_entity="umlauf-de",
    customer_id=CUSTOMER,
    subscription_id=SUBSCRIPTION,
    currency="EUR",
    price_basis=PriceBasis.GROSS,
    is_business=False,
    corrects=(CorrectedInvoice(INVOICE, "2026-000001", NOW.date()),),
    lines=(),
    taxes=(),
    net=Money(4198, "EUR"),
    tax=Money(798, "EUR"),
    gross=Money(4996, "EUR"),
    reductions=(),
    to_balance=Money(4996, "EUR"),
    issued_on=NOW.date(),
    issued_at=NOW,
)
CANCELLED = replace(NOTE, id="cn_two", number="ST-2026-000003", kind=NoteKind.CANCELLATION)

ATTEMPT = replace(an_attempt(), state=AttemptState.FAILED)
CASE = Case(
    id="cas_one",
    invoice_id=INVOICE,
    subscription_id=SUBSCRIPTION,
    customer_id=CUSTOMER,
    number=1,
    plan_id="de-consumer.1",
    time_zone="Europe/Berlin",
    due_on=NOW.date(),
    reason="payment_failed",
    opened_at=NOW,
)


RENTED = Subscription(
    id=SUBSCRIPTION,
    customer_id=CUSTOMER,
    agreements=(
        Agreement(
            plan_id="city-flat",
            plan_version=1,
            interval=Interval(IntervalUnit.MONTH),
            starts_on=NOW.date(),
            anchor=NOW.date(),
        ),
    ),
    currency="EUR",
    time_zone="Europe/Berlin",
    ordered_at=NOW,
    status=Status.ACTIVE,
    starts_on=NOW.date(),
    next_due_at=NOW,
)
LATE_FEE = ChargedFee("dunning_case#cas_one:3.1", Money(350, "EUR"), NOW)


class World:
    def __init__(self) -> None:
        self.store, self.post = MemoryStore(), FakePost()
        self.arrangement = BY_TRANSFER
        put(self.store, a_customer(), a_receivable(), ATTEMPT, CASE)
        put(self.store, LivePayment(INVOICE, NONE, attempts_made=1))

    def tell(self, event: Event, now: Any = NOW) -> Told:
        wish = wish_for(event)
        assert wish is not None
        return tell(wish, desk=message_desk(self.store, self.post, self.arrangement), now=now)

    def put(self, *aggregates: Any) -> None:
        put(self.store, *aggregates)


@pytest.fixture
def world() -> World:
    return World()


def test_the_same_news_twice_is_one_message(world: World) -> None:
    assert [world.tell(FAILED) for _ in range(2)] == [Told.SENT, Told.BEFORE]
    (mail,) = world.post.sent
    assert mail.to == "ada@example.org"
    assert "70,21\u00a0€" in mail.text
    assert [type(event) for event in world.store.events] == [MessageSent]


PAID = a_settlement(SettlementState.SUCCEEDED, "att_two")
NOTED = AppliedCredit("cn_one", CreditSource.NOTE, PRICE, NOW)


@pytest.mark.parametrize(
    ("event", "overtaken_by"),
    [
        pytest.param(
            FAILED, LivePayment(INVOICE, PRICE, attempts_made=2), id="failed, then paid otherwise"
        ),
        pytest.param(
            FAILED,
            LivePayment(INVOICE, NONE, live_attempt_id="att_two"),
            id="failed, but another attempt is under way",
        ),
        pytest.param(
            FAILED, replace(ATTEMPT, state=AttemptState.SUCCEEDED), id="failed, but arrived late"
        ),
        pytest.param(RETURNED, ATTEMPT, id="returned, but the attempt says otherwise"),
        pytest.param(REMINDED, a_receivable(PAID), id="reminder, but paid"),
        pytest.param(REMINDED, replace(CASE, state=CaseState.CLOSED), id="reminder, but closed"),
        pytest.param(REMINDED, replace(CASE, frozen_since=NOW), id="reminder, but disputed"),
        pytest.param(
            WRITTEN, LivePayment(INVOICE, NONE, live_attempt_id="att_two"), id="letter, but paying"
        ),
        pytest.param(CLOSED, CASE, id="closed, but open again"),
        pytest.param(STARTED, replace(RENTED, status=Status.ENDED), id="started, but over"),
        pytest.param(told(NOTE), (), id="credited, but there is no note"),
        pytest.param(ARRIVED, a_receivable(), id="paid, but open again"),
        pytest.param(ARRIVED, a_receivable().use_credit(NOTED), id="paid by credit alone"),
        pytest.param(
            FAILED,
            (
                a_receivable().use_credit(replace(NOTED, amount=Money(1, "EUR"))),
                LivePayment(INVOICE, PRICE - Money(1, "EUR"), attempts_made=2),
            ),
            id="failed, then credited in part and paid",
        ),
        pytest.param(
            FAILED, replace(a_customer(), status=CustomerStatus.ERASED), id="the person is erased"
        ),
    ],
)
def test_what_is_overtaken_is_not_told(world: World, event: Event, overtaken_by: Any) -> None:
    world.put(*(overtaken_by if isinstance(overtaken_by, tuple) else (overtaken_by,)))
    assert world.tell(event) is Told.OVERTAKEN
    assert world.post.sent == []
    assert not list(world.store.all(Message))


@pytest.mark.parametrize(
    ("event", "state", "subject"),
    [
        pytest.param(FAILED, (), "Zahlung zur Rechnung 2026-000001", id="failed"),
        pytest.param(
            RETURNED,
            (replace(ATTEMPT, state=AttemptState.RETURNED),),
            "Lastschrift zur Rechnung 2026-000001 kam zurück",
            id="returned",
        ),
        pytest.param(REMINDED, (), "Erinnerung: Rechnung 2026-000001", id="reminder"),
        pytest.param(WRITTEN, (), "Mahnung: Rechnung 2026-000001", id="letter"),
        pytest.param(
            CLOSED,
            (replace(CASE, state=CaseState.CLOSED), a_receivable(PAID)),
            "Rechnung 2026-000001 ist bezahlt",
            id="closed",
        ),
        pytest.param(SIGNED_UP, (), "Willkommen", id="signed up"),
        pytest.param(STARTED, (RENTED,), "Vertrag hat begonnen", id="started"),
        pytest.param(
            ARRIVED, (a_receivable(PAID),), "Zahlung zur Rechnung 2026-000001", id="arrived"
        ),
        pytest.param(TOPPED_UP, (), "Guthaben wurde aufgeladen", id="topped up"),
        pytest.param(told(NOTE), (NOTE,), "Rechnungskorrektur GS-2026-000007", id="credited"),
        pytest.param(
            told(CANCELLED), (CANCELLED,), "Stornorechnung ST-2026-000003", id="cancelled"
        ),
    ],
)
def test_each_news_has_its_message(
    world: World, event: Event, state: tuple[Any, ...], subject: str
) -> None:
    world.put(*state)
    assert world.tell(event) is Told.SENT
    assert subject in world.post.sent[0].subject


def test_a_credit_note_is_told_once_with_its_amount(world: World) -> None:
    world.put(NOTE)
    assert [world.tell(told(NOTE)) for _ in range(2)] == [Told.SENT, Told.BEFORE]
    (mail,) = world.post.sent
    assert "49,96\u00a0€" in mail.text


ISSUED = Invoice(
    id=INVOICE,
    number="RE-2026-000001",
    legal_entity="umlauf-de",
    customer_id=CUSTOMER,
    subscription_id=SUBSCRIPTION,
    currency="EUR",
    price_basis=PriceBasis.GROSS,
    is_business=False,
    lines=(),
    taxes=(),
    net=Money(5900, "EUR"),
    tax=Money(1121, "EUR"),
    gross=PRICE,
    issued_on=date(2026, 11, 6),
    due_on=date(2026, 11, 20),
    issued_at=NOW,
)
DEBIT = Arrangement(PaymentMeans.DIRECT_DEBIT, digits="3000", mandate="UML-0001")
TODAY = NOW.date()
CARD_ON_FILE = Arrangement(PaymentMeans.CARD, "visa", "4242")


def from_balance(amount: Money) -> AppliedCredit:
    return AppliedCredit("one", CreditSource.BALANCE, amount, NOW)


@pytest.mark.parametrize(
    ("arrangement", "credit_minor", "said", "not_said"),
    [
        pytest.param(
            DEBIT,
            0,
            "Wir ziehen 70,21 € am 09.11.2026 oder kurz danach per SEPA-Lastschrift von Ihrem "
            "hinterlegten Konto ein. Sie brauchen nichts zu tun, als für Deckung zu sorgen. "
            "Mandatsreferenz: UML-0001 Gläubiger-ID: DE98ZZZ09999999999",
            "überweisen",
            id="debit: the pre-notification",
        ),
        pytest.param(
            CARD_ON_FILE,
            0,
            "Wir buchen 70,21 € am 06.11.2026 von Ihrer hinterlegten Karte ab.",
            "Mandat",
            id="card",
        ),
        pytest.param(
            BY_TRANSFER,
            0,
            "Bitte überweisen Sie 70,21 € bis zum 20.11.2026, oder zahlen Sie in der App. "
            "Konto: DE89370400440532013000 Verwendungszweck: RE-2026-000001",
            "nichts zu tun",
            id="nothing on file",
        ),
        pytest.param(
            CARD_ON_FILE,
            2021,
            "20,21 € haben wir aus Ihrem Guthaben bezahlt. Wir buchen 50,00 € am",
            "70,21 € am",
            id="a part from credit",
        ),
        pytest.param(
            DEBIT,
            7021,
            "Der Betrag ist aus Ihrem Guthaben bezahlt.",
            "Lastschrift",
            id="all from credit",
        ),
    ],
)
def test_an_invoice_says_who_has_to_do_what(
    world: World, arrangement: Arrangement, credit_minor: int, said: str, not_said: str
) -> None:
    world.arrangement = arrangement
    used = (from_balance(Money(credit_minor, "EUR")),) if credit_minor else ()
    world.put(ISSUED, replace(a_receivable(), credits=used))
    assert world.tell(issued(ISSUED)) is Told.SENT
    [mail] = world.post.sent
    text = " ".join(mail.text.split())
    assert said in text
    assert not_said not in text


def test_a_deposit_is_asked_for_as_what_it_is(world: World) -> None:
    """It is owed back and no invoice, so the mail calls it none."""
    asked = replace(
        issued(ISSUED),
        lines=(IssuedLine("deposit", LineKind.DEPOSIT, PRICE, Decimal(1), "piece", *[TODAY] * 2),),
    )
    world.put(ISSUED, a_receivable())
    assert world.tell(asked) is Told.SENT
    [mail] = world.post.sent
    assert mail.subject == "Ihre Kaution: RE-2026-000001"
    assert "Bitte überweisen Sie 70,21" in mail.text
    assert "Rechnung" not in mail.text


def test_an_invoice_over_nothing_asks_for_nothing(world: World) -> None:
    free = replace(ISSUED, net=NONE, tax=NONE, gross=NONE)
    world.arrangement = DEBIT
    world.put(free, replace(a_receivable(), amount=NONE))
    world.tell(issued(free))
    [mail] = world.post.sent
    assert "Es ist nichts zu zahlen." in mail.text
    assert "Lastschrift" not in mail.text


def test_a_letter_goes_to_the_print_desk_and_names_its_cost(world: World) -> None:
    world.tell(WRITTEN)
    (mail,) = world.post.sent
    assert mail.to is None
    assert "1,10\u00a0€" in mail.text


def test_who_was_dunned_is_thanked_once(world: World) -> None:
    """The end of the case says it; but not while a fee is open, for then not all is settled."""
    closed = replace(CASE, state=CaseState.CLOSED)
    world.put(closed, Dossier(INVOICE, cases=1), a_receivable(PAID))
    assert [world.tell(ARRIVED), world.tell(CLOSED)] == [Told.OVERTAKEN, Told.SENT]

    world = World()
    world.put(closed, Dossier(INVOICE, cases=1), a_receivable(PAID).charge(LATE_FEE))
    assert [world.tell(ARRIVED), world.tell(CLOSED)] == [Told.SENT, Told.OVERTAKEN]


def test_a_return_is_told_though_billing_has_not_booked_it_yet(world: World) -> None:
    world.put(replace(ATTEMPT, state=AttemptState.RETURNED))
    world.put(a_receivable(a_settlement(SettlementState.SUCCEEDED)))
    assert world.tell(RETURNED) is Told.SENT


def test_an_invoice_that_is_paid_again_is_told_again(world: World) -> None:
    world.put(a_receivable(PAID))
    again = replace(ARRIVED, paid_at=LATER)
    assert [world.tell(ARRIVED), world.tell(again)] == [Told.SENT, Told.SENT]


def test_a_failed_top_up_is_told_unless_a_later_one_worked(world: World) -> None:
    failed = replace(FAILED, purpose=Purpose.TOP_UP, invoice_id=None, attempt_id="att_top")
    attempt = replace(ATTEMPT, id="att_top", purpose=Purpose.TOP_UP, subject_id="top_one")
    world.put(attempt, LivePayment("top_one", PRICE))
    assert world.tell(failed) is Told.OVERTAKEN
    world.put(LivePayment("top_one", NONE))
    assert world.tell(failed) is Told.SENT


@pytest.mark.parametrize(
    "event",
    [
        MessageSent("msg_one", CUSTOMER, Template.REMINDER, Channel.EMAIL, "cas_one:letter"),
        replace(REMINDED, kind=StepKind.RETRY_PAYMENT, channel=None),
        replace(REMINDED, outcome=StepOutcome.SKIPPED),
        replace(RETURNED, invoice_id=None),
    ],
)
def test_other_news_gives_no_occasion(event: Event) -> None:
    assert wish_for(event) is None


class TestSending:
    def test_two_deliveries_at_once_send_one_message(self, world: World) -> None:
        def rival(_work: Work) -> None:
            assert world.tell(FAILED) is Told.SENT

        world.store.before_commit = rival
        with pytest.raises(BeingSent):
            world.tell(FAILED)
        assert world.tell(FAILED, LATER) is Told.BEFORE
        assert len(world.post.sent) == 1

    def test_while_one_is_at_it_the_other_waits(self, world: World) -> None:
        seen = []

        def rival(_mail: object) -> None:
            with pytest.raises(BeingSent):
                world.tell(FAILED)
            seen.append(True)

        world.post.after = rival
        assert world.tell(FAILED) is Told.SENT
        assert seen == [True]

    def test_a_sender_that_died_is_replaced_when_its_time_is_up(self, world: World) -> None:
        def die(_mail: object) -> None:
            raise Crash

        world.post.after = die
        with pytest.raises(Crash):
            world.tell(FAILED)
        world.post.after = lambda _mail: None
        with pytest.raises(BeingSent):
            world.tell(FAILED)
        assert world.tell(FAILED, LATER) is Told.SENT
        assert {mail.message_id for mail in world.post.sent} == {world.post.sent[0].message_id}

    def test_a_silent_mail_service_is_not_asked_again_at_once(self, world: World) -> None:
        world.post.faults = [PostSilent("no answer")]
        with pytest.raises(PostSilent):
            world.tell(FAILED)
        with pytest.raises(BeingSent):
            world.tell(FAILED)

    def test_an_outage_is_tried_again_a_bounded_number_of_times(self, world: World) -> None:
        world.post.faults = [PostUnavailable("busy") for _ in range(MAX_ATTEMPTS)]
        for _ in range(MAX_ATTEMPTS):
            with pytest.raises(PostUnavailable):
                world.tell(FAILED)
        assert world.tell(FAILED) is Told.BEFORE
        (message,) = world.store.all(Message)
        assert (message.state, message.failure) == (MessageState.FAILED, "tried_too_often")
        assert world.post.sent == []

    def test_a_refused_address_is_given_up_on_record(self, world: World) -> None:
        world.post.faults = [PostRefused("no such mailbox")]
        assert world.tell(FAILED) is Told.REFUSED
        (message,) = world.store.all(Message)
        assert (message.state, message.failure) == (
            MessageState.FAILED,
            "notifications.post_refused",
        )
        assert world.tell(FAILED) is Told.BEFORE


def test_the_delivery_log_holds_nothing_personal(world: World) -> None:
    world.tell(WRITTEN)
    stored = repr(list(world.store.all(Message))) + repr(world.store.events)
    assert "Ada" not in stored
    assert "ada@" not in stored


def test_a_wish_for_nobody_is_not_told(world: World) -> None:
    wish = Wish(Template.TOPPED_UP, "cus_nobody", "att_top", amount=PRICE)
    assert tell(wish, desk=message_desk(world.store, world.post), now=NOW) is Told.OVERTAKEN
