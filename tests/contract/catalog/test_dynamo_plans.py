"""Plans and coupons come back from DynamoDB as they were published."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.offer_fakes import CITY_FLAT, CITY_METERED, CITY_PREPAID, NOW
from umlauf.catalog.coupons import Coupon
from umlauf.catalog.document.catalog import read_catalog
from umlauf.catalog.errors import UnknownCoupon, UnknownPlan
from umlauf.catalog.model import Plan
from umlauf.catalog.use_cases.publish_coupon import publish_coupon
from umlauf.catalog.use_cases.publish_plan import publish_plan
from umlauf.kernel.money import Money
from umlauf.kernel.work import StaleVersion, Work, carry_out
from umlauf_adapters.catalog.coupons import DynamoCoupons
from umlauf_adapters.catalog.plans import PLANS, DynamoPlans
from umlauf_adapters.kernel.dynamo_works import DynamoWorks

pytestmark = pytest.mark.usefixtures("tables")

WELCOME = Coupon(id="welcome", name="Welcome", amounts=(Money(500, "EUR"),), is_once_amount=True)
FILE = Path(__file__).resolve().parents[3] / "catalog" / "plans.yaml"


def publish(draft: Plan) -> Plan:
    return carry_out(
        lambda work: publish_plan(draft, work=work, plans=DynamoPlans()),
        works=DynamoWorks(),
        now=NOW,
    )


@pytest.mark.parametrize("draft", [CITY_FLAT, CITY_METERED, CITY_PREPAID], ids=lambda p: p.plan_id)
def test_a_plan_comes_back_as_it_was_published(draft: Plan) -> None:
    published = publish(draft)
    stored = DynamoPlans().on_sale(draft.plan_id)
    assert stored == replace(published, version=1)
    assert stored.as_draft() == draft


def test_the_catalog_we_ship_is_published_once_however_often_it_is_applied() -> None:
    document: dict[str, Any] = yaml.safe_load(FILE.read_text())
    drafts = read_catalog(document).plans
    assert {publish(draft).plan_version for draft in drafts * 2} == {1}
    stored = DynamoPlans().list_on_sale()
    assert [plan.as_draft() for plan in stored] == sorted(drafts, key=lambda plan: plan.plan_id)


def test_a_sold_version_is_never_written_again() -> None:
    published = publish(CITY_FLAT)
    work = Work(NOW)
    work.put(replace(published, name="Cheaper than what was sold"))
    with pytest.raises(StaleVersion):
        DynamoWorks().commit(work)
    assert DynamoPlans().get("city-flat", 1).name == CITY_FLAT.name


def test_a_new_version_is_seen_at_once_beside_the_remembered_old_one() -> None:
    plans = DynamoPlans()
    publish(CITY_FLAT)
    assert plans.on_sale("city-flat").plan_version == 1
    publish(replace(CITY_FLAT, name="New"))
    assert plans.on_sale("city-flat").plan_version == 2
    assert plans.get("city-flat", 1).name == CITY_FLAT.name
    assert len(list(PLANS.scan())) == 2


@pytest.mark.parametrize("plan_id", ["city-gold", ""])
def test_an_unknown_plan_is_not_found(plan_id: str) -> None:
    with pytest.raises(UnknownPlan):
        DynamoPlans().on_sale(plan_id)
    with pytest.raises(UnknownPlan):
        DynamoPlans().get(plan_id, 1)


def test_a_coupon_is_kept_as_it_is_offered_now() -> None:
    def offer(draft: Coupon) -> None:
        carry_out(
            lambda work: publish_coupon(draft, work=work, coupons=DynamoCoupons()),
            works=DynamoWorks(),
            now=NOW,
        )

    for draft in (WELCOME, WELCOME, replace(WELCOME, periods=6)):
        offer(draft)
    stored = DynamoCoupons().get("welcome")
    assert (stored.as_draft(), stored.version) == (replace(WELCOME, periods=6), 2)
    assert DynamoCoupons().list_all() == [stored]
    with pytest.raises(UnknownCoupon) as refusal:
        DynamoCoupons().get("farewell")
    assert refusal.value.field == "coupon_id"
