"""The EPC QR code (GiroCode): a SEPA credit transfer that a banking app reads from the page.

European Payments Council, EPC069-12: version 002, UTF-8, error correction M, at most version 13.
"""

from typing import Final

import segno

from umlauf.billing.documents import DocumentView
from umlauf.kernel.money import Money

MOST_CENTS: Final = 99_999_999_999
_LONGEST_NAME: Final = 70
_LONGEST_PURPOSE: Final = 140
_MOST_BYTES: Final = 331
_UTF8: Final = "1"


def giro_code_text(view: DocumentView) -> str:
    """What the code says, line by line; the purpose is cut where version 13 is full."""
    lines = [
        "BCD",
        "002",
        _UTF8,
        "SCT",
        view.seller.bic,
        view.seller.name[:_LONGEST_NAME],
        view.seller.iban,
        _euros(view.payable),
        "",  # purpose code
        "",  # structured reference: ours is text
        "",
    ]
    text = "\n".join(lines)
    purpose = (view.payment.reference or view.number)[:_LONGEST_PURPOSE]
    room = _MOST_BYTES - len(text.encode())
    return text + purpose.encode()[:room].decode(errors="ignore")


def giro_code(view: DocumentView) -> tuple[tuple[bool, ...], ...]:
    """The dark and light modules, row by row, without the quiet zone."""
    code = segno.make_qr(giro_code_text(view), error="m", boost_error=False, encoding="utf-8")
    return tuple(tuple(bool(module) for module in row) for row in code.matrix)


def _euros(amount: Money) -> str:
    if not 1 <= amount.amount_minor <= MOST_CENTS:
        raise ValueError(f"a GiroCode cannot ask for {amount}")
    return f"EUR{amount.amount_minor // 100}.{amount.amount_minor % 100:02}"
