import base64
import io
import struct
import zlib

from PIL import Image

from odoo.tests import BaseCase, tagged

from ..tools.picture import MAX_BYTES, SIDE, NoPicture, clean
from .common import picture


def opened(content):
    return Image.open(io.BytesIO(content))


def png_of(width, height):
    """A small file that says to be a picture of this size."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
    content += chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return base64.b64encode(content).decode()


@tagged("post_install", "-at_install")
class TestPicture(BaseCase):
    """Only pictures are kept, of moderate size, and without what the camera noted."""

    def _refused(self, text, reason):
        with self.assertRaises(NoPicture) as caught:
            clean(text)
        self.assertEqual(caught.exception.args, (reason,))

    def test_picture_is_kept(self):
        image = opened(clean(picture()))
        self.assertEqual((image.format, image.size), ("JPEG", (60, 40)))
        self.assertEqual(opened(clean(picture(kind="PNG"))).format, "JPEG")
        address = "data:image/jpeg;base64," + picture()
        self.assertEqual(opened(clean(address)).size, (60, 40))

    def test_large_picture_becomes_smaller(self):
        image = opened(clean(picture((5000, 1000))))
        self.assertEqual(max(image.size), SIDE)

    def test_signature_stays_transparent(self):
        image = opened(clean(picture(kind="PNG"), keep_transparent=True))
        self.assertEqual((image.format, image.mode), ("PNG", "RGBA"))

    def test_place_of_the_camera_is_not_kept(self):
        exif = Image.Exif()
        exif[0x010F] = "Camera of the courier"
        content = clean(picture(exif=exif))
        self.assertNotIn(b"Camera of the courier", content)
        self.assertFalse(opened(content).getexif())

    def test_what_is_no_picture_is_refused(self):
        svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"
        half = base64.b64decode(picture((400, 400)))[:500]
        for content in (b"", b"%PDF-1.7", svg, b"GIF89a", half, b"\0" * 5000):
            self._refused(base64.b64encode(content).decode(), "kind")
        for text in (None, 5, ["a"], {"a": 1}, "not Base64!", "ä"):
            self._refused(text, "kind")

    def test_bomb_is_refused_before_it_is_opened(self):
        self._refused(png_of(60_000, 60_000), "size")
        self._refused("A" * (MAX_BYTES * 2), "size")
