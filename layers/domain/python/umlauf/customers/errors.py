"""What the customer records refuse, each under a stable code."""

from umlauf.kernel.errors import Conflict, InvalidInput, NotFound


class UnknownCustomer(NotFound):
    code = "customers.unknown_customer"


class UnknownBlock(NotFound):
    code = "customers.unknown_block"


class BadProfile(InvalidInput):
    code = "customers.bad_profile"


class BadBlock(InvalidInput):
    code = "customers.bad_block"


class EmailTaken(Conflict):
    code = "customers.email_taken"


class ProfileChanged(Conflict):
    """Another editor was first: show theirs, then ask again."""

    code = "customers.profile_changed"


class OrderRefused(Conflict):
    """An automated refusal; the message says how to reach a person who may decide otherwise."""

    code = "customers.order_refused"
