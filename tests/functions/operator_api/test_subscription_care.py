"""Staff act on subscriptions: previews, ends, coupons, swaps; lists without a scan."""

from datetime import timedelta
from typing import Any

import pytest

from tests.functions.api_world import World
from tests.functions.gateway import Gateway
from tests.functions.subscription_stories import (
    CATALOG,
    bill,
    euros,
    forecast_lines,
    issued_lines,
    running,
    started,
)
from umlauf_adapters.inventory.assets import DynamoAssets

SUBSCRIPTIONS = "/v1/operator/subscriptions"


@pytest.fixture(scope="module", autouse=True)
def _catalog(shop: World) -> None:
    shop.act(shop.admin, "/v1/operator/plans", CATALOG)


def path_of(subscription_id: str, *parts: str) -> str:
    return "/".join((SUBSCRIPTIONS, subscription_id, *parts))


def preview(shop: World, subscription_id: str, act: str, body: Any) -> Any:
    reply = shop.admin.post(path_of(subscription_id, act, "preview"), body)
    assert reply.status == 200, reply.text
    return reply.json


def shown(forecast: Any) -> dict[str, Any]:
    return {"as_shown": {name: forecast[name] for name in ("as_of", "subscription_version")}}


@pytest.mark.parametrize(
    ("act", "body"),
    [
        pytest.param("changes", {"change": {"kind": "change_quantity", "quantity": 3}}, id="more"),
        pytest.param("pauses", {}, id="pause"),
        pytest.param("cancellation", {}, id="notice"),
        pytest.param("withdrawal", {}, id="withdrawal"),
        pytest.param("termination", {}, id="for cause"),
        pytest.param("void", {}, id="storno"),
        pytest.param("coupons", {"coupon_id": "welcome"}, id="coupon"),
    ],
)
def test_what_staff_previews_is_what_is_billed_now(shop: World, act: str, body: Any) -> None:
    subscription_id, customer = running(shop)
    customer_id = shop.look(customer, "/v1/me")["id"]
    before = issued_lines(customer_id)
    shop.later(days=6)
    forecast = preview(shop, subscription_id, act, body)
    shop.later(minutes=30)
    shop.act(shop.admin, path_of(subscription_id, act), {**body, **shown(forecast)})
    bill(shop, subscription_id)
    today = shop.now.date().isoformat()
    bills = [one for one in forecast["changed"]["bills"] if one["bills_on"] == today]
    assert issued_lines(customer_id, but=before) == forecast_lines({"bills": bills})


def test_a_storno_gives_all_of_it_back(shop: World) -> None:
    subscription_id, _ = running(shop)
    shop.later(days=20)
    forecast = preview(shop, subscription_id, "void", {})
    assert forecast["difference_now"] == euros(-3000)
    assert forecast["changed"]["next_bill"] is None
    done = shop.act(shop.admin, path_of(subscription_id, "void"), {})
    assert done["end_reason"] == "voided"
    bill(shop, subscription_id)
    assert shop.look(shop.admin, path_of(subscription_id))["status"] == "voided"
    (charge,) = shop.look(shop.admin, path_of(subscription_id, "charges"))["items"]
    assert charge["creditable"] == euros(0)


def test_a_termination_needs_no_notice(shop: World) -> None:
    subscription_id, _ = running(shop)
    today = shop.now.date()
    wish = {"ends_on": (today + timedelta(days=1)).isoformat()}
    done = shop.act(shop.admin, path_of(subscription_id, "termination"), wish)
    assert (done["end_reason"], done["ends_on"]) == ("terminated", wish["ends_on"])
    refused = shop.admin.post(
        path_of(subscription_id, "cancellation", "revocation"), {}, key=shop.key()
    )
    assert (refused.status, refused.code) == (409, "subscriptions.ended_already")


def test_staff_may_change_at_once_what_a_customer_may_not(shop: World) -> None:
    subscription_id, customer = running(shop, "bound", quantity=2)
    down = {"change": {"kind": "change_quantity", "quantity": 1}, "starts_on": "at_once"}
    mine = f"/v1/subscriptions/{subscription_id}/changes"
    refused = customer.post(mine, down, key=shop.key())
    assert (refused.status, refused.code) == (409, "subscriptions.too_early")
    done = shop.act(shop.admin, path_of(subscription_id, "changes"), down)
    assert done["quantity"] == 1


def test_a_coupon_is_applied_and_ended(shop: World) -> None:
    subscription_id, _ = running(shop)
    forecast = preview(shop, subscription_id, "coupons", {"coupon_id": "welcome"})
    assert forecast["unchanged"]["next_bill"] == euros(3000)
    assert forecast["changed"]["next_bill"] == euros(2700)
    (line,) = forecast["changed"]["bills"][0]["documents"][0]["lines"]
    assert [one["amount"] for one in line["discounts"]] == [euros(300)]
    done = shop.act(shop.admin, path_of(subscription_id, "coupons"), {"coupon_id": "welcome"})
    assert [one["coupon_id"] for one in done["coupons"]] == ["welcome"]
    without = preview(shop, subscription_id, "coupons/welcome/removal", {})
    assert without["unchanged"]["next_bill"] == euros(2700)
    assert without["changed"]["next_bill"] == euros(3000)
    ended = shop.act(
        shop.admin, path_of(subscription_id, "coupons", "welcome", "removal"), shown(without)
    )
    assert ended["coupons"] == []
    refused = shop.admin.post(
        path_of(subscription_id, "coupons"), {"coupon_id": "nowhere"}, key=shop.key()
    )
    assert (refused.status, refused.code) == (404, "catalog.unknown_coupon")


def test_another_asset_touches_no_bill(shop: World) -> None:
    _, subscription_id, _ = shop.rider("city-flexible")
    before = shop.look(shop.admin, path_of(subscription_id, "schedule"))
    spare = shop.add_bike()
    shop.later(minutes=5)
    wish = {"asset_id": spare, "station_id": "sta_hbf"}
    forecast = preview(shop, subscription_id, "transfer", wish)
    assert forecast["changed"] == forecast["unchanged"]
    assert forecast["subscription"]["asset_id"] == spare
    shop.later(minutes=5)
    handed_over_at = shop.now
    swapped = shop.act(
        shop.admin, path_of(subscription_id, "transfer"), {**wish, **shown(forecast)}
    )
    assert swapped["asset_id"] == spare
    # Who rides it is asked of the assignment: it begins now, not with the preview.
    holder = DynamoAssets().get(spare).holder
    assert holder is not None
    assert holder.start == handed_over_at
    assert shop.look(shop.admin, path_of(subscription_id, "schedule")) == before
    shop.later(minutes=5)
    other = shop.add_bike()
    refused = shop.admin.post(
        path_of(subscription_id, "transfer"), {"asset_id": other}, key=shop.key()
    )
    assert (refused.status, refused.code) == (400, "subscriptions.asset_not_returned")
    assert refused.json["field"] == "station_id"


def test_an_ended_subscription_is_taken_up_again(shop: World) -> None:
    subscription_id, _ = running(shop)
    early = shop.admin.post(path_of(subscription_id, "reactivation"), {}, key=shop.key())
    assert early.status == 200
    shop.act(shop.admin, path_of(subscription_id, "termination"), {})
    shop.later(days=2)
    bill(shop, subscription_id)
    assert shop.look(shop.admin, path_of(subscription_id))["status"] == "ended"
    forecast = preview(shop, subscription_id, "reactivation", {})
    assert forecast["unchanged"]["bills"] == []
    assert forecast["changed"]["now_due"] == euros(3000)
    wish = shown(forecast)
    again = shop.act(shop.admin, path_of(subscription_id, "reactivation"), wish)
    assert (again["status"], again["ends_on"]) == ("active", None)
    stale = shop.admin.post(path_of(subscription_id, "reactivation"), wish, key=shop.key())
    assert (stale.status, stale.code) == (409, "subscriptions.stale_preview")


def test_deliveries_and_changes_are_looked_up(shop: World) -> None:
    subscription_id, _ = started(shop, "surprise-box")
    coming = shop.look(shop.admin, path_of(subscription_id, "deliveries"))["items"]
    assert coming
    one = {"item": "box", "period_start": coming[-1]["period_start"]}
    shop.act(shop.admin, path_of(subscription_id, "deliveries", "skips"), one)
    later = shop.look(shop.admin, path_of(subscription_id, "deliveries"))["items"]
    assert [each["comes"] for each in later] == [*([True] * (len(later) - 1)), False]
    shop.act(shop.admin, path_of(subscription_id, "deliveries", "restorations"), one)
    assert shop.look(shop.admin, path_of(subscription_id, "changes")) == {"items": []}


def _due(shop: World, **query: Any) -> list[str]:
    """Every page of a list by due day."""
    found: list[str] = []
    cursor, pages = None, 0
    text = "&".join(f"{name}={value}" for name, value in query.items())
    while pages < 200:
        more = f"&cursor={cursor}" if cursor else ""
        page = shop.look(shop.admin, f"{SUBSCRIPTIONS}?{text}{more}")
        found.extend(one["id"] for one in page["items"])
        cursor, pages = page["next_cursor"], pages + 1
        if cursor is None:
            return found
    raise AssertionError("the list never ends")


def test_lists_narrow_by_customer_status_plan_and_due_day(shop: World) -> None:
    shop.now = shop.now.replace(day=4) + timedelta(days=40)
    subscription_id, customer = running(shop)
    customer_id = shop.look(customer, "/v1/me")["id"]
    due = shop.look(shop.admin, path_of(subscription_id))["next_due_at"][:10]
    before = (shop.now.date() + timedelta(days=40)).isoformat()
    window = {"due_from": shop.now.date().isoformat(), "due_before": before, "limit": 2}
    listed = _due(shop, **window)
    assert subscription_id in listed
    assert len(listed) == len(set(listed))
    assert subscription_id in _due(shop, **window, status="active", plan_id="trailer")
    assert subscription_id not in _due(shop, **window, plan_id="cargo")
    assert subscription_id not in _due(shop, due_from=window["due_from"], due_before=due)

    mine = f"{SUBSCRIPTIONS}?customer_id={customer_id}"
    for more, count in (("", 1), ("&status=active", 1), ("&status=ended", 0), ("&plan_id=x", 0)):
        assert len(shop.look(shop.admin, mine + more)["items"]) == count


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("due_before=2026-12-01&due_from=2026-12-01", id="no day"),
        pytest.param("due_before=2026-12-01&due_from=2020-12-01", id="years"),
        pytest.param("due_before=2026-12-01&status=lost", id="no status"),
    ],
)
def test_a_list_of_what_cannot_be_is_refused(shop: World, query: str) -> None:
    refused = shop.admin.get(f"{SUBSCRIPTIONS}?{query}")
    assert (refused.status, refused.code) == (400, "request.invalid")


@pytest.mark.parametrize("cursor", ["x", "W10=", "WyIyMDI2LTExLTAxIiw5LG51bGxd", "%00"])
def test_a_cursor_of_another_list_is_refused(shop: World, cursor: str) -> None:
    refused = shop.admin.get(f"{SUBSCRIPTIONS}?due_before=2026-12-01&cursor={cursor}")
    assert (refused.status, refused.code) == (400, "page.bad_cursor")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("subscriptions/sub_1/changes", {"change": {"kind": "remove_add_on", "add_on": "a"}}),
        ("subscriptions/sub_1/void", {}),
        ("plan-moves", {"plan_id": "a", "from_version": 1, "to_version": 2}),
        ("imports/subscriptions", {"rows": [{}]}),
    ],
)
def test_support_looks_but_does_not_touch(shop: World, path: str, body: Any) -> None:
    support: Gateway = shop.staff("support")
    refused = support.post(f"/v1/operator/{path}", body, key=shop.key())
    assert (refused.status, refused.code) == (403, "request.forbidden")
