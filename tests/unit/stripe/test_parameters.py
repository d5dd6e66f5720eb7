"""Stripe's secrets are read once in a while, and again when one is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from umlauf.payments.errors import ProviderUnavailable
from umlauf_integrations.stripe.parameters import StripeParameters


class FakeSsm:
    def __init__(self) -> None:
        self.values = {"api_key": "sk_one", "webhook_secret": "whsec_one"}
        self.asked: list[dict[str, Any]] = []

    def get_parameters_by_path(self, **arguments: Any) -> dict[str, Any]:
        self.asked.append(arguments)
        named = {f"{arguments['Path']}/{name}": value for name, value in self.values.items()}
        return {"Parameters": [{"Name": name, "Value": value} for name, value in named.items()]}


class World:
    def __init__(self) -> None:
        self.ssm, self.now = FakeSsm(), datetime(2026, 10, 5, tzinfo=UTC)
        self.parameters = StripeParameters(self.ssm, "/umlauf/test/stripe/", lambda: self.now)


@pytest.fixture
def world() -> World:
    return World()


def test_both_secrets_cost_one_call_in_five_minutes(world: World) -> None:
    assert (world.parameters.api_key, world.parameters.webhook_secret) == ("sk_one", "whsec_one")
    world.now += timedelta(minutes=4, seconds=59)
    assert world.parameters.api_key == "sk_one"
    assert world.ssm.asked == [{"Path": "/umlauf/test/stripe", "WithDecryption": True}]


def test_a_rotated_secret_is_in_use_after_five_minutes_or_a_refusal(world: World) -> None:
    assert world.parameters.api_key == "sk_one"
    world.ssm.values["api_key"] = "sk_two"
    world.now += timedelta(minutes=5)
    assert world.parameters.api_key == "sk_two"

    world.ssm.values["api_key"] = "sk_three"
    world.parameters.forget()
    assert world.parameters.api_key == "sk_three"


def test_a_clock_that_was_set_back_does_not_keep_a_secret_for_ever(world: World) -> None:
    assert world.parameters.api_key == "sk_one"
    world.ssm.values["api_key"] = "sk_two"
    world.now -= timedelta(days=30)
    assert world.parameters.api_key == "sk_two"


def test_a_missing_secret_names_its_parameter_and_can_be_retried(world: World) -> None:
    del world.ssm.values["webhook_secret"]
    with pytest.raises(ProviderUnavailable, match="/umlauf/test/stripe/webhook_secret"):
        _ = world.parameters.webhook_secret
