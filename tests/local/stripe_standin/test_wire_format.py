"""The library's own types are the yardstick: for what it sends and for what it reads."""

import typing
from datetime import timedelta
from typing import Any

import pytest
import requests
import stripe

from tests.local.stripe_standin.world import API_KEY, IBAN_PAYS, World, client_of

NOT_ON_THE_WIRE = {"OBJECT_NAME"}


def _every_object(world: World) -> dict[type, Any]:
    customer = world.customer()
    card, account = world.saved_card(customer), world.saved_account(customer, IBAN_PAYS)
    paid, debited = world.collect(customer, card), world.collect(customer, account)
    v1 = world.client.v1
    charge, debit = (v1.charges.retrieve(str(intent.latest_charge)) for intent in (paid, debited))
    method, sepa = v1.payment_methods.retrieve(card), v1.payment_methods.retrieve(account)
    assert charge.payment_method_details is not None
    assert debit.payment_method_details is not None
    return {
        stripe.Charge: charge,
        stripe.Charge.Outcome: charge.outcome,
        stripe.Charge.PaymentMethodDetails.Card: charge.payment_method_details.card,
        stripe.Charge.PaymentMethodDetails.SepaDebit: debit.payment_method_details.sepa_debit,
        stripe.Customer: v1.customers.retrieve(customer),
        stripe.Event: v1.events.list({"limit": 1}).data[0],
        stripe.PaymentIntent: paid,
        stripe.PaymentMethod: method,
        stripe.PaymentMethod.Card: method.card,
        stripe.PaymentMethod.SepaDebit: sepa.sepa_debit,
        stripe.Refund: v1.refunds.create({"payment_intent": paid.id}),
        stripe.SetupIntent: v1.setup_intents.list().data[0],
        stripe.WebhookEndpoint: v1.webhook_endpoints.list().data[0],
    }


def test_every_object_has_the_fields_the_library_declares(world: World) -> None:
    for declared, answered in _every_object(world).items():
        known = declared.__annotations__
        optional = {name for name, hint in known.items() if _may_be_left_out(hint)}
        fields = set(answered.to_dict())
        assert fields <= known.keys(), declared
        assert known.keys() - optional - NOT_ON_THE_WIRE <= fields, declared


def _may_be_left_out(hint: Any) -> bool:
    """Tell `Optional[X]` from unions of several (an id or an object), which may be null."""
    members = typing.get_args(hint)
    return type(None) in members and len(members) == 2


@pytest.mark.parametrize(
    ("path", "body", "code", "param"),
    [
        pytest.param(
            "payment_intents",
            "amount=100&currency=eur&colour=red",
            "parameter_unknown",
            "colour",
            id="unknown",
        ),
        pytest.param(
            "payment_intents",
            "amount=100&currency=eur&mandate_data[customer_acceptance][kind]=online",
            "parameter_unknown",
            "mandate_data[customer_acceptance][kind]",
            id="unknown, nested",
        ),
        pytest.param(
            "payment_intents", "amount=100", "parameter_missing", "currency", id="missing"
        ),
        pytest.param(
            "payment_intents",
            "amount=1.5&currency=eur",
            "parameter_invalid_integer",
            "amount",
            id="no integer",
        ),
        pytest.param(
            "payment_intents",
            "amount=100&currency=eur&capture_method=someday",
            None,
            "capture_method",
            id="no such choice",
        ),
        pytest.param(
            "payment_intents",
            "amount=100&currency=",
            "parameter_invalid_empty",
            "currency",
            id="cannot be unset",
        ),
        pytest.param(
            "payment_intents",
            "amount=49&currency=eur",
            "amount_too_small",
            "amount",
            id="below Stripe's minimum",
        ),
        pytest.param(
            "payment_intents",
            "amount=100&currency=eur&customer=cus_nobody",
            "resource_missing",
            "customer",
            id="refers to nothing",
        ),
        pytest.param(
            "payment_intents",
            "amount=100&currency=eur&payment_method_types[]=card",
            "payment_method_types_no_longer_supported",
            "payment_method_types",
            id="taken away in this API version",
        ),
        pytest.param(
            "payment_intents",
            "amount=100&currency=eur&transfer_group=g",
            "standin_not_modelled",
            "transfer_group",
            id="known to Stripe, not to the stand-in",
        ),
        pytest.param(
            "payment_methods",
            "type=sepa_debit&sepa_debit[iban]=DE89370400440532013001",
            "invalid_bank_account_iban",
            "iban",
            id="wrong check digits",
        ),
        pytest.param(
            "payment_methods",
            "type=sepa_debit&sepa_debit[iban]=DE35370400440532013002",
            "standin_not_modelled",
            "sepa_debit[iban]",
            id="an IBAN that needs disputes",
        ),
        pytest.param(
            "payment_intents", "amount=100&amount[x]=1", None, None, id="value and parts at once"
        ),
    ],
)
def test_a_wrong_parameter_is_named_and_nothing_happens(
    world: World, path: str, body: str, code: str | None, param: str | None
) -> None:
    answer = requests.post(
        f"{world.standin.url}/v1/{path}",
        data=body,
        headers={"Authorization": f"Bearer {API_KEY}"},
        timeout=5,
    )

    error = answer.json()["error"]
    assert answer.status_code == 400
    assert (error["type"], error.get("code"), error.get("param")) == (
        "invalid_request_error",
        code,
        param,
    )
    assert world.client.v1.events.list().data == []


def test_the_library_tells_the_refusals_apart(world: World) -> None:
    with pytest.raises(stripe.AuthenticationError):
        client_of(world.standin, key="sk_test_wrong").v1.customers.list()
    with pytest.raises(stripe.InvalidRequestError) as missing:
        world.client.v1.payment_intents.retrieve("pi_nothing")
    with pytest.raises(stripe.InvalidRequestError) as unrouted:
        world.client.v1.plans.list()

    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")
    assert unrouted.value.http_status == 404


def test_lists_are_cut_into_pages_newest_first(world: World) -> None:
    made = [world.customer(f"C{number}") for number in range(7)]

    first = world.client.v1.customers.list({"limit": 3})
    back = world.client.v1.customers.list({"limit": 2, "ending_before": made[0]})

    assert [customer.id for customer in first.data] == made[:3:-1]
    assert first.has_more
    assert [customer.id for customer in first.auto_paging_iter()] == made[::-1]
    assert [customer.id for customer in back.data] == [made[2], made[1]]
    assert back.has_more
    assert not world.client.v1.customers.list({"limit": 2, "ending_before": made[4]}).has_more


def test_ids_are_expanded_on_request(world: World) -> None:
    customer = world.customer()
    intent = world.collect(customer, world.saved_card(customer))

    expanded = world.client.v1.payment_intents.retrieve(
        intent.id, {"expand": ["latest_charge.customer", "payment_method"]}
    )
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        world.client.v1.payment_intents.retrieve(intent.id, {"expand": ["amount"]})

    assert isinstance(expanded.latest_charge, stripe.Charge)
    assert isinstance(expanded.latest_charge.customer, stripe.Customer)
    assert isinstance(expanded.payment_method, stripe.PaymentMethod)
    assert (
        world.client.v1.payment_intents.retrieve(intent.id).payment_method == intent.payment_method
    )


def test_metadata_is_merged_and_unset(world: World) -> None:
    customer = world.client.v1.customers.create({"metadata": {"a": "1", "b": "2"}})

    merged = world.client.v1.customers.update(customer.id, {"metadata": {"a": "", "c": "3"}})
    assert merged.metadata is not None
    assert merged.metadata.to_dict() == {"b": "2", "c": "3"}
    cleared = world.client.v1.customers.update(customer.id, {"metadata": "", "tax_exempt": "none"})

    assert cleared.metadata is not None
    assert cleared.metadata.to_dict() == {}
    last = world.client.v1.events.list({"type": "customer.updated", "limit": 1}).data[0]
    assert last.data.to_dict()["previous_attributes"] == {"metadata": {"b": "2", "c": "3"}}


def test_events_are_kept_for_thirty_days(world: World) -> None:
    world.customer("Ada")
    world.advance(timedelta(days=30))
    world.customer("Bob")
    assert len(world.client.v1.events.list().data) == 2

    world.advance(timedelta(seconds=1))
    world.customer("Cy")

    kept = [event.data.object["name"] for event in world.client.v1.events.list().data]
    assert kept == ["Cy", "Bob"]


def test_a_deleted_customer_keeps_only_a_stub(world: World) -> None:
    customer = world.customer()
    card = world.saved_card(customer)

    world.client.v1.customers.delete(customer)

    assert world.client.v1.customers.retrieve(customer).to_dict() == {
        "id": customer,
        "object": "customer",
        "deleted": True,
    }
    assert world.client.v1.customers.list().data == []
    assert world.client.v1.payment_methods.retrieve(card).customer is None
