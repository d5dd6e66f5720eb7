"""Nothing is restricted that no rule allows, and every decision is on record."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.fleet.fleets import CONSUMER, NOW, Fleet
from umlauf.fleet.errors import UnknownRestriction
from umlauf.fleet.events import (
    CommandRequested,
    RestrictionDenied,
    RestrictionImposed,
    RestrictionLifted,
)
from umlauf.fleet.model import Command, Measure, Outcome, Reason, Restriction
from umlauf.fleet.policy import (
    CustomerKind,
    Facts,
    decide_restriction,
    read_measure,
    read_reason,
)

EVERY_FACT = [
    Facts(customer, is_running, has_clause, is_moving)
    for customer, is_running, has_clause, is_moving in itertools.product(
        CustomerKind, (True, False), (True, False), (True, False, None)
    )
]


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("facts", EVERY_FACT, ids=str)
def test_nothing_locks_that_moves_or_may_be_moving(reason: Reason, facts: Facts) -> None:
    decision = decide_restriction(Measure.REMOTE_LOCK, reason, facts, NOW)
    if facts.is_moving is not False:
        assert decision.outcome is not Outcome.ALLOWED


@pytest.mark.parametrize("reason", [Reason.ARREARS, Reason.PREPAID_BALANCE_ZERO])
@pytest.mark.parametrize("facts", EVERY_FACT, ids=str)
def test_money_alone_never_locks_and_a_consumer_is_refused_outright(
    reason: Reason, facts: Facts
) -> None:
    decision = decide_restriction(Measure.REMOTE_LOCK, reason, facts, NOW)
    assert decision.outcome in {Outcome.DENIED, Outcome.IN_REVIEW}
    if facts.customer is CustomerKind.CONSUMER:
        assert decision.outcome is Outcome.DENIED


@pytest.mark.parametrize(
    ("measure", "reason"), list(itertools.product(Measure, Reason)), ids=lambda value: value
)
def test_every_decision_has_a_basis_and_every_restriction_an_end(
    measure: Measure, reason: Reason
) -> None:
    for facts in EVERY_FACT:
        decision = decide_restriction(measure, reason, facts, NOW)
        assert decision.basis
        assert (decision.expires_at is not None) == (decision.outcome is Outcome.ALLOWED)


def test_a_customer_in_arrears_starts_no_new_prepaid_session() -> None:
    fleet = Fleet()
    restriction = fleet.restrict(Measure.NO_NEW_PREPAID_SESSION)
    assert restriction.holds_at(NOW)
    assert isinstance(fleet.store.events[-1], RestrictionImposed)
    assert restriction.expires_at is not None
    assert not restriction.holds_at(restriction.expires_at)


def test_a_consumer_in_arrears_is_never_locked_out_and_the_refusal_is_on_record() -> None:
    fleet = Fleet()
    answer = fleet.order_lock(Reason.ARREARS)
    assert answer.command is None
    assert answer.restriction.outcome is Outcome.DENIED
    assert isinstance(fleet.store.events[-1], RestrictionDenied)
    assert list(fleet.store.all(Command)) == []


def test_the_same_request_is_decided_once() -> None:
    fleet = Fleet()
    first = fleet.restrict(Measure.NO_NEW_PREPAID_SESSION)
    again = fleet.restrict(Measure.NO_NEW_PREPAID_SESSION, now=NOW + timedelta(days=5))
    assert (again.decided_at, again.expires_at) == (first.decided_at, first.expires_at)
    assert len(fleet.store.events) == 1


def test_a_stolen_bike_is_locked_as_soon_as_it_says_that_it_stands_still() -> None:
    fleet = Fleet()
    fleet.report(1, is_moving=True)
    moving = fleet.order_lock(Reason.THEFT_REPORTED)
    assert (moving.restriction.outcome, moving.command) == (Outcome.DEFERRED, None)
    fleet.report(2, is_moving=False)
    still = fleet.order_lock(Reason.THEFT_REPORTED)
    assert still.command is not None
    assert still.command.requested_by == still.restriction.id
    assert isinstance(fleet.store.events[-1], CommandRequested)


def test_what_an_operator_believes_of_motion_counts_for_nothing() -> None:
    fleet = Fleet()
    answer = fleet.order_lock(Reason.THEFT_REPORTED, replace(CONSUMER, is_moving=False))
    assert answer.restriction.outcome is Outcome.DEFERRED, "the device never said it stands"


def test_an_old_word_of_standing_still_is_no_proof() -> None:
    fleet = Fleet()
    fleet.report(1, NOW - timedelta(minutes=11), is_moving=False)
    assert fleet.order_lock(Reason.THEFT_REPORTED).restriction.outcome is Outcome.DEFERRED


def test_paying_lifts_what_was_restricted_once() -> None:
    fleet = Fleet()
    fleet.restrict(Measure.NO_NEW_PREPAID_SESSION)
    assert not fleet.lift(Measure.NO_NEW_PREPAID_SESSION).holds_at(NOW)
    fleet.lift(Measure.NO_NEW_PREPAID_SESSION)
    assert [type(event) for event in fleet.store.events] == [RestrictionImposed, RestrictionLifted]


def test_lifting_that_overtakes_the_request_wins() -> None:
    fleet = Fleet()
    fleet.lift(Measure.NO_NEW_PREPAID_SESSION)
    assert not fleet.restrict(Measure.NO_NEW_PREPAID_SESSION).holds_at(NOW)
    assert fleet.store.events == []


def test_lifting_what_was_denied_tells_nobody() -> None:
    fleet = Fleet()
    fleet.restrict(Measure.REMOTE_LOCK)
    fleet.lift(Measure.REMOTE_LOCK)
    assert [type(event) for event in fleet.store.events] == [RestrictionDenied]


def test_what_was_deferred_and_lifted_is_not_decided_again() -> None:
    fleet = Fleet()
    moving = replace(CONSUMER, is_moving=True)
    fleet.restrict(Measure.REMOTE_LOCK, Reason.SAFETY_RECALL, moving)
    fleet.lift(Measure.REMOTE_LOCK)
    assert not fleet.restrict(Measure.REMOTE_LOCK, Reason.SAFETY_RECALL).holds_at(NOW)
    assert len(list(fleet.store.all(Restriction))) == 1


@pytest.mark.parametrize("read", [read_measure, read_reason])
def test_an_unknown_word_is_refused_not_guessed(read: object) -> None:
    assert callable(read)
    with pytest.raises(UnknownRestriction):
        read("shout_at_them")
