"""Pictures to dots and back: the only place that knows how a thermal head sees.

A raster is one bit per dot, a set bit is black, rows are padded to whole bytes.
"""

import base64
import binascii
import io
from dataclasses import dataclass

from PIL import Image

from .errors import ProxyError

#: Longest receipt, in metres of paper and in rows of dots at 203 dpi.
MAX_METRES = 4
MAX_ROWS = MAX_METRES * 8_000

#: Largest picture we accept, in pixels: that length as the POS draws it, 512 wide. A
#: decoded one takes four bytes for each. Checked before the pixels are decoded.
MAX_PIXELS = 16_000_000
MAX_SIDE = 65_500

#: Rows of a picture that are made grey at once.
STRIP_ROWS = 256

#: Anything darker than this becomes a dot. Text on a receipt is black on white and
#: blurred at its edges, so that the middle would make thin strokes thinner.
DEFAULT_THRESHOLD = 160


@dataclass(frozen=True)
class Raster:
    """A black and white picture in the bit order of the printers."""

    width: int
    height: int
    data: bytes

    def __post_init__(self):
        if self.width <= 0 or self.height < 0:
            raise ValueError("A raster needs a width and a height.")
        if len(self.data) != self.stride * self.height:
            raise ValueError("The data of a raster must fill its rows exactly.")

    @property
    def stride(self):
        """Bytes of one row."""
        return (self.width + 7) // 8

    @classmethod
    def from_image(cls, image, threshold=DEFAULT_THRESHOLD):
        """Keep what is dark, by luminance. No dithering: it frays text."""
        dots = flatten(image).point(
            lambda value: 255 if value < threshold else 0, mode="1"
        )
        return cls(dots.width, dots.height, dots.tobytes())

    def to_image(self):
        """A greyscale picture of the dots, as they look on paper."""
        bits = Image.frombytes("1", (self.width, self.height), self.data)
        return bits.convert("L").point(lambda value: 255 - value)

    def on_paper(self, dots, align="center"):
        """The raster on a row of `dots`: padded when narrower, scaled when wider."""
        if self.width > dots:
            height = max(1, round(self.height * dots / self.width))
            shrunk = self.to_image().resize((dots, height), Image.Resampling.BOX)
            return Raster.from_image(shrunk)
        if self.width == dots:
            return self
        left = {"left": 0, "center": (dots - self.width) // 2}.get(
            align, dots - self.width
        )
        sheet = Image.new("L", (dots, self.height), 255)
        sheet.paste(self.to_image(), (left, 0))
        return Raster.from_image(sheet)

    def bands(self, rows):
        """The raster in pieces of at most `rows`: no printer buffers a whole one."""
        for top in range(0, self.height, rows):
            height = min(rows, self.height - top)
            start = top * self.stride
            yield Raster(
                self.width, height, self.data[start : start + height * self.stride]
            )


def flatten(image):
    """Greyscale on white paper, whatever the picture was.

    In strips: the steps in between take many times the memory of the result.
    """
    sheet = Image.new("L", image.size)
    for top in range(0, image.height, STRIP_ROWS):
        bottom = min(top + STRIP_ROWS, image.height)
        sheet.paste(_on_white(image.crop((0, top, image.width, bottom))), (0, top))
    return sheet


def _on_white(image):
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, "white")
        paper.alpha_composite(image)
        image = paper
    return image.convert("L")


def decode_base64(text):
    """Bytes of a base64 text, with or without a data URL in front."""
    if not isinstance(text, str) or not text:
        raise ProxyError("bad_image")
    if text.startswith("data:"):
        text = text.partition(",")[2]
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProxyError("bad_image") from error


def too_long():
    """The error for what would take more paper than any receipt."""
    return ProxyError(
        "too_large",
        f"The receipt is longer than {MAX_METRES} m of paper.",
        http_status=413,
    )


def rows_on_paper(width, height, dots):
    """Rows of a picture that is scaled to the width of the paper."""
    rows = max(1, round(height * dots / width))
    if rows > MAX_ROWS:
        raise too_long()
    return rows


def open_picture(content, dots=None):
    """Decode a PNG or JPEG, refusing bombs before their pixels are unpacked."""
    try:
        image = Image.open(io.BytesIO(content), formats=["PNG", "JPEG"])
        if max(image.size) > MAX_SIDE or image.width * image.height > MAX_PIXELS:
            raise ProxyError("too_large", http_status=413)
        if dots is not None:
            rows_on_paper(*image.size, dots)
        image.load()
    except ProxyError:
        raise
    except Exception as error:
        # Pillow raises many kinds for broken files; all mean the same to a cashier.
        raise ProxyError("bad_image") from error
    return image


def receipt_raster(content, dots, threshold=DEFAULT_THRESHOLD):
    """A receipt as the POS drew it, scaled to the printer's head."""
    image = flatten(open_picture(content, dots))
    if image.width != dots:
        height = rows_on_paper(*image.size, dots)
        image = image.resize((dots, height), Image.Resampling.LANCZOS)
    return Raster.from_image(image, threshold)
