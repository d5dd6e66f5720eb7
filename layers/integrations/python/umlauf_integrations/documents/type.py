"""The typefaces of a document: which there are, how wide text runs in them, and where it breaks."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import Any, Final
from unicodedata import category

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR: Final = "IBMPlexSans-Regular"
SEMIBOLD: Final = "IBMPlexSans-SemiBold"
INK: Final = (0.10, 0.11, 0.13)
GREY: Final = (0.40, 0.42, 0.46)
ACCENT: Final = (0.05, 0.36, 0.33)
_NO_GLYPH: Final = "\ufffd?"  # what stands for a character the typeface lacks, if it has that

_STEERING: Final = frozenset({"Cc", "Cf"})

Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Style:
    """A typeface at a size (points) in a colour."""

    font: str
    size: float
    colour: Colour = INK

    @property
    def leading(self) -> float:
        """From one baseline to the next, in millimetres."""
        return self.size * 1.32 / mm


BODY: Final = Style(REGULAR, 9.2)
STRONG: Final = Style(SEMIBOLD, 9.2)
SMALL: Final = Style(REGULAR, 7.8, GREY)
LABEL: Final = Style(REGULAR, 7.8, GREY)
TINY: Final = Style(REGULAR, 6.8, GREY)
TITLE: Final = Style(SEMIBOLD, 17, INK)
TOTAL: Final = Style(SEMIBOLD, 11.5)


@cache
def load_fonts() -> None:
    """Register the typefaces once a process; a document embeds what it uses of them."""
    folder = files("umlauf_integrations.documents") / "fonts"
    for font in (REGULAR, SEMIBOLD):
        with as_file(folder / f"{font}.ttf") as path:
            pdfmetrics.registerFont(TTFont(font, str(path)))


def width(text: str, style: Style) -> float:
    """In millimetres."""
    return pdfmetrics.stringWidth(text, style.font, style.size) / mm


def printable(text: str) -> str:
    """The text with a mark for each character that the typeface has no glyph for.

    PDF/A forbids the empty box that would be drawn in its place. Characters that only steer
    (control, direction, zero width) are left out: they could make a page say what it does not.
    """
    text = "".join(char for char in text if category(char) not in _STEERING)
    if is_printable(text):
        return text
    known, missing = _glyphs(), mark()
    return "".join(char if ord(char) in known else missing for char in text)


def is_printable(text: str) -> bool:
    """Whether nothing that can be seen lacks a glyph."""
    return all(ord(char) in _glyphs() or category(char) in _STEERING for char in text)


def mark() -> str:
    """What stands for a character that the typeface lacks."""
    return next(char for char in _NO_GLYPH if ord(char) in _glyphs())


@cache
def _glyphs() -> Container[int]:
    font: Any = pdfmetrics.getFont(REGULAR)
    return frozenset(font.face.charToGlyph)


def wrap(text: str, style: Style, room: float) -> list[str]:
    """Break text into lines of at most `room` millimetres; a word that is longer is cut."""
    lines: list[str] = []
    for paragraph in text.replace("\t", " ").strip().split("\n"):
        lines.extend(_lines(printable(paragraph), style, room))
    return lines


def shorten(text: str, style: Style, room: float) -> str:
    """The text, or as much of it as fits before an ellipsis."""
    text = printable(text)
    if width(text, style) <= room:
        return text
    while text and width(f"{text}…", style) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _lines(paragraph: str, style: Style, room: float) -> Iterator[str]:
    line = ""
    for word in paragraph.split(" "):
        longer = f"{line} {word}" if line else word
        if width(longer, style) <= room:
            line = longer
            continue
        if line:
            yield line
        *full, line = _pieces(word, style, room)
        yield from full
    if line:
        yield line


def _pieces(word: str, style: Style, room: float) -> list[str]:
    """A word cut where the line is full: once, for all but serial numbers."""
    pieces = [""]
    for char in word:
        if pieces[-1] and width(pieces[-1] + char, style) > room:
            pieces.append("")
        pieces[-1] += char
    return pieces
