"""Price books: each currency has one price, or a list of prices that are told apart.

EUR: { flat: "59.00" }
EUR:
  - { flat: "59.00", term: { unit: month, count: 12 } }
  - { flat: "49.00", term: { unit: month, count: 24 }, site: hamburg, valid_until: 2027-01-01 }
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from umlauf.catalog.document.nodes import Node, read_interval, write_interval
from umlauf.catalog.document.price_models import FORMS, Written, optional_major
from umlauf.catalog.price_models.rating import Price
from umlauf.kernel.money import minor_digits


def read_prices(node: Node) -> tuple[Price, ...]:
    """Every entry of an item's price book."""
    prices: list[Price] = []
    for currency, book in node.entries():
        entries = book.items() if isinstance(book.value, list) else [book]
        prices.extend(_read_price(currency, entry) for entry in entries)
    return tuple(prices)


def write_prices(prices: Iterable[Price]) -> dict[str, Written]:
    books: dict[str, list[Written]] = {}
    for price in prices:
        books.setdefault(price.currency, []).append(_write_price(price))
    return {code: book if len(book) > 1 else book[0] for code, book in books.items()}


_SCOPE: Final[Mapping[str, tuple[str, Callable[[Node, int], object]]]] = {
    "site": ("site", lambda node, _: node.text()),
    "term": ("term", lambda node, _: read_interval(node)),
    "phase": ("phase", lambda node, _: node.text()),
    "valid_from": ("valid_from", lambda node, _: node.day()),
    "valid_until": ("valid_until", lambda node, _: node.day()),
    "minimum": ("minimum_minor", Node.minor),
    "maximum": ("maximum_minor", Node.minor),
}


def _read_price(currency: str, node: Node) -> Price:
    found = dict(node.entries())
    for name in sorted(found.keys() - FORMS.keys() - _SCOPE.keys()):
        raise found[name].refuse(
            f"is no price model; use one of {', '.join(FORMS)}, narrowed by {', '.join(_SCOPE)}"
        )
    models = [name for name in found if name in FORMS]
    if len(models) != 1:
        raise node.refuse(f"must name one price model: {', '.join(FORMS)}")
    digits = node.build(minor_digits, currency=currency)
    scope = {
        field: read(found[name], digits) for name, (field, read) in _SCOPE.items() if name in found
    }
    model = FORMS[models[0]].read(found[models[0]], digits)
    return node.build(Price, currency=currency, model=model, **scope)


def _write_price(price: Price) -> dict[str, Written]:
    digits = minor_digits(price.currency)
    written = {
        price.model.KIND: FORMS[price.model.KIND].write(price.model, digits),
        "site": price.site,
        "term": None if price.term is None else write_interval(price.term),
        "phase": price.phase,
        "valid_from": None if price.valid_from is None else price.valid_from.isoformat(),
        "valid_until": None if price.valid_until is None else price.valid_until.isoformat(),
        "minimum": optional_major(price.minimum_minor, digits),
        "maximum": optional_major(price.maximum_minor, digits),
    }
    return {name: value for name, value in written.items() if value is not None}
