"""One customer's wallet under test."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tests.fakes import MemoryStore
from tests.use_fakes import MemorySessions, MemoryStartGates, MemoryTopUps, MemoryWallets
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.rating import Price
from umlauf.kernel.money import Money
from umlauf.wallets.model import (
    Session,
    SessionTerms,
    StartRestriction,
    Wallet,
    WalletEntry,
    wallet_id_of,
)
from umlauf.wallets.start_policy import DEFAULT_POLICY, StartPolicy
from umlauf.wallets.use_cases.credit_top_up import ArrivedPayment, credit_top_up
from umlauf.wallets.use_cases.open_wallet import open_wallet
from umlauf.wallets.use_cases.permit_starts import permit_starts
from umlauf.wallets.use_cases.release_session import release_session
from umlauf.wallets.use_cases.restrict_starts import restrict_starts
from umlauf.wallets.use_cases.settle_usage import PrepaidUsage, settle_usage
from umlauf.wallets.use_cases.start_session import SessionOrder, start_session
from umlauf.wallets.use_cases.take_back_top_up import ReturnedPayment, take_back_top_up

CUSTOMER = "cus_1"
NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def terms(minor_per_minute: str = "15", *, includes_tax: bool = True) -> SessionTerms:
    return SessionTerms(
        price=Price("EUR", PerUnit(Decimal(minor_per_minute))),
        meter="ride_seconds",
        meter_units_per_unit=60,
        tax_rate=Decimal(19),
        tax_country="DE",
        price_includes_tax=includes_tax,
    )


@dataclass
class Purse:
    balance: int = 0
    policy: StartPolicy = DEFAULT_POLICY
    store: MemoryStore = field(default_factory=MemoryStore)

    def __post_init__(self) -> None:
        self.store.run(
            lambda work: open_wallet(CUSTOMER, "EUR", work=work, wallets=MemoryWallets(self.store)),
            NOW,
        )
        if self.balance:
            self.credit("att_first", self.balance)

    @property
    def wallet(self) -> Wallet:
        return MemoryWallets(self.store).get(wallet_id_of(CUSTOMER, "EUR"))

    @property
    def entries(self) -> list[WalletEntry]:
        return sorted(self.store.all(WalletEntry), key=lambda entry: entry.number)

    def session(self, session_id: str) -> Session:
        return MemorySessions(self.store).get(session_id)

    def credit(self, payment_id: str, minor: int, top_up_id: str | None = None) -> None:
        payment = ArrivedPayment(payment_id, wallet_id_of(CUSTOMER, "EUR"), eur(minor), top_up_id)
        self.store.run(
            lambda work: credit_top_up(
                payment,
                work=work,
                wallets=MemoryWallets(self.store),
                top_ups=MemoryTopUps(self.store),
            ),
            NOW,
        )

    def take_back(self, payment_id: str, minor: int) -> None:
        payment = ReturnedPayment(payment_id, wallet_id_of(CUSTOMER, "EUR"), eur(minor))
        self.store.run(
            lambda work: take_back_top_up(
                payment, work=work, works=self.store, wallets=MemoryWallets(self.store)
            ),
            NOW,
        )

    def start(
        self,
        key: str = "key-1",
        *,
        subscription_id: str = "sub_1",
        terms_: SessionTerms | None = None,
        now: datetime = NOW,
    ) -> Session:
        order = SessionOrder(key, CUSTOMER, subscription_id, "ast_1", terms_ or terms())
        return self.store.run(
            lambda work: start_session(
                order,
                work=work,
                wallets=MemoryWallets(self.store),
                sessions=MemorySessions(self.store),
                gates=MemoryStartGates(self.store),
                policy=self.policy,
            ),
            now,
        )

    def settle(self, *usages: PrepaidUsage, now: datetime = NOW) -> tuple[Session, ...]:
        return self.store.run(
            lambda work: settle_usage(
                usages,
                work=work,
                wallets=MemoryWallets(self.store),
                sessions=MemorySessions(self.store),
            ),
            now,
        )

    def release(self, session_id: str, customer_id: str = CUSTOMER) -> Session:
        return self.store.run(
            lambda work: release_session(
                session_id,
                customer_id,
                work=work,
                wallets=MemoryWallets(self.store),
                sessions=MemorySessions(self.store),
            ),
            NOW,
        )

    def restrict(self, restriction_id: str = "rst_1", days: int = 30) -> None:
        restriction = StartRestriction(restriction_id, "arrears", NOW + timedelta(days=days))
        self.store.run(
            lambda work: restrict_starts(
                CUSTOMER, restriction, work=work, gates=MemoryStartGates(self.store)
            ),
            NOW,
        )

    def permit(self, restriction_id: str = "rst_1") -> None:
        self.store.run(
            lambda work: permit_starts(
                CUSTOMER, restriction_id, work=work, gates=MemoryStartGates(self.store)
            ),
            NOW,
        )


def ride(
    seconds: int,
    *,
    source_id: str = "dev_1:1.1",
    used_at: datetime = NOW + timedelta(minutes=30),
    ends_ride: bool = True,
    subscription_id: str = "sub_1",
) -> PrepaidUsage:
    return PrepaidUsage(
        subscription_id=subscription_id,
        customer_id=CUSTOMER,
        currency="EUR",
        quantity=seconds,
        used_at=used_at,
        ends_ride=ends_ride,
        source_id=source_id,
    )
