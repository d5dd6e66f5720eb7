"""Print how many documents a second one process makes, beside plain pages of the same length."""

import resource
import time
from collections.abc import Callable
from io import BytesIO
from typing import Final

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from tests.benchmarks.output import Cell, Table, arguments, tell
from tests.unit.documents.samples import SAMPLES
from umlauf.billing.documents import DocumentView
from umlauf_integrations.documents.cii_xml import invoice_xml
from umlauf_integrations.documents.giro_code import giro_code
from umlauf_integrations.documents.pdf import invoice_pdf
from umlauf_integrations.documents.type import REGULAR, load_fonts

SECONDS: Final = 3.0
FIVE_LINES: Final = "gross_prices"
FORTY_LINES: Final = "forty_lines"
LINE_POINTS: Final = 14
COLUMNS: Final = ("what", "a second", "CPU ms each", "KB each")
TEXT: Final = """\
One process on one core, the typefaces loaded. The plain pages are what reportlab itself needs for
as many lines of text in the same embedded typeface: no layout, no XML, no archive. Five lines come
with two tax rates and a GiroCode; forty fill four pages. Peak memory of the process: {peak:.0f} MB.
"""


def main() -> None:
    options = arguments(__doc__)
    load_fonts()
    five, forty = SAMPLES[FIVE_LINES](), SAMPLES[FORTY_LINES]()
    rows = [
        _measured("plain pages, 5 lines", lambda: _plain(five)),
        _measured("PDF/A-3 with XML, 5 lines", lambda: invoice_pdf(five)),
        _measured("... its XML alone", lambda: invoice_xml(five)),
        _measured("... its GiroCode alone", lambda: bytes(len(giro_code(five)))),
        _measured("plain pages, 40 lines", lambda: _plain(forty)),
        _measured("PDF/A-3 with XML, 40 lines", lambda: invoice_pdf(forty)),
    ]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    tell([Table("Documents", TEXT.format(peak=peak), COLUMNS, rows)], options.json)


def _measured(name: str, make: Callable[[], bytes]) -> list[Cell]:
    made = make()  # once without a clock: what is cached is cached for all that follow
    count, cpu, began = 0, time.process_time(), time.perf_counter()
    while time.perf_counter() - began < SECONDS:
        made = make()
        count += 1
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    return [name, count / took, cpu / count * 1000, len(made) / 1000]


def _plain(view: DocumentView) -> bytes:
    file = BytesIO()
    canvas = Canvas(file, pageCompression=1)
    top = A4[1] - 5 * LINE_POINTS
    for line in view.lines:
        if top < 5 * LINE_POINTS:
            canvas.showPage()
            top = A4[1] - 5 * LINE_POINTS
        canvas.setFont(REGULAR, 9)
        canvas.drawString(70, top, line.name)
        canvas.drawRightString(500, top, str(line.amount))
        top -= LINE_POINTS
    canvas.showPage()
    canvas.save()
    return file.getvalue()


if __name__ == "__main__":
    main()
