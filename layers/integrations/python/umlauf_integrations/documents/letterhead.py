"""What frames a document: letterhead, address window, details and the foot of each page.

The first page follows DIN 5008, form B: folded twice, it shows the address in a window envelope.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from umlauf.billing.documents import Address, DocumentKind, DocumentView, Seller
from umlauf_integrations.documents.formats import NO_BREAK, formats, in_groups
from umlauf_integrations.documents.sheet import LEFT, RIGHT, Sheet
from umlauf_integrations.documents.texts import TEXTS
from umlauf_integrations.documents.type import (
    ACCENT,
    BODY,
    LABEL,
    SEMIBOLD,
    SMALL,
    TINY,
    TITLE,
    Style,
    shorten,
    width,
    wrap,
)

_BODY_TOP: Final = 121.0
NEXT_TOP: Final = 34.0
"""Where the body begins on every page but the first."""
BODY_BOTTOM: Final = 263.0
_WORDMARK: Final = Style(SEMIBOLD, 15, ACCENT)
_WINDOW_TOP: Final = 45.0  # DIN 5008 form B; its three notes' lines come before the address
_ADDRESS_TOP: Final = 66.0
_WINDOW_WIDTH: Final = 80.0
_MOST_ADDRESS_LINES: Final = 6
_DETAILS_LEFT: Final = 118.0
_DETAILS_TEXT_LEFT: Final = 146.0
_DETAILS_TOP: Final = 60.0
_MARKS: Final = ((105.0, 4.0), (148.5, 6.0), (210.0, 4.0))  # fold, punch, fold
_TITLE_AT: Final = 108.0
_OPENING_AT: Final = _TITLE_AT + 7
_TOWN_BEFORE_CODE: Final = frozenset({"US"})
_FOOT: Final = 271.0
_FOOT_COLUMNS: Final = (25.0, 61.0, 101.0, 143.0, 193.0)


def draw_first_page(sheet: Sheet, view: DocumentView) -> None:
    _draw_wordmark(sheet, view.seller)
    _draw_window(sheet, view)
    _draw_details(sheet, view)
    _draw_title(sheet, view)
    for y, length in _MARKS:
        sheet.rule(5.0, 5.0 + length, y, weight=0.3)


def draw_next_page(sheet: Sheet, view: DocumentView) -> None:
    sheet.text(LEFT, 20, view.seller.name, Style(SEMIBOLD, 9.2, ACCENT))
    sheet.text_to(
        RIGHT, 20, f"{_title(view)} · {formats(view.language).day(view.issued_on)}", SMALL
    )
    sheet.rule(LEFT, RIGHT, 23)


def draw_foot(sheet: Sheet, view: DocumentView, page: int, pages: int) -> None:
    numbered = TEXTS[view.language].page.format(page=page, pages=pages)
    sheet.text_to(RIGHT, _FOOT - 3.5, numbered, SMALL)
    sheet.rule(LEFT, RIGHT, _FOOT)
    for (left, right), lines in zip(pairwise(_FOOT_COLUMNS), _foot_columns(view), strict=True):
        shown = [part for line in lines for part in wrap(line, TINY, right - left - 3)]
        sheet.lines(left, _FOOT + 4, shown, TINY)


def body_top(view: DocumentView) -> float:
    """Where the body of the first page begins: below what the document says it corrects."""
    return _BODY_TOP + max(len(_opening(view)) - 1, 0) * BODY.leading


def address_lines(address: Address) -> Iterator[str]:
    """Street and town as the post wants them; the country stands only on letters abroad."""
    yield from (line for line in (address.street, address.extra) if line)
    town = [address.postal_code, address.city]
    if address.country in _TOWN_BEFORE_CODE:
        town.reverse()
    if any(town):
        yield " ".join(town).strip()


def _draw_wordmark(sheet: Sheet, seller: Seller) -> None:
    sheet.ring(LEFT + 3.6, 20.6, 3.0)
    sheet.text(LEFT + 10, 22.5, seller.name, _WORDMARK)
    sheet.text_to(RIGHT, 22.5, seller.website, SMALL)
    sheet.rule(LEFT, RIGHT, 29, weight=0.8, colour=ACCENT)


def _draw_window(sheet: Sheet, view: DocumentView) -> None:
    buyer = view.buyer
    sheet.text(LEFT, _WINDOW_TOP + 15, _sender_in_one_line(view), TINY)
    names = [name for name in (buyer.company, buyer.name) if name]
    wrapped = [part for name in names for part in wrap(name, BODY, _WINDOW_WIDTH)]
    rest = list(address_lines(buyer.address))
    if _goes_abroad(view):  # the Universal Postal Union wants capitals, in the last line
        rest.append(formats(view.language).country(buyer.address.country).upper())
    names = wrapped[: max(_MOST_ADDRESS_LINES - len(rest), 1)]
    rest = [shorten(line, BODY, _WINDOW_WIDTH) for line in rest]
    sheet.lines(LEFT, _ADDRESS_TOP, [*names, *rest], BODY)


def _sender_in_one_line(view: DocumentView) -> str:
    """Where the letter comes back to; what is least needed for that gives way."""
    lines = [view.seller.name, *_sender_lines(view)]
    whole = " · ".join(lines)
    if width(whole, TINY) <= _WINDOW_WIDTH:
        return whole
    without_extra = (line for line in lines if line != view.seller.address.extra)
    return shorten(" · ".join(without_extra), TINY, _WINDOW_WIDTH)


def _goes_abroad(view: DocumentView) -> bool:
    return view.buyer.address.country != view.seller.address.country


def _sender_lines(view: DocumentView) -> Iterator[str]:
    """The seller's address; a reader abroad is told the country too."""
    address = view.seller.address
    yield from address_lines(address)
    if _goes_abroad(view):
        yield formats(view.language).country(address.country)


def _draw_details(sheet: Sheet, view: DocumentView) -> None:
    y = _DETAILS_TOP
    for label, text in _details(view):
        sheet.text(_DETAILS_LEFT, y, label, LABEL)
        shown = wrap(text, BODY, RIGHT - _DETAILS_TEXT_LEFT)
        y = sheet.lines(_DETAILS_TEXT_LEFT, y, shown, BODY) + 1.1


def _details(view: DocumentView) -> Iterator[tuple[str, str]]:
    texts, write = TEXTS[view.language], formats(view.language)
    yield texts.date, write.day(view.issued_on)
    if view.is_owed and view.payment.collected_on:
        yield texts.collected, write.day(view.payment.collected_on)
    elif view.is_owed and view.due_on:
        yield texts.due, write.day(view.due_on)
    if view.days:
        yield texts.service_days, write.days(view.days)
    yield texts.customer, view.buyer.id
    if view.subscription_id:
        yield texts.contract, view.subscription_id
    if view.buyer.reference:
        yield texts.reference, view.buyer.reference
    if view.buyer.vat_id:
        yield texts.buyer_vat_id, view.buyer.vat_id


def _draw_title(sheet: Sheet, view: DocumentView) -> None:
    sheet.text(LEFT, _TITLE_AT, _title(view), TITLE)
    sheet.lines(LEFT, _OPENING_AT, _opening(view), BODY)


def _opening(view: DocumentView) -> list[str]:
    """What the document corrects and why, whole: machines and auditors look for each number."""
    texts, write = TEXTS[view.language], formats(view.language)
    corrected = [
        texts.corrected.format(number=one.number, day=write.day(one.issued_on)).replace(
            " ", NO_BREAK
        )
        for one in view.corrects
    ]
    opening = texts.corrects if len(corrected) == 1 else texts.corrects_several
    said = [opening.format(corrected=", ".join(corrected))] if corrected else []
    if view.reason:
        said.append(texts.reason.format(reason=view.reason))
    return [part for text in said for part in wrap(text, BODY, RIGHT - LEFT)]


def _title(view: DocumentView) -> str:
    title = TEXTS[view.language].titles[view.kind]
    separator = ": " if view.kind is DocumentKind.DEPOSIT_REQUEST else NO_BREAK
    return f"{title}{separator}{view.number}"


def _foot_columns(view: DocumentView) -> Iterator[list[str]]:
    texts, seller = TEXTS[view.language], view.seller
    yield [seller.name, *_sender_lines(view)]
    yield [line for line in (seller.contact, seller.email, seller.phone, seller.website) if line]
    yield [line for line in (seller.bank, in_groups(seller.iban), seller.bic) if line]
    yield [
        *seller.register_entry.split(", "),
        *([f"{texts.seller_vat_id} {seller.vat_id}"] if seller.vat_id else []),
        *([f"{texts.directors}: {', '.join(seller.directors)}"] if seller.directors else []),
    ]
