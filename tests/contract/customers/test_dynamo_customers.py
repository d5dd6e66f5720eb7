"""Customers and the block list keep in DynamoDB what they promise."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from tests.offer_fakes import NOW
from umlauf.customers.billing_details import (
    BillingDetails,
    CheckedVatId,
    FormerHome,
    PostalAddress,
)
from umlauf.customers.errors import EmailTaken, UnknownBlock, UnknownCustomer
from umlauf.customers.model import Customer, Language, Purpose
from umlauf.customers.use_cases.block_customer import Block, block_customer
from umlauf.customers.use_cases.change_consent import change_consent
from umlauf.customers.use_cases.lift_block import lift_block
from umlauf.customers.use_cases.sign_up_customer import SignUp, sign_up_customer
from umlauf.kernel.work import StaleVersion, Work, carry_out
from umlauf_adapters.customers.block_entries import DynamoBlockEntries
from umlauf_adapters.customers.customers import DynamoCustomers
from umlauf_adapters.kernel.dynamo_works import DynamoWorks

pytestmark = pytest.mark.usefixtures("tables")

CUSTOMERS = DynamoCustomers()


def sign_up(name: str = "ada", *, now: datetime = NOW) -> Customer:
    command = SignUp(
        command_key=name,
        email=f"{name}@example.org",
        name=name,
        country="DE",
        language=Language.GERMAN,
        consents=frozenset({Purpose.MARKETING_EMAIL}),
    )
    return carry_out(
        lambda work: sign_up_customer(command, work=work, customers=CUSTOMERS),
        works=DynamoWorks(),
        now=now,
    )


def test_a_customer_comes_back_with_their_consents() -> None:
    ada = sign_up()
    assert CUSTOMERS.get(ada.id) == replace(ada, version=1)
    carry_out(
        lambda work: change_consent(
            ada.id, Purpose.MARKETING_EMAIL, is_given=False, work=work, customers=CUSTOMERS
        ),
        works=DynamoWorks(),
        now=NOW,
    )
    assert not CUSTOMERS.get(ada.id).has_consented(Purpose.MARKETING_EMAIL)
    assert CUSTOMERS.get(ada.id).version == 2


def test_an_address_is_found_however_it_is_written_and_taken_once() -> None:
    ada = sign_up()
    owner = CUSTOMERS.owner_of_email(" ADA@example.org")
    assert owner is not None
    assert owner.customer_id == ada.id
    rival = SignUp(
        command_key="rival",
        email="Ada@Example.ORG",
        name="Eve",
        country="NL",
        language=Language.DUTCH,
    )
    with pytest.raises(EmailTaken):
        sign_up_customer(rival, work=Work(NOW), customers=CUSTOMERS)


def test_of_two_sign_ups_decided_at_once_the_second_is_stale() -> None:
    works = [Work(NOW), Work(NOW)]
    for number, work in enumerate(works):
        command = SignUp(
            command_key=str(number),
            email="ada@example.org",
            name="Ada",
            country="DE",
            language=Language.GERMAN,
        )
        sign_up_customer(command, work=work, customers=CUSTOMERS)
    DynamoWorks().commit(works[0])
    with pytest.raises(StaleVersion):
        DynamoWorks().commit(works[1])


def test_customers_of_a_country_are_paged_with_the_latest_first() -> None:
    signed_up = [sign_up(name, now=NOW + timedelta(hours=n)) for n, name in enumerate("abcde")]
    seen: list[str] = []
    cursor = None
    for _ in range(3):
        page = CUSTOMERS.list_by_country("DE", limit=2, cursor=cursor)
        seen += [customer.id for customer in page.items]
        cursor = page.next_cursor
    assert seen == [customer.id for customer in reversed(signed_up)]
    assert cursor is None
    assert not CUSTOMERS.list_by_country("NL").items


def test_blocks_lie_beside_their_customer_and_stay_when_lifted() -> None:
    ada, bob = sign_up("ada"), sign_up("bob")
    for days in (1, 2):
        block = Block(
            command_key=f"{days} days",
            customer_id=ada.id,
            reason="unpaid",
            entered_by="staff_1",
            expires_at=NOW + timedelta(days=days),
        )
        work = Work(NOW)
        block_customer(block, work=work, customers=CUSTOMERS)
        DynamoWorks().commit(work)
    entries = DynamoBlockEntries()
    entry = entries.of_customer(ada.id)[0]
    carry_out(
        lambda work: lift_block(ada.id, entry.id, work=work, block_entries=entries),
        works=DynamoWorks(),
        now=NOW + timedelta(hours=1),
    )
    assert len(entries.of_customer(ada.id)) == 2
    assert entries.get(ada.id, entry.id).lifted_at == NOW + timedelta(hours=1)
    assert not entries.of_customer(bob.id)
    with pytest.raises(UnknownBlock):
        entries.get(bob.id, entry.id)


def test_an_unknown_customer_is_not_found() -> None:
    assert CUSTOMERS.find("cus_x") is None
    with pytest.raises(UnknownCustomer):
        CUSTOMERS.get("cus_x")


def test_billing_details_and_former_homes_come_back_as_they_were() -> None:
    ada = sign_up()
    moved = replace(
        CUSTOMERS.get(ada.id),
        country="NL",
        is_business=True,
        billing=BillingDetails(
            company_name="Lovelace B.V.",
            address=PostalAddress("Voorbeeldweg 3", "3511 AB", "Utrecht", "NL"),
            vat_id=CheckedVatId("NL123456782B12", "NL", NOW, is_valid=True),
            invoice_email="books@example.org",
            wants_consolidated_invoices=True,
        ),
        former_homes=(
            FormerHome(
                date(2026, 8, 1), "DE", CheckedVatId("DE136695976", "DE", None, is_valid=False)
            ),
        ),
    )
    carry_out(lambda work: work.put(moved), works=DynamoWorks(), now=NOW)
    assert CUSTOMERS.get(ada.id) == replace(moved, version=2)
    # The list by country follows the move.
    assert [each.id for each in CUSTOMERS.list_by_country("NL").items] == [ada.id]
    assert CUSTOMERS.list_by_country("DE").items == []
