"""No start without a hold, no cent below zero, no ride lost."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.unit.wallets.purses import NOW, Purse, eur, ride, terms
from umlauf.kernel.errors import UmlaufError
from umlauf.kernel.money import Money
from umlauf.kernel.work import AlreadyClaimed, Work
from umlauf.wallets.errors import (
    InsufficientBalance,
    SessionAlreadyOpen,
    SessionNotOpen,
    StartRestricted,
    TopUpNotCredited,
    UnknownSession,
)
from umlauf.wallets.events import SessionSettled, ToppedUp, TopUpReturned, UsageUnsettled
from umlauf.wallets.model import (
    EntryKind,
    Session,
    SessionStatus,
    UnsettledReason,
    UnsettledUsage,
)
from umlauf.wallets.pricing import affordable_units, cost
from umlauf.wallets.start_policy import DEFAULT_POLICY, StartPolicy
from umlauf.wallets.use_cases.settle_usage import PrepaidUsage

HOLD = 480  # the reserve of 20 stays out of 500, and 32 minutes at 15 fit into the rest


def test_a_start_holds_the_price_of_its_lease() -> None:
    purse = Purse(500)
    session = purse.start()
    assert session.hold == eur(HOLD)
    assert session.lease == 32 * 60
    assert purse.wallet.available == eur(500 - HOLD)
    assert purse.wallet.balance == eur(500), "a hold takes nothing"


def test_the_same_command_starts_one_session() -> None:
    purse = Purse(500)
    assert purse.start("key-1").id == purse.start("key-1").id
    assert len(list(purse.store.all(Session))) == 1


def test_a_second_session_of_the_subscription_waits_for_the_first() -> None:
    purse = Purse(2000)
    purse.policy = StartPolicy(max_lease_units=10)
    purse.start("key-1")
    with pytest.raises(SessionAlreadyOpen):
        purse.start("key-2")
    purse.start("key-2", subscription_id="sub_2")
    assert purse.wallet.held == eur(300)


@pytest.mark.parametrize(
    "balance", [pytest.param(99, id="a cent below"), pytest.param(0, id="nothing")]
)
def test_nobody_starts_below_the_minimum(balance: int) -> None:
    purse = Purse(balance)
    with pytest.raises(InsufficientBalance):
        purse.start()
    assert list(purse.store.all(Session)) == []


def test_the_minimum_is_enough_to_start() -> None:
    assert Purse(100).start().hold == eur(75)


def test_the_ride_is_taken_and_the_rest_of_the_hold_is_free() -> None:
    purse = Purse(500)
    session = purse.start()
    (settled,) = purse.settle(ride(10 * 60))
    assert (settled.charged, settled.shortfall) == (eur(150), eur(0))
    assert purse.wallet.balance == purse.wallet.available == eur(350)
    event = purse.store.events[-1]
    assert isinstance(event, SessionSettled)
    assert (event.session_id, event.amount, event.seconds) == (session.id, eur(150), 600)
    assert purse.session(session.id).status is SessionStatus.SETTLED


def test_seconds_are_priced_exactly_and_rounded_once() -> None:
    purse = Purse(500)
    purse.start()
    purse.settle(ride(61, ends_ride=False), ride(62, source_id="dev_1:1.2"))
    assert purse.wallet.balance == eur(500 - 31)  # 123 s at 15 a minute are 30.75


def test_a_net_price_bears_its_tax() -> None:
    net = terms("100", includes_tax=False)
    assert cost(net, 60) == eur(119)


def test_a_ride_beyond_the_hold_uses_what_is_left_and_then_owes() -> None:
    purse = Purse(500)
    purse.start()
    (settled,) = purse.settle(ride(40 * 60))
    assert (settled.charged, settled.shortfall) == (eur(500), eur(100))
    assert purse.wallet.balance == eur(0)


def test_a_long_ride_never_takes_what_another_session_holds() -> None:
    purse = Purse(500, policy=StartPolicy(max_lease_units=10))
    purse.start("key-1")
    purse.start("key-2", subscription_id="sub_2")
    (settled,) = purse.settle(ride(60 * 60))
    assert (settled.charged, settled.shortfall) == (eur(350), eur(550))
    assert purse.wallet.balance == purse.wallet.held == eur(150)


def test_nothing_is_booked_from_what_is_held() -> None:
    purse = Purse(500)
    purse.start()
    with pytest.raises(InsufficientBalance):
        purse.wallet.booked(EntryKind.RIDE, eur(-(500 - HOLD) - 1), "ses_other", NOW)
    after, _ = purse.wallet.booked(EntryKind.RIDE, eur(-(500 - HOLD)), "ses_other", NOW)
    assert after.available == eur(0)


def test_an_unridden_session_gives_everything_back() -> None:
    purse = Purse(500)
    session = purse.start()
    purse.release(session.id)
    purse.release(session.id)
    assert purse.wallet.available == eur(500)
    assert [entry.entry_kind for entry in purse.entries] == [EntryKind.TOP_UP]


def test_a_ride_is_charged_although_its_session_was_released_on_the_way() -> None:
    purse = Purse(500)
    session = purse.start()
    purse.release(session.id)
    (settled,) = purse.settle(ride(600))
    assert (settled.id, settled.charged, settled.shortfall) == (session.id, eur(150), eur(0))
    assert purse.wallet.balance == purse.wallet.available == eur(350)
    assert purse.session(session.id).status is SessionStatus.SETTLED
    assert list(purse.store.all(UnsettledUsage)) == []


def test_a_released_ride_takes_what_is_available_and_owes_the_rest() -> None:
    purse = Purse(500, policy=StartPolicy(max_lease_units=10))
    first = purse.start("key-1")
    purse.release(first.id)
    other = purse.start("key-2", subscription_id="sub_2")
    (settled,) = purse.settle(ride(30 * 60))
    assert (settled.charged, settled.shortfall) == (eur(350), eur(100))
    assert purse.wallet.balance == purse.wallet.held == other.hold


def test_a_ride_of_an_expired_session_is_charged_when_it_is_told_after_the_next_start() -> None:
    purse = Purse(2000)
    first = purse.start("key-1")
    second = purse.start("key-2", now=first.expires_at)
    (settled,) = purse.settle(ride(600), now=first.expires_at)
    assert (settled.id, settled.charged) == (first.id, eur(150))
    assert purse.session(second.id).is_open
    assert purse.wallet.held == second.hold


def test_a_released_session_is_settled_once() -> None:
    purse = Purse(500)
    purse.release(purse.start().id)
    purse.settle(ride(600), ride(600, source_id="dev_1:1.2"))
    purse.settle(ride(600, source_id="dev_1:1.3"))
    assert purse.wallet.balance == eur(350)
    assert [type(one) for one in purse.store.events].count(SessionSettled) == 1
    assert sum(one.quantity for one in purse.store.all(UnsettledUsage)) == 1200


@pytest.mark.parametrize(
    ("after_start", "is_charged"),
    [
        pytest.param(timedelta(seconds=-1), False, id="before the start"),
        pytest.param(timedelta(0), True, id="at the start"),
        pytest.param(DEFAULT_POLICY.lasts, True, id="at the expiry"),
        pytest.param(DEFAULT_POLICY.lasts + timedelta(seconds=1), False, id="after the expiry"),
    ],
)
def test_only_a_ride_within_a_released_session_is_charged(
    after_start: timedelta, *, is_charged: bool
) -> None:
    purse = Purse(500)
    purse.release(purse.start().id)
    purse.settle(ride(600, used_at=NOW + after_start))
    assert purse.wallet.balance == eur(350 if is_charged else 500)
    assert len(list(purse.store.all(UnsettledUsage))) == (0 if is_charged else 1)


def test_a_ride_after_a_settled_session_is_not_charged_to_one_released_before() -> None:
    purse = Purse(2000)
    purse.release(purse.start("key-1").id)
    purse.start("key-2", now=NOW + timedelta(minutes=1))
    purse.settle(ride(600))
    purse.settle(ride(600, source_id="dev_1:1.2"))
    assert purse.wallet.balance == eur(1850)


def test_a_session_that_was_ridden_is_not_released() -> None:
    purse = Purse(500)
    session = purse.start()
    purse.settle(ride(60, ends_ride=False))
    with pytest.raises(SessionNotOpen):
        purse.release(session.id)


def test_somebody_elses_session_is_not_there() -> None:
    purse = Purse(500)
    session = purse.start()
    with pytest.raises(UnknownSession):
        purse.release(session.id, customer_id="cus_2")


def test_an_expired_unridden_session_makes_room_for_the_next() -> None:
    purse = Purse(500)
    first = purse.start("key-1")
    second = purse.start("key-2", now=first.expires_at)
    assert purse.session(first.id).status is SessionStatus.RELEASED
    assert purse.wallet.held == second.hold


def test_a_ride_whose_end_was_never_told_is_settled_before_the_next_start() -> None:
    purse = Purse(500)
    first = purse.start("key-1")
    purse.settle(ride(600, ends_ride=False))
    purse.start("key-2", now=first.expires_at)
    assert purse.session(first.id).charged == eur(150)
    assert purse.wallet.balance == eur(350)


@pytest.mark.parametrize(
    ("usage", "reason"),
    [
        pytest.param(ride(60), UnsettledReason.NO_SESSION, id="no session"),
        pytest.param(ride(-60, ends_ride=False), UnsettledReason.CORRECTION, id="a correction"),
    ],
)
def test_usage_that_no_session_takes_stays_open_on_record(
    usage: PrepaidUsage, reason: UnsettledReason
) -> None:
    purse = Purse(500)
    purse.settle(usage)
    (kept,) = purse.store.all(UnsettledUsage)
    assert kept.reason is reason
    assert purse.wallet.balance == eur(500)
    assert isinstance(purse.store.events[-1], UsageUnsettled)


def test_usage_from_before_the_start_is_not_this_sessions() -> None:
    purse = Purse(500)
    session = purse.start()
    purse.settle(ride(60, used_at=NOW - timedelta(seconds=1)))
    assert purse.session(session.id).is_open
    assert len(list(purse.store.all(UnsettledUsage))) == 1


def test_a_late_reading_within_a_running_session_cancels_out() -> None:
    purse = Purse(500)
    session = purse.start()
    purse.settle(ride(600, ends_ride=False))
    purse.settle(
        ride(200, source_id="late", ends_ride=False),
        ride(-200, source_id="correction", ends_ride=False),
    )
    assert purse.session(session.id).quantity == 600
    assert list(purse.store.all(UnsettledUsage)) == []


def test_a_restricted_customer_starts_nothing_until_it_is_lifted() -> None:
    purse = Purse(500)
    purse.restrict()
    purse.restrict()
    with pytest.raises(StartRestricted):
        purse.start()
    purse.permit()
    purse.permit()
    assert purse.start().is_open


def test_lifting_one_restriction_leaves_the_other() -> None:
    purse = Purse(500)
    purse.restrict("rst_1")
    purse.restrict("rst_2")
    purse.permit("rst_1")
    with pytest.raises(StartRestricted):
        purse.start()


def test_a_restriction_ends_at_its_expiry() -> None:
    purse = Purse(500)
    purse.restrict(days=1)
    assert purse.start(now=NOW + timedelta(days=1)).is_open


def test_a_restriction_that_comes_during_a_start_wins() -> None:
    purse = Purse(500)

    def rival(_: Work) -> None:
        purse.restrict()

    purse.store.before_commit = rival
    with pytest.raises(StartRestricted):
        purse.start()
    assert purse.wallet.held == eur(0)


def test_two_starts_at_once_never_hold_the_same_money() -> None:
    purse = Purse(500)

    def rival(_: Work) -> None:
        purse.start("key-2", subscription_id="sub_2")

    purse.store.before_commit = rival
    with pytest.raises(InsufficientBalance):
        purse.start("key-1")
    assert purse.wallet.held == eur(HOLD)


def test_a_payment_credits_once_however_often_it_is_told() -> None:
    purse = Purse()
    purse.credit("att_1", 1000)
    with pytest.raises(AlreadyClaimed):
        purse.credit("att_1", 1000)
    assert purse.wallet.balance == eur(1000)
    assert [type(event) for event in purse.store.events] == [ToppedUp]


def test_a_returned_top_up_is_taken_back_once() -> None:
    purse = Purse(500)
    purse.credit("att_1", 1000)
    purse.take_back("att_1", 1000)
    with pytest.raises(AlreadyClaimed):
        purse.take_back("att_1", 1000)
    assert purse.wallet.balance == eur(500)
    assert [entry.amount for entry in purse.entries] == [eur(500), eur(1000), eur(-1000)]
    assert purse.entries[-1].entry_kind is EntryKind.TOP_UP_RETURN


@pytest.mark.parametrize(
    ("ridden", "is_riding", "taken", "left"),
    [
        pytest.param(600, False, 350, 0, id="ridden in part"),
        pytest.param(40 * 60, False, 0, 0, id="ridden to the last cent"),
        pytest.param(0, True, 500 - HOLD, HOLD, id="held for a ride"),
    ],
)
def test_a_returned_top_up_takes_what_is_available_and_tells_the_rest(
    ridden: int, taken: int, left: int, *, is_riding: bool
) -> None:
    purse = Purse(500)
    purse.start()
    if not is_riding:
        purse.settle(ride(ridden))
    entries = len(purse.entries)
    purse.take_back("att_first", 500)
    told = purse.store.events[-1]
    assert isinstance(told, TopUpReturned)
    assert (told.amount, told.taken_back, told.shortfall) == (
        eur(500),
        eur(taken),
        eur(500 - taken),
    )
    assert purse.wallet.balance == purse.wallet.held == eur(left)
    assert len(purse.entries) == entries + bool(taken)


def test_a_return_that_overtakes_its_payment_waits_for_it() -> None:
    purse = Purse(500)
    with pytest.raises(TopUpNotCredited):
        purse.take_back("att_1", 1000)
    assert purse.wallet.balance == eur(500)
    purse.credit("att_1", 1000)
    purse.take_back("att_1", 1000)
    assert purse.wallet.balance == eur(500)


@given(price=st.decimals("0.01", "500", places=2), amount=st.integers(0, 100_000))
def test_a_lease_costs_no_more_than_it_may_and_one_minute_more_would(
    price: object, amount: int
) -> None:
    agreed = terms(str(price))
    units = affordable_units(agreed, eur(amount), 10_000)
    assert cost(agreed, units * 60) <= eur(amount)
    if units < 10_000:
        assert cost(agreed, (units + 1) * 60) > eur(amount)


class AnyStory(RuleBasedStateMachine):
    """Whatever happens in whatever order, the books of one wallet hold."""

    def __init__(self) -> None:
        super().__init__()
        self.purse = Purse()
        self.count = 0
        self.measured = dict.fromkeys(("sub_1", "sub_2"), 0)
        self.paid: dict[str, int] = {}

    def next_key(self) -> str:
        self.count += 1
        return f"key-{self.count}"

    @rule(minor=st.integers(1, 3000))
    def money_arrives(self, minor: int) -> None:
        key = self.next_key()
        self.purse.credit(key, minor)
        self.paid[key] = minor

    @precondition(lambda self: self.paid)
    @rule()
    def money_goes_back(self) -> None:
        self.purse.take_back(*self.paid.popitem())

    @rule(subscription_id=st.sampled_from(["sub_1", "sub_2"]))
    def somebody_starts(self, subscription_id: str) -> None:
        with suppress(UmlaufError):  # a refusal must leave the books as they were
            self.purse.start(self.next_key(), subscription_id=subscription_id)

    @rule(
        subscription_id=st.sampled_from(["sub_1", "sub_2"]),
        seconds=st.integers(-600, 20_000),
        ends=st.booleans(),
    )
    def something_is_measured(self, subscription_id: str, seconds: int, *, ends: bool) -> None:
        self.measured[subscription_id] += seconds
        self.purse.settle(
            ride(
                seconds,
                source_id=self.next_key(),
                ends_ride=ends and seconds >= 0,
                subscription_id=subscription_id,
            )
        )

    @precondition(lambda self: self.purse.wallet.open_sessions)
    @rule()
    def somebody_gives_up(self) -> None:
        with suppress(SessionNotOpen):  # it was ridden already
            self.purse.release(self.purse.wallet.open_sessions[0].session_id)

    @invariant()
    def the_balance_is_the_sum_of_its_entries_and_never_negative(self) -> None:
        wallet, entries = self.purse.wallet, self.purse.entries
        running = 0
        for number, entry in enumerate(entries, start=1):
            running += entry.amount.amount_minor
            assert (entry.number, entry.balance_after) == (number, eur(running))
            assert running >= 0
        assert wallet.balance == eur(running)
        assert Money(0, "EUR") <= wallet.held <= wallet.balance

    @invariant()
    def holds_are_those_of_the_open_sessions(self) -> None:
        still_open = {one.id for one in self.purse.store.all(Session) if one.is_open}
        assert {one.session_id for one in self.purse.wallet.open_sessions} == still_open

    @invariant()
    def settled_and_open_make_up_what_was_measured(self) -> None:
        for subscription_id, measured in self.measured.items():
            sessions = sum(
                one.quantity
                for one in self.purse.store.all(Session)
                if one.subscription_id == subscription_id
            )
            unsettled = sum(
                one.quantity
                for one in self.purse.store.all(UnsettledUsage)
                if one.subscription_id == subscription_id
            )
            assert sessions + unsettled == measured


TestAnyStory = AnyStory.TestCase
