"""What the customer records refuse, each under a stable code."""

from umlauf.kernel.errors import Conflict, InvalidInput, NotFound, Transient


class UnknownCustomer(NotFound):
    code = "customers.unknown_customer"


class UnknownBlock(NotFound):
    code = "customers.unknown_block"


class BadProfile(InvalidInput):
    code = "customers.bad_profile"


class BadBillingDetails(InvalidInput):
    code = "customers.bad_billing_details"


class BadMove(InvalidInput):
    """The day of a move cannot be: it decides which tax applies, so it is never guessed."""

    code = "customers.bad_move"


class VatIdNotRegistered(InvalidInput):
    """The country's register does not know the VAT id."""

    code = "customers.vat_id_not_registered"


class VatRegisterUnavailable(Transient):
    """The register could not be asked: it proves nothing about the VAT id."""

    code = "customers.vat_register_unavailable"


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
