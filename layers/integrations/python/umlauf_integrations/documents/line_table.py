"""The table of lines: what, when, how much of it, and the amount. Its last column adds up."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from umlauf.billing.documents import DocumentLine, DocumentView
from umlauf.billing.model import PriceBasis
from umlauf.billing.vat_codes import VatCode
from umlauf.kernel.money import Money
from umlauf_integrations.documents.blocks import Block, Continuation
from umlauf_integrations.documents.formats import formats
from umlauf_integrations.documents.sheet import LEFT, RIGHT, Sheet
from umlauf_integrations.documents.texts import TEXTS
from umlauf_integrations.documents.type import BODY, INK, LABEL, SMALL, STRONG, wrap
from umlauf_integrations.documents.units import details_text, quantity_text

_NAME_LEFT: Final = LEFT + 8
_NAME_RIGHT: Final = 111.0
_QUANTITY_RIGHT: Final = 133.0
_PRICE_RIGHT: Final = 152.0
_RATE_RIGHT: Final = 165.0
_HEAD_HEIGHT: Final = 6.8
_CARRIED_HEIGHT: Final = 7.0
_PADDING: Final = 2.1
_MOST_DESCRIPTION_LINES: Final = 14
_ASCENT: Final = 3.1  # from a block's top to its first baseline


@dataclass(frozen=True, slots=True)
class _Below:
    """A line of small print below a name, with what it takes off, if anything."""

    text: str
    amount: str = ""

    @property
    def height(self) -> float:
        return BODY.leading if self.amount else SMALL.leading


class LineTable:
    def __init__(self, view: DocumentView) -> None:
        self._view = view
        self._texts = TEXTS[view.language]
        self._write = formats(view.language)

    def blocks(self) -> Iterator[Block]:
        """The head, then a block for each line."""
        yield Block(_HEAD_HEIGHT, self._draw_head)
        running = Money(0, self._view.currency)
        for line in self._view.lines:
            running += line.amount
            row = self._row(line, running)
            is_last = line.number == len(self._view.lines)
            yield replace(row, stays_with_next=is_last)  # sums never stand alone on a page

    @property
    def continuation(self) -> Continuation:
        return Continuation(foot=self._carried, head=self._head_with_carried)

    def _row(self, line: DocumentLine, running: Money) -> Block:
        room = _NAME_RIGHT - _NAME_LEFT
        name = wrap(line.name, BODY, room)
        below = list(self._below(line, room))
        height = len(name) * BODY.leading + sum(one.height for one in below) + 2 * _PADDING

        def draw(sheet: Sheet, top: float) -> None:
            y = top + _PADDING + _ASCENT
            sheet.text(LEFT, y, str(line.number), SMALL)
            self._draw_figures(sheet, y, line)
            y = sheet.lines(_NAME_LEFT, y, name, BODY) - BODY.leading + 0.3
            for small in below:
                y += small.height
                sheet.text(_NAME_LEFT, y, small.text, SMALL)
                sheet.text_to(RIGHT, y, small.amount, BODY)
            sheet.rule(LEFT, RIGHT, top + height)

        return Block(height, draw, running)

    def _below(self, line: DocumentLine, room: float) -> Iterator[_Below]:
        if line.days:
            yield _Below(self._write.days(line.days))
        if line.contract:
            yield _Below(f"{self._texts.contract} {line.contract}")
        for text in wrap(line.description, SMALL, room)[:_MOST_DESCRIPTION_LINES]:
            yield _Below(text)
        for text in wrap(details_text(line.details, self._view.language), SMALL, room):
            yield _Below(text)
        for discount in line.discounts:
            *above, last = wrap(discount.reason, SMALL, RIGHT - 25 - _NAME_LEFT)
            yield from (_Below(text) for text in above)
            yield _Below(last, self._write.figure(-discount.amount))

    def _draw_figures(self, sheet: Sheet, y: float, line: DocumentLine) -> None:
        quantity = quantity_text(line.quantity, line.unit, self._view.language)
        sheet.text_to(_QUANTITY_RIGHT, y, quantity, BODY)
        price = line.unit_price_minor
        if price is not None:
            shown = self._write.unit_price(price, self._view.currency)
            sheet.text_to(_PRICE_RIGHT, y, shown, BODY)
        sheet.text_to(_RATE_RIGHT, y, self._rate(line), BODY)
        sheet.text_to(RIGHT, y, self._write.figure(line.list_amount), BODY)

    def _rate(self, line: DocumentLine) -> str:
        if line.taxation.category is VatCode.NOT_SUBJECT:
            return ""
        return self._write.rate(line.taxation.rate)

    def _draw_head(self, sheet: Sheet, top: float) -> None:
        texts, y = self._texts, top + _ASCENT + 0.4
        is_gross = self._view.price_basis is PriceBasis.GROSS
        amount = texts.amount_gross if is_gross else texts.amount_net
        sheet.text(_NAME_LEFT, y, texts.item, LABEL)
        sheet.text_to(_QUANTITY_RIGHT, y, texts.quantity, LABEL)
        sheet.text_to(_PRICE_RIGHT, y, texts.unit_price, LABEL)
        sheet.text_to(_RATE_RIGHT, y, texts.rate, LABEL)
        sheet.text_to(RIGHT, y, amount.format(currency=self._view.currency), LABEL)
        sheet.rule(LEFT, RIGHT, top + _HEAD_HEIGHT - 0.8, weight=0.7, colour=INK)

    def _carried(self, sum_so_far: Money) -> Block:
        def draw(sheet: Sheet, top: float) -> None:
            y = top + _PADDING + _ASCENT
            sheet.text(_NAME_LEFT, y, self._texts.carried, STRONG)
            sheet.text_to(RIGHT, y, self._write.figure(sum_so_far), STRONG)
            sheet.rule(LEFT, RIGHT, top + _CARRIED_HEIGHT)

        return Block(_CARRIED_HEIGHT, draw)

    def _head_with_carried(self, sum_so_far: Money) -> Block:
        carried = self._carried(sum_so_far)

        def draw(sheet: Sheet, top: float) -> None:
            self._draw_head(sheet, top)
            carried.draw(sheet, top + _HEAD_HEIGHT - 0.8)

        return Block(_HEAD_HEIGHT - 0.8 + carried.height, draw)
