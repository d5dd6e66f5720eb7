"""What the catalog refuses, each under a stable code."""

from umlauf.kernel.errors import Conflict, InvalidInput, NotFound


class UnknownPlan(NotFound):
    code = "catalog.unknown_plan"


class UnknownAddOn(InvalidInput):
    code = "catalog.unknown_add_on"


class UnknownTerm(InvalidInput):
    code = "catalog.unknown_term"


class NoPriceInCurrency(InvalidInput):
    code = "catalog.no_price_in_currency"


class BadPlan(InvalidInput):
    """A plan that could not be sold or priced."""

    code = "catalog.bad_plan"


class BadPrice(InvalidInput):
    code = "catalog.bad_price"


class BadCoupon(InvalidInput):
    code = "catalog.bad_coupon"


class TooManyChanges(Conflict):
    """More at once than one transaction holds."""

    code = "catalog.too_many_changes"


class UnknownCoupon(NotFound):
    code = "catalog.unknown_coupon"


class BadCatalogFile(InvalidInput):
    """`field` is the path into the file, e.g. `plans.city-flat.items[0].prices.EUR`."""

    code = "catalog.bad_file"


class PlanNotOnSale(Conflict):
    """The version somebody looked at was replaced meanwhile: show the current one and ask again."""

    code = "catalog.plan_not_on_sale"
