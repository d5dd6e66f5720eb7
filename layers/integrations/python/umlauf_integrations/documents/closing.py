"""What follows the lines: sums, the tax per rate, how it is paid, and notes."""

from collections.abc import Iterator, Sequence
from typing import Final

from umlauf.billing.documents import DocumentView, PaymentMeans, TaxLine
from umlauf.billing.model import PriceBasis
from umlauf_integrations.documents.blocks import Block
from umlauf_integrations.documents.formats import NO_BREAK, formats, in_groups
from umlauf_integrations.documents.giro_code import giro_code
from umlauf_integrations.documents.payment_terms import has_giro_code, payment_terms
from umlauf_integrations.documents.sheet import LEFT, RIGHT, Sheet
from umlauf_integrations.documents.texts import TEXTS
from umlauf_integrations.documents.type import (
    BODY,
    INK,
    LABEL,
    SMALL,
    STRONG,
    TINY,
    TOTAL,
    Style,
    is_printable,
    mark,
    shorten,
    width,
    wrap,
)

_SUMS_LEFT: Final = 116.0
_TAX_RIGHT: Final = 104.0
_TAX_COLUMNS: Final = (58.0, 81.0, _TAX_RIGHT)
_LINE: Final = 5.2
_TOTAL_LINE: Final = 7.6
_PADDING: Final = 5.0
_CODE_SIDE: Final = 30.0
_LABEL_WIDTH: Final = 38.0
_HIDDEN: Final = "····"


class Closing:
    def __init__(self, view: DocumentView) -> None:
        self._view = view
        self._texts = TEXTS[view.language]
        self._write = formats(view.language)

    def blocks(self) -> Iterator[Block]:
        yield self._sums()
        yield from self._exemptions()
        yield self._payment()
        for note in self._view.notes:
            yield self._note(note, BODY)
        if not all(is_printable(text) for text in self._words()):
            yield self._note(self._texts.unprintable.format(mark=mark()), SMALL)

    def _words(self) -> Iterator[str]:
        """What others wrote: names, addresses, lines and reasons."""
        view, buyer = self._view, self._view.buyer
        yield from (buyer.name, buyer.company, buyer.reference, view.reason, *view.notes)
        yield from (buyer.address.street, buyer.address.extra, buyer.address.city)
        for line in view.lines:
            yield from (line.name, line.description, *(one.reason for one in line.discounts))

    # --- Sums and tax ---

    def _sums(self) -> Block:
        sums, taxes = list(self._sum_lines()), self._tax_table()
        steps = [_TOTAL_LINE if style is TOTAL else _LINE for _, _, style in sums]
        height = 6.0 + max(sum(steps), (len(taxes) + 1) * _LINE if taxes else 0.0)

        def draw(sheet: Sheet, top: float) -> None:
            y = top + 6.0
            for (label, amount, style), step in zip(sums, steps, strict=True):
                if style is TOTAL:
                    sheet.rule(_SUMS_LEFT, RIGHT, y - 2.6, weight=0.7, colour=INK)
                    y += 2.4
                sheet.text(_SUMS_LEFT, y, label, style)
                sheet.text_to(RIGHT, y, amount, style)
                y += step - (2.4 if style is TOTAL else 0.0)
            self._draw_tax_table(sheet, top + 6.0, taxes)

        return Block(height, draw)

    def _sum_lines(self) -> Iterator[tuple[str, str, Style]]:
        view, texts, money = self._view, self._texts, self._write.money
        is_gross = view.price_basis is PriceBasis.GROSS
        if view.kind.is_credit:
            label = texts.credited
        else:
            label = texts.gross_with_tax if is_gross and view.tax else texts.gross
        if not is_gross and view.tax:
            yield texts.net, money(view.net), BODY
            for one in view.taxes:
                yield texts.tax.format(rate=self._rate(one)), money(one.tax), BODY
        yield label, money(view.gross), TOTAL
        if is_gross:
            for one in (one for one in view.taxes if one.tax):
                yield texts.of_which.format(rate=self._rate(one)), money(one.tax), SMALL
        if view.paid:
            yield texts.prepaid, money(-view.paid), BODY
            yield texts.payable, money(view.payable), TOTAL

    def _tax_table(self) -> Sequence[TaxLine]:
        """Where nothing is taxed there is no table; the exemption says why."""
        return self._view.taxes if self._view.tax else ()

    def _draw_tax_table(self, sheet: Sheet, top: float, taxes: Sequence[TaxLine]) -> None:
        if not taxes:
            return
        texts, write = self._texts, self._write
        heads = (texts.base, texts.tax_heading, texts.gross)
        sheet.text(LEFT, top, texts.rate_heading, LABEL)
        for x, head in zip(_TAX_COLUMNS, heads, strict=True):
            sheet.text_to(x, top, head, LABEL)
        sheet.rule(LEFT, _TAX_RIGHT, top + 1.6)
        for place, one in enumerate(taxes, start=1):
            y = top + place * _LINE + 0.6
            sheet.text(LEFT, y, self._rate(one), SMALL)
            amounts = (one.net, one.tax, one.net + one.tax)
            for x, amount in zip(_TAX_COLUMNS, amounts, strict=True):
                sheet.text_to(x, y, write.figure(amount), SMALL)

    def _rate(self, one: TaxLine) -> str:
        """The rate, with the country where it is not the seller's own."""
        rate = self._write.rate(one.taxation.rate)
        is_abroad = one.taxation.country != self._view.seller.address.country
        return f"{rate}{NO_BREAK}({one.taxation.country})" if is_abroad else rate

    def _exemptions(self) -> Iterator[Block]:
        for reason in dict.fromkeys(one.taxation.exemption for one in self._view.taxes):
            if reason:
                yield self._note(reason, STRONG)

    # --- Payment ---

    def _payment(self) -> Block:
        heading, rows = self._payment_heading(), list(self._payment_rows())
        code = giro_code(self._view) if has_giro_code(self._view) else None
        room = RIGHT - LEFT - 2 * _PADDING - (_CODE_SIDE + _PADDING if code else 0.0)
        head = wrap(heading, STRONG, room)
        inner = len(head) * STRONG.leading + len(rows) * _LINE + 1.0
        panel = max(inner, _CODE_SIDE + 3.5 if code else 0.0) + 2 * _PADDING - 1.5

        def draw(sheet: Sheet, top: float) -> None:
            top += 3.0
            sheet.panel(LEFT, top, RIGHT, top + panel)
            x = LEFT + _PADDING
            y = sheet.lines(x, top + _PADDING + 2.4, head, STRONG) + 1.4
            for label, text in rows:
                sheet.text(x, y, label, LABEL)
                indent = _LABEL_WIDTH if label else 0.0
                sheet.text(x + indent, y, shorten(text, BODY, room - indent), BODY)
                y += _LINE
            if code:
                left = RIGHT - _PADDING - _CODE_SIDE
                sheet.modules(left, top + _PADDING - 1.0, _CODE_SIDE, code)
                middle = left + _CODE_SIDE / 2
                caption = self._texts.scan
                below = top + _PADDING + _CODE_SIDE + 2.0
                sheet.text(middle - width(caption, TINY) / 2, below, caption, TINY)

        return Block(panel + 6.0, draw)

    def _payment_heading(self) -> str:
        view, texts = self._view, self._texts
        if view.due_on and self._is_transfer():
            return texts.transfer.format(due=self._write.day(view.due_on))
        return payment_terms(view)

    def _is_transfer(self) -> bool:
        return self._view.is_owed and self._view.payment.means is PaymentMeans.TRANSFER

    def _payment_rows(self) -> Iterator[tuple[str, str]]:
        view, texts = self._view, self._texts
        payment, seller = view.payment, view.seller
        if self._is_transfer():
            yield texts.amount, self._write.money(view.payable)
            yield texts.recipient, seller.name
            yield "IBAN", in_groups(seller.iban)
            if seller.bic:
                yield "BIC", seller.bic
            yield texts.purpose, payment.reference or view.number
        elif view.is_owed and payment.means in {PaymentMeans.DIRECT_DEBIT, PaymentMeans.CARD}:
            yield from self._collection_rows()

    def _collection_rows(self) -> Iterator[tuple[str, str]]:
        texts, payment = self._texts, self._view.payment
        if payment.digits:
            is_card = payment.means is PaymentMeans.CARD
            shown = f"{payment.brand.title()} {_HIDDEN}{payment.digits}".strip()
            yield texts.card_used if is_card else texts.account, shown
        if payment.mandate_id:
            yield texts.mandate, payment.mandate_id
        if payment.creditor_id:
            yield texts.creditor, payment.creditor_id
        yield "", texts.no_action

    # --- Notes ---

    def _note(self, text: str, style: Style) -> Block:
        lines = wrap(text, style, RIGHT - LEFT)

        def draw(sheet: Sheet, top: float) -> None:
            sheet.lines(LEFT, top + 5.0, lines, style)

        return Block(len(lines) * style.leading + 3.0, draw)
