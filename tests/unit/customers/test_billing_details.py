"""Billing details, VAT ids and moves: what decides the tax is dated and checked, never guessed."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from typing import Any

import pytest

from tests.offer_fakes import NOW, OfferWorld
from umlauf.customers.billing_details import CheckedVatId, FormerHome, PostalAddress
from umlauf.customers.errors import (
    BadBillingDetails,
    BadMove,
    ProfileChanged,
    VatIdNotRegistered,
    VatRegisterUnavailable,
)
from umlauf.customers.events import BillingDetailsChanged, CustomerMoved
from umlauf.customers.model import COUNTRIES, Customer, Language
from umlauf.customers.use_cases.change_billing_details import (
    CUSTOMERS_GRACE,
    BillingDetailsChange,
    change_billing_details,
)
from umlauf.customers.use_cases.check_vat_id import check_vat_id
from umlauf.customers.use_cases.sign_up_customer import SignUp, sign_up_customer
from umlauf.kernel.errors import UmlaufError
from umlauf.kernel.work import Work

TODAY = NOW.date()
BERLIN = PostalAddress("Beispielweg 3", "10115", "Berlin", "DE")
UTRECHT = PostalAddress("Voorbeeldweg 3", "3511 AB", "Utrecht", "NL")
GERMAN_ID, DUTCH_ID = "DE136695976", "NL123456782B12"


@dataclass
class Register:
    """VIES by heart: what it knows, and whether it answers."""

    known: set[str] = field(default_factory=lambda: {GERMAN_ID, DUTCH_ID})
    is_away: bool = False
    asked: list[str] = field(default_factory=list)

    def is_registered(self, number: str) -> bool:
        self.asked.append(number)
        if self.is_away:
            raise VatRegisterUnavailable("the register does not answer; try again later")
        return number in self.known


@dataclass
class Desk:
    """One customer and everything that changes their details."""

    world: OfferWorld = field(default_factory=OfferWorld)
    register: Register = field(default_factory=Register)
    is_business: bool = True
    customer_id: str = ""

    def __post_init__(self) -> None:
        command = SignUp(
            command_key="k1",
            email="ada@example.org",
            name="Ada Lovelace",
            country="DE",
            language=Language.GERMAN,
            is_business=self.is_business,
        )
        run = self.world.store.run
        made = run(
            lambda work: sign_up_customer(command, work=work, customers=self.world.customers), NOW
        )
        self.customer_id = made.id

    def change(self, **details: Any) -> Customer:
        command = BillingDetailsChange(customer_id=self.customer_id, **details)
        return self._run(
            lambda work: change_billing_details(
                command, work=work, customers=self.world.customers, checks=self.register
            )
        )

    def check(self) -> Customer:
        return self._run(
            lambda work: check_vat_id(
                self.customer_id,
                work=work,
                customers=self.world.customers,
                checks=self.register,
            )
        )

    @property
    def customer(self) -> Customer:
        return self.world.customers.get(self.customer_id)

    def _run(self, act: Callable[[Work], Customer]) -> Customer:
        return self.world.store.run(act, NOW)


def test_details_are_replaced_as_a_whole_and_told_without_naming_anybody() -> None:
    desk = Desk()
    desk.change(
        company_name="Lovelace GmbH",
        address=BERLIN,
        vat_number=GERMAN_ID,
        invoice_email=" Books@Example.org ",
        wants_consolidated_invoices=True,
    )
    billing = desk.customer.billing
    assert billing.address == BERLIN
    assert billing.vat_id == CheckedVatId(GERMAN_ID, "DE", NOW, is_valid=True)
    assert billing.invoice_email == "books@example.org"
    told = desk.world.store.events[-1]
    assert told == BillingDetailsChanged(
        desk.customer_id, has_valid_vat_id=True, wants_consolidated_invoices=True
    )
    personal = {"lovelace", "berlin", "10115", GERMAN_ID.lower(), "books@example.org"}
    values = " ".join(str(getattr(told, each.name)).lower() for each in fields(told))
    assert not [one for one in personal if one in values]

    desk.change(address=BERLIN)
    assert desk.customer.billing.company_name is None
    assert desk.customer.billing.valid_vat_id is None


def test_the_same_details_again_are_no_change_and_ask_no_register() -> None:
    desk = Desk()
    desk.change(address=BERLIN, vat_number=GERMAN_ID)
    commits = desk.world.store.commits
    desk.change(address=BERLIN, vat_number=GERMAN_ID)
    assert desk.world.store.commits == commits
    assert desk.register.asked == [GERMAN_ID]


def test_a_vat_id_that_nobody_registered_is_refused() -> None:
    desk = Desk()
    with pytest.raises(VatIdNotRegistered) as refused:
        desk.change(vat_number="DE111111125")
    assert refused.value.field == "vat_id"
    assert desk.customer.billing.vat_id is None


def test_while_the_register_is_away_an_id_is_kept_but_does_not_count() -> None:
    desk = Desk(register=Register(is_away=True))
    desk.change(vat_number=GERMAN_ID)
    assert desk.customer.billing.vat_id == CheckedVatId(GERMAN_ID, "DE", None, is_valid=False)
    assert desk.customer.billing.valid_vat_id is None
    with pytest.raises(VatRegisterUnavailable):
        desk.check()

    desk.register.is_away = False
    assert desk.check().billing.valid_vat_id == GERMAN_ID


def test_where_there_is_no_id_there_is_nothing_to_check() -> None:
    desk = Desk()
    with pytest.raises(BadBillingDetails, match="enter one first"):
        desk.check()
    assert desk.register.asked == []


def test_an_address_never_lies_elsewhere_than_its_customer() -> None:
    customer = Desk().customer
    with pytest.raises(BadBillingDetails, match="when they moved"):
        replace(customer, billing=replace(customer.billing, address=UTRECHT))


def test_an_id_that_the_register_forgot_stops_counting() -> None:
    desk = Desk()
    desk.change(vat_number=GERMAN_ID)
    desk.register.known.clear()
    assert desk.check().billing.vat_id == CheckedVatId(GERMAN_ID, "DE", NOW, is_valid=False)
    assert not desk.world.store.events[-1].has_valid_vat_id  # type: ignore[attr-defined]


def test_a_move_is_dated_and_the_old_home_remembered_with_its_vat_id() -> None:
    desk = Desk()
    desk.change(address=BERLIN, vat_number=GERMAN_ID)
    moved_on = TODAY - timedelta(days=3)
    desk.change(address=UTRECHT, vat_number=DUTCH_ID, moved_on=moved_on)
    moved = desk.customer
    assert moved.country == "NL"
    assert moved.country_on(moved_on - timedelta(days=1)) == "DE"
    assert moved.country_on(moved_on) == "NL"
    assert moved.former_homes == (
        FormerHome(moved_on, "DE", CheckedVatId(GERMAN_ID, "DE", NOW, is_valid=True)),
    )
    assert CustomerMoved(moved.id, "DE", "NL", moved_on) in desk.world.store.events
    assert moved.time_zone == "Europe/Berlin"


def test_whoever_moves_on_and_back_lived_everywhere_in_turn() -> None:
    desk = Desk(is_business=False)
    days = [TODAY - timedelta(days=ago) for ago in (20, 10, 1)]
    for address, day in zip((UTRECHT, BERLIN, UTRECHT), days, strict=True):
        desk.change(address=address, moved_on=day)
    lived = [desk.customer.country_on(days[0] + timedelta(days=n)) for n in (-1, 0, 9, 10, 18, 19)]
    assert lived == ["DE", "NL", "NL", "DE", "DE", "NL"]


@pytest.mark.parametrize(
    ("details", "remedy"),
    [
        pytest.param({"address": UTRECHT}, "since when", id="a move without a day"),
        pytest.param({"address": BERLIN, "moved_on": TODAY}, "leave it out", id="no move"),
        pytest.param(
            {"address": UTRECHT, "moved_on": TODAY + timedelta(days=1)},
            "yet to come",
            id="a move that is planned",
        ),
        pytest.param(
            {"address": UTRECHT, "moved_on": TODAY - CUSTOMERS_GRACE - timedelta(days=1)},
            "customer service",
            id="a move of long ago",
        ),
    ],
)
def test_a_day_that_cannot_be_is_refused(details: dict[str, Any], remedy: str) -> None:
    desk = Desk()
    commits = desk.world.store.commits
    with pytest.raises(BadMove) as refused:
        desk.change(**details)
    assert refused.value.field == "moved_on"
    assert remedy in refused.value.message
    assert desk.world.store.commits == commits


def test_staff_may_enter_a_move_of_long_ago_but_not_before_the_last() -> None:
    desk = Desk()
    last_year = TODAY - timedelta(days=300)
    desk.change(address=UTRECHT, moved_on=last_year, by_staff=True)
    with pytest.raises(BadMove, match="already"):
        desk.change(address=BERLIN, moved_on=last_year, by_staff=True)


@pytest.mark.parametrize(
    ("details", "field"),
    [
        pytest.param({"company_name": " "}, "company_name", id="no name"),
        pytest.param({"company_name": "a\nb"}, "company_name", id="two lines"),
        pytest.param({"invoice_email": "books"}, "email", id="no address"),
        pytest.param({"vat_number": "123"}, "vat_id", id="no VAT id"),
        pytest.param({"vat_number": DUTCH_ID}, "vat_id", id="another country's"),
    ],
)
def test_details_that_cannot_be_are_refused_by_field(details: dict[str, Any], field: str) -> None:
    desk = Desk()
    with pytest.raises(UmlaufError) as refused:
        desk.change(**details)
    assert refused.value.field == field


def test_a_consumer_has_no_vat_id() -> None:
    with pytest.raises(BadBillingDetails, match="only a business"):
        Desk(is_business=False).change(vat_number=GERMAN_ID)


def test_staff_may_say_that_a_customer_is_a_business_after_all() -> None:
    desk = Desk(is_business=False)
    assert desk.change(vat_number=GERMAN_ID, is_business=True, by_staff=True).is_business


def test_of_two_editors_the_second_is_told() -> None:
    desk = Desk()
    seen = desk.customer.version
    desk.change(company_name="Lovelace GmbH", expected_version=seen)
    with pytest.raises(ProfileChanged):
        desk.change(company_name="King GmbH", expected_version=seen)


@pytest.mark.parametrize(
    ("country", "good", "bad"),
    [
        ("AT", "1010", "01010"),
        ("BE", "1000", "10000"),
        ("CH", "8001", "0801"),
        ("DE", "01067", "1067"),
        ("FR", "75001", "7500"),
        ("NL", "1012 AB", "1012"),
        ("NL", "1012AB", "0012 AB"),
        ("US", "94105-1234", "9410"),
    ],
)
def test_a_postal_code_has_the_shape_of_its_country(country: str, good: str, bad: str) -> None:
    assert replace(BERLIN, postal_code=good, country=country).postal_code == good
    with pytest.raises(BadBillingDetails) as refused:
        replace(BERLIN, postal_code=bad, country=country)
    assert refused.value.field == "address.postal_code"
    assert country in refused.value.message


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"street": ""}, "address.street"),
        ({"city": "a\tb"}, "address.city"),
        ({"extra": " "}, "address.extra"),
        ({"country": "XX"}, "address.country"),
    ],
)
def test_an_address_that_no_letter_reaches_is_refused(change: dict[str, str], field: str) -> None:
    with pytest.raises(BadBillingDetails) as refused:
        replace(BERLIN, **change)
    assert refused.value.field == field


def test_wherever_customers_may_live_an_invoice_can_be_sent() -> None:
    codes = {"AT": "1010", "BE": "1000", "CH": "8001", "FR": "75001", "US": "94105"}
    for country in COUNTRIES:
        code = codes.get(country, "10115" if country == "DE" else "1012 AB")
        assert PostalAddress("Street 1", code, "City", country).country == country


def test_a_greek_vat_id_begins_with_el() -> None:
    assert CheckedVatId("EL123456783", "GR", None, is_valid=False).country == "GR"
