"""What was previewed is what happens, or nothing; and nothing is recorded in the past."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.offer_fakes import CITY_FLAT, NOW, OfferWorld
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.work import Work
from umlauf.subscriptions.errors import StalePreview
from umlauf.subscriptions.events import SubscriptionPaused
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.pinning import LONGEST_PIN, Pin, carry_out_pinned
from umlauf.subscriptions.use_cases.pause_subscription import PauseWish, pause_subscription

LATER = NOW + timedelta(minutes=40)


@pytest.fixture
def offer() -> OfferWorld:
    return OfferWorld()


@pytest.fixture
def subscription(offer: OfferWorld) -> Subscription:
    return offer.active_subscription(CITY_FLAT, name="ada", now=NOW - timedelta(days=9))


def pause(offer: OfferWorld, subscription: Subscription, pin: Pin | None, work: Work) -> Work:
    carry_out_pinned(
        lambda inner: pause_subscription(
            PauseWish(subscription_id=subscription.id),
            work=inner,
            subscriptions=offer.subscriptions,
            plans=offer.plans,
        ),
        pin,
        subscription=subscription,
        work=work,
    )
    return work


def test_it_is_decided_as_of_the_preview_and_recorded_now(
    offer: OfferWorld, subscription: Subscription
) -> None:
    midnight = NOW.replace(hour=21, minute=59)  # 23:59 in Berlin
    pin = Pin(midnight, subscription.version)
    work = pause(offer, subscription, pin, Work(midnight + timedelta(minutes=30)))
    (paused,) = work.aggregates
    assert isinstance(paused, Subscription)
    assert paused.pauses[0].starts_on == midnight.date()
    assert paused.next_due_at == work.now
    assert [type(event) for event in work.events] == [SubscriptionPaused]


def test_without_a_preview_it_is_decided_now(offer: OfferWorld, subscription: Subscription) -> None:
    work = pause(offer, subscription, None, Work(NOW + timedelta(days=1)))
    (paused,) = work.aggregates
    assert isinstance(paused, Subscription)
    assert paused.pauses[0].starts_on == work.now.date()


def test_a_preview_holds_for_an_hour_and_no_longer(
    offer: OfferWorld, subscription: Subscription
) -> None:
    pin = Pin(NOW, subscription.version)
    assert pause(offer, subscription, pin, Work(NOW + LONGEST_PIN)).aggregates
    with pytest.raises(StalePreview, match="preview again") as refusal:
        pause(offer, subscription, pin, Work(NOW + LONGEST_PIN + timedelta(seconds=1)))
    assert refusal.value.field == "as_of"


def test_a_preview_of_the_future_is_none(offer: OfferWorld, subscription: Subscription) -> None:
    pin = Pin(LATER + timedelta(seconds=1), subscription.version)
    with pytest.raises(InvalidInput) as refusal:
        pause(offer, subscription, pin, Work(LATER))
    assert refusal.value.field == "as_of"


def test_a_change_between_look_and_act_is_found(
    offer: OfferWorld, subscription: Subscription
) -> None:
    """It was loaded at the preview's version; the use case finds a later one."""
    offer.store.run(lambda work: work.put(replace(subscription, site="hbf")), NOW)
    work = Work(LATER)
    with pytest.raises(StalePreview) as refusal:
        pause(offer, subscription, Pin(NOW, subscription.version), work)
    assert refusal.value.field == "subscription_version"
    assert work.is_empty
