"""Paper of the virtual printer: draws commands as a thermal head would burn them."""

import functools
import unicodedata
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from . import interpreter as command

#: Cell of the standard font of an 80 mm printer: 48 columns on 576 dots.
CELL = (12, 24)
LINE = 30
#: Distance between the print head and the knife, which a cut with feed bridges.
KNIFE = 60
MARGIN = 24

FONT_FILES = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationMono-Regular.ttf",
    "/usr/share/fonts/dejavu-sans-mono-fonts/DejaVuSansMono.ttf",
    "/Library/Fonts/Courier New.ttf",
    "C:/Windows/Fonts/consola.ttf",
)


@functools.cache
def _font():
    """A monospaced font of the machine; Pillow's own one knows no accents."""
    for name in FONT_FILES:
        if Path(name).exists():
            return ImageFont.truetype(name, 19), True
    return ImageFont.load_default(19), False


@functools.lru_cache(maxsize=512)
def _glyph(char):
    font, accents = _font()
    if not accents:
        char = unicodedata.normalize("NFKD", char)[:1]
    cell = Image.new("L", CELL, 0)
    draw = ImageDraw.Draw(cell)
    draw.text((CELL[0] / 2, 19), char, fill=255, font=font, anchor="ms")
    return cell.point(lambda value: 255 if value > 110 else 0)


class Paper:
    """An endless roll; `cut` hands over what was printed since the last cut."""

    def __init__(self, dots):
        self.dots = dots
        self.strips = []
        #: Length of what hangs out of the printer.
        self.rows = 0
        self.reset()

    def reset(self):
        """`ESC @`: settings back to default, the paper stays."""
        self.align = "left"
        self.bold = self.underline = self.inverse = False
        self.size = (1, 1)
        self.spacing = None
        self.line = []

    @property
    def blank(self):
        return not self.strips and not self.line

    def take(self, item):
        """Burn one command; returns the rows of paper that it moved."""
        if isinstance(item, command.Text):
            return self._write(item.content)
        if isinstance(item, command.Picture):
            return self._end_line(always=False) + self._burn(item.raster)
        if isinstance(item, command.Column):
            ink = item.raster.to_image().point(lambda value: 255 - value)
            self.line.append(ink)
        elif isinstance(item, command.Feed):
            return self._feed(item)
        elif isinstance(item, command.Style):
            self._style(item)
        elif isinstance(item, command.Reset):
            self.reset()
        return 0

    def cut(self, feed):
        """The finished receipt as a picture, or None when the paper is blank."""
        self._end_line(always=False)
        if not self.strips:
            return None
        if feed:
            self._add_strip(Image.new("L", (self.dots, KNIFE), 255))
        sheet = Image.new("L", (self.dots + 2 * MARGIN, self.rows + MARGIN), 255)
        top = MARGIN
        for strip in self.strips:
            sheet.paste(strip, (MARGIN, top))
            top += strip.height
        self.strips, self.rows = [], 0
        return sheet

    def _add_strip(self, strip):
        self.strips.append(strip)
        self.rows += strip.height

    def _write(self, content):
        moved = 0
        for char in content:
            width = sum(glyph.width for glyph in self.line)
            if width + CELL[0] * self.size[0] > self.dots:
                moved += self._end_line()
            self.line.append(self._character(char))
        return moved

    def _character(self, char):
        glyph = _glyph(char)
        if self.bold:
            wide = Image.new("L", CELL, 0)
            wide.paste(glyph, (1, 0))
            glyph = Image.composite(glyph, wide, glyph)
        if self.underline:
            glyph = glyph.copy()
            ImageDraw.Draw(glyph).line((0, 22, CELL[0], 22), fill=255, width=2)
        if self.inverse:
            glyph = glyph.point(lambda value: 255 - value)
        size = (CELL[0] * self.size[0], CELL[1] * self.size[1])
        return glyph.resize(size, Image.Resampling.NEAREST)

    def _end_line(self, always=True):
        if not self.line and not always:
            return 0
        spacing = LINE if self.spacing is None else self.spacing
        tallest = max((glyph.height for glyph in self.line), default=0)
        height = max(spacing, tallest, 1)
        strip = Image.new("L", (self.dots, height), 255)
        width = sum(glyph.width for glyph in self.line)
        free = self.dots - width
        left = {"left": 0, "center": free // 2}.get(self.align, free)
        for glyph in self.line:
            black = Image.new("L", glyph.size, 0)
            strip.paste(black, (left, tallest - glyph.height), glyph)
            left += glyph.width
        self.line = []
        self._add_strip(strip)
        return height

    def _burn(self, raster):
        image = raster.to_image()
        strip = Image.new("L", (self.dots, raster.height), 255)
        free = max(self.dots - raster.width, 0)
        left = {"left": 0, "center": free // 2}.get(self.align, free)
        strip.paste(image, (left, 0))
        self._add_strip(strip)
        return raster.height

    def _feed(self, item):
        moved = 0
        lines = item.lines
        if self.line and lines:
            moved += self._end_line()
            lines -= 1
        spacing = LINE if self.spacing is None else self.spacing
        rows = lines * spacing + item.dots
        if rows:
            moved += self._end_line(always=False) + rows
            self._add_strip(Image.new("L", (self.dots, rows), 255))
        return moved

    def _style(self, item):
        if item.name == "mode":
            self.bold = bool(item.value & 0x08)
            self.underline = bool(item.value & 0x80)
            self.size = (2 if item.value & 0x20 else 1, 2 if item.value & 0x10 else 1)
        else:
            setattr(self, item.name, item.value)
