"""One page to draw on, measured as people measure paper: millimetres from the top left corner."""

from collections.abc import Sequence
from typing import Final

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from umlauf_integrations.documents.type import ACCENT, Colour, Style, printable, width

WIDTH: Final = A4[0] / mm
HEIGHT: Final = A4[1] / mm
LEFT: Final = 25.0
RIGHT: Final = 190.0
HAIRLINE: Final = (0.80, 0.82, 0.84)
PALE: Final = (0.955, 0.965, 0.962)


class PlainCanvas(Canvas):
    """A canvas whose pages do not begin with Helvetica, which PDF/A would want embedded."""

    def _make_preamble(self) -> None:
        self._preamble = "1 0 0 1 0 0 cm"


class Sheet:
    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas

    def text(self, x: float, y: float, text: str, style: Style) -> None:
        """Text from `x` on; `y` is its baseline."""
        self._canvas.setFont(style.font, style.size)
        self._canvas.setFillColorRGB(*style.colour)
        self._canvas.drawString(x * mm, (HEIGHT - y) * mm, printable(text))

    def text_to(self, x: float, y: float, text: str, style: Style) -> None:
        """Text that ends at `x`."""
        text = printable(text)
        self.text(x - width(text, style), y, text, style)

    def lines(self, x: float, y: float, lines: Sequence[str], style: Style) -> float:
        """Lines below each other; gives back where the next one would stand."""
        for line in lines:
            self.text(x, y, line, style)
            y += style.leading
        return y

    def rule(
        self, left: float, right: float, y: float, *, weight: float = 0.4, colour: Colour = HAIRLINE
    ) -> None:
        self._canvas.setStrokeColorRGB(*colour)
        self._canvas.setLineWidth(weight)
        self._canvas.line(left * mm, (HEIGHT - y) * mm, right * mm, (HEIGHT - y) * mm)

    def panel(self, left: float, top: float, right: float, bottom: float) -> None:
        """A pale ground behind what is drawn next."""
        self._canvas.setFillColorRGB(*PALE)
        self._canvas.roundRect(
            left * mm,
            (HEIGHT - bottom) * mm,
            (right - left) * mm,
            (bottom - top) * mm,
            1.6 * mm,
            stroke=0,
            fill=1,
        )

    def ring(self, x: float, y: float, radius: float) -> None:
        """The mark: a ring that does not quite close."""
        self._canvas.setStrokeColorRGB(*ACCENT)
        self._canvas.setLineWidth(radius * 0.42 * mm)
        left, right = (x - radius) * mm, (x + radius) * mm
        bottom, top = (HEIGHT - y - radius) * mm, (HEIGHT - y + radius) * mm
        self._canvas.arc(left, bottom, right, top, startAng=65, extent=310)

    def modules(self, left: float, top: float, side: float, rows: Sequence[Sequence[bool]]) -> None:
        """A QR code on white; neighbouring dark modules are one bar, so that no seam shows."""
        quiet = 4
        unit = side / (len(rows) + 2 * quiet)
        self._canvas.setFillColorRGB(1, 1, 1)
        self._canvas.rect(left * mm, (HEIGHT - top - side) * mm, side * mm, side * mm, 0, 1)
        path = self._canvas.beginPath()
        for row, modules in enumerate(rows):
            start = None
            for column, is_dark in enumerate((*modules, False)):
                if is_dark and start is None:
                    start = column
                elif not is_dark and start is not None:
                    x = left + (quiet + start) * unit
                    y = HEIGHT - top - (quiet + row + 1) * unit
                    path.rect(x * mm, y * mm, (column - start) * unit * mm, unit * mm)
                    start = None
        self._canvas.setFillColorRGB(0, 0, 0)
        self._canvas.drawPath(path, stroke=0, fill=1)

    def end(self) -> None:
        self._canvas.showPage()
