"""A document as a page to read, with its XML inside: one file, PDF/A-3.

The same document gives the same bytes, so its hash says whether a stored file is still itself.
"""

from io import BytesIO

from reportlab import rl_config

from umlauf.billing.documents import DocumentView
from umlauf_integrations.documents.archive import Archived, ends_of_streams, prepare
from umlauf_integrations.documents.blocks import Room, paginate
from umlauf_integrations.documents.cii_xml import invoice_xml
from umlauf_integrations.documents.closing import Closing
from umlauf_integrations.documents.letterhead import (
    BODY_BOTTOM,
    NEXT_TOP,
    body_top,
    draw_first_page,
    draw_foot,
    draw_next_page,
)
from umlauf_integrations.documents.line_table import LineTable
from umlauf_integrations.documents.sheet import PlainCanvas, Sheet
from umlauf_integrations.documents.texts import TEXTS
from umlauf_integrations.documents.type import load_fonts

rl_config.useA85 = 0  # bytes as they are: no reader needs them as text, and a fifth is saved


def invoice_pdf(view: DocumentView) -> bytes:
    """The PDF/A-3 of a document, its EN 16931 XML embedded."""
    load_fonts()
    title = f"{TEXTS[view.language].titles[view.kind]} {view.number}"
    file = BytesIO()
    canvas = PlainCanvas(file, pageCompression=1, invariant=1, pdfVersion=(1, 7))
    prepare(
        canvas,
        Archived(
            title=title,
            author=view.seller.name,
            language=view.language.value,
            created_on=view.issued_on,
            xml=invoice_xml(view),
        ),
    )
    _draw(Sheet(canvas), view)
    canvas.save()
    return ends_of_streams(file.getvalue())


def _draw(sheet: Sheet, view: DocumentView) -> None:
    table = LineTable(view)
    blocks = [*table.blocks(), *Closing(view).blocks()]
    first_top = body_top(view)
    room = Room(first=BODY_BOTTOM - first_top, other=BODY_BOTTOM - NEXT_TOP)
    pages = paginate(blocks, table.continuation, room)
    for number, page in enumerate(pages, start=1):
        if number == 1:
            draw_first_page(sheet, view)
        else:
            draw_next_page(sheet, view)
        top = first_top if number == 1 else NEXT_TOP
        for block in page:
            block.draw(sheet, top)
            top += block.height
        draw_foot(sheet, view, number, len(pages))
        sheet.end()
