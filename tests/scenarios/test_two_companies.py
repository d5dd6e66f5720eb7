"""A Dutch station and a German shop: each company bills, collects and books its own contracts."""

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO

import httpx
import pytest
from pypdf import PdfReader

from demo.api import Refused
from demo.checking import read
from local.platform import Platform
from tests.scenarios.telling import tell_together
from tests.scenarios.town import Json, Rider, Town

pytestmark = pytest.mark.local

FIRST_RUN = datetime(2026, 8, 31, 22, 10, tzinfo=UTC)  # the first of September, in both zones
SLOW_IBAN = "DE02120300000000202051"  # its bank takes days
AMSTERDAM = {
    "id": "amsterdam",
    "name": "Amsterdam Centraal",
    "country": "NL",
    "time_zone": "Europe/Amsterdam",
}


def september(day: int) -> datetime:
    return datetime(2026, 9, day, 12, tzinfo=UTC)


def at_the_station(town: Town, name: str, country: str) -> Rider:
    rider = town.sign_up(name, country=country, plan="city-flat")
    rider.app.add_method(iban=SLOW_IBAN)
    rider.app.order(site="amsterdam")
    town.office.reserve(rider.who)
    return rider


def booked(town: Town, rider: Rider, **which: str) -> list[tuple[str, str, str, int]]:
    """What stands on the customer's account: company, text, account and cents, in order."""
    town.cloud.settle()
    found = town.staff.get("/v1/operator/journal-entries", customer_id=rider.customer_id, **which)
    return [
        (
            entry["legal_entity"],
            entry["text"].split()[0],
            posting["account"],
            posting["amount"]["amount_minor"] * (1 if posting["side"] == "debit" else -1),
        )
        for entry in reversed(found["items"])
        for posting in entry["postings"]
    ]


def page(town: Town, document_id: str) -> tuple[Json, str]:
    """A stored document: what is on record of it, and the words on its pages."""
    stored = town.staff.get(f"/v1/operator/documents/{document_id}")
    file = httpx.get(stored["url"]).content
    words = " ".join(one.extract_text() for one in PdfReader(BytesIO(file)).pages)
    return stored, words.replace("\u00a0", " ")


def each_company_bills_its_own(town: Town) -> Iterator[datetime]:
    town.staff.post("/v1/operator/stations", AMSTERDAM, key="open-amsterdam")
    nobody = town.sign_up("Nobody", plan="city-flat")
    with pytest.raises(Refused, match="no site 'utrecht'"):
        nobody.app.order(site="utrecht")
    anna, ben = at_the_station(town, "Anna", "NL"), town.subscribe("Ben", plan="city-flat")
    anna_at_home = anna.app.api.get(f"/v1/subscriptions/{anna.subscription_id}")
    assert (anna_at_home["site"], anna_at_home["legal_entity"]) == ("amsterdam", "umlauf-nl")
    customer = anna.who.stripe_customer
    town.platform.stripe.control.return_debits(customer, after_days=3, reason="AM04")
    yield datetime(2026, 8, 31, 22, tzinfo=UTC)
    town.hand_over(anna, ben)

    yield FIRST_RUN
    [dutch], [german] = anna.invoices(), ben.invoices()
    assert heads(dutch, german) == [
        ("umlauf-nl", "NL-FA-2026-000001", "2026-09-01", 5900),
        ("umlauf-de", "RE-2026-000001", "2026-09-01", 5900),
    ]
    yield from _the_papers(town, dutch, german)
    yield from _the_money(town, anna, dutch)
    assert {company for company, *_ in booked(town, ben)} == {"umlauf-de"}
    yield from _a_contract_at_each(town, anna)


def heads(*invoices: Json) -> list[tuple[str, str, str, int]]:
    return [
        (one["legal_entity"], one["number"], one["issued_on"], one["gross"]["amount_minor"])
        for one in (shown["invoice"] for shown in invoices)
    ]


def _the_papers(town: Town, dutch: Json, german: Json) -> Iterator[datetime]:
    yield september(2)
    stored, words = page(town, dutch["invoice"]["id"])
    assert stored["language"] == "nl"
    for said in ("Factuur", "Umlauf Nederland B.V.", "NL123456782B90", "Voorbeeldstraat 1"):
        assert said in words
    assert "Umlauf GmbH" not in words
    _, words = page(town, german["invoice"]["id"])
    for said in ("Rechnung", "Umlauf GmbH", "DE136695976"):
        assert said in words


def _the_money(town: Town, anna: Rider, dutch: Json) -> Iterator[datetime]:
    """A debit that the bank sent back, the next one, which is paid, and a credit note."""
    net, tax = (dutch["invoice"][name]["amount_minor"] for name in ("net", "tax"))
    yield september(19)
    assert booked(town, anna) == [
        ("umlauf-nl", "Invoice", "1300", 5900),
        ("umlauf-nl", "Invoice", "8000", -net),
        ("umlauf-nl", "Invoice", "1500", -tax),
        ("umlauf-nl", "Payment", "2000", 5900),
        ("umlauf-nl", "Payment", "1300", -5900),
    ]
    path = f"/v1/operator/invoices/{dutch['invoice']['id']}/credit-notes"
    part = {"amount_minor": 1000, "currency": "EUR"}
    wish = {"reason": "broken lamp", "amount": part}
    note = town.staff.post(path, wish, key="lamp")["credit_note"]
    assert note["number"] == "NL-CR-2026-000001"
    assert ("umlauf-nl", "Credit", "1300", -1000) in booked(town, anna)


def _a_contract_at_each(town: Town, anna: Rider) -> Iterator[datetime]:
    other = town.order_another(anna, plan="city-flat")
    town.hand_over(other)
    yield september(20)
    [second] = other.invoices()
    assert second["invoice"]["legal_entity"] == "umlauf-de"
    assert {company for company, *_ in booked(town, anna)} == {"umlauf-de", "umlauf-nl"}
    of_each = {
        name: {company for company, *_ in booked(town, anna, legal_entity=name)}
        for name in ("umlauf-de", "umlauf-nl")
    }
    assert of_each == {name: {name} for name in of_each}
    with pytest.raises(Refused, match="legal_entity"):
        prepay(town, anna, "undecided")
    prepay(town, anna, "decided", legal_entity="umlauf-nl")
    balances = anna.app.api.get("/v1/credit-balances")["items"]
    # With what the credit note left over; the German invoice is open all the same.
    assert [(one["legal_entity"], one["amount"]["amount_minor"]) for one in balances] == [
        ("umlauf-nl", 1000 + 2000)
    ]
    assert second["receivable"]["from_balance"]["amount_minor"] == 0
    assert ("umlauf-nl", "Prepayment", "1100", 2000) in booked(town, anna, legal_entity="umlauf-nl")


def prepay(town: Town, rider: Rider, reference: str, **wish: str) -> None:
    body = {
        "amount": {"amount_minor": 2000, "currency": "EUR"},
        "reference": reference,
        "received_on": "2026-09-19",
        **wish,
    }
    path = f"/v1/operator/customers/{rider.customer_id}/prepayments"
    town.staff.post(path, body, key=reference)


def test_each_company_bills_collects_and_books_its_own(town: Town, platform: Platform) -> None:
    failure = tell_together([each_company_bills_its_own], town)[each_company_bills_its_own]
    if failure is not None:
        raise failure
    books, report = read(platform)
    assert [(law.law, law.violations) for law in report.laws if law.broken] == []
    assert not [queue.name for queue in books.dead_letter_queues if queue.messages]
