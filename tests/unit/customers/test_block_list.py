"""The block list: reason, end, appeal; and who may order."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.offer_fakes import NOW, OfferWorld
from umlauf.customers.errors import BadBlock, OrderRefused, UnknownBlock, UnknownCustomer
from umlauf.customers.events import BlockLifted, CustomerBlocked
from umlauf.customers.model import BlockEntry, CustomerStatus, live_block
from umlauf.customers.risk import require_may_order
from umlauf.customers.use_cases.block_customer import Block, block_customer
from umlauf.customers.use_cases.lift_block import lift_block

A_WEEK = timedelta(days=7)


def block(world: OfferWorld, **changes: object) -> BlockEntry:
    command = Block(
        command_key="b1",
        customer_id=world.sign_up().id,
        reason="three returned debits",
        entered_by="staff_1",
        expires_at=NOW + A_WEEK,
    )
    command = replace(command, **changes)  # type: ignore[arg-type]
    return world.store.run(
        lambda work: block_customer(command, work=work, customers=world.customers), NOW
    )


def lift(world: OfferWorld, entry: BlockEntry, *, after: timedelta) -> BlockEntry:
    return world.store.run(
        lambda work: lift_block(
            entry.customer_id, entry.id, work=work, block_entries=world.block_entries
        ),
        NOW + after,
    )


@pytest.mark.parametrize(
    ("after", "is_live"),
    [
        pytest.param(-timedelta(microseconds=1), False, id="before it starts"),
        pytest.param(timedelta(0), True, id="from its first instant"),
        pytest.param(A_WEEK - timedelta(microseconds=1), True, id="to its last"),
        pytest.param(A_WEEK, False, id="the end is not part of it"),
    ],
)
def test_a_block_is_live_from_its_start_until_its_end(after: timedelta, *, is_live: bool) -> None:
    entry = block(OfferWorld())
    assert entry.is_live(NOW + after) == is_live
    assert (live_block([entry], NOW + after) is entry) == is_live


def test_a_refusal_names_the_entry_and_a_person_but_not_the_reason() -> None:
    world = OfferWorld()
    entry = block(world)
    customer = world.customers.get(entry.customer_id)
    with pytest.raises(OrderRefused, match="a person will look at it") as refusal:
        require_may_order(customer, [entry], NOW)
    assert entry.id in refusal.value.message
    assert entry.reason not in refusal.value.message
    require_may_order(customer, [entry], NOW + A_WEEK)


def test_an_erased_customer_may_not_order() -> None:
    erased = replace(OfferWorld().sign_up(), status=CustomerStatus.ERASED)
    with pytest.raises(OrderRefused, match="sign up again"):
        require_may_order(erased, [], NOW)


def test_an_appeal_can_end_a_block_and_the_entry_stays_on_record() -> None:
    world = OfferWorld()
    entry = block(world)
    lift(world, entry, after=timedelta(days=1))
    lift(world, entry, after=timedelta(days=2))

    (stored,) = world.block_entries.of_customer(entry.customer_id)
    assert stored.lifted_at == NOW + timedelta(days=1)
    assert stored.reason == "three returned debits"
    require_may_order(world.customers.get(entry.customer_id), [stored], NOW + timedelta(days=1))
    assert world.store.events[-2:] == [
        CustomerBlocked(entry.customer_id, entry.id, NOW + A_WEEK),
        BlockLifted(entry.customer_id, entry.id),
    ]


def test_of_several_blocks_the_longest_speaks() -> None:
    entry = block(OfferWorld())
    longer = replace(entry, id="blk_longer", expires_at=NOW + 2 * A_WEEK)
    assert live_block([longer, entry], NOW) is longer
    assert live_block([entry, longer], NOW) is longer


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"reason": " "}, "reason", id="no reason"),
        pytest.param({"reason": "x" * 501}, "reason", id="a novel"),
        pytest.param({"expires_at": NOW}, "expires_at", id="no duration"),
        pytest.param({"expires_at": NOW - A_WEEK}, "expires_at", id="over before it began"),
    ],
)
def test_a_block_without_reason_or_end_is_refused(changes: dict[str, object], field: str) -> None:
    with pytest.raises(BadBlock) as refusal:
        block(OfferWorld(), **changes)
    assert refusal.value.field == field


def test_unknown_customers_and_entries_are_not_found() -> None:
    world = OfferWorld()
    with pytest.raises(UnknownCustomer):
        block(world, customer_id="cus_x")
    entry = block(world)
    with pytest.raises(UnknownBlock):
        lift(world, replace(entry, customer_id="cus_x"), after=timedelta(0))
