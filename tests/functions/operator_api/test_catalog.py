"""The whole catalog over the operator API: out, reviewed, and in again."""

from typing import Any

import pytest

from tests.functions.api_world import World

CATALOG = "/v1/operator/catalog"


@pytest.fixture
def document(shop: World) -> dict[str, Any]:
    """What is on sale, as it would be published again."""
    return dict(shop.look(shop.admin, CATALOG))


def apply(shop: World, document: dict[str, Any], *, dry_run: bool = False) -> dict[str, Any]:
    reply = shop.admin.post(CATALOG, {**document, "dry_run": dry_run}, key=shop.key())
    assert reply.status == 200, reply.text
    return dict(reply.json)


def test_what_is_exported_says_what_is_on_sale(shop: World, document: dict[str, Any]) -> None:
    review = apply(shop, document)
    assert review["is_published"]
    assert {entry["change"] for entry in review["items"]} == {"unchanged"}
    assert {plan["id"] for plan in shop.look(shop.public, "/v1/plans")["items"]} == {
        entry["id"] for entry in review["items"] if entry["kind"] == "plan"
    }


def test_a_dry_run_shows_the_differences_and_publishes_nothing(
    shop: World, document: dict[str, Any]
) -> None:
    before = shop.look(shop.public, "/v1/plans")
    document["plans"]["city-flat"]["items"][0]["prices"]["EUR"] = {"flat": "61.00"}
    document["plans"]["a-trifle"] = {
        "name": "A trifle",
        "interval": {"unit": "month"},
        "items": [
            {
                "id": "fee",
                "kind": "base_fee",
                "name": "Fee",
                "supply": "service",
                "prices": {"EUR": {"chosen_amount": {"suggestion": "3.00"}}},
            }
        ],
    }
    review = apply(shop, document, dry_run=True)
    assert not review["is_published"]
    entries = {entry["id"]: entry for entry in review["items"]}
    assert entries["a-trifle"]["change"] == "new"
    assert entries["city-flat"]["change"] == "changed"
    assert entries["city-flat"]["differences"] == [
        {"path": "items[base-fee].prices.EUR.flat", "before": "59.00", "after": "61.00"}
    ]
    assert shop.look(shop.public, "/v1/plans") == before


def test_a_new_version_can_be_compared_with_the_one_before(
    shop: World, document: dict[str, Any]
) -> None:
    path = "/v1/operator/plans/city-prepaid/differences"
    before = shop.look(shop.public, "/v1/plans/city-prepaid")
    document["plans"]["city-prepaid"]["name"] = "City prepaid, renamed"
    apply(shop, document)
    compared = shop.look(shop.admin, f"{path}?from_version={before['version']}")
    assert compared["to_version"] == before["version"] + 1
    assert compared["differences"] == [
        {"path": "name", "before": before["name"], "after": "City prepaid, renamed"}
    ]
    backwards = f"from_version={compared['to_version']}&to_version={before['version']}"
    assert shop.look(shop.admin, f"{path}?{backwards}")["differences"][0]["after"] == before["name"]
    assert shop.admin.get(f"{path}?from_version=99").status == 404
    # Put back what the other tests of the shop look at.
    document["plans"]["city-prepaid"]["name"] = before["name"]
    apply(shop, document)


def test_a_refused_catalog_names_the_place_and_changes_nothing(
    shop: World, document: dict[str, Any]
) -> None:
    document["coupons"]["spring"] = {"name": "Spring", "percent": "101"}
    refused = shop.admin.post(CATALOG, document, key=shop.key())
    assert (refused.status, refused.code) == (400, "catalog.bad_file")
    assert refused.json["field"] == "coupons.spring.percent"
    assert "spring" not in shop.look(shop.admin, CATALOG)["coupons"]


def test_only_admins_publish_and_all_staff_reads(shop: World, document: dict[str, Any]) -> None:
    assert shop.staff("support").send("GET", CATALOG).status == 200
    assert shop.staff("operators").send("POST", CATALOG, document).status == 403
