"""Reads the amounts off a printed receipt.

The characters of the receipt's own type, drawn by the same browser, are the patterns
that the printed ones are compared with. No text recognition in general: the amounts
stand at the right edge, in a type of fixed width, without characters that touch.
"""

from io import BytesIO

from PIL import Image, ImageChops, ImageFilter, ImageOps, ImageStat

CHARACTERS = "0123456789€"
DRAWN, PRINTED = 512, 576  # the width of a receipt in the browser and on paper
PATTERN = (32, 40)
AMOUNTS_FROM = 0.6  # of the width; texts stand left of it
DOT_HEIGHT = 0.35  # of the line
DRAW = """([receipt, characters]) => {
    const amount = receipt.querySelector(".receipt-total .font-monospace");
    const board = document.createElement("div");
    board.id = "type-specimen";
    board.style.cssText = `position: fixed; inset: 0 auto auto 0; z-index: 9999;
        background: white; color: black; padding: 20px; line-height: 2;
        font-size: 22px; font-family: ${getComputedStyle(amount).fontFamily}`;
    for (const weight of [400, 700]) {
        for (const shift of [0, 0.25, 0.5, 0.75]) {
            const line = document.createElement("div");
            line.style.cssText = `font-weight: ${weight}; letter-spacing: 11px;
                padding-left: ${shift}px`;
            line.textContent = characters;
            board.append(line);
        }
    }
    document.body.append(board);
}"""


class Reader:
    """Knows the type of the receipt that the page shows."""

    def __init__(self, receipt):
        page = receipt.page
        page.evaluate(DRAW, [receipt.element_handle(), CHARACTERS])
        specimen = page.locator("#type-specimen")
        picture = Image.open(BytesIO(specimen.screenshot()))
        picture = ImageOps.scale(picture, PRINTED / DRAWN, Image.Resampling.LANCZOS)
        picture.save("/tmp/helpers/demo/spec.png")
        specimen.evaluate("specimen => specimen.remove()")
        self.patterns = []
        for line in lines(ink(picture)):
            glyphs = columns(line)
            assert len(glyphs) == len(CHARACTERS), "The type specimen cannot be read."
            self.patterns += zip(CHARACTERS, map(pattern, glyphs), strict=True)

    def amounts(self, path):
        """The numbers at the right edge of a printed receipt, from top to bottom."""
        with Image.open(path) as picture:
            width, height = picture.size
            edge = ink(picture).crop((round(width * AMOUNTS_FROM), 0, width, height))
        found = [self._read(line) for line in lines(edge)]
        return [text for text in found if text.count(".") == 1]

    def _read(self, line):
        text = ""
        for glyph in columns(line):
            if glyph.height < line.height * DOT_HEIGHT:
                text += "." if glyph.width < line.height * DOT_HEIGHT else "-"
            else:
                text += self._recognise(glyph)
        return text.removesuffix("€")

    def _recognise(self, glyph):
        glyph = pattern(glyph)
        return min(
            self.patterns,
            key=lambda known: (
                ImageStat.Stat(ImageChops.difference(glyph, known[1])).sum
            ),
        )[0]


def ink(picture):
    """White on black, without greys."""
    return ImageOps.invert(picture.convert("L")).point(lambda tone: 255 * (tone > 127))


def lines(picture):
    """The text lines of a picture, cropped to their height."""
    _across, down = picture.getprojection()
    return [
        picture.crop((0, start, picture.width, end)) for start, end in stretches(down)
    ]


def columns(line):
    """The characters of a line, cropped to their ink."""
    across, _down = line.getprojection()
    glyphs = [
        line.crop((start, 0, end, line.height)) for start, end in stretches(across)
    ]
    return [glyph.crop(glyph.getbbox()) for glyph in glyphs]


def stretches(projection):
    """(start, end) of each stretch of inked rows or columns."""
    start = None
    for position, inked in enumerate([*projection, 0]):
        if inked and start is None:
            start = position
        elif not inked and start is not None:
            yield start, position
            start = None


def pattern(glyph):
    """A character in its own proportions, at the size that all are compared in."""
    width, height = PATTERN
    scaled = glyph.resize(
        (min(width, max(1, round(glyph.width * height / glyph.height))), height),
        Image.Resampling.BOX,
    )
    cell = Image.new("L", PATTERN)
    cell.paste(scaled, ((width - scaled.width) // 2, 0))
    return cell.filter(ImageFilter.GaussianBlur(2))
