"""A change between plans that bill on other days, or whose prices leave the tax out."""

from collections.abc import Iterator
from datetime import datetime

from tests.scenarios.town import Town
from tests.scenarios.years.contracts import Paper, fee, german, joins, local, morning

Chapter = Iterator[datetime]


def from_months_to_a_year_and_back(town: Town) -> Chapter:
    ole = joins(town, "Ole", "roamer")
    yield local("2027-02-01")
    ole.begins()
    yield local("2027-02-15")
    ole.agrees("changes", {"change": to("yearly"), "starts_on": "at_once"}, until="2028-02-15")
    # The year begins on the day of the change; half of February is given back.
    assert ole.latest().lines == (
        fee("2027-02-15", "2028-02-15", 59000),
        fee("2027-02-15", "2027-03-01", -3450),
    )
    yield local("2027-05-10")
    ole.agrees("changes", {"change": to("roamer"), "starts_on": "at_once"}, until="2027-07-10")
    # 281 of 365 days of it are given back: the credit pays the months.
    assert ole.latest().lines == (
        fee("2027-05-10", "2027-06-10", 6900),
        fee("2027-05-10", "2028-02-15", -45422),
    )
    assert ole.credit() == 45422 - 6900
    yield morning("2027-07-10")
    ole.keeps_promises()
    assert ole.open_of(ole.latest()) == {"from_balance": 6900}
    ole.agrees("cancellation")
    yield morning("2027-07-24")
    ole.keeps_promises()
    assert ole.latest().lines == (fee("2027-07-24", "2027-08-10", -3784),)
    ole.returns_the_bike()
    ole.is_paid_out(45422 - 3 * 6900 + 3784)
    assert (ole.credit(), ole.owes_by_the_books()) == (0, 0)


def from_prices_with_tax_to_prices_without(town: Town) -> Chapter:
    firm = joins(town, "Kurier", "roamer")
    firm.is_made_a_business("Kurier GmbH")
    yield local("2027-02-01")
    firm.begins()
    yield local("2027-02-15")
    firm.agrees("changes", {"change": to("city-fleet") | {"quantity": 10}, "starts_on": "at_once"})
    # Given back as it was charged, tax included; the new plan is billed behind.
    assert firm.latest() == Paper(
        "credit_note",
        "2027-02-15",
        (fee("2027-02-15", "2027-03-01", -3450),),
        (german(-3450, -2899),),
        -3450,
    )
    yield morning("2027-03-01")
    firm.keeps_promises()
    assert firm.latest().lines == (fee("2027-02-15", "2027-03-01", 23000),)
    assert firm.latest().taxes == (("DE", "19", 23000, 4370),)
    assert firm.open_of(firm.latest()) == {"from_balance": 3450, "paid": 27370 - 3450}
    yield local("2027-03-16")
    firm.staff_agrees("termination")
    yield morning("2027-03-17")
    firm.keeps_promises()
    assert firm.latest().lines == (fee("2027-03-01", "2027-03-17", 23742),)
    firm.returns_the_bike()
    assert (firm.credit(), firm.owes_by_the_books()) == (0, 0)


def to(plan_id: str) -> dict[str, object]:
    return {"kind": "change_plan", "plan_id": plan_id}
