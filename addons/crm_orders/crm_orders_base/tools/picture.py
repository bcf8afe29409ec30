"""Pictures that phones send: only real ones, made small, and without what they tell.

A camera writes the place and the time into its pictures, and a picture can be made to fill
the memory of whoever opens it. So each is opened within limits and written anew.
"""

import base64
import binascii
import io

from PIL import Image, ImageOps

MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG")
SIDE = 2048
QUALITY = 85


class NoPicture(ValueError):
    """What came is no picture that can be kept; `args[0]` is "size" or "kind"."""


def read(text):
    """The bytes that are written as Base64, perhaps as the address of a picture."""
    if not isinstance(text, str):
        raise NoPicture("kind")
    if len(text) > MAX_BYTES * 4 // 3 + 100:
        raise NoPicture("size")
    try:
        return base64.b64decode(text.rpartition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        raise NoPicture("kind") from None


def clean(text, keep_transparent=False):
    """A picture of moderate size as bytes: JPEG, or PNG where there may be no ground.

    :raise NoPicture: when it is none, or too large
    """
    content = read(text)
    try:
        # Nothing is decoded before the size is known.
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise NoPicture("size")
            image = ImageOps.exif_transpose(image)
            image.thumbnail((SIDE, SIDE))
            mode = "RGBA" if keep_transparent else "RGB"
            # Only the dots are taken over, and nothing that is noted beside them.
            fresh = Image.new(mode, image.size)
            fresh.paste(image.convert(mode))
    except NoPicture:
        raise
    except Image.DecompressionBombError:
        raise NoPicture("size") from None
    except Exception:
        # Broken files make the decoders raise whatever comes to them.
        raise NoPicture("kind") from None
    out = io.BytesIO()
    if keep_transparent:
        fresh.save(out, "PNG", optimize=True)
    else:
        fresh.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
