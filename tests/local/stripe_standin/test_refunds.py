"""Never more goes back than came in."""

from datetime import timedelta

import pytest
import stripe
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.local.stripe_standin.world import VISA, World, running_world


def _paid(world: World, card: str = VISA, amount: int = 1000) -> str:
    customer = world.customer()
    return world.collect(customer, world.saved_card(customer, card), amount=amount).id


def test_a_refund_is_bounded_by_what_is_left(world: World) -> None:
    intent = _paid(world)
    refunds = world.client.v1.refunds

    refunds.create({"payment_intent": intent, "amount": 700})
    with pytest.raises(stripe.InvalidRequestError) as over:
        refunds.create({"payment_intent": intent, "amount": 301})
    rest = refunds.create({"payment_intent": intent})
    with pytest.raises(stripe.InvalidRequestError) as again:
        refunds.create({"payment_intent": intent})

    charge = world.client.v1.charges.list({"payment_intent": intent}).data[0]
    assert over.value.param == "amount"
    assert rest.amount == 300
    assert again.value.code == "charge_already_refunded"
    assert (charge.amount_refunded, charge.refunded) == (1000, True)


@settings(max_examples=15, deadline=None)
@given(
    amounts=st.lists(st.integers(1, 700), min_size=1, max_size=6), captured=st.integers(50, 1000)
)
def test_refunds_never_exceed_what_was_captured(amounts: list[int], captured: int) -> None:
    with running_world() as world:
        held = world.client.v1.payment_intents.create(
            {
                "amount": 1000,
                "currency": "eur",
                "payment_method": "pm_card_visa",
                "confirm": True,
                "capture_method": "manual",
                "allowed_payment_method_types": ["card"],
            }
        )
        world.client.v1.payment_intents.capture(held.id, {"amount_to_capture": captured})
        refunded = 0
        for amount in amounts:
            try:
                world.client.v1.refunds.create({"payment_intent": held.id, "amount": amount})
            except stripe.InvalidRequestError:
                assert refunded + amount > captured
            else:
                refunded += amount

        assert refunded <= captured
        total = sum(refund.amount for refund in world.client.v1.refunds.list().data)
        assert total == refunded


@pytest.mark.parametrize(
    ("token", "at_first", "in_the_end", "event"),
    [
        ("pm_card_pendingRefund", "pending", "succeeded", "refund.updated"),
        ("pm_card_refundFail", "succeeded", "failed", "refund.failed"),
    ],
)
def test_a_refund_may_end_later(
    world: World, token: str, at_first: str, in_the_end: str, event: str
) -> None:
    refund = world.client.v1.refunds.create({"payment_intent": _paid(world, token)})
    assert refund.status == at_first

    world.advance(timedelta(minutes=3))

    assert world.client.v1.refunds.retrieve(refund.id).status == in_the_end
    assert world.endpoint.types()[-1] == event
    charge = world.client.v1.charges.retrieve(str(refund.charge))
    assert charge.amount_refunded == (0 if in_the_end == "failed" else 1000)
