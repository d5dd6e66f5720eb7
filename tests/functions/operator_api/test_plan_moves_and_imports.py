"""Subscribers move to a new version, and contracts come from elsewhere: seen first, then done."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from tests.functions.api_world import World
from tests.functions.subscription_stories import (
    CATALOG,
    bill_through,
    euros,
    forecast_lines,
    issued_lines,
    plan,
    running,
)

MOVES = "/v1/operator/plan-moves"
IMPORTS = "/v1/operator/imports/subscriptions"


@pytest.fixture(scope="module", autouse=True)
def _catalog(shop: World) -> None:
    shop.act(shop.admin, "/v1/operator/plans", CATALOG)


def pages(shop: World, path: str, **wish: Any) -> Iterator[list[Any]]:
    """Each page of a move, one command after the other."""
    cursor = None
    for _ in range(100):
        body = {**wish, "cursor": cursor} if cursor else wish
        page = shop.act(shop.admin, path, body)
        yield page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return
    raise AssertionError("the move never ends")


def moved(shop: World, path: str, **wish: Any) -> dict[str, Any]:
    return {one["subscription_id"]: one for page in pages(shop, path, **wish) for one in page}


def test_subscribers_are_moved_page_by_page_as_previewed(shop: World) -> None:
    ids = [running(shop)[0] for _ in range(3)]
    catalog = {"plans": {"trailer": plan("Trailer", "33.00")}, "add_ons": CATALOG["add_ons"]}
    (published,) = shop.act(shop.admin, "/v1/operator/plans", catalog)["items"]
    wish = {"plan_id": "trailer", "from_version": 1, "to_version": published["version"], "limit": 2}

    shown = moved(shop, f"{MOVES}/preview", **wish)
    assert set(shown) == set(ids)
    for one in shown.values():
        assert (one["outcome"], one["recurring_before"]) == ("moved", euros(3000))
        assert one["recurring_after"] == euros(3300)
    assert shop.look(shop.admin, f"/v1/operator/subscriptions/{ids[0]}")["scheduled"] == []

    assert moved(shop, MOVES, **wish) == shown
    again = moved(shop, MOVES, **wish)
    assert {one["outcome"] for one in again.values()} == {"unchanged"}
    forecast = shop.look(shop.admin, f"/v1/operator/subscriptions/{ids[0]}/schedule")
    assert forecast["next_bill"] == euros(3300)
    assert forecast["next_bill_on"] == shown[ids[0]]["begins_on"]


def test_nobody_is_missed_whenever_they_fall_due(shop: World) -> None:
    """Paid for a year ahead, and paused for longer than any list of due days looks."""

    def published(price: str) -> Any:
        yearly = {**plan("Yearly", price), "interval": {"unit": "year"}}
        catalog = {"plans": {"yearly": yearly}, "add_ons": CATALOG["add_ons"]}
        (found,) = shop.act(shop.admin, "/v1/operator/plans", catalog)["items"]
        return found["version"]

    before = published("200.00")
    ahead, _ = running(shop, "yearly")
    paused, _ = running(shop, "yearly")
    pause = {"starts_on": _ahead(shop), "ends_on": None}
    shop.act(shop.admin, f"/v1/operator/subscriptions/{paused}/pauses", pause)
    ends, _ = running(shop, "yearly")
    shop.act(shop.admin, f"/v1/operator/subscriptions/{ends}/cancellation", {})
    after = published("220.00")
    wish = {"plan_id": "yearly", "from_version": before, "to_version": after, "limit": 1}
    found = moved(shop, MOVES, **wish)
    assert {key: one["outcome"] for key, one in found.items()} == {ahead: "moved", paused: "moved"}


def test_a_move_that_is_refused_stops_no_other(shop: World) -> None:
    """The one who ordered an add-on that the new version does not offer stays where they are."""
    stays, _ = running(shop, "cargo", add_ons=["cover"])
    moves, _ = running(shop, "cargo")
    without = plan("Cargo bike", "72.00")
    del without["add_ons"]
    (published,) = shop.act(shop.admin, "/v1/operator/plans", {"plans": {"cargo": without}})[
        "items"
    ]
    wish = {"plan_id": "cargo", "from_version": 1, "to_version": published["version"]}
    found = moved(shop, MOVES, **wish)
    assert (found[stays]["outcome"], found[moves]["outcome"]) == ("refused", "moved")
    assert found[stays]["problem"]["code"] == "catalog.unknown_add_on"
    unknown = shop.admin.post(MOVES, {**wish, "to_version": 99}, key=shop.key())
    assert (unknown.status, unknown.code) == (404, "catalog.unknown_plan")


def row(shop: World, **change: Any) -> dict[str, Any]:
    customer_id, _ = shop.sign_up()
    today = shop.now.date()
    first = date(today.year, today.month, 1)
    return {
        "external_id": f"old-{shop.key()}",
        "customer_id": customer_id,
        "plan_id": "city-flexible",
        "plan_version": 1,
        "currency": "EUR",
        "starts_on": date(today.year - 1, 1, 1).isoformat(),
        "billed_through": (first + timedelta(days=32)).replace(day=1).isoformat(),
        **change,
    }


def test_a_shadow_run_shows_what_is_billed_after_the_import(shop: World) -> None:
    shop.now = shop.now.replace(day=10)
    rows = [row(shop), row(shop, quantity=2, plan_id="surprise-box", anchor=_fifteenth(shop))]
    rows[1]["billed_through"] = rows[1]["anchor"]
    until = (shop.now.date() + timedelta(days=75)).isoformat()
    shadow = shop.admin.post(f"{IMPORTS}/shadow-run", {"rows": rows, "until": until})
    assert shadow.status == 200, shadow.text
    assert [one["outcome"] for one in shadow.json["rows"]] == ["imported", "imported"], shadow.text
    gross = sum(
        document["gross"]["amount_minor"]
        for one in shadow.json["rows"]
        for bill in one["bills"]
        for document in bill["documents"]
    )
    (total,) = shadow.json["totals"]
    assert total["gross"] == euros(gross)
    assert total["net"]["amount_minor"] + total["tax"]["amount_minor"] == gross
    for one in rows:
        listed = f"/v1/operator/subscriptions?customer_id={one['customer_id']}"
        assert shop.look(shop.admin, listed)["items"] == []

    imported = shop.act(shop.admin, IMPORTS, {"rows": rows})["rows"]
    assert [one["outcome"] for one in imported] == ["imported", "imported"]
    for one, sent, told in zip(imported, rows, shadow.json["rows"], strict=True):
        begin = shop.now
        bill_through(shop, one["subscription_id"], until)
        shop.now = begin
        assert issued_lines(sent["customer_id"]) == forecast_lines(told)

    again = shop.act(shop.admin, IMPORTS, {"rows": rows})["rows"]
    assert [one["outcome"] for one in again] == ["already_there", "already_there"]
    assert [one["subscription_id"] for one in again] == [one["subscription_id"] for one in imported]


def test_each_row_is_refused_for_itself_with_field_and_remedy(shop: World) -> None:
    good = row(shop)
    bad = [
        (row(shop, billed_through="2026-05-17"), "billed_through", "subscriptions.bad_import"),
        (row(shop, customer_id="cus_nobody"), "customer_id", "customers.unknown_customer"),
        (row(shop, plan_version=77), "plan_version", "catalog.unknown_plan"),
        (row(shop, currency="SEK"), "currency", "catalog.no_price_in_currency"),
        (row(shop, starts_on="2026-02-30"), "starts_on", "subscriptions.bad_import"),
        (row(shop, quantity=0), "quantity", "subscriptions.bad_quantity"),
        (row(shop, colour="red"), "colour", "subscriptions.bad_import"),
        ({}, "external_id", "subscriptions.bad_import"),
    ]
    rows = [each for each, _, _ in bad]
    for path, more in ((f"{IMPORTS}/shadow-run", {"until": _ahead(shop)}), (IMPORTS, {})):
        found = shop.act(shop.admin, path, {"rows": [*rows, good, good], **more})["rows"]
        assert [one["outcome"] for one in found] == [
            *(["refused"] * len(bad)),
            "imported",
            "already_there",
        ]
        assert [one["row"] for one in found] == list(range(1, len(found) + 1))
        for one, (_, field, code) in zip(found, bad, strict=False):
            assert not one["problem"]["detail"].startswith(f"{field}:"), one
            assert one["problem"]["code"] == code, one
            assert one["problem"]["field"] == field, one
            assert one["problem"]["detail"]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        pytest.param(IMPORTS, {"rows": []}, "rows", id="no row"),
        pytest.param(IMPORTS, {"rows": [{}] * 101}, "rows", id="too many rows"),
        pytest.param(
            f"{IMPORTS}/shadow-run", {"rows": [{}], "until": "2026-01-01"}, "until", id="past"
        ),
        pytest.param(
            f"{IMPORTS}/shadow-run", {"rows": [{}], "until": "2190-01-01"}, "until", id="far"
        ),
    ],
)
def test_a_batch_that_cannot_be_is_refused(shop: World, path: str, body: Any, field: str) -> None:
    refused = shop.admin.post(path, body, key=shop.key())
    assert refused.status == 400
    assert refused.json["field"] == field


def test_a_row_brings_its_coupon_its_pause_and_its_asset(shop: World) -> None:
    bike = shop.add_bike()
    pause = {"starts_on": (shop.now.date() - timedelta(days=3)).isoformat(), "ends_on": None}
    full = row(
        shop,
        asset_id=bike,
        coupons=[{"coupon_id": "welcome", "periods_left": 1}],
        pauses=[pause],
        ends_on=_ahead(shop),
    )
    (told,) = shop.act(shop.admin, IMPORTS, {"rows": [full]})["rows"]
    assert (told["outcome"], told["problem"]) == ("imported", None)
    assert "are not charged here" in told["notes"][0]
    found = shop.look(shop.admin, f"/v1/operator/subscriptions/{told['subscription_id']}")
    assert found["asset_id"] == bike
    assert [one["coupon_id"] for one in found["coupons"]] == ["welcome"]
    assert [one["starts_on"] for one in found["pauses"]] == [pause["starts_on"]]
    asset = shop.look(shop.admin, f"/v1/operator/assets/{bike}")
    assert asset["state"] == "on_rent"

    (second,) = shop.act(shop.admin, IMPORTS, {"rows": [row(shop, asset_id=bike)]})["rows"]
    assert (second["outcome"], second["problem"]["field"]) == ("refused", "asset_id")


def test_an_end_in_time_billed_elsewhere_says_that_nothing_is_given_back(shop: World) -> None:
    (told,) = shop.act(shop.admin, IMPORTS, {"rows": [row(shop)]})["rows"]
    path = f"/v1/operator/subscriptions/{told['subscription_id']}/cancellation/preview"
    preview = shop.act(shop.admin, path, {})
    assert "nothing is given back here" in preview["notes"][0]
    assert preview["difference_now"] == euros(0)


def _ahead(shop: World) -> str:
    return (shop.now.date() + timedelta(days=60)).isoformat()


def _fifteenth(shop: World) -> str:
    return shop.now.date().replace(day=15).isoformat()
