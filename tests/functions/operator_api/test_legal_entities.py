"""Staff sees who may bill, and names one of them wherever money could be of several."""

from tests.functions.api_world import World


def test_staff_sees_each_entity_with_its_numbers_vat_ids_languages_and_books(shop: World) -> None:
    german, dutch = shop.look(shop.admin, "/v1/operator/legal-entities")["items"]
    assert (german["id"], german["chart"], german["series"]["invoices"]) == (
        "umlauf-de",
        "SKR04",
        "RE",
    )
    assert (dutch["vat_ids"], dutch["languages"][0], dutch["time_zone"]) == (
        ["NL123456782B90"],
        "nl",
        "Europe/Amsterdam",
    )
    assert set(german["series"].values()).isdisjoint(dutch["series"].values())


def test_an_entity_that_is_none_is_refused_with_those_there_are(shop: World) -> None:
    customer_id, _ = shop.sign_up()
    body = {
        "amount": {"amount_minor": 1000, "currency": "EUR"},
        "reference": "bank text",
        "received_on": shop.now.date().isoformat(),
        "legal_entity": "umlauf-xx",
    }
    path = f"/v1/operator/customers/{customer_id}/prepayments"
    refused = shop.admin.post(path, body, key=shop.key())
    assert (refused.status, refused.json["field"]) == (400, "legal_entity")
    assert "umlauf-de, umlauf-nl" in refused.json["detail"]
