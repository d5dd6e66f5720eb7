"""A running contract is taken over as it is, or refused: never mended."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.subscription_samples import CITY, GIFT, ON_THE_LAST, PREPAID, noon
from umlauf.catalog.coupons import Coupon
from umlauf.catalog.errors import NoPriceInCurrency, UnknownAddOn
from umlauf.catalog.model import Plan
from umlauf.kernel.errors import InvalidInput, UmlaufError
from umlauf.kernel.money import Money
from umlauf.subscriptions.agreements import Pause
from umlauf.subscriptions.errors import AddOnNotTaken, BadImport, BadQuantity, NoChosenAmount
from umlauf.subscriptions.importing import RunningContract, RunningCoupon, imported
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.pointer import to_be_repaired

TODAY = date(2026, 11, 23)
NO_COUPONS: Mapping[str, Coupon] = {}
RUNNING = RunningContract(
    external_id="C-4711",
    customer_id="cus_1",
    plan_id="city",
    plan_version=1,
    currency="EUR",
    starts_on=date(2024, 5, 31),
    billed_through=date(2026, 11, 30),
)


def take_over(
    contract: RunningContract, plan: Plan = CITY, coupons: Mapping[str, Coupon] = NO_COUPONS
) -> Subscription:
    return imported(contract, plan, "Europe/Berlin", noon(TODAY), coupons)


def test_billing_goes_on_where_the_other_system_stopped() -> None:
    subscription = take_over(RUNNING)
    assert (subscription.anchor, subscription.due_on) == (date(2024, 5, 31), date(2026, 11, 30))
    assert subscription.current.agreed_on == date(2024, 5, 31)
    behind = take_over(replace(RUNNING, billed_through=date(2026, 9, 30)))
    assert (behind.due_on, behind.next_due_at) == (date(2026, 9, 30), noon(TODAY))


def test_what_was_billed_elsewhere_is_never_repaired() -> None:
    subscription = take_over(replace(RUNNING, billed_through=date(2026, 10, 31)))
    billed = replace(subscription, billed_through=date(2026, 11, 30))
    repaired = to_be_repaired(billed, date(2026, 1, 1), noon(TODAY))
    assert repaired.repair_from == date(2026, 10, 31)


def test_an_anchor_of_its_own_comes_along() -> None:
    by_plan = take_over(replace(RUNNING, plan_id="on-the-last"), ON_THE_LAST)
    assert by_plan.anchor == date(2024, 5, 31)
    own = replace(RUNNING, anchor=date(2024, 6, 15), billed_through=date(2026, 12, 15))
    assert take_over(own).due_on == date(2026, 12, 15)


def test_a_notice_given_elsewhere_holds_and_a_wallet_waits_for_nothing() -> None:
    assert take_over(replace(RUNNING, ends_on=date(2027, 1, 31))).ends_on == date(2027, 1, 31)
    assert take_over(replace(RUNNING, plan_id="prepaid"), PREPAID).next_due_at is None


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        pytest.param(
            {"starts_on": date(2026, 11, 24)}, BadImport, "starts_on", id="it starts tomorrow"
        ),
        pytest.param({"ends_on": TODAY}, BadImport, "ends_on", id="it is over"),
        pytest.param(
            {"billed_through": date(2026, 11, 29)}, BadImport, "billed_through", id="no boundary"
        ),
        pytest.param(
            {"billed_through": date(2026, 12, 31)}, BadImport, "billed_through", id="too far ahead"
        ),
        pytest.param(
            {"billed_through": date(2024, 5, 30)}, BadImport, "billed_through", id="before it began"
        ),
        pytest.param(
            {"pauses": (Pause(date(2024, 5, 1), date(2024, 7, 1)),)},
            BadImport,
            "pauses",
            id="paused before it began",
        ),
        pytest.param(
            {
                "pauses": (
                    Pause(date(2025, 5, 1), date(2025, 7, 1)),
                    Pause(date(2025, 6, 30), None),
                )
            },
            BadImport,
            "pauses",
            id="paused twice at once",
        ),
        pytest.param({"quantity": 0}, BadQuantity, "quantity", id="none"),
        pytest.param({"add_ons": ("bell",)}, UnknownAddOn, "add_ons", id="no such add-on"),
        pytest.param(
            {"add_on_quantities": {"helmet": 2}},
            AddOnNotTaken,
            "add_on_quantities",
            id="two of what is not taken",
        ),
        pytest.param(
            {"chosen_minor": {"base-fee": 5}}, NoChosenAmount, "chosen_minor", id="not theirs"
        ),
        pytest.param({"currency": "GBP"}, NoPriceInCurrency, "currency", id="no price in pounds"),
    ],
)
def test_parts_that_contradict_each_other_are_refused(
    changes: dict[str, object], refusal: type[UmlaufError], field: str
) -> None:
    contract = replace(RUNNING, **changes)  # type: ignore[arg-type]
    with pytest.raises(refusal) as found:
        take_over(contract)
    assert found.value.field == field


def test_a_chosen_amount_is_taken_over() -> None:
    gift = replace(RUNNING, plan_id="gift", chosen_minor={"gift": 700})
    assert take_over(gift, GIFT).current.chosen_minor == {"gift": 700}


def test_an_amount_below_its_minimum_is_told_by_the_field_it_was_given_in() -> None:
    low = replace(RUNNING, plan_id="gift", chosen_minor={"gift": 1})
    with pytest.raises(InvalidInput, match="gift: the amount must be") as refusal:
        take_over(low, GIFT)
    assert refusal.value.field == "chosen_minor"


def test_a_coupon_takes_effect_for_the_periods_that_are_left() -> None:
    welcome = Coupon(id="welcome", name="Welcome", percent=Decimal(20), periods=6)
    contract = replace(RUNNING, coupons=(RunningCoupon("welcome", periods_left=2),))
    (applied,) = take_over(contract, coupons={"welcome": welcome}).coupons
    assert (applied.starts_on, applied.ends_on) == (date(2026, 11, 30), date(2027, 1, 31))


def test_what_is_used_of_an_amount_stays_used() -> None:
    gift = Coupon(id="gift", name="Gift", amounts=(Money(5000, "EUR"),), is_once_amount=True)
    contract = replace(RUNNING, coupons=(RunningCoupon("gift", left_minor=1200),))
    (applied,) = take_over(contract, coupons={"gift": gift}).coupons
    assert applied.used == Money(3800, "EUR")


@pytest.mark.parametrize(
    ("coupon", "running", "told"),
    [
        pytest.param(
            Coupon(id="c", name="C", percent=Decimal(20), periods=6),
            [RunningCoupon("c")],
            "say how many periods are left, 1 to 6",
            id="periods not said",
        ),
        pytest.param(
            Coupon(id="c", name="C", percent=Decimal(20), periods=6),
            [RunningCoupon("c", periods_left=7)],
            "1 to 6",
            id="more periods than there were",
        ),
        pytest.param(
            Coupon(id="c", name="C", percent=Decimal(20)),
            [RunningCoupon("c", periods_left=2)],
            "it has no end",
            id="periods of an endless one",
        ),
        pytest.param(
            Coupon(id="c", name="C", amounts=(Money(500, "EUR"),), is_once_amount=True),
            [RunningCoupon("c", left_minor=501)],
            "at most 5.00 EUR",
            id="more than there was",
        ),
        pytest.param(
            Coupon(id="c", name="C", amounts=(Money(500, "USD"),)),
            [RunningCoupon("c")],
            "not given in EUR",
            id="another currency",
        ),
        pytest.param(
            Coupon(id="c", name="C", percent=Decimal(20)),
            [RunningCoupon("c"), RunningCoupon("c")],
            "named twice",
            id="twice",
        ),
    ],
)
def test_what_is_left_of_a_coupon_must_be_possible(
    coupon: Coupon, running: list[RunningCoupon], told: str
) -> None:
    contract = replace(RUNNING, coupons=tuple(running))
    with pytest.raises(BadImport, match=told) as refusal:
        take_over(contract, coupons={"c": coupon})
    assert refusal.value.field == "coupons"


def test_a_pause_under_way_goes_on() -> None:
    pause = Pause(date(2026, 11, 10), date(2026, 12, 15))
    paused = take_over(replace(RUNNING, pauses=(pause,)))
    assert paused.is_paused(TODAY)
    assert not paused.is_paused(date(2026, 12, 15))


def test_what_is_never_billed_or_given_back_here_is_said() -> None:
    use, end = RUNNING.notes
    assert "before 2026-11-30 are not charged here" in use
    assert "an end before 2026-11-30 gives nothing back here" in end


def test_one_that_ends_in_the_period_billed_elsewhere_is_billed_to_its_end() -> None:
    ending = replace(RUNNING, ends_on=date(2026, 11, 25))
    with pytest.raises(BadImport, match="beyond the end on 2026-11-25: give the end") as refusal:
        take_over(ending)
    assert refusal.value.field == "billed_through"
    taken_over = take_over(replace(ending, billed_through=date(2026, 11, 25)))
    assert taken_over.due_on == date(2026, 11, 25)
