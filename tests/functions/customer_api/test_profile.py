"""A customer's own profile: two editors never overwrite each other, consents are theirs alone."""

from collections.abc import Mapping

import pytest

from tests.functions.api_world import World
from tests.functions.gateway import customer_claims, staff_claims


def test_a_profile_is_changed_by_who_read_it_last(world: World) -> None:
    _, anna = world.sign_up()
    tag = anna.get("/v1/me").headers["ETag"]
    changed = anna.patch("/v1/me", {"name": "Anna B."}, If_Match=tag)
    assert (changed.status, changed.json["name"]) == (200, "Anna B.")
    assert changed.headers["ETag"] == anna.get("/v1/me").headers["ETag"] != tag
    late = anna.patch("/v1/me", {"name": "Anna C."}, If_Match=tag)
    assert (late.status, late.code) == (412, "request.precondition_failed")
    assert anna.patch("/v1/me", {"name": "Anna C."}).status == 428


def test_a_change_that_changes_nothing_keeps_the_tag(world: World) -> None:
    _, anna = world.sign_up()
    before = anna.get("/v1/me")
    same = anna.patch("/v1/me", {"name": before.json["name"]}, If_Match=before.headers["ETag"])
    assert same.headers["ETag"] == before.headers["ETag"]
    assert anna.patch("/v1/me", {}, If_Match="*").code == "request.invalid"


def test_a_consent_is_given_and_withdrawn(world: World) -> None:
    _, anna = world.sign_up()
    for is_given in (True, False, False):
        body = {"is_given": is_given}
        given = anna.put("/v1/me/consents/marketing_email", body)
        assert [each["is_given"] for each in given.json["consents"]] == [is_given]
    assert anna.put("/v1/me/consents/spam", {"is_given": True}).status == 404


@pytest.mark.parametrize("path", ["/v1/me", "/v1/subscriptions", "/v1/wallet", "/v1/invoices"])
def test_only_a_customers_token_is_let_in(world: World, path: str) -> None:
    customer_id, _ = world.sign_up()
    strangers: list[Mapping[str, str] | None] = [
        None,
        customer_claims(customer_id, world.staff_pool_id),
        staff_claims("admins", name=customer_id, pool_id=world.staff_pool_id),
        {**customer_claims(customer_id, world.customer_pool_id), "token_use": "access"},
    ]
    for claims in strangers:
        refused = world.public.as_(claims).get(path)
        assert (refused.status, refused.code) == (401, "request.unauthenticated")
