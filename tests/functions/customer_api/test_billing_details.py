"""What invoices say of a customer: theirs to change, checked by digits, dated when they move."""

from datetime import timedelta
from typing import Any

import pytest

from tests.functions.api_world import World
from tests.functions.gateway import Gateway, Reply

BERLIN = {"street": "Beispielweg 3", "postal_code": "10115", "city": "Berlin", "country": "DE"}
UTRECHT = {"street": "Voorbeeldweg 3", "postal_code": "3511 AB", "city": "Utrecht", "country": "NL"}


def put(who: Gateway, body: dict[str, Any], path: str = "/v1/me/billing-details") -> Reply:
    return who.put(path, body, If_Match=who.get(path).headers["ETag"])


@pytest.fixture
def firm(world: World) -> tuple[str, Gateway]:
    return world.sign_up(is_business=True, country="DE")


def test_details_are_shown_as_they_were_given(world: World, firm: tuple[str, Gateway]) -> None:
    _, anna = firm
    nothing = anna.get("/v1/me/billing-details").json
    assert (nothing["address"], nothing["vat_id"], nothing["country"]) == (None, None, "DE")
    body = {
        "company_name": "Anna GmbH",
        "address": BERLIN,
        "vat_id": "de 136 695 976",
        "invoice_email": "books@example.org",
        "wants_consolidated_invoices": True,
    }
    changed = put(anna, body)
    assert changed.status == 200
    assert changed.json == anna.get("/v1/me/billing-details").json
    assert changed.json["address"] == {**BERLIN, "extra": None}
    # No register is set up in this world: the id is kept, unchecked, and not used.
    assert changed.json["vat_id"] == {
        "number": "DE136695976",
        "country": "DE",
        "checked_at": None,
        "is_valid": False,
    }


def test_two_editors_never_overwrite_each_other(world: World) -> None:
    _, anna = world.sign_up()
    tag = anna.get("/v1/me/billing-details").headers["ETag"]
    assert put(anna, {"company_name": "A"}).status == 200
    late = anna.put("/v1/me/billing-details", {"company_name": "B"}, If_Match=tag)
    assert (late.status, late.code) == (412, "request.precondition_failed")
    assert anna.put("/v1/me/billing-details", {}).status == 428


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        pytest.param(
            {"vat_id": "DE136695977"}, "request.invalid", "vat_id", id="a wrong check digit"
        ),
        pytest.param({"vat_id": "US123456789"}, "request.invalid", "vat_id", id="not the EU"),
        pytest.param(
            {"address": {**BERLIN, "postal_code": "1011"}},
            "customers.bad_billing_details",
            "address.postal_code",
            id="a postal code of nowhere",
        ),
        pytest.param(
            {"address": UTRECHT}, "customers.bad_move", "moved_on", id="a move without a day"
        ),
        pytest.param(
            {"vat_id": "NL123456782B12"},
            "customers.bad_billing_details",
            "vat_id",
            id="another country's VAT id",
        ),
        pytest.param({"is_business": False}, "request.invalid", "is_business", id="staff's"),
    ],
)
def test_what_cannot_be_is_refused_by_field(
    firm: tuple[str, Gateway], body: dict[str, Any], code: str, field: str
) -> None:
    _, anna = firm
    refused = put(anna, body)
    assert (refused.status, refused.code) == (400, code)
    named = refused.json["field"] or [each["field"] for each in refused.json["errors"]]
    assert field in named


def test_a_move_is_dated_and_seen_by_staff(world: World) -> None:
    customer_id, anna = world.sign_up(country="DE")
    moved_on = (world.now - timedelta(days=2)).date().isoformat()
    moved = put(anna, {"address": UTRECHT, "moved_on": moved_on})
    assert (moved.status, moved.json["country"]) == (200, "NL")
    assert moved.json["former_homes"] == [{"until": moved_on, "country": "DE"}]
    path = f"/v1/operator/customers/{customer_id}/billing-details"
    assert world.staff("support").get(path).json == moved.json
    assert anna.get("/v1/me").json["country"] == "NL"


def test_staff_put_right_what_customers_may_not(world: World) -> None:
    customer_id, anna = world.sign_up(country="DE")
    path = f"/v1/operator/customers/{customer_id}/billing-details"
    operator = world.staff("operators")
    long_ago = (world.now - timedelta(days=90)).date().isoformat()
    move = {"address": UTRECHT, "moved_on": long_ago}
    assert put(anna, move).code == "customers.bad_move"
    told = put(operator, {**move, "is_business": True, "vat_id": "NL123456782B12"}, path)
    assert (told.status, told.json["is_business"], told.json["country"]) == (200, True, "NL")
    assert put(operator, {"address": UTRECHT}, path).json["is_business"]
    assert world.staff("support").put(path, move, If_Match="*").status == 403
    assert operator.get("/v1/operator/customers/cus_none/billing-details").status == 404


def test_a_register_that_is_away_is_asked_again_later(world: World) -> None:
    customer_id, anna = world.sign_up(is_business=True, country="DE")
    path = f"/v1/operator/customers/{customer_id}/vat-id-checks"
    operator = world.staff("operators")
    nothing = operator.post(path, key=world.key())
    assert (nothing.status, nothing.json["field"]) == (400, "vat_id")
    put(anna, {"vat_id": "DE136695976"})
    away = operator.post(path, key=world.key())
    assert (away.status, away.code) == (503, "customers.vat_register_unavailable")
