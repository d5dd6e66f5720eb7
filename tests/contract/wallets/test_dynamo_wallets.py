"""Wallets' repositories keep the promises of its ports in DynamoDB."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from umlauf.catalog.price_models.graduated import Graduated
from umlauf.catalog.price_models.rating import Price
from umlauf.catalog.price_models.tiers import Tier
from umlauf.kernel.money import Money
from umlauf.kernel.work import StaleVersion, Work
from umlauf.wallets.errors import UnknownSession, UnknownWallet
from umlauf.wallets.model import (
    EntryKind,
    OpenSession,
    Session,
    SessionTerms,
    StartGate,
    StartRestriction,
    TopUp,
    UnsettledReason,
    UnsettledUsage,
    Wallet,
)
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.kernel.layouts import stored
from umlauf_adapters.wallets.sessions import DynamoSessions
from umlauf_adapters.wallets.wallets import DynamoStartGates, DynamoTopUps, DynamoWallets

pytestmark = pytest.mark.usefixtures("tables")

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
TIERS = (Tier(Decimal(10), Decimal("0.5")), Tier(None, Decimal(19), Decimal(100)))


def put(*aggregates: object) -> None:
    work = Work(NOW)
    for aggregate in aggregates:
        work.put(aggregate)  # type: ignore[arg-type]
    DynamoWorks().commit(work)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def session(number: int, subscription_id: str = "sub_1") -> Session:
    return Session(
        id=f"ses_{number}",
        wallet_id="wal_1",
        customer_id="cus_1",
        subscription_id=subscription_id,
        asset_id="ast_1",
        terms=SessionTerms(
            price=Price("EUR", Graduated(TIERS)),
            meter="ride_seconds",
            meter_units_per_unit=60,
            tax_rate=Decimal(19),
            tax_country="DE",
        ),
        hold=eur(480),
        lease=1920,
        started_at=NOW + timedelta(minutes=number),
        expires_at=NOW + timedelta(hours=24),
    )


def test_a_wallet_and_its_entries_are_read_back_as_they_were() -> None:
    empty = Wallet("wal_1", "cus_1", eur(0), (OpenSession("sub_1", "ses_1", eur(0)),))
    first, one = empty.booked(EntryKind.TOP_UP, eur(500), "att_1", NOW)
    second, two = first.booked(EntryKind.RIDE, eur(-190), "ses_1", NOW)
    put(second, one, two)
    wallets = DynamoWallets()
    assert wallets.get("wal_1") == stored(second)
    assert list(wallets.entries("wal_1").items) == [stored(two), stored(one)]
    assert wallets.list_of_customer("cus_1") == (stored(second),)
    assert list(wallets.scan_entries()) == [stored(one), stored(two)]
    assert wallets.find("wal_2") is None
    with pytest.raises(UnknownWallet):
        wallets.get("wal_2")


def test_the_same_entry_number_is_never_booked_twice() -> None:
    wallet = Wallet("wal_1", "cus_1", eur(0))
    _, one = wallet.booked(EntryKind.TOP_UP, eur(500), "att_1", NOW)
    put(one)
    with pytest.raises(StaleVersion):
        put(replace(one, reference="att_2"))


def test_sessions_are_found_by_subscription_the_newest_first_with_their_terms() -> None:
    put(session(1), session(2), session(3, "sub_2"))
    sessions = DynamoSessions()
    assert sessions.get("ses_1") == stored(session(1))
    listed = sessions.list_of_subscription("sub_1").items
    assert [one.id for one in listed] == ["ses_2", "ses_1"]
    with pytest.raises(UnknownSession):
        sessions.get("ses_9")


def test_what_no_session_took_is_found_by_subscription() -> None:
    usage = UnsettledUsage(
        subscription_id="sub_1",
        customer_id="cus_1",
        source_id="dev_1:1.1",
        quantity=-60,
        used_at=NOW,
        reason=UnsettledReason.CORRECTION,
    )
    put(usage, session(1))
    assert list(DynamoSessions().unsettled_of("sub_1")) == [stored(usage)]
    assert list(DynamoSessions().scan_unsettled()) == [stored(usage)]


def test_top_ups_and_gates_are_read_back_as_they_were() -> None:
    top_up = TopUp(
        id="top_1", wallet_id="wal_1", customer_id="cus_1", amount=eur(2000), requested_at=NOW
    )
    gate = StartGate("cus_1", (StartRestriction("rst_1", "arrears", NOW),), 3)
    put(top_up, gate)
    assert DynamoTopUps().find("top_1") == stored(top_up)
    assert DynamoStartGates().find("cus_1") == stored(gate)
    assert DynamoStartGates().find("cus_2") is None
