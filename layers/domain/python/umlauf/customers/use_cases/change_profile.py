"""Change what a customer may change about themselves."""

from dataclasses import dataclass, replace

from umlauf.customers import events
from umlauf.customers.errors import ProfileChanged
from umlauf.customers.model import Customer, Language
from umlauf.customers.ports import Customers
from umlauf.kernel.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChange:
    """What is None stays. `expected_version` is the version the editor saw, if they say so."""

    customer_id: str
    name: str | None = None
    language: Language | None = None
    time_zone: str | None = None
    expected_version: int | None = None


def change_profile(command: ProfileChange, *, work: Work, customers: Customers) -> Customer:
    """Change the profile; running contracts keep the time zone they were made in.

    Raises UnknownCustomer, BadProfile, and ProfileChanged when somebody else was first.
    """
    customer = customers.get(command.customer_id)
    if command.expected_version not in (None, customer.version):
        raise ProfileChanged("the profile was changed meanwhile; load it again")
    changed = replace(
        customer,
        name=customer.name if command.name is None else command.name.strip(),
        language=command.language or customer.language,
        time_zone=customer.time_zone if command.time_zone is None else command.time_zone,
    )
    if changed != customer:
        work.put(changed, events.ProfileChanged(customer.id))
    return changed
