"""Anybody can look, sign up and log in; nobody learns who has an account's password."""

import json
from base64 import urlsafe_b64decode
from typing import Any

import pytest

from tests.functions.api_world import PASSWORD, World
from umlauf_adapters.kernel.aws_clients import client
from umlauf_adapters.kernel.items import ClaimItem

STOLEN = "Eindringling9"


def claims_of(token: str) -> dict[str, Any]:
    middle = token.split(".")[1]
    found: dict[str, Any] = json.loads(urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return found


def test_a_new_customers_token_names_them_by_their_id(world: World) -> None:
    customer_id, _ = world.sign_up("berta")
    tokens = world.public.post("/v1/tokens", login("Berta"))
    assert tokens.status == 200, tokens.text
    claims = claims_of(tokens.json["id_token"])
    assert claims["cognito:username"] == customer_id
    assert world.public.as_(claims).get("/v1/me").json["email"] == "berta@example.org"


@pytest.mark.parametrize(
    ("name", "password"),
    [
        pytest.param("emil", "wrong", id="wrong password"),
        pytest.param("nobody", PASSWORD, id="unknown address"),
    ],
)
def test_a_failed_login_does_not_say_what_was_wrong(world: World, name: str, password: str) -> None:
    world.sign_up_reply("emil", key="emil")
    refused = world.public.post("/v1/tokens", login(name, password))
    assert (refused.status, refused.code) == (401, "request.wrong_credentials")
    assert refused.json["detail"] == "the name or the password is wrong"


def test_signing_up_twice_under_one_key_makes_one_customer(world: World) -> None:
    first = world.sign_up_reply("frida", key="frida")
    again = world.sign_up_reply("frida", key="frida")
    assert again.text == first.text
    assert again.headers["Idempotency-Replayed"] == "true"
    users = client("cognito-idp").list_users(
        UserPoolId=world.customer_pool_id, Filter='email = "frida@example.org"'
    )["Users"]
    assert [user["Username"] for user in users] == [first.json["id"]]


def test_two_people_who_copy_one_key_both_sign_up(world: World) -> None:
    """A key from the documentation belongs to whoever uses it, by their address."""
    first = world.sign_up_reply("gustav", key="my-first-signup")
    second = world.sign_up_reply("hilde", key="my-first-signup")
    assert (first.status, second.status) == (201, 201)
    assert first.json["id"] != second.json["id"]


def test_a_signup_that_was_cut_off_is_repaired_by_its_repetition(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The login is made, then the commit fails: the same command finishes what it began."""
    works = world.apps["public_api"].wiring.works
    with monkeypatch.context() as patch:
        patch.setattr(type(works), "commit", _break)
        assert world.sign_up_reply("gerda", key="gerda").status == 500
    assert world.sign_up_reply("gerda", key="gerda").status == 201
    assert world.public.post("/v1/tokens", login("gerda")).status == 200


def test_an_address_has_one_account(world: World) -> None:
    world.sign_up("hanna")
    refused = world.sign_up_reply("hanna", email="HANNA@example.org")
    assert (refused.status, refused.code) == (409, "customers.email_taken")


def test_a_known_key_cannot_set_a_password_once_its_answer_has_expired(world: World) -> None:
    """Claims of commands live thirty days; the account must outlive them unharmed."""
    world.sign_up_reply("ida", key="ida")
    for item in ClaimItem.scan():
        item.delete()
    assert world.sign_up_reply("ida", key="ida", password=STOLEN).status == 201
    assert world.public.post("/v1/tokens", login("ida", STOLEN)).status == 401
    assert world.public.post("/v1/tokens", login("ida")).status == 200


def test_no_password_is_kept(world: World) -> None:
    world.sign_up()
    kept = [item.attribute_values for item in ClaimItem.scan()]
    assert kept
    assert PASSWORD not in str(kept)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        pytest.param({"country": "XX"}, "customers.bad_profile", "country", id="country"),
        pytest.param({"country": "de"}, "request.invalid", "country", id="no country code"),
        pytest.param({"language": "fr"}, "request.invalid", "language", id="language"),
        pytest.param({"email": "anna"}, "request.invalid", "email", id="no address"),
        pytest.param({"password": "short"}, "request.invalid", "password", id="short password"),
        pytest.param(
            {"time_zone": "Europe/Nowhere"}, "calendar.unknown_zone", "time_zone", id="zone"
        ),
        pytest.param({"consents": ["spam"]}, "request.invalid", "consents.0", id="purpose"),
    ],
)
def test_a_bad_signup_names_its_field(
    world: World, change: dict[str, Any], code: str, field: str
) -> None:
    refused = world.sign_up_reply("klara", **change)
    assert (refused.status, refused.code, refused.json["field"]) == (400, code, field)


def test_only_ticked_consents_are_given(world: World) -> None:
    reply = world.sign_up_reply(world.a_name(), consents=["marketing_email"])
    assert [consent["purpose"] for consent in reply.json["consents"]] == ["marketing_email"]


def login(name: str, password: str = PASSWORD) -> dict[str, str]:
    return {"email": f"{name}@example.org", "password": password}


def _break(*_: object) -> None:
    raise OSError("cut off")
