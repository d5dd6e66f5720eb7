"""In-memory ports and sample things of collecting: payments, dunning, notifications."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from tests.fakes import MemoryStore
from umlauf.billing.arrangements import BY_TRANSFER, Arrangement
from umlauf.billing.credit_notes import CreditNote
from umlauf.billing.model import Invoice, Receivable, Settlement, SettlementState
from umlauf.customers.model import Customer, Language
from umlauf.dunning.debts import BookedDebts
from umlauf.dunning.model import Case, Dossier
from umlauf.dunning.ports import DunningDesk
from umlauf.kernel.money import Money
from umlauf.kernel.work import Aggregate, Page, Work
from umlauf.notifications.model import Mail, Message
from umlauf.notifications.ports import MessageDesk
from umlauf.payments.model import (
    Charge,
    LivePayment,
    MethodKind,
    MethodSetup,
    Payer,
    PaymentAttempt,
    PaymentMethod,
    PaymentOrder,
    ProviderMethod,
    ProviderPayment,
    ProviderStatus,
    Purpose,
    unsettled_shard,
)
from umlauf.payments.ports import PaymentDesk
from umlauf.subscriptions.model import Subscription

NOW = datetime(2026, 10, 5, 7, 30, tzinfo=UTC)  # a Monday, 9:30 in Berlin
INVOICE = "inv_one"
CUSTOMER = "cus_ada"
SUBSCRIPTION = "sub_one"
CARD = "pmt_card"
FRESH_CARD = "pmt_fresh"
PRICE = Money(7021, "EUR")


class Crash(Exception):
    """The process died here."""


# --- Payments -------------------------------------------------------------------------------------


@dataclass
class MemoryPayers:
    store: MemoryStore

    def get(self, customer_id: str) -> Payer | None:
        return self.store.get(Payer, customer_id)


@dataclass
class MemoryMethods:
    store: MemoryStore

    def get(self, customer_id: str, method_id: str) -> PaymentMethod | None:
        method = self.store.get(PaymentMethod, method_id)
        return method if method and method.customer_id == customer_id else None

    def of_customer(
        self,
        customer_id: str,
        *,
        limit: int = 50,
        cursor: str | None = None,  # noqa: ARG002
    ) -> Page[PaymentMethod]:
        methods = self.store.all(PaymentMethod)
        return Page([one for one in methods if one.customer_id == customer_id][:limit])


@dataclass
class MemoryAttempts:
    store: MemoryStore

    def get(self, attempt_id: str) -> PaymentAttempt | None:
        return self.store.get(PaymentAttempt, attempt_id)

    def of_subject(
        self,
        subject_id: str,
        *,
        limit: int = 50,
        cursor: str | None = None,  # noqa: ARG002
    ) -> Page[PaymentAttempt]:
        attempts = self.store.all(PaymentAttempt)
        return Page([one for one in attempts if one.subject_id == subject_id][:limit])

    def unsettled(
        self,
        shard: int,
        begun_before: datetime,
        *,
        limit: int = 50,
        cursor: str | None = None,  # noqa: ARG002
    ) -> Page[PaymentAttempt]:
        attempts = (one for one in self.store.all(PaymentAttempt) if not one.is_settled)
        of_shard = (one for one in attempts if unsettled_shard(one.id) == shard)
        return Page([one for one in of_shard if one.created_at < begun_before][:limit])


@dataclass
class MemoryLivePayments:
    store: MemoryStore

    def get(self, subject_id: str) -> LivePayment | None:
        return self.store.get(LivePayment, subject_id)


@dataclass
class FakeProvider:
    """A provider that remembers its keys for a day and counts what it really charged.

    `answers` says how the next charges end; SUCCEEDED when it runs out. `before` and `after` are
    called around each charge with its key: a test lets the process die there.
    """

    now: Callable[[], datetime] = lambda: NOW
    answers: list[tuple[ProviderStatus, str | None]] = field(default_factory=list)
    methods: dict[str, ProviderMethod] = field(default_factory=dict)
    payments: dict[str, ProviderPayment] = field(default_factory=dict)
    keys: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    charged: list[Charge] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    before: Callable[[str], None] = lambda _key: None
    after: Callable[[str], None] = lambda _key: None
    customers: list[str] = field(default_factory=list)

    def open_customer(self, customer_id: str) -> str:
        if customer_id not in self.customers:
            self.customers.append(customer_id)
        return f"cus_provider_{customer_id}"

    def begin_setup(self, provider_customer_id: str, kind: MethodKind, key: str) -> MethodSetup:
        return MethodSetup(f"seti_{provider_customer_id}_{kind}_{key}", "secret")

    def method(self, reference: str) -> ProviderMethod:
        return self.methods[reference]

    def attach(self, reference: str, provider_customer_id: str) -> ProviderMethod:
        attached = replace(self.methods[reference], provider_customer_id=provider_customer_id)
        self.methods[reference] = attached
        return attached

    def charge(self, charge: Charge) -> ProviderPayment:
        self.before(charge.attempt_id)
        reference, used_at = self.keys.get(charge.attempt_id, ("", NOW))
        if not reference or self.now() - used_at > timedelta(hours=24):
            reference = f"pi_{len(self.charged) + 1}"
            self.keys[charge.attempt_id] = (reference, self.now())
            self.charged.append(charge)
            status, reason = self.answers.pop(0) if self.answers else (_SUCCEEDED, None)
            self.payments[reference] = ProviderPayment(
                reference, status, charge.attempt_id, reason, client_secret=f"{reference}_secret"
            )
        self.after(charge.attempt_id)
        return self.payments[reference]

    def find(self, charge: Charge) -> ProviderPayment | None:
        payments = self.payments.values()
        return next((one for one in payments if one.attempt_id == charge.attempt_id), None)

    def payment(self, reference: str) -> ProviderPayment:
        return self.payments[reference]

    def cancel(self, reference: str) -> ProviderPayment:
        self.cancelled.append(reference)
        payment = self.payments[reference]
        self.payments[reference] = replace(
            payment,
            status=ProviderStatus.FAILED,
            reason_code=payment.reason_code or "authentication_abandoned",
            is_final=True,
        )
        return self.payments[reference]

    def becomes(
        self,
        reference: str,
        status: ProviderStatus,
        reason: str | None = None,
        fee: Money | None = None,
    ) -> ProviderPayment:
        """Let the bank change its mind, or make it up."""
        changed = replace(self.payments[reference], status=status, reason_code=reason, bank_fee=fee)
        self.payments[reference] = changed
        return changed


_SUCCEEDED = ProviderStatus.SUCCEEDED


def payment_desk(store: MemoryStore, provider: FakeProvider) -> PaymentDesk:
    return PaymentDesk(
        works=store,
        payers=MemoryPayers(store),
        methods=MemoryMethods(store),
        attempts=MemoryAttempts(store),
        live_payments=MemoryLivePayments(store),
        provider=provider,
    )


def a_method(method_id: str = CARD, customer_id: str = CUSTOMER) -> PaymentMethod:
    return PaymentMethod(
        id=method_id,
        customer_id=customer_id,
        kind=MethodKind.CARD,
        provider_method_id=f"pm_{method_id}",
        fingerprint="print",
        label="visa 4242",
        added_at=NOW,
    )


def an_attempt(attempt_id: str = "att_one", subject_id: str = INVOICE) -> PaymentAttempt:
    return PaymentAttempt(
        id=attempt_id,
        purpose=Purpose.INVOICE,
        subject_id=subject_id,
        customer_id=CUSTOMER,
        method_id=CARD,
        amount=PRICE,
        number=1,
        created_at=NOW,
        kind=MethodKind.CARD,
        provider_customer_id="cus_provider",
        provider_method_id=f"pm_{CARD}",
        legal_entity="umlauf-de",
    )


def put(store: MemoryStore, *aggregates: Aggregate, now: datetime = NOW) -> None:
    """Store things as they are, over whatever version is there."""
    work = Work(now)
    for aggregate in aggregates:
        stored = store.aggregates.get((type(aggregate), aggregate.id))
        version = stored.version if stored else 0
        work.put(replace(cast("Any", aggregate), version=version))
    store.commit(work)


def with_a_card(store: MemoryStore, method_id: str = CARD) -> None:
    put(store, Payer(CUSTOMER, "cus_provider", method_id), a_method(method_id))


def an_order(act: str = "issued", *, is_customer_present: bool = False) -> PaymentOrder:
    return PaymentOrder(
        purpose=Purpose.INVOICE,
        subject_id=INVOICE,
        customer_id=CUSTOMER,
        amount=PRICE,
        paid=Money(0, "EUR"),
        act=act,
        is_customer_present=is_customer_present,
        legal_entity="umlauf-de",
    )


# --- What is owed ---------------------------------------------------------------------------------


def a_customer(
    *, language: Language = Language.GERMAN, country: str = "DE", is_business: bool = False
) -> Customer:
    return Customer(
        id=CUSTOMER,
        email="ada@example.org",
        name="Ada Lovelace",
        country=country,
        language=language,
        time_zone="Europe/Berlin",
        signed_up_at=NOW,
        is_business=is_business,
    )


def a_receivable(*settlements: Settlement) -> Receivable:
    return Receivable(
        id=INVOICE,
        number="2026-000001",
        legal_entity="umlauf-de",
        customer_id=CUSTOMER,
        subscription_id=SUBSCRIPTION,
        amount=PRICE,
        issued_on=date(2026, 9, 28),
        due_on=date(2026, 10, 12),
        time_zone="Europe/Berlin",
        watch_on=None,
        settlements=settlements,
    )


def a_settlement(state: SettlementState, attempt_id: str = "att_one") -> Settlement:
    return Settlement(attempt_id, state, PRICE, NOW)


def is_settled(store: MemoryStore, *settlements: Settlement) -> None:
    """Let billing book what became of the attempts."""
    put(store, a_receivable(*settlements))


@dataclass
class MemoryReceivables:
    store: MemoryStore

    def get(self, invoice_id: str) -> Receivable | None:
        return self.store.get(Receivable, invoice_id)


@dataclass
class MemoryInvoices:
    store: MemoryStore

    def get(self, invoice_id: str) -> Invoice | None:
        return self.store.get(Invoice, invoice_id)


@dataclass
class FixedArrangements:
    """Every invoice is collected with the same."""

    arrangement: Arrangement = BY_TRANSFER

    def of(self, invoice: Invoice) -> Arrangement:  # noqa: ARG002 - the port's
        return self.arrangement


@dataclass
class MemoryCreditNotes:
    store: MemoryStore

    def get(self, note_id: str) -> CreditNote | None:
        return self.store.get(CreditNote, note_id)


@dataclass
class MemoryCustomers:
    store: MemoryStore

    def get(self, customer_id: str) -> Customer:
        customer = self.find(customer_id)
        assert customer is not None
        return customer

    def find(self, customer_id: str) -> Customer | None:
        return self.store.get(Customer, customer_id)


# --- Dunning --------------------------------------------------------------------------------------


@dataclass
class MemoryCases:
    store: MemoryStore

    def get(self, case_id: str) -> Case | None:
        return self.store.get(Case, case_id)

    def of_customer(
        self,
        customer_id: str,
        *,
        limit: int = 50,
        cursor: str | None = None,  # noqa: ARG002
    ) -> Page[Case]:
        cases = self.store.all(Case)
        return Page([case for case in cases if case.customer_id == customer_id][:limit])


@dataclass
class MemoryDossiers:
    store: MemoryStore

    def get(self, invoice_id: str) -> Dossier | None:
        return self.store.get(Dossier, invoice_id)


def dunning_desk(store: MemoryStore) -> DunningDesk:
    return DunningDesk(
        works=store,
        cases=MemoryCases(store),
        dossiers=MemoryDossiers(store),
        debts=BookedDebts(MemoryReceivables(store), MemoryCustomers(store)),
    )


# --- Notifications --------------------------------------------------------------------------------


@dataclass
class MemoryMessages:
    store: MemoryStore

    def get(self, message_id: str) -> Message | None:
        return self.store.get(Message, message_id)

    def of_customer(
        self,
        customer_id: str,
        *,
        limit: int = 50,
        cursor: str | None = None,  # noqa: ARG002
    ) -> Page[Message]:
        messages = self.store.all(Message)
        return Page([one for one in messages if one.customer_id == customer_id][:limit])


@dataclass
class MemorySubscriptions:
    store: MemoryStore

    def find(self, subscription_id: str) -> Subscription | None:
        return self.store.get(Subscription, subscription_id)


@dataclass
class FakePost:
    """Keeps what was sent; `faults` are raised first, one for each try."""

    sent: list[Mail] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    after: Callable[[Mail], None] = lambda _mail: None

    def send(self, mail: Mail) -> str:
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append(mail)
        self.after(mail)
        return f"ses_{len(self.sent)}"


def message_desk(
    store: MemoryStore, post: FakePost, arrangement: Arrangement = BY_TRANSFER
) -> MessageDesk:
    return MessageDesk(
        works=store,
        messages=MemoryMessages(store),
        post=post,
        customers=MemoryCustomers(store),
        invoices=MemoryInvoices(store),
        credit_notes=MemoryCreditNotes(store),
        receivables=MemoryReceivables(store),
        arrangements=FixedArrangements(arrangement),
        attempts=MemoryAttempts(store),
        live_payments=MemoryLivePayments(store),
        cases=MemoryCases(store),
        dossiers=MemoryDossiers(store),
        subscriptions=MemorySubscriptions(store),
    )
