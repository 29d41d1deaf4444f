"""The receipt on paper: one A4 page, the same bytes for the same receipt (docs/decisions/0018). Blocking; call it in a thread.

The Chinese font is one that every reader of PDF for China knows by name (STSong-Light, Adobe-GB1), so that none has to be carried along.
"""

import io
from dataclasses import dataclass
from typing import Any

import segno

FONT = "STSong-Light"
LEFT, RIGHT, TOP = 64.0, 531.0, 770.0  # points; A4 is 595 x 842
LINE, GAP = 24.0, 14.0
TEXT, LABEL_WIDTH = 10.5, 110.0
GREY, BLACK, RED = (0.45, 0.45, 0.45), (0.0, 0.0, 0.0), (0.75, 0.1, 0.1)
QR_MODULE = 2.2  # points


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on it, in the reader's language; `address` is in the code to scan."""

    title: str
    state: str
    amount: str
    lines: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    verify: str
    address: str


def draw(sheet: Sheet) -> bytes:
    """The file."""
    # A quarter of a second to read, and most processes never draw one.
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    content = io.BytesIO()
    canvas = Canvas(content, pagesize=A4, invariant=1, pageCompression=1)
    canvas.setTitle(sheet.title)
    canvas.setAuthor("")
    below = _Pen(canvas).page(sheet)
    _code(canvas, sheet.address, below)
    canvas.showPage()
    canvas.save()
    return content.getvalue()


class _Pen:
    """Writes from the top down."""

    def __init__(self, canvas: Any) -> None:
        self._canvas = canvas
        self._y = TOP

    def page(self, sheet: Sheet) -> float:
        """All the words; returns how far down they come."""
        self._text(sheet.title, 20, LEFT)
        if sheet.state:
            self._text(sheet.state, 12, LEFT, RED, skip=0)
            self._y -= LINE
        self._y -= GAP
        self._text(sheet.amount, 26, LEFT)
        self._y -= GAP
        for label, value in sheet.lines:
            self._rule()
            self._text(label, TEXT, LEFT, GREY, skip=0)
            self._text(value, TEXT, LEFT + LABEL_WIDTH)
        self._rule()
        self._y -= GAP
        for note in (*sheet.notes, sheet.verify, sheet.address):
            self._paragraph(note)
        return self._y

    def _text(
        self, text: str, size: float, x: float, colour: tuple[float, float, float] = BLACK, skip: float = 1
    ) -> None:
        self._canvas.setFont(FONT, size)
        self._canvas.setFillColorRGB(*colour)
        self._canvas.drawString(x, self._y, text)
        self._y -= skip * (LINE if size < 20 else size * 1.6)

    def _rule(self) -> None:
        self._canvas.setStrokeColorRGB(0.85, 0.85, 0.85)
        self._canvas.line(LEFT, self._y + LINE - 8, RIGHT, self._y + LINE - 8)

    def _paragraph(self, text: str) -> None:
        """Broken anywhere but inside a word of Latin letters."""
        row = ""
        for piece in _pieces(text):
            if self._canvas.stringWidth(row + piece, FONT, 9.5) > RIGHT - LEFT:
                self._line(row)
                row = piece.lstrip()
            else:
                row += piece
        self._line(row)

    def _line(self, row: str) -> None:
        self._canvas.setFont(FONT, 9.5)
        self._canvas.setFillColorRGB(*GREY)
        self._canvas.drawString(LEFT, self._y, row)
        self._y -= 15


def _pieces(text: str) -> list[str]:
    """Each Chinese character, each word."""
    pieces: list[str] = []
    for letter in text:
        if pieces and letter.isascii() and not letter.isspace() and pieces[-1][-1].isascii():
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def _code(canvas: Any, address: str, top: float) -> None:
    """The address as a QR code, module by module."""
    matrix = segno.make(address, error="m", micro=False).matrix
    canvas.setFillColorRGB(*BLACK)
    for row, modules in enumerate(matrix):
        for column, dark in enumerate(modules):
            if dark:
                x, y = LEFT + column * QR_MODULE, top - (row + 1) * QR_MODULE
                canvas.rect(x, y, QR_MODULE, QR_MODULE, stroke=0, fill=1)
